/**
 * What Flink's Kafka source and its two-phase sinks keep in operator state. A state stream begins with a header that says whether it is
 * compressed; the offsets of its handle point behind the header, at elements of `i32 length, bytes`. An element here is a versioned value,
 * `i32 version, i32 length, bytes`:
 *   source split   utf topic, i32 partition, i64 next offset, i64 stopping offset (KafkaPartitionSplitSerializer, version 0)
 *   committables   i32 magic, i32 version, list of checkpoints { i64 id, i32 subtasks, i32 version, list of subtasks { i32 subtask, i32 version,
 *                  list of requests { versioned committable, i32 retries, i32 state }, i32 expected, i32 failed } }; a list is `i32 n` and n
 *                  blocks of `i32 length, bytes` (CommittableCollectorSerializer, version 2)
 *   committable    i16 epoch, i64 producer id, utf transactional id (KafkaCommittableSerializer, version 1)
 * All lengths must come out exactly, so the state of other sources is never taken for Kafka's.
 */
import { MetadataCursor, MetadataFault } from './metadata-cursor.ts';

export const SOURCE_STATE = 'SourceReaderState';
export const COMMITTER_STATE = 'streaming_committer_raw_states';

const COMMITTABLES_MAGIC = 0xb91f252c | 0;
const UNBOUNDED = -(2n ** 63n);
/** Starting points that are not yet an offset (KafkaPartitionSplit). */
const NAMED_OFFSETS: ReadonlyMap<bigint, KafkaNamedOffset> = new Map([
  [-1n, 'latest'],
  [-2n, 'earliest'],
  [-3n, 'committed'],
]);

export type KafkaNamedOffset = 'latest' | 'earliest' | 'committed';

export interface KafkaSplit {
  readonly topic: string;
  readonly partition: number;
  /** Offset of the next record to read, or where it will begin when none was read yet. */
  readonly next: bigint | KafkaNamedOffset;
  /** Where a bounded source ends; null = unbounded. */
  readonly stop: bigint | KafkaNamedOffset | null;
}

/** A transaction that was ready when the snapshot was made: it must be committed after a restore. */
export interface PendingCommit {
  readonly checkpointId: number;
  /** null = committed by another sink than Kafka's. */
  readonly kafka: { readonly transactionalId: string; readonly producerId: bigint; readonly epoch: number } | null;
}

export type StateRead<T> =
  | { readonly kind: 'read'; readonly elements: readonly T[] }
  /** `reason` ends a sentence that begins with the name of the state. */
  | { readonly kind: 'unread'; readonly reason: string };

/** Splits of a Kafka source; unread when the state is of another source. */
export function readKafkaSplits(stream: Uint8Array, offsets: readonly number[]): StateRead<KafkaSplit> {
  return readElements(stream, offsets, 'is not of a Kafka source', readSplit);
}

export function readPendingCommits(stream: Uint8Array, offsets: readonly number[]): StateRead<PendingCommit> {
  const read = readElements(stream, offsets, 'is of a form that is not known here', readCommittables);
  return read.kind === 'read' ? { kind: 'read', elements: read.elements.flat() } : read;
}

function readElements<T>(
  stream: Uint8Array,
  offsets: readonly number[],
  otherwise: string,
  read: (element: MetadataCursor) => T,
): StateRead<T> {
  try {
    const header: MetadataCursor = new MetadataCursor(stream);
    if (header.i32('version of operator state') >= 6 && header.bool('whether it is compressed'))
      return { kind: 'unread', reason: 'is compressed' };
    // Written one behind the other; elements that overlap would let a small file ask for endless work.
    let free = header.offset;
    const elements = offsets.map((offset) => {
      if (offset < free || offset > stream.length) header.fail('elements overlap', free);
      const outer = new MetadataCursor(stream.subarray(offset));
      const element = new MetadataCursor(outer.block('element'));
      free = offset + outer.offset;
      const value = read(element);
      element.end('the element');
      return value;
    });
    return { kind: 'read', elements };
  } catch (error) {
    if (error instanceof MetadataFault) return { kind: 'unread', reason: otherwise };
    throw error;
  }
}

function readSplit(element: MetadataCursor): KafkaSplit {
  if (element.i32('version of a split') !== 0) element.fail('not a split of Kafka');
  const split = new MetadataCursor(element.block('split'));
  const topic = split.utf('topic');
  const partition = split.i32('partition');
  const next = position(split);
  const stopAt = split.offset;
  const stop = position(split);
  split.end('the split');
  if (!/^[A-Za-z0-9._-]{1,249}$/.test(topic) || partition < 0) split.fail('not a topic and partition of Kafka', 0);
  if (typeof next === 'bigint' && next < 0n) split.fail('not an offset of Kafka', stopAt);
  if (typeof stop === 'bigint' && stop < 0n && stop !== UNBOUNDED) split.fail('not an offset of Kafka', stopAt);
  return { topic, partition, next, stop: stop === UNBOUNDED ? null : stop };
}

function position(split: MetadataCursor): bigint | KafkaNamedOffset {
  const value = split.bigint('offset');
  return NAMED_OFFSETS.get(value) ?? value;
}

function readCommittables(element: MetadataCursor): PendingCommit[] {
  if (element.i32('version of committables') !== 2) element.fail('another version of committables');
  const body = new MetadataCursor(element.block('committables'));
  if (body.i32('magic number of committables') !== COMMITTABLES_MAGIC) body.fail('not committables');
  body.i32('version of checkpoints');
  const pending = blocks(body, 'checkpoints', (checkpoint) => {
    const checkpointId = checkpoint.size('checkpoint id');
    checkpoint.i32('number of subtasks');
    checkpoint.i32('version of subtasks');
    const requests = blocks(checkpoint, 'subtasks', (subtask) => {
      subtask.i32('subtask');
      subtask.i32('version of requests');
      const own = blocks(subtask, 'requests', (request) => {
        const version = request.i32('version of a committable');
        const bytes = request.block('committable');
        request.i32('retries');
        request.i32('state of a request');
        return { checkpointId, kafka: kafkaCommittable(version, bytes) };
      });
      subtask.i32('expected requests');
      subtask.i32('failed requests');
      return own;
    });
    return requests.flat();
  });
  body.end('the committables');
  return pending.flat();
}

function blocks<T>(cursor: MetadataCursor, what: string, read: (block: MetadataCursor) => T): T[] {
  return cursor.many(`number of ${what}`, 4, () => {
    const block = new MetadataCursor(cursor.block(what));
    const value = read(block);
    block.end(what);
    return value;
  });
}

function kafkaCommittable(version: number, bytes: Uint8Array): PendingCommit['kafka'] {
  if (version !== 1) return null;
  try {
    const cursor = new MetadataCursor(bytes);
    const epoch = cursor.u16('epoch');
    const producerId = cursor.bigint('producer id');
    const transactionalId = cursor.utf('transactional id');
    cursor.end('the committable');
    return { transactionalId, producerId, epoch };
  } catch (error) {
    if (error instanceof MetadataFault) return null;
    throw error;
  }
}
