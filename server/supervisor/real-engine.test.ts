/** The supervisor with the real engine process and a local store: kills at bad moments lose and double nothing. */
import { type ChildProcess, fork } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createJobFixture, type JobFixture, request, startRequest, until } from './supervisor-fixture.ts';

/** More kills of a longer job: `KILLS=40 ROWS=60000`. */
const KILLS = Number(process.env.KILLS ?? 4);
const ROWS = Number(process.env.ROWS ?? 6_000);
/** One row a number, so that a lost or doubled record shows; the window makes it keep state. */
const sqlOf = (folder: string) => `
CREATE TABLE numbers (n BIGINT, ts AS TO_TIMESTAMP_LTZ(n * 100, 3), WATERMARK FOR ts AS ts) WITH (
  'connector' = 'datagen', 'rows-per-second' = '1500', 'fields.n.kind' = 'sequence', 'fields.n.start' = '1', 'fields.n.end' = '${ROWS}');
CREATE TABLE counts (w TIMESTAMP_LTZ(3), c BIGINT, s BIGINT) WITH ('connector' = 'filesystem', 'path' = '${folder}', 'format' = 'csv');
INSERT INTO counts SELECT window_start, COUNT(*), SUM(n) FROM TABLE(TUMBLE(TABLE numbers, DESCRIPTOR(ts), INTERVAL '1' SECOND)) GROUP BY window_start, window_end;`;

const supervisors: ChildProcess[] = [];
const fixtures: JobFixture[] = [];

function startSupervisor(dataDir: string): ChildProcess {
  const child = fork('server/supervisor/main.ts', [], {
    env: { ...process.env, TIDEMARK_DATA_DIR: dataDir, TIDEMARK_LAUNCH_SECRET: 'test' },
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'ignore', process.env.SHOW ? 'inherit' : 'ignore', 'ipc'],
  });
  supervisors.push(child);
  return child;
}

/** Code it ended with; null when it was killed. */
const ended = (child: ChildProcess): Promise<number | null> =>
  child.exitCode !== null || child.signalCode !== null
    ? Promise.resolve(child.exitCode)
    : new Promise((resolve) => child.once('exit', (code) => resolve(code)));

afterEach(async () => {
  for (const child of supervisors.splice(0)) {
    child.kill('SIGTERM');
    await ended(child);
  }
  for (const fixture of fixtures.splice(0)) {
    for (const pid of await pidsOf(fixture)) kill(pid);
    await fixture.close();
  }
});

async function pidsOf(fixture: JobFixture): Promise<number[]> {
  const runs = await fixture.opened.client.run.findMany({ where: { endedAt: null } });
  return runs.flatMap((run) => (run.engineRef === null ? [] : (JSON.parse(run.engineRef) as { pid: number }).pid));
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It is gone already.
  }
}

async function newJob(): Promise<{ fixture: JobFixture; folder: string }> {
  const fixture = await createJobFixture(sqlOf('obs://results/counts'), { checkpointIntervalSeconds: 1 });
  fixtures.push(fixture);
  return { fixture, folder: join(fixture.dataDir, 'objects', 'results', 'counts') };
}

const job = (fixture: JobFixture) => fixture.opened.client.job.findUniqueOrThrow({ where: { id: fixture.jobId } });
const runs = (fixture: JobFixture) => fixture.opened.client.run.findMany({ orderBy: { number: 'asc' } });
const snapshots = (fixture: JobFixture) => fixture.opened.client.snapshot.findMany({ orderBy: { createdAt: 'asc' } });
const ledger = (fixture: JobFixture) => fixture.opened.client.ledgerEntry.findMany({ orderBy: { id: 'asc' } });

/** Rows of committed files. */
function rowsIn(folder: string): { count: number; sum: number; rows: number } {
  let [count, sum, rows] = [0, 0, 0];
  for (const name of existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }) : []) {
    if (/(^|\/)[._]/.test(name)) continue;
    let text: string;
    try {
      text = readFileSync(join(folder, name), 'utf8');
    } catch {
      continue;
    }
    for (const line of text.split('\n').filter((one) => one !== '')) {
      const cells = line.split(',');
      rows++;
      count += Number(cells.at(-2));
      sum += Number(cells.at(-1));
    }
  }
  return { count, sum, rows };
}

const WHOLE = { count: ROWS, sum: (ROWS * (ROWS + 1)) / 2, rows: ROWS / 10 + 1 };

const running = (fixture: JobFixture) =>
  until(
    'the job runs',
    () => job(fixture),
    (one) => one.status === 'job_running',
  );
const finished = (fixture: JobFixture) =>
  until(
    'the job completes',
    () => job(fixture),
    (one) => one.status === 'job_finish',
    45_000 + 10_000 * KILLS,
  );

describe('with the real engine', () => {
  it('runs a bounded job to its end, committed once', async () => {
    const { fixture, folder } = await newJob();
    startSupervisor(fixture.dataDir);
    await request(fixture, startRequest());
    await finished(fixture);
    expect(rowsIn(folder)).toEqual(WHOLE);
    expect((await runs(fixture)).map((run) => run.endCause)).toEqual(['finished']);
    expect((await snapshots(fixture)).length).toBeGreaterThan(1);
  });

  it('loses and doubles nothing when job, supervisor or both are killed', async () => {
    const { fixture, folder } = await newJob();
    let supervisor = startSupervisor(fixture.dataDir);
    await request(fixture, startRequest());
    await running(fixture);
    const faults: string[] = [];
    const killed = new Set<number>();
    // A failure before the first checkpoint begins anew by the startup options: here it would only begin again.
    await until(
      'a checkpoint',
      () => snapshots(fixture),
      (all) => all.length > 0,
    );
    for (let round = 0; round < KILLS; round++) {
      const what = (['job', 'supervisor', 'both', 'job'] as const)[round % 4];
      await new Promise((resolve) => setTimeout(resolve, 300 + Math.random() * 900));
      const before = await job(fixture);
      if (before.status === 'job_finish') break;
      faults.push(what);
      if (what !== 'job') {
        supervisor.kill('SIGKILL');
        await ended(supervisor);
      }
      for (const pid of what === 'supervisor' ? [] : await pidsOf(fixture)) {
        kill(pid);
        killed.add(pid);
      }
      if (what !== 'job') supervisor = startSupervisor(fixture.dataDir);
    }
    await finished(fixture);
    expect(rowsIn(folder)).toEqual(WHOLE);
    const made = await runs(fixture);
    // A killed supervisor alone costs no run that had begun to run: its process is found again.
    expect(made.filter((run) => run.runningAt !== null).length).toBeLessThanOrEqual(1 + killed.size);
    expect(killed.size).toBeGreaterThanOrEqual(1);
    expect(made.slice(1).every((run) => run.restoredFromId !== null)).toBe(true);
    expect(faults.length).toBeGreaterThanOrEqual(2);
  });

  it('goes on where it was after a stop with savepoint, and after the console was stopped', async () => {
    const { fixture, folder } = await newJob();
    let supervisor = startSupervisor(fixture.dataDir);
    await request(fixture, startRequest());
    await running(fixture);
    await until(
      'a checkpoint',
      () => snapshots(fixture),
      (all) => all.length > 0,
    );
    await request(fixture, { kind: 'stop', mode: 'savepoint' });
    const stopped = await until(
      'the job stops',
      () => job(fixture),
      (one) => one.status === 'job_cancel_success',
    );
    const savepoint = (await snapshots(fixture)).at(-1);
    expect(savepoint).toMatchObject({ origin: 'stop', kind: 'savepoint', path: stopped.savepointPath });
    await request(fixture, startRequest());
    await running(fixture);
    expect((await runs(fixture)).at(-1)?.restoredFromId).toBe(savepoint?.id);

    supervisor.kill('SIGTERM');
    expect(await ended(supervisor)).toBe(0);
    expect(await job(fixture)).toMatchObject({ desired: 'running', activeOperationId: null });
    expect((await runs(fixture)).at(-1)?.endCause).toBe('superseded');
    supervisor = startSupervisor(fixture.dataDir);
    await finished(fixture);
    expect(rowsIn(folder)).toEqual(WHOLE);
    expect((await runs(fixture)).map((run) => run.start)).toEqual(['empty', 'snapshot', 'resumed']);
  });

  it('falls back to an older checkpoint when the newest is damaged, and says so', async () => {
    const { fixture, folder } = await newJob();
    startSupervisor(fixture.dataDir);
    await request(fixture, startRequest());
    await running(fixture);
    await until(
      'two checkpoints',
      () => snapshots(fixture),
      (all) => all.length > 1,
    );
    await request(fixture, { kind: 'stop', mode: 'without' });
    await until(
      'the job stops',
      () => job(fixture),
      (one) => one.status === 'job_cancel_success',
    );
    const newest = (await snapshots(fixture)).at(-1);
    const path = join(fixture.dataDir, 'objects', (newest?.path ?? '').slice('obs://'.length));
    const part = readdirSync(path).find((name) => name !== '_metadata') as string;
    const bytes = readFileSync(join(path, part));
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
    writeFileSync(join(path, part), bytes);
    await request(fixture, startRequest());
    await finished(fixture);
    const used = (await runs(fixture)).map((run) => run.restoredFromId);
    expect(used[1]).toBe(newest?.id);
    expect(used[2]).toBe((await snapshots(fixture)).at(-1) && (await snapshots(fixture)).filter((one) => one.runNumber === 1).at(-2)?.id);
    expect((await ledger(fixture)).filter((entry) => entry.kind === 'fallback')).toHaveLength(1);
    expect((await snapshots(fixture)).find((one) => one.id === newest?.id)?.provenGood).toBe(false);
    // The damaged one had committed its files: what was shown then comes once more, and nothing is missing.
    expect(rowsIn(folder).rows).toBeGreaterThanOrEqual(WHOLE.rows);
  });

  it('lets one supervisor alone work on a data directory', async () => {
    const { fixture } = await newJob();
    const first = startSupervisor(fixture.dataDir);
    await new Promise((resolve) => first.once('message', resolve));
    const second = startSupervisor(fixture.dataDir);
    const said = await new Promise<{ type: string; message?: string }>((resolve) =>
      second.once('message', (message) => resolve(message as { type: string })),
    );
    expect(said).toMatchObject({ type: 'refused', message: expect.stringContaining('Another supervisor') });
    expect(await ended(second)).toBe(2);
    expect(first.exitCode).toBe(null);
  });
});
