/**
 * The two ends of a channel (runtime/channel.ts) whose writer and reader are in different threads, over a ring of bytes.
 *
 * A message is [total bytes, kind] as 32-bit words, then what belongs to the kind; its length is a multiple of 8. What finds no room waits on the
 * writer's side and follows in pieces as room comes up, so a message may be larger than the ring; while anything waits the channel has no
 * room. The reader gathers the pieces in memory of its own and hands a message out when it is whole: a batch is valid until the next `take`.
 */
import type { RowSchema } from '../../types/sql-type.ts';
import type { ChannelMessage, ChannelReader, ChannelWriter } from '../channel.ts';
import { decodeBatch, encodeBatch, Segments } from './batch-codec.ts';
import type { ByteRing } from './byte-ring.ts';

const KINDS = ['batch', 'watermark', 'idle', 'barrier', 'end', 'latency'] as const;
const HEAD_BYTES = 8;
const IS_ALIGNED = 1;
const HOLDS_SOURCES = 2;
const SCRATCH_BYTES = 64 * 1024;

/** One end: its thread calls `look` when its bell has rung. */
export interface RingEnd {
  look(): void;
}

export class RingWriter implements ChannelWriter, RingEnd {
  readonly #ring: ByteRing;
  readonly #schema: RowSchema;
  readonly #ringReader: () => void;
  /** What found no room; the first `#at` bytes of the first are written. */
  #pending: Uint8Array[] = [];
  #at = 0;
  #waiting: (() => void)[] = [];
  #isClosed = false;

  /** `schema`: of the batches; `ringReader`: rings the bell of the reader's thread. */
  constructor(ring: ByteRing, schema: RowSchema, ringReader: () => void) {
    this.#ring = ring;
    this.#schema = schema;
    this.#ringReader = ringReader;
  }

  get hasRoom(): boolean {
    return this.#isClosed || this.#pending.length === 0;
  }

  send(message: ChannelMessage): void {
    if (this.#isClosed) return;
    this.#pending.push(...encodeMessage(message, this.#schema));
    this.look();
  }

  whenRoom(): Promise<void> {
    return this.hasRoom ? Promise.resolve() : new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Writes what there is room for. */
  look(): void {
    if (this.#pending.length === 0) return;
    let written = this.#flush();
    if (this.#pending.length > 0) {
      this.#ring.awaitRoom();
      written += this.#flush();
    }
    if (written > 0) this.#ringReader();
    if (this.#pending.length === 0) this.#release();
  }

  close(): void {
    this.#isClosed = true;
    this.#pending = [];
    this.#release();
  }

  #flush(): number {
    let total = 0;
    let done = 0;
    while (done < this.#pending.length) {
      const segment = this.#pending[done];
      const written = this.#ring.write(segment, this.#at);
      total += written;
      this.#at += written;
      if (this.#at < segment.length) break;
      done++;
      this.#at = 0;
    }
    this.#pending = done === this.#pending.length ? [] : this.#pending.slice(done);
    return total;
  }

  #release(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}

export class RingReader implements ChannelReader, RingEnd {
  onMessage: () => void = () => {};
  readonly #ring: ByteRing;
  readonly #schema: RowSchema;
  readonly #ringWriter: () => void;
  #scratch = new Uint8Array(SCRATCH_BYTES);
  /** Bytes gathered of the message under way. */
  #gathered = 0;
  #isClosed = false;

  /** `schema`: of the batches; `ringWriter`: rings the bell of the writer's thread. */
  constructor(ring: ByteRing, schema: RowSchema, ringWriter: () => void) {
    this.#ring = ring;
    this.#schema = schema;
    this.#ringWriter = ringWriter;
  }

  take(): ChannelMessage | null {
    if (this.#isClosed || !this.#gather()) return null;
    this.#gathered = 0;
    return decodeMessage(this.#scratch.buffer, this.#schema);
  }

  look(): void {
    if (!this.#isClosed && this.#ring.available > 0) this.onMessage();
  }

  close(): void {
    this.#isClosed = true;
  }

  /** True when a message is whole. */
  #gather(): boolean {
    if (this.#gathered < HEAD_BYTES) this.#read(HEAD_BYTES);
    if (this.#gathered < HEAD_BYTES) return false;
    const [total] = new Int32Array(this.#scratch.buffer, 0, 1) as unknown as [number];
    if (total > this.#scratch.length) {
      const grown = new Uint8Array(2 ** Math.ceil(Math.log2(total)));
      grown.set(this.#scratch.subarray(0, this.#gathered));
      this.#scratch = grown;
    }
    this.#read(total);
    return this.#gathered === total;
  }

  #read(upTo: number): void {
    this.#gathered += this.#ring.read(this.#scratch, this.#gathered, upTo - this.#gathered);
    if (this.#ring.takeWaiting()) this.#ringWriter();
  }
}

function encodeMessage(message: ChannelMessage, schema: RowSchema): readonly Uint8Array[] {
  const segments = new Segments();
  const head = new Int32Array(HEAD_BYTES / 4);
  segments.add(head);
  switch (message.kind) {
    case 'batch':
      encodeBatch(message.batch, schema, segments);
      break;
    case 'watermark':
      segments.add(Float64Array.of(message.watermarkMs));
      break;
    case 'latency':
      segments.add(Float64Array.of(message.readMs));
      break;
    case 'idle':
      segments.add(Float64Array.of(message.isIdle ? 1 : 0));
      break;
    case 'barrier': {
      const { checkpointId, isAligned, holdsSources } = message.barrier;
      segments.add(Float64Array.of(checkpointId, (isAligned ? IS_ALIGNED : 0) | (holdsSources ? HOLDS_SOURCES : 0)));
      break;
    }
    case 'end':
      break;
  }
  head[0] = segments.bytes;
  head[1] = KINDS.indexOf(message.kind);
  return segments.parts;
}

function decodeMessage(memory: ArrayBuffer, schema: RowSchema): ChannelMessage {
  const kind = KINDS[new Int32Array(memory, 0, 2)[1]];
  const number = (index: number) => new Float64Array(memory, HEAD_BYTES, index + 1)[index];
  switch (kind) {
    case 'batch':
      return { kind, batch: decodeBatch(memory, HEAD_BYTES, schema) };
    case 'watermark':
      return { kind, watermarkMs: number(0) };
    case 'latency':
      return { kind, readMs: number(0) };
    case 'idle':
      return { kind, isIdle: number(0) === 1 };
    case 'barrier': {
      const flags = number(1);
      const barrier = { checkpointId: number(0), isAligned: (flags & IS_ALIGNED) !== 0, holdsSources: (flags & HOLDS_SOURCES) !== 0 };
      return { kind, barrier };
    }
    case 'end':
      return { kind };
  }
}
