/**
 * A stateful Kafka job survives every restart, from the browser: while the flights of a day are fed to a topic, the job is stopped with a savepoint
 * and started from it, stopped without one and started from an imported checkpoint, its process is killed, the console is killed. At the end
 * both sinks must equal a batch computation by a program that shares no code with the engine.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { expect, test } from '@playwright/test';
import { compareByKey } from '../crash/checker/compare.ts';
import { totalsByDistance, totalsByQuarterHour } from '../crash/checker/flights.ts';
import { type KafkaServer, startKafka } from '../servers/kafka.ts';
import { type PostgresServer, startPostgres } from '../servers/postgres.ts';
import { type S3Server, startS3 } from '../servers/s3.ts';
import { ADMINISTRATOR, startTidemark, type TidemarkServer } from '../servers/tidemark.ts';
import { FlightFeed } from './flight-feed.ts';
import { BUCKET, createDistanceTable, flightSql, readDistanceTotals, readWindowTotals, s3Client } from './flight-job.ts';
import { ConsolePages } from './pages/console.ts';

let scratch: string;
let kafka: KafkaServer;
let s3: S3Server;
let postgres: PostgresServer;
let tidemark: TidemarkServer;

function start(port?: number): Promise<TidemarkServer> {
  return startTidemark({
    dataDir: join(scratch, 'data'),
    ...(port ? { port } : {}),
    environment: {
      TIDEMARK_OBJECT_STORE: `s3://${BUCKET}`,
      TIDEMARK_S3_ENDPOINT: s3.endpoint,
      TIDEMARK_S3_REGION: 'us-east-1',
      TIDEMARK_S3_ACCESS_KEY: s3.accessKey,
      TIDEMARK_S3_SECRET_KEY: s3.secretKey,
      TIDEMARK_S3_FORCE_PATH_STYLE: '1',
    },
  });
}

test.beforeAll(async () => {
  test.setTimeout(400_000);
  scratch = mkdtempSync(join(tmpdir(), 'tidemark-main-job-'));
  [kafka, s3, postgres] = await Promise.all([
    startKafka({ folder: join(scratch, 'kafka') }),
    startS3({ folder: join(scratch, 's3') }),
    startPostgres({ folder: join(tmpdir(), `tidemark-main-job-postgres-${process.pid}`) }),
  ]);
  const client = s3Client(s3);
  await client.send(new CreateBucketCommand({ Bucket: BUCKET }));
  client.destroy();
  tidemark = await start();
});

test.afterAll(async () => {
  await Promise.all([tidemark?.kill(), kafka?.kill(), s3?.kill(), postgres?.stop()]);
  rmSync(scratch, { recursive: true, force: true });
  rmSync(join(tmpdir(), `tidemark-main-job-postgres-${process.pid}`), { recursive: true, force: true });
});

test('a stateful Kafka job survives every restart', async ({ page }) => {
  test.setTimeout(400_000);
  const places = {
    brokers: kafka.brokers,
    topic: 'flights',
    postgresPort: postgres.port,
    table: 'by_distance',
    folder: 'flights/by-quarter-hour',
  };
  await createDistanceTable(postgres.url, places.table);
  const feed = await FlightFeed.open(kafka.brokers, places.topic);
  const console_ = new ConsolePages(page, tidemark.url);
  const feeding = () => expect(feed.sent, 'the act happens while the flights are fed').toBeLessThan(feed.flights.length);
  let id = 0;

  await test.step('create, edit and start the job', async () => {
    await console_.signIn(ADMINISTRATOR.email, ADMINISTRATOR.password);
    id = await console_.createJob('flights-by-distance');
    await console_.replaceSql(flightSql(places));
    await expect(page.getByText(/Semantics are right/)).toBeVisible();
    await console_.setNumber('Checkpoint Interval', 2);
    await console_.save();
    await console_.openJob(id);
    await console_.startNow();
    await console_.expectStatus('Running');
    feed.begin(2_000);
    await page.waitForTimeout(6_000);
  });

  await test.step('stop with a savepoint, start from it', async () => {
    feeding();
    await console_.stop('Trigger savepoint');
    await console_.expectStatus('Stopped');
    expect(await console_.startNow()).toContain('Nothing will be lost');
    await console_.expectStatus('Running');
    await page.waitForTimeout(5_000);
  });

  await test.step('stop without a savepoint, import the newest checkpoint, start', async () => {
    feeding();
    await console_.stop('Without savepoint');
    await console_.expectStatus('Stopped');
    const imported = await console_.importNewestCheckpoint();
    expect(imported).toMatch(/^chk-/);
    expect(await console_.startNow()).toContain('Nothing will be lost');
    await console_.expectStatus('Running');
    await page.waitForTimeout(5_000);
  });

  await test.step('kill -9 the job', async () => {
    feeding();
    const [pid] = tidemark.jobPids();
    expect(pid).toBeGreaterThan(0);
    process.kill(pid as number, 'SIGKILL');
    await expect.poll(() => tidemark.jobPids().filter((one) => one !== pid).length, { timeout: 60_000 }).toBe(1);
    await console_.expectStatus('Running');
    await page.waitForTimeout(5_000);
  });

  await test.step('kill -9 the console', async () => {
    feeding();
    const port = Number(new URL(tidemark.url).port);
    await tidemark.killConsole();
    tidemark = await start(port);
    await console_.openJob(id);
    await console_.expectStatus('Running');
    await page.waitForTimeout(4_000);
  });

  await test.step('kill -9 console and job together', async () => {
    feeding();
    const port = Number(new URL(tidemark.url).port);
    await tidemark.kill();
    tidemark = await start(port);
    await console_.openJob(id);
    await console_.expectStatus('Running');
    await page.waitForTimeout(4_000);
  });

  await test.step('both sinks equal the batch computation', async () => {
    feeding();
    await feed.finish();
    const windows = totalsByQuarterHour(feed.flights);
    await expect
      .poll(async () => (await readWindowTotals(s3, places.folder)).length, { timeout: 120_000 })
      .toBeGreaterThanOrEqual(windows.size);
    await console_.stop('Trigger savepoint');
    await console_.expectStatus('Stopped');
    const distances = totalsByDistance([...feed.flights, ...feed.marks]);
    expect(compareByKey(distances, await readDistanceTotals(postgres.url, places.table), (row) => row.distance)).toEqual([]);
    expect(compareByKey(windows, await readWindowTotals(s3, places.folder), (row) => row.windowStart)).toEqual([]);
  });

  await test.step('the ledger tells each restart', async () => {
    await page.getByRole('tab', { name: 'Ledger' }).click();
    const ledger = page.getByRole('tabpanel', { name: 'Ledger' });
    await expect(ledger).toContainText('savepoint');
    await expect(ledger).toContainText(/chk-\d+/);
  });
});
