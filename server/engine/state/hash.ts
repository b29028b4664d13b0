/**
 * The 32-bit hash of key columns: it picks the key group, and so routes rows and cuts state; it is part of the stored format.
 * MurmurHash3 (32 bit, x86 variant's mixing) over 32-bit words, column after column from SEED:
 * - NULL is one word; BOOLEAN one word; every integer-like value (i32 and i64 lanes, DECIMAL that fits 64 bits) its two 32-bit halves, low first,
 *   so that the lane a value travels in makes no difference; FLOAT and DOUBLE the halves of the IEEE bits, all NaN as one;
 * - bytes: the length, then little-endian words, the last one padded with zeros; objects: as the bytes of value-codec.ts.
 * At the end the finalizer (fmix32) is applied. Any change here needs a new HASH_VERSION and breaks stored state.
 */
import type { Batch } from '../types/batch.ts';
import { type Lane, laneOf, type RowSchema, type SqlType } from '../types/sql-type.ts';
import type { Value } from '../types/value.ts';
import { canonicalBytes } from './value-codec.ts';

export const HASH_VERSION = 1;
export const HASH_SEED = 0x54494445 | 0;
const NULL_WORD = 0x6e756c6c;

/** Writes the hash of each live row at the row's own index. */
export type BatchHash = (batch: Batch, out: Int32Array) => void;

export function mixWord(hash: number, word: number): number {
  let k = Math.imul(word, 0xcc9e2d51);
  k = (k << 15) | (k >>> 17);
  let h = hash ^ Math.imul(k, 0x1b873593);
  h = (h << 13) | (h >>> 19);
  return (Math.imul(h, 5) + 0xe6546b64) | 0;
}

export function finishHash(hash: number): number {
  let h = hash ^ (hash >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}

export function hashBytes(hash: number, data: Uint8Array, offset: number, length: number): number {
  let h = mixWord(hash, length);
  const end = offset + length;
  let at = offset;
  for (; at + 4 <= end; at += 4) h = mixWord(h, data[at] | (data[at + 1] << 8) | (data[at + 2] << 16) | (data[at + 3] << 24));
  if (at < end) {
    let word = 0;
    for (let i = end - 1; i >= at; i--) word = (word << 8) | data[i];
    h = mixWord(h, word);
  }
  return h;
}

/** Hash of a value of an `obj` column. */
export function hashObject(hash: number, value: Value, type: SqlType): number {
  if (value === null || value === undefined) return mixWord(hash, NULL_WORD);
  if (typeof value === 'bigint' && BigInt.asIntN(64, value) === value) {
    return mixWord(mixWord(hash, Number(BigInt.asIntN(32, value))), Number(BigInt.asIntN(32, value >> 32n)));
  }
  const bytes = canonicalBytes(value, type);
  return hashBytes(hash, bytes, 0, bytes.length);
}

const MIX = (word: string): string =>
  `k = Math.imul(${word}, 0xcc9e2d51); k = (k << 15) | (k >>> 17); h ^= Math.imul(k, 0x1b873593); h = (h << 13) | (h >>> 19); h = (Math.imul(h, 5) + 0xe6546b64) | 0;`;

/** Source text of the finalizer on the variable `h`. */
export const FINISH_SOURCE = 'h ^= h >>> 16; h = Math.imul(h, 0x85ebca6b); h ^= h >>> 13; h = Math.imul(h, 0xc2b2ae35); h ^= h >>> 16;';

/** Declarations, inside the batch function, of the locals that read input column `index` as number `n`: c, v, d, o, l and z (nulls). */
export function inputColumnSource(n: number, index: number, lane: Lane): string {
  const head = `const c${n} = batch.columns[${index}], z${n} = c${n}.nulls;`;
  if (lane === 'bytes') return `${head} const d${n} = c${n}.data, o${n} = c${n}.offsets, l${n} = c${n}.lengths;`;
  if (lane === 'i64' || lane === 'f64') {
    return `${head} const w${n} = c${n}.values; if (w${n} !== last${n}) { last${n} = w${n}; view${n} = new Int32Array(w${n}.buffer, w${n}.byteOffset, w${n}.length * 2); } const v${n} = view${n};`;
  }
  return `${head} const v${n} = c${n}.values;`;
}

/** Declarations outside the batch function that inputColumnSource relies on. */
export function inputCacheSource(n: number, lane: Lane): string {
  return lane === 'i64' || lane === 'f64' ? `let last${n} = null, view${n} = null;` : '';
}

/** Mixes column `n` of row `r` into `h`; needs a `let k` and, for `obj`, `hashObject` and `types`. */
export function hashColumnSource(n: number, lane: Lane): string {
  if (lane === 'obj') return `h = hashObject(h, v${n}[r], types[${n}]);`;
  return `if (z${n} !== null && z${n}[r] === 1) { ${MIX(String(NULL_WORD))} } else { ${laneHashSource(n, lane)} }`;
}

function laneHashSource(n: number, lane: Lane): string {
  switch (lane) {
    case 'bool':
      return MIX(`v${n}[r]`);
    case 'i32':
      return `${MIX(`v${n}[r]`)} ${MIX(`v${n}[r] >> 31`)}`;
    case 'i64':
      return `${MIX(`v${n}[2 * r]`)} ${MIX(`v${n}[2 * r + 1]`)}`;
    case 'f64':
      return `if (w${n}[r] !== w${n}[r]) { ${MIX('0')} ${MIX('0x7ff80000')} } else { ${MIX(`v${n}[2 * r]`)} ${MIX(`v${n}[2 * r + 1]`)} }`;
    case 'bytes':
      return `h = hashBytes(h, d${n}, o${n}[r], l${n}[r]);`;
    case 'obj':
      return '';
  }
}

/** Generates one loop over a batch's live rows. With no keys every row gets the same hash. */
export function compileHash(schema: RowSchema, keyIndexes: readonly number[]): BatchHash {
  const types = keyIndexes.map((index) => schema[index].type);
  const lanes = types.map(laneOf);
  const source = `
    ${lanes.map((lane, n) => inputCacheSource(n, lane)).join('\n')}
    return function hashBatch(batch, out) {
      const selection = batch.selection, count = batch.selected;
      ${lanes.map((lane, n) => inputColumnSource(n, keyIndexes[n], lane)).join('\n')}
      for (let i = 0; i < count; i++) {
        const r = selection === null ? i : selection[i];
        let h = ${HASH_SEED}, k = 0;
        ${lanes.map((lane, n) => hashColumnSource(n, lane)).join('\n')}
        ${FINISH_SOURCE}
        out[r] = h;
      }
    };`;
  return new Function('hashBytes', 'hashObject', 'types', source)(hashBytes, hashObject, types) as BatchHash;
}
