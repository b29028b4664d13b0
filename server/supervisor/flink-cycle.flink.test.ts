/** What the life cycle on a real cluster has beside stop and start: pins that outlive Flink's retention, native savepoints, copies of a run, logs of TaskManagers. */
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { call, type FlinkCluster, FlinkSession, startFlink } from '../../e2e/servers/flink.ts';
import { parseEnvironment } from '../config/environment.ts';
import type { JobOptionsPatch } from '../contract/job-options.ts';
import { systemClock } from '../effects/clock.ts';
import { masterKeyOf } from '../secrets/seal.ts';
import type { ConsoleContext } from '../services/context.ts';
import { PlannerThread } from '../services/planner-thread.ts';
import { pinSnapshot } from '../services/snapshots.ts';
import { createPreviews } from '../snapshots/create-previews.ts';
import { inspectSnapshot } from '../snapshots/inspect-snapshot.ts';
import { LiveCounts } from '../snapshots/live-counts.ts';
import { folderAt } from '../snapshots/snapshot-place.ts';
import { createStore } from '../storage/create-store.ts';
import {
  copiedAll,
  copiesOf,
  createFlinkJob,
  endSupervisor,
  eventsOf,
  hasStatus,
  jobOf,
  liveJobs,
  Numbers,
  numbersSql,
  runsOf,
  snapshotsOf,
  startSupervisor,
  upTo,
} from './flink-fixture.ts';
import { type JobFixture, request, startRequest, until } from './supervisor-fixture.ts';

const brokers = process.env.TIDEMARK_TEST_KAFKA as string;
const scratch = mkdtempSync(join(tmpdir(), 'tidemark-flink-'));
const ROCKSDB = {
  'state.backend.type': 'rocksdb',
  'execution.checkpointing.incremental': 'true',
  'execution.checkpointing.data-inline-threshold': '0 b',
};
let cluster: FlinkCluster;
let fixture: JobFixture;
let numbers: Numbers;
let supervisor: ChildProcess;

beforeAll(async () => {
  cluster = await startFlink(join(scratch, 'flink'), { taskManagerMemory: '1600m', slots: 4, hasKafka: true });
});
afterAll(async () => {
  await cluster?.stop();
  rmSync(scratch, { recursive: true, force: true });
});
afterEach(async () => {
  await request(fixture, { kind: 'stop', mode: 'without' });
  await until('nothing of it lives', live, (jobs) => jobs.length === 0, 60_000);
  await endSupervisor(supervisor, 'SIGTERM');
  await fixture.close();
});

async function prepare(options: JobOptionsPatch, sql?: string): Promise<void> {
  numbers = new Numbers(brokers, `flink-cycle-${Date.now()}`);
  await numbers.create(2);
  fixture = await createFlinkJob(cluster, sql ?? numbersSql(brokers, numbers.topic), options);
  mkdirSync(join(fixture.dataDir, 'objects', 'results'), { recursive: true });
  supervisor = startSupervisor(fixture.dataDir);
}

const live = () => liveJobs(cluster, fixture);

async function start(): Promise<void> {
  await request(fixture, startRequest());
  await hasStatus(fixture, 'job_running', 120_000);
}

async function stop(mode: 'savepoint' | 'drain' | 'without') {
  await request(fixture, { kind: 'stop', mode });
  await hasStatus(fixture, 'job_cancel_success', 120_000);
  return (await snapshotsOf(fixture)).at(-1);
}

const checkpointsOf = async (run: number) =>
  (await snapshotsOf(fixture)).filter((one) => one.runNumber === run && one.kind === 'checkpoint' && one.deletedAt === null);
const copied = () => copiedAll(fixture, numbers);
const storeOf = () => createStore({ kind: 'local', root: join(fixture.dataDir, 'objects') });

async function contentOf(path: string) {
  const inspected = await inspectSnapshot(folderAt(storeOf(), path));
  if (inspected.kind !== 'flink' || inspected.content.kind !== 'flink') throw new Error(`${path} is ${inspected.kind}`);
  return inspected.content;
}

function environment() {
  const parsed = parseEnvironment({ TIDEMARK_DATA_DIR: fixture.dataDir }, fixture.dataDir);
  if (!parsed.ok) throw new Error(parsed.problems.join(' '));
  return parsed.value;
}

/** As a person does it in the console; `pinSnapshot` needs no more of a console than this. */
async function pin(id: string) {
  const database = fixture.opened.client;
  const { id: userId, name, email } = await database.user.findFirstOrThrow();
  const { projectId } = await jobOf(fixture);
  const caller = { userId, name, email, role: 'admin', projectId, sessionId: null, sessionExpiresAt: null } as const;
  const parts = { database, store: storeOf(), environment: environment(), clock: systemClock, events: { nudge() {} }, log() {} };
  const asked = { requestId: 'r', address: '', userAgent: '', via: 'console', caller } as const;
  return pinSnapshot(parts as unknown as ConsoleContext, asked, id, true);
}

describe('the life cycle on Apache Flink', () => {
  it('keeps a pinned checkpoint that Flink deletes, and restores it', async () => {
    await prepare({ checkpointsRetained: 1, runtimeConfiguration: ROCKSDB });
    await numbers.send(300);
    await start();
    await copied();
    const former = (await checkpointsOf(1)).at(-1)?.checkpointId ?? 0n;
    const all = await until(
      'a checkpoint with all of it',
      () => checkpointsOf(1),
      (found) => (found.at(-1)?.checkpointId ?? 0n) > former,
    );
    const { id, path } = all.at(-1) as (typeof all)[number];
    expect((await contentOf(path)).isSelfContained).toBe(false);
    const pinned = await pin(id);
    expect(pinned).toMatchObject({ id, isPinned: true });
    expect(pinned.path).toMatch(/\/jobs\/savepoint\/\d+\/pinned-[0-9a-f]{6}-chk-\d+$/);
    const original = join(fixture.dataDir, 'objects', path.replace('obs://', ''), '_metadata');
    await until(
      'Flink deletes the original',
      async () => existsSync(original),
      (isThere) => !isThere,
      60_000,
    );
    expect((await contentOf(pinned.path)).isSelfContained).toBe(true);

    // What comes behind it is read again from Kafka, and its state has each number once.
    await numbers.send(200);
    await copied();
    await stop('without');
    await request(fixture, { ...startRequest(), choice: { kind: 'snapshot', snapshotId: id }, snapshotId: id } as ReturnType<
      typeof startRequest
    >);
    await hasStatus(fixture, 'job_running', 120_000);
    expect((await runsOf(fixture)).at(-1)).toMatchObject({ number: 2, restoredFromId: id });
    const again = await until(
      'the 200 numbers behind it come again',
      async () => copiesOf(fixture),
      (rows) => rows.length >= 700,
      120_000,
    );
    expect(again).toEqual([...upTo(300), ...upTo(500).slice(300), ...upTo(500).slice(300)].sort((a, b) => a - b));
  });

  it('stops and drains with native savepoints where the job says so', async () => {
    await prepare({ runtimeConfiguration: { ...ROCKSDB, 'tidemark.savepoint-format': 'native' } });
    await numbers.send(100);
    await start();
    await copied();
    const stopped = await stop('savepoint');
    const content = await contentOf(stopped?.path as string);
    expect(content.properties).toMatchObject({ format: 'NATIVE', postAction: 'SUSPEND' });
    expect(content.isSelfContained).toBe(true);
    await numbers.send(100);
    await start();
    expect((await runsOf(fixture)).at(-1)).toMatchObject({ number: 2, restoredFromId: stopped?.id });
    await copied();
    const drained = await stop('drain');
    expect(drained).toMatchObject({ origin: 'drain', runNumber: 2 });
    expect((await contentOf(drained?.path as string)).properties).toMatchObject({ format: 'NATIVE', postAction: 'TERMINATE' });
    expect(copiesOf(fixture)).toEqual(upTo(200));
  });

  it('says when a run is there twice, chooses none among strangers, and ends all of it with a stop', async () => {
    await prepare({});
    await start();
    const [own] = await live();
    const session = await FlinkSession.open(cluster, { 'pipeline.name': own?.name as string });
    await session.run("CREATE TABLE numbers (n BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '5')");
    await session.run("CREATE TABLE nowhere (n BIGINT) WITH ('connector' = 'blackhole')");
    const copies = [0, 1].map(() => session.insert('INSERT INTO nowhere SELECT n FROM numbers'));
    const [first, second] = (await Promise.all(copies)) as [string, string];
    await session.close();
    const twice = /runs this run more than once, as jobs .*results are written more than once/;
    const told = async () => (await eventsOf(fixture)).filter((event) => twice.test(event.message)).map((event) => event.message);
    const isOfBoth = (all: readonly string[]) => all.some((message) => message.includes(first) && message.includes(second));
    await until('it is told', told, isOfBoth, 60_000);
    const found = async () => (await eventsOf(fixture)).filter((event) => /has found run 1/.test(event.message)).length;

    await endSupervisor(supervisor, 'SIGKILL');
    await call('PATCH', `${cluster.rest}/jobs/${own?.jid}?mode=cancel`).catch(() => null);
    await until('strangers are left', live, (jobs) => jobs.length === 2, 60_000);
    supervisor = startSupervisor(fixture.dataDir);
    const job = await until(
      'none is chosen',
      () => jobOf(fixture),
      (one) => one.unreachableSince !== null && twice.test(one.statusMessage),
      60_000,
    );
    expect([job.desired, await found()]).toEqual(['running', 0]);
    await call('PATCH', `${cluster.rest}/jobs/${second}?mode=cancel`).catch(() => null);
    await until('the one that is left is watched', found, (count) => count === 1, 60_000);
    expect((await live()).map((one) => one.jid)).toEqual([first]);
    expect(await runsOf(fixture)).toHaveLength(1);
    await stop('without');
    await until('nothing of it lives', live, (jobs) => jobs.length === 0, 60_000);
  });

  it('keeps what the TaskManager wrote about a failure in the log of the run', async () => {
    const failing = `
CREATE TABLE numbers (n BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '20', 'fields.n.kind' = 'sequence', 'fields.n.start' = '1', 'fields.n.end' = '1000');
CREATE TABLE nowhere (n BIGINT) WITH ('connector' = 'blackhole');
INSERT INTO nowhere SELECT 100 / (n - 60) FROM numbers;`;
    await prepare({ restartWhenException: false }, failing);
    await start();
    const job = await hasStatus(fixture, 'job_running_exception', 120_000);
    expect(job.statusMessage).toMatch(/zero/);
    const [run] = await runsOf(fixture);
    const log = readFileSync(run?.logPath as string, 'utf8');
    expect(log).toMatch(/WARN \[flink\] TaskManager \S+: .*switched from RUNNING to FAILED.*ArithmeticException/);
  });

  it('says that checkpoints lie on disks which the cluster does not share', async () => {
    const sql = `
CREATE TABLE numbers (n BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '20');
CREATE TABLE nowhere (n BIGINT) WITH ('connector' = 'blackhole');
INSERT INTO nowhere SELECT n FROM numbers;`;
    await prepare({}, sql);
    const ownDisk = join(fixture.dataDir, 'objects');
    const apart = await startFlink(join(scratch, 'apart'), { taskManagerMemory: '1600m', ownDisk });
    try {
      const { client } = fixture.opened;
      const { id, configJson } = await client.connection.findFirstOrThrow();
      const there = JSON.stringify({ ...JSON.parse(configJson), jobManagerUrl: apart.rest, gatewayUrl: apart.gateway });
      await client.connection.update({ where: { id }, data: { configJson: there } });
      await start();
      const told = await until(
        'it is told',
        () => eventsOf(fixture),
        (all) => all.some((event) => /completed checkpoint \d+ at file:.* writes to a disk of its own/.test(event.message)),
        60_000,
      );
      expect(told.filter((event) => /disk of its own/.test(event.message))).toHaveLength(1);
      expect(await snapshotsOf(fixture)).toEqual([]);
      await stop('without');
    } finally {
      await apart.stop();
    }
  });

  it('refuses a gateway of another cluster and a form of savepoints that is none, and starts nothing', async () => {
    const foreign = await startFlink(join(scratch, 'foreign'), { parts: ['sql-gateway'] });
    try {
      await prepare({});
      const blockedBy = async () => {
        const planner = new PlannerThread(60_000);
        const masterKey = masterKeyOf(new Uint8Array(32));
        const options = {
          database: fixture.opened.client,
          clock: systemClock,
          environment: environment(),
          masterKey,
          planner,
          counts: new LiveCounts(),
        };
        return await createPreviews(options)
          .previewStart(fixture.jobId, { kind: 'newest' })
          .then((preview) => preview.blockedBy)
          .finally(() => planner.close());
      };
      const { client } = fixture.opened;
      const { id, configJson } = await client.connection.findFirstOrThrow();
      const wrong = JSON.stringify({ ...JSON.parse(configJson), gatewayUrl: foreign.gateway });
      await client.connection.update({ where: { id }, data: { configJson: wrong } });
      expect(await blockedBy()).toMatch(
        /^The SQL Gateway of cluster gives its jobs to another cluster: (jobmanager\.rpc\.port|rest\.port) is \d+ there and \d+ at the JobManager/,
      );
      await client.connection.update({ where: { id }, data: { configJson } });
      expect(await blockedBy()).toBe(null);
      const optionsJson = JSON.stringify({ queueName: 'cluster', runtimeConfiguration: { 'tidemark.savepoint-format': 'ZIP' } });
      await client.jobVersion.updateMany({ data: { optionsJson } });
      expect(await blockedBy()).toMatch(/^tidemark\.savepoint-format is ZIP; write CANONICAL or NATIVE/);
      expect(await live()).toEqual([]);
    } finally {
      await foreign.stop();
    }
  });
});
