/** What needs no broker: record batches as bytes, the partition of a key, options and their messages. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJaas } from './client-properties.ts';
import { kafkaConnector, upsertKafkaConnector } from './connector.ts';
import { tableOf } from './kafka-harness.ts';
import { murmur2 } from './murmur2.ts';
import { type BytesRange, type Compression, RecordBatchWriter } from './record-batch-writer.ts';
import { endOfRecords, RecordCursor } from './record-batches.ts';
import { subtaskOf } from './split.ts';

const identity = { id: 7n, epoch: 0 };
const bytesOf = (data: Uint8Array | null): BytesRange | null => (data === null ? null : { data, start: 0, end: data.length });
const textOf = (data: Uint8Array, start: number, end: number): string => Buffer.from(data).toString('utf8', start, end);

interface Options {
  readonly base: number;
  readonly values: readonly string[];
  readonly attributes?: number;
  readonly producerId?: bigint;
}

/** A batch as a broker stores it; other attributes make its checksum wrong. */
function stored({ base, values, attributes = 0, producerId = -1n }: Options): Buffer {
  const writer = new RecordBatchWriter('none', 256);
  for (const value of values) writer.append(1000, null, bytesOf(Buffer.from(value)));
  const batch = Buffer.from(writer.seal({ id: producerId, epoch: 0 }, 0));
  batch.writeBigInt64BE(BigInt(base), 0);
  batch.writeInt16BE(attributes, 21);
  return batch;
}

function valuesFrom(data: Buffer, from: number, aborted: { producerId: bigint; firstOffset: number }[] | null = null, checksCrc = false) {
  const cursor = new RecordCursor({ data, start: 0, end: data.length, aborted }, from, 't-0', checksCrc);
  const values: string[] = [];
  while (cursor.next()) values.push(textOf(cursor.data, cursor.valueStart, cursor.valueEnd));
  return { values, position: cursor.position };
}

describe('record batches', () => {
  it('come back as they were written, with every compression', () => {
    const bytes = fc.uint8Array({ maxLength: 300 });
    const record = fc.record({
      at: fc.integer({ min: -(2 ** 50), max: 2 ** 50 }),
      key: fc.option(bytes),
      value: fc.option(bytes),
      headers: fc.array(fc.tuple(fc.string({ maxLength: 10 }), fc.option(bytes)), { maxLength: 3 }),
    });
    const compression = fc.constantFrom<Compression>('none', 'gzip', 'snappy', 'lz4', 'zstd');
    const property = fc.property(fc.array(record, { minLength: 1, maxLength: 150 }), compression, (records, codec) => {
      const writer = new RecordBatchWriter(codec, 64);
      for (const { at, key, value, headers } of records) {
        const encoded = headers.map(([name, content]) => ({ key: Buffer.from(name), value: content }));
        writer.append(at, bytesOf(key), bytesOf(value), encoded);
      }
      const data = Buffer.from(writer.seal(identity, 3));
      expect(endOfRecords({ data, start: 0, end: data.length, aborted: null })).toBe(records.length);
      const cursor = new RecordCursor({ data, start: 0, end: data.length, aborted: null }, 0, 't-0', true);
      for (const { at, key, value, headers } of records) {
        expect(cursor.next()).toBe(true);
        expect(cursor.timestampMs).toBe(at);
        expect(cursor.keyStart < 0 ? null : new Uint8Array(cursor.data.subarray(cursor.keyStart, cursor.keyEnd))).toEqual(key);
        expect(cursor.valueStart < 0 ? null : new Uint8Array(cursor.data.subarray(cursor.valueStart, cursor.valueEnd))).toEqual(value);
        const seen: [string, Uint8Array | null][] = [];
        cursor.forEachHeader((name, content) => seen.push([name, content === null ? null : new Uint8Array(content)]));
        expect(seen).toEqual(headers.map(([name, content]) => [Buffer.from(name).toString(), content]));
      }
      expect(cursor.next()).toBe(false);
      expect(cursor.position).toBe(records.length);
    });
    fc.assert(property, { numRuns: 60 });
  });

  it('records before the offset asked for and a batch that is cut off are not shown', () => {
    const whole = Buffer.concat([stored({ base: 10, values: ['a', 'b', 'c'] }), stored({ base: 13, values: ['d'] })]);
    expect(valuesFrom(whole, 11)).toEqual({ values: ['b', 'c', 'd'], position: 14 });
    expect(valuesFrom(whole.subarray(0, -1), 11)).toEqual({ values: ['b', 'c'], position: 13 });
  });

  it('a flipped bit stops the reader', () => {
    const batch = stored({ base: 0, values: ['abc'] });
    expect(valuesFrom(batch, 0, null, true).values).toEqual(['abc']);
    batch[batch.length - 2] = (batch[batch.length - 2] as number) ^ 1;
    expect(() => valuesFrom(batch, 0, null, true)).toThrow(/Partition t-0 holds a record batch at offset 0 with a wrong checksum/);
  });

  it('of aborted transactions nothing is shown where only committed records are read', () => {
    const [transactional, control] = [16, 16 | 32];
    const data = Buffer.concat([
      stored({ base: 0, values: ['a1'], attributes: transactional, producerId: 1n }),
      stored({ base: 1, values: ['b1'], attributes: transactional, producerId: 2n }),
      stored({ base: 2, values: ['plain'] }),
      stored({ base: 3, values: ['marker'], attributes: control, producerId: 1n }),
      stored({ base: 4, values: ['a2'], attributes: transactional, producerId: 1n }),
      stored({ base: 5, values: ['marker'], attributes: control, producerId: 1n }),
      stored({ base: 6, values: ['marker'], attributes: control, producerId: 2n }),
    ]);
    expect(valuesFrom(data, 0, [{ producerId: 1n, firstOffset: 0 }])).toEqual({ values: ['b1', 'plain', 'a2'], position: 7 });
    expect(valuesFrom(data, 0, [{ producerId: 1n, firstOffset: 4 }]).values).toEqual(['a1', 'b1', 'plain']);
    expect(valuesFrom(data, 0, null).values).toEqual(['a1', 'b1', 'plain', 'a2']);
  });
});

describe('placement', () => {
  it('keys go where Java sends them', () => {
    const known: Record<string, number> = { '21': -973932308, foobar: -790332482, 'a-little-bit-long-string': -985981536, abc: 479470107 };
    for (const [key, hash] of Object.entries(known)) expect(murmur2(Buffer.from(`xx${key}`), 2, key.length + 2)).toBe(hash);
  });

  it('every partition has one subtask, and a topic is spread evenly', () => {
    const owners = Array.from({ length: 12 }, (_, partition) => subtaskOf({ topic: 'orders', partition }, 4));
    expect(new Set(owners).size).toBe(4);
    expect(owners.slice(0, 4)).toEqual(owners.slice(4, 8));
  });
});

describe('options', () => {
  const messages = (options: Record<string, string>, primaryKey: string[] = []): string[] => {
    const table = tableOf('h:9092', 'orders', options, { primaryKey });
    return (table.connector === 'kafka' ? kafkaConnector : upsertKafkaConnector).describe(table).problems.map(({ message }) => message);
  };
  const secret = 's3cret';
  const jaas = `org.apache.kafka.common.security.plain.PlainLoginModule required username="u" password="${secret}";`;

  it.each<[string, Record<string, string>, RegExp]>([
    [
      'a property with a slip',
      { 'properties.group.ID': 'g' },
      /Unknown option 'properties\.group\.ID'.*Did you mean 'properties\.group\.id'/,
    ],
    ['a server without port', { 'properties.bootstrap.servers': 'h' }, /must be a list such as/],
    ['exactly once', { 'sink.delivery-guarantee': 'exactly-once' }, /not there yet; use 'at-least-once'/],
    ['exactly once by DLI name', { 'sink.semantic': 'exactly-once' }, /not there yet/],
    ['a time that is missing', { 'scan.startup.mode': 'timestamp' }, /needs 'scan\.startup\.timestamp-millis'/],
    [
      'offsets that are none',
      { 'scan.startup.mode': 'specific-offsets', 'scan.startup.specific-offsets': '0:42' },
      /is no list of offsets; write/,
    ],
    ['a key store', { 'properties.ssl.truststore.location': '/x.jks' }, /names a Java key store.*truststore\.certificates/],
    ['a key of no column', { 'key.format': 'json', 'key.fields': 'nmae' }, /names 'nmae'.*Did you mean 'name'/],
    ['a key without columns', { 'key.format': 'json' }, /needs 'key\.fields'/],
    ['a class as partitioner', { 'sink.partitioner': 'com.x.Y' }, /Java classes are not run/],
    ['a sign-in without protocol', { 'properties.sasl.mechanism': 'PLAIN', 'properties.sasl.jaas.config': jaas }, /Signing in needs/],
    ['a broken expression', { 'topic-pattern': '(' }, /must be a regular expression/],
    ['upsert without key', { connector: 'upsert-kafka', 'value.format': 'json' }, /needs a PRIMARY KEY/],
    ['upsert of changes', { connector: 'upsert-kafka', 'value.format': 'debezium-json', 'key.format': 'json' }, /carries changes itself/],
  ])('%s is told', (_, options, expected) => {
    const told = messages(options);
    expect(told.filter((message) => expected.test(message))).toHaveLength(1);
    expect(told.join()).not.toContain(secret);
  });

  it('a key on a format of rows is refused for kafka, as Flink does', () => {
    expect(messages({}, ['id'])).toEqual([expect.stringMatching(/cannot keep a PRIMARY KEY/)]);
    expect(messages({ format: 'debezium-json' }, ['id'])).toEqual([]);
  });

  it('credentials keep their quotes', () => {
    const text = String.raw`x.y.ScramLoginModule required username="a b" password="q\"\\;=";`;
    expect(parseJaas(text)).toEqual({ module: 'ScramLoginModule', username: 'a b', password: 'q"\\;=' });
    expect(parseJaas('x.OtherModule required username="a" password="b";')).toBeNull();
  });
});
