/** The jdbc connector against a real PostgreSQL: types, scans that go on, upserts in order, broken connections, clear refusals. */
import { randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPostgres } from '../../../../e2e/servers/postgres.ts';
import { systemClock } from '../../../effects/clock.ts';
import { createDialer } from '../../../effects/real-dialer.ts';
import type { PlanTable } from '../../planner/physical-plan.ts';
import { type ChangeKind, DELETE, INSERT, UPDATE_AFTER, UPDATE_BEFORE } from '../../types/batch.ts';
import { BatchBuilder } from '../../types/batch-builder.ts';
import { rowAt } from '../../types/row-access.ts';
import { LENGTH_MAX, type RowField, type RowSchema, type SqlType } from '../../types/sql-type.ts';
import { ArrayValue, type Value } from '../../types/value.ts';
import type { RuntimeContext, SinkWriter, SourceReader, SplitPosition } from '../contract.ts';
import { jdbcConnector } from './connector.ts';

const url = process.env.TIDEMARK_TEST_POSTGRES_URL as string;
const { port, pathname } = new URL(url);
const admin = new pg.Client({ connectionString: url });
beforeAll(() => admin.connect());
afterAll(() => admin.end());

const nullable = true;
const INT: SqlType = { kind: 'INT', nullable };
const BIGINT: SqlType = { kind: 'BIGINT', nullable };
const TEXT: SqlType = { kind: 'VARCHAR', length: LENGTH_MAX, nullable };
const ID_NAME: RowSchema = [
  { name: 'id', type: { ...INT, nullable: false } },
  { name: 'name', type: TEXT },
];

function context(subtask = 0, parallelism = 1): RuntimeContext {
  return {
    subtask,
    parallelism,
    clock: systemClock,
    dialer: createDialer({ allowPrivateAddresses: true }),
    store: {} as RuntimeContext['store'],
    timeZone: 'UTC',
    jobPrefix: 'tm-test',
    attempt: 'a1',
    log: () => {},
    print: () => {},
  };
}

function tableOf(name: string, physical: RowSchema, options: Record<string, string> = {}, primaryKey: string[] = []): PlanTable {
  return {
    name: 't',
    connector: 'jdbc',
    options: {
      connector: 'jdbc',
      url: `jdbc:postgresql://127.0.0.1:${port}${pathname}`,
      username: 'postgres',
      'table-name': name,
      ...options,
    },
    physical,
    metadata: [],
    primaryKey,
    partitionKeys: [],
  };
}

async function create(columns: string): Promise<string> {
  const name = `t_${randomUUID().slice(0, 8)}`;
  await admin.query(`CREATE TABLE ${name} (${columns})`);
  return name;
}

async function openReader(table: PlanTable, restored: readonly SplitPosition[] | null = null, at = context()): Promise<SourceReader> {
  const reads = table.physical.map((field) => ({ path: [field.name], type: field.type }));
  const reader = jdbcConnector.createReader?.(table, reads, at) as SourceReader;
  await reader.open(restored);
  return reader;
}

async function take(reader: SourceReader, physical: RowSchema, count = Number.POSITIVE_INFINITY): Promise<Value[][]> {
  const rows: Value[][] = [];
  while (rows.length < count) {
    const result = await reader.poll(Math.min(2048, count - rows.length));
    if (result.kind === 'end') break;
    if (result.kind === 'batch') for (let row = 0; row < result.batch.rows; row++) rows.push(rowAt(result.batch, row, physical));
  }
  return rows;
}

async function scan(table: PlanTable): Promise<Value[][]> {
  const reader = await openReader(table);
  const rows = await take(reader, table.physical);
  await reader.close();
  return rows;
}

async function openWriter(table: PlanTable): Promise<SinkWriter> {
  const writer = jdbcConnector.createWriter?.(table, table.physical, context()) as SinkWriter;
  await writer.open();
  return writer;
}

function batchOf(schema: RowSchema, rows: readonly (readonly [ChangeKind, ...Value[]])[]) {
  const builder = new BatchBuilder(schema);
  for (const [kind, ...values] of rows) {
    for (const [i, value] of values.entries()) builder.setValue(i, value);
    builder.endRow(kind);
  }
  return builder.finish();
}

const TYPES: RowSchema = [
  { name: 'id', type: INT },
  { name: 'b', type: { kind: 'BOOLEAN', nullable } },
  { name: 'l', type: BIGINT },
  { name: 'd', type: { kind: 'DECIMAL', precision: 20, scale: 3, nullable } },
  { name: 'f', type: { kind: 'DOUBLE', nullable } },
  { name: 's', type: TEXT },
  { name: 'day', type: { kind: 'DATE', nullable } },
  { name: 'tod', type: { kind: 'TIME', precision: 0, nullable } },
  { name: 'ts', type: { kind: 'TIMESTAMP', precision: 6, nullable } },
  { name: 'ltz', type: { kind: 'TIMESTAMP_LTZ', precision: 3, nullable } },
  { name: 'bin', type: { kind: 'VARBINARY', length: LENGTH_MAX, nullable } },
];
const TYPE_COLUMNS =
  'id int, b bool, l int8, d numeric(20,3), f float8, s varchar(50), day date, tod time, ts timestamp, ltz timestamptz, bin bytea';
const TYPE_ROW: Value[] = [
  1,
  true,
  -9_007_199_254_740_993n,
  -1234567n,
  0.1,
  `it's "quoted", {a,\\b} NULL`,
  -1,
  45_296_000,
  1_700_000_000_123_456n,
  1_700_000_000_123n,
  new Uint8Array([0, 1, 92, 255]),
];

describe('jdbc', () => {
  it('every type as written comes back, and NULL in every column', async () => {
    const table = tableOf(await create(TYPE_COLUMNS), TYPES);
    const writer = await openWriter(table);
    writer.write(
      batchOf(TYPES, [
        [INSERT, ...TYPE_ROW],
        [INSERT, ...TYPES.map(() => null)],
      ]),
    );
    await writer.prepare(1);
    await writer.close();
    expect(await scan(table)).toEqual([TYPE_ROW, TYPES.map(() => null)]);
  });

  it('reads arrays, and refuses to write them', async () => {
    const name = await create('a text[], n int[][]');
    await admin.query(`INSERT INTO ${name} VALUES (ARRAY['x,"y', NULL], '{{1,2},{3,4}}')`);
    const physical: RowField[] = [
      { name: 'a', type: { kind: 'ARRAY', element: TEXT, nullable } },
      { name: 'n', type: { kind: 'ARRAY', element: { kind: 'ARRAY', element: INT, nullable }, nullable } },
    ];
    const nested = new ArrayValue([new ArrayValue([1, 2]), new ArrayValue([3, 4])]);
    expect(await scan(tableOf(name, physical))).toEqual([[new ArrayValue(['x,"y', null]), nested]]);
    await expect(openWriter(tableOf(name, physical))).rejects.toThrow(/can be read but not written/);
  });

  it('upserts and deletes by key, the last change of a key within a flush wins; the columns lie in another order there', async () => {
    const name = await create('name text, "ID" int, id int primary key');
    const table = tableOf(name, ID_NAME, {}, ['id']);
    const writer = await openWriter(table);
    const changes: [ChangeKind, ...Value[]][] = [
      [INSERT, 1, 'a'],
      [INSERT, 2, 'b'],
      [UPDATE_BEFORE, 1, 'a'],
      [UPDATE_AFTER, 1, 'c'],
      [DELETE, 2, 'b'],
      [INSERT, 3, 'd'],
      [DELETE, 3, 'd'],
      [INSERT, 3, 'e'],
    ];
    writer.write(batchOf(ID_NAME, changes));
    await writer.prepare(1);
    expect((await admin.query(`SELECT id, name FROM ${name} ORDER BY id`)).rows).toEqual([
      { id: 1, name: 'c' },
      { id: 3, name: 'e' },
    ]);
    writer.write(
      batchOf(ID_NAME, [
        [DELETE, 1, 'c'],
        [UPDATE_AFTER, 3, 'f'],
        [INSERT, 4, null],
      ]),
    );
    await writer.prepare(2);
    await writer.close();
    expect((await admin.query(`SELECT id, name FROM ${name} ORDER BY id`)).rows).toEqual([
      { id: 3, name: 'f' },
      { id: 4, name: null },
    ]);
  });

  it('prepare waits for the database, and order holds over many flushes', async () => {
    const name = await create('id int primary key, name text');
    const writer = await openWriter(tableOf(name, ID_NAME, { 'sink.buffer-flush.max-rows': '7' }, ['id']));
    await admin.query(`BEGIN; LOCK TABLE ${name} IN EXCLUSIVE MODE`);
    for (let version = 0; version < 50; version++)
      writer.write(
        batchOf(
          ID_NAME,
          Array.from({ length: 10 }, (_, id) => [UPDATE_AFTER, id, `v${version}`]),
        ),
      );
    let isPrepared = false;
    const prepared = writer.prepare(1).then(() => {
      isPrepared = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(isPrepared).toBe(false);
    await admin.query('COMMIT');
    await prepared;
    expect((await admin.query(`SELECT count(*)::int AS n FROM ${name} WHERE name = 'v49'`)).rows).toEqual([{ n: 10 }]);
    await writer.close();
  });

  it('goes on after the server has cut the connection', async () => {
    const name = await create('id int primary key, name text');
    const writer = await openWriter(tableOf(name, ID_NAME, {}, ['id']));
    writer.write(batchOf(ID_NAME, [[INSERT, 1, 'a']]));
    await writer.prepare(1);
    await admin.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'tidemark'");
    writer.write(batchOf(ID_NAME, [[INSERT, 2, 'b']]));
    await writer.prepare(2);
    await writer.close();
    expect((await admin.query(`SELECT id FROM ${name} ORDER BY id`)).rows).toEqual([{ id: 1 }, { id: 2 }]);
  });

  it('goes on after the server was restarted under it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tidemark-jdbc-'));
    chmodSync(folder, 0o755);
    let server = await startPostgres({ folder: join(folder, 'postgres') });
    const query = async (text: string) => {
      const client = new pg.Client({ connectionString: server.url });
      await client.connect();
      const { rows } = await client.query(text);
      await client.end();
      return rows;
    };
    await query('CREATE TABLE t (id int primary key, name text)');
    const plan = tableOf('t', ID_NAME, { url: `jdbc:postgresql://127.0.0.1:${server.port}/postgres`, 'sink.max-retries': '10' }, ['id']);
    const writer = await openWriter(plan);
    writer.write(batchOf(ID_NAME, [[INSERT, 1, 'a']]));
    await writer.prepare(1);
    await server.stop();
    writer.write(
      batchOf(ID_NAME, [
        [UPDATE_AFTER, 1, 'b'],
        [INSERT, 2, 'c'],
      ]),
    );
    const prepared = writer.prepare(2);
    server = await startPostgres({ folder: join(folder, 'postgres'), port: server.port });
    await prepared;
    expect(await query('SELECT id, name FROM t ORDER BY id')).toEqual([
      { id: 1, name: 'b' },
      { id: 2, name: 'c' },
    ]);
    await writer.close();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('a refused row fails prepare with the reason and is not tried again', async () => {
    const name = await create("id int, name text CHECK (name <> 'bad')");
    const writer = await openWriter(tableOf(name, ID_NAME));
    writer.write(batchOf(ID_NAME, [[INSERT, 1, 'bad']]));
    await expect(writer.prepare(1)).rejects.toMatchObject({
      message: expect.stringMatching(/did not take 1 rows: .*check constraint/),
      isRetryable: false,
    });
    await writer.close();
  });

  it.each([
    ['by key', 'primary key'],
    ['by row address', ''],
  ])('a scan stopped in the middle goes on %s', async (_, constraint) => {
    const name = await create(`id int ${constraint}, name text`);
    await admin.query(`INSERT INTO ${name} SELECT i, 'n' || i FROM generate_series(0, 999) AS i`);
    const table = tableOf(name, ID_NAME, { 'scan.fetch-size': '64' });
    const first = await openReader(table);
    const before = await take(first, ID_NAME, 333);
    const positions = JSON.parse(JSON.stringify(first.positions()));
    await first.close();
    const second = await openReader(table, positions);
    const after = await take(second, ID_NAME);
    expect([...before, ...after].map(([id]) => id)).toEqual(Array.from({ length: 1000 }, (_, id) => id));
    const third = await openReader(table, second.positions());
    expect(await take(third, ID_NAME)).toEqual([]);
    await Promise.all([second.close(), third.close()]);
  });

  it('a partitioned scan reads the range once, over all subtasks', async () => {
    const name = await create('id int, name text');
    await admin.query(`INSERT INTO ${name} SELECT i, 'n' FROM generate_series(-5, 120) AS i`);
    const options = {
      'scan.partition.column': 'id',
      'scan.partition.num': '7',
      'scan.partition.lower-bound': '0',
      'scan.partition.upper-bound': '99',
    };
    const table = tableOf(name, ID_NAME, options);
    const ids: Value[] = [];
    for (const subtask of [0, 1]) {
      const reader = await openReader(table, null, context(subtask, 2));
      ids.push(...(await take(reader, ID_NAME)).map(([id]) => id ?? null));
      await reader.close();
    }
    expect(ids.map(Number).sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, id) => id));
  });

  it('says in one sentence what would fail', async () => {
    const name = await create('id int, name text');
    const probe = async (table: PlanTable, role: 'source' | 'sink' = 'sink') =>
      (await jdbcConnector.probe?.(table, role, context(), 3000))?.message ?? null;
    expect(await probe(tableOf(name, ID_NAME))).toBeNull();
    expect(await probe(tableOf('no_such', ID_NAME))).toMatch(/has no table 'no_such'/);
    expect(await probe(tableOf(`${name}"; DROP TABLE ${name}; --`, ID_NAME))).toMatch(/has no table/);
    expect(await probe(tableOf(name, [{ name: 'nmae', type: TEXT }]))).toMatch(/no column 'nmae'; it has id, name\. Did you mean 'name'\?/);
    expect(await probe(tableOf(name, [{ name: 'name', type: INT }]))).toMatch(
      /Column 'name' of table '.*' is text in the database, but declared as INT/,
    );
    expect(await probe(tableOf(name, ID_NAME, {}, ['id']))).toMatch(/no primary key or unique index on \(id\)/);
    expect(await probe(tableOf(name, ID_NAME, { url: 'jdbc:postgresql://127.0.0.1:1/x' }))).toMatch(/127\.0\.0\.1:1 cannot be reached/);
    expect(await probe(tableOf(name, ID_NAME, { url: `jdbc:postgresql://127.0.0.1:${port}/nowhere` }))).toMatch(/no database 'nowhere'/);
    await admin.query("SET password_encryption TO 'scram-sha-256'");
    expect(await probe(tableOf(name, ID_NAME, { username: 'nobody_there', password: 'x' }))).toMatch(/refused|nobody_there/);
    const problems = (options: Record<string, string>) =>
      jdbcConnector.describe(tableOf(name, ID_NAME, options)).problems.map(({ message }) => message);
    expect(problems({ url: 'jdbc:mysql://h:3306/d' })).toEqual([
      expect.stringMatching(/speaks PostgreSQL only; a url of 'mysql' is not supported/),
    ]);
    expect(problems({ 'scan.partition.column': 'id' })).toEqual([expect.stringMatching(/needs all four options/)]);
  });
});
