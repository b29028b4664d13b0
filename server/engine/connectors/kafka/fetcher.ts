/**
 * Keeps chunks of records ready for the splits of one reader.
 *
 * One loop a broker: it asks for all its splits that have room, again and again; so the next chunk of a split is under way while the last
 * one is decoded. A split has room while it has no chunk, or one and all together hold little. As long as some split is left out for
 * lack of room, the broker is asked to answer soon, since the request cannot be changed while it waits.
 * Leaders that moved and brokers that do not answer are waited for without end (the job's log says so); what waiting does not mend becomes
 * `failure`, which the reader throws.
 */
import { sentences } from '../../../lib/sentences.ts';
import { ConnectorError, type RuntimeContext } from '../contract.ts';
import {
  codeError,
  codeIsRetryable,
  connectorErrorOf,
  KafkaError,
  OFFSET_OUT_OF_RANGE,
  UNKNOWN_TOPIC_OR_PARTITION,
} from './kafka-error.ts';
import { type FetchedPartition, type KafkaPort, partitionKey } from './kafka-port.ts';
import { endOfRecords } from './record-batches.ts';
import type { KafkaSplit } from './split.ts';

export interface FetcherSettings {
  readonly waitMs: number;
  readonly retryBackoffMs: number;
  /** A topic that is not there for so long is gone. */
  readonly goneAfterMs: number;
}

const CHUNKS_AHEAD = 2;
const AHEAD_BYTES_MAX = 16 * 1024 * 1024;
const HURRY_WAIT_MS = 20;
const BACKOFF_MAX_MS = 1000;
const TOLD_AGAIN_MS = 30_000;

export class Fetcher {
  failure: ConnectorError | null = null;
  readonly #port: KafkaPort;
  readonly #context: Pick<RuntimeContext, 'log' | 'clock'>;
  readonly #settings: FetcherSettings;
  readonly #splits = new Map<string, KafkaSplit>();
  readonly #loops = new Map<number, Promise<void>>();
  #bytesAhead = 0;
  #isClosed = false;
  #turn = 0;
  #refreshing: Promise<void> | null = null;
  #wakeLoops: (() => void)[] = [];
  #wakeReader: (() => void) | null = null;
  /** Since when nothing works, for the log; null = all is well. */
  #troubleSinceMs: number | null = null;
  #toldAtMs = 0;
  readonly #missingSinceMs = new Map<string, number>();

  constructor(port: KafkaPort, settings: FetcherSettings, context: Pick<RuntimeContext, 'log' | 'clock'>) {
    this.#port = port;
    this.#settings = settings;
    this.#context = context;
  }

  add(split: KafkaSplit): void {
    this.#splits.set(split.name, split);
    this.#ensureLoops();
  }

  /** Nothing more of this split is needed. */
  remove(split: KafkaSplit): void {
    this.#splits.delete(split.name);
    for (const chunk of split.chunks.splice(0)) this.#bytesAhead -= chunk.records.end - chunk.records.start;
  }

  /** Takes the next chunk of a split, which makes room. */
  take(split: KafkaSplit): KafkaSplit['chunks'][number] | null {
    const chunk = split.chunks.shift();
    if (chunk === undefined) return null;
    this.#bytesAhead -= chunk.records.end - chunk.records.start;
    this.#wake();
    return chunk;
  }

  /** Resolves when a chunk or a failure is there, at the latest after `ms`. */
  waitForNews(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(done, ms);
      const own = done;
      function done(): void {
        clearTimeout(timer);
        resolve();
      }
      this.#wakeReader = own;
    });
  }

  close(): void {
    this.#isClosed = true;
    this.#splits.clear();
    this.#wake();
  }

  #wake(): void {
    for (const wake of this.#wakeLoops.splice(0)) wake();
  }

  #news(): void {
    this.#wakeReader?.();
    this.#wakeReader = null;
  }

  #ensureLoops(): void {
    let isLeaderMissing = false;
    for (const split of this.#splits.values()) {
      const leader = this.#port.leaderOf(split);
      if (leader < 0) isLeaderMissing = true;
      else if (!this.#loops.has(leader)) this.#loops.set(leader, this.#run(leader));
    }
    this.#wake();
    if (isLeaderMissing) void this.#refresh();
  }

  async #run(broker: number): Promise<void> {
    await null; // the caller registers the loop first
    let backoffMs = this.#settings.retryBackoffMs;
    while (!this.#isClosed && this.failure === null) {
      const own = [...this.#splits.values()].filter((split) => this.#port.leaderOf(split) === broker);
      if (own.length === 0) break;
      const wanted = own.filter((split) => this.#hasRoom(split));
      if (wanted.length === 0) {
        await new Promise<void>((resolve) => this.#wakeLoops.push(resolve));
        continue;
      }
      const waitMs = wanted.length < own.length ? Math.min(HURRY_WAIT_MS, this.#settings.waitMs) : this.#settings.waitMs;
      try {
        const results = await this.#port.fetch(broker, rotated(wanted, this.#turn++).map(toFetch), waitMs);
        const isAllWell = this.#takeIn(results);
        if (isAllWell) backoffMs = this.#settings.retryBackoffMs;
        else {
          await this.#pause(backoffMs);
          await this.#refresh();
          backoffMs = Math.min(backoffMs * 2, BACKOFF_MAX_MS);
        }
      } catch (error) {
        if (this.#isClosed) break;
        if (!(error instanceof KafkaError) || !error.isRetryable) {
          this.#fail(connectorErrorOf(error));
          break;
        }
        this.#tellTrouble(error.message);
        await this.#pause(backoffMs);
        await this.#refresh();
        backoffMs = Math.min(backoffMs * 2, BACKOFF_MAX_MS);
      }
    }
    this.#loops.delete(broker);
    // A split may have come, or its leader may have changed, between the last look and now.
    if (!this.#isClosed && this.failure === null && this.#splits.size > 0) this.#ensureLoops();
  }

  #hasRoom(split: KafkaSplit): boolean {
    if (split.stop !== null && split.fetchOffset >= split.stop) return false;
    if (split.chunks.length === 0) return true;
    return split.chunks.length < CHUNKS_AHEAD && this.#bytesAhead < AHEAD_BYTES_MAX;
  }

  /** False when a partition has to be asked for elsewhere or later. */
  #takeIn(results: readonly FetchedPartition[]): boolean {
    let isAllWell = true;
    for (const result of results) {
      const split = this.#splits.get(partitionKey(result));
      if (split === undefined) {
        if (result.partition < 0) isAllWell = false; // the request as a whole was refused
        continue;
      }
      if (result.code === 0) {
        this.#takeChunk(split, result);
        continue;
      }
      isAllWell = false;
      if (result.code === OFFSET_OUT_OF_RANGE) void this.#onOutOfRange(split);
      else if (!codeIsRetryable(result.code)) this.#fail(connectorErrorOf(codeError(`read ${split.name}`, result.code)));
      else if (result.code === UNKNOWN_TOPIC_OR_PARTITION) this.#onMissing(split);
      else this.#tellTrouble(codeError(`read ${split.name}`, result.code).message);
    }
    if (isAllWell && this.#troubleSinceMs !== null) {
      this.#troubleSinceMs = null;
      this.#context.log('info', 'Kafka answers again.');
    }
    return isAllWell;
  }

  #takeChunk(split: KafkaSplit, result: FetchedPartition): void {
    split.end = result.end;
    this.#missingSinceMs.delete(split.name);
    if (result.records === null) return;
    const next = endOfRecords(result.records);
    if (next === null) {
      const size = result.records.end - result.records.start;
      this.#fail(
        new ConnectorError(
          `Partition ${split.name} holds at offset ${split.fetchOffset} a record batch that does not fit in ${size} bytes; raise 'properties.max.partition.fetch.bytes'.`,
          false,
        ),
      );
      return;
    }
    if (next <= split.fetchOffset) return;
    split.chunks.push({ records: result.records, from: split.fetchOffset });
    split.fetchOffset = next;
    this.#bytesAhead += result.records.end - result.records.start;
    this.#news();
  }

  async #onOutOfRange(split: KafkaSplit): Promise<void> {
    try {
      const [first, last] = await Promise.all([
        this.#port.listOffsets([split], { kind: 'earliest' }),
        this.#port.listOffsets([split], { kind: 'latest' }),
      ]);
      const earliest = first.get(split.name) ?? 0;
      const latest = last.get(split.name) ?? 0;
      if (split.fetchOffset >= earliest && split.fetchOffset <= latest) return; // a leader that had fallen behind
      if (split.followsEarliest && split.fetchOffset === split.offset && split.offset < earliest) {
        split.offset = earliest;
        split.fetchOffset = earliest;
        return;
      }
      const what =
        split.fetchOffset < earliest
          ? `${earliest - split.fetchOffset} records from there on were deleted (retention)`
          : 'it was truncated, or the topic was made anew';
      this.#fail(
        new ConnectorError(
          `Partition ${split.name} is to be read from offset ${split.fetchOffset}, but it holds offsets ${earliest} to ${latest}: ${what}. Nothing is passed over by itself; choose another snapshot, or start anew from a time or position.`,
          false,
        ),
      );
    } catch (error) {
      this.#tellTrouble((error as Error).message);
    }
  }

  #onMissing(split: KafkaSplit): void {
    const now = this.#context.clock.monotonicMs();
    const since = this.#missingSinceMs.get(split.name) ?? now;
    this.#missingSinceMs.set(split.name, since);
    if (now - since >= this.#settings.goneAfterMs) {
      this.#fail(new ConnectorError(`Partition ${split.name} is not there any more: topic '${split.topic}' was deleted.`, false));
    } else this.#tellTrouble(`Kafka does not know ${split.name} at the moment.`);
  }

  #refresh(): Promise<void> {
    this.#refreshing ??= this.#askForLeaders().finally(() => {
      this.#refreshing = null;
      if (!this.#isClosed && this.failure === null) this.#ensureLoops();
    });
    return this.#refreshing;
  }

  async #askForLeaders(): Promise<void> {
    const topics = [...new Set(Array.from(this.#splits.values(), (split) => split.topic))];
    if (topics.length === 0 || this.#isClosed) return;
    try {
      const { topics: found } = await this.#port.metadata(topics);
      const isLeaderless = found.some((topic) => topic.partitions.some((p) => p.leader < 0 && this.#splits.has(partitionKey(p))));
      if (isLeaderless) await this.#pause(this.#settings.retryBackoffMs);
    } catch (error) {
      if (this.#isClosed) return;
      const failure = connectorErrorOf(error);
      if (failure.isRetryable) {
        this.#tellTrouble(failure.message);
        await this.#pause(BACKOFF_MAX_MS);
      } else this.#fail(failure);
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, ms));
  }

  #tellTrouble(message: string): void {
    const now = this.#context.clock.monotonicMs();
    if (this.#troubleSinceMs === null) this.#troubleSinceMs = now;
    else if (now - this.#toldAtMs < TOLD_AGAIN_MS) return;
    this.#toldAtMs = now;
    const seconds = Math.round((now - this.#troubleSinceMs) / 1000);
    this.#context.log('warn', sentences(message, seconds === 0 ? 'It is tried again.' : `It has been tried for ${seconds} s.`));
  }

  #fail(error: ConnectorError): void {
    this.failure ??= error;
    this.#news();
    this.#wake();
  }
}

function toFetch(split: KafkaSplit) {
  return { topic: split.topic, partition: split.partition, offset: split.fetchOffset };
}

/** Brokers fill an answer in the order asked: each split is first in its turn. */
function rotated<T>(items: readonly T[], turn: number): T[] {
  const at = turn % items.length;
  return [...items.slice(at), ...items.slice(0, at)];
}
