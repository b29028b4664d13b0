/** What tests against a real broker share: topics, records with keys and headers, sources and sinks of a table, rows read back. */
import { randomUUID } from 'node:crypto';
import { systemClock } from '../../../effects/clock.ts';
import { createDialer } from '../../../effects/real-dialer.ts';
import type { PlanTable, TableColumnRead } from '../../planner/physical-plan.ts';
import { kindAt, rowAt } from '../../types/row-access.ts';
import { LENGTH_MAX, type RowSchema, type SqlType } from '../../types/sql-type.ts';
import type { Value } from '../../types/value.ts';
import type { RuntimeContext, SourceReader, SplitPosition } from '../contract.ts';
import { KafkaCluster } from './cluster.ts';
import { kafkaConnector, upsertKafkaConnector } from './connector.ts';
import { KAFKA_METADATA } from './describe.ts';
import { codeIsRetryable } from './kafka-error.ts';
import { RecordBatchWriter, type RecordHeader } from './record-batch-writer.ts';

export const INT: SqlType = { kind: 'INT', nullable: true };
export const TEXT: SqlType = { kind: 'VARCHAR', length: LENGTH_MAX, nullable: true };
export const ID_NAME: RowSchema = [
  { name: 'id', type: INT },
  { name: 'name', type: TEXT },
];

export const dialer = createDialer({ allowPrivateAddresses: true });

export interface TestContext extends RuntimeContext {
  readonly logged: string[];
}

export function contextOf(subtask = 0, parallelism = 1): TestContext {
  const logged: string[] = [];
  return {
    subtask,
    parallelism,
    clock: systemClock,
    dialer,
    store: {} as RuntimeContext['store'],
    timeZone: 'UTC',
    jobPrefix: 'tm-test',
    attempt: 'a1',
    log: (level, message) => void logged.push(`${level}: ${message}`),
    print: () => {},
    logged,
  };
}

export function clusterAt(brokers: string): KafkaCluster {
  const [host, port] = brokers.split(':');
  return new KafkaCluster(
    {
      clientId: 'test',
      tls: null,
      sasl: null,
      connectTimeoutMs: 5000,
      requestTimeoutMs: 10_000,
      apiTimeoutMs: 30_000,
      retryBackoffMs: 50,
      bootstrap: [{ host: host as string, port: Number(port) }],
      fetch: { minBytes: 1, maxBytes: 1 << 20, partitionBytes: 1 << 20, isCommittedOnly: false },
    },
    dialer,
  );
}

export async function newTopic(brokers: string, partitions = 1, settings: Record<string, string> = {}): Promise<string> {
  const topic = `t-${randomUUID().slice(0, 8)}`;
  const cluster = clusterAt(brokers);
  await cluster.createTopic(topic, partitions, settings);
  while ((await cluster.metadata([topic])).topics[0]?.partitions.some((partition) => partition.leader < 0) !== false);
  await cluster.close();
  return topic;
}

export interface TestRecord {
  readonly key?: string | null;
  readonly value: string | null;
  readonly headers?: readonly RecordHeader[];
  readonly timestampMs?: number;
}

/** One record batch to one partition. */
export async function send(brokers: string, topic: string, partition: number, records: readonly TestRecord[]): Promise<void> {
  const cluster = clusterAt(brokers);
  await cluster.metadata([topic]);
  const identity = await cluster.initProducer();
  const batch = new RecordBatchWriter('none', 1024);
  for (const record of records) {
    batch.append(record.timestampMs ?? 1_700_000_000_000, bytesOf(record.key ?? null), bytesOf(record.value), record.headers);
  }
  for (;;) {
    const leader = cluster.leaderOf({ topic, partition });
    const [result] = leader < 0 ? [] : await cluster.produce(leader, [{ topic, partition, records: batch.seal(identity, 0) }]);
    if (result?.code === 0) break;
    if (result !== undefined && !codeIsRetryable(result.code)) throw new Error(`not written: ${result.code} ${result.message}`);
    await cluster.metadata([topic]); // a fresh topic's leader is not ready at once
  }
  await cluster.close();
}

function bytesOf(text: string | null) {
  if (text === null) return null;
  const data = Buffer.from(text);
  return { data, start: 0, end: data.length };
}

/** JSON rows `{"id":from,"name":"nfrom"}` up to `to` (exclusive). */
export function rows(from: number, to: number): TestRecord[] {
  return Array.from({ length: to - from }, (_, i) => ({ value: `{"id":${from + i},"name":"n${from + i}"}` }));
}

export function tableOf(brokers: string, topic: string, options: Record<string, string>, plan: Partial<PlanTable> = {}): PlanTable {
  const connector = options.connector ?? 'kafka';
  return {
    name: 't',
    connector,
    options: {
      connector,
      ...('topic-pattern' in options ? {} : { topic }),
      'properties.bootstrap.servers': brokers,
      ...('value.format' in options ? {} : { format: 'json' }),
      ...options,
    },
    physical: ID_NAME,
    metadata: [],
    primaryKey: [],
    partitionKeys: [],
    ...plan,
  };
}

export function readsOf(table: PlanTable, metadata: readonly string[] = []): TableColumnRead[] {
  return [
    ...table.physical.map((field) => ({ path: [field.name], type: field.type })),
    ...metadata.map((key) => ({ path: [key], type: KAFKA_METADATA.find((entry) => entry.key === key)?.type ?? TEXT, metadata: key })),
  ];
}

export interface ReadRow {
  readonly kind: number;
  readonly values: Value[];
}

export interface OpenedSource {
  readonly reader: SourceReader;
  readonly context: TestContext;
  /** Reads until there are `count` rows, or the source ends. */
  take(count: number): Promise<ReadRow[]>;
}

export async function openSource(
  table: PlanTable,
  restored: readonly SplitPosition[] | null = null,
  metadata: readonly string[] = [],
  context: TestContext = contextOf(),
): Promise<OpenedSource> {
  const connector = table.connector === 'kafka' ? kafkaConnector : upsertKafkaConnector;
  const reads = readsOf(table, metadata);
  const reader = connector.createReader?.(table, reads, context) as SourceReader;
  await reader.open(restored);
  return { reader, context, take: (count) => takeRows(reader, reads, count) };
}

async function takeRows(reader: SourceReader, reads: readonly TableColumnRead[], count: number): Promise<ReadRow[]> {
  const taken: ReadRow[] = [];
  while (taken.length < count) {
    const result = await reader.poll(Math.min(2048, count - taken.length));
    if (result.kind === 'end') break;
    if (result.kind !== 'batch') continue;
    for (let row = 0; row < result.batch.rows; row++)
      taken.push({ kind: kindAt(result.batch, row), values: rowAt(result.batch, row, reads) });
  }
  return taken;
}

/** First columns, for tests that only count ids. */
export function ids(taken: readonly ReadRow[]): Value[] {
  return taken.map((row) => row.values[0] ?? null);
}

/** All rows of a bounded scan from the beginning to what is there now. */
export async function readAll(table: PlanTable, metadata: readonly string[] = []): Promise<ReadRow[]> {
  const options = { 'scan.startup.mode': 'earliest-offset', 'scan.bounded.mode': 'latest-offset', ...table.options };
  const source = await openSource({ ...table, options }, null, metadata);
  const all = await source.take(Number.POSITIVE_INFINITY);
  await source.reader.close();
  return all;
}
