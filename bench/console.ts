/**
 * The console's API with many jobs: makes N drafts through the API, then asks each route many times, one request after the other.
 *   console [--jobs 10000] [--requests 200]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ConsoleApi } from '../e2e/servers/console-api.ts';
import { ADMINISTRATOR, startTidemark } from '../e2e/servers/tidemark.ts';
import type { Emit } from './record.ts';
import { percentile } from './statistics.ts';

const SQL =
  "CREATE TABLE g (id BIGINT) WITH ('connector' = 'datagen'); CREATE TABLE b (id BIGINT) WITH ('connector' = 'blackhole'); INSERT INTO b SELECT id FROM g;";

export async function run(args: string[], emit: Emit): Promise<void> {
  const { values } = parseArgs({
    args,
    options: { jobs: { type: 'string', default: '10000' }, requests: { type: 'string', default: '200' } },
  });
  const jobs = Number(values.jobs);
  const scratch = mkdtempSync(join(tmpdir(), 'tidemark-console-bench-'));
  const server = await startTidemark({ dataDir: join(scratch, 'data') });
  try {
    const api = await ConsoleApi.signIn(server.url, ADMINISTRATOR.email, ADMINISTRATOR.password);
    let next = 0;
    const worker = async () => {
      while (next < jobs) {
        const number = next++;
        const tags = [{ key: 'env', value: number % 3 === 0 ? 'prod' : 'test' }];
        await api.call('POST', '/jobs', { name: `job-${number}`, sql: SQL, tags });
      }
    };
    await Promise.all(Array.from({ length: 8 }, worker));
    const pages = Math.max(1, Math.floor(jobs / 50));
    const routes: Readonly<Record<string, (i: number) => string>> = {
      'GET /jobs': (i) => `/jobs?pageSize=50&page=${1 + (i % pages)}`,
      'GET /jobs?q': (i) => `/jobs?pageSize=50&q=job-${i}`,
      'GET /jobs?status&sort': () => '/jobs?pageSize=50&status=job_init&sort=name&order=asc',
      'GET /jobs?tag': () => '/jobs?pageSize=50&tag=env:prod',
      'GET /jobs/{id}': (i) => `/jobs/${1 + (i % jobs)}`,
    };
    for (const [route, path] of Object.entries(routes)) {
      const times: number[] = [];
      for (let i = 0; i < Number(values.requests); i++) {
        const started = performance.now();
        await api.call('GET', path(i));
        times.push(performance.now() - started);
      }
      emit({ suite: 'console', route, jobs, msP50: percentile(times, 0.5), msP95: percentile(times, 0.95), n: times.length });
    }
  } finally {
    await server.kill();
    rmSync(scratch, { recursive: true, force: true });
  }
}
