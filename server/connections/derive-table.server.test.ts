/** Tables made from what real servers hold: each statement plans, and reads the rows it was made from. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { Kafka, logLevel } from 'kafkajs';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectRoot } from '../config/project-root.ts';
import { type ConnectionConfig, connectionConfigSchema } from '../contract/connections.ts';
import { systemClock } from '../effects/clock.ts';
import { createDialer } from '../effects/real-dialer.ts';
import type { PreviewReport } from '../engine/preview/preview-wire.ts';
import { runPreview } from '../engines/embedded/preview-runner.ts';
import { Secret } from '../secrets/secret.ts';
import { deriveTable } from './derive-table.ts';
import { listObjects } from './list-objects.ts';
import { runningFacts } from './read-connections.ts';
import { testConnection } from './test-connection.ts';

const dialer = createDialer({ allowPrivateAddresses: true });
const url = new URL(process.env.TIDEMARK_TEST_POSTGRES_URL as string);
const secretKey = process.env.TIDEMARK_TEST_S3_SECRET_KEY as string;
const CONFIGS = {
  kafka: { kind: 'kafka', bootstrapServers: process.env.TIDEMARK_TEST_KAFKA },
  postgresql: {
    kind: 'postgresql',
    host: url.hostname,
    port: Number(url.port),
    database: url.pathname.slice(1),
    username: decodeURIComponent(url.username),
  },
  store: {
    kind: 'object-store',
    endpoint: process.env.TIDEMARK_TEST_S3_ENDPOINT,
    bucket: 'derive-test',
    accessKey: process.env.TIDEMARK_TEST_S3_ACCESS_KEY,
    forcePathStyle: true,
  },
};
const secrets = { kafka: null, postgresql: new Secret(decodeURIComponent(url.password)), store: new Secret(secretKey) };
type Name = keyof typeof CONFIGS;
const configOf = (name: Name): ConnectionConfig => connectionConfigSchema.parse(CONFIGS[name]);
const derive = (name: Name, object: string) => deriveTable('there', configOf(name), secrets[name], dialer, object);
const objects = async (name: Name, q: string) => (await listObjects(configOf(name), secrets[name], dialer, q)).objects;
const topic = `derive-${process.pid}`;
const client = new pg.Client({ connectionString: url.href });
const ORDERS = [
  { id: 1, total: 10, city: 'Shenzhen', at: '2026-11-25 10:00:00.123', tags: ['a'], to: { zip: '518000' } },
  { id: 2, total: 12.5, city: null, at: '2026-11-25 10:00:01', tags: [], to: { zip: null } },
];

beforeAll(async () => {
  await client.connect();
  await client.query(
    `CREATE TABLE derive_orders (id BIGINT, "order" TEXT NOT NULL, price NUMERIC(10,2), at TIMESTAMPTZ(3), tags INT[], raw JSONB, PRIMARY KEY (id, "order"))`,
  );
  await client.query(`INSERT INTO derive_orders VALUES (7, 'x', 1.50, '2026-11-25T10:00:00Z', '{1,2}', '{"a":1}')`);
  const kafka = new Kafka({ brokers: [process.env.TIDEMARK_TEST_KAFKA as string], logLevel: logLevel.NOTHING });
  const producer = kafka.producer();
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: 2 }, { topic: `${topic}-text` }, { topic: `${topic}-empty` }] });
  await producer.connect();
  await producer.send({ topic, messages: ORDERS.map((order, index) => ({ value: JSON.stringify(order), partition: index })) });
  await producer.send({ topic: `${topic}-text`, messages: [{ value: 'no json' }] });
  await Promise.all([producer.disconnect(), admin.disconnect()]);
  const s3 = new S3Client({
    endpoint: process.env.TIDEMARK_TEST_S3_ENDPOINT as string,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: process.env.TIDEMARK_TEST_S3_ACCESS_KEY as string, secretAccessKey: secretKey },
  });
  await s3.send(new CreateBucketCommand({ Bucket: 'derive-test' }));
  const lines = ORDERS.map((order) => JSON.stringify(order)).join('\n');
  await s3.send(new PutObjectCommand({ Bucket: 'derive-test', Key: 'orders/part-0.json', Body: `${lines}\n` }));
  s3.destroy();
});
afterAll(async () => {
  await client.query('DROP TABLE derive_orders');
  await client.end();
});

/** Runs the derived statement on the real source and returns rows, or throws with what the planner says. */
async function rowsOf(name: Name, sql: string, query: string, expected: number): Promise<unknown[]> {
  const root = mkdtempSync(join(tmpdir(), 'tidemark-derive-'));
  const reports: PreviewReport[] = [];
  const rows = () => reports.flatMap((report) => (report.type === 'rows' ? report.rows.map((row) => row.values) : []));
  await new Promise<void>((resolve) => {
    const spec = {
      sql: `${sql}\n${query};`,
      settings: {},
      statement: 0,
      source: 'live',
      samples: {},
      rowsMax: expected,
      timeMs: 60_000,
      memoryBytes: 512 * 1024 * 1024,
      store: { kind: 'local', root },
      allowPrivateAddresses: true,
      allowedAddresses: [],
      connections: { there: runningFacts(configOf(name), secrets[name]) },
    } as const;
    runPreview(projectRoot(), spec, (report) => {
      reports.push(report);
      if (report.type === 'end') resolve();
    });
  });
  rmSync(root, { recursive: true });
  if (rows().length < expected) throw new Error(JSON.stringify(reports));
  return rows();
}

describe('a table derived from', () => {
  it('PostgreSQL has the columns, types and key of its catalogue', async () => {
    expect(await objects('postgresql', 'derive_')).toEqual([{ kind: 'table', name: 'derive_orders', size: 6 }]);
    const { sql, columns, basis, notes } = await derive('postgresql', 'derive_orders');
    expect(notes).toEqual([]);
    expect([columns, basis]).toEqual([6, 'catalogue']);
    expect(sql).toContain(
      [
        '  id BIGINT NOT NULL,',
        '  `order` STRING NOT NULL,',
        '  price DECIMAL(10, 2),',
        '  `at` TIMESTAMP_LTZ(3),',
        '  tags ARRAY<INT>,',
        '  `raw` STRING,',
        '  PRIMARY KEY (id, `order`) NOT ENFORCED',
      ].join('\n'),
    );
    expect(await rowsOf('postgresql', sql, 'SELECT id, `order`, price, tags, `raw` FROM derive_orders', 1)).toEqual([
      ['7', 'x', '1.50', '[1, 2]', '{"a": 1}'],
    ]);
    await expect(derive('postgresql', 'no_such')).rejects.toThrow('The database has no table no_such');
  });

  it('a topic has the fields of its newest records', async () => {
    expect(await objects('kafka', topic)).toContainEqual({ kind: 'topic', name: topic, size: 2 });
    const { sql, sampled, basis, name } = await derive('kafka', topic);
    expect([sampled, basis]).toEqual([2, 'sample']);
    expect(sql).toContain('Columns from 2 JSON records.');
    const rows = await rowsOf('kafka', sql, `SELECT id, total, city, \`to\`.zip, CARDINALITY(tags) FROM ${name}`, 2);
    expect(rows.sort()).toEqual([
      ['1', '10.0', 'Shenzhen', '518000', '1'],
      ['2', '12.5', null, null, '0'],
    ]);
    expect((await derive('kafka', `${topic}-text`)).sql).toContain("'format' = 'raw'");
    expect(await derive('kafka', `${topic}-empty`)).toMatchObject({ basis: 'none', sampled: 0, notes: [{ code: 'said.derive.nothing' }] });
    await expect(derive('kafka', `${topic}-none`)).rejects.toThrow(/no topic/);
  });

  it('files has the fields of the first one', async () => {
    expect(await objects('store', '')).toEqual([{ kind: 'folder', name: 'orders/', size: null }]);
    const { sql } = await derive('store', 'orders/');
    expect(await rowsOf('store', sql, 'SELECT id, city FROM orders ORDER BY id LIMIT 2', 2)).toHaveLength(2);
    await expect(derive('store', 'nothing/')).rejects.toThrow('There is no file with content below nothing/.');
  });
});

describe('a test', () => {
  it('tells version and content of the other side, and what helps where it fails', async () => {
    const found = async (name: Name) => (await testConnection(configOf(name), secrets[name], dialer, systemClock)).found;
    expect(await found('kafka')).toMatchObject({
      version: expect.stringMatching(/^Apache Kafka ≥ \d/),
      names: expect.arrayContaining([topic]),
    });
    expect(await found('postgresql')).toMatchObject({
      version: expect.stringMatching(/^PostgreSQL \d+\.\d+/),
      names: expect.arrayContaining(['derive_orders']),
    });
    expect(await found('store')).toEqual({ version: null, names: ['orders/'], total: 1, isCut: false });
    const next = async (config: unknown, secret: Secret | null, by = dialer) =>
      (await testConnection(connectionConfigSchema.parse(config), secret, by, systemClock)).next;
    expect(await next({ ...CONFIGS.postgresql, port: 1 }, secrets.postgresql)).toBe('check-address');
    expect(await next({ ...CONFIGS.store, bucket: 'not-there' }, secrets.store)).toBe('check-bucket');
    expect(await next(CONFIGS.kafka, null, createDialer({ allowPrivateAddresses: false }))).toBe('allow-address');
  });
});
