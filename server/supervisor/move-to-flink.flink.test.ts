/** A job of the embedded engine that keeps only the places of its Kafka source goes on on a real Flink cluster: no record lost or repeated at the seam. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type FlinkCluster, startFlink } from '../../e2e/servers/flink.ts';
import {
  CLUSTER,
  copiesOf,
  createFlinkJob,
  endSupervisor,
  hasStatus,
  Numbers,
  numbersSql,
  runsOf,
  snapshotsOf,
  startSupervisor,
  upTo,
} from './flink-fixture.ts';
import { type JobFixture, request, startRequest, until } from './supervisor-fixture.ts';

const brokers = process.env.TIDEMARK_TEST_KAFKA as string;
const scratch = mkdtempSync(join(tmpdir(), 'tidemark-flink-move-'));
let cluster: FlinkCluster;

beforeAll(async () => {
  cluster = await startFlink(join(scratch, 'flink'), { taskManagerMemory: '1600m', slots: 4, hasKafka: true });
});
afterAll(async () => {
  await cluster?.stop();
  rmSync(scratch, { recursive: true, force: true });
});

/** The saved version names the queue, and so does the job's row. */
async function moveTo(fixture: JobFixture, queueName: string): Promise<void> {
  const { client } = fixture.opened;
  const version = await client.jobVersion.findFirstOrThrow({ where: { jobId: fixture.jobId }, orderBy: { number: 'desc' } });
  const optionsJson = JSON.stringify({ ...JSON.parse(version.optionsJson), queueName });
  await client.jobVersion.updateMany({ where: { jobId: fixture.jobId, number: version.number }, data: { optionsJson } });
  await client.job.update({ where: { id: fixture.jobId }, data: { queueName } });
}

const copied = (fixture: JobFixture, numbers: Numbers) =>
  until(
    `all ${numbers.sent} numbers are copied`,
    async () => copiesOf(fixture),
    (all) => all.length >= numbers.sent,
    120_000,
  );

it('goes on at the offsets of its savepoint, each number once, and from then on by savepoints of Flink', async () => {
  const numbers = new Numbers(brokers, `flink-move-${Date.now()}`);
  await numbers.create(3);
  await numbers.send(700);
  const sql = numbersSql(brokers, numbers.topic).replace(/CREATE TABLE tens[\s\S]*/, 'INSERT INTO copies SELECT n FROM numbers;');
  const fixture = await createFlinkJob(cluster, sql, { parallelism: 2 });
  mkdirSync(join(fixture.dataDir, 'objects', 'results'), { recursive: true });
  await moveTo(fixture, 'default');
  const supervisor = startSupervisor(fixture.dataDir);
  try {
    await request(fixture, startRequest());
    await hasStatus(fixture, 'job_running', 120_000);
    await copied(fixture, numbers);
    await request(fixture, { kind: 'stop', mode: 'savepoint' });
    await hasStatus(fixture, 'job_cancel_success');
    const savepoint = (await snapshotsOf(fixture)).at(-1);
    expect(savepoint).toMatchObject({ engine: 'embedded', origin: 'stop' });

    await numbers.send(300);
    await moveTo(fixture, CLUSTER);
    await request(fixture, startRequest());
    await hasStatus(fixture, 'job_running', 120_000);
    expect((await runsOf(fixture)).at(-1)).toMatchObject({ engine: 'flink', start: 'snapshot', restoredFromId: savepoint?.id });
    await copied(fixture, numbers);
    await request(fixture, { kind: 'stop', mode: 'savepoint' });
    await hasStatus(fixture, 'job_cancel_success', 120_000);
    expect((await snapshotsOf(fixture)).at(-1)).toMatchObject({ engine: 'flink', origin: 'stop' });
    expect(copiesOf(fixture)).toEqual(upTo(numbers.sent));

    await numbers.send(200);
    await request(fixture, startRequest());
    await hasStatus(fixture, 'job_running', 120_000);
    await copied(fixture, numbers);
    await request(fixture, { kind: 'stop', mode: 'savepoint' });
    await hasStatus(fixture, 'job_cancel_success', 120_000);
    expect(copiesOf(fixture)).toEqual(upTo(1200));
  } finally {
    await endSupervisor(supervisor, 'SIGTERM');
    await fixture.close();
  }
});

it('stays where it is when it keeps a count, and Flink begins empty only by the name typed', async () => {
  const numbers = new Numbers(brokers, `flink-stay-${Date.now()}`);
  await numbers.create(1);
  await numbers.send(100);
  const fixture = await createFlinkJob(cluster, numbersSql(brokers, numbers.topic), {});
  mkdirSync(join(fixture.dataDir, 'objects', 'results'), { recursive: true });
  await moveTo(fixture, 'default');
  const supervisor = startSupervisor(fixture.dataDir);
  try {
    await request(fixture, startRequest());
    await hasStatus(fixture, 'job_running', 120_000);
    await copied(fixture, numbers);
    await request(fixture, { kind: 'stop', mode: 'savepoint' });
    await hasStatus(fixture, 'job_cancel_success');
    await moveTo(fixture, CLUSTER);
    await request(fixture, startRequest());
    const job = await hasStatus(fixture, 'job_submit_fail', 60_000);
    expect(job.statusMessage).toMatch(/rows of state of .*cannot be carried over to Apache Flink/);
    expect(await runsOf(fixture)).toHaveLength(1);
  } finally {
    await endSupervisor(supervisor, 'SIGTERM');
    await fixture.close();
  }
});
