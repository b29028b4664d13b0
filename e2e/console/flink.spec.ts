/**
 * A job on a real Apache Flink, by the same buttons: the cluster becomes a connection and a queue, a stateful SQL job runs on it, is stopped with
 * a savepoint and started from it, and is imported from a checkpoint. Its files in the bucket hold every number once.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FlinkCluster, startFlink } from '../servers/flink.ts';
import { consoleOfThisFile, signInContext } from './console-server.ts';
import { ConnectionPages } from './pages/connections.ts';
import { ConsolePages } from './pages/console.ts';
import { expect, test } from './watched-page.ts';

const console_ = consoleOfThisFile('flink');
const scratch = mkdtempSync(join(tmpdir(), 'tidemark-flink-browser-'));
let cluster: FlinkCluster;

/** datagen knows its place, so that the numbers go on where they were; Flink keeps a sequence whole in memory, so it is short. */
const SQL = `CREATE TABLE numbers (n BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '50',
  'fields.n.kind' = 'sequence', 'fields.n.start' = '1', 'fields.n.end' = '1000000');
CREATE TABLE copies (n BIGINT) WITH ('connector' = 'filesystem', 'path' = 'obs://results/copies', 'format' = 'csv',
  'sink.rolling-policy.rollover-interval' = '1 s', 'sink.rolling-policy.check-interval' = '500 ms');
CREATE TABLE tens (k BIGINT, c BIGINT) WITH ('connector' = 'blackhole');
BEGIN STATEMENT SET;
INSERT INTO copies SELECT n FROM numbers;
INSERT INTO tens SELECT MOD(n, 10), COUNT(*) FROM numbers GROUP BY MOD(n, 10);
END;`;

test.beforeAll(async () => {
  test.setTimeout(560_000);
  cluster = await startFlink(join(scratch, 'flink'), { taskManagerMemory: '1600m', slots: 2 });
});
test.afterAll(async () => {
  await cluster?.stop();
  rmSync(scratch, { recursive: true, force: true });
});

/** Numbers in committed files, sorted. */
function copies(): number[] {
  const folder = join(console_.server.dataDir, 'objects', 'results', 'copies');
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile() && !/^[._]/.test(one.name));
  const lines = files.flatMap((file) => readFileSync(join(file.parentPath, file.name), 'utf8').split('\n'));
  return lines
    .filter((line) => line !== '')
    .map(Number)
    .sort((a, b) => a - b);
}

test('a job on Apache Flink lives under the same buttons', async ({ page, context }) => {
  test.setTimeout(560_000);
  await signInContext(context, console_.url);
  const pages = new ConsolePages(page, console_.url);
  const connections = new ConnectionPages(page, console_.url);
  let id = 0;

  await test.step('the cluster is a connection, tested with a handshake', async () => {
    await connections.open();
    await connections.fillNew('flink-prod', /^Flink cluster/, { JobManager: cluster.rest, 'SQL Gateway': cluster.gateway });
    const report = await connections.test();
    await expect(report.getByText(/^Works/).first()).toBeVisible();
    await expect(report).toContainText('2.3.0');
    await connections.save();
    await page.goto(`${console_.url}/queues`);
    await expect(page.getByRole('row', { name: /flink-prod/ })).toBeVisible();
  });

  await test.step('a job on its queue is checked and started; what Flink is given is shown before', async () => {
    id = await pages.createJob('on-flink');
    await pages.replaceSql(SQL);
    await page.getByRole('combobox', { name: /^Queue/ }).click();
    await page.getByRole('option', { name: /flink-prod/ }).click();
    await pages.setNumber('Checkpoint Interval', 1);
    await pages.save();
    await page
      .getByRole('main')
      .getByRole('button', { name: /^Start/ })
      .first()
      .click();
    const dialog = page.getByRole('dialog', { name: 'Start Flink Jobs' });
    await dialog.getByText('See settings').click({ timeout: 30_000 });
    await expect(dialog).toContainText('execution.checkpointing.interval');
    await dialog.getByRole('button', { name: /^Start Now/ }).click();
    await expect(dialog).toBeHidden({ timeout: 20_000 });
    await pages.openJob(id);
    await pages.expectStatus('Running', 120_000);
  });

  await test.step('its tasks, plan and checkpoints are in the same places', async () => {
    await expect.poll(async () => (await console_.api.job(id)).newestSnapshot, { timeout: 60_000 }).not.toBeNull();
    await page.getByRole('tab', { name: 'Task List' }).click();
    await expect(page.getByRole('row', { name: /GroupAggregate/ }).first()).toBeVisible({ timeout: 30_000 });
    await page.getByRole('tab', { name: 'Execution Plan' }).click();
    await expect(page.getByText(/GroupAggregate/).first()).toBeVisible({ timeout: 30_000 });
    await page.getByRole('tab', { name: 'Snapshots' }).click();
    await expect(page.getByRole('row', { name: /chk-\d+/ }).first()).toBeVisible();
    await page.screenshot({ path: test.info().outputPath('snapshots.png') });
    await page.getByRole('tab', { name: 'Overview' }).click();
    await expect(page.getByText('Tide line')).toBeVisible();
    await page.screenshot({ path: test.info().outputPath('overview.png') });
  });

  await test.step("a link leads to the job in Flink's own UI", async () => {
    await page.getByRole('main').getByRole('button', { name: /^More/ }).first().click();
    const opened = page.waitForEvent('popup', { timeout: 15_000 });
    await page.getByRole('menuitem', { name: /^FlinkUI/ }).click();
    const ui = await opened;
    await ui.waitForURL(new RegExp(`^${cluster.rest}/#/job/running/[0-9a-f]{32}/overview`), { timeout: 20_000 });
    await ui.close();
  });

  await test.step('stop with savepoint, start from it', async () => {
    await pages.stop('Trigger savepoint');
    await pages.expectStatus('Stopped', 90_000);
    await pages.startNow();
    await pages.expectStatus('Running', 120_000);
    const [last] = (await console_.api.call<{ items: { start: string }[] }>('GET', `/jobs/${id}/runs`)).items;
    expect(last?.start).toBe('snapshot');
  });

  await test.step('stop without a savepoint, import the newest checkpoint, start from it', async () => {
    const before = (await console_.api.job(id)).newestSnapshot?.name;
    await expect.poll(async () => (await console_.api.job(id)).newestSnapshot?.name, { timeout: 30_000 }).not.toBe(before);
    await pages.stop('Without savepoint');
    await pages.expectStatus('Stopped', 90_000);
    await pages.importNewestCheckpoint();
    await pages.startNow();
    await pages.expectStatus('Running', 120_000);
    await page.getByRole('tab', { name: 'Ledger' }).click();
    await expect(page.getByRole('row', { name: /Started from chk-\d+/ }).first()).toBeVisible({ timeout: 15_000 });
  });

  await test.step('every number came once', async () => {
    const seen = copies().length;
    await expect.poll(() => copies().length, { timeout: 30_000 }).toBeGreaterThan(seen);
    await pages.stop('Trigger savepoint');
    await pages.expectStatus('Stopped', 90_000);
    const numbers = copies();
    expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, index) => index + 1));
    expect(numbers.length).toBeGreaterThan(200);
  });

  await test.step('another job is moved to the cluster by the menu', async () => {
    const other = await pages.createJob('mover');
    await pages.replaceSql(SQL);
    await pages.save();
    await pages.openJob(other);
    await page.getByRole('main').getByRole('button', { name: /^More/ }).first().click();
    await page.getByRole('menuitem', { name: /^Move to Flink/ }).click();
    const dialog = page.getByRole('dialog', { name: 'Move to Flink' });
    await expect(dialog.getByRole('combobox', { name: 'Flink cluster' })).toContainText('flink-prod');
    await page.screenshot({ path: test.info().outputPath('move.png') });
    await dialog.getByRole('button', { name: 'Next: Start' }).click();
    const start = page.getByRole('dialog', { name: 'Start Flink Jobs' });
    await expect(start).toContainText('flink-prod');
    await expect(start.getByText('See settings')).toBeVisible({ timeout: 30_000 });
    const { job } = await console_.api.call<{ job: { queueName: string } }>('GET', `/jobs/${other}`);
    expect(job.queueName).toBe('flink-prod');
  });
});
