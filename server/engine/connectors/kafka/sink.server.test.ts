/** The Kafka sinks against a real broker: what records look like, where they go, and that prepare waits for acknowledgements. */
import { describe, expect, it } from 'vitest';
import type { PlanTable } from '../../planner/physical-plan.ts';
import { type ChangeKind, DELETE, INSERT, UPDATE_AFTER, UPDATE_BEFORE } from '../../types/batch.ts';
import { BatchBuilder } from '../../types/batch-builder.ts';
import { LENGTH_MAX, type RowSchema } from '../../types/sql-type.ts';
import { MapValue, type Value } from '../../types/value.ts';
import type { SinkWriter } from '../contract.ts';
import { kafkaConnector, upsertKafkaConnector } from './connector.ts';
import { createKafkaWriter } from './create-writer.ts';
import { KAFKA_METADATA } from './describe.ts';
import { KafkaError } from './kafka-error.ts';
import { clusterAt, contextOf, ID_NAME, newTopic, readAll, TEXT, tableOf } from './kafka-harness.ts';
import type { KafkaPort } from './kafka-port.ts';
import { readKafkaTable } from './table-options.ts';

const brokers = process.env.TIDEMARK_TEST_KAFKA as string;

function batchOf(schema: RowSchema, rows: readonly (readonly [ChangeKind, ...Value[]])[]) {
  const builder = new BatchBuilder(schema);
  for (const [kind, ...values] of rows) {
    for (const [i, value] of values.entries()) builder.setValue(i, value);
    builder.endRow(kind);
  }
  return builder.finish();
}

async function open(table: PlanTable, schema: RowSchema = table.physical): Promise<SinkWriter> {
  const connector = table.connector === 'kafka' ? kafkaConnector : upsertKafkaConnector;
  expect(connector.describe(table).problems).toEqual([]);
  const writer = connector.createWriter?.(table, schema, contextOf()) as SinkWriter;
  await writer.open();
  return writer;
}

/** Keys and values as text, of all partitions in order. */
async function recordsOf(topic: string): Promise<(readonly [string | null, string | null])[]> {
  const physical: RowSchema = [
    { name: 'k', type: TEXT },
    { name: 'v', type: TEXT },
  ];
  const options = { connector: 'upsert-kafka', 'key.format': 'raw', 'value.format': 'raw', 'value.fields-include': 'EXCEPT_KEY' };
  const read = await readAll(tableOf(brokers, topic, options, { physical, primaryKey: ['k'] }));
  return read.map(({ kind, values }) => [values[0] as string | null, kind === DELETE ? null : (values[1] as string | null)]);
}

describe('kafka sink', () => {
  it('writes values with headers and timestamp', async () => {
    const topic = await newTopic(brokers);
    const metadata = ['headers', 'timestamp'].map((key) => ({
      key,
      name: `m_${key}`,
      type: KAFKA_METADATA.find((entry) => entry.key === key)!.type,
    }));
    const schema = [...ID_NAME, ...metadata.map(({ name, type }) => ({ name, type }))];
    for (const compression of ['none', 'gzip', 'snappy', 'lz4', 'zstd']) {
      const writer = await open(tableOf(brokers, topic, { 'properties.compression.type': compression }, { metadata }), schema);
      const headers = new MapValue([
        ['h', new Uint8Array([1, 2])],
        ['n', null],
      ]);
      writer.write(batchOf(schema, [[INSERT, 1, compression, headers, 1_650_000_000_777n]]));
      await writer.prepare(1);
      await writer.close();
    }
    const read = await readAll(tableOf(brokers, topic, {}), ['timestamp', 'headers']);
    expect(read.map(({ values }) => values[1])).toEqual(['none', 'gzip', 'snappy', 'lz4', 'zstd']);
    expect(read[4]?.values.slice(2)).toEqual([
      1_650_000_000_777n,
      new MapValue([
        ['h', new Uint8Array([1, 2])],
        ['n', null],
      ]),
    ]);
  });

  it('keeps the order of 100000 records in each partition, which the key alone chooses', async () => {
    const topic = await newTopic(brokers, 3);
    const writer = await open(tableOf(brokers, topic, { 'key.format': 'json', 'key.fields': 'name' }));
    for (let at = 0; at < 100_000; at += 2000) {
      writer.write(
        batchOf(
          ID_NAME,
          Array.from({ length: 2000 }, (_, i) => [INSERT, at + i, `k${(at + i) % 11}`]),
        ),
      );
      await writer.ready();
    }
    await writer.prepare(1);
    await writer.close();
    const read = await readAll(tableOf(brokers, topic, {}), ['partition']);
    expect(read).toHaveLength(100_000);
    const lastOf = new Map<Value, number>();
    const partitionOf = new Map<Value, Value>();
    for (const { values } of read) {
      const [id, key, partition] = values as [number, string, number];
      expect(partitionOf.get(key) ?? partition).toBe(partition);
      partitionOf.set(key, partition);
      if (id <= (lastOf.get(partition) ?? -1)) throw new Error(`record ${id} is out of order in partition ${partition}`);
      lastOf.set(partition, id);
    }
    expect(lastOf.size).toBeGreaterThan(1);
  });

  it('prepare resolves only after every acknowledgement, and lost answers make no duplicates', async () => {
    const topic = await newTopic(brokers);
    const cluster = clusterAt(brokers);
    let release: () => void = () => {};
    const gate = new Promise<void>((resolve) => (release = resolve));
    let answersToLose = 2;
    const port: KafkaPort = Object.assign(Object.create(cluster) as KafkaPort, {
      metadata: cluster.metadata.bind(cluster),
      leaderOf: cluster.leaderOf.bind(cluster),
      initProducer: cluster.initProducer.bind(cluster),
      close: cluster.close.bind(cluster),
      async produce(...args: Parameters<KafkaPort['produce']>) {
        const results = await cluster.produce(...args);
        await gate;
        if (answersToLose-- > 0) throw new KafkaError('network', 'The answer got lost.');
        return results;
      },
    });
    const plan = tableOf(brokers, topic, { 'properties.retry.backoff.ms': '10' });
    const writer = createKafkaWriter(plan, readKafkaTable(plan).table, ID_NAME, port, contextOf());
    await writer.open();
    writer.write(batchOf(ID_NAME, [[INSERT, 1, 'a']]));
    writer.write(batchOf(ID_NAME, [[INSERT, 2, 'b']]));
    let isPrepared = false;
    const prepared = writer.prepare(1).then(() => {
      isPrepared = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(isPrepared).toBe(false);
    release();
    await prepared;
    expect(answersToLose).toBeLessThan(0);
    await writer.close();
    expect((await readAll(tableOf(brokers, topic, {}))).map(({ values }) => values[0])).toEqual([1, 2]);
  });

  it('a missing topic and a record that is too large fail with a sentence', async () => {
    const missing = kafkaConnector.createWriter?.(tableOf(brokers, 'not-there', {}), ID_NAME, contextOf()) as SinkWriter;
    await expect(missing.open()).rejects.toThrow("Topic 'not-there' does not exist; create it, or correct 'topic'.");
    await missing.close();
    const topic = await newTopic(brokers, 1, { 'max.message.bytes': '2000' });
    const writer = await open(tableOf(brokers, topic, {}));
    writer.write(batchOf(ID_NAME, [[INSERT, 1, 'x'.repeat(5000)]]));
    await expect(writer.prepare(1)).rejects.toThrow(/MESSAGE_TOO_LARGE.*max\.message\.bytes/);
    await writer.close();
  });
});

describe('upsert-kafka sink', () => {
  const physical: RowSchema = [
    { name: 'id', type: { kind: 'INT', nullable: false } },
    { name: 'name', type: { kind: 'VARCHAR', length: LENGTH_MAX, nullable: true } },
  ];
  const options = { connector: 'upsert-kafka', 'key.format': 'json', 'value.format': 'json' };
  const changes: [ChangeKind, ...Value[]][] = [
    [INSERT, 1, 'a'],
    [UPDATE_BEFORE, 1, 'a'],
    [UPDATE_AFTER, 1, 'b'],
    [INSERT, 2, 'c'],
    [DELETE, 2, 'c'],
  ];

  it('writes values by key and tombstones for deletes', async () => {
    const topic = await newTopic(brokers);
    const writer = await open(tableOf(brokers, topic, options, { physical, primaryKey: ['id'] }));
    writer.write(
      batchOf(
        physical,
        changes.filter(([kind]) => kind !== UPDATE_BEFORE),
      ),
    );
    await writer.prepare(1);
    await writer.close();
    expect(await recordsOf(topic)).toEqual([
      ['{"id":1}', '{"id":1,"name":"a"}'],
      ['{"id":1}', '{"id":1,"name":"b"}'],
      ['{"id":2}', '{"id":2,"name":"c"}'],
      ['{"id":2}', null],
    ]);
  });

  it('with a buffer only the last change of a key, at the latest in prepare', async () => {
    const topic = await newTopic(brokers);
    const buffered = { ...options, 'sink.buffer-flush.max-rows': '100', 'sink.buffer-flush.interval': '1 h' };
    const writer = await open(tableOf(brokers, topic, buffered, { physical, primaryKey: ['id'] }));
    writer.write(batchOf(physical, changes));
    await writer.prepare(1);
    await writer.close();
    expect(await recordsOf(topic)).toEqual([
      ['{"id":1}', '{"id":1,"name":"b"}'],
      ['{"id":2}', null],
    ]);
  });
});
