/** Small functions that generated code calls. Each is kept monomorphic: typed arrays and numbers in, one kind of value out. */
import { divisionByZero } from '../functions/arithmetic-functions.ts';
import { BATCH_ROWS_MAX, type BytesColumn } from '../types/batch.ts';
import { decodeText, encodeText } from '../types/text-bytes.ts';
import { FineTimestamp, type Value } from '../types/value.ts';

export { coarse } from '../types/value.ts';

let zeros = new Uint8Array(BATCH_ROWS_MAX);

/** A nulls lane that says "not NULL" for at least `rows` rows. Never written to. */
export function noNulls(rows: number): Uint8Array {
  if (zeros.length < rows) zeros = new Uint8Array(rows * 2);
  return zeros;
}

const scratch64 = new BigInt64Array(1);
const scratch32 = new Int32Array(scratch64.buffer);

/** Int64 to double, correctly rounded, without allocating a BigInt. */
export function toDouble(value: bigint): number {
  scratch64[0] = value;
  return scratch32[1] * 4294967296 + (scratch32[0] >>> 0);
}

/** Nanoseconds that a timestamp holds beyond its precision. */
export function nanosOf(value: Value): number {
  return value instanceof FineTimestamp ? value.nanos : 0;
}

/** The low 32 bits. */
export function toInt32(value: bigint): number {
  scratch64[0] = value;
  return scratch32[0];
}

export function toInt64(value: number): bigint {
  scratch32[0] = value;
  scratch32[1] = value >> 31;
  return scratch64[0];
}

export function failDivision(): never {
  throw divisionByZero();
}

export function bytesEqual(a: Uint8Array, aAt: number, aLength: number, b: Uint8Array, bAt: number, bLength: number): boolean {
  if (aLength !== bLength) return false;
  for (let i = 0; i < aLength; i++) if (a[aAt + i] !== b[bAt + i]) return false;
  return true;
}

/** Unsigned bytes, shorter first among equals: the order of UTF-8 texts by code point. */
export function bytesOrder(a: Uint8Array, aAt: number, aLength: number, b: Uint8Array, bAt: number, bLength: number): number {
  const length = Math.min(aLength, bLength);
  for (let i = 0; i < length; i++) {
    const difference = a[aAt + i] - b[bAt + i];
    if (difference !== 0) return difference;
  }
  return aLength - bLength;
}

export function bytesStartWith(a: Uint8Array, at: number, length: number, prefix: Uint8Array): boolean {
  if (length < prefix.length) return false;
  for (let i = 0; i < prefix.length; i++) if (a[at + i] !== prefix[i]) return false;
  return true;
}

export function bytesEndWith(a: Uint8Array, at: number, length: number, suffix: Uint8Array): boolean {
  return length >= suffix.length && bytesStartWith(a, at + length - suffix.length, suffix.length, suffix);
}

export function bytesContain(a: Uint8Array, at: number, length: number, part: Uint8Array): boolean {
  const size = part.length;
  if (size === 0) return true;
  const first = part[0];
  const last = at + length - size;
  for (let i = at; i <= last; i++) {
    if (a[i] !== first) continue;
    let j = 1;
    while (j < size && a[i + j] === part[j]) j++;
    if (j === size) return true;
  }
  return false;
}

/** Characters (code points) of a text. */
export function characterCount(data: Uint8Array, at: number, length: number): number {
  let count = 0;
  for (let i = at; i < at + length; i++) if ((data[i] & 0xc0) !== 0x80) count++;
  return count;
}

/** Offset after `count` characters from `at`, at most `end`. */
export function skipCharacters(data: Uint8Array, at: number, end: number, count: number): number {
  let i = at;
  for (let left = count; left > 0 && i < end; left--) {
    i++;
    while (i < end && (data[i] & 0xc0) === 0x80) i++;
  }
  return i;
}

/** Offset of the n-th (0-based) part between separators, or -1; its end is `partEnd` from the same offset. */
export function partStart(data: Uint8Array, at: number, end: number, separator: number, index: number): number {
  let i = at;
  for (let left = index; left > 0; left--) {
    while (i < end && data[i] !== separator) i++;
    if (i >= end) return -1;
    i++;
  }
  return i;
}

export function partEnd(data: Uint8Array, at: number, end: number, separator: number): number {
  let i = at;
  while (i < end && data[i] !== separator) i++;
  return i;
}

/** Bytes as a text. */
export function textAt(data: Uint8Array, at: number, length: number): string {
  if (length === 0) return '';
  if (length === 1 && data[at] < 0x80) return String.fromCharCode(data[at]);
  return decodeText(data, at, at + length);
}

export function bytesAt(data: Uint8Array, at: number, length: number): Uint8Array {
  return data.slice(at, at + length);
}

/** An output column of texts or bytes under construction: its heap grows and is used again for every batch. */
export class BytesWriter {
  column: BytesColumn & { offsets: Int32Array; lengths: Int32Array };
  used = 0;

  constructor() {
    this.column = { lane: 'bytes', data: new Uint8Array(1 << 14), offsets: new Int32Array(0), lengths: new Int32Array(0), nulls: null };
  }

  /** Room for `length` more bytes; grows `data` when needed. */
  #reserve(length: number): void {
    const needed = this.used + length;
    const { data } = this.column;
    if (needed <= data.length) return;
    const grown = new Uint8Array(Math.max(needed, data.length * 2));
    grown.set(data.subarray(0, this.used));
    this.column.data = grown;
  }

  putBytes(row: number, data: Uint8Array, at: number, length: number): void {
    this.#reserve(length);
    const target = this.column.data;
    const start = this.used;
    if (length < 24) for (let i = 0; i < length; i++) target[start + i] = data[at + i];
    else target.set(data.subarray(at, at + length), start);
    this.column.offsets[row] = start;
    this.column.lengths[row] = length;
    this.used = start + length;
  }

  putText(row: number, text: string): void {
    const start = this.used;
    this.#reserve(text.length * 3);
    const target = this.column.data;
    let length = text.length;
    if (length < 24) {
      for (let i = 0; i < length; i++) {
        const unit = text.charCodeAt(i);
        if (unit > 0x7f) {
          length = encodeText(text, target.subarray(start));
          break;
        }
        target[start + i] = unit;
      }
    } else length = encodeText(text, target.subarray(start));
    this.column.offsets[row] = start;
    this.column.lengths[row] = length;
    this.used = start + length;
  }
}
