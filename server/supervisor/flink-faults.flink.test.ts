/**
 * Faults around a SQL job on a real Flink cluster: TaskManager and JobManager killed, the console killed at many moments of start and of stop with
 * savepoint. After each the numbers are there once, one job is live, and no savepoint is doubled.
 */
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type FlinkCluster, startFlink } from '../../e2e/servers/flink.ts';
import {
  copiedAll,
  copiesOf,
  createFlinkJob,
  endSupervisor,
  eventsOf,
  hasStatus,
  jobOf,
  liveJobs,
  madeCheckpoint,
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
/** Moments after the request at which the console is killed, ms. */
const MOMENTS = [50, 200, 500, 1_000, 2_000, 4_000];
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

beforeEach(async () => {
  numbers = new Numbers(brokers, `flink-faults-${Date.now()}`);
  await numbers.create(2);
  fixture = await createFlinkJob(cluster, numbersSql(brokers, numbers.topic), {});
  mkdirSync(join(fixture.dataDir, 'objects', 'results'), { recursive: true });
  supervisor = startSupervisor(fixture.dataDir);
});
afterEach(async () => {
  await request(fixture, { kind: 'stop', mode: 'without' });
  await until('the job is at rest', live, (jobs) => jobs.length === 0, 60_000);
  await endSupervisor(supervisor, 'SIGTERM');
  await fixture.close();
});

const live = () => liveJobs(cluster, fixture);

const checkpointed = (run: number) => madeCheckpoint(fixture, run);
const copied = () => copiedAll(fixture, numbers);

const checkpoints = () => join(fixture.dataDir, 'objects', 'tidemark', 'jobs', 'checkpoint', `${fixture.jobId}_abcd`);
const metadataBelow = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('_metadata'));

async function start(): Promise<void> {
  await request(fixture, startRequest());
  await hasStatus(fixture, 'job_running', 120_000);
}

async function killConsole(): Promise<void> {
  await endSupervisor(supervisor, 'SIGKILL');
  supervisor = startSupervisor(fixture.dataDir);
}

describe('faults around a job on Apache Flink', () => {
  it('lets Flink restart the job when a TaskManager dies, and says so', async () => {
    await numbers.send(300);
    await start();
    await checkpointed(1);
    await cluster.kill('taskmanager');
    await cluster.start('taskmanager');
    await numbers.send(300);
    await copied();
    await until(
      "Flink's restart is told",
      () => eventsOf(fixture),
      (all) => all.some((event) => event.kind === 'engine' && /restarts the job by itself/.test(event.message)),
    );
    expect(copiesOf(fixture)).toEqual(upTo(numbers.sent));
    expect(await runsOf(fixture)).toHaveLength(1);
  });

  it('says since when a cluster is unreachable, and starts the job again from its newest checkpoint when it was lost', async () => {
    await numbers.send(300);
    await start();
    await checkpointed(1);
    await copied();
    await cluster.kill('jobmanager');
    await until(
      'it is unreachable',
      () => jobOf(fixture),
      (job) => job.unreachableSince !== null,
      60_000,
    );
    expect((await jobOf(fixture)).status).toBe('job_running');
    await cluster.start('jobmanager');
    await until(
      'another run',
      () => runsOf(fixture),
      (runs) => runs.at(-1)?.number === 2 && runs.at(-1)?.runningAt !== null,
      120_000,
    );
    await numbers.send(300);
    await copied();
    expect(copiesOf(fixture)).toEqual(upTo(numbers.sent));
    expect((await runsOf(fixture)).map((run) => [run.start, run.endCause])).toEqual([
      ['empty', 'lost'],
      ['auto-restart', null],
    ]);
    expect(await live()).toHaveLength(1);
    expect((await jobOf(fixture)).unreachableSince).toBe(null);
  });

  it('asks a person when a bounded job finished unseen and the cluster has forgotten it', async () => {
    const sql = `
CREATE TABLE numbers (n BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '50', 'number-of-rows' = '750',
  'fields.n.kind' = 'sequence', 'fields.n.start' = '1', 'fields.n.end' = '750');
CREATE TABLE copies (n BIGINT) WITH ('connector' = 'filesystem', 'path' = 'obs://results/copies', 'format' = 'csv');
INSERT INTO copies SELECT n FROM numbers;`;
    await fixture.opened.client.jobVersion.updateMany({ where: { jobId: fixture.jobId }, data: { sql } });
    await start();
    await checkpointed(1);
    await request(fixture, { kind: 'trigger-savepoint', path: null });
    await until(
      'a savepoint is made',
      () => snapshotsOf(fixture),
      (all) => all.some((one) => one.origin === 'manual'),
    );
    await endSupervisor(supervisor, 'SIGKILL');
    await until('it has finished', live, (jobs) => jobs.length === 0, 60_000);
    // Flink does so behind the end; a JobManager killed before leaves the last one, from which the next run ends at once.
    await until(
      'Flink has deleted its checkpoints',
      async () => metadataBelow(checkpoints()),
      (all) => all.length === 0,
      60_000,
    );
    await cluster.kill('jobmanager');
    await cluster.start('jobmanager');
    supervisor = startSupervisor(fixture.dataDir);
    // The savepoint's operation may still be open: it ends first.
    const job = await until(
      'the job waits for a person',
      () => jobOf(fixture),
      (one) => one.status === 'job_running_exception' && one.desired === 'stopped',
      120_000,
    );
    expect([job.desired, job.statusMessage]).toEqual(['stopped', expect.stringMatching(/may have read all its input and finished/)]);
    expect(await runsOf(fixture)).toHaveLength(1);
    expect(copiesOf(fixture)).toEqual(upTo(750));
  });

  it('has one live job wherever the console is killed while it starts', async () => {
    for (const moment of MOMENTS) {
      await numbers.send(50);
      await request(fixture, startRequest());
      await new Promise((resolve) => setTimeout(resolve, moment));
      await killConsole();
      await hasStatus(fixture, 'job_running', 120_000);
      const run = (await runsOf(fixture)).at(-1);
      await checkpointed(run?.number ?? 0);
      expect((await live()).map((job) => job.jid)).toEqual([run?.id.replaceAll('-', '')]);
      await copied();
      await request(fixture, { kind: 'stop', mode: 'savepoint' });
      await hasStatus(fixture, 'job_cancel_success');
    }
    expect(copiesOf(fixture)).toEqual(upTo(numbers.sent));
  });

  it('makes one savepoint wherever the console is killed while it stops', async () => {
    const folder = join(fixture.dataDir, 'objects', 'tidemark', 'jobs', 'savepoint', String(fixture.jobId));
    for (const [index, moment] of MOMENTS.entries()) {
      await numbers.send(50);
      await start();
      await checkpointed(index + 1);
      await copied();
      await request(fixture, { kind: 'stop', mode: 'savepoint' });
      await new Promise((resolve) => setTimeout(resolve, moment));
      await killConsole();
      await hasStatus(fixture, 'job_cancel_success');
      expect(await live()).toEqual([]);
      const whole = readdirSync(folder).filter((name) => existsSync(join(folder, name, '_metadata')));
      expect(whole).toHaveLength(index + 1);
      const savepoints = (await snapshotsOf(fixture)).filter((one) => one.origin === 'stop');
      expect(savepoints.map((one) => one.name).sort()).toEqual(whole.sort());
    }
    expect(copiesOf(fixture)).toEqual(upTo(numbers.sent));
  });
});
