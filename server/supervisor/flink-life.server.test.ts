/** A SQL job on a real Flink cluster through its whole life: nothing is lost or doubled, one job is there at a time, and the console may die at any moment. */

import type { ChildProcess } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, type FlinkCluster, startFlink } from '../../e2e/servers/flink.ts';
import { SAMPLE_MAIN_CLASS, sampleJar } from '../../e2e/servers/sample-job.ts';
import { parseEnvironment } from '../config/environment.ts';
import { testConnection } from '../connections/test-connection.ts';
import { connectionConfigSchema } from '../contract/connections.ts';
import type { JobOptionsPatch } from '../contract/job-options.ts';
import { systemClock } from '../effects/clock.ts';
import { createDialer } from '../effects/real-dialer.ts';
import { masterKeyOf } from '../secrets/seal.ts';
import { PlannerThread } from '../services/planner-thread.ts';
import { createPreviews } from '../snapshots/create-previews.ts';
import { LiveCounts } from '../snapshots/live-counts.ts';
import {
  copiedAll,
  copiesOf,
  createFlinkJob,
  endSupervisor,
  eventsOf,
  hasStatus,
  jobOf,
  jobsIn,
  type ListedJob,
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
let cluster: FlinkCluster;

beforeAll(async () => {
  cluster = await startFlink(join(scratch, 'flink'), { taskManagerMemory: '1600m', slots: 4, hasKafka: true });
});
afterAll(async () => {
  await cluster?.stop();
  rmSync(scratch, { recursive: true, force: true });
});

const flinkJobs = (fixture: JobFixture) => jobsIn(cluster, fixture);
const live = (fixture: JobFixture) => liveJobs(cluster, fixture);

describe('a SQL job on Apache Flink', () => {
  it('runs, is found again, stops with a savepoint and goes on from it', async () => {
    const numbers = new Numbers(brokers, `flink-life-${Date.now()}`);
    await numbers.create(2);
    await numbers.send(500);
    const fixture = await createFlinkJob(cluster, numbersSql(brokers, numbers.topic), { parallelism: 2 });
    mkdirSync(join(fixture.dataDir, 'objects', 'results'), { recursive: true });
    let supervisor: ChildProcess = startSupervisor(fixture.dataDir);
    try {
      await request(fixture, startRequest());
      await hasStatus(fixture, 'job_running', 120_000);
      const [first] = await runsOf(fixture);
      expect((await live(fixture)).map((job) => job.jid)).toEqual([first?.id.replaceAll('-', '')]);
      await madeCheckpoint(fixture, 1);
      await copiedAll(fixture, numbers);
      // Its plan is kept, without the options of its tables.
      const plan = join(fixture.dataDir, 'objects', 'tidemark', 'jobs', 'plan', `${fixture.jobId}_abcd`, `${first?.id}.json`);
      expect(readFileSync(plan, 'utf8')).toContain('group-aggregate');
      expect(readFileSync(plan, 'utf8')).not.toContain(brokers);

      await endSupervisor(supervisor, 'SIGKILL');
      await numbers.send(250);
      supervisor = startSupervisor(fixture.dataDir);
      await copiedAll(fixture, numbers);
      await until(
        'it is found again',
        () => eventsOf(fixture),
        (all) => all.some((event) => /has found run 1/.test(event.message)),
      );
      expect(await runsOf(fixture)).toHaveLength(1);
      expect(await live(fixture)).toHaveLength(1);

      await request(fixture, { kind: 'stop', mode: 'savepoint' });
      const stopped = await hasStatus(fixture, 'job_cancel_success');
      const savepoint = (await snapshotsOf(fixture)).at(-1);
      expect(savepoint).toMatchObject({ kind: 'savepoint', origin: 'stop', engine: 'flink', path: stopped.savepointPath, runNumber: 1 });
      const positions = JSON.parse(savepoint?.positionsJson ?? '[]') as { offset: number }[];
      expect(positions.reduce((sum, one) => sum + one.offset, 0)).toBe(numbers.sent);
      expect((await flinkJobs(fixture)).map((job) => job.state)).toEqual(['FINISHED']);

      await numbers.send(250);
      await request(fixture, startRequest());
      await hasStatus(fixture, 'job_running');
      const second = (await runsOf(fixture)).at(-1);
      expect(second).toMatchObject({ number: 2, engine: 'flink', start: 'snapshot', restoredFromId: savepoint?.id });
      await madeCheckpoint(fixture, 2);
      await copiedAll(fixture, numbers);
      expect(copiesOf(fixture)).toEqual(upTo(numbers.sent));

      // The console is stopped as by its operator: the job is Flink's and goes on.
      await endSupervisor(supervisor, 'SIGTERM');
      expect(await live(fixture)).toHaveLength(1);
      supervisor = startSupervisor(fixture.dataDir);
      await request(fixture, { kind: 'stop', mode: 'without' });
      await hasStatus(fixture, 'job_cancel_success');
      expect((await flinkJobs(fixture)).map((job) => job.state).sort()).toEqual(['CANCELED', 'FINISHED']);
      expect((await runsOf(fixture)).map((run) => run.endCause)).toEqual(['stopped', 'stopped']);
      expect((await jobOf(fixture)).desired).toBe('stopped');
    } finally {
      await endSupervisor(supervisor, 'SIGTERM');
      await fixture.close();
    }
  });
});

/** `n sum` a line; the last may be half written. */
function sums(file: string): (readonly [number, number])[] {
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : [];
  return lines.map((line) => line.split(' ').map(Number) as [number, number]);
}

describe('a Jar job on Apache Flink', () => {
  it('keeps its own operator state over a stop with a savepoint', async () => {
    const file = join(scratch, 'lines.txt');
    const options = {
      entrypoint: 'obs://apps/running-sum.jar',
      mainClass: SAMPLE_MAIN_CLASS,
      entrypointArgs: `"${file}" 5`,
    };
    const fixture = await createFlinkJob(cluster, '', options, 'flink_jar_job');
    mkdirSync(join(fixture.dataDir, 'objects', 'apps'), { recursive: true });
    copyFileSync(sampleJar(), join(fixture.dataDir, 'objects', 'apps', 'running-sum.jar'));
    const supervisor = startSupervisor(fixture.dataDir);
    try {
      await request(fixture, startRequest());
      await hasStatus(fixture, 'job_running', 120_000);
      await madeCheckpoint(fixture, 1);
      await request(fixture, { kind: 'stop', mode: 'savepoint' });
      await hasStatus(fixture, 'job_cancel_success');
      const before = sums(file).length;
      expect(before).toBeGreaterThan(0);
      const savepoint = (await snapshotsOf(fixture)).at(-1);
      expect(savepoint).toMatchObject({ origin: 'stop', engine: 'flink' });

      await request(fixture, startRequest());
      await hasStatus(fixture, 'job_running');
      await madeCheckpoint(fixture, 2);
      await until(
        'it goes on',
        async () => sums(file).length,
        (count) => count > before + 50,
      );
      await request(fixture, { kind: 'stop', mode: 'without' });
      await hasStatus(fixture, 'job_cancel_success');
      // The stop with a savepoint was exact: no number is missing or there twice, and the sum went on with it.
      const all = sums(file);
      expect(all.map(([n]) => n)).toEqual(upTo(all.length));
      expect(all.every(([n, sum]) => sum === (n * (n + 1)) / 2)).toBe(true);
      expect((await runsOf(fixture)).at(-1)).toMatchObject({ number: 2, restoredFromId: savepoint?.id, endCause: 'stopped' });
    } finally {
      await endSupervisor(supervisor, 'SIGTERM');
      await fixture.close();
    }
  });
});

describe('before anything is submitted', () => {
  const numbersTable = `CREATE TABLE numbers (n BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '10');`;
  const sink = `CREATE TABLE nowhere (n BIGINT) WITH ('connector' = 'blackhole');`;
  const right = `${numbersTable}\n${sink}\nINSERT INTO nowhere SELECT n FROM numbers;`;

  /** What the start dialog is told, with another SQL, other options or another cluster. */
  async function previewOf(sql: string, options: JobOptionsPatch, addresses: Pick<FlinkCluster, 'rest' | 'gateway'> = cluster) {
    const fixture = await createFlinkJob(
      addresses,
      sql,
      options,
      options.entrypoint === undefined ? 'flink_opensource_sql_job' : 'flink_jar_job',
    );
    const parsed = parseEnvironment({ TIDEMARK_DATA_DIR: fixture.dataDir }, fixture.dataDir);
    if (!parsed.ok) throw new Error(parsed.problems.join(' '));
    const apps = join(fixture.dataDir, 'objects', 'apps');
    mkdirSync(apps, { recursive: true });
    copyFileSync(sampleJar(), join(apps, 'running-sum.jar'));
    const planner = new PlannerThread(60_000);
    try {
      const { client } = fixture.opened;
      const masterKey = masterKeyOf(new Uint8Array(32));
      const previews = createPreviews({
        database: client,
        clock: systemClock,
        environment: parsed.value,
        masterKey,
        planner,
        counts: new LiveCounts(),
      });
      return await previews.previewStart(fixture.jobId, { kind: 'newest' });
    } finally {
      await planner.close();
      await fixture.close();
    }
  }

  it('says what is wrong, and what the cluster is given when nothing is', async () => {
    const good = await previewOf(right, { parallelism: 2 });
    expect(good.blockedBy).toBe(null);
    const settings = new Map(good.settings.map(({ key, value, from }) => [key, `${value} by ${from}`]));
    expect(settings.get('parallelism.default')).toBe('2 by console');
    expect(settings.get('execution.checkpointing.interval')).toBe('1 s by parameters');
    expect(settings.get('pipeline.name')).toContain('by console');

    const wrong = [
      previewOf(right.replace('SELECT n', 'SELECT m'), {}),
      previewOf(right.replace('blackhole', 'blackhole-of-mars'), {}),
      previewOf(right, { parallelism: 90, cuNumber: 60 }),
      previewOf(right, {}, { rest: cluster.rest, gateway: cluster.rest }),
      previewOf(right, {}, { rest: 'http://127.0.0.1:1', gateway: cluster.gateway }),
      previewOf('', { entrypoint: 'obs://apps/running-sum.jar' }),
      previewOf('', { entrypoint: 'obs://apps/running-sum.jar', mainClass: 'sample.Nobody' }),
      previewOf('', { entrypoint: 'obs://apps/absent.jar', mainClass: SAMPLE_MAIN_CLASS }),
      previewOf('', { entrypoint: 'obs://apps/running-sum.jar', mainClass: SAMPLE_MAIN_CLASS }),
    ];
    expect((await Promise.all(wrong)).map((preview) => preview.blockedBy)).toEqual([
      expect.stringMatching(/does not plan the SQL: .*Column 'm' not found in any table.*Nothing was started\.$/),
      expect.stringMatching(/does not plan the SQL: .*blackhole-of-mars/),
      expect.stringMatching(/^The job needs 90 slots; cluster has \d free of 4\./),
      expect.stringMatching(/\/v2\/sessions/),
      expect.stringMatching(/^The Flink cluster cluster is not reached: .*127\.0\.0\.1:1/),
      expect.stringMatching(/names no main class in its manifest/),
      expect.stringMatching(/has no class sample\.Nobody/),
      expect.stringMatching(/^The application cannot be read/),
      null,
    ]);
    const { jobs } = await call<{ jobs: ListedJob[] }>('GET', `${cluster.rest}/jobs/overview`);
    expect(jobs.filter((job) => /test-job/.test(job.name) && !/^(FINISHED|CANCELED|FAILED)$/.test(job.state))).toEqual([]);
  });

  it('shakes hands with a cluster step by step', async () => {
    const dialer = createDialer({ allowPrivateAddresses: true });
    const configOf = (gatewayUrl: string | null) =>
      connectionConfigSchema.parse({ kind: 'flink', jobManagerUrl: cluster.rest, gatewayUrl });
    const good = await testConnection(configOf(cluster.gateway), null, dialer, systemClock);
    expect(good.steps.map((step) => `${step.step} ${step.result}`)).toEqual(
      ['name-found', 'connected', 'signed-in', 'settings', 'gateway', 'connectors'].map((step) => `${step} pass`),
    );
    expect(good.steps[2]?.message).toMatch(/^Flink 2\.3\.0: \d of 4 slots free on 1 TaskManagers/);
    expect(good.sentence).toMatch(/^Connectors: .*\bkafka\b.* Missing: no 'jdbc'/);
    const wrong = await testConnection(configOf(cluster.rest), null, dialer, systemClock);
    expect(wrong.steps.map((step) => step.result)).toEqual(['pass', 'pass', 'pass', 'pass', 'fail', 'not-run']);
  });
});
