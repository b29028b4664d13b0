/**
 * Generated lookups of a keyed table: one loop that hashes the key columns of each live row, probes the index, compares keys by value and,
 * when asked, creates what is missing. Only column numbers and lanes go into the source text.
 * The variables `h` (identity hash) and `g` (hash of the key columns alone, which picks the group) differ only where there are sub-key columns.
 */
import type { Batch } from '../types/batch.ts';
import { type Lane, laneOf, type SqlType } from '../types/sql-type.ts';
import { FINISH_SOURCE, HASH_SEED, hashBytes, hashColumnSource, hashObject, inputCacheSource, inputColumnSource } from './hash.ts';
import { PLACE_SOURCE } from './key-index.ts';
import { PAGE_BITS } from './state-column.ts';
import { isSameValue } from './value-codec.ts';

/** Reads only: -1 for missing keys. */
export const FIND = 0;
/** As FIND, and the caller may write the fields of what was found. */
export const FIND_FOR_WRITE = 1;
/** Creates missing records (fields zero, bytes and objects NULL); the caller may write. */
export const CREATE = 2;
export type LookupMode = typeof FIND | typeof FIND_FOR_WRITE | typeof CREATE;

/** The table, as the generated code sees it (keyed-table.ts); declared here by what this file itself reads. */
export interface LookupTarget {
  readonly spec: { readonly ttlMs: number };
}

/** Writes the record id of each live row's key at the row's own index of `out`. */
export type BatchLookup = (batch: Batch, out: Int32Array, mode: LookupMode) => void;

function stateLocals(n: number, lane: Lane): string {
  const head = `q${n} = K[${n}].nulls;`;
  if (lane === 'bytes') return `${head} p${n} = K[${n}].offsets; m${n} = K[${n}].lengths;`;
  if (lane === 'obj') return `p${n} = K[${n}].objects;`;
  return `${head} p${n} = K[${n}].${lane === 'i64' || lane === 'f64' ? 'ints' : 'values'};`;
}

function equalSource(n: number, lane: Lane): string {
  if (lane === 'obj') return `isSameValue(v${n}[r], p${n}[id], types[${n}])`;
  return `(x${n} ? q${n}[id] === 1 : q${n}[id] === 0 && ${laneEqualSource(n, lane)})`;
}

function laneEqualSource(n: number, lane: Lane): string {
  switch (lane) {
    case 'i64':
      return `p${n}[2 * id] === v${n}[2 * r] && p${n}[2 * id + 1] === v${n}[2 * r + 1]`;
    case 'f64':
      return `((p${n}[2 * id] === v${n}[2 * r] && p${n}[2 * id + 1] === v${n}[2 * r + 1]) || (w${n}[r] !== w${n}[r] && K[${n}].values[id] !== K[${n}].values[id]))`;
    case 'bytes':
      return `m${n}[id] === l${n}[r] && sameBytes(heap.data, p${n}[id], d${n}, o${n}[r], l${n}[r])`;
    default:
      return `p${n}[id] === v${n}[r]`;
  }
}

function storeSource(n: number, lane: Lane): string {
  switch (lane) {
    case 'obj':
      return `p${n}[id] = v${n}[r];`;
    case 'bytes':
      return `q${n}[id] = x${n} ? 1 : 0; if (x${n}) m${n}[id] = 0; else { p${n}[id] = heap.append(d${n}, o${n}[r], l${n}[r]); m${n}[id] = l${n}[r]; }`;
    case 'i64':
    case 'f64':
      return `q${n}[id] = x${n} ? 1 : 0; if (!x${n}) { p${n}[2 * id] = v${n}[2 * r]; p${n}[2 * id + 1] = v${n}[2 * r + 1]; }`;
    default:
      return `q${n}[id] = x${n} ? 1 : 0; if (!x${n}) p${n}[id] = v${n}[r];`;
  }
}

function sameBytes(a: Uint8Array, from: number, b: Uint8Array, at: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (a[from + i] !== b[at + i]) return false;
  return true;
}

const compiled = new WeakMap<LookupTarget, Map<string, BatchLookup>>();

/**
 * `keyIndexes` name the batch's columns of the key, then (unless `isPrefix`) of the sub-key. A prefix lookup gives the first record of the key's
 * chain. Compiled once a table and list of columns: restoring reads many groups.
 */
export function compileLookup(
  table: LookupTarget,
  types: readonly SqlType[],
  keyCount: number,
  keyIndexes: readonly number[],
  isPrefix: boolean,
): BatchLookup {
  const own = compiled.get(table) ?? new Map<string, BatchLookup>();
  compiled.set(table, own);
  const name = `${isPrefix} ${keyIndexes.join()}`;
  const lookup = own.get(name) ?? buildLookup(table, types, keyCount, keyIndexes, isPrefix);
  own.set(name, lookup);
  return lookup;
}

function buildLookup(
  table: LookupTarget,
  types: readonly SqlType[],
  keyCount: number,
  keyIndexes: readonly number[],
  isPrefix: boolean,
): BatchLookup {
  const lanes = types.map(laneOf);
  const each = (make: (n: number, lane: Lane) => string): string => lanes.map((lane, n) => make(n, lane)).join('\n');
  const hashes = lanes.map((lane, n) => hashColumnSource(n, lane));
  const hasSubKey = lanes.length > keyCount;
  const equal = lanes.map((lane, n) => equalSource(n, lane)).join(' && ') || 'true';
  const source = `
    const K = table.keyColumns, heap = table.heap, index = ${isPrefix ? 'table.chains.index' : 'table.index'}, meta = table.meta, hasTtl = ${table.spec.ttlMs > 0};
    ${each((n, lane) => inputCacheSource(n, lane))}
    return function lookup(batch, out, mode) {
      const selection = batch.selection, count = batch.selected;
      table.startBatch();
      ${each((n, lane) => inputColumnSource(n, keyIndexes[n], lane))}
      ${lanes.map((_, n) => `let q${n}, p${n}, m${n};`).join(' ')}
      ${each(stateLocals)}
      for (let i = 0; i < count; i++) {
        const r = selection === null ? i : selection[i];
        let h = ${HASH_SEED}, k = 0;
        ${hashes.slice(0, keyCount).join('\n')}
        ${FINISH_SOURCE}
        ${hasSubKey ? `const g = h; ${hashes.slice(keyCount).join('\n')} ${FINISH_SOURCE}` : 'const g = h;'}
        ${each((n, lane) => (lane === 'obj' ? '' : `const x${n} = z${n} !== null && z${n}[r] === 1;`))}
        let segment = index.directory[(h >>> index.shift) & index.mask];
        const mask = ((segment.length - 2) >> 1) - 1;
        let place = ${PLACE_SOURCE}, found = -1;
        for (;;) {
          const entry = segment[2 * place + 1];
          if (entry === 0) break;
          if (segment[2 * place] === h) {
            const id = ${isPrefix ? 'table.chains.heads[entry - 1]' : 'entry - 1'};
            if (${equal}) { found = id; break; }
          }
          place = (place + 1) & mask;
        }
        ${
          isPrefix
            ? 'out[r] = hasTtl && found !== -1 ? table.firstLive(found) : found;'
            : resultSource(
                each((n, lane) => stateLocals(n, lane)),
                each((n, lane) => storeSource(n, lane)),
              )
        }
      }
    };`;
  return new Function('table', 'types', 'hashBytes', 'hashObject', 'sameBytes', 'isSameValue', source)(
    table,
    types,
    hashBytes,
    hashObject,
    sameBytes,
    isSameValue,
  ) as BatchLookup;
}

function resultSource(reload: string, store: string): string {
  return `
        if (found !== -1 && hasTtl && table.isExpired(found)) { table.delete(found); found = -1; }
        if (found === -1) {
          if (mode === ${CREATE}) {
            const id = table.allocate(g, h);
            ${reload}
            ${store}
            table.link(id);
            found = id;
          }
        } else if (mode !== ${FIND}) {
          if (table.unsaved !== null && table.unsaved[found >> ${PAGE_BITS}] === 1) table.savePage(found >> ${PAGE_BITS});
          if (hasTtl) table.stamps.values[found] = table.nowMs;
        }
        out[r] = found;`;
}
