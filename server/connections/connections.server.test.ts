/** Connection tests and tables with a connection against real servers: the steps pass, wrong secrets fail at the right step, no address is in the plan. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { projectRoot } from '../config/project-root.ts';
import { type ConnectionConfig, connectionConfigSchema } from '../contract/connections.ts';
import { systemClock } from '../effects/clock.ts';
import { createDialer } from '../effects/real-dialer.ts';
import type { PreviewReport } from '../engine/preview/preview-wire.ts';
import { runPreview } from '../engines/embedded/preview-runner.ts';
import { Secret } from '../secrets/secret.ts';
import { runningFacts } from './read-connections.ts';
import { testConnection } from './test-connection.ts';

const dialer = createDialer({ allowPrivateAddresses: true });
const url = new URL(process.env.TIDEMARK_TEST_POSTGRES_URL as string);
const kafka = connectionConfigSchema.parse({ kind: 'kafka', bootstrapServers: process.env.TIDEMARK_TEST_KAFKA });
const postgresql = connectionConfigSchema.parse({
  kind: 'postgresql',
  host: url.hostname,
  port: Number(url.port),
  database: url.pathname.slice(1),
  username: decodeURIComponent(url.username),
});
const store = connectionConfigSchema.parse({
  kind: 'object-store',
  endpoint: process.env.TIDEMARK_TEST_S3_ENDPOINT,
  bucket: 'connection-test',
  accessKey: process.env.TIDEMARK_TEST_S3_ACCESS_KEY,
  forcePathStyle: true,
});
const password = new Secret(decodeURIComponent(url.password));

const steps = async (config: ConnectionConfig, secret: Secret | null) => {
  const test = await testConnection(config, secret, dialer, systemClock);
  return test.steps.map((step) => `${step.step} ${step.result}`);
};

describe('connections to real servers', () => {
  it('pass every step', async () => {
    expect(await steps(kafka, null)).toEqual(['name-found pass', 'connected pass', 'signed-in pass', 'listed pass']);
    expect(await steps(postgresql, password)).toEqual(['name-found pass', 'connected pass', 'signed-in pass', 'listed pass']);
    const [accessKeyId, secretAccessKey] = [
      process.env.TIDEMARK_TEST_S3_ACCESS_KEY as string,
      process.env.TIDEMARK_TEST_S3_SECRET_KEY as string,
    ];
    const client = new S3Client({
      endpoint: process.env.TIDEMARK_TEST_S3_ENDPOINT as string,
      region: 'us-east-1',
      forcePathStyle: true,
      credentials: { accessKeyId, secretAccessKey },
    });
    await client.send(new CreateBucketCommand({ Bucket: 'connection-test' }));
    const test = await testConnection(store, new Secret(secretAccessKey), dialer, systemClock);
    expect(test).toMatchObject({ isGood: true, sentence: 'Works. An object was written, read and deleted.' });
    expect(test.steps.map((step) => step.step)).toEqual(['name-found', 'connected', 'signed-in', 'listed', 'wrote', 'read', 'deleted']);
  });

  it('fail at the step that fails, with a sentence', async () => {
    const noUser = { ...postgresql, username: 'nobody-here' } as ConnectionConfig;
    expect((await steps(noUser, new Secret('wrong'))).slice(2)).toEqual(['signed-in fail', 'listed not-run']);
    const noBucket = await testConnection(store, new Secret('wrong-secret'), dialer, systemClock);
    expect(noBucket.steps.map((step) => step.result)).toEqual(['pass', 'pass', 'fail', 'not-run', 'not-run', 'not-run', 'not-run']);
    const closed = { ...postgresql, port: 1 } as ConnectionConfig;
    expect((await steps(closed, password)).slice(0, 2)).toEqual(['name-found pass', 'connected fail']);
  });

  it('give a table its rows', async () => {
    const client = new pg.Client({ connectionString: url.href });
    await client.connect();
    await client.query('CREATE TABLE connected (id INT PRIMARY KEY, name TEXT)');
    await client.query("INSERT INTO connected VALUES (1, 'a'), (2, NULL)");
    const root = mkdtempSync(join(tmpdir(), 'tidemark-connections-'));
    const reports: PreviewReport[] = [];
    const sql = `CREATE TABLE t (id INT, name STRING) WITH ('connector'='jdbc','connection'='pg','table-name'='connected'); SELECT id, name FROM t;`;
    await new Promise<void>((resolve) => {
      const spec = {
        sql,
        settings: {},
        statement: 0,
        source: 'live',
        samples: {},
        rowsMax: 100,
        timeMs: 60_000,
        memoryBytes: 512 * 1024 * 1024,
        store: { kind: 'local', root },
        allowPrivateAddresses: true,
        allowedAddresses: [],
        connections: { pg: runningFacts(postgresql, password) },
      } as const;
      runPreview(projectRoot(), spec, (report) => {
        reports.push(report);
        if (report.type === 'end') resolve();
      });
    });
    await client.query('DROP TABLE connected');
    await client.end();
    rmSync(root, { recursive: true });
    const rows = reports.flatMap((report) => (report.type === 'rows' ? report.rows.map((row) => row.values) : []));
    expect([rows, reports.at(-1)]).toMatchObject([
      [
        ['1', 'a'],
        ['2', null],
      ],
      { reason: 'finished' },
    ]);
  });
});
