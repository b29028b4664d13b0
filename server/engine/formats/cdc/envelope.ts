/**
 * Where the parts of a change record lie: the byte ranges of the fields of a JSON object, found by skipping over their values. Rows
 * inside are then decoded from their range like any JSON record.
 */
import { skip, skipString, space } from '../json/scan-runtime.ts';

export interface Range {
  readonly start: number;
  readonly end: number;
}

const NULL_BYTES = 4;
const decoder = new TextDecoder();

/** Fields of the object in data[start, end) by name; null when it is no well-formed object that fills the range. */
export function fieldRanges(data: Uint8Array, start: number, end: number): Map<string, Range> | null {
  const fields = new Map<string, Range>();
  let p = space(data, start);
  if (data[p] !== 0x7b) return null;
  p = space(data, p + 1);
  if (data[p] === 0x7d) return space(data, p + 1) >= end ? fields : null;
  for (;;) {
    if (data[p] !== 0x22) return null;
    const nameEnd = skipString(data, p + 1, end);
    if (nameEnd < 0) return null;
    const name = decoder.decode(data.subarray(p + 1, nameEnd - 1));
    p = space(data, nameEnd);
    if (data[p] !== 0x3a) return null;
    const from = space(data, p + 1);
    const to = skip(data, from, end, 0);
    if (to < 0 || to > end) return null;
    fields.set(name, { start: from, end: to });
    p = space(data, to);
    if (data[p] === 0x7d) return space(data, p + 1) >= end && p < end ? fields : null;
    if (data[p] !== 0x2c) return null;
    p = space(data, p + 1);
  }
}

/** Elements of the array in data[start, end), which was skipped over before. */
export function elementRanges(data: Uint8Array, { start, end }: Range): Range[] {
  const elements: Range[] = [];
  let p = space(data, start + 1);
  while (data[p] !== 0x5d) {
    const to = skip(data, p, end, 0);
    elements.push({ start: p, end: to });
    p = space(data, to);
    if (data[p] === 0x2c) p = space(data, p + 1);
  }
  return elements;
}

/** True for an absent field and for `null`. */
export function isNullRange(data: Uint8Array, range: Range | undefined): boolean {
  return range === undefined || (range.end - range.start === NULL_BYTES && data[range.start] === 0x6e);
}

/** The text of a short string without escapes (an operation's name); '' for anything else. */
export function wordAt(data: Uint8Array, range: Range | undefined): string {
  if (range === undefined || data[range.start] !== 0x22) return '';
  return decoder.decode(data.subarray(range.start + 1, range.end - 1));
}
