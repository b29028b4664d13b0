/**
 * Cuts CSV records into fields, as Flink's CSV reader (Jackson) does: a quoted field may hold delimiters and line ends, a doubled
 * quote is a quote, the escape character (when set) takes the next character as it is. Works on bytes; all special characters but
 * text itself are single bytes, or else compared as whole UTF-8 sequences.
 */
import type { CsvOptions } from './options.ts';

const NEWLINE = 10;
const SPACE = 32;

/** A field of the record under way: bytes [start, end) of `data`, or of `text` when it had quotes or escapes inside. */
export interface CsvField {
  start: number;
  end: number;
  /** Set when the bytes are not the field as they stand. */
  text: string | null;
  isQuoted: boolean;
}

export class CsvSyntaxError extends Error {
  override readonly name = 'CsvSyntaxError';
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

function byteOf(character: string | null): number {
  return character === null ? -1 : (encoder.encode(character)[0] as number);
}

/** True when all special characters are single bytes, which the splitter needs. */
export function isByteSyntax(options: CsvOptions): boolean {
  return [options.fieldDelimiter, options.quoteCharacter, options.escapeCharacter].every(
    (character) => character === null || encoder.encode(character).length === 1,
  );
}

export class CsvSplitter {
  readonly fields: CsvField[] = [];
  count = 0;
  readonly #delimiter: number;
  readonly #quote: number;
  readonly #escape: number;

  constructor(options: CsvOptions) {
    this.#delimiter = byteOf(options.fieldDelimiter);
    this.#quote = byteOf(options.quoteCharacter);
    this.#escape = byteOf(options.escapeCharacter);
  }

  /** Fields of the record data[start, end) into `fields`, their number into `count`. */
  split(data: Uint8Array, start: number, end: number): void {
    this.count = 0;
    let p = start;
    for (;;) {
      p = this.#field(data, p, end);
      if (p >= end) break;
      p++; // the delimiter
      if (p === end) {
        this.#next(p, p, null, false);
        break;
      }
    }
  }

  /** Index of the line end that closes the record, or -1. */
  recordEnd(data: Uint8Array, start: number, end: number): number {
    if (this.#quote < 0) return data.indexOf(NEWLINE, start);
    let isQuoted = false;
    let isFieldStart = true;
    let wasQuoted = false; // the field began with a quote: two quotes in a row are one inside it
    for (let p = start; p < end; p++) {
      const byte = data[p] as number;
      if (isQuoted) {
        if (byte === this.#escape) p++;
        else if (byte === this.#quote) isQuoted = false; // a doubled quote opens it again at once
        continue;
      }
      if (byte === NEWLINE) return p;
      if (byte === this.#quote && (isFieldStart || (wasQuoted && data[p - 1] === this.#quote))) {
        isQuoted = true;
        wasQuoted = true;
      } else if (byte === this.#delimiter) wasQuoted = false;
      else if (byte === this.#escape) p++;
      isFieldStart = byte === this.#delimiter;
    }
    return -1;
  }

  #field(data: Uint8Array, p: number, end: number): number {
    if (this.#quote >= 0 && data[p] === this.#quote && p < end) return this.#quoted(data, p, end);
    const start = p;
    while (p < end && data[p] !== this.#delimiter && data[p] !== this.#escape) p++;
    if (p >= end || data[p] === this.#delimiter) {
      this.#next(start, p, null, false);
      return p;
    }
    let text = '';
    let from = start;
    while (p < end && data[p] !== this.#delimiter) {
      if (data[p] === this.#escape && p + 1 < end) {
        text += decoder.decode(data.subarray(from, p));
        from = p + 1;
        p++;
      }
      p++;
    }
    this.#next(start, p, text + decoder.decode(data.subarray(from, p)), false);
    return p;
  }

  #quoted(data: Uint8Array, p: number, end: number): number {
    const start = p + 1;
    let from = start;
    let text = '';
    for (p = start; p < end; p++) {
      if (data[p] === this.#escape && this.#escape !== this.#quote && p + 1 < end) {
        text += decoder.decode(data.subarray(from, p));
        from = p + 1;
        p++;
      } else if (data[p] === this.#quote) {
        if (data[p + 1] !== this.#quote || p + 1 >= end) break;
        text += decoder.decode(data.subarray(from, p + 1));
        from = p + 2;
        p++;
      }
    }
    if (p >= end) throw new CsvSyntaxError('a quoted field is not closed');
    const isPlain = from === start;
    this.#next(start, p, isPlain ? null : text + decoder.decode(data.subarray(from, p)), true);
    p++;
    while (p < end && data[p] === SPACE) p++;
    if (p < end && data[p] !== this.#delimiter) throw new CsvSyntaxError('text follows the closing quote of a field');
    return p;
  }

  #next(start: number, end: number, text: string | null, isQuoted: boolean): void {
    let field = this.fields[this.count];
    if (!field) {
      field = { start, end, text, isQuoted };
      this.fields.push(field);
    } else {
      field.start = start;
      field.end = end;
      field.text = text;
      field.isQuoted = isQuoted;
    }
    this.count++;
  }
}

export function fieldText(field: CsvField, data: Uint8Array): string {
  return field.text ?? decoder.decode(data.subarray(field.start, field.end));
}
