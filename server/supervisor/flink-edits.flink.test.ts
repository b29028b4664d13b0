/** Edited SQL on a real Flink cluster: what the restore preview says of each operator is what Flink then does. */
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FlinkCluster, startFlink } from '../../e2e/servers/flink.ts';
import { parseEnvironment } from '../config/environment.ts';
import { systemClock } from '../effects/clock.ts';
import { masterKeyOf } from '../secrets/seal.ts';
import { PlannerThread } from '../services/planner-thread.ts';
import { createPreviews } from '../snapshots/create-previews.ts';
import { LiveCounts } from '../snapshots/live-counts.ts';
import { createFlinkJob, endSupervisor, jobOf, runsOf, snapshotsOf, startSupervisor } from './flink-fixture.ts';
import { type JobFixture, request, until } from './supervisor-fixture.ts';

const scratch = mkdtempSync(join(tmpdir(), 'tidemark-flink-'));
let cluster: FlinkCluster;
let fixture: JobFixture;
let supervisor: ChildProcess;
let planner: PlannerThread;

const TABLES = `
CREATE TABLE numbers (n BIGINT, m BIGINT, ts AS PROCTIME()) WITH ('connector' = 'datagen', 'rows-per-second' = '50', 'fields.n.min' = '1', 'fields.n.max' = '9');
CREATE TABLE others (n BIGINT, m BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '50', 'fields.n.min' = '1', 'fields.n.max' = '9');
CREATE TABLE a (k BIGINT, c BIGINT) WITH ('connector' = 'blackhole');
CREATE TABLE b (k BIGINT, c BIGINT) WITH ('connector' = 'blackhole');
CREATE TABLE c (k BIGINT, c BIGINT, d BIGINT) WITH ('connector' = 'blackhole');
`;
const FIRST = `${TABLES}INSERT INTO a SELECT n, COUNT(*) FROM numbers GROUP BY n;`;

/** What may be edited, and whether state of the first version is dropped by it. */
const ONLY = process.env.ONLY;
const EDITS: readonly (readonly [what: string, inserts: string, isDropping: boolean])[] = [
  ['nothing', 'INSERT INTO a SELECT n, COUNT(*) FROM numbers GROUP BY n;', false],
  ['a filter before it', 'INSERT INTO a SELECT n, COUNT(*) FROM numbers WHERE n > 2 GROUP BY n;', false],
  ['a filter behind it', 'INSERT INTO a SELECT * FROM (SELECT n, COUNT(*) AS c FROM numbers GROUP BY n) WHERE c > 3;', false],
  ['a projection behind it', 'INSERT INTO a SELECT n + 1, c * 2 FROM (SELECT n, COUNT(*) AS c FROM numbers GROUP BY n);', false],
  ['another sink', 'INSERT INTO b SELECT n, COUNT(*) FROM numbers GROUP BY n;', false],
  [
    'a second query beside it',
    'INSERT INTO a SELECT n, COUNT(*) FROM numbers GROUP BY n; INSERT INTO b SELECT n, m FROM numbers WHERE m > 0;',
    false,
  ],
  [
    'a query of another source beside it',
    'INSERT INTO a SELECT n, COUNT(*) FROM numbers GROUP BY n; INSERT INTO b SELECT n, m FROM others;',
    false,
  ],
  ['another aggregate', 'INSERT INTO a SELECT n, SUM(m) FROM numbers GROUP BY n;', true],
  ['an aggregate more', 'INSERT INTO c SELECT n, COUNT(*), SUM(m) FROM numbers GROUP BY n;', true],
  ['another key', 'INSERT INTO a SELECT m, COUNT(*) FROM numbers GROUP BY m;', true],
  ['no aggregate', 'INSERT INTO a SELECT n, m FROM numbers;', true],
  ['a join instead', 'INSERT INTO a SELECT x.n, y.m FROM numbers AS x JOIN others AS y ON x.n = y.n;', true],
];

beforeAll(async () => {
  cluster = await startFlink(join(scratch, 'flink'), { taskManagerMemory: '1600m', slots: 4 });
  fixture = await createFlinkJob(cluster, FIRST, {});
  mkdirSync(join(fixture.dataDir, 'objects'), { recursive: true });
  supervisor = startSupervisor(fixture.dataDir);
  planner = new PlannerThread(60_000);
});
afterAll(async () => {
  if (supervisor) await endSupervisor(supervisor, 'SIGTERM');
  await planner?.close();
  await fixture?.close();
  await cluster?.stop();
  rmSync(scratch, { recursive: true, force: true });
});

async function save(number: number, sql: string): Promise<void> {
  const { client } = fixture.opened;
  const { optionsJson, createdById } = await client.jobVersion.findUniqueOrThrow({
    where: { jobId_number: { jobId: fixture.jobId, number: 1 } },
  });
  await client.jobVersion.create({ data: { jobId: fixture.jobId, number, sql, optionsJson, createdById } });
  await client.job.update({ where: { id: fixture.jobId }, data: { version: number } });
}

/** Status in which a start ends. */
async function startFrom(version: number, snapshotId: string | null, allowNonRestoredState: boolean): Promise<string> {
  const choice = snapshotId === null ? ({ kind: 'newest' } as const) : ({ kind: 'snapshot', snapshotId } as const);
  await request(fixture, { kind: 'start', version, choice, snapshotId, allowNonRestoredState, acceptance: null });
  const job = await until(
    'the start ends',
    () => jobOf(fixture),
    (one) => one.status !== 'job_submitting' && one.activeOperationId === null,
    120_000,
  );
  return job.status;
}

async function stop(mode: 'savepoint' | 'without'): Promise<void> {
  await request(fixture, { kind: 'stop', mode });
  await until(
    'it is stopped',
    () => jobOf(fixture),
    (one) => one.status === 'job_cancel_success',
    60_000,
  );
}

describe('the restore preview of edited SQL', () => {
  it('says what Flink then does', async () => {
    expect(await startFrom(1, null, false)).toBe('job_running');
    await until(
      'a checkpoint',
      () => snapshotsOf(fixture),
      (all) => all.length > 1,
    );
    await stop('savepoint');
    const savepoint = (await snapshotsOf(fixture)).at(-1);
    const environment = parseEnvironment({ TIDEMARK_DATA_DIR: fixture.dataDir }, fixture.dataDir);
    if (!environment.ok || !savepoint) throw new Error('there is no environment or no savepoint');
    const previews = createPreviews({
      database: fixture.opened.client,
      clock: systemClock,
      environment: environment.value,
      masterKey: masterKeyOf(new Uint8Array(32)),
      planner,
      counts: new LiveCounts(),
    });
    for (const [index, [what, inserts, isDropping]] of EDITS.entries()) {
      if (ONLY && !what.includes(ONLY)) continue;
      const version = index + 2;
      await save(version, TABLES + inserts);
      const preview = await previews.previewStart(fixture.jobId, { kind: 'snapshot', snapshotId: savepoint.id });
      expect([what, preview.blockedBy]).toEqual([what, null]);
      const dropped = preview.operators.filter((one) => one.fate === 'dropped').length;
      expect([what, dropped > 0]).toEqual([what, isDropping]);
      const status = await startFrom(version, savepoint.id, false);
      const failed = (await runsOf(fixture)).at(-1);
      const why = isDropping ? 'restore-incompatible' : null;
      expect([what, status, failed?.causeKey, isDropping ? null : failed?.failureMessage]).toEqual([
        what,
        isDropping ? 'job_submit_fail' : 'job_running',
        why,
        null,
      ]);
      if (isDropping) {
        expect(await startFrom(version, savepoint.id, true)).toBe('job_running');
      }
      await stop('without');
    }
  });
});
