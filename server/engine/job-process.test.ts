import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ALL_IDS, ProcessRun, type Supervised } from './job-process-harness.ts';

let run: ProcessRun;

beforeEach(() => {
  run = new ProcessRun();
});

afterEach(() => run.end());

test('killed without warning, started again from its newest snapshot: every row once', async () => {
  const first = run.start(run.specOf());
  await first.until('checkpoint-completed', (report) => report.checkpointId >= 3);
  first.child.kill('SIGKILL');
  await first.exited;
  const second = run.start(run.specOf({ runId: 'run2', generation: 2, restoreFrom: run.newestCheckpoint(), parallelism: 2 }));
  await second.until('finished');
  expect(await second.exited).toBe(0);
  expect(run.writtenIds()).toEqual(ALL_IDS);
  // The report may be faster than the line of the third: a process that is killed at once need not have written that.
  expect(readFileSync(join(run.folder, 'logs', 'run.log'), 'utf8')).toMatch(/Snapshot [12] completed/);
});

test('stopped with a savepoint: answer, report, exit code 0; what is behind it is in the savepoint', async () => {
  const first = run.start(run.specOf());
  await first.until('checkpoint-completed');
  first.order({ type: 'stop', requestId: 'r1', mode: 'savepoint', directory: null });
  const answer = await first.until('answer');
  expect(answer).toMatchObject({ requestId: 'r1', ok: true, path: expect.stringMatching(/^obs:\/\/bucket\/savepoints\/a1b2\//) });
  expect(await first.exited).toBe(0);
  expect((await first.until('stopped')).path).toBe(answer.path);
  const second = run.start(run.specOf({ runId: 'run2', generation: 2, restoreFrom: answer.path }));
  await second.until('finished');
  expect(run.writtenIds()).toEqual(ALL_IDS);
});

test('outlives its supervisor: a new one takes over at the control socket and hears what it missed', async () => {
  const controlSocket = join(run.folder, 'control');
  const first = run.start(run.specOf({ controlSocket, graceMs: 60_000 }));
  await first.until('running');
  first.child.disconnect();
  const adopted = await new Promise<Supervised>((resolve) => {
    const socket = connect(controlSocket);
    let pending = '';
    socket.setEncoding('utf8').on('data', (text: string) => {
      const lines = (pending + text).split('\n');
      pending = lines.pop() ?? '';
      for (const line of lines) first.add(JSON.parse(line));
    });
    socket.on('connect', () => {
      first.order = (order) => void socket.write(`${JSON.stringify(order)}\n`);
      resolve(first);
    });
  });
  adopted.order({ type: 'ping', requestId: 'p' });
  expect(await adopted.until('answer', (report) => report.requestId === 'p')).toMatchObject({ ok: true });
  expect(adopted.reports.filter((report) => report.type === 'ready').length).toBe(2);
  expect(adopted.reports.filter((report) => report.type === 'running').length).toBe(2);
  await adopted.until('finished');
  expect(await adopted.exited).toBe(0);
  expect(run.writtenIds()).toEqual(ALL_IDS);
});

test('left alone beyond its grace period it stops by itself and keeps its last checkpoint', async () => {
  const first = run.start(run.specOf({ graceMs: 50 }));
  await first.until('checkpoint-completed');
  first.child.disconnect();
  expect(await first.exited).toBe(0);
  const second = run.start(run.specOf({ runId: 'run2', generation: 2, restoreFrom: run.newestCheckpoint() }));
  await second.until('finished');
  expect(run.writtenIds()).toEqual(ALL_IDS);
});

test('a newer generation ends an older one: it stores and commits nothing more', async () => {
  // Slow enough that the older one is still at work when the newer one is up.
  const sql = run.specOf().sql.replace(/'rows-per-second' = '\d+'/, "'rows-per-second' = '10'");
  const first = run.start(run.specOf({ sql }));
  await first.until('checkpoint-completed');
  const second = run.start(run.specOf({ sql, runId: 'run2', generation: 2 }));
  await second.until('running');
  const { failure } = await first.until('failed');
  expect(failure).toMatchObject({ causeKey: 'fenced', isRetryable: false });
  expect(await first.exited).toBe(1);
});

test('a script that is no SQL is refused with the place, exit code 1', async () => {
  const first = run.start(run.specOf({ sql: 'INSERT INTO nowhere\nSELECT 1' }));
  const { failure } = await first.until('failed');
  expect(failure).toMatchObject({
    causeKey: 'sql-refused',
    domain: 'user',
    isRetryable: false,
    message: expect.stringMatching(/^Line 1, column \d+: /),
  });
  expect(await first.exited).toBe(1);
});

test('a malformed start is told and ends the process; a malformed order to a run changes nothing', async () => {
  const first = run.launch();
  first.child.send({ type: 'start', spec: { jobId: 1 } });
  expect((await first.until('failed')).failure.message).toContain('malformed');
  expect(await first.exited).toBe(1);
  const second = run.start(run.specOf());
  await second.until('running');
  second.child.send({ type: 'stop', requestId: 7 });
  expect((await second.until('log', ({ level }) => level === 'error')).message).toContain('malformed');
  await second.until('finished');
  expect(run.writtenIds()).toEqual(ALL_IDS);
});

test('after an error that nobody caught nothing more is published: what is in memory may be wrong', async () => {
  const job = run.launch(join(import.meta.dirname, 'runtime', 'simulation', 'crashing-process.ts'));
  const spec = run.specOf();
  job.order({ type: 'start', spec: { ...spec, sql: spec.sql.replace("'fields.id.end' = '3000'", "'fields.id.end' = '1000000'") } });
  const { checkpointId } = await job.until('checkpoint-completed', (report) => report.checkpointId >= 3);
  job.child.kill('SIGUSR2');
  await job.until('failed');
  const before = job.reports.findIndex((report) => report.type === 'failed');
  expect(await job.exited).toBe(70);
  expect(job.reports.slice(before).map((report) => report.type)).not.toContain('checkpoint-completed');
  // One may have been on its way to the store.
  expect(Number(run.newestCheckpoint().split('-').at(-1))).toBeLessThanOrEqual(checkpointId + 2);
});
