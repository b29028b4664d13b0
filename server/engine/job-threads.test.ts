import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ALL_IDS, ProcessRun } from './job-process-harness.ts';
import type { JobReport, RunSpec } from './runtime/wire.ts';

let run: ProcessRun;

beforeEach(() => {
  run = new ProcessRun();
});

afterEach(() => run.end());

/** Rows change threads: by key to the one that keeps them apart, and the counts of all keys to one. */
function shuffling(change: Partial<RunSpec> = {}): RunSpec {
  const spec = run.specOf(change);
  // Slow enough that what is ordered after a checkpoint finds it at work.
  const sql = spec.sql
    .replace('SELECT id FROM numbers', 'SELECT DISTINCT id FROM numbers')
    .replace(/('rows-per-second' = )'\d+'/, "$1'600'");
  return { ...spec, sql };
}

type Metrics = Extract<JobReport, { type: 'metrics' }>;

test('killed again and again at parallelism 2 and 4, each time restored at the other: every row once, counted by subtask', async () => {
  let restoreFrom: string | null = null;
  for (let life = 1; life <= 4; life++) {
    const job = run.start(shuffling({ runId: `run${life}`, generation: life, restoreFrom, parallelism: life % 2 === 0 ? 2 : 4 }));
    if (life === 4) {
      await job.until('finished');
      expect(await job.exited).toBe(0);
      const { operators } = job.reports.findLast((report) => report.type === 'metrics') as Metrics;
      const sink = operators.find((operator) => operator.kind === 'sink');
      expect(sink?.subtasks.map(({ subtask, status }) => [subtask, status])).toEqual([
        [0, 'FINISHED'],
        [1, 'FINISHED'],
      ]);
      // Markers of the source came through both threads to every operator.
      expect(operators.map(({ kind, latencyMs }) => [kind, typeof latencyMs])).toEqual(operators.map(({ kind }) => [kind, 'number']));
      // Both subtasks got rows, and the sum is theirs.
      const counts = sink?.subtasks.map(({ recordsIn }) => recordsIn) ?? [];
      expect(Math.min(...counts)).toBeGreaterThan(0);
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(sink?.recordsIn);
      break;
    }
    const before = job.reports.length;
    await job.until('checkpoint-completed', (report) => report.summary.recordsOut > 0 && job.reports.indexOf(report) >= before + 2);
    job.child.kill('SIGKILL');
    await job.exited;
    restoreFrom = run.newestCheckpoint();
  }
  expect(run.writtenIds()).toEqual(ALL_IDS);
});

test.each(['savepoint', 'drain'] as const)('stopped with %s at parallelism 2: nothing is lost or doubled behind it', async (mode) => {
  const first = run.start(shuffling({ parallelism: 2 }));
  await first.until('checkpoint-completed', (report) => report.summary.recordsOut > 0);
  first.order({ type: 'stop', requestId: 'r1', mode, directory: null });
  const answer = await first.until('answer');
  expect(answer).toMatchObject({ ok: true, path: expect.stringMatching(/^obs:\/\/bucket\/savepoints\/a1b2\//) });
  expect(await first.exited).toBe(0);
  const written = run.writtenIds();
  expect(written.length).toBeGreaterThan(0);
  expect(new Set(written).size).toBe(written.length);
  const second = run.start(shuffling({ runId: 'run2', generation: 2, restoreFrom: answer.path, parallelism: 3 }));
  await second.until('finished');
  expect(run.writtenIds()).toEqual(ALL_IDS);
});

test('what fails in a thread fails the job with the cause, operator and exit code of a job in one thread', async () => {
  const failures = [];
  for (const parallelism of [1, 2]) {
    const spec = run.specOf({ runId: `run${parallelism}`, generation: parallelism, parallelism });
    const job = run.start({ ...spec, sql: spec.sql.replace('SELECT id FROM', 'SELECT 100 / (2000 - id) FROM') });
    const { failure } = await job.until('failed');
    failures.push({ ...failure, stack: null });
    expect(await job.exited).toBe(1);
  }
  expect(failures[0]).toMatchObject({ causeKey: expect.stringMatching(/^data@/), domain: 'user' });
  expect(failures[1]).toEqual(failures[0]);
});

test('state that outgrows the budget of the job is told alike, though two threads share it', async () => {
  const failures = [];
  for (const parallelism of [1, 2]) {
    const job = run.start(shuffling({ runId: `run${parallelism}`, generation: parallelism, parallelism, memoryBudgetBytes: 20_000 }));
    const { failure } = await job.until('failed');
    failures.push([failure.causeKey, failure.domain, failure.message.replaceAll(/\d+/g, 'N')]);
    expect(await job.exited).toBe(1);
  }
  expect(failures[0]?.slice(0, 2)).toEqual(['state-budget', 'user']);
  expect(failures[1]).toEqual(failures[0]);
});

test('rows printed in all threads reach the supervisor, each behind the number of its subtask', async () => {
  const sql = `
    CREATE TABLE numbers (id BIGINT) WITH ('connector' = 'datagen', 'fields.id.kind' = 'sequence', 'fields.id.start' = '1', 'fields.id.end' = '150');
    CREATE TABLE shown (id BIGINT) WITH ('connector' = 'print');
    INSERT INTO shown SELECT id FROM numbers;`;
  const job = run.start(run.specOf({ sql, parallelism: 2 }));
  await job.until('finished');
  expect(await job.exited).toBe(0);
  const lines = job.reports.flatMap((report) => (report.type === 'rows' ? report.lines : []));
  const ids = lines.map((line) => Number(/^[12]> \+I\[(\d+)\]$/.exec(line)?.[1])).sort((a, b) => a - b);
  expect(ids).toEqual(ALL_IDS.slice(0, 150));
  expect(new Set(lines.map((line) => line[0]))).toEqual(new Set(['1', '2']));
});

test.each([
  { how: 'throw', exit: 70, failure: { causeKey: 'crash-ConnectorError', message: 'thrown where nobody catches it', isRetryable: true } },
  { how: 'exit', exit: 70, failure: { causeKey: 'crash-Error', message: 'A thread of the job ended with exit code 3.' } },
  // As a process that has no heap left: the system tells.
  { how: 'heap', exit: 'SIGABRT', failure: null },
])('a thread that ends by $how ends the process', async ({ how, exit, failure }) => {
  const job = run.launch(join(import.meta.dirname, 'runtime', 'simulation', 'failing-process.ts'), ['--max-old-space-size=200']);
  job.order({ type: 'start', spec: shuffling({ parallelism: 2, jobName: how }) });
  expect(await job.exited).toBe(exit);
  const told = job.reports.filter((report) => report.type === 'failed').map((report) => report.failure);
  expect(told).toMatchObject(failure ? [failure] : []);
});
