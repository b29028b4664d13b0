/**
 * JSON as a tree that loses nothing: numbers keep their text, objects keep order (the last of equal keys wins). The exact and
 * slow way of reading; the generated scanner falls back to it. As in Flink, control characters inside strings are let through.
 */
import { isUtf8 } from 'node:buffer';

export class JsonNumber {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export type JsonNode = null | boolean | string | JsonNumber | JsonNode[] | Map<string, JsonNode>;

export class JsonSyntaxError extends Error {
  override readonly name = 'JsonSyntaxError';
  /** Byte offset in the data. */
  readonly offset: number;
  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

const DEPTH_MAX = 500;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Reads values out of data[start, end). */
export class JsonReader {
  readonly #data: Uint8Array;
  readonly #end: number;
  /** Where the next token is looked for. */
  position: number;
  #depth = 0;

  constructor(data: Uint8Array, start: number, end: number) {
    this.#data = data;
    this.#end = end;
    this.position = start;
  }

  /** One value that fills the whole range. */
  readWhole(): JsonNode {
    if (!isUtf8(this.#data.subarray(this.position, this.#end))) throw new JsonSyntaxError('it is no valid UTF-8', this.position);
    this.#skipSpace();
    if (this.position >= this.#end) throw new JsonSyntaxError('it is empty', this.position);
    const node = this.readValue();
    this.#skipSpace();
    if (this.position < this.#end) throw new JsonSyntaxError('more text follows the value', this.position);
    return node;
  }

  readValue(): JsonNode {
    this.#skipSpace();
    switch (this.#byte()) {
      case 0x7b:
        return this.#nested(() => this.#readObject());
      case 0x5b:
        return this.#nested(() => this.#readArray());
      case 0x22:
        return this.#readString();
      case 0x74:
        return this.#readWord('true', true);
      case 0x66:
        return this.#readWord('false', false);
      case 0x6e:
        return this.#readWord('null', null);
      default:
        return this.#readNumber();
    }
  }

  #nested<T>(read: () => T): T {
    if (++this.#depth > DEPTH_MAX) throw new JsonSyntaxError(`it is nested deeper than ${DEPTH_MAX} levels`, this.position);
    const value = read();
    this.#depth--;
    return value;
  }

  #readObject(): Map<string, JsonNode> {
    const fields = new Map<string, JsonNode>();
    this.position++;
    this.#skipSpace();
    if (this.#byte() === 0x7d) {
      this.position++;
      return fields;
    }
    for (;;) {
      this.#skipSpace();
      if (this.#byte() !== 0x22) throw this.#unexpected('a field name');
      const key = this.#readString();
      this.#skipSpace();
      if (this.#byte() !== 0x3a) throw this.#unexpected("':'");
      this.position++;
      fields.set(key, this.readValue());
      this.#skipSpace();
      const byte = this.#byte();
      if (byte !== 0x2c && byte !== 0x7d) throw this.#unexpected("',' or '}'");
      this.position++;
      if (byte === 0x7d) return fields;
    }
  }

  #readArray(): JsonNode[] {
    const elements: JsonNode[] = [];
    this.position++;
    this.#skipSpace();
    if (this.#byte() === 0x5d) {
      this.position++;
      return elements;
    }
    for (;;) {
      elements.push(this.readValue());
      this.#skipSpace();
      const byte = this.#byte();
      if (byte !== 0x2c && byte !== 0x5d) throw this.#unexpected("',' or ']'");
      this.position++;
      if (byte === 0x5d) return elements;
    }
  }

  #readString(): string {
    const start = ++this.position;
    let text = '';
    let from = start;
    for (;;) {
      if (this.position >= this.#end) throw new JsonSyntaxError('a text is not closed', start - 1);
      const byte = this.#data[this.position];
      if (byte === 0x22) break;
      if (byte !== 0x5c) {
        this.position++;
        continue;
      }
      text += this.#slice(from, this.position) + this.#readEscape();
      from = this.position;
    }
    text += this.#slice(from, this.position);
    this.position++;
    return text;
  }

  /** One escape; `position` goes behind it. Halves of a surrogate pair join by concatenation. */
  #readEscape(): string {
    const at = this.position;
    const letter = this.#slice(at + 1, Math.min(at + 2, this.#end));
    const plain = ESCAPES[letter];
    if (plain !== undefined) {
      this.position = at + 2;
      return plain;
    }
    const hex = this.#slice(at + 2, Math.min(at + 6, this.#end));
    if (letter !== 'u' || !/^[0-9a-fA-F]{4}$/.test(hex)) throw new JsonSyntaxError('there is an unknown escape', at);
    this.position = at + 6;
    return String.fromCharCode(Number.parseInt(hex, 16));
  }

  #readWord<T>(word: string, value: T): T {
    if (this.#slice(this.position, Math.min(this.position + word.length, this.#end)) !== word) throw this.#unexpected('a value');
    this.position += word.length;
    return value;
  }

  #readNumber(): JsonNumber {
    let end = this.position;
    while (end < this.#end && isNumberByte(this.#data[end] as number)) end++;
    const text = this.#slice(this.position, end);
    NUMBER.lastIndex = 0;
    if (text === '' || NUMBER.exec(text)?.[0] !== text) throw this.#unexpected('a value');
    this.position = end;
    return new JsonNumber(text);
  }

  #skipSpace(): void {
    while (this.position < this.#end) {
      const byte = this.#data[this.position];
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return;
      this.position++;
    }
  }

  /** The next byte, or -1 at the end. */
  #byte(): number {
    return this.position < this.#end ? (this.#data[this.position] as number) : -1;
  }

  #slice(start: number, end: number): string {
    return start >= end ? '' : decoder.decode(this.#data.subarray(start, end));
  }

  #unexpected(wanted: string): JsonSyntaxError {
    const byte = this.#byte();
    const found =
      byte < 0 ? 'the record ends' : byte > 0x20 && byte < 0x7f ? `there is '${String.fromCharCode(byte)}'` : `there is byte ${byte}`;
    return new JsonSyntaxError(`${found} where ${wanted} should be`, this.position);
  }
}

const ESCAPES: Readonly<Record<string, string>> = { '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

function isNumberByte(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || byte === 0x2d || byte === 0x2b || byte === 0x2e || byte === 0x65 || byte === 0x45;
}

/** Compact JSON text of a tree: what a text column holds when the record has an object or array there. */
export function nodeToJson(node: JsonNode): string {
  if (node instanceof JsonNumber) return node.text;
  if (Array.isArray(node)) return `[${node.map(nodeToJson).join(',')}]`;
  if (node instanceof Map) return `{${[...node].map(([key, value]) => `${JSON.stringify(key)}:${nodeToJson(value)}`).join(',')}}`;
  return JSON.stringify(node);
}
