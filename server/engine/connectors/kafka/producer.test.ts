/** The producer against a broker that forgets it: what was under way is written again, in order, and people are told how much may be there twice. */
import { describe, expect, it } from 'vitest';
import { KafkaError, OUT_OF_ORDER_SEQUENCE_NUMBER, UNKNOWN_PRODUCER_ID } from './kafka-error.ts';
import type { KafkaPort } from './kafka-port.ts';
import { Producer } from './producer.ts';
import { RecordCursor } from './record-batches.ts';

const TOPIC = 'orders';
const bytes = (text: string) => {
  const data = Buffer.from(text);
  return { data, start: 0, end: data.length };
};

function valuesOf(records: Uint8Array): string[] {
  const data = Buffer.from(records);
  const cursor = new RecordCursor({ data, start: 0, end: data.length, aborted: null }, 0, `${TOPIC}-0`, true);
  const values: string[] = [];
  while (cursor.next()) values.push(Buffer.from(cursor.data).toString('utf8', cursor.valueStart, cursor.valueEnd));
  return values;
}

/** A broker with one partition: answers the n-th request by `codes[n]`, 0 when there is none; null = stores it, and the answer is lost. */
function broker(codes: readonly (number | null)[]) {
  const stored: string[] = [];
  let requests = 0;
  let identities = 0;
  const refuse = (): never => {
    throw new Error('not used');
  };
  const port: KafkaPort = {
    metadata: async () => ({ topics: [{ name: TOPIC, id: null, partitions: [{ topic: TOPIC, partition: 0, leader: 1 }] }], failures: [] }),
    listOffsets: refuse,
    committedOffsets: refuse,
    commitOffsets: refuse,
    leaderOf: () => 1,
    fetch: refuse,
    initProducer: async () => ({ id: BigInt(++identities), epoch: 0 }),
    async produce(_broker, batches) {
      const code = codes[requests++];
      const [batch] = batches;
      if (!batch) return [];
      if (code === undefined || code === null) stored.push(...valuesOf(batch.records));
      if (code === null) throw new KafkaError('network', 'The connection was lost.');
      return [{ topic: TOPIC, partition: 0, code: code ?? 0, message: null }];
    },
    topicSettings: refuse,
    createTopic: refuse,
    close: async () => {},
  };
  return { port, stored, identities: () => identities };
}

async function write(codes: readonly (number | null)[]) {
  const told: { readonly records: number; readonly message: string }[] = [];
  const at = broker(codes);
  const producer = new Producer(
    at.port,
    {
      topic: TOPIC,
      compression: 'none',
      batchBytes: 100_000,
      recordBytesMax: 1000,
      bufferBytes: 1e6,
      deliveryTimeoutMs: 10_000,
      retryBackoffMs: 1,
    },
    { log: () => {}, clock: { nowMs: () => 0, monotonicMs: () => 0 }, mayRepeat: (records, message) => told.push({ records, message }) },
  );
  await producer.open();
  for (const text of ['a', 'b', 'c']) producer.append(0, 0, null, bytes(text));
  await producer.flush();
  await producer.close();
  return { ...at, told };
}

describe('a broker that does not know the producer', () => {
  it.each([
    ['has forgotten it', UNKNOWN_PRODUCER_ID],
    ['misses a sequence', OUT_OF_ORDER_SEQUENCE_NUMBER],
  ])('%s: the batch whose answer was lost is there twice, none is lost, and it is told', async (_why, code) => {
    const { stored, told, identities } = await write([null, code]);
    expect(stored).toEqual(['a', 'b', 'c', 'a', 'b', 'c']);
    expect(identities()).toBe(2);
    expect(told).toEqual([
      { records: 3, message: "Kafka had forgotten the producer of topic 'orders'; up to 3 records under way may be written twice." },
    ]);
  });

  it('nothing is told while the answers come', async () => {
    const { stored, told } = await write([]);
    expect([stored, told]).toEqual([['a', 'b', 'c'], []]);
  });
});
