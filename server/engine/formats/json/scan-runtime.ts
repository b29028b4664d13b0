/**
 * What generated scanners call: white space, skipping of unread values, and the values too rare for inline code. Every function
 * gives a position, or -1 when the exact reader must decide. Positions may run past `end` on cut records; the scanner checks at its end.
 */
import { isUtf8 } from 'node:buffer';
import type { BatchBuilder } from '../../types/batch-builder.ts';
import type { SqlType } from '../../types/sql-type.ts';
import { scanDate, scanTime, scanTimestamp, scanTimestampValue } from '../temporal-text.ts';
import { ConversionError, decimalFromText } from '../value-text.ts';
import { JsonReader, JsonSyntaxError } from './json-node.ts';
import { type ConversionOptions, nodeToValue } from './node-to-value.ts';

const QUOTE = 34;
const BACKSLASH = 92;
const DEPTH_MAX = 100;

/** Results besides the position, one set for each scanner. */
export interface ScanRegister {
  /** Where `unescapeOne` has written up to. */
  heapAt: number;
}

export function space(b: Uint8Array, p: number): number {
  for (;;) {
    const c = b[p];
    if (c !== 32 && c !== 10 && c !== 13 && c !== 9) return p;
    p++;
  }
}

/** Position behind the value at p. */
export function skip(b: Uint8Array, p: number, end: number, depth: number): number {
  const c = b[p] as number;
  if (c === QUOTE) return skipString(b, p + 1, end);
  if (c === 0x7b) return skipObject(b, p + 1, end, depth);
  if (c === 0x5b) return skipArray(b, p + 1, end, depth);
  if (c === 0x74) return b[p + 1] === 0x72 && b[p + 2] === 0x75 && b[p + 3] === 0x65 ? p + 4 : -1;
  if (c === 0x6e) return b[p + 1] === 0x75 && b[p + 2] === 0x6c && b[p + 3] === 0x6c ? p + 4 : -1;
  if (c === 0x66) return b[p + 1] === 0x61 && b[p + 2] === 0x6c && b[p + 3] === 0x73 && b[p + 4] === 0x65 ? p + 5 : -1;
  return skipNumber(b, p);
}

/** p is behind the opening quote; the position is behind the closing one. */
export function skipString(b: Uint8Array, p: number, end: number): number {
  let mix = 0;
  const start = p;
  while (p < end) {
    const c = b[p] as number;
    if (c === QUOTE) return mix < 128 || isUtf8(b.subarray(start, p)) ? p + 1 : -1;
    if (c === BACKSLASH) {
      const letter = b[p + 1] as number;
      if (letter === 0x75 ? hex4(b, p + 2) < 0 : PLAIN_ESCAPES[letter] === 0) return -1;
      p += letter === 0x75 ? 6 : 2;
      continue;
    }
    mix |= c;
    p++;
  }
  return -1;
}

function skipNumber(b: Uint8Array, p: number): number {
  if (b[p] === 45) p++;
  const first = b[p] as number;
  if (!(first >= 48 && first <= 57)) return -1;
  p++;
  if (first !== 48) p = digits(b, p);
  if (b[p] === 46) {
    const next = digits(b, p + 1);
    if (next === p + 1) return -1;
    p = next;
  }
  if (b[p] === 101 || b[p] === 69) {
    p++;
    if (b[p] === 43 || b[p] === 45) p++;
    const next = digits(b, p);
    if (next === p) return -1;
    p = next;
  }
  return p;
}

function digits(b: Uint8Array, p: number): number {
  while ((b[p] as number) >= 48 && (b[p] as number) <= 57) p++;
  return p;
}

function skipObject(b: Uint8Array, p: number, end: number, depth: number): number {
  if (depth > DEPTH_MAX) return -1;
  p = space(b, p);
  if (b[p] === 0x7d) return p + 1;
  for (;;) {
    if (b[p] !== QUOTE) return -1;
    p = skipString(b, p + 1, end);
    if (p < 0) return -1;
    p = space(b, p);
    if (b[p] !== 58) return -1;
    p = skip(b, space(b, p + 1), end, depth + 1);
    if (p < 0) return -1;
    p = space(b, p);
    const c = b[p];
    if (c === 0x7d) return p + 1;
    if (c !== 44) return -1;
    p = space(b, p + 1);
  }
}

function skipArray(b: Uint8Array, p: number, end: number, depth: number): number {
  if (depth > DEPTH_MAX) return -1;
  p = space(b, p);
  if (b[p] === 0x5d) return p + 1;
  for (;;) {
    p = skip(b, p, end, depth + 1);
    if (p < 0) return -1;
    p = space(b, p);
    const c = b[p];
    if (c === 0x5d) return p + 1;
    if (c !== 44) return -1;
    p = space(b, p + 1);
  }
}

/** Writes the character of the escape at p (a backslash) to d[h…]; the next h is in the register. A lone surrogate goes to the exact reader. */
export function unescapeOne(b: Uint8Array, p: number, d: Uint8Array, h: number, register: ScanRegister): number {
  const letter = b[p + 1] as number;
  const plain = PLAIN_ESCAPES[letter] as number;
  if (plain !== 0) {
    d[h] = plain;
    register.heapAt = h + 1;
    return p + 2;
  }
  if (letter !== 0x75) return -1;
  let code = hex4(b, p + 2);
  if (code < 0 || (code >= 0xdc00 && code <= 0xdfff)) return -1;
  let next = p + 6;
  if (code >= 0xd800 && code <= 0xdbff) {
    const low = b[next] === BACKSLASH && b[next + 1] === 0x75 ? hex4(b, next + 2) : -1;
    if (low < 0xdc00 || low > 0xdfff) return -1;
    code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    next += 6;
  }
  register.heapAt = writeUtf8(code, d, h);
  return next;
}

function writeUtf8(code: number, d: Uint8Array, h: number): number {
  if (code < 0x80) {
    d[h++] = code;
    return h;
  }
  if (code < 0x800) d[h++] = 0xc0 | (code >> 6);
  else {
    if (code < 0x10000) d[h++] = 0xe0 | (code >> 12);
    else {
      d[h++] = 0xf0 | (code >> 18);
      d[h++] = 0x80 | ((code >> 12) & 63);
    }
    d[h++] = 0x80 | ((code >> 6) & 63);
  }
  d[h++] = 0x80 | (code & 63);
  return h;
}

const PLAIN_ESCAPES = new Uint8Array(256);
for (const [letter, code] of [
  ['"', 34],
  ['\\', 92],
  ['/', 47],
  ['b', 8],
  ['f', 12],
  ['n', 10],
  ['r', 13],
  ['t', 9],
] as const) {
  PLAIN_ESCAPES[letter.charCodeAt(0)] = code;
}

function hex4(b: Uint8Array, p: number): number {
  let value = 0;
  for (let i = 0; i < 4; i++) {
    const c = (b[p + i] as number) | 32;
    const digit = c >= 48 && c <= 57 ? c - 48 : c >= 97 && c <= 102 ? c - 87 : -1;
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

/** Text of a number that ends at q, when b[p, q) is a whole JSON number; else null. */
function numberText(b: Uint8Array, p: number, q: number): string {
  let text = '';
  for (let i = p; i < q; i++) text += String.fromCharCode(b[i] as number);
  return text;
}

/** A BIGINT of more than 15 digits at b[p, q). */
export function wide(b: Uint8Array, p: number, q: number, values: BigInt64Array, row: number): boolean {
  if (q - p > 20) return false;
  const value = BigInt(numberText(b, p, q));
  if (BigInt.asIntN(64, value) !== value) return false;
  values[row] = value;
  return true;
}

/** A number for a f64 lane; the position behind it. */
export function double(b: Uint8Array, p: number, values: Float64Array, row: number, isFloat: boolean): number {
  const q = skipNumber(b, p);
  if (q < 0) return -1;
  const value = Number(numberText(b, p, q));
  values[row] = isFloat ? Math.fround(value) : value;
  return q;
}

/** A number for a DECIMAL; NULL when it has too many digits. */
export function decimal(b: Uint8Array, p: number, into: BatchBuilder, column: number, precision: number, scale: number): number {
  const q = skipNumber(b, p);
  if (q < 0) return -1;
  into.setValue(column, decimalFromText(numberText(b, p, q), precision, scale));
  return q;
}

/** Closing quote of a text without escapes; p is behind the opening one. */
export function plainEnd(b: Uint8Array, p: number, end: number): number {
  while (p < end) {
    const c = b[p] as number;
    if (c === QUOTE) return p;
    if (c === BACKSLASH) return -1;
    p++;
  }
  return -1;
}

/** Any other type, through the exact reader. */
export function general(
  b: Uint8Array,
  p: number,
  end: number,
  into: BatchBuilder,
  column: number,
  type: SqlType,
  name: string,
  options: ConversionOptions,
): number {
  const q = skip(b, p, end, 0);
  if (q < 0 || q > end) return -1;
  try {
    into.setValue(column, nodeToValue(new JsonReader(b, p, q).readWhole(), type, name, options));
    return q;
  } catch (error) {
    if (error instanceof ConversionError || error instanceof JsonSyntaxError) return -1;
    throw error;
  }
}

/** A timestamp finer than microseconds. */
export function fineTimestamp(
  b: Uint8Array,
  p: number,
  q: number,
  isIso: boolean,
  isInstant: boolean,
  precision: number,
  values: BigInt64Array,
  row: number,
): boolean {
  const value = scanTimestampValue(b, p, q, isIso, isInstant, precision);
  if (value === null || BigInt.asIntN(64, value) !== value) return false;
  values[row] = value;
  return true;
}

export { isUtf8, scanDate, scanTime, scanTimestamp };
