/**
 * Connections from the browser against a real Kafka, PostgreSQL and S3: made, tested with a handshake that says what is there or missing, put into the SQL
 * of a job as a table, used by a job that runs, and kept from deletion while it does.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { Kafka, logLevel } from 'kafkajs';
import pg from 'pg';
import { type KafkaServer, startKafka } from '../servers/kafka.ts';
import { type PostgresServer, startPostgres } from '../servers/postgres.ts';
import { type S3Server, startS3 } from '../servers/s3.ts';
import { consoleOfThisFile, signInContext } from './console-server.ts';
import { s3Client } from './flight-job.ts';
import { ConnectionPages } from './pages/connections.ts';
import { ConsolePages } from './pages/console.ts';
import { expect, test } from './watched-page.ts';

const console_ = consoleOfThisFile('connections');
const postgresFolder = join(tmpdir(), `tidemark-connections-postgres-${process.pid}`);
let scratch = '';
let kafka: KafkaServer;
let postgres: PostgresServer;
let s3: S3Server;

test.beforeAll(async () => {
  test.setTimeout(400_000);
  scratch = mkdtempSync(join(tmpdir(), 'tidemark-connections-spec-'));
  [kafka, s3, postgres] = await Promise.all([
    startKafka({ folder: join(scratch, 'kafka') }),
    startS3({ folder: join(scratch, 's3') }),
    startPostgres({ folder: postgresFolder }),
  ]);
  const client = s3Client(s3);
  await client.send(new CreateBucketCommand({ Bucket: 'archive' }));
  await client.send(new PutObjectCommand({ Bucket: 'archive', Key: 'prices/2026.json', Body: '{"item":"tea","price":2.5}\n' }));
  client.destroy();
  const broker = new Kafka({ brokers: [kafka.brokers], logLevel: logLevel.NOTHING });
  const [admin, producer] = [broker.admin(), broker.producer()];
  await Promise.all([admin.connect(), producer.connect()]);
  await admin.createTopics({ topics: [{ topic: 'orders' }] });
  const order = { order_id: 1, city: 'Shenzhen', amount: 12.5, at: '2026-11-25 10:00:00' };
  await producer.send({
    topic: 'orders',
    messages: [{ value: JSON.stringify(order) }, { value: JSON.stringify({ ...order, order_id: 2 }) }],
  });
  await Promise.all([admin.disconnect(), producer.disconnect()]);
  const database = new pg.Client({ connectionString: postgres.url });
  await database.connect();
  await database.query('CREATE TABLE turnover (order_id BIGINT PRIMARY KEY, city TEXT, amount DOUBLE PRECISION)');
  await database.end();
});
test.afterAll(async () => {
  await Promise.all([kafka?.kill(), s3?.kill(), postgres?.stop()]);
  for (const folder of [scratch, postgresFolder]) rmSync(folder, { recursive: true, force: true });
});
test.beforeEach(async ({ context }) => signInContext(context, console_.url));

async function rowsOfTurnover(): Promise<unknown[]> {
  const database = new pg.Client({ connectionString: postgres.url });
  await database.connect();
  const { rows } = await database.query('SELECT order_id::int AS id, city FROM turnover ORDER BY 1').finally(() => database.end());
  return rows;
}

test('connections are made, tested, used and kept while used', async ({ page, watch }) => {
  test.setTimeout(400_000);
  const pages = new ConnectionPages(page, console_.url);
  const { api } = console_;

  await test.step('Kafka: version and topics', async () => {
    await pages.open();
    await expect(page.getByText('Connect Kafka, a database or a bucket once')).toBeVisible();
    await pages.fillNew('kafka-prod', /^Kafka/, { Brokers: kafka.brokers });
    const report = await pages.test();
    await expect(report.getByText(/^Works/).first()).toBeVisible();
    await expect(report).toContainText(/Apache Kafka ≥ \d/);
    await expect(report).toContainText('orders');
    await pages.save();
    await expect(pages.row('kafka-prod')).toContainText('not tested');
  });

  await test.step('PostgreSQL: a wrong port says what helps, the right one shows version and tables', async () => {
    const fields = { Host: '127.0.0.1', Database: 'postgres', User: postgres.user, Port: '1' };
    await pages.fillNew('pg-main', /^PostgreSQL/, fields, [['Encryption', /^None/]]);
    const report = await pages.test();
    await expect(report).toContainText('Check port and firewall');
    await expect(report.getByRole('listitem').filter({ hasText: 'Signed in' })).toContainText('not tried');
    await pages.dialog.getByLabel('Port', { exact: true }).fill(String(postgres.port));
    await pages.test();
    await expect(report).toContainText(/PostgreSQL \d+\.\d+ · 1 table or view/);
    await expect(report).toContainText('turnover');
    await pages.save();
  });

  await test.step('object store: rights are proven by an object, a missing bucket says so, the secret never comes back', async () => {
    const fields = { Endpoint: s3.endpoint, Bucket: 'missing-one', 'Access key': s3.accessKey, 'Secret key': s3.secretKey };
    await pages.fillNew('archive-store', /^Object store/, fields);
    await pages.dialog.getByRole('switch', { name: /Bucket in the path/ }).click();
    const report = await pages.test();
    await expect(report).toContainText('Correct keys and bucket');
    await pages.dialog.getByLabel('Bucket', { exact: true }).fill('archive');
    await pages.test();
    for (const step of ['Wrote an object', 'Read it back', 'Deleted it']) await expect(report.getByText(step).first()).toBeVisible();
    await expect(report).toContainText('prices/');
    await pages.save();
    await page.getByRole('button', { name: 'Edit archive-store' }).click();
    await expect(pages.dialog.getByLabel('Secret key', { exact: true })).toHaveValue('');
    await expect(pages.dialog).toContainText('Leave empty to keep it');
    await pages.dialog.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Test archive-store' }).click();
    await expect(pages.dialog.getByText(/^Works/).first()).toBeVisible({ timeout: 30_000 });
    await pages.dialog.getByRole('button', { name: 'Close' }).last().click();
    await expect(pages.row('archive-store')).toContainText('Works');
    expect(JSON.stringify(await api.call('GET', '/connections'))).not.toContain(s3.secretKey);
  });

  const jobs = new ConsolePages(page, console_.url);
  let jobId = 0;
  await test.step('tables of a topic and of a database go into the editor', async () => {
    jobId = await jobs.createJob('orders-to-turnover');
    await jobs.replaceSql('INSERT INTO turnover SELECT order_id, city, amount FROM orders;');
    for (const [connection, object, line] of [
      ['kafka-prod', 'orders', '2 values'],
      ['pg-main', 'turnover', 'as the database has them'],
    ] as const) {
      await page.getByRole('button', { name: 'Insert Table' }).click();
      const dialog = page.getByRole('dialog', { name: 'Table from a connection' });
      await dialog.getByRole('combobox', { name: 'Connection' }).click();
      await page.getByRole('option', { name: connection }).click();
      await dialog.getByRole('button', { name: new RegExp(`^${object}`) }).click();
      await expect(dialog.getByRole('status').filter({ hasText: line })).toBeVisible({ timeout: 30_000 });
      await dialog.getByRole('button', { name: 'Insert' }).click();
      await expect(dialog).toBeHidden();
    }
    await expect(jobs.editor).toContainText("'connection' = 'kafka-prod'");
    await expect(page.getByText(/Semantics are right/)).toBeVisible({ timeout: 30_000 });
    await jobs.save();
  });

  await test.step('the job runs by them', async () => {
    await jobs.openJob(jobId);
    await jobs.startNow();
    await expect.poll(rowsOfTurnover, { timeout: 60_000 }).toEqual([
      { id: 1, city: 'Shenzhen' },
      { id: 2, city: 'Shenzhen' },
    ]);
  });

  await test.step('what is used says by whom, and is not deleted', async () => {
    await pages.open();
    await pages.row('pg-main').getByRole('button', { name: '1 job' }).click();
    await expect(page.getByRole('dialog', { name: 'Jobs that use pg-main' })).toContainText('orders-to-turnover');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'More pg-main' }).click();
    await expect(page.getByRole('menuitem', { name: /^Delete/ })).toHaveAttribute('aria-disabled', 'true');
    await page.keyboard.press('Escape');
    const { connections } = await api.call<{ connections: { id: string; name: string }[] }>('GET', '/connections');
    const used = connections.find((one) => one.name === 'pg-main');
    await expect(api.call('DELETE', `/connections/${used?.id}`)).rejects.toThrow(/in-use.*orders-to-turnover/);
    await page.getByRole('button', { name: 'More archive-store' }).click();
    await page.getByRole('menuitem', { name: /^Delete/ }).click();
    await page.getByRole('dialog', { name: 'Delete connection archive-store' }).getByRole('button', { name: 'Delete' }).click();
    await expect(pages.row('archive-store')).toHaveCount(0);
    await api.stop(jobId, 'without');
  });

  await test.step('a server that is gone is told with a next step, in the editor too', async () => {
    watch.expectErrors(/status of 424/);
    await kafka.kill();
    await page.goto(`${console_.url}/jobs/${jobId}/edit`);
    await page.getByRole('button', { name: 'Insert Table' }).click();
    const dialog = page.getByRole('dialog', { name: 'Table from a connection' });
    await dialog.getByRole('combobox', { name: 'Connection' }).click();
    await page.getByRole('option', { name: 'kafka-prod' }).click();
    await expect(dialog.getByRole('alert')).toContainText(/kafka-prod: .*Test the connection\./, { timeout: 40_000 });
  });
});
