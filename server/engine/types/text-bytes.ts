/**
 * Texts as bytes. Flink's texts are Java's: functions that count UTF-16 units may leave half of a surrogate pair, and JSON may name one (`\ud83d`).
 * No UTF-8 can hold it, so columns hold texts in WTF-8: UTF-8, in which a half is three bytes as if it were a character. Halves that meet in a
 * text are one character again.
 *
 * Flink itself keeps a half as long as a value stays a Java string, and writes `?` wherever it makes bytes of it: in functions that work on bytes, in
 * rows sent to another subtask, and in most formats. `toUtf8` is that step.
 */

const encoder = new TextEncoder();
const utf8Slice = Buffer.prototype.utf8Slice as (this: Uint8Array, start: number, end: number) => string;
const HALF = /\p{Surrogate}/gu;
const REPLACEMENT = '\ufffd';

let areHalvesMade = false;

/** Whether this thread has ever encoded half a surrogate pair: as long as not, all its texts are UTF-8. */
export function mayHoldHalves(): boolean {
  return areHalvesMade;
}

/** Each half of a surrogate pair as `?`, as Java's getBytes(UTF_8) has it. */
export function toUtf8(text: string): string {
  return text.isWellFormed() ? text : text.replace(HALF, '?');
}

/** Writes the text to the beginning of `target`, which has room for three bytes a UTF-16 unit; returns how many bytes. */
export function encodeText(text: string, target: Uint8Array): number {
  return text.isWellFormed() ? encoder.encodeInto(text, target).written : encodeHalves(text, target);
}

export function textBytes(text: string): Uint8Array {
  if (text.isWellFormed()) return encoder.encode(text);
  const bytes = new Uint8Array(text.length * 3);
  return bytes.slice(0, encodeHalves(text, bytes));
}

function encodeHalves(text: string, target: Uint8Array): number {
  areHalvesMade = true;
  let at = 0;
  let from = 0;
  for (const { index } of text.matchAll(HALF)) {
    at += encoder.encodeInto(text.slice(from, index), target.subarray(at)).written;
    const unit = text.charCodeAt(index);
    target[at++] = 0xe0 | (unit >> 12);
    target[at++] = 0x80 | ((unit >> 6) & 63);
    target[at++] = 0x80 | (unit & 63);
    from = index + 1;
  }
  return at + encoder.encodeInto(text.slice(from), target.subarray(at)).written;
}

/** Bytes [start, end) as a text. */
export function decodeText(data: Uint8Array, start: number, end: number): string {
  const text = utf8Slice.call(data, start, end);
  // Three bytes of a half read as three replacements.
  return text.includes(REPLACEMENT) && halfAt(data, start, end) >= 0 ? decodeHalves(data, start, end) : text;
}

function decodeHalves(data: Uint8Array, start: number, end: number): string {
  let text = '';
  let from = start;
  for (let at = halfAt(data, start, end); at >= 0; at = halfAt(data, from, end)) {
    text += utf8Slice.call(data, from, at) + String.fromCharCode(unitAt(data, at));
    from = at + 3;
  }
  return text + utf8Slice.call(data, from, end);
}

/** Where the first half in [start, end) is, or -1. */
export function halfAt(data: Uint8Array, start: number, end: number): number {
  for (let i = start; i + 2 < end; i++) if (isHalf(data, i)) return i;
  return -1;
}

/** Whether the three bytes at `at` of a WTF-8 text are half a pair. */
export function isHalf(data: Uint8Array, at: number): boolean {
  return data[at] === 0xed && data[at + 1] >= 0xa0;
}

/** The UTF-16 unit of the half at `at`. */
export function unitAt(data: Uint8Array, at: number): number {
  return 0xd000 | ((data[at + 1] & 63) << 6) | (data[at + 2] & 63);
}

/** Bytes [start, end) in place with `?` for each half; returns the new end. */
export function replaceHalves(data: Uint8Array, start: number, end: number): number {
  let to = start;
  for (let from = start; from < end; from++) {
    if (from + 2 < end && isHalf(data, from)) {
      data[to++] = 63;
      from += 2;
    } else data[to++] = data[from];
  }
  return to;
}
