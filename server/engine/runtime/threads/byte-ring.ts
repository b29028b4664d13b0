/**
 * A ring of bytes in shared memory between two threads, one of which writes and one reads. It knows no messages: what is written comes out in
 * the same order, in whatever pieces there is room for.
 *
 * Layout: HEADER_BYTES, then a power of two of data. Word 0 counts the bytes written, word 1 the bytes read, both modulo 2^32; each is stored by
 * one side only, after the data was copied, so the other side never sees bytes that are not there. Word 2 is set by a writer that waits for
 * room, and taken back by the reader that has to wake it. All three are read and stored sequentially consistent: of a writer that sets the
 * word and then looks for room, and a reader that makes room and then looks at the word, one always sees the other.
 */

const HEADER_BYTES = 64;
const WRITTEN = 0;
const READ = 1;
const WAITING = 2;

/** `capacity`: bytes, a power of two up to 2^30. */
export function allocateRing(capacity: number): SharedArrayBuffer {
  if (capacity < 8 || capacity > 2 ** 30 || (capacity & (capacity - 1)) !== 0) throw new Error(`no capacity of a ring: ${capacity}`);
  return new SharedArrayBuffer(HEADER_BYTES + capacity);
}

export class ByteRing {
  readonly capacity: number;
  readonly #words: Int32Array;
  readonly #data: Uint8Array;

  constructor(memory: SharedArrayBuffer) {
    this.capacity = memory.byteLength - HEADER_BYTES;
    this.#words = new Int32Array(memory, 0, HEADER_BYTES / 4);
    this.#data = new Uint8Array(memory, HEADER_BYTES);
  }

  /** Bytes that can be read. */
  get available(): number {
    return (Atomics.load(this.#words, WRITTEN) - Atomics.load(this.#words, READ)) >>> 0;
  }

  get room(): number {
    return this.capacity - this.available;
  }

  /** Writer: copies as much of bytes[from …] as there is room for; returns how much. */
  write(bytes: Uint8Array, from: number): number {
    const count = Math.min(bytes.length - from, this.room);
    if (count === 0) return 0;
    const written = Atomics.load(this.#words, WRITTEN);
    const at = written & (this.capacity - 1);
    const first = Math.min(count, this.capacity - at);
    this.#data.set(from === 0 && first === bytes.length ? bytes : bytes.subarray(from, from + first), at);
    if (first < count) this.#data.set(bytes.subarray(from + first, from + count), 0);
    Atomics.store(this.#words, WRITTEN, (written + count) | 0);
    return count;
  }

  /** Reader: copies up to `count` bytes to into[at …]; returns how many. */
  read(into: Uint8Array, at: number, count: number): number {
    const taken = Math.min(count, this.available);
    if (taken === 0) return 0;
    const read = Atomics.load(this.#words, READ);
    const from = read & (this.capacity - 1);
    const first = Math.min(taken, this.capacity - from);
    into.set(this.#data.subarray(from, from + first), at);
    if (first < taken) into.set(this.#data.subarray(0, taken - first), at + first);
    Atomics.store(this.#words, READ, (read + taken) | 0);
    return taken;
  }

  /** Writer: from now on the reader tells when there is room. To be called before one looks for room a last time. */
  awaitRoom(): void {
    Atomics.store(this.#words, WAITING, 1);
  }

  /** Reader, after it has read: whether the writer waits and has enough room by now (half a ring, so that it is not woken for every byte). */
  takeWaiting(): boolean {
    if (Atomics.load(this.#words, WAITING) === 0 || this.room < this.capacity / 2) return false;
    Atomics.store(this.#words, WAITING, 0);
    return true;
  }
}
