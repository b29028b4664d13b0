import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { seededRandom } from '../../../effects/random.ts';
import { decodeBatch, encodeBatch, Segments } from './batch-codec.ts';
import { allocateRing, ByteRing } from './byte-ring.ts';
import { allocateBells, Bells } from './doorbell.ts';
import { ALL_TYPES, meaningOf, randomBatch, randomMessage } from './random-messages.ts';
import { RingReader, RingWriter } from './ring-channel.ts';

test('a batch of every type comes back as it was: nulls, nested values, change kinds, selections, shared bytes, no rows', () => {
  const random = seededRandom(1);
  let empty = 0;
  let selected = 0;
  for (let i = 0; i < 150; i++) {
    const batch = randomBatch(random, ALL_TYPES, i % 3 === 0 ? 2 : 60);
    if (batch.rows === 0) empty++;
    if (batch.selection) selected++;
    const before = meaningOf({ kind: 'batch', batch }, ALL_TYPES);
    const segments = new Segments();
    encodeBatch(batch, ALL_TYPES, segments);
    const bytes = Buffer.concat(segments.parts);
    expect(bytes.length).toBe(segments.bytes);
    expect(bytes.length % 8).toBe(0);
    const memory = new ArrayBuffer(bytes.length + 8);
    new Uint8Array(memory, 8).set(bytes);
    expect(meaningOf({ kind: 'batch', batch: decodeBatch(memory, 8, ALL_TYPES) }, ALL_TYPES)).toBe(before);
  }
  expect(Math.min(empty, selected)).toBeGreaterThan(5);
});

test('a ring hands out the bytes in their order, whatever the pieces, also when its counters pass 2^32', () => {
  const random = seededRandom(2);
  const below = (limit: number) => Math.floor(random.next() * limit);
  const memory = allocateRing(64);
  new Int32Array(memory, 0, 2).fill(-5000);
  const ring = new ByteRing(memory);
  let next = 0;
  let expected = 0;
  while (expected < 20_000) {
    const length = below(100);
    const from = below(length + 1);
    const piece = Uint8Array.from({ length }, (_, i) => next - from + i);
    const room = ring.room;
    const written = ring.write(piece, from);
    expect(written).toBe(Math.min(room, piece.length - from));
    next += written;
    const into = new Uint8Array(100);
    const taken = ring.read(into, 3, below(97));
    for (let i = 0; i < taken; i++) expect(into[3 + i]).toBe(expected++ & 255);
    expect(ring.available).toBe((next - expected) >>> 0);
  }
});

test('a writer without room keeps what it has; the reader that makes room wakes it', async () => {
  let rungReader = 0;
  let rungWriter = 0;
  const memory = allocateRing(64);
  const writer = new RingWriter(new ByteRing(memory), ALL_TYPES, () => rungReader++);
  const reader = new RingReader(new ByteRing(memory), ALL_TYPES, () => rungWriter++);
  for (let i = 0; i < 6; i++) writer.send({ kind: 'watermark', watermarkMs: i });
  expect(writer.hasRoom).toBe(false);
  expect(rungReader).toBe(4);
  let hasRoom = false;
  const room = writer.whenRoom().then(() => {
    hasRoom = true;
  });
  expect(reader.take()).toEqual({ kind: 'watermark', watermarkMs: 0 });
  expect(rungWriter).toBe(0);
  expect(reader.take()).toEqual({ kind: 'watermark', watermarkMs: 1 });
  // Half of the ring is free.
  expect(rungWriter).toBe(1);
  writer.look();
  await room;
  expect([hasRoom, writer.hasRoom]).toEqual([true, true]);
  expect([2, 3, 4, 5].map(() => reader.take())).toEqual([2, 3, 4, 5].map((watermarkMs) => ({ kind: 'watermark', watermarkMs })));
  expect(reader.take()).toBe(null);
});

test('closing lets a waiting writer go, and nothing more is handed out', async () => {
  const memory = allocateRing(8);
  const writer = new RingWriter(new ByteRing(memory), ALL_TYPES, () => {});
  const reader = new RingReader(new ByteRing(memory), ALL_TYPES, () => {});
  writer.send({ kind: 'watermark', watermarkMs: 1 });
  const room = writer.whenRoom();
  writer.close();
  await room;
  reader.close();
  expect(reader.take()).toBe(null);
});

test.each([
  // Messages that are much larger than the ring, about as large, and many in it at once.
  { capacity: 8, messages: 60, rowsMax: 3 },
  { capacity: 1024, messages: 400, rowsMax: 10 },
  { capacity: 65_536, messages: 300, rowsMax: 80 },
])('two threads: every message once and in order through a ring of $capacity bytes', async ({ capacity, messages, rowsMax }) => {
  const seed = capacity + messages;
  const memory = allocateRing(capacity);
  const bellMemory = allocateBells(2);
  const bells = new Bells(bellMemory);
  const reader = new RingReader(new ByteRing(memory), ALL_TYPES, () => bells.ring(1));
  const peer = new Worker(new URL('./ring-peer.ts', import.meta.url), { workerData: { seed, messages, rowsMax, memory, bellMemory } });
  const failed = new Promise<never>((_, reject) => peer.once('error', reject));
  const random = seededRandom(seed);
  const pauses = seededRandom(seed + 1);
  let wake = () => {};
  reader.onMessage = () => wake();
  const stop = bells.listen(0, () => reader.look());
  const read = async () => {
    for (let i = 0; ; ) {
      const message = reader.take();
      if (!message) {
        const woken = new Promise<void>((resolve) => {
          wake = resolve;
        });
        // What came before the wake-up was ready is seen here, what comes after rings.
        reader.look();
        await woken;
        continue;
      }
      if (message.kind === 'end') return i;
      const expected = meaningOf(randomMessage(random, ALL_TYPES, rowsMax), ALL_TYPES);
      expect(meaningOf(message, ALL_TYPES)).toBe(expected);
      i++;
      if (pauses.next() < 0.1) await new Promise((resolve) => setImmediate(resolve));
    }
  };
  expect(await Promise.race([read(), failed])).toBe(messages);
  peer.postMessage('over');
  await new Promise((resolve) => peer.once('exit', resolve));
  stop();
});
