/** The Kafka source against a real broker: where it begins, ends and goes on, what it makes of records. */
import { Kafka, logLevel } from 'kafkajs';
import { describe, expect, it } from 'vitest';
import { DELETE, INSERT, UPDATE_AFTER } from '../../types/batch.ts';
import type { RowSchema } from '../../types/sql-type.ts';
import { MapValue } from '../../types/value.ts';
import { kafkaConnector } from './connector.ts';
import { clusterAt, contextOf, INT, ids, newTopic, openSource, readAll, rows, send, TEXT, tableOf } from './kafka-harness.ts';

const brokers = process.env.TIDEMARK_TEST_KAFKA as string;
const bounded = { 'scan.bounded.mode': 'latest-offset' };
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

async function take(topic: string, options: Record<string, string>, count = Number.POSITIVE_INFINITY) {
  const source = await openSource(tableOf(brokers, topic, options));
  const taken = await source.take(count);
  await source.reader.close();
  return ids(taken);
}

describe('where a source begins and ends', () => {
  it('earliest, latest, timestamp and specific offsets', async () => {
    const topic = await newTopic(brokers);
    await send(brokers, topic, 0, [
      { value: '{"id":0}', timestampMs: 1000 },
      { value: '{"id":1}', timestampMs: 2000 },
    ]);
    await send(brokers, topic, 0, [{ value: '{"id":2}', timestampMs: 3000 }]);
    expect(await take(topic, { ...bounded, 'scan.startup.mode': 'earliest-offset' })).toEqual([0, 1, 2]);
    expect(await take(topic, { ...bounded, 'scan.startup.mode': 'latest-offset' })).toEqual([]);
    expect(await take(topic, { ...bounded, 'scan.startup.mode': 'timestamp', 'scan.startup.timestamp-millis': '1001' })).toEqual([1, 2]);
    expect(await take(topic, { ...bounded, 'scan.startup.mode': 'timestamp', 'scan.startup.timestamp-millis': '9000' })).toEqual([]);
    const specific = { 'scan.startup.mode': 'specific-offsets', 'scan.startup.specific-offsets': 'partition:0,offset:1' };
    expect(await take(topic, { ...bounded, ...specific })).toEqual([1, 2]);
    const until = { 'scan.bounded.mode': 'specific-offsets', 'scan.bounded.specific-offsets': 'partition:0,offset:2' };
    expect(await take(topic, { ...until, 'scan.startup.mode': 'earliest-offset' })).toEqual([0, 1]);
    const untilTime = { 'scan.bounded.mode': 'timestamp', 'scan.bounded.timestamp-millis': '2000' };
    expect(await take(topic, { ...untilTime, 'scan.startup.mode': 'earliest-offset' })).toEqual([0]);
  });

  it('group offsets: committed with a checkpoint, the policy without, an error with neither', async () => {
    const topic = await newTopic(brokers);
    await send(brokers, topic, 0, rows(0, 10));
    const options = { 'scan.startup.mode': 'group-offsets', 'properties.group.id': `g-${topic}` };
    await expect(openSource(tableOf(brokers, topic, options))).rejects.toThrow(/has no committed offset for t-.*-0.*auto\.offset\.reset/);
    const first = await openSource(tableOf(brokers, topic, { ...options, 'properties.auto.offset.reset': 'earliest' }));
    expect(ids(await first.take(4))).toEqual(range(0, 4));
    await first.reader.onCheckpointComplete?.(first.reader.positions());
    await first.reader.close();
    expect(await take(topic, { ...options, ...bounded })).toEqual(range(4, 10));
    expect(
      await take(topic, {
        'scan.startup.mode': 'earliest-offset',
        'scan.bounded.mode': 'group-offsets',
        'properties.group.id': `g-${topic}`,
      }),
    ).toEqual(range(0, 4));
  });

  it('goes on from restored positions, whatever the start mode says, and splits them over subtasks', async () => {
    const topic = await newTopic(brokers, 3);
    for (const partition of range(0, 3)) await send(brokers, topic, partition, rows(partition * 100, partition * 100 + 10));
    const table = tableOf(brokers, topic, { 'scan.startup.mode': 'earliest-offset' });
    const first = await openSource(table);
    const before = ids(await first.take(17));
    const positions = JSON.parse(JSON.stringify(first.reader.positions()));
    await first.reader.close();
    const latest = tableOf(brokers, topic, { 'scan.startup.mode': 'latest-offset' });
    const subtasks = await Promise.all([0, 1].map((subtask) => openSource(latest, positions, [], contextOf(subtask, 2))));
    const after = await Promise.all(subtasks.map(({ reader, take }) => take(30 - 17 - missing(reader.positions()))));
    function missing(own: readonly { split: string; position: Record<string, unknown> }[]): number {
      return 13 - own.reduce((sum, { position }) => sum + 10 - Number(position.offset), 0);
    }
    expect([...before, ...after.flatMap(ids)].map(Number).sort((a, b) => a - b)).toEqual([
      ...range(0, 10),
      ...range(100, 110),
      ...range(200, 210),
    ]);
    expect(subtasks.flatMap(({ reader }) => reader.positions().map(({ split }) => split)).sort()).toEqual(
      range(0, 3).map((p) => `${topic}-${p}`),
    );
    await Promise.all(subtasks.map(({ reader }) => reader.close()));
  });

  it('finds topics of a pattern and new ones while it runs, from their first record', async () => {
    const topic = await newTopic(brokers);
    await send(brokers, topic, 0, rows(0, 2));
    const options = {
      'topic-pattern': `${topic}.*`,
      'scan.startup.mode': 'latest-offset',
      'scan.topic-partition-discovery.interval': '50 ms',
    };
    const source = await openSource(tableOf(brokers, topic, options));
    await send(brokers, topic, 0, rows(2, 3));
    expect(ids(await source.take(1))).toEqual([2]);
    const cluster = clusterAt(brokers);
    await cluster.createTopic(`${topic}-more`, 1, {});
    await cluster.metadata([`${topic}-more`]);
    await cluster.close();
    await send(brokers, `${topic}-more`, 0, rows(70, 73));
    expect(ids(await source.take(3))).toEqual([70, 71, 72]);
    expect(source.reader.positions().map(({ split }) => split)).toEqual([`${topic}-0`, `${topic}-more-0`]);
    await source.reader.close();
  });

  it('refuses an offset that is not held any more, and a topic made anew', async () => {
    const topic = await newTopic(brokers);
    await send(brokers, topic, 0, rows(0, 5));
    const table = tableOf(brokers, topic, { 'scan.startup.mode': 'earliest-offset' });
    const beyond = await openSource(table, [{ split: `${topic}-0`, position: { offset: 50 } }]);
    await expect(beyond.take(1)).rejects.toThrow(`Partition ${topic}-0 is to be read from offset 50, but it holds offsets 0 to 5`);
    await beyond.reader.close();
    const other = [{ split: `${topic}-0`, position: { offset: 3, topicId: '11111111-1111-1111-1111-111111111111' } }];
    await expect(openSource(table, other)).rejects.toThrow(/was deleted and made anew/);
    const gone = [{ split: `${topic}-7`, position: { offset: 3 } }];
    await expect(openSource(table, gone)).rejects.toThrow(/which topic .* does not have/);
  });
});

describe('beside another client', () => {
  const kafka = new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING, retry: { initialRetryTime: 20 } });

  it('records that retention has deleted are not passed over by a restored job', async () => {
    const topic = await newTopic(brokers);
    await send(brokers, topic, 0, rows(0, 5));
    const admin = kafka.admin();
    await admin.connect();
    await admin.fetchTopicOffsets(topic); // it only knows topics it was asked about
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '3' }] });
    await admin.disconnect();
    const table = tableOf(brokers, topic, { 'scan.startup.mode': 'earliest-offset' });
    const source = await openSource(table, [{ split: `${topic}-0`, position: { offset: 1 } }]);
    await expect(source.take(1)).rejects.toThrow(
      `Partition ${topic}-0 is to be read from offset 1, but it holds offsets 3 to 5: 2 records from there on were deleted (retention).`,
    );
    await source.reader.close();
    expect(await take(topic, { ...bounded, 'scan.startup.mode': 'earliest-offset' })).toEqual([3, 4]);
  });

  it('only committed records where these are asked for, and no end that waits for an open transaction', async () => {
    const topic = await newTopic(brokers);
    const producer = kafka.producer({ transactionalId: `x-${topic}`, idempotent: true, maxInFlightRequests: 1 });
    await producer.connect();
    const write = async (ids: readonly number[], end: 'commit' | 'abort' | 'leave'): Promise<void> => {
      const transaction = await producer.transaction();
      await transaction.send({ topic, messages: ids.map((id) => ({ value: `{"id":${id}}` })) });
      if (end === 'commit') await transaction.commit();
      if (end === 'abort') await transaction.abort();
    };
    await write([1, 2], 'abort');
    await write([3, 4], 'commit');
    await write([5], 'abort');
    await write([6], 'leave');
    const earliest = { ...bounded, 'scan.startup.mode': 'earliest-offset' };
    expect(await take(topic, { ...earliest, 'properties.isolation.level': 'read_committed' })).toEqual([3, 4]);
    expect(await take(topic, earliest)).toEqual([1, 2, 3, 4, 5, 6]);
    await producer.disconnect();
  });
});

describe('what becomes of records', () => {
  it('metadata of the record, with its headers', async () => {
    const topic = await newTopic(brokers, 2);
    const headers = [
      { key: Buffer.from('h1'), value: Buffer.from('x') },
      { key: Buffer.from('h2'), value: null },
    ];
    await send(brokers, topic, 1, [{ value: '{"id":1}' }, { value: '{"id":2}', headers, timestampMs: 1_700_000_000_123 }]);
    const metadata = ['topic', 'partition', 'offset', 'timestamp', 'timestamp-type', 'leader-epoch', 'headers'];
    const [, second] = await readAll(tableOf(brokers, topic, {}), metadata);
    expect(second?.values).toEqual([
      2,
      null,
      topic,
      1,
      1n,
      1_700_000_000_123n,
      'CreateTime',
      0,
      new MapValue([
        ['h1', new Uint8Array([120])],
        ['h2', null],
      ]),
    ]);
  });

  it('key columns beside the value, and rows in step when values are skipped', async () => {
    const topic = await newTopic(brokers);
    await send(brokers, topic, 0, [
      { key: '{"id":1}', value: '{"name":"a"}' },
      { key: '{"id":2}', value: 'broken' },
      { key: null, value: '{"name":"keyless"}' },
      { key: '{"id":3}', value: null },
      { key: '{"id":4}', value: '{"name":"d"}' },
    ]);
    const options = {
      'key.format': 'json',
      'key.fields': 'k_id',
      'key.fields-prefix': 'k_',
      'value.fields-include': 'EXCEPT_KEY',
      'json.ignore-parse-errors': 'true',
    };
    const table = tableOf(brokers, topic, options, {
      physical: [
        { name: 'k_id', type: INT },
        { name: 'name', type: TEXT },
      ],
    });
    expect(kafkaConnector.describe(table).problems).toEqual([]);
    expect((await readAll(table)).map((row) => row.values)).toEqual([
      [1, 'a'],
      [4, 'd'],
    ]);
  });

  it('a malformed record stops the job and says where it is', async () => {
    const topic = await newTopic(brokers);
    await send(brokers, topic, 0, [{ value: '{"id":1}' }, { value: 'x' }]);
    await expect(readAll(tableOf(brokers, topic, {}))).rejects.toThrow(`Topic ${topic}, partition 0, offset 1: Malformed JSON record`);
  });

  it('upsert-kafka: values are updates, tombstones deletes with their key', async () => {
    const topic = await newTopic(brokers);
    const key = (id: number): string => `{"id":${id}}`;
    await send(brokers, topic, 0, [
      { key: key(1), value: '{"id":1,"name":"a"}' },
      { key: key(1), value: null },
      { key: key(2), value: '{"id":2,"name":"b"}' },
    ]);
    const physical: RowSchema = [
      { name: 'id', type: { kind: 'INT', nullable: false } },
      { name: 'name', type: TEXT },
    ];
    const table = tableOf(
      brokers,
      topic,
      { connector: 'upsert-kafka', 'key.format': 'json', 'value.format': 'json' },
      { physical, primaryKey: ['id'] },
    );
    const expected = [
      [UPDATE_AFTER, 1, 'a'],
      [DELETE, 1, null],
      [UPDATE_AFTER, 2, 'b'],
    ];
    expect((await readAll(table)).map(({ kind, values }) => [kind, ...values])).toEqual(expected);
    const apart = { ...table, options: { ...table.options, 'value.fields-include': 'EXCEPT_KEY' } };
    expect((await readAll(apart)).map(({ kind, values }) => [kind, ...values])).toEqual(expected);
  });

  it('change formats give several rows a record, each with the metadata; tombstones none', async () => {
    const topic = await newTopic(brokers);
    await send(brokers, topic, 0, [
      { key: 'k', value: '{"before":null,"after":{"id":1,"name":"a"},"op":"c"}' },
      { key: 'k', value: null },
      { key: 'k', value: '{"before":{"id":1,"name":"a"},"after":{"id":1,"name":"b"},"op":"u"}' },
    ]);
    const all = await readAll(tableOf(brokers, topic, { format: 'debezium-json' }), ['offset']);
    expect(all.map(({ kind, values }) => [kind, ...values])).toEqual([
      [INSERT, 1, 'a', 0n],
      [1, 1, 'a', 2n],
      [2, 1, 'b', 2n],
    ]);
  });
});
