/**
 * The console with many jobs, on the production build:
 *   api      each route of a house of N jobs and M ledger rows, asked many times, one request after the other
 *   status   start and stop of one job beside some that run: act to its status in the event stream
 *   page     first load of the job list, its JavaScript, Lighthouse
 *   storm    many jobs change status at once: event stream and screen
 *   console [--jobs 10000] [--ledger-rows 1000000] [--requests 200] [--storm-jobs 1000] [--acts 20] [--running 3]
 *           [--only api,status,page,storm]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ConsoleApi } from '../e2e/servers/console-api.ts';
import { ADMINISTRATOR, startTidemark } from '../e2e/servers/tidemark.ts';
import { fillDatabase } from './console/fill-database.ts';
import { listPage } from './console/list-page.ts';
import { measureStatus } from './console/status-to-screen.ts';
import { storm } from './console/storm.ts';
import type { Emit } from './record.ts';
import { percentile } from './statistics.ts';

const SQL =
  "CREATE TABLE g (id BIGINT) WITH ('connector' = 'datagen'); CREATE TABLE b (id BIGINT) WITH ('connector' = 'blackhole'); INSERT INTO b SELECT id FROM g;";
const PAGE = 50;

function routesOf(jobs: number, firstId: number): Readonly<Record<string, (i: number) => string>> {
  const pages = Math.max(1, Math.floor(jobs / PAGE));
  const id = (i: number) => firstId + ((i * 37) % jobs);
  return {
    'GET /jobs': (i) => `/jobs?pageSize=${PAGE}&page=${1 + (i % pages)}`,
    'GET /jobs?sort=snapshot-age': (i) => `/jobs?pageSize=${PAGE}&page=${1 + (i % pages)}&sort=snapshot-age&order=desc`,
    'GET /jobs?sort=exposure': () => `/jobs?pageSize=${PAGE}&sort=exposure&order=desc`,
    'GET /jobs?q': (i) => `/jobs?pageSize=${PAGE}&q=orders-${i}`,
    'GET /jobs?status&sort': () => `/jobs?pageSize=${PAGE}&status=job_init&sort=name&order=asc`,
    'GET /jobs?tag': () => `/jobs?pageSize=${PAGE}&tag=env:prod`,
    'GET /jobs/{id}': (i) => `/jobs/${id(i)}`,
    'GET /jobs/{id}/ledger': (i) => `/jobs/${id(i)}/ledger`,
    'GET /jobs/{id}/snapshots': (i) => `/snapshots?jobId=${id(i)}`,
    'GET /snapshots': (i) => `/snapshots?page=${1 + (i % 20)}`,
  };
}

async function askRoutes(api: ConsoleApi, jobs: number, requests: number, emit: Emit): Promise<void> {
  const { items } = await api.call<{ items: { id: number }[] }>('GET', '/jobs?pageSize=1&sort=id&order=asc');
  for (const [route, path] of Object.entries(routesOf(jobs, items[0]?.id ?? 1))) {
    const times: number[] = [];
    for (let i = 0; i < requests; i++) {
      const started = performance.now();
      await api.call('GET', path(i));
      times.push(performance.now() - started);
    }
    emit({ suite: 'console', route, jobs, msP50: percentile(times, 0.5), msP95: percentile(times, 0.95), n: times.length });
  }
}

export async function run(args: string[], emit: Emit): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      jobs: { type: 'string', default: '10000' },
      'ledger-rows': { type: 'string', default: '1000000' },
      requests: { type: 'string', default: '200' },
      'storm-jobs': { type: 'string', default: '1000' },
      acts: { type: 'string', default: '20' },
      running: { type: 'string', default: '3' },
      only: { type: 'string', default: 'api,status,page,storm' },
    },
  });
  const only = new Set(values.only.split(','));
  const jobs = Number(values.jobs);
  if (['api', 'status', 'page'].some((one) => only.has(one))) {
    const scratch = mkdtempSync(join(tmpdir(), 'tidemark-console-bench-'));
    const dataDir = join(scratch, 'data');
    try {
      const empty = await startTidemark({ dataDir });
      await empty.kill();
      await fillDatabase(dataDir, SQL, { jobs, ledgerRows: Number(values['ledger-rows']) });
      const server = await startTidemark({ dataDir });
      try {
        const api = await ConsoleApi.signIn(server.url, ADMINISTRATOR.email, ADMINISTRATOR.password);
        if (only.has('api')) await askRoutes(api, jobs, Number(values.requests), emit);
        if (only.has('status')) await measureStatus(api, emit, { jobs, acts: Number(values.acts), running: Number(values.running) });
        if (only.has('page')) await listPage(server.url, api, jobs, emit);
      } finally {
        await server.kill();
      }
    } finally {
      rmSync(scratch, { recursive: true, force: true });
    }
  }
  if (only.has('storm')) await storm(Number(values['storm-jobs']), emit);
}
