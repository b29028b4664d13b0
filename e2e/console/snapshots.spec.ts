/** Snapshots over all jobs: find, compare, verify, pin, delete with undo, cost, orphan files, retention; and packages that a Jar job picks. */
import { mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { consoleOfThisFile, signInContext } from './console-server.ts';
import { SnapshotPages } from './pages/snapshots.ts';
import { countingSql } from './sample-jobs.ts';
import { expect, test } from './watched-page.ts';

const console_ = consoleOfThisFile('snapshots');

interface Row {
  readonly id: string;
  readonly name: string;
}

test('snapshots are found, compared, verified, kept and let go', async ({ page, context }) => {
  await signInContext(context, console_.url);
  const { api } = console_;
  const job = await api.createJob('orders', countingSql({ rowsPerSecond: 200 }), { checkpointIntervalSeconds: 1 });
  const other = await api.createJob('idle', countingSql());
  await api.start(job.id);
  await api.waitFor(job.id, ['job_running']);
  const list = async () => (await api.call<{ items: Row[] }>('GET', `/snapshots?jobId=${job.id}`)).items;
  await expect.poll(async () => (await list()).length, { timeout: 60_000 }).toBeGreaterThan(2);
  await api.stop(job.id);
  await api.waitFor(job.id, ['job_cancel_success']);
  const [newest, older] = (await list()) as [Row, Row];
  const pages = new SnapshotPages(page, console_.url);

  await test.step('find by job, origin and age', async () => {
    await pages.open();
    await page.getByPlaceholder('Name or job').fill('orders');
    await page.getByRole('combobox', { name: 'Origin' }).click();
    await page.getByRole('option', { name: 'on stop' }).click();
    await expect(pages.row(newest.name)).toBeVisible();
    await expect(pages.row(older.name)).toHaveCount(0);
    await page.getByPlaceholder('Name or job').fill('idle');
    await expect(page.getByText('No snapshot matches these filters.')).toBeVisible();
  });

  await test.step('compare two, verify one, pin, delete and undo', async () => {
    await pages.open();
    for (const { name } of [newest, older]) await page.getByRole('checkbox', { name: `Select ${name}` }).check();
    await page.getByRole('button', { name: 'Compare' }).first().click();
    const dialog = page.getByRole('dialog', { name: 'Compare two snapshots' });
    await expect(dialog.getByRole('table', { name: 'Positions' }).getByText(/^\+[\d,]+$/)).toBeVisible({ timeout: 30_000 });
    await expect(dialog.getByText(/GroupAggregate/)).toBeVisible();
    await page.keyboard.press('Escape');

    await pages.more(older.name, 'Verify now');
    await expect(page.getByText(`${older.name}: every byte compared, it is whole`)).toBeVisible({ timeout: 30_000 });
    await pages.more(older.name, 'Pin');
    await expect(pages.row(older.name).getByText('pinned')).toBeVisible();
    await pages.more(older.name, 'Unpin');
    await expect(pages.row(older.name).getByText('pinned')).toHaveCount(0);
    await pages.more(older.name, 'Delete');
    await expect(pages.row(older.name)).toHaveCount(0);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(pages.row(older.name)).toBeVisible();
  });

  await test.step('one whose files went away is told as that, and is no error', async () => {
    const { path } = (await api.call<{ items: { path: string }[] }>('GET', `/snapshots?jobId=${job.id}&q=${older.name}`)).items[0] ?? {
      path: '',
    };
    const manifest = join(console_.server.dataDir, 'objects', path.replace('obs://', ''), '_metadata');
    const bytes = readFileSync(manifest);
    rmSync(manifest);
    await pages.more(older.name, 'Verify now');
    await expect(page.getByRole('alert').filter({ hasText: `${older.name} is damaged: ` })).toBeVisible({ timeout: 30_000 });
    writeFileSync(manifest, bytes);
    await pages.more(older.name, 'Verify now');
    await expect(page.getByText(`${older.name}: every byte compared, it is whole`).last()).toBeVisible({ timeout: 30_000 });
  });

  await test.step('cost by job, and a file that no manifest names', async () => {
    const folder = join(console_.server.dataDir, 'objects', job.checkpointFolder.replace('obs://', ''), 'shared');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'left-behind'), 'x'.repeat(1234));
    writeFileSync(join(folder, 'still-young'), 'y');
    const longAgo = new Date(Date.now() - 2 * 86_400_000);
    utimesSync(join(folder, 'left-behind'), longAgo, longAgo);
    await pages.open('cost');
    await expect(pages.row('orders')).toBeVisible({ timeout: 30_000 });
    await page.getByRole('tab', { name: 'Orphan files' }).click();
    await page.getByRole('checkbox', { name: /left-behind/ }).check();
    await expect(page.getByText('still-young')).toHaveCount(0);
    await page.getByRole('button', { name: /^Delete 1 file, 1\.2 Ki?B$/ }).click();
    await expect(page.getByRole('heading', { name: 'Deleted, can still be brought back' })).toBeVisible({ timeout: 30_000 });
    await page.getByRole('button', { name: 'Bring back' }).click();
    await expect(page.getByRole('checkbox', { name: /left-behind/ })).toBeVisible({ timeout: 30_000 });
  });

  await test.step('a rule says what it takes before it is saved', async () => {
    await pages.open('retention');
    await page.getByRole('combobox', { name: 'Job' }).fill('orders');
    await page.getByRole('option', { name: /orders/ }).click();
    await page.getByLabel('Checkpoints kept').fill('1');
    await page.getByRole('button', { name: 'Show what goes' }).click();
    await expect(page.getByText(/By this rule \d+ snapshots? go/)).toBeVisible();
    await page.getByRole('button', { name: 'Save the rule' }).last().click();
    await expect(page.getByText('Rule saved')).toBeVisible();
    // The supervisor takes them at its next look.
    await expect.poll(async () => (await list()).length, { timeout: 60_000 }).toBe(2);
  });
  expect(other.id).toBeGreaterThan(job.id);
});

test('a package is uploaded whole, picked by a Jar job, and kept while it is used', async ({ page, context }) => {
  await signInContext(context, console_.url);
  const pages = new SnapshotPages(page, console_.url);
  // More than what passes the proxy in memory.
  const buffer = Buffer.alloc(12 * 1024 * 1024, 7);
  await pages.upload({ name: 'trips.jar', buffer });
  await expect(pages.row('trips.jar')).toContainText(/12 Mi?B/);
  await pages.upload({ name: 'trips.jar', buffer: Buffer.from('second version') });
  await expect(pages.row('trips.jar').getByRole('cell', { name: '2', exact: true })).toBeVisible();

  const { job } = await console_.api.call<{ job: { id: number } }>('POST', '/jobs', { name: 'jar-job', type: 'flink_jar_job' });
  await page.goto(`${console_.url}/jobs/${job.id}/edit`);
  await page.getByRole('button', { name: /^Packages Application/ }).click();
  await page
    .getByRole('menuitem', { name: /trips\.jar/ })
    .first()
    .click();
  await expect(page.getByRole('textbox', { name: 'Application' })).toHaveValue(/obs:\/\/tidemark\/packages\/.*\/trips\.jar/);
  await page
    .getByRole('button', { name: /^Save(?! As)/ })
    .first()
    .click();
  await expect(page.getByText(/unsaved change/)).toHaveCount(0);

  await page.goto(`${console_.url}/packages`);
  await pages.row('trips.jar').getByRole('button', { name: /^More/ }).click();
  await expect(page.getByRole('menuitem', { name: /^Delete/ })).toContainText('in use');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'trips.jar', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'trips.jar' });
  await expect(dialog.getByRole('link', { name: 'jar-job' })).toBeVisible();
  await dialog.getByRole('button', { name: 'Delete trips.jar 1' }).click();
  await page.getByRole('dialog', { name: 'Delete trips.jar 1?' }).getByRole('button', { name: 'Delete' }).click();
  await expect(page.getByText('trips.jar 1 deleted')).toBeVisible();
});
