/**
 * The list is live and its address is its state: what another session does appears without reload, a killed server is said and caught up with, and
 * filters, search and paging survive a reload and the back button. Bulk acts say what came of
 * each job, of more than a page and more than a request holds too; jobs travel as a zip; the overview leads to what needs somebody.
 */
import type { JobView } from '../servers/console-api.ts';
import { consoleOfThisFile, setLook, signInContext } from './console-server.ts';
import { archiveOf } from './job-archive.ts';
import { countingSql, failingSql } from './sample-jobs.ts';
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
  const jobs: JobView[] = [];
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
  // A choice for each: this one lets its windows fire first.
  await dialog.getByRole('combobox', { name: 'How to stop bulk-c' }).click();
  await page.getByRole('option', { name: 'Drain and stop' }).click();
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
  const stopped: JobView[] = [];
  for (const job of jobs) stopped.push(await api.waitFor(job.id, ['job_cancel_success']));
  expect([stopped[0]?.newestSnapshot?.origin, stopped[2]?.newestSnapshot?.origin]).toEqual(['stop', 'drain']);
});

test('jobs travel as a zip: told before, told after, and nothing is overwritten unasked', async ({ page }) => {
  const { api, url } = console_;
  const sqlOf = async (id: number) => (await api.call<{ job: { sql: string } }>('GET', `/jobs/${id}`)).job.sql;
  const kept = await api.createJob('travel-kept', countingSql());
  const busy = await api.createJob('travel-busy', countingSql());
  await api.start(busy.id);
  await api.waitFor(busy.id, ['job_running']);
  const dialog = page.getByRole('dialog', { name: 'Import Job' });
  const result = (name: string) =>
    dialog.getByRole('list', { name: 'What the import does' }).getByRole('listitem').filter({ hasText: name });
  let file = '';

  await test.step('export what is selected', async () => {
    await page.goto(`${url}/jobs?q=travel-&sort=name`);
    await expect(page.getByRole('row', { name: /travel-kept/ })).toBeVisible();
    await page.getByRole('checkbox', { name: 'Select all rows of this page' }).click();
    await page.getByRole('button', { name: 'Export Job' }).click();
    const exporting = page.getByRole('dialog', { name: 'Export Job' });
    for (const name of ['travel-busy', 'travel-kept'])
      await expect(exporting.getByRole('listitem').filter({ hasText: name })).toHaveCount(1);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      exporting.getByRole('button', { name: 'Export', exact: true }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^tidemark-jobs-.*\.zip$/);
    file = await download.path();
    await expect(exporting).toBeHidden();
  });

  await test.step('import on a phone: a name that is taken is left alone, a running job too', async () => {
    await api.call('PATCH', `/jobs/${kept.id}`, { baseVersion: 1, sql: countingSql({ rowsPerSecond: 7 }) });
    await page.setViewportSize({ width: 390, height: 844 });
    await page.goto(`${url}/jobs?q=travel-`);
    await page.getByRole('button', { name: 'More of the list' }).click();
    await page.getByRole('menuitem', { name: 'Import Job' }).click();
    await dialog.getByLabel('Zip of an export').setInputFiles(file);
    for (const name of ['travel-kept', 'travel-busy']) await expect(result(name)).toContainText('name is taken');
    await expect(dialog.getByRole('button', { name: /^Import/ })).toHaveAttribute('aria-disabled', 'true');
    await dialog.getByRole('checkbox', { name: 'Overwrite job of the same name' }).click();
    await expect(result('travel-kept')).toContainText('gets a new version');
    await expect(result('travel-busy')).toContainText('refused');
    expect(await sqlOf(kept.id), 'told, not done').toBe(countingSql({ rowsPerSecond: 7 }));
    await dialog.getByRole('button', { name: 'Import 1 job' }).click();
    await expect(result('travel-kept')).toContainText('has a new version');
    await expect(result('travel-busy')).toContainText('refused');
    expect([await sqlOf(kept.id), (await api.job(busy.id)).version]).toEqual([countingSql(), 1]);
    await dialog.getByRole('button', { name: 'Close' }).last().click();
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  await test.step('by keys: a job that is gone is made again', async () => {
    await api.call('POST', '/jobs/delete', { jobIds: [kept.id], confirmations: {} });
    await page.goto(`${url}/jobs?q=travel-`);
    await page.getByRole('button', { name: 'Import Job' }).focus();
    await page.keyboard.press('Enter');
    await dialog.getByLabel('Zip of an export').setInputFiles(file);
    await expect(result('travel-kept')).toContainText('will be made');
    await dialog.getByRole('button', { name: 'Import 1 job' }).focus();
    await page.keyboard.press('Enter');
    await expect(result('travel-kept')).toContainText('made');
    await page.keyboard.press('Escape');
    await expect(page.getByRole('row', { name: /travel-kept/ })).toContainText('Draft');
  });
  await api.stop(busy.id, 'without');
});

test('the overview counts, says who needs somebody, and leads there', async ({ page, context }) => {
  const { api, url } = console_;
  const running = await api.createJob('over-runs', countingSql());
  const failing = await api.createJob('over-fails', failingSql(), { restartWhenException: false });
  for (const job of [running, failing]) await api.start(job.id);
  await api.waitFor(running.id, ['job_running']);
  await api.waitFor(failing.id, ['job_running_exception', 'job_submit_fail']);
  await page.goto(`${url}/overview`);
  const main = page.getByRole('main');
  await expect(main.getByText('Needs somebody')).toBeVisible();
  await expect(main.getByRole('listitem').filter({ has: page.getByRole('link', { name: 'over-fails' }) })).toContainText(
    /exception|failed/,
  );
  await expect(main.getByRole('listitem').filter({ has: page.getByRole('link', { name: 'over-runs' }) })).toContainText(/\d/);
  await expect(main.getByText(/\d+ of \d+ CUs free/)).toBeVisible();
  await page.setViewportSize({ width: 390, height: 844 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth), 'no sideways scroll on a phone').toBeLessThanOrEqual(390);
  await page.setViewportSize({ width: 1440, height: 900 });
  await setLook(context, url, { language: 'zh' });
  await page.reload();
  await expect(main.getByRole('link', { name: /运行中/ })).toBeVisible();
  await setLook(context, url, {});
  await page.reload();
  await main.getByRole('link', { name: /Running$/ }).focus();
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/jobs\?status=running$/);
  await expect(page.getByRole('row', { name: /over-runs/ })).toBeVisible();
  await expect(page.getByRole('row', { name: /over-fails/ })).toHaveCount(0);
  await api.stop(running.id, 'without');
});

test('an act on more than a thousand jobs says how far it is, and what came of each', async ({ page, context, watch }) => {
  watch.expectRowsGone('/jobs');
  const { api, url } = console_;
  const names = Array.from({ length: 1_040 }, (_, index) => `many-${String(index + 1).padStart(4, '0')}`);
  for (const part of [names.slice(0, 520), names.slice(520)]) {
    const answer = await context.request.post(`${url}/api/v1/jobs/import?dryRun=false&overwrite=false`, {
      headers: { origin: url, 'content-type': 'application/zip' },
      data: archiveOf(part, countingSql()),
      timeout: 120_000,
    });
    expect(answer.ok(), await answer.text()).toBe(true);
  }

  await test.step('all that match are selected on a phone too', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await page.goto(`${url}/jobs?q=many-&sort=name`);
    await page.getByRole('button', { name: 'Select', exact: true }).click();
    await page.getByRole('button', { name: /^Select all 1,?040$/ }).click();
    await expect(page.getByText(/^1,?040 jobs selected$/)).toBeVisible({ timeout: 60_000 });
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  const dialog = page.getByRole('dialog', { name: 'Delete Job' });
  await test.step('one zip holds a thousand: said before, not after', async () => {
    await page.goto(`${url}/jobs?q=many-&sort=name`);
    await expect(page.getByRole('row', { name: /many-0001/ })).toBeVisible();
    await page.getByRole('checkbox', { name: 'Select all rows of this page' }).click();
    await page.getByRole('button', { name: /^Select all 1,?040$/ }).click();
    await expect(page.getByText(/^1,?040 jobs selected$/)).toBeVisible({ timeout: 60_000 });
    await page.getByRole('button', { name: 'Export Job' }).click();
    const exporting = page.getByRole('dialog', { name: 'Export Job' });
    await expect(exporting.getByRole('button', { name: 'Export', exact: true })).toHaveAccessibleDescription(/holds 1,?000 jobs at most/);
    await page.keyboard.press('Escape');
  });

  await test.step('each is told, those that were refused first', async () => {
    const { items } = await api.call<{ items: { id: number; name: string }[] }>('GET', '/jobs?q=many-0500');
    await page.getByRole('main').getByRole('button', { name: 'Delete', exact: true }).click();
    await expect(dialog.getByText('and 940 more')).toBeVisible();
    // One of them gets state meanwhile, in another session: that is not deleted without its name.
    const other = items[0]?.id as number;
    await api.start(other);
    await api.waitFor(other, ['job_running']);
    await api.stop(other);
    await api.waitFor(other, ['job_cancel_success']);
    await dialog.getByRole('button', { name: 'Delete', exact: true }).click();
    await expect(dialog.getByRole('progressbar', { name: /of 1,?040 done$/ })).toBeVisible();
    const results = page.getByRole('dialog', { name: /1,?039 of 1,?040 accepted, 1 refused/ });
    await expect(results).toBeVisible({ timeout: 120_000 });
    await expect(results.getByRole('listitem')).toHaveCount(1_040);
    await expect(results.getByRole('listitem').first()).toContainText(/many-0500.*refused/);
    await page.keyboard.press('Escape');
    await expect(page.getByRole('row', { name: /many-/ })).toHaveCount(1);
    await expect(page.getByText('1 job selected'), 'what is gone is not selected any more').toBeVisible();
  });
});
