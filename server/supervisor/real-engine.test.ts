/** The supervisor with the real engine process and a local store: kills at bad moments lose and double nothing. */
import { type ChildProcess, fork } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createJobFixture, type JobFixture, request, startRequest, until } from './supervisor-fixture.ts';

const ROWS = 6_000;
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
  const fixture = await createJobFixture('', { checkpointIntervalSeconds: 1 });
  fixtures.push(fixture);
  const folder = join(fixture.dataDir, 'out');
  mkdirSync(folder);
  await fixture.opened.client.jobVersion.update({ where: { jobId_number: { jobId: fixture.jobId, number: 1 } }, data: { sql: sqlOf(`file://${folder}`) } });
  return { fixture, folder };
}

const job = (fixture: JobFixture) => fixture.opened.client.job.findUniqueOrThrow({ where: { id: fixture.jobId } });
const runs = (fixture: JobFixture) => fixture.opened.client.run.findMany({ orderBy: { number: 'asc' } });
const snapshots = (fixture: JobFixture) => fixture.opened.client.snapshot.findMany({ orderBy: { createdAt: 'asc' } });
const ledger = (fixture: JobFixture) => fixture.opened.client.ledgerEntry.findMany({ orderBy: { id: 'asc' } });

/** Rows of committed files. */
function rowsIn(folder: string): { count: number; sum: number; rows: number } {
  let [count, sum, rows] = [0, 0, 0];
  for (const name of existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }) : []) {
    if (/(^|\/)[._]/.test(name) || !/\./.test(name) === undefined) continue;
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

const running = (fixture: JobFixture) => until('the job runs', () => job(fixture), (one) => one.status === 'job_running');
const finished = (fixture: JobFixture) => until('the job completes', () => job(fixture), (one) => one.status === 'job_finish', 45_000);

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
});
void writeFileSync;
