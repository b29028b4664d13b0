/**
 * Bytes of variable length of one table: appended at the end; what is given up is only counted. The table compacts the heap (copies what
 * lives to a new one) when most of it is garbage and no image needs the old places.
 */
import { StateError } from './table-spec.ts';

const SIZE_MAX = 2 ** 31 - 1;
const GARBAGE_MIN = 1 << 16;

interface HeapColumn {
  readonly lane: string;
  readonly offsets: Int32Array;
  readonly lengths: Int32Array;
  readonly nulls: Uint8Array;
}

export class ByteHeap {
  data: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  used = 0;
  garbage = 0;
  readonly #onResize: (bytes: number) => void;
  readonly #name: string;

  constructor(name: string, onResize: (bytes: number) => void) {
    this.#name = name;
    this.#onResize = onResize;
  }

  /** Copies source[start, start + length) to the end, returns its offset. */
  append(source: Uint8Array, start: number, length: number): number {
    const at = this.used;
    if (at + length > this.data.length) this.#grow(at + length);
    const { data } = this;
    if (length < 32) for (let i = 0; i < length; i++) data[at + i] = source[start + i];
    else data.set(source.subarray(start, start + length), at);
    this.used = at + length;
    return at;
  }

  get isWorthCompacting(): boolean {
    return this.garbage > GARBAGE_MIN && this.garbage * 2 > this.used;
  }

  #grow(needed: number): void {
    if (needed > SIZE_MAX) {
      throw new StateError(
        'budget',
        `State of ${this.#name} holds more than 2 GiB of texts and bytes in one subtask. Raise the parallelism of the job.`,
      );
    }
    const size = Math.min(SIZE_MAX, Math.max(needed, this.data.length * 2, 1024));
    this.#onResize(size - this.data.length);
    const grown = new Uint8Array(size);
    grown.set(this.data.subarray(0, this.used));
    this.data = grown;
  }

  /** Moves what live records hold to a new heap. `isLive[id]` is 1 for these. */
  compact(columns: readonly HeapColumn[], isLive: Uint8Array, idLimit: number): void {
    const old = this.data;
    const size = Math.max(1024, Math.ceil((this.used - this.garbage) * 1.5));
    this.#onResize(size - old.length);
    this.data = new Uint8Array(size);
    this.used = 0;
    this.garbage = 0;
    for (const column of columns) {
      if (column.lane !== 'bytes') continue;
      for (let id = 0; id < idLimit; id++) {
        if (isLive[id] === 1 && column.nulls[id] === 0) column.offsets[id] = this.append(old, column.offsets[id], column.lengths[id]);
      }
    }
  }

  clear(): void {
    this.used = 0;
    this.garbage = 0;
  }
}
