/**
 * Restarts of a stateful job (datagen, 2,000 rows/s -> counts by key -> files) on a console of its own, as a client of the API sees them:
 *
 *   stop-start-savepoint   Stop with Trigger Savepoint asked -> Stopped -> Start asked -> Running again
 *   kill                   kill -9 of the job's process -> first new output of its successor (the job's log says the run, its sink's files the rows)
 *   console-kill           kill -9 of launcher, supervisor and web server -> console ready again and the job seen Running
 *
 *   restart [--times 50] [--console-times 10]
 */
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ConsoleApi } from '../e2e/servers/console-api.ts';
import { ADMINISTRATOR, startTidemark, type TidemarkServer } from '../e2e/servers/tidemark.ts';
import type { Emit } from './record.ts';
import { percentile } from './statistics.ts';

const SQL = `CREATE TABLE orders (id BIGINT, customer INT, price DOUBLE) WITH (
  'connector' = 'datagen', 'rows-per-second' = '2000',
  'fields.id.kind' = 'sequence', 'fields.id.start' = '1', 'fields.id.end' = '1000000000',
  'fields.customer.min' = '1', 'fields.customer.max' = '1000', 'fields.price.min' = '1', 'fields.price.max' = '100'
);
CREATE TABLE totals (customer INT, orders BIGINT, spent DOUBLE) WITH (
  'connector' = 'filesystem', 'path' = 'obs://tidemark/bench/totals', 'format' = 'debezium-json'
);
INSERT INTO totals SELECT customer, COUNT(*), SUM(price) FROM orders GROUP BY customer;`;

async function until(what: string, test: () => boolean, deadlineMs = 60_000): Promise<void> {
  const end = Date.now() + deadlineMs;
  while (!test()) {
    if (Date.now() > end) throw new Error(`${what} did not happen within ${deadlineMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Time of the newest file below a folder, hidden ones (not yet committed) included. */
function newestWrite(folder: string): number {
  let newest = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    try {
      newest = Math.max(newest, statSync(join(entry.parentPath, entry.name)).mtimeMs);
    } catch {
      // Renamed by its commit between listing and looking.
    }
  }
  return newest;
}

function report(path: string, times: readonly number[], emit: Emit): void {
  emit({ suite: 'restart', path, msP50: percentile(times, 0.5), msP99: percentile(times, 0.99), n: times.length });
}

async function stopAndStart(api: ConsoleApi, id: number): Promise<number> {
  const started = performance.now();
  await api.stop(id);
  await api.waitFor(id, ['job_cancel_success']);
  await api.start(id);
  await api.waitFor(id, ['job_running']);
  return performance.now() - started;
}

async function killJob(api: ConsoleApi, server: TidemarkServer, id: number): Promise<number> {
  const out = join(server.dataDir, 'objects', 'tidemark', 'bench', 'totals');
  const [pid] = server.jobPids();
  const before = (await api.job(id)).restartCount;
  const killed = Date.now();
  const started = performance.now();
  process.kill(pid as number, 'SIGKILL');
  await until('a new process', () => server.jobPids().some((one) => one !== pid));
  await until('new output', () => newestWrite(out) > killed);
  const took = performance.now() - started;
  const end = Date.now() + 30_000;
  while ((await api.waitFor(id, ['job_running'])).restartCount === before && Date.now() < end)
    await new Promise((resolve) => setTimeout(resolve, 25));
  return took;
}

export async function run(args: string[], emit: Emit): Promise<void> {
  const { values } = parseArgs({
    args,
    options: { times: { type: 'string', default: '50' }, 'console-times': { type: 'string', default: '10' } },
  });
  const scratch = mkdtempSync(join(tmpdir(), 'tidemark-restart-'));
  const options = { dataDir: join(scratch, 'data') };
  let server = await startTidemark(options);
  try {
    const { email, password } = ADMINISTRATOR;
    let api = await ConsoleApi.signIn(server.url, email, password);
    const job = await api.createJob('restart-bench', SQL, { checkpointIntervalSeconds: 1 });
    await api.start(job.id);
    await api.waitFor(job.id, ['job_running']);
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    const planned: number[] = [];
    for (let i = 0; i < Number(values.times); i++) planned.push(await stopAndStart(api, job.id));
    report('stop-start-savepoint', planned, emit);
    const killed: number[] = [];
    for (let i = 0; i < Number(values.times); i++) {
      await new Promise((resolve) => setTimeout(resolve, 2_500));
      killed.push(await killJob(api, server, job.id));
    }
    report('kill', killed, emit);
    const consoleKilled: number[] = [];
    for (let i = 0; i < Number(values['console-times']); i++) {
      const started = performance.now();
      await server.killConsole();
      server = await startTidemark({ ...options, port: Number(new URL(server.url).port) });
      api = await ConsoleApi.signIn(server.url, email, password);
      await api.waitFor(job.id, ['job_running']);
      consoleKilled.push(performance.now() - started);
    }
    report('console-kill', consoleKilled, emit);
  } finally {
    await server.kill();
    rmSync(scratch, { recursive: true, force: true });
  }
}
