/** A job of the embedded engine that keeps only the places of its Kafka source goes on on a real Flink cluster: no record lost or repeated at the seam. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type FlinkCluster, startFlink } from '../../e2e/servers/flink.ts';
import {
  CLUSTER,
  copiedAll,
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

/** Keeps nothing but its places. */
const copyingSql = (topic: string): string =>
  numbersSql(brokers, topic).replace(/CREATE TABLE tens[\s\S]*/, 'INSERT INTO copies SELECT n FROM numbers;');

/** The saved version names the queue, and so does the job's row. */
async function moveTo(fixture: JobFixture, queueName: string): Promise<void> {
  const { client } = fixture.opened;
  const version = await client.jobVersion.findFirstOrThrow({ where: { jobId: fixture.jobId }, orderBy: { number: 'desc' } });
  const optionsJson = JSON.stringify({ ...JSON.parse(version.optionsJson), queueName });
  await client.jobVersion.updateMany({ where: { jobId: fixture.jobId, number: version.number }, data: { optionsJson } });
  await client.job.update({ where: { id: fixture.jobId }, data: { queueName } });
}

it('goes on at the offsets of its savepoint, each number once, and from then on by savepoints of Flink', async () => {
  const numbers = new Numbers(brokers, `flink-move-${Date.now()}`);
  await numbers.create(3);
  await numbers.send(700);
  const fixture = await createFlinkJob(cluster, copyingSql(numbers.topic), { parallelism: 2 });
  mkdirSync(join(fixture.dataDir, 'objects', 'results'), { recursive: true });
  await moveTo(fixture, 'default');
  const supervisor = startSupervisor(fixture.dataDir);
  try {
    await request(fixture, startRequest());
    await hasStatus(fixture, 'job_running', 120_000);
    await copiedAll(fixture, numbers);
    await request(fixture, { kind: 'stop', mode: 'savepoint' });
    await hasStatus(fixture, 'job_cancel_success');
    const savepoint = (await snapshotsOf(fixture)).at(-1);
    expect(savepoint).toMatchObject({ engine: 'embedded', origin: 'stop' });

    await numbers.send(300);
    await moveTo(fixture, CLUSTER);
    await request(fixture, startRequest());
    await hasStatus(fixture, 'job_running', 120_000);
    expect((await runsOf(fixture)).at(-1)).toMatchObject({ engine: 'flink', start: 'snapshot', restoredFromId: savepoint?.id });
    await copiedAll(fixture, numbers);
    await request(fixture, { kind: 'stop', mode: 'savepoint' });
    await hasStatus(fixture, 'job_cancel_success', 120_000);
    expect((await snapshotsOf(fixture)).at(-1)).toMatchObject({ engine: 'flink', origin: 'stop' });
    expect(copiesOf(fixture)).toEqual(upTo(numbers.sent));

    await numbers.send(200);
    await request(fixture, startRequest());
    await hasStatus(fixture, 'job_running', 120_000);
    await copiedAll(fixture, numbers);
    await request(fixture, { kind: 'stop', mode: 'savepoint' });
    await hasStatus(fixture, 'job_cancel_success', 120_000);
    expect(copiesOf(fixture)).toEqual(upTo(1200));
  } finally {
    await endSupervisor(supervisor, 'SIGTERM');
    await fixture.close();
  }
});

it('goes on at the same offsets when the cluster loses the job before Flink has made a checkpoint', async () => {
  const numbers = new Numbers(brokers, `flink-lost-${Date.now()}`);
  await numbers.create(2);
  await numbers.send(300);
  const fixture = await createFlinkJob(cluster, copyingSql(numbers.topic), {
    checkpointIntervalSeconds: 3_600,
    restartWhenException: true,
  });
  mkdirSync(join(fixture.dataDir, 'objects', 'results'), { recursive: true });
  await moveTo(fixture, 'default');
  const supervisor = startSupervisor(fixture.dataDir);
  const hasRead = (run: number, records: number) =>
    until(
      `run ${run} has read ${records} records`,
      () => runsOf(fixture),
      (all) => all.some((one) => one.number === run && (one.recordsIn ?? 0n) >= BigInt(records)),
      120_000,
    );
  try {
    await request(fixture, startRequest());
    await hasRead(1, 300);
    await request(fixture, { kind: 'stop', mode: 'savepoint' });
    await hasStatus(fixture, 'job_cancel_success');
    expect(copiesOf(fixture)).toEqual(upTo(300));
    const [savepoint] = await snapshotsOf(fixture);

    await numbers.send(200);
    await moveTo(fixture, CLUSTER);
    await request(fixture, startRequest());
    await hasStatus(fixture, 'job_running', 120_000);
    await cluster.kill('jobmanager');
    await cluster.start('jobmanager');
    await until(
      'a third run is alive',
      () => runsOf(fixture),
      (all) => all.length === 3 && all[2]?.runningAt !== null,
      180_000,
    );
    expect((await runsOf(fixture)).at(-1)).toMatchObject({ engine: 'flink', start: 'auto-restart', restoredFromId: savepoint?.id });
    expect(await snapshotsOf(fixture)).toHaveLength(1);
    // Its savepoints say how far it has come; no other snapshot shows its rows.
    let read = 0;
    while (read < numbers.sent) {
      await request(fixture, { kind: 'stop', mode: 'savepoint' });
      await hasStatus(fixture, 'job_cancel_success', 120_000);
      const positions = JSON.parse((await snapshotsOf(fixture)).at(-1)?.positionsJson ?? '[]') as { offset: number }[];
      read = positions.reduce((sum, one) => sum + one.offset, 0);
      expect(copiesOf(fixture)).toHaveLength(read);
      if (read === numbers.sent) break;
      await request(fixture, startRequest());
      await hasStatus(fixture, 'job_running', 120_000);
    }
    expect(copiesOf(fixture)).toEqual(upTo(numbers.sent));
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
    await copiedAll(fixture, numbers);
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
