/** Little-endian bytes written to a growing buffer and read back with bounds checks; the ground of all stored formats of this room. */
import { toUtf8 } from '../types/text-bytes.ts';
import { StateError } from './table-spec.ts';

const textEncoder = new TextEncoder();
const textDecoder = new TextDecoder();

export class ByteWriter {
  bytes: Uint8Array<ArrayBuffer>;
  length = 0;
  #view: DataView;

  constructor(capacity = 256) {
    this.bytes = new Uint8Array(capacity);
    this.#view = new DataView(this.bytes.buffer);
  }

  /** Makes room for `count` bytes, returns where they start, and counts them as written. */
  take(count: number): number {
    const at = this.length;
    if (at + count > this.bytes.length) {
      const grown = new Uint8Array(Math.max(at + count, this.bytes.length * 2));
      grown.set(this.bytes.subarray(0, at));
      this.bytes = grown;
      this.#view = new DataView(grown.buffer);
    }
    this.length = at + count;
    return at;
  }

  u8(value: number): void {
    const at = this.take(1);
    this.bytes[at] = value;
  }

  i32(value: number): void {
    const at = this.take(4);
    this.#view.setInt32(at, value, true);
  }

  i64(value: bigint): void {
    const at = this.take(8);
    this.#view.setBigInt64(at, value, true);
  }

  f64(value: number): void {
    const at = this.take(8);
    this.#view.setFloat64(at, value, true);
  }

  raw(bytes: Uint8Array): void {
    const at = this.take(bytes.length);
    this.bytes.set(bytes, at);
  }

  /** Length, then the bytes. */
  sized(bytes: Uint8Array): void {
    this.i32(bytes.length);
    this.raw(bytes);
  }

  text(text: string): void {
    this.sized(textEncoder.encode(toUtf8(text)));
  }

  reset(): void {
    this.length = 0;
  }

  /** A copy of what was written. */
  finish(): Uint8Array<ArrayBuffer> {
    return this.bytes.slice(0, this.length);
  }
}

export class ByteReader {
  readonly bytes: Uint8Array;
  at = 0;
  readonly #view: DataView;

  constructor(bytes: Uint8Array) {
    // A Buffer's slice() shares memory with its pool, a Uint8Array's copies: read through the latter.
    this.bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Moves past `count` bytes and returns where they start. */
  take(count: number): number {
    const at = this.at;
    if (count < 0 || at + count > this.bytes.length) {
      throw new StateError('corrupt', `Stored state is cut: ${count} bytes wanted at ${at} of ${this.bytes.length}.`);
    }
    this.at = at + count;
    return at;
  }

  u8(): number {
    return this.bytes[this.take(1)];
  }

  i32(): number {
    return this.#view.getInt32(this.take(4), true);
  }

  i64(): bigint {
    return this.#view.getBigInt64(this.take(8), true);
  }

  f64(): number {
    return this.#view.getFloat64(this.take(8), true);
  }

  raw(count: number): Uint8Array {
    const at = this.take(count);
    return this.bytes.subarray(at, at + count);
  }

  sized(): Uint8Array {
    return this.raw(this.i32());
  }

  text(): string {
    return textDecoder.decode(this.sized());
  }
}
