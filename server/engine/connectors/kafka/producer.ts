/**
 * An idempotent producer for one topic: every record is written once and in order, however often a request has to be sent again.
 *
 * A partition has a queue of batches; its head is sent when no request to its leader is under way, with the partition's next sequence
 * number, and stays the head until the broker has acknowledged it. One request a broker at a time keeps the order without further ado;
 * what gathers meanwhile makes the next batches. A lost answer means that the same batch is sent again under the same sequence, and the broker
 * drops what it has. When a broker does not know the producer (any more), a new identity is taken with sequences from 0; batches whose
 * answer was lost before may then be there twice, which is what at-least-once allows, and people are told how many records at most.
 */
import { sentences } from '../../../lib/sentences.ts';
import { ConnectorError, type RuntimeContext } from '../contract.ts';
import {
  codeError,
  connectorErrorOf,
  DUPLICATE_SEQUENCE_NUMBER,
  INVALID_PRODUCER_EPOCH,
  KafkaError,
  MESSAGE_TOO_LARGE,
  OUT_OF_ORDER_SEQUENCE_NUMBER,
  RECORD_LIST_TOO_LARGE,
  UNKNOWN_PRODUCER_ID,
  UNKNOWN_TOPIC_OR_PARTITION,
} from './kafka-error.ts';
import type { KafkaPort, ProduceResult, ProducerIdentity } from './kafka-port.ts';
import { type BytesRange, type Compression, RecordBatchWriter, type RecordHeader } from './record-batch-writer.ts';

export interface ProducerSettings {
  readonly topic: string;
  readonly compression: Compression;
  readonly batchBytes: number;
  /** Of one record. */
  readonly recordBytesMax: number;
  readonly bufferBytes: number;
  readonly deliveryTimeoutMs: number;
  readonly retryBackoffMs: number;
}

interface Batch {
  readonly writer: RecordBatchWriter;
  /** null = not yet sent under the present identity. */
  sequence: number | null;
  /** When it has to be written at the latest; set by the first attempt. */
  dueMs: number | null;
}

interface Partition {
  readonly index: number;
  readonly queue: Batch[];
  nextSequence: number;
  isUnderWay: boolean;
}

const REQUEST_BYTES_MAX = 8 * 1024 * 1024;
const SEQUENCE_MODULUS = 2 ** 31;
const BACKOFF_MAX_MS = 1000;
const TOLD_AGAIN_MS = 30_000;
/** Open partitions of a topic are looked for this often. */
const PARTITIONS_AGE_MAX_MS = 5 * 60_000;
const LOST_IDENTITY: ReadonlySet<number> = new Set([OUT_OF_ORDER_SEQUENCE_NUMBER, UNKNOWN_PRODUCER_ID, INVALID_PRODUCER_EPOCH]);

export class Producer {
  readonly #port: KafkaPort;
  readonly #settings: ProducerSettings;
  readonly #context: Pick<RuntimeContext, 'log' | 'clock' | 'mayRepeat'>;
  readonly #partitions: Partition[] = [];
  readonly #busyBrokers = new Set<number>();
  #identity: ProducerIdentity | null = null;
  #isIdentityLost = false;
  #bytes = 0;
  #failure: ConnectorError | null = null;
  #waiting: (() => void)[] = [];
  #backoffMs: number;
  #isPausing = false;
  #isClosed = false;
  #partitionsAtMs = 0;
  #toldAtMs = Number.NEGATIVE_INFINITY;

  constructor(port: KafkaPort, settings: ProducerSettings, context: Pick<RuntimeContext, 'log' | 'clock' | 'mayRepeat'>) {
    this.#port = port;
    this.#settings = settings;
    this.#context = context;
    this.#backoffMs = settings.retryBackoffMs;
  }

  get partitionCount(): number {
    return this.#partitions.length;
  }

  async open(): Promise<void> {
    try {
      await this.#refreshPartitions();
      this.#identity = await this.#port.initProducer();
    } catch (error) {
      throw connectorErrorOf(error);
    }
  }

  append(
    partition: number,
    timestampMs: number,
    key: BytesRange | null,
    value: BytesRange | null,
    headers?: readonly RecordHeader[],
  ): void {
    const { queue } = this.#partitions[partition];
    const { batchBytes, compression, recordBytesMax } = this.#settings;
    const bytes = (key === null ? 0 : key.end - key.start) + (value === null ? 0 : value.end - value.start);
    if (bytes > recordBytesMax) {
      this.#fail(
        new ConnectorError(
          `A record for topic '${this.#settings.topic}' has ${bytes} bytes, more than 'properties.max.request.size' = ${recordBytesMax}.`,
          false,
        ),
      );
      return;
    }
    let tail = queue.at(-1);
    if (tail === undefined || tail.dueMs !== null || tail.writer.bytes + bytes > batchBytes) {
      tail = { writer: new RecordBatchWriter(compression, Math.min(batchBytes, 64 * 1024)), sequence: null, dueMs: null };
      queue.push(tail);
      this.#bytes += tail.writer.bytes;
    }
    const before = tail.writer.bytes;
    tail.writer.append(timestampMs, key, value, headers);
    this.#bytes += tail.writer.bytes - before;
  }

  /** Sends what can be sent now. */
  send(): void {
    if (this.#isPausing || this.#failure !== null || this.#isClosed) return;
    if (this.#isIdentityLost) {
      if (this.#busyBrokers.size === 0) void this.#renewIdentity();
      return;
    }
    const heads = this.#partitions.filter((partition) => partition.queue.length > 0 && !partition.isUnderWay);
    const byLeader = Map.groupBy(heads, (partition) => this.#port.leaderOf({ topic: this.#settings.topic, partition: partition.index }));
    for (const [leader, partitions] of byLeader) {
      if (leader >= 0 && !this.#busyBrokers.has(leader)) void this.#sendTo(leader, partitions);
    }
    if (byLeader.has(-1)) void this.#recover(null);
  }

  /** null while there is room; otherwise resolves when there is again, or rejects. */
  ready(): Promise<void> | null {
    if (this.#failure !== null) return Promise.reject(this.#failure);
    return this.#bytes <= this.#settings.bufferBytes ? null : this.#until(() => this.#bytes <= this.#settings.bufferBytes);
  }

  /** Resolves when everything appended before was acknowledged by all in-sync replicas. */
  async flush(): Promise<void> {
    this.send();
    const last = this.#partitions.map(({ queue }) => queue.at(-1));
    await this.#until(() => this.#partitions.every(({ queue }, i) => last[i] === undefined || !queue.includes(last[i])));
  }

  /** Partitions that were added to the topic get records too. */
  async seeToPartitions(): Promise<void> {
    if (this.#context.clock.monotonicMs() - this.#partitionsAtMs < PARTITIONS_AGE_MAX_MS) return;
    await this.#refreshPartitions().catch((error: Error) => this.#tell(error.message));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#wake();
    await this.#port.close();
  }

  async #until(isMet: () => boolean): Promise<void> {
    while (!isMet()) {
      if (this.#failure !== null) throw this.#failure;
      if (this.#isClosed)
        throw new ConnectorError(`The writer of topic '${this.#settings.topic}' was closed with records not yet written.`, true);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    if (this.#failure !== null) throw this.#failure;
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }

  async #sendTo(broker: number, partitions: readonly Partition[]): Promise<void> {
    const { topic, deliveryTimeoutMs } = this.#settings;
    const now = this.#context.clock.monotonicMs();
    const chosen: Partition[] = [];
    let bytes = 0;
    for (const partition of partitions) {
      const [head] = partition.queue;
      if (chosen.length > 0 && bytes + head.writer.bytes > REQUEST_BYTES_MAX) break;
      bytes += head.writer.bytes;
      chosen.push(partition);
      partition.isUnderWay = true;
      head.dueMs ??= now + deliveryTimeoutMs;
      if (head.sequence === null) {
        head.sequence = partition.nextSequence;
        partition.nextSequence = (partition.nextSequence + head.writer.records) % SEQUENCE_MODULUS;
      }
    }
    this.#busyBrokers.add(broker);
    let trouble: KafkaError | null = null;
    try {
      const batches = chosen.map(({ index, queue }) => {
        const { writer, sequence } = queue[0];
        return { topic, partition: index, records: writer.seal(this.#identity as ProducerIdentity, sequence as number) };
      });
      for (const result of await this.#port.produce(broker, batches)) trouble = this.#takeIn(result) ?? trouble;
    } catch (error) {
      trouble = error instanceof KafkaError ? error : new KafkaError('protocol', (error as Error).message);
    }
    this.#busyBrokers.delete(broker);
    for (const partition of chosen) partition.isUnderWay = false;
    this.#wake();
    if (trouble === null) {
      this.#backoffMs = this.#settings.retryBackoffMs;
      this.send();
    } else await this.#recover(trouble);
  }

  /** The trouble with one batch, or null when it is written. */
  #takeIn(result: ProduceResult): KafkaError | null {
    const { queue } = this.#partitions[result.partition];
    if (result.code === 0 || result.code === DUPLICATE_SEQUENCE_NUMBER) {
      this.#bytes -= (queue.shift() as Batch).writer.bytes;
      return null;
    }
    if (LOST_IDENTITY.has(result.code)) {
      this.#isIdentityLost = true;
      return codeError(`write to ${this.#settings.topic}-${result.partition}`, result.code);
    }
    const error = codeError(`write to topic '${this.#settings.topic}'`, result.code, result.message);
    if (result.code === MESSAGE_TOO_LARGE || result.code === RECORD_LIST_TOO_LARGE) {
      const { records, bytes } = queue[0].writer;
      this.#fail(
        new ConnectorError(
          sentences(
            error.message,
            `The batch had ${records} records and ${bytes} bytes; lower 'properties.batch.size' below the topic's max.message.bytes.`,
          ),
          false,
        ),
      );
    }
    return error;
  }

  /** Waits a little, looks for the leaders, and goes on; gives up when a batch is overdue or nothing can help. */
  async #recover(trouble: KafkaError | null): Promise<void> {
    if (this.#isPausing || this.#isClosed) return;
    if (trouble !== null && !trouble.isRetryable && !this.#isIdentityLost) {
      this.#fail(connectorErrorOf(trouble));
      return;
    }
    if (trouble !== null) this.#tell(trouble.message);
    this.#failIfOverdue(trouble);
    if (this.#failure !== null) return;
    this.#isPausing = true;
    await new Promise((resolve) => setTimeout(resolve, this.#backoffMs));
    this.#backoffMs = Math.min(this.#backoffMs * 2, BACKOFF_MAX_MS);
    let next: KafkaError | null = null;
    try {
      if (!this.#isClosed) await this.#refreshPartitions();
    } catch (error) {
      if (error instanceof ConnectorError) this.#fail(error);
      else next = error instanceof KafkaError ? error : new KafkaError('protocol', (error as Error).message);
    }
    this.#isPausing = false;
    if (next !== null) await this.#recover(next);
    else this.send();
  }

  #failIfOverdue(trouble: KafkaError | null): void {
    const now = this.#context.clock.monotonicMs();
    for (const { queue } of this.#partitions) if (queue.length > 0) queue[0].dueMs ??= now + this.#settings.deliveryTimeoutMs;
    const isOverdue = this.#partitions.some(({ queue }) => queue.length > 0 && queue[0].dueMs !== null && queue[0].dueMs <= now);
    if (!isOverdue) return;
    const { topic, deliveryTimeoutMs } = this.#settings;
    this.#fail(
      new ConnectorError(`Topic '${topic}' took no records for ${deliveryTimeoutMs} ms. ${trouble?.message ?? 'It has no leader.'}`, true, {
        cause: trouble,
      }),
    );
  }

  async #renewIdentity(): Promise<void> {
    this.#isPausing = true;
    try {
      this.#identity = await this.#port.initProducer();
      this.#isIdentityLost = false;
      let underWay = 0;
      for (const partition of this.#partitions) {
        partition.nextSequence = 0;
        for (const batch of partition.queue) {
          if (batch.sequence !== null) underWay += batch.writer.records;
          batch.sequence = null;
        }
      }
      this.#tellRepeated(underWay);
    } catch (error) {
      const failure = connectorErrorOf(error);
      if (failure.isRetryable) this.#tell(failure.message);
      else this.#fail(failure);
      this.#failIfOverdue(null);
    }
    this.#isPausing = false;
    this.send();
  }

  #tellRepeated(records: number): void {
    const message = `Kafka had forgotten the producer of topic '${this.#settings.topic}'; up to ${records} records under way may be written twice.`;
    if (this.#context.mayRepeat) this.#context.mayRepeat(records, message);
    else this.#context.log('warn', message);
  }

  async #refreshPartitions(): Promise<void> {
    const { topic } = this.#settings;
    const { topics, failures } = await this.#port.metadata([topic]);
    const [failure] = failures;
    if (failure !== undefined) {
      if (failure.code === UNKNOWN_TOPIC_OR_PARTITION && this.#partitions.length === 0) {
        throw new ConnectorError(`Topic '${topic}' does not exist; create it, or correct 'topic'.`, false);
      }
      throw codeError(`write to topic '${topic}'`, failure.code);
    }
    this.#partitionsAtMs = this.#context.clock.monotonicMs();
    for (let index = this.#partitions.length; index < (topics[0]?.partitions.length ?? 0); index++) {
      this.#partitions.push({ index, queue: [], nextSequence: 0, isUnderWay: false });
    }
  }

  #tell(message: string): void {
    const now = this.#context.clock.monotonicMs();
    if (now - this.#toldAtMs < TOLD_AGAIN_MS) return;
    this.#toldAtMs = now;
    this.#context.log('warn', sentences(message, 'It is tried again.'));
  }

  #fail(error: ConnectorError): void {
    this.#failure ??= error;
    this.#wake();
  }
}
