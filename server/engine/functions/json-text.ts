/**
 * JSON as Flink's functions see it: a tree that keeps each number's own digits (1.50 stays 1.50) and writes objects with their keys
 * sorted. The last of several equal keys wins, or counts as an error where asked for.
 */
export type JsonNode =
  | { readonly kind: 'null' }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'array'; readonly items: readonly JsonNode[] }
  | { readonly kind: 'object'; readonly fields: ReadonlyMap<string, JsonNode> };

const NULL: JsonNode = { kind: 'null' };
const DEPTH_MAX = 1000;

class JsonError extends Error {}

/** null when the text is no JSON. */
export function parseJson(text: string, refusesDuplicates = false): JsonNode | null {
  try {
    return new JsonReader(text, refusesDuplicates).document();
  } catch (error) {
    if (error instanceof JsonError) return null;
    throw error;
  }
}

class JsonReader {
  readonly #text: string;
  readonly #refusesDuplicates: boolean;
  #at = 0;
  #depth = 0;

  constructor(text: string, refusesDuplicates: boolean) {
    this.#text = text;
    this.#refusesDuplicates = refusesDuplicates;
  }

  document(): JsonNode {
    const node = this.#value();
    this.#skip();
    if (this.#at < this.#text.length) throw new JsonError();
    return node;
  }

  #skip(): void {
    while (this.#at < this.#text.length && ' \t\r\n'.includes(this.#text[this.#at])) this.#at++;
  }

  #value(): JsonNode {
    this.#skip();
    switch (this.#text[this.#at]) {
      case '{':
        return this.#nested(() => this.#object());
      case '[':
        return this.#nested(() => this.#array());
      case '"':
        return { kind: 'string', value: this.#string() };
      case 't':
        return this.#word('true', { kind: 'boolean', value: true });
      case 'f':
        return this.#word('false', { kind: 'boolean', value: false });
      case 'n':
        return this.#word('null', NULL);
      default:
        return this.#number();
    }
  }

  #nested(read: () => JsonNode): JsonNode {
    if (++this.#depth > DEPTH_MAX) throw new JsonError();
    const node = read();
    this.#depth--;
    return node;
  }

  #word(word: string, node: JsonNode): JsonNode {
    if (!this.#text.startsWith(word, this.#at)) throw new JsonError();
    this.#at += word.length;
    return node;
  }

  #number(): JsonNode {
    const pattern = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match === null) throw new JsonError();
    this.#at += match[0].length;
    return { kind: 'number', text: match[0] };
  }

  #string(): string {
    // JSON.parse below refuses raw control characters.
    const pattern = /"(?:[^"\\]|\\.)*"/sy;
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match === null) throw new JsonError();
    this.#at += match[0].length;
    try {
      return JSON.parse(match[0]) as string;
    } catch {
      throw new JsonError();
    }
  }

  /** True when `close` comes next; else there must be a comma, but before the first item. */
  #ends(close: string, isFirst: boolean): boolean {
    this.#skip();
    if (this.#text[this.#at] === close) {
      this.#at++;
      return true;
    }
    if (!isFirst && this.#text[this.#at++] !== ',') throw new JsonError();
    return false;
  }

  #array(): JsonNode {
    this.#at++;
    const items: JsonNode[] = [];
    while (!this.#ends(']', items.length === 0)) items.push(this.#value());
    return { kind: 'array', items };
  }

  #object(): JsonNode {
    this.#at++;
    const fields = new Map<string, JsonNode>();
    let isFirst = true;
    while (!this.#ends('}', isFirst)) {
      isFirst = false;
      this.#skip();
      const key = this.#string();
      this.#skip();
      if (this.#text[this.#at++] !== ':') throw new JsonError();
      if (this.#refusesDuplicates && fields.has(key)) throw new JsonError();
      fields.set(key, this.#value());
    }
    return { kind: 'object', fields };
  }
}

/** Keys sorted, no blanks. */
export function writeJson(node: JsonNode): string {
  switch (node.kind) {
    case 'null':
      return 'null';
    case 'boolean':
      return String(node.value);
    case 'number':
      return node.text;
    case 'string':
      return quoted(node.value);
    case 'array':
      return `[${node.items.map(writeJson).join(',')}]`;
    case 'object': {
      const keys = [...node.fields.keys()].sort();
      return `{${keys.map((key) => `${quoted(key)}:${writeJson(node.fields.get(key) as JsonNode)}`).join(',')}}`;
    }
  }
}

/** A JSON string. Halves of surrogate pairs stay as they are: the text is one in memory yet. */
function quoted(text: string): string {
  if (text.isWellFormed()) return JSON.stringify(text);
  const parts = text.split(/(\p{Surrogate})/u);
  return `"${parts.map((part, i) => (i % 2 === 1 ? part : JSON.stringify(part).slice(1, -1))).join('')}"`;
}
