import { type ChildProcess, fork } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { JobOrder, JobReport, RunSpec } from './runtime/wire.ts';

let folder = '';
const processes: ChildProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tm-job-'));
});

afterEach(() => {
  for (const child of processes.splice(0)) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

const ROWS = 3000;

function specOf(change: Partial<RunSpec> = {}): RunSpec {
  return {
    jobId: 'a1b2',
    jobName: 'process test',
    runId: 'run1',
    generation: 1,
    sql: `
      CREATE TABLE numbers (id BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '${ROWS}', 'fields.id.kind' = 'sequence',
        'fields.id.start' = '1', 'fields.id.end' = '${ROWS}');
      CREATE TABLE kept (id BIGINT) WITH ('connector' = 'filesystem', 'path' = '${folder}/out', 'format' = 'csv');
      INSERT INTO kept SELECT id FROM numbers;`,
    settings: {},
    parallelism: 1,
    checkpoint: {
      isEnabled: true,
      intervalMs: 50,
      mode: 'exactly-once',
      timeoutMs: 60_000,
      retained: 3,
      directory: 'obs://bucket/jobs/a1b2',
    },
    savepointDirectory: 'obs://bucket/savepoints/a1b2',
    restoreFrom: null,
    allowNonRestoredState: false,
    startPosition: null,
    stateTtlMs: 0,
    memoryBudgetBytes: 2 ** 28,
    timeZone: 'UTC',
    store: { kind: 'local', root: join(folder, 'objects') },
    allowPrivateAddresses: true,
    allowLocalFiles: true,
    graceMs: 0,
    logFile: join(folder, 'logs', 'run.log'),
    controlSocket: null,
    ...change,
  };
}

class Supervised {
  readonly child: ChildProcess;
  readonly reports: JobReport[] = [];
  readonly exited: Promise<number | null>;
  #watchers: (() => void)[] = [];

  constructor() {
    this.child = fork(join(import.meta.dirname, 'main.ts'), {
      execArgv: ['--disable-warning=ExperimentalWarning'],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    processes.push(this.child);
    this.child.on('message', (message) => this.add(message as JobReport));
    this.exited = new Promise((resolve) => this.child.on('exit', (code) => resolve(code)));
  }

  add(report: JobReport): void {
    this.reports.push(report);
    for (const watcher of this.#watchers) watcher();
  }

  order(order: JobOrder): void {
    this.child.send(order);
  }

  /** The first report that fits, past or future. */
  until<T extends JobReport['type']>(type: T, fits: (report: Extract<JobReport, { type: T }>) => boolean = () => true) {
    return new Promise<Extract<JobReport, { type: T }>>((resolve) => {
      const look = () => {
        const found = this.reports.find((report) => report.type === type && fits(report as Extract<JobReport, { type: T }>));
        if (found) resolve(found as Extract<JobReport, { type: T }>);
      };
      this.#watchers.push(look);
      look();
    });
  }
}

function start(spec: RunSpec): Supervised {
  const supervised = new Supervised();
  supervised.order({ type: 'start', spec });
  return supervised;
}

function writtenIds(): number[] {
  const out = join(folder, 'out');
  const files = existsSync(out) ? readdirSync(out).filter((name) => !/^[._]/.test(name)) : [];
  const lines = files.flatMap((name) => readFileSync(join(out, name), 'utf8').split('\n'));
  return lines
    .filter((line) => line !== '')
    .map(Number)
    .sort((a, b) => a - b);
}

/** What lies in the store counts, not what was reported: a manifest may be there whose report was never sent. */
function newestCheckpoint(): string {
  const checkpoints = join(folder, 'objects', 'bucket', 'jobs', 'a1b2');
  const whole = readdirSync(checkpoints).filter((name) => existsSync(join(checkpoints, name, '_metadata')));
  const newest = Math.max(...whole.map((name) => Number(name.slice('chk-'.length))));
  return `obs://bucket/jobs/a1b2/chk-${newest}`;
}

const ALL_IDS = Array.from({ length: ROWS }, (_, index) => index + 1);

test('killed without warning, started again from its newest snapshot: every row once', async () => {
  const first = start(specOf());
  await first.until('checkpoint-completed', (report) => report.checkpointId >= 3);
  first.child.kill('SIGKILL');
  await first.exited;
  const second = start(specOf({ runId: 'run2', generation: 2, restoreFrom: newestCheckpoint(), parallelism: 2 }));
  await second.until('finished');
  expect(await second.exited).toBe(0);
  expect(writtenIds()).toEqual(ALL_IDS);
  // The report may be faster than the line of the third: a process that is killed at once need not have written that.
  expect(readFileSync(join(folder, 'logs', 'run.log'), 'utf8')).toMatch(/Snapshot [12] completed/);
});

test('stopped with a savepoint: answer, report, exit code 0; what is behind it is in the savepoint', async () => {
  const first = start(specOf());
  await first.until('checkpoint-completed');
  first.order({ type: 'stop', requestId: 'r1', mode: 'savepoint', directory: null });
  const answer = await first.until('answer');
  expect(answer).toMatchObject({ requestId: 'r1', ok: true, path: expect.stringMatching(/^obs:\/\/bucket\/savepoints\/a1b2\//) });
  expect(await first.exited).toBe(0);
  expect((await first.until('stopped')).path).toBe(answer.path);
  const second = start(specOf({ runId: 'run2', generation: 2, restoreFrom: answer.path }));
  await second.until('finished');
  expect(writtenIds()).toEqual(ALL_IDS);
});

test('outlives its supervisor: a new one takes over at the control socket and hears what it missed', async () => {
  const controlSocket = join(folder, 'control');
  const first = start(specOf({ controlSocket, graceMs: 60_000 }));
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
  expect(writtenIds()).toEqual(ALL_IDS);
});

test('left alone beyond its grace period it stops by itself and keeps its last checkpoint', async () => {
  const first = start(specOf({ graceMs: 50 }));
  await first.until('checkpoint-completed');
  first.child.disconnect();
  expect(await first.exited).toBe(0);
  const second = start(specOf({ runId: 'run2', generation: 2, restoreFrom: newestCheckpoint() }));
  await second.until('finished');
  expect(writtenIds()).toEqual(ALL_IDS);
});

test('a newer generation ends an older one: it stores and commits nothing more', async () => {
  // Slow enough that the older one is still at work when the newer one is up.
  const sql = specOf().sql.replace(/'rows-per-second' = '\d+'/, "'rows-per-second' = '10'");
  const first = start(specOf({ sql }));
  await first.until('checkpoint-completed');
  const second = start(specOf({ sql, runId: 'run2', generation: 2 }));
  await second.until('running');
  const { failure } = await first.until('failed');
  expect(failure).toMatchObject({ causeKey: 'fenced', isRetryable: false });
  expect(await first.exited).toBe(1);
});

test('a script that is no SQL is refused with the place, exit code 1', async () => {
  const first = start(specOf({ sql: 'INSERT INTO nowhere\nSELECT 1' }));
  const { failure } = await first.until('failed');
  expect(failure).toMatchObject({
    causeKey: 'sql-refused',
    domain: 'user',
    isRetryable: false,
    message: expect.stringMatching(/^Line 1, column \d+: /),
  });
  expect(await first.exited).toBe(1);
});

test('a malformed order is told and changes nothing', async () => {
  const first = new Supervised();
  first.child.send({ type: 'start', spec: { jobId: 1 } });
  expect((await first.until('log')).message).toContain('malformed');
  first.child.disconnect();
  expect(await first.exited).toBe(0);
});
