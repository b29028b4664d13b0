/**
 * What the console refuses or asks about first, each with its words and with nothing changed behind them: wrong SQL, a start that would lose state,
 * a delete of a job with state, leaving with unsaved changes, and two editors of one job.
 */
import type { JobView } from '../servers/console-api.ts';
import { consoleOfThisFile, signInContext } from './console-server.ts';
import { ConsolePages } from './pages/console.ts';
import { countingSql, unreachableSql, WRONG_SQL } from './sample-jobs.ts';
import { expect, test } from './watched-page.ts';

const console_ = consoleOfThisFile('refusals');
const MARKED = 'Line 16, column 12';

test.beforeEach(async ({ context }) => signInContext(context, console_.url));

/** A job that has run and was stopped with a savepoint. */
async function jobWithState(name: string): Promise<JobView> {
  const { api } = console_;
  const { id } = await api.createJob(name, countingSql());
  await api.start(id);
  await api.waitFor(id, ['job_running']);
  await api.stop(id);
  return await api.waitFor(id, ['job_cancel_success']);
}

test('wrong SQL is marked where it is wrong, and does not start', async ({ page }) => {
  const pages = new ConsolePages(page, console_.url);
  const id = await pages.createJob('wrong-sql');
  await pages.replaceSql(WRONG_SQL);
  const problems = page.getByRole('listitem').filter({ hasText: 'amonut' });
  await expect(problems).toContainText(MARKED.toLowerCase());
  await expect(page.locator('.cm-lintRange-error')).toHaveText('amonut');
  await expect(page.locator('.cm-lint-marker-error')).toHaveCount(1);

  await test.step('a problem leads to its place', async () => {
    await problems.getByRole('button').first().click();
    await expect(page.getByText(MARKED)).toBeVisible();
    await expect(pages.editor).toBeFocused();
  });

  await test.step('Save and start saves a draft at most, and starts nothing', async () => {
    await page.getByRole('button', { name: 'Save and start' }).click();
    const dialog = page.getByRole('dialog', { name: 'Start Flink Jobs' });
    await expect(dialog.getByRole('alert')).toContainText(`line 16, column 12: Column 'amonut' is not found`, { timeout: 30_000 });
    await expect(dialog.getByRole('button', { name: /^Start Now/ })).toHaveAttribute('aria-disabled', 'true');
    const job = await console_.api.job(id);
    expect([job.status, job.newestSnapshot]).toEqual(['job_init', null]);
    await page.keyboard.press('Escape');
    await expect(dialog).toBeHidden();
  });

  await test.step('the suggested change makes it right', async () => {
    await page.getByRole('button', { name: /^Change to amount/ }).click();
    await expect(page.getByText(/Semantics are right/)).toBeVisible();
    await expect(page.locator('.cm-lintRange-error')).toHaveCount(0);
  });
});

test('a start that would lose state needs the name typed', async ({ page }) => {
  const { api } = console_;
  const job = await jobWithState('keeps-counts');
  const pages = new ConsolePages(page, console_.url);
  await pages.openJob(job.id);
  await page
    .getByRole('main')
    .getByRole('button', { name: /^Start/ })
    .first()
    .click();
  const dialog = page.getByRole('dialog', { name: 'Start Flink Jobs' });
  await expect(dialog.getByRole('status').first()).toContainText('Nothing will be lost');
  await dialog.getByRole('radio', { name: 'Start empty' }).check();
  await expect(dialog.getByRole('alert')).toContainText(/^Starting empty gives up \d+ rows? of state, saved in /);
  await expect(dialog.getByText(/^and \d+ rows? of state$/)).toBeVisible();
  const start = dialog.getByRole('button', { name: 'Start empty' });
  await expect(start).toHaveAttribute('aria-disabled', 'true');
  await expect(start).toHaveAccessibleDescription('Type the name first.');
  const field = dialog.getByRole('textbox', { name: /Starting empty discards/ });
  await field.fill('keeps-count');
  await expect(start).toHaveAttribute('aria-disabled', 'true');
  await start.click({ force: true });
  expect((await api.job(job.id)).status).toBe('job_cancel_success');

  await test.step('the server refuses it too, whatever a client sends', async () => {
    const [result] = await api.start(job.id, { kind: 'empty' });
    expect(result?.outcome).toBe('refused');
    expect((await api.job(job.id)).newestSnapshot).toEqual(job.newestSnapshot);
  });

  await test.step('with the name it starts, and the ledger says who accepted the loss', async () => {
    await field.fill('keeps-counts');
    await start.click();
    await expect(dialog).toBeHidden();
    await pages.expectStatus('Running');
    await page.getByRole('tab', { name: 'Ledger' }).click();
    await expect(page.getByRole('tabpanel', { name: 'Ledger' })).toContainText(/loss accepted by/i);
  });
});

test('a first start whose source does not answer takes a plain confirmation, no name', async ({ page }) => {
  const { api } = console_;
  const { id } = await api.createJob('nobody-answers', unreachableSql());
  const pages = new ConsolePages(page, console_.url);
  await pages.openJob(id);
  await page
    .getByRole('main')
    .getByRole('button', { name: /^Start/ })
    .first()
    .click();
  const dialog = page.getByRole('dialog', { name: 'Start Flink Jobs' });
  const banner = dialog.getByRole('status').filter({ hasText: 'Nothing can be lost' });
  await expect(banner).toContainText(/Table orders: .*127\.0\.0\.1:1.*the start may fail/, { timeout: 30_000 });
  await expect(banner.getByRole('button', { name: 'Try again' })).toBeVisible();
  await expect(dialog.getByRole('textbox')).toHaveCount(0);
  const start = dialog.getByRole('button', { name: 'Start anyway', exact: true });
  await expect(start).toHaveAttribute('aria-disabled', 'true');
  await banner.getByRole('button', { name: 'Start anyway…' }).click();
  await expect(start).not.toHaveAttribute('aria-disabled', 'true');
  await start.click();
  await expect(dialog).toBeHidden({ timeout: 30_000 });
  await expect.poll(async () => (await api.job(id)).status).not.toBe('job_init');
  await api.stop(id, 'without');
});

test('how a draft delivers is not known while its SQL is wrong, and the page says the next step', async ({ page }) => {
  const { id } = await console_.api.createJob('not-planned', WRONG_SQL);
  const pages = new ConsolePages(page, console_.url);
  await pages.openJob(id);
  await page.getByRole('button', { name: 'Delivery not known' }).click();
  const contract = page.getByRole('dialog', { name: 'Delivery contract' });
  await expect(contract).toContainText(`${MARKED}: Column 'amonut' is not found`);
  await contract.getByRole('link', { name: 'Correct the SQL' }).click();
  await expect(pages.editor).toContainText('amonut');
});

test('a job with state is deleted only when its name is typed', async ({ page }) => {
  const { api } = console_;
  const { id } = await jobWithState('to-be-deleted');
  await page.goto(`${console_.url}/jobs`);
  await page.getByRole('button', { name: 'More to-be-deleted' }).click();
  await page.getByRole('menuitem', { name: /^Delete/ }).click();
  const dialog = page.getByRole('dialog', { name: 'Delete Job' });
  const remove = dialog.getByRole('button', { name: 'Delete', exact: true });
  await expect(remove).toHaveAccessibleDescription('Type the name first.');
  await remove.click({ force: true });
  expect((await api.job(id)).name).toBe('to-be-deleted');
  await dialog.getByRole('textbox', { name: /Type to-be-deleted to delete it/ }).fill('to-be-deleted');
  await remove.click();
  await expect(dialog).toBeHidden();
  await expect(page.getByRole('row', { name: /to-be-deleted/ })).toHaveCount(0);
  await expect(api.job(id)).rejects.toThrow(/404/);
});

test('leaving with unsaved changes is asked about, and the draft stays', async ({ page }) => {
  const pages = new ConsolePages(page, console_.url);
  const id = await pages.createJob('unsaved');
  await pages.replaceSql(countingSql());
  await expect(page.getByText('1 unsaved change')).toBeVisible();
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Queues' }).click();
  const dialog = page.getByRole('dialog', { name: 'Unsaved changes' });
  await dialog.getByRole('button', { name: 'Stay' }).click();
  await expect(dialog).toBeHidden();
  await expect(pages.editor).toContainText('orders_by_city');
  // The draft is written down two seconds after the last change.
  await expect.poll(() => page.evaluate((key) => localStorage.getItem(key), `tidemark-draft-${id}`)).not.toBeNull();
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Queues' }).click();
  await dialog.getByRole('button', { name: 'Leave' }).click();
  await page.waitForURL('**/queues');
  await page.goto(`${console_.url}/jobs/${id}/edit`);
  await expect(pages.editor).not.toContainText('orders_by_city');
  await page.getByRole('button', { name: 'Use the draft' }).click();
  await expect(pages.editor).toContainText('orders_by_city');
  await pages.save();
  expect((await console_.api.job(id)).version).toBe(2);
});

test('the second of two editors is told before anything is overwritten', async ({ page, browser, watch }) => {
  watch.expectErrors(/status of 409/);
  const pages = new ConsolePages(page, console_.url);
  const id = await pages.createJob('two-editors');
  const other = await browser.newContext();
  await watch.also(other);
  await signInContext(other, console_.url);
  const second = new ConsolePages(await other.newPage(), console_.url);
  await second.page.goto(`${console_.url}/jobs/${id}/edit`);
  await expect(second.editor).toBeVisible();
  await pages.replaceSql(`-- first editor\n${countingSql()}`);
  await second.replaceSql(`-- second editor\n${countingSql()}`);
  await pages.save();
  const saved = await console_.api.job(id);

  await second.page
    .getByRole('button', { name: /^Save(?! as)/i })
    .first()
    .click();
  await expect(second.page.getByText(/saved version \d+ while you edited|Version \d+ was saved while you edited/)).toBeVisible();
  await expect(second.editor).toContainText('second editor');
  expect((await console_.api.job(id)).version, 'nothing was overwritten unseen').toBe(saved.version);
  await second.page.getByRole('button', { name: `Save as version ${saved.version + 1}` }).click();
  await expect.poll(async () => (await console_.api.job(id)).version).toBe(saved.version + 1);
  await other.close();
});
