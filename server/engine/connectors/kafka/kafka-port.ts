/**
 * What the source and the sink need of a Kafka cluster. One adapter stands behind it (cluster.ts); tests put delays in front of it.
 * Offsets are numbers: a partition holds fewer than 2^53 records. Failures are KafkaError (kafka-error.ts): told as one sentence, and
 * with what a caller decides by: whether to try again, whether the leaders may have moved.
 */
import type { RecordsBuffer } from './record-batches.ts';

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

export interface PartitionInfo extends TopicPartition {
  /** Broker id, or -1 while there is no leader. */
  readonly leader: number;
}

export interface TopicInfo {
  readonly name: string;
  /** Changes when a topic is deleted and made anew; null where the brokers are too old to tell (below 2.8). */
  readonly id: string | null;
  /** Ordered by partition. */
  readonly partitions: readonly PartitionInfo[];
}

/** A topic that metadata cannot tell about. */
export interface TopicFailure {
  readonly name: string;
  readonly code: number;
}

export type OffsetQuery = { readonly kind: 'earliest' } | { readonly kind: 'latest' } | { readonly kind: 'timestamp'; readonly ms: number };

export interface FetchPartition extends TopicPartition {
  readonly offset: number;
}

export interface FetchedPartition extends TopicPartition {
  readonly code: number;
  /** Next offset to be written, as readers see it (last stable offset when only committed records are read). */
  readonly end: number;
  /** First offset held; -1 when unknown. */
  readonly start: number;
  /** Whole record batches as stored; null when there is nothing. */
  readonly records: RecordsBuffer | null;
}

export interface ProducerIdentity {
  readonly id: bigint;
  readonly epoch: number;
}

export interface ProduceBatch extends TopicPartition {
  /** One record batch, sealed. */
  readonly records: Uint8Array;
}

export interface ProduceResult extends TopicPartition {
  readonly code: number;
  readonly message: string | null;
}

export interface KafkaPort {
  /** `null` = all topics (internal ones left out). Asks the brokers anew; leaders found are remembered for the other calls. */
  metadata(
    topics: readonly string[] | null,
  ): Promise<{ readonly topics: readonly TopicInfo[]; readonly failures: readonly TopicFailure[] }>;
  /** Offset by `topic-partition`; null where no record is as young as the time asked for. */
  listOffsets(partitions: readonly TopicPartition[], query: OffsetQuery): Promise<ReadonlyMap<string, number | null>>;
  /** Partitions without a committed offset are left out. */
  committedOffsets(group: string, partitions: readonly TopicPartition[]): Promise<ReadonlyMap<string, number>>;
  commitOffsets(group: string, offsets: readonly FetchPartition[]): Promise<void>;
  /** The broker's id that leads a partition as far as is known, or -1. */
  leaderOf(partition: TopicPartition): number;
  /** Resolves when there is something, or after `waitMs`. All partitions are led by `broker`. */
  fetch(broker: number, partitions: readonly FetchPartition[], waitMs: number): Promise<readonly FetchedPartition[]>;
  /** A fresh identity for an idempotent producer. */
  initProducer(): Promise<ProducerIdentity>;
  /** Resolves after the answer of all in-sync replicas. At most one batch a partition; all led by `broker`. */
  produce(broker: number, batches: readonly ProduceBatch[]): Promise<readonly ProduceResult[]>;
  /** Settings of a topic that this principal may read; empty when it may not. */
  topicSettings(topic: string): Promise<ReadonlyMap<string, string>>;
  createTopic(name: string, partitions: number, settings: Readonly<Record<string, string>>): Promise<void>;
  /** Closes all connections; calls under way reject. */
  close(): Promise<void>;
}

export function partitionKey(partition: TopicPartition): string {
  return `${partition.topic}-${partition.partition}`;
}
