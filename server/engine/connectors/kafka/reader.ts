/**
 * The Kafka source of one subtask. A split is a partition, its position the next offset to hand on. Which subtask reads a partition
 * follows from its name alone (split.ts), so a restored job of any parallelism finds its splits without a word between subtasks.
 *
 * Restored offsets win. Partitions that the snapshot does not know came after it and begin at their first record, as do those that
 * discovery finds later. A topic that was deleted and made anew since the snapshot is told by its id and stops the job, as does an offset
 * that the partition does not hold any more (fetcher.ts): nothing is passed over by itself.
 * A batch holds rows of one split. Offsets go to the consumer group when a checkpoint is complete; they are for people and tools.
 */
import { sentences } from '../../../lib/sentences.ts';
import { BatchFullError } from '../../formats/contract.ts';
import { DataError } from '../../functions/contract.ts';
import { BATCH_ROWS_MAX } from '../../types/batch.ts';
import { ConnectorError, type PollResult, type RuntimeContext, type SourceReader, type SplitPosition } from '../contract.ts';
import { regularExpression } from './describe.ts';
import { Fetcher } from './fetcher.ts';
import { codeError, connectorErrorOf, UNKNOWN_TOPIC_OR_PARTITION } from './kafka-error.ts';
import { type FetchPartition, type KafkaPort, partitionKey, type TopicInfo } from './kafka-port.ts';
import { RecordCursor } from './record-batches.ts';
import type { RecordDecoder } from './record-decoder.ts';
import { createSplit, isDone, type KafkaSplit, positionOf, type RestoredSplit, restoredSplit, subtaskOf } from './split.ts';
import { type OffsetReset, startingOffsets, stoppingOffsets } from './start-offsets.ts';
import type { KafkaTable } from './table-options.ts';

export interface KafkaReaderSpec {
  readonly table: KafkaTable;
  readonly tableName: string;
  readonly port: KafkaPort;
  readonly decoder: RecordDecoder;
}

/** How long `poll` waits for records before it says that there are none; barriers wait as long. */
const POLL_WAIT_MS = 20;
/** A batch ends after so many bytes of records, however few rows they are. */
const BATCH_BYTES_MAX = 8 * 1024 * 1024;
const CHUNKS_WITHOUT_ROWS_MAX = 4;

export class KafkaReader implements SourceReader {
  readonly #spec: KafkaReaderSpec;
  readonly #context: RuntimeContext;
  readonly #fetcher: Fetcher;
  readonly #splits: KafkaSplit[] = [];
  readonly #byName = new Map<string, KafkaSplit>();
  readonly #checksCrc: boolean;
  #current: KafkaSplit | null = null;
  /** The cursor of #current stands on a record that is not handed on yet. */
  #hasRecord = false;
  #turn = 0;
  #discoverAtMs = Number.POSITIVE_INFINITY;
  #discovery: Promise<void> | null = null;
  #discoveryFailure: ConnectorError | null = null;
  #found: KafkaSplit[] = [];
  #hasToldKeyless = false;

  constructor(spec: KafkaReaderSpec, context: RuntimeContext) {
    this.#spec = spec;
    this.#context = context;
    const { options } = spec.table;
    this.#checksCrc = options.boolean('properties.check.crcs', true);
    this.#fetcher = new Fetcher(
      spec.port,
      {
        waitMs: options.number('properties.fetch.max.wait.ms', 500),
        retryBackoffMs: options.number('properties.retry.backoff.ms', 100),
        goneAfterMs: options.number('properties.default.api.timeout.ms', 60_000),
      },
      context,
    );
  }

  async open(restored: readonly SplitPosition[] | null): Promise<void> {
    try {
      await this.#open(restored);
    } catch (error) {
      await this.close();
      throw connectorErrorOf(error);
    }
  }

  async poll(rowsMax: number): Promise<PollResult> {
    const limit = Math.min(rowsMax, BATCH_ROWS_MAX);
    this.#seeToDiscovery();
    let chunksWithoutRows = 0;
    for (let hasWaited = false; ; ) {
      const split = this.#nextSplit();
      if (split !== null) {
        this.#fill(split, limit);
        const { decoder } = this.#spec;
        if (decoder.rows > 0) return { kind: 'batch', batch: decoder.finish(split.index) };
        // A long stretch of skipped records: now and then the task may see to a barrier.
        if (++chunksWithoutRows >= CHUNKS_WITHOUT_ROWS_MAX) return { kind: 'idle', waitMs: 0 };
        continue;
      }
      if (this.#fetcher.failure !== null) throw this.#fetcher.failure;
      if (this.#spec.table.bounded.kind !== 'unbounded' && this.#splits.every(isDone)) return { kind: 'end' };
      if (hasWaited) return { kind: 'idle', waitMs: 1 };
      hasWaited = true;
      await this.#fetcher.waitForNews(POLL_WAIT_MS);
      this.#seeToDiscovery();
    }
  }

  positions(): readonly SplitPosition[] {
    return this.#splits.map(positionOf);
  }

  async onCheckpointComplete(positions: readonly SplitPosition[]): Promise<void> {
    const { options } = this.#spec.table;
    if (!options.boolean('properties.commit.offsets.on.checkpoint', true)) return;
    const offsets = positions.map((position): FetchPartition => restoredSplit(position));
    try {
      await this.#spec.port.commitOffsets(this.#group, offsets);
    } catch (error) {
      this.#context.log(
        'warn',
        sentences((error as Error).message, `The job goes on; only the lag shown for group '${this.#group}' is behind.`),
      );
    }
  }

  lag() {
    if (this.#splits.some((split) => split.end < 0 && split.stop === null)) return null; // not yet fetched once
    const bySplit = this.#splits.map((split) => ({ split: split.name, lag: Math.max(0, (split.stop ?? split.end) - split.offset) }));
    return { records: bySplit.reduce((sum, { lag }) => sum + lag, 0), bySplit };
  }

  async close(): Promise<void> {
    this.#fetcher.close();
    await this.#spec.port.close();
    await this.#discovery?.catch(() => {}); // its failure is told by poll, which is not asked any more
  }

  get #group(): string {
    return this.#spec.table.options.text('properties.group.id', `KafkaSource-${this.#spec.tableName}`);
  }

  async #open(restored: readonly SplitPosition[] | null): Promise<void> {
    const topics = await findTopics(this.#spec.port, this.#spec.table);
    const own = this.#ownPartitions(topics);
    if (restored === null) await this.#addNew(own, false);
    else {
      const positions = new Map(restored.map(restoredSplit).map((split) => [partitionKey(split), split]));
      assertStillThere(topics, positions);
      const isKnown = (partition: OwnPartition): boolean => positions.has(partition.name);
      for (const partition of own.filter(isKnown)) this.#addRestored(partition, positions.get(partition.name) as RestoredSplit);
      await this.#addNew(
        own.filter((partition) => !isKnown(partition)),
        true,
      );
    }
    this.#takeFound();
    const { discoveryMs, bounded } = this.#spec.table;
    if (discoveryMs !== null && bounded.kind === 'unbounded') this.#discoverAtMs = this.#context.clock.monotonicMs() + discoveryMs;
  }

  #ownPartitions(topics: readonly TopicInfo[]): OwnPartition[] {
    const { subtask, parallelism } = this.#context;
    return topics.flatMap((topic) =>
      topic.partitions
        .filter((partition) => subtaskOf(partition, parallelism) === subtask)
        .map(({ partition }) => ({
          topic: topic.name,
          partition,
          name: partitionKey({ topic: topic.name, partition }),
          topicId: topic.id,
        })),
    );
  }

  #addRestored(partition: OwnPartition, position: RestoredSplit): void {
    const start = { offset: position.offset, stop: position.stop, followsEarliest: false };
    this.#found.push(createSplit(partition, this.#splits.length + this.#found.length, partition.topicId, start));
  }

  /** `isLate`: the partitions came after the job's beginning and are read from their first record on. */
  async #addNew(partitions: readonly OwnPartition[], isLate: boolean): Promise<void> {
    if (partitions.length === 0) return;
    const { port, table } = this.#spec;
    const reset = table.options.text('properties.auto.offset.reset', 'none') as OffsetReset;
    const context = { port, group: this.#group, reset };
    const mode = isLate ? ({ kind: 'earliest-offset' } as const) : table.startup;
    const starts = await startingOffsets(context, mode, partitions);
    const stops = await stoppingOffsets(context, table.bounded, partitions);
    for (const partition of partitions) {
      const offset = starts.get(partition.name);
      if (offset === undefined) throw new ConnectorError(`Kafka does not tell where partition ${partition.name} begins.`, true);
      const start = { offset, stop: stops.get(partition.name) ?? null, followsEarliest: mode.kind === 'earliest-offset' };
      this.#found.push(createSplit(partition, this.#splits.length + this.#found.length, partition.topicId, start));
    }
  }

  #takeFound(): void {
    for (const split of this.#found) {
      this.#splits.push(split);
      this.#byName.set(split.name, split);
      if (!isDone(split)) this.#fetcher.add(split);
    }
    this.#found = [];
  }

  /** Between polls: takes in what a discovery found, and starts one when it is due. */
  #seeToDiscovery(): void {
    if (this.#discoveryFailure !== null) throw this.#discoveryFailure;
    if (this.#discovery !== null) return;
    this.#takeFound();
    const now = this.#context.clock.monotonicMs();
    if (now < this.#discoverAtMs) return;
    this.#discoverAtMs = now + (this.#spec.table.discoveryMs as number);
    this.#discovery = this.#discover().finally(() => {
      this.#discovery = null;
    });
  }

  async #discover(): Promise<void> {
    try {
      const topics = await findTopics(this.#spec.port, this.#spec.table);
      const fresh = this.#ownPartitions(topics).filter((partition) => !this.#byName.has(partition.name));
      await this.#addNew(fresh, true);
      for (const partition of fresh) this.#context.log('info', `Partition ${partition.name} is new and is read from its first record on.`);
    } catch (error) {
      this.#found = [];
      const failure = connectorErrorOf(error);
      if (failure.isRetryable) this.#context.log('warn', `New partitions could not be looked for: ${failure.message}`);
      else this.#discoveryFailure = failure;
    }
  }

  /** A split with records at hand: the last one while it has some, then the others in turn. */
  #nextSplit(): KafkaSplit | null {
    if (this.#current !== null && this.#hasRecords(this.#current)) return this.#current;
    for (let i = 0; i < this.#splits.length; i++) {
      const split = this.#splits[this.#turn++ % this.#splits.length];
      if (this.#hasRecords(split)) {
        this.#current = split;
        return split;
      }
    }
    this.#current = null;
    return null;
  }

  #hasRecords(split: KafkaSplit): boolean {
    return !isDone(split) && (split.cursor !== null || split.chunks.length > 0);
  }

  /** Adds rows of the split until the batch is full or its chunk is used up. */
  #fill(split: KafkaSplit, limit: number): void {
    const { decoder } = this.#spec;
    decoder.reset();
    let bytes = 0;
    while (decoder.rows < limit && bytes < BATCH_BYTES_MAX) {
      const cursor = split.cursor ?? this.#openChunk(split);
      if (cursor === null) return;
      if (!this.#hasRecord) {
        if (!cursor.next()) {
          this.#moveTo(split, cursor.position);
          split.cursor = null;
          this.#turn = split.index + 1; // the next split has its turn
          this.#current = null;
          return;
        }
        this.#hasRecord = true;
      }
      if (split.stop !== null && cursor.offset >= split.stop) {
        this.#hasRecord = false;
        this.#moveTo(split, split.stop);
        return;
      }
      if (!this.#append(cursor, split)) return;
      this.#hasRecord = false;
      bytes += cursor.valueEnd - cursor.valueStart;
      this.#moveTo(split, cursor.offset + 1);
    }
  }

  #openChunk(split: KafkaSplit): RecordCursor | null {
    const chunk = this.#fetcher.take(split);
    if (chunk === null) return null;
    this.#hasRecord = false;
    split.cursor = new RecordCursor(chunk.records, chunk.from, split.name, this.#checksCrc);
    return split.cursor;
  }

  /** False when the batch is full. */
  #append(cursor: RecordCursor, split: KafkaSplit): boolean {
    const { decoder } = this.#spec;
    try {
      decoder.append(cursor, split);
    } catch (error) {
      if (error instanceof BatchFullError) return false;
      if (!(error instanceof DataError)) throw error;
      throw new DataError(`Topic ${split.topic}, partition ${split.partition}, offset ${cursor.offset}: ${error.message}`, {
        cause: error,
      });
    }
    if (decoder.keyless > 0 && !this.#hasToldKeyless) {
      this.#hasToldKeyless = true;
      const first = `${split.name} offset ${cursor.offset}`;
      this.#context.log('warn', `Records without key give no rows, as 'key.format' asks for one; the first is at ${first}.`);
    }
    return true;
  }

  #moveTo(split: KafkaSplit, offset: number): void {
    if (offset > split.offset) {
      split.offset = offset;
      split.followsEarliest = false;
    }
    if (!isDone(split)) return;
    split.offset = split.stop as number;
    split.cursor = null;
    this.#hasRecord = false;
    this.#fetcher.remove(split);
  }
}

interface OwnPartition {
  readonly topic: string;
  readonly partition: number;
  readonly name: string;
  readonly topicId: string | null;
}

/** The topics of a table, ordered by name. Throws when one of a list is missing; a pattern may match none yet. */
export async function findTopics(port: KafkaPort, table: KafkaTable): Promise<readonly TopicInfo[]> {
  const pattern = table.topicPattern === null ? null : regularExpression(table.topicPattern);
  const { topics, failures } = await port.metadata(pattern === null ? table.topics : null);
  const failure = failures.find(({ name }) => pattern === null || pattern.test(name));
  if (failure !== undefined) {
    if (failure.code !== UNKNOWN_TOPIC_OR_PARTITION) throw codeError(`read topic '${failure.name}'`, failure.code);
    const server = table.options.text('properties.bootstrap.servers', '');
    throw new ConnectorError(`Topic '${failure.name}' does not exist on ${server}; create it, or correct 'topic'.`, false);
  }
  const found = pattern === null ? topics : topics.filter((topic) => pattern.test(topic.name));
  return found.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** A topic of the same name may be another one than the snapshot's: its offsets mean other records. */
function assertStillThere(topics: readonly TopicInfo[], positions: ReadonlyMap<string, RestoredSplit>): void {
  for (const position of positions.values()) {
    const topic = topics.find((candidate) => candidate.name === position.topic);
    if (topic === undefined) continue; // not in the table's list any more: the user took it out
    if (topic.id !== null && position.topicId !== null && topic.id !== position.topicId) {
      throw new ConnectorError(
        `Topic '${topic.name}' was deleted and made anew since the snapshot; its offsets there mean other records. Start the job without the snapshot, or from a time or position.`,
        false,
      );
    }
    if (!topic.partitions.some((partition) => partition.partition === position.partition)) {
      throw new ConnectorError(
        `The snapshot holds a position of partition ${partitionKey(position)}, which topic '${topic.name}' does not have.`,
        false,
      );
    }
  }
}
