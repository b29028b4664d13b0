/** The whole way round: a job on the command line, killed with SIGKILL in the middle and started from its newest checkpoint. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, describe, expect, it } from 'vitest';
import { MapValue } from '../../types/value.ts';
import { newTopic, readAll, rows, send, tableOf } from './kafka-harness.ts';

const brokers = process.env.TIDEMARK_TEST_KAFKA as string;
const postgres = process.env.TIDEMARK_TEST_POSTGRES_URL as string;
const folder = mkdtempSync(join(tmpdir(), 'tidemark-kafka-restart-'));
const started: ChildProcess[] = [];
afterAll(() => {
  for (const { pid, exitCode, signalCode } of started)
    if (pid !== undefined && exitCode === null && signalCode === null) process.kill(-pid, 'SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

function run(
  script: string,
  from: string | null,
): { readonly job: ChildProcess; readonly ended: Promise<number | null>; readonly told: string[] } {
  const args = ['scripts/tidemark.mjs', 'run', script, '--checkpoint-dir', join(folder, 'checkpoints'), '--parallelism', '2'];
  const job = spawn(process.execPath, from === null ? args : [...args, '--from', from], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  started.push(job);
  const told: string[] = [];
  job.stdout?.on('data', (chunk) => told.push(String(chunk)));
  job.stderr?.on('data', (chunk) => told.push(String(chunk)));
  const ended = new Promise<number | null>((resolve) => job.once('close', resolve));
  return { job, ended, told };
}

/** Folders of checkpoints that have their manifest, newest last. */
function checkpoints(at = folder): string[] {
  const found = readdirSync(at, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.name === '_metadata' && /chk-\d+$/.test(entry.parentPath))
    .map((entry) => entry.parentPath);
  return found.sort((a, b) => Number(a.split('-').at(-1)) - Number(b.split('-').at(-1)));
}

async function until(what: string, isMet: () => Promise<boolean> | boolean, told: readonly string[]): Promise<void> {
  const giveUpAt = Date.now() + 60_000;
  while (!(await isMet())) {
    if (Date.now() > giveUpAt) throw new Error(`${what} did not come about. The job said:\n${told.join('')}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe('a script on the command line', () => {
  it('writes metadata columns declared between the others, from a query whose columns have no names', async () => {
    const topic = await newTopic(brokers);
    const script = join(folder, 'metadata.sql');
    writeFileSync(
      script,
      `CREATE TABLE sink (ts TIMESTAMP_LTZ(3) METADATA FROM 'timestamp', id INT, h MAP<STRING, BYTES> METADATA FROM 'headers', name STRING) WITH (
         'connector' = 'kafka', 'topic' = '${topic}', 'properties.bootstrap.servers' = '${brokers}', 'format' = 'json');
       INSERT INTO sink SELECT TO_TIMESTAMP_LTZ(1650000000123, 3), id + 1, MAP['a', CAST('x' AS BYTES)], UPPER(name) FROM (VALUES (1, 'n')) AS v(id, name);`,
    );
    const { ended, told } = run(script, null);
    expect(await ended, told.join('')).toBe(0);
    const read = await readAll(tableOf(brokers, topic, {}), ['timestamp', 'headers']);
    expect(read.map(({ values }) => values)).toEqual([[2, 'N', 1_650_000_000_123n, new MapValue([['a', new Uint8Array([120])]])]]);
  });
});

describe('kill -9 and start from the newest checkpoint', () => {
  it('counts each record once, from Kafka into PostgreSQL', async () => {
    const topic = await newTopic(brokers, 3);
    const admin = new pg.Client({ connectionString: postgres });
    await admin.connect();
    const table = topic.replaceAll('-', '_');
    await admin.query(`CREATE TABLE ${table} (k int primary key, n bigint, total bigint)`);
    const { port, pathname, username } = new URL(postgres);
    const script = join(folder, 'job.sql');
    writeFileSync(
      script,
      `SET 'execution.checkpointing.interval' = '150 ms';
       CREATE TABLE source (id INT, name STRING) WITH ('connector' = 'kafka', 'topic' = '${topic}', 'properties.bootstrap.servers' = '${brokers}',
         'properties.group.id' = '${topic}', 'scan.startup.mode' = 'earliest-offset', 'format' = 'json');
       CREATE TABLE counts (k INT, n BIGINT, total BIGINT, PRIMARY KEY (k) NOT ENFORCED) WITH ('connector' = 'jdbc',
         'url' = 'jdbc:postgresql://127.0.0.1:${port}${pathname}', 'table-name' = '${table}', 'username' = '${username}',
         'sink.buffer-flush.interval' = '50 ms');
       INSERT INTO counts SELECT id % 7, COUNT(*), SUM(CAST(id AS BIGINT)) FROM source GROUP BY id % 7;`,
    );
    const counted = async (): Promise<{ n: number; total: number }> =>
      (await admin.query(`SELECT COALESCE(sum(n), 0)::int AS n, COALESCE(sum(total), 0)::float8 AS total FROM ${table}`)).rows[0];
    let sent = 0;
    const sendMore = async (count: number): Promise<void> => {
      for (let i = 0; i < count; i += 100, sent += 100) await send(brokers, topic, (sent / 100) % 3, rows(sent, sent + 100));
    };
    let from: string | null = null;
    for (let round = 0; round < 3; round++) {
      const { job, ended, told } = run(script, from);
      await sendMore(1500);
      const before = checkpoints().length;
      await until('a checkpoint with rows counted', async () => checkpoints().length > before + 1 && (await counted()).n > 0, told);
      const late = sendMore(1500);
      await new Promise((resolve) => setTimeout(resolve, 60));
      if (job.pid !== undefined) process.kill(-job.pid, 'SIGKILL');
      await ended;
      await late;
      from = checkpoints().at(-1) ?? null;
      expect(from !== null && existsSync(join(from, '_metadata'))).toBe(true);
    }
    const last = run(script, from);
    const expected = { n: sent, total: (sent * (sent - 1)) / 2 };
    // The killed run may have counted all: the signal must find a program that listens.
    await until('the restored run', () => last.told.join('').includes('Running'), last.told);
    await until('the whole count', async () => (await counted()).n >= sent, last.told);
    expect(await counted()).toEqual(expected);
    last.job.kill('SIGTERM');
    expect(await last.ended, last.told.join('')).toBe(0);
    expect(await counted()).toEqual(expected);
    await admin.end();
  });
});
