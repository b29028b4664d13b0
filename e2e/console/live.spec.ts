/**
 * The list is live and its address is its state: what another session does appears without reload, a killed server is said and caught up with, and
 * filters, search and paging survive a reload and the back button. Bulk acts say what came of each job.
 */
import { consoleOfThisFile, signInContext } from './console-server.ts';
import { countingSql } from './sample-jobs.ts';
import { expect, test } from './watched-page.ts';

const console_ = consoleOfThisFile('live');

test.beforeEach(async ({ context }) => signInContext(context, console_.url));

test('what another session does appears in the list without reload', async ({ page }) => {
  const { api } = console_;
  const job = await api.createJob('seen-live', countingSql());
  await page.goto(`${console_.url}/jobs`);
  const row = page.getByRole('row', { name: /seen-live/ });
  await expect(row).toContainText('Draft');
  await page.evaluate(() => Object.assign(window, { tidemarkNotReloaded: true }));

  const started = Date.now();
  await api.start(job.id);
  await expect(row).toContainText('Running');
  const running = await api.waitFor(job.id, ['job_running']);
  process.stdout.write(`    start in another session to Running on screen: ${Date.now() - started} ms\n`);
  expect(running.status).toBe('job_running');
  await api.stop(job.id);
  await expect(row).toContainText('Stopped');

  await api.createJob('added-live', countingSql());
  await expect(page.getByRole('row', { name: /added-live/ })).toContainText('Draft');
  await expect(page.getByRole('tab', { name: /^All/ })).toContainText('2');
  await api.call('POST', '/jobs/delete', { jobIds: [job.id], confirmations: { [job.id]: 'seen-live' } });
  await expect(row).toHaveCount(0);
  expect(await page.evaluate(() => 'tidemarkNotReloaded' in window)).toBe(true);
});

test('a killed server is said, and what happened meanwhile is caught up with', async ({ page, watch }) => {
  watch.expectErrors(/ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE|status of 50\d/);
  const job = await console_.api.createJob('caught-up', countingSql());
  await page.goto(`${console_.url}/jobs`);
  const row = page.getByRole('row', { name: /caught-up/ });
  await expect(row).toContainText('Draft');
  const header = page.getByRole('banner');
  await expect(header.getByText('Live', { exact: true })).toBeVisible();

  await console_.server.killConsole();
  await expect(header.getByText(/Reconnecting, data of \d\d:\d\d:\d\d/)).toBeVisible();
  await expect(row, 'what was known stays on screen').toContainText('Draft');
  await console_.startAgain();
  // Before the page is back: it must learn of this from the replay, not from watching.
  await console_.api.start(job.id);
  await console_.api.waitFor(job.id, ['job_running']);
  await expect(header.getByText('Live', { exact: true })).toBeVisible({ timeout: 30_000 });
  await expect(row).toContainText('Running');
  await console_.api.stop(job.id);
  await expect(row).toContainText('Stopped');
});

test('filters, search and paging are in the address', async ({ page }) => {
  const { api, url } = console_;
  for (let n = 1; n <= 14; n += 1) {
    await api.call('POST', '/jobs', {
      name: `paged-${String(n).padStart(2, '0')}`,
      sql: countingSql(),
      tags: n % 2 === 0 ? [{ key: 'half', value: 'even' }] : [],
    });
  }
  await api.createJob('another-one', countingSql());
  await page.goto(`${url}/jobs`);
  const rows = page.getByRole('table', { name: 'Flink jobs' }).getByRole('row');

  await test.step('search', async () => {
    await page.getByRole('searchbox', { name: 'Name or ID' }).fill('paged');
    await page.waitForURL(/[?&]q=paged/);
    await expect(rows).toHaveCount(15);
  });

  await test.step('rows a page, and the second page', async () => {
    await page.goto(`${url}/jobs?q=paged&rows=10&sort=name`);
    await expect(rows).toHaveCount(11);
    await expect(rows.nth(1)).toContainText('paged-01');
    await page.getByRole('button', { name: 'Next page' }).click();
    await page.waitForURL(/page=2/);
    await expect(rows).toHaveCount(5);
    await expect(rows.nth(1)).toContainText('paged-11');
    await page.reload();
    await expect(rows.nth(1)).toContainText('paged-11');
  });

  await test.step('columns and their order: a sent link shows the same', async () => {
    await page.goto(`${url}/jobs?q=paged`);
    await page.getByRole('button', { name: 'Columns' }).click();
    await page.getByRole('checkbox', { name: 'Queue' }).click();
    await page.getByRole('checkbox', { name: 'Lag' }).click();
    await page.waitForURL(/cols=id,name,type,status,snapshot-age,user,created,started,duration,queue/);
    const address = page.url();
    await page.evaluate(() => localStorage.clear());
    await page.goto(address);
    await expect(page.getByRole('columnheader', { name: 'Queue' })).toBeVisible();
    await expect(page.getByRole('columnheader', { name: 'Lag' })).toHaveCount(0);
    await page.getByRole('columnheader', { name: 'Duration' }).getByRole('button').click();
    await page.waitForURL(/sort=-duration/);
    await page.goto(`${url}/jobs?q=_`);
    await expect(page.getByText('No job matches these filters.'), '_ is no wildcard').toBeVisible();
  });

  await test.step('a tag and a status; a sent link shows the same', async () => {
    await page.goto(`${url}/jobs?q=paged`);
    await page.getByRole('button', { name: 'Add filter' }).click();
    await page.getByRole('menuitemcheckbox', { name: 'half=even' }).click();
    await page.waitForURL(/tag=half:even/);
    await page.keyboard.press('Escape');
    await expect(rows).toHaveCount(8);
    await page.getByRole('tab', { name: /^Running(?! exc)/ }).click();
    await page.waitForURL(/status=running/);
    await expect(page.getByText('No job matches these filters.')).toBeVisible();
    const address = page.url();
    await page.getByRole('tab', { name: /^All/ }).click();
    await expect(rows).toHaveCount(8);
    await page.goto(address);
    await expect(page.getByText('No job matches these filters.')).toBeVisible();
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await expect(page.getByRole('row', { name: /another-one/ })).toBeVisible();
    await expect(page).toHaveURL(`${url}/jobs`);
  });

  await test.step('back returns to the list as it was', async () => {
    await page.goto(`${url}/jobs?q=paged&sort=name`);
    await page.getByRole('link', { name: 'paged-03' }).click();
    await page.waitForURL(/\/jobs\/\d+$/);
    await page.goBack();
    await expect(page).toHaveURL(`${url}/jobs?q=paged&sort=name`);
    await expect(rows).toHaveCount(15);
  });
});

test('a bulk stop says what came of each job', async ({ page }) => {
  const { api } = console_;
  const names = ['bulk-a', 'bulk-b', 'bulk-c'];
  const jobs = [];
  for (const name of names) {
    const job = await api.createJob(name, countingSql());
    await api.start(job.id);
    jobs.push(job);
  }
  for (const job of jobs) await api.waitFor(job.id, ['job_running']);
  await page.goto(`${console_.url}/jobs?q=bulk-&status=running`);
  for (const name of names) await expect(page.getByRole('row', { name: new RegExp(name) })).toBeVisible();
  await page.getByRole('checkbox', { name: 'Select all rows of this page' }).click();
  await expect(page.getByText('3 jobs selected')).toBeVisible();
  await page.getByRole('main').getByRole('button', { name: 'Stop', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Stop Job' });
  for (const name of names) await expect(dialog.getByText(name)).toBeVisible();
  await expect(dialog.getByRole('button', { name: 'Save and stop' })).not.toHaveAttribute('aria-disabled', 'true');

  // Stopped by someone else while the dialog is open: this one will be refused.
  const other = jobs[1]?.id as number;
  await api.stop(other, 'without');
  await api.waitFor(other, ['job_cancel_success']);
  await dialog.getByRole('button', { name: 'Save and stop' }).click();
  const results = page.getByRole('dialog', { name: /2 of 3/ });
  await expect(results.getByRole('listitem').filter({ hasText: 'bulk-b' })).toContainText(/refused/i);
  await expect(results.getByRole('listitem').filter({ hasText: 'bulk-a' })).not.toContainText(/refused/i);
  await expect(results.getByRole('listitem').filter({ hasText: 'bulk-c' })).not.toContainText(/refused/i);
  await page.keyboard.press('Escape');
  for (const job of jobs) await api.waitFor(job.id, ['job_cancel_success']);
});
