/** A growing byte buffer, and the writers of text and numbers that encoders share. */

import { toUtf8 } from '../types/text-bytes.ts';
import type { ByteSink } from './contract.ts';
import type { BigIntColumnWords } from './lane-words.ts';

const encoder = new TextEncoder();

export class GrowingBuffer implements ByteSink {
  buffer: Uint8Array;
  length = 0;

  constructor(capacity = 65_536) {
    this.buffer = new Uint8Array(capacity);
  }

  ensure(extra: number): void {
    const needed = this.length + extra;
    if (needed <= this.buffer.length) return;
    const grown = new Uint8Array(Math.max(needed, this.buffer.length * 2));
    grown.set(this.buffer.subarray(0, this.length));
    this.buffer = grown;
  }

  /** A copy of what was written. */
  toBytes(): Uint8Array {
    return this.buffer.slice(0, this.length);
  }
}

/** In UTF-8. */
export function writeText(text: string, out: ByteSink): void {
  out.ensure(text.length * 3);
  out.length += encoder.encodeInto(toUtf8(text), out.buffer.subarray(out.length)).written;
}

export function writeBytes(bytes: Uint8Array, start: number, end: number, out: ByteSink): void {
  const length = end - start;
  out.ensure(length);
  const { buffer } = out;
  const at = out.length;
  if (length < 48) for (let i = 0; i < length; i++) buffer[at + i] = bytes[start + i] as number;
  else buffer.set(bytes.subarray(start, end), at);
  out.length = at + length;
}

/** A whole number below 2^53 in decimal digits. */
export function writeInteger(value: number, out: ByteSink): void {
  out.ensure(20);
  const { buffer } = out;
  let at = out.length;
  let rest = value;
  if (rest < 0) {
    buffer[at++] = 45;
    rest = -rest;
  }
  let digits = 1;
  for (let power = 10; digits < 16 && rest >= power; power *= 10) digits++;
  let i = at + digits;
  while (rest > 2147483647) {
    const next = Math.floor(rest / 10);
    buffer[--i] = 48 + (rest - next * 10);
    rest = next;
  }
  let small = rest | 0;
  while (i > at) {
    const next = (small / 10) | 0;
    buffer[--i] = 48 + (small - next * 10);
    small = next;
  }
  out.length = at + digits;
}

/** Row `row` of a 64-bit lane in decimal digits; without making a bigint where the number is below 2^53. */
export function writeBigInteger(lane: BigIntColumnWords, row: number, out: ByteSink): void {
  const high = lane.words[row * 2 + 1] as number;
  if (high >= -0x200000 && high < 0x200000) writeInteger(high * 4294967296 + ((lane.words[row * 2] as number) >>> 0), out);
  else writeText(lane.values[row]!.toString(), out);
}
