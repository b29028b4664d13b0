/**
 * One product instance for the tests of a file, and what is known of a job from outside. A refusal changes nothing: `factsOf` before and after
 * must be equal, and `filesBelow` shows what was written.
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConsoleApi } from '../servers/console-api.ts';
import { ADMINISTRATOR, startTidemark, type TidemarkServer } from '../servers/tidemark.ts';

export interface Product {
  readonly scratch: string;
  readonly dataDir: string;
  readonly tidemark: TidemarkServer;
  readonly api: ConsoleApi;
  close(): Promise<void>;
}

export async function startProduct(environment: Readonly<Record<string, string>> = {}): Promise<Product> {
  const scratch = mkdtempSync(join(tmpdir(), 'tidemark-refusal-'));
  const dataDir = join(scratch, 'data');
  const tidemark = await startTidemark({ dataDir, environment });
  const api = await ConsoleApi.signIn(tidemark.url, ADMINISTRATOR.email, ADMINISTRATOR.password);
  return {
    scratch,
    dataDir,
    tidemark,
    api,
    close: async () => {
      await tidemark.kill();
      rmSync(scratch, { recursive: true, force: true });
    },
  };
}

interface Page<T> {
  readonly items: readonly T[];
}

export interface LedgerLine {
  readonly kind: string;
  readonly text: string;
}

export interface JobFacts {
  readonly status: string;
  readonly desired: string;
  readonly runs: readonly number[];
  readonly snapshots: readonly string[];
  readonly ledger: readonly LedgerLine[];
}

export async function ledgerOf(api: ConsoleApi, jobId: number): Promise<LedgerLine[]> {
  const { items } = await api.call<Page<LedgerLine>>('GET', `/jobs/${jobId}/ledger?page=1&pageSize=100`);
  return items.map(({ kind, text }) => ({ kind, text }));
}

export async function snapshotsOf(api: ConsoleApi, jobId: number) {
  return (
    await api.call<Page<{ id: string; name: string; path: string; kind: string }>>('GET', `/snapshots?jobId=${jobId}&page=1&pageSize=100`)
  ).items;
}

export async function factsOf(api: ConsoleApi, jobId: number): Promise<JobFacts> {
  const { job } = await api.call<{ job: { status: string; desired: string } }>('GET', `/jobs/${jobId}`);
  const runs = await api.call<Page<{ number: number }>>('GET', `/jobs/${jobId}/runs?page=1&pageSize=100`);
  return {
    status: job.status,
    desired: job.desired,
    runs: runs.items.map((run) => run.number),
    snapshots: (await snapshotsOf(api, jobId)).map((snapshot) => snapshot.path),
    ledger: await ledgerOf(api, jobId),
  };
}

/** Files below a folder, hidden ones included. */
export function filesBelow(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
  } catch {
    return [];
  }
}

export interface Mark {
  readonly severity: string;
  readonly message: string;
  readonly line: number;
  readonly column: number;
}

export async function checkSql(api: ConsoleApi, sql: string): Promise<{ readonly isRight: boolean; readonly marks: readonly Mark[] }> {
  return api.call('POST', '/sql/check', { sql, options: {} });
}

/** Numbers that never end, counted by key into nothing: a job with state that needs nothing but the object store. */
export const COUNTING_SQL = `CREATE TABLE numbers (n BIGINT) WITH (
  'connector' = 'datagen', 'rows-per-second' = '100', 'fields.n.kind' = 'sequence', 'fields.n.start' = '0', 'fields.n.end' = '100000000');
CREATE TABLE nowhere (k BIGINT, c BIGINT) WITH ('connector' = 'blackhole');
INSERT INTO nowhere SELECT MOD(n, 10), COUNT(*) FROM numbers GROUP BY MOD(n, 10);
`;

/** Every 300 ms a checkpoint. */
export const OFTEN = { runtimeConfiguration: { 'execution.checkpointing.interval': '300 ms' } };

export async function until<T>(what: string, ask: () => Promise<T>, isIt: (value: T) => boolean, deadlineMs = 60_000): Promise<T> {
  const deadline = Date.now() + deadlineMs;
  for (;;) {
    const value = await ask();
    if (isIt(value)) return value;
    if (Date.now() > deadline) throw new Error(`not in ${deadlineMs} ms: ${what}; last seen ${JSON.stringify(value).slice(0, 2000)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
