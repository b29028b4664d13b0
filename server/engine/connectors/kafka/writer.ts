/**
 * The Kafka sink of one subtask, at least once: `prepare` resolves when every record written before it is acknowledged by all in-sync
 * replicas, so a snapshot never covers a record that is not in Kafka. With 'sink.delivery-guarantee' = 'none' it does not wait.
 *
 * Which partition a record goes to: the key's hash (as Java's producer), or without key one partition a batch, in turn;
 * `fixed` gives each subtask one partition. With a buffer (upsert-kafka) only the last change of a key within one flush is written.
 */
import type { Batch } from '../../types/batch.ts';
import { forEachLiveRow } from '../../types/row-access.ts';
import type { Committable, RuntimeContext, SinkWriter } from '../contract.ts';
import { murmur2 } from './murmur2.ts';
import type { Producer } from './producer.ts';
import type { BytesRange, RecordHeader } from './record-batch-writer.ts';
import type { RecordEncoder } from './record-encoder.ts';
import type { KafkaTable } from './table-options.ts';

export interface KafkaWriterSpec {
  readonly table: KafkaTable;
  readonly encoder: RecordEncoder;
  readonly producer: Producer;
}

const LEAVE_WAIT_MS = 5000;

interface BufferedChange {
  readonly key: BytesRange | null;
  readonly value: BytesRange | null;
  readonly headers: readonly RecordHeader[] | undefined;
  readonly timestampMs: number;
}

export class KafkaWriter implements SinkWriter {
  readonly #spec: KafkaWriterSpec;
  readonly #context: RuntimeContext;
  /** By the key's bytes; null = nothing is held back. */
  readonly #buffer: Map<string, BufferedChange> | null;
  #turn: number;
  #flushTimer: NodeJS.Timeout | null = null;

  constructor(spec: KafkaWriterSpec, context: RuntimeContext) {
    this.#spec = spec;
    this.#context = context;
    this.#buffer = spec.table.bufferFlush === null ? null : new Map();
    this.#turn = context.subtask;
  }

  async open(): Promise<void> {
    await this.#spec.producer.open();
  }

  write(batch: Batch): void {
    const { encoder, producer } = this.#spec;
    const now = this.#context.clock.nowMs();
    encoder.begin(batch);
    this.#turn++;
    forEachLiveRow(batch, (row) => {
      encoder.encode(row);
      const timestampMs = encoder.timestampMs ?? now;
      if (this.#buffer !== null) this.#hold(this.#buffer, timestampMs);
      else producer.append(this.#partitionOf(encoder.key), timestampMs, encoder.key, encoder.value, encoder.headers);
    });
    producer.send();
  }

  ready(): Promise<void> | null {
    return this.#spec.producer.ready();
  }

  async prepare(): Promise<readonly Committable[]> {
    this.#release();
    if (this.#spec.table.guarantee === 'none') this.#spec.producer.send();
    else await this.#spec.producer.flush();
    await this.#spec.producer.seeToPartitions();
    return [];
  }

  async commit(): Promise<void> {}

  async close(): Promise<void> {
    if (this.#flushTimer !== null) clearTimeout(this.#flushTimer);
    if (this.#spec.table.guarantee === 'none') await this.#leave();
    await this.#spec.producer.close();
  }

  /** Where `prepare` does not wait, the end of a bounded job still waits a little for what is under way. */
  async #leave(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, LEAVE_WAIT_MS);
    });
    const flushed = this.#spec.producer.flush().catch((error: Error) => this.#context.log('warn', `Records were lost: ${error.message}`));
    await Promise.race([flushed, late]);
    clearTimeout(timer);
  }

  #partitionOf(key: BytesRange | null): number {
    const { producer, table } = this.#spec;
    const count = producer.partitionCount;
    if (table.partitioner === 'fixed') return this.#context.subtask % count;
    return key === null ? this.#turn % count : (murmur2(key.data, key.start, key.end) & 0x7fffffff) % count;
  }

  #hold(buffer: Map<string, BufferedChange>, timestampMs: number): void {
    const { encoder, table } = this.#spec;
    const { rows, intervalMs } = table.bufferFlush as NonNullable<KafkaTable['bufferFlush']>;
    const key = copied(encoder.key);
    const name = key === null ? '' : Buffer.from(key.data).toString('latin1');
    buffer.set(name, { key, value: copied(encoder.value), headers: encoder.headers, timestampMs });
    if (buffer.size >= rows) this.#release();
    else
      this.#flushTimer ??= setTimeout(() => {
        this.#release();
        this.#spec.producer.send();
      }, intervalMs);
  }

  #release(): void {
    if (this.#flushTimer !== null) clearTimeout(this.#flushTimer);
    this.#flushTimer = null;
    if (this.#buffer === null) return;
    for (const { key, value, headers, timestampMs } of this.#buffer.values()) {
      this.#spec.producer.append(this.#partitionOf(key), timestampMs, key, value, headers);
    }
    this.#buffer.clear();
  }
}

function copied(range: BytesRange | null): BytesRange | null {
  if (range === null) return null;
  const data = range.data.slice(range.start, range.end);
  return { data, start: 0, end: data.length };
}
