/**
 * A CREATE TABLE statement for a topic, a table or files of a connection. Columns of PostgreSQL come from its catalogue; those of Kafka and of files from
 * a sample of JSON values (the newest records, the first file). What cannot be told is left to the user, with a comment that says so.
 */
import type { ConnectionConfig, DerivedTable } from '../contract/connections.ts';
import { inEnglish, type Said, say } from '../contract/said.ts';
import type { Dialer } from '../effects/dialer.ts';
import { partitionKey, type TopicInfo } from '../engine/connectors/kafka/kafka-port.ts';
import { RecordCursor } from '../engine/connectors/kafka/record-batches.ts';
import type { Secret } from '../secrets/secret.ts';
import { merge, type Shape, shapeOf, timestampStandard, typeText } from './json-shape.ts';
import { type KafkaConfig, kafkaOf, type PostgresqlConfig, type StoreConfig, sessionOf, storeOf } from './open-connection.ts';
import { quotedName, type TableColumn, tableNameOf, tableText } from './table-text.ts';

const told = (said: Said): Error => new Error(inEnglish(said));

const RECORDS_MOST = 100;
const PARTITIONS_MOST = 8;
const FETCH_WAIT_MS = 500;
const FILE_BYTES = 64 * 1024;
const FILES_LOOKED = 50;

/** `connection`: its name. Throws an Error with one sentence when it cannot be done. */
export async function deriveTable(
  connection: string,
  config: ConnectionConfig,
  secret: Secret | null,
  dialer: Dialer,
  object: string,
): Promise<DerivedTable> {
  if (config.kind === 'kafka') return ofTopic(connection, config, secret, dialer, object);
  if (config.kind === 'postgresql') return ofDatabaseTable(connection, config, secret, dialer, object);
  if (config.kind === 'object-store') return ofFiles(connection, config, secret, dialer, object);
  throw told(say('said.derive.noKind'));
}

/* ---- PostgreSQL ---- */
const PLAIN: Readonly<Record<string, string>> = {
  bool: 'BOOLEAN',
  int2: 'SMALLINT',
  int4: 'INT',
  int8: 'BIGINT',
  oid: 'BIGINT',
  float4: 'FLOAT',
  float8: 'DOUBLE',
  date: 'DATE',
  bytea: 'BYTES',
};

/** `text`: PostgreSQL's own, as `numeric(10,2)` or `timestamp(3) without time zone`. */
function flinkType(type: string, text: string): string {
  const plain = PLAIN[type];
  if (plain !== undefined) return plain;
  const [, first, second] = /\((-?\d+)(?:,(-?\d+))?\)/.exec(text) ?? [];
  const fraction = Math.min(9, first === undefined ? 6 : Number(first));
  if (type === 'numeric') {
    const precision = first === undefined ? 38 : Math.min(38, Number(first));
    return `DECIMAL(${precision}, ${first === undefined ? 18 : Math.max(0, Math.min(precision, Number(second ?? 0)))})`;
  }
  if (type === 'timestamp') return `TIMESTAMP(${fraction})`;
  if (type === 'timestamptz') return `TIMESTAMP_LTZ(${fraction})`;
  if (type === 'time') return 'TIME';
  if (type.startsWith('_')) return `ARRAY<${flinkType(type.slice(1), text)}>`;
  return 'STRING';
}

async function ofDatabaseTable(
  connection: string,
  config: PostgresqlConfig,
  secret: Secret | null,
  dialer: Dialer,
  object: string,
): Promise<DerivedTable> {
  const [first = '', second] = object.split('.') as [string, string | undefined];
  const [schema, name] = second === undefined ? [null, first] : [first, second];
  const session = await sessionOf(config, secret, dialer);
  try {
    const rows = await session.query(
      `SELECT a.attname, t.typname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
         array_position((SELECT i.indkey::int2[] FROM pg_catalog.pg_index i WHERE i.indrelid = c.oid AND i.indisprimary), a.attnum)
       FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
       JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
       WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relname = $1::text AND a.attnum > 0 AND NOT a.attisdropped
         AND CASE WHEN $2::text IS NULL THEN pg_catalog.pg_table_is_visible(c.oid) ELSE n.nspname = $2::text END
       ORDER BY a.attnum`,
      [name, schema],
    );
    if (rows.length === 0) throw told(say('said.derive.noTable', { object }));
    const columns = rows.map(
      ([column, type, text, notNull]): TableColumn => ({
        name: column ?? '',
        type: flinkType(type ?? '', text ?? ''),
        isNotNull: notNull === 't',
      }),
    );
    const primaryKey = rows
      .filter((row) => row[4] != null)
      .sort((a, b) => Number(a[4]) - Number(b[4]))
      .map((row) => row[0] ?? '');
    const notes = primaryKey.length === 0 ? [say('said.derive.noKey')] : [];
    const options = { connector: 'jdbc', connection, 'table-name': object };
    const table = { name: tableNameOf(object), columns, primaryKey, comments: notes.map(inEnglish), options };
    return { name: table.name, sql: tableText(table), notes, columns: columns.length, basis: 'catalogue', sampled: 0 };
  } finally {
    await session.close();
  }
}

/* ---- Kafka ---- */
async function ofTopic(
  connection: string,
  config: KafkaConfig,
  secret: Secret | null,
  dialer: Dialer,
  object: string,
): Promise<DerivedTable> {
  const cluster = kafkaOf(config, secret, dialer);
  try {
    const { topics } = await cluster.metadata([object]);
    const topic = topics.find(({ name }) => name === object);
    if (!topic) throw told(say('said.derive.noTopic', { object }));
    const texts = await newestValues(cluster, topic);
    const options = {
      connector: 'kafka',
      connection,
      topic: object,
      'properties.group.id': `tidemark-${tableNameOf(object)}`,
      'scan.startup.mode': 'earliest-offset',
    };
    return fromSample(object, texts, options, 'record');
  } finally {
    await cluster.close();
  }
}

/** Values of the newest records, at most RECORDS_MOST, of the first partitions. Nothing is committed for anybody. */
async function newestValues(cluster: ReturnType<typeof kafkaOf>, topic: TopicInfo): Promise<string[]> {
  const partitions = topic.partitions.slice(0, PARTITIONS_MOST);
  const [earliest, latest] = await Promise.all([
    cluster.listOffsets(partitions, { kind: 'earliest' }),
    cluster.listOffsets(partitions, { kind: 'latest' }),
  ]);
  const each = Math.ceil(RECORDS_MOST / partitions.length);
  const values: string[] = [];
  for (const partition of partitions) {
    const key = partitionKey(partition);
    const end = latest.get(key) ?? 0;
    const offset = Math.max(earliest.get(key) ?? 0, end - each);
    if (offset >= end) continue;
    const [fetched] = await cluster.fetch(cluster.leaderOf(partition), [{ ...partition, offset }], FETCH_WAIT_MS);
    if (!fetched?.records) continue;
    const cursor = new RecordCursor(fetched.records, offset, key, false);
    while (values.length < RECORDS_MOST && cursor.next()) {
      if (cursor.valueStart >= 0) values.push(cursor.data.toString('utf8', cursor.valueStart, cursor.valueEnd));
    }
  }
  return values;
}

/* ---- files ---- */
async function ofFiles(
  connection: string,
  config: StoreConfig,
  secret: Secret | null,
  dialer: Dialer,
  object: string,
): Promise<DerivedTable> {
  const store = storeOf(config, secret, dialer);
  const { objects } = await store.list(config.bucket, object, { limit: FILES_LOOKED });
  const file = objects.find(({ key, size }) => size > 0 && !/(^|\/)[._]/.test(key));
  if (!file) throw told(say('said.derive.noFile', { object: object === '' ? config.bucket : object }));
  const head = await store.get({ bucket: config.bucket, key: file.key }, { start: 0, end: Math.min(file.size, FILE_BYTES) });
  const lines = Buffer.from(head).toString('utf8').split('\n');
  if (file.size > FILE_BYTES) lines.pop();
  const texts = lines.filter((line) => line.trim() !== '').slice(0, RECORDS_MOST);
  const options = { connector: 'filesystem', connection, path: `s3://${config.bucket}/${object}` };
  if (!file.key.endsWith('.csv')) return fromSample(object || config.bucket, texts, options, 'line');
  const width = (texts[0] ?? '').split(',').length;
  const columns = Array.from({ length: width }, (_, index) => ({ name: `c${index + 1}`, type: 'STRING', isNotNull: false }));
  const notes = [say('said.derive.csv')];
  const comments = notes.map(inEnglish);
  const table = { name: tableNameOf(object || config.bucket), columns, primaryKey: [], comments, options: { ...options, format: 'csv' } };
  return { name: table.name, sql: tableText(table), notes, columns: width, basis: 'sample', sampled: texts.length };
}

/* ---- samples ---- */
function objectOf(text: string): Shape | null {
  try {
    const shape = shapeOf(JSON.parse(text));
    return shape.kind === 'row' ? shape : null;
  } catch {
    return null;
  }
}

/** JSON objects become columns; anything else is one column of raw text. */
function fromSample(
  object: string,
  texts: readonly string[],
  options: Readonly<Record<string, string>>,
  unit: 'record' | 'line',
): DerivedTable {
  const name = tableNameOf(object);
  const shapes = texts.map(objectOf);
  const rows = shapes.filter((shape) => shape !== null);
  const merged = rows.reduce(merge, { kind: 'null' } as Shape);
  if (merged.kind !== 'row' || merged.fields.size === 0 || rows.length * 2 < texts.length) {
    const counts = { total: texts.length, n: texts.length - rows.length };
    const note =
      texts.length === 0
        ? say('said.derive.nothing')
        : say(unit === 'record' ? 'said.derive.recordsNoJson' : 'said.derive.linesNoJson', counts);
    const columns = [{ name: 'message', type: 'STRING', isNotNull: false }];
    const sql = tableText({
      name,
      columns,
      primaryKey: [],
      comments: [inEnglish(note)],
      options: { ...options, format: texts.length === 0 ? 'json' : 'raw' },
    });
    return { name, sql, notes: [note], columns: 1, basis: texts.length === 0 ? 'none' : 'sample', sampled: texts.length };
  }
  const standard = timestampStandard(merged);
  const fields = [...merged.fields];
  const columns = fields.map(([field, shape]) => ({ name: field, type: typeText(shape, standard, quotedName), isNotNull: false }));
  const doubtful = fields.filter(([, { kind }]) => kind === 'mixed' || kind === 'null').map(([field]) => field);
  const time = columns.find((column) => column.type.startsWith('TIMESTAMP'));
  const notes = [
    say(unit === 'record' ? 'said.derive.fromRecords' : 'said.derive.fromLines', { n: rows.length }),
    ...(rows.length < texts.length ? [say('said.derive.others', { n: texts.length - rows.length })] : []),
    ...(doubtful.length > 0 ? [say('said.derive.doubtful', { names: doubtful.join(', ') })] : []),
    ...(time ? [say('said.derive.eventTime', { name: quotedName(time.name) })] : []),
  ];
  const comments = notes.map(inEnglish);
  const form = standard === 'ISO-8601' ? { 'json.timestamp-format.standard': standard } : {};
  const sql = tableText({ name, columns, primaryKey: [], comments, options: { ...options, format: 'json', ...form } });
  return { name, sql, notes, columns: columns.length, basis: 'sample', sampled: texts.length };
}
