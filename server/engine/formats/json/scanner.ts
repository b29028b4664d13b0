/**
 * Generates the scanner of one projection: bytes of a JSON object straight into the columns of a BatchBuilder, fields in any
 * order, nested rows by path, unread values skipped.
 *
 * The projection is a tree of field names. For each object of the tree the code is one loop: compare the key's bytes with the
 * wanted names (switch on the first byte), read or skip the value, take the comma. A bit per column says that it was set; what is
 * missing becomes NULL. Everything unexpected (a kind of value the column does not have, a wrong escape, a repeated field, a cut
 * record) gives -1: then the exact reader decides, so the scanner never has to explain.
 * The source holds only numbers: bytes of names, column indexes and precisions; no name and no value is ever spelled in it.
 */
import type { Column } from '../../types/batch.ts';
import type { BatchBuilder } from '../../types/batch-builder.ts';
import { laneOf, type SqlType } from '../../types/sql-type.ts';
import type { ConversionOptions } from './node-to-value.ts';
import * as runtime from './scan-runtime.ts';

export interface ScanTarget {
  readonly path: readonly string[];
  readonly type: SqlType;
  /** Index in the builder. */
  readonly column: number;
}

/** Position behind the object that begins at p, or -1. */
export type Scan = (b: Uint8Array, p: number, end: number) => number;

interface PathNode {
  readonly targets: ScanTarget[];
  readonly children: Map<string, PathNode>;
}

type Views = readonly { readonly values: unknown; readonly words: Int32Array | null; readonly column: Column }[];
type Factory = (
  rt: typeof runtime,
  into: BatchBuilder,
  views: Views,
  targets: readonly ScanTarget[],
  options: ConversionOptions,
  register: runtime.ScanRegister,
) => Scan;

/** A scanner bound anew whenever the builder changes: columns are bound as constants. */
export class JsonScanner {
  readonly #factory: Factory;
  readonly #targets: readonly ScanTarget[];
  readonly #options: ConversionOptions;
  #into: BatchBuilder | null = null;
  #scan: Scan = () => -1;

  constructor(targets: readonly ScanTarget[], options: ConversionOptions) {
    this.#targets = targets;
    this.#options = options;
    this.#factory = new Function('rt', 'into', 'views', 'targets', 'options', 'register', scannerSource(targets, options)) as Factory;
  }

  /** Sets all columns of the row under way; the caller ends the row. */
  scan(b: Uint8Array, p: number, end: number, into: BatchBuilder): number {
    if (into !== this.#into) this.#bind(into);
    return this.#scan(b, p, end);
  }

  #bind(into: BatchBuilder): void {
    const views = this.#targets.map((target) => {
      const column = into.columns[target.column] as Column;
      const words = column.lane === 'i64' ? new Int32Array(column.values.buffer, column.values.byteOffset, column.values.length * 2) : null;
      return { values: column.lane === 'bytes' ? null : column.values, words, column };
    });
    this.#scan = this.#factory(runtime, into, views, this.#targets, this.#options, { heapAt: 0 });
    this.#into = into;
  }
}

function treeOf(targets: readonly ScanTarget[]): PathNode {
  const root: PathNode = { targets: [], children: new Map() };
  for (const target of targets) {
    let node = root;
    for (const name of target.path) {
      let child = node.children.get(name);
      if (!child) {
        child = { targets: [], children: new Map() };
        node.children.set(name, child);
      }
      node = child;
    }
    node.targets.push(target);
  }
  return root;
}

function scannerSource(targets: readonly ScanTarget[], options: ConversionOptions): string {
  const generator = new ScannerSource(targets, options);
  return generator.source(treeOf(targets));
}

const encoder = new TextEncoder();
const SPACE = 'if (b[p] <= 32) p = space(b, p);';

class ScannerSource {
  readonly #targets: readonly ScanTarget[];
  readonly #isIso: boolean;
  readonly #failOnMissing: boolean;
  #labels = 0;

  constructor(targets: readonly ScanTarget[], options: ConversionOptions) {
    this.#targets = targets;
    this.#isIso = options.timestampFormat === 'ISO-8601';
    this.#failOnMissing = options.failOnMissingField;
  }

  source(root: PathNode): string {
    const words = Math.ceil(this.#targets.length / 32);
    const flags = Array.from({ length: words }, (_, word) => `let f${word} = 0;`).join(' ');
    const bytes = this.#targets.filter((target) => laneOf(target.type) === 'bytes' && isText(target.type));
    return `
const { space, skip, unescapeOne, wide, double, decimal, plainEnd, general, fineTimestamp, isUtf8, scanDate, scanTime, scanTimestamp } = rt;
const heap = into.heapUsed;
${this.#targets.map((_, i) => `const v${i} = views[${i}].values, w${i} = views[${i}].words, c${i} = views[${i}].column;`).join('\n')}
return function scan(b, p, end) {
const r = into.rows, room = end - p; let c = 0; ${flags}
${bytes.map((target) => `if (heap[${target.column}] + room > c${this.#targets.indexOf(target)}.data.length) { const at = into.reserve(${target.column}, room); heap[${target.column}] = at; }`).join('\n')}
${SPACE}
if (b[p] !== 123) return -1;
${this.#object(root)}
if (p > end) return -1;
${this.#missing(words)}
return p;
};`;
  }

  /** NULL for what did not come. */
  #missing(words: number): string {
    const lines: string[] = [];
    for (let word = 0; word < words; word++) {
      const count = Math.min(32, this.#targets.length - word * 32);
      const all = count === 32 ? -1 : (1 << count) - 1;
      const fill = this.#targets
        .slice(word * 32, word * 32 + count)
        .map((target, i) => `if ((f${word} & ${1 << i}) === 0) into.setNull(${target.column});`)
        .join(' ');
      lines.push(`if (f${word} !== ${all}) { ${this.#failOnMissing ? 'return -1;' : fill} }`);
    }
    return lines.join('\n');
  }

  /** p is at '{' and goes behind '}'. */
  #object(node: PathNode): string {
    const label = `match${this.#labels++}`;
    return `p++; ${SPACE}
if (b[p] === 125) p++; else for (;;) {
if (b[p] !== 34) return -1;
p++;
${label}: {
${this.#keys(node, label)}
while (p < end && (c = b[p]) !== 34) { if (c === 92 || c > 127) return -1; p++; }
p++; ${SPACE} if (b[p] !== 58) return -1;
p++; ${SPACE}
p = skip(b, p, end, 0); if (p < 0) return -1;
}
${SPACE}
c = b[p++];
if (c === 44) { ${SPACE} continue; }
if (c === 125) break;
return -1;
}`;
  }

  #keys(node: PathNode, label: string): string {
    const byFirst = new Map<number, string[]>();
    for (const [name, child] of node.children) {
      const key = [...encoder.encode(JSON.stringify(name)).slice(1)];
      // A name that JSON writes with escapes can be spelled in several ways: the exact reader compares it.
      if (key.includes(92)) {
        byFirst.set(92, ['return -1;']);
        continue;
      }
      const first = key[0] as number;
      const rest = key.slice(1).map((byte, i) => `b[p + ${i + 1}] === ${byte}`);
      const test = rest.length === 0 ? '' : `if (${rest.join(' && ')}) `;
      const code = `${test}{ p += ${key.length}; ${SPACE} if (b[p] !== 58) return -1; p++; ${SPACE}\n${this.#value(child)}\nbreak ${label}; }`;
      byFirst.set(first, [...(byFirst.get(first) ?? []), code]);
    }
    if (byFirst.size === 0) return '';
    return `switch (b[p]) {\n${[...byFirst].map(([byte, codes]) => `case ${byte}: ${codes.join('\n')} break;`).join('\n')}\n}`;
  }

  #value(node: PathNode): string {
    const parts = node.targets.map((target) => this.#target(target, this.#targets.indexOf(target)));
    if (node.children.size > 0) {
      parts.push(`if (b[p] === 123) { ${this.#object(node)} } else if (${isNull}) p += 4; else return -1;`);
    }
    if (parts.length === 1) return parts[0] as string;
    const from = `from${this.#labels++}`;
    return `const ${from} = p;\n${parts.map((part) => `p = ${from}; ${part}`).join('\n')}`;
  }

  #target(target: ScanTarget, index: number): string {
    const word = index >> 5;
    const bit = 1 << (index & 31);
    return `if ((f${word} & ${bit}) !== 0) return -1;
f${word} |= ${bit};
if (${isNull}) { into.setNull(${target.column}); p += 4; } else { ${this.#read(target, index)} }`;
  }

  #read(target: ScanTarget, i: number): string {
    const { type, column } = target;
    switch (type.kind) {
      case 'CHAR':
      case 'VARCHAR':
        return readText(i, column);
      case 'BOOLEAN':
        return `if (b[p] === 116 && b[p + 1] === 114 && b[p + 2] === 117 && b[p + 3] === 101) { v${i}[r] = 1; p += 4; }
else if (b[p] === 102 && b[p + 1] === 97 && b[p + 2] === 108 && b[p + 3] === 115 && b[p + 4] === 101) { v${i}[r] = 0; p += 5; } else return -1;`;
      case 'TINYINT':
        return `${readDigits(10)} if (v < -128 || v > 127) return -1; v${i}[r] = v;`;
      case 'SMALLINT':
        return `${readDigits(10)} if (v < -32768 || v > 32767) return -1; v${i}[r] = v;`;
      case 'INT':
      case 'INTERVAL_YEAR_MONTH':
        return `${readDigits(10)} if (v < -2147483648 || v > 2147483647) return -1; v${i}[r] = v;`;
      case 'BIGINT':
      case 'INTERVAL_DAY_TIME':
        return `${readDigits(20)} if (p - from > 15) { if (!wide(b, start, p, v${i}, r)) return -1; } else { ${storeWords(i, 'v')} }`;
      case 'FLOAT':
      case 'DOUBLE':
        return `p = double(b, p, v${i}, r, ${type.kind === 'FLOAT'}); if (p < 0) return -1;`;
      case 'DECIMAL':
        return laneOf(type) === 'i64'
          ? readDecimal(i, column, type.precision, type.scale)
          : `p = decimal(b, p, into, ${column}, ${type.precision}, ${type.scale}); if (p < 0) return -1;`;
      case 'DATE':
        return readPlain(`const t = scanDate(b, p, q); if (t !== t) return -1; v${i}[r] = t;`);
      case 'TIME':
        return readPlain(`const t = scanTime(b, p, q); if (t !== t) return -1; v${i}[r] = t;`);
      case 'TIMESTAMP':
      case 'TIMESTAMP_LTZ': {
        const args = `${this.#isIso}, ${type.kind === 'TIMESTAMP_LTZ'}, ${type.precision}`;
        if (type.precision > 6) return readPlain(`if (!fineTimestamp(b, p, q, ${args}, v${i}, r)) return -1;`);
        return readPlain(`const t = scanTimestamp(b, p, q, ${args}); if (t !== t) return -1; ${storeWords(i, 't')}`);
      }
      default:
        return `p = general(b, p, end, into, ${column}, targets[${i}].type, targets[${i}].path.join('.'), options); if (p < 0) return -1;`;
    }
  }
}

const isNull = 'b[p] === 110 && b[p + 1] === 117 && b[p + 2] === 108 && b[p + 3] === 108';

function isText(type: SqlType): boolean {
  return type.kind === 'CHAR' || type.kind === 'VARCHAR';
}

/** Whole digits into v, signed; `start` is at the sign, `from` at the first digit. */
function readDigits(digitsMax: number): string {
  return `const start = p; c = b[p]; let neg = false; if (c === 45) { neg = true; c = b[++p]; }
const from = p; let v = 0;
while (c >= 48 && c <= 57) { v = v * 10 + (c - 48); c = b[++p]; }
if (p === from || c === 46 || c === 101 || c === 69 || p - from > ${digitsMax} || (b[from] === 48 && p - from > 1)) return -1;
if (neg) v = -v;`;
}

/** A whole number below 2^53 as the two words of a 64-bit lane (machines that run this are little-endian). */
function storeWords(i: number, name: string): string {
  return `w${i}[r * 2] = ${name}; w${i}[r * 2 + 1] = Math.floor(${name} / 4294967296);`;
}

/** At most 15 digits at the column's scale stay in doubles; the rest goes through bigints. */
function readDecimal(i: number, column: number, precision: number, scale: number): string {
  return `const start = p; c = b[p]; let neg = false; if (c === 45) { neg = true; c = b[++p]; }
const from = p; let v = 0, n = 0;
while (c >= 48 && c <= 57) { v = v * 10 + (c - 48); c = b[++p]; }
n = p - from; let s = 0;
if (n > 0 && !(b[from] === 48 && n > 1) && c === 46) { c = b[++p]; const at = p; while (c >= 48 && c <= 57) { v = v * 10 + (c - 48); c = b[++p]; } s = p - at; if (s === 0) return -1; }
if (n === 0 || (b[from] === 48 && n > 1)) return -1;
if (c === 101 || c === 69 || s > ${scale} || n + ${scale} > 15) { p = decimal(b, start, into, ${column}, ${precision}, ${scale}); if (p < 0) return -1; }
else { for (; s < ${scale}; s++) v *= 10; if (v >= ${10 ** Math.min(precision, 15)}) into.setNull(${column}); else { if (neg) v = -v; ${storeWords(i, 'v')} } }`;
}

function readPlain(code: string): string {
  return `if (b[p] !== 34) return -1; p++; const q = plainEnd(b, p, end); if (q < 0) return -1; ${code} p = q + 1;`;
}

/** Copies while it scans; the heap has room for the whole record. */
function readText(i: number, column: number): string {
  return `if (b[p] !== 34) return -1; p++;
const from = heap[${column}], d = c${i}.data; let h = from, mix = 0;
while (p < end && (c = b[p]) !== 34) {
if (c === 92) { p = unescapeOne(b, p, d, h, register); if (p < 0) return -1; h = register.heapAt; continue; }
mix |= c; d[h++] = c; p++;
}
if (p >= end || (mix > 127 && !isUtf8(d.subarray(from, h)))) return -1;
p++; c${i}.offsets[r] = from; c${i}.lengths[r] = h - from; heap[${column}] = h;`;
}
