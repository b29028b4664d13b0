/** One partition as a source reads it, and which subtask reads which. */
import type { SplitPosition } from '../contract.ts';
import { partitionKey, type TopicPartition } from './kafka-port.ts';
import type { RecordCursor, RecordsBuffer } from './record-batches.ts';

export interface Chunk {
  readonly records: RecordsBuffer;
  /** The offset it was fetched from. */
  readonly from: number;
}

export interface KafkaSplit extends TopicPartition {
  readonly name: string;
  /** Place among the reader's splits: Batch.split. */
  readonly index: number;
  readonly topicId: string | null;
  /** UTF-8 of the topic, for the metadata column. */
  readonly topicBytes: Uint8Array;
  /** Next offset to hand on; what a snapshot holds. */
  offset: number;
  /** First offset not to be handed on any more; null = without end. */
  readonly stop: number | null;
  /** It began where the partition began, so that it may begin anew when retention was faster than the first fetch. */
  followsEarliest: boolean;
  /** Next offset to fetch. */
  fetchOffset: number;
  readonly chunks: Chunk[];
  cursor: RecordCursor | null;
  /** Next offset to be written to the partition, as of the last fetch; -1 = not yet known. */
  end: number;
}

export function createSplit(
  partition: TopicPartition,
  index: number,
  topicId: string | null,
  start: { readonly offset: number; readonly stop: number | null; readonly followsEarliest: boolean },
): KafkaSplit {
  return {
    topic: partition.topic,
    partition: partition.partition,
    name: partitionKey(partition),
    index,
    topicId,
    topicBytes: new TextEncoder().encode(partition.topic),
    offset: start.offset,
    stop: start.stop,
    followsEarliest: start.followsEarliest,
    fetchOffset: start.offset,
    chunks: [],
    cursor: null,
    end: -1,
  };
}

export function isDone(split: KafkaSplit): boolean {
  return split.stop !== null && split.offset >= split.stop;
}

export function positionOf(split: KafkaSplit): SplitPosition {
  return { split: split.name, position: { offset: split.offset, stop: split.stop, topicId: split.topicId } };
}

export interface RestoredSplit extends TopicPartition {
  readonly offset: number;
  readonly stop: number | null;
  readonly topicId: string | null;
}

/** Throws on a position this source did not write. */
export function restoredSplit({ split, position }: SplitPosition): RestoredSplit {
  const match = /^(.+)-(\d+)$/.exec(split);
  const offset = Number(position.offset);
  if (match === null || position.offset == null || !Number.isSafeInteger(offset) || offset < 0) {
    throw new Error(`The snapshot holds no position of a Kafka partition: ${split} ${JSON.stringify(position)}.`);
  }
  return {
    topic: match[1],
    partition: Number(match[2]),
    offset,
    stop: position.stop == null ? null : Number(position.stop),
    topicId: typeof position.topicId === 'string' ? position.topicId : null,
  };
}

/** Flink's KafkaSourceEnumerator.getSplitOwner: topics begin at different subtasks, their partitions go round. */
export function subtaskOf({ topic, partition }: TopicPartition, parallelism: number): number {
  let hash = 0;
  for (let i = 0; i < topic.length; i++) hash = (Math.imul(hash, 31) + topic.charCodeAt(i)) | 0;
  const start = (Math.imul(hash, 31) & 0x7fffffff) % parallelism;
  return (start + partition) % parallelism;
}
