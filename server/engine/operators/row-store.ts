/**
 * Whole rows kept in the fields of a keyed table, and output columns made of rows of the batch and of kept rows mixed: for operators that remember
 * rows (deduplication, joins, Top-N, normalisation). Everything goes column by column.
 *
 * A source names a row: at or above 0 a row of the batch, below 0 the record ~source. Output columns own their buffers.
 */

import type { StateField } from '../state/contract.ts';
import type { KeyedTable } from '../state/keyed-table.ts';
import type { StateColumn } from '../state/state-column.ts';
import type { Batch, Column, Nulls } from '../types/batch.ts';
import { valuesEqual } from '../types/compare-values.ts';
import { valueAt } from '../types/row-access.ts';
import type { RowSchema } from '../types/sql-type.ts';
import type { Value } from '../types/value.ts';

/** State field of a row's column. Restore matches it by its meaning (NodeBase.stateFields), wherever the column stands; without one by its place and name. */
export function columnField(schema: RowSchema, index: number, meanings: readonly string[]): StateField {
  const { name, type } = schema[index];
  const placed = `row.${index}.${name}`;
  return { name: `row.${index}`, digest: meanings[index] === undefined ? placed : `row.${meanings[index]}`, type, isColumn: true, placed };
}

export function rowFields(schema: RowSchema, meanings: readonly string[]): readonly StateField[] {
  return schema.map((_, index) => columnField(schema, index, meanings));
}

type FixedArray = Uint8Array | Int32Array | Float64Array;

function mixFixed<T extends FixedArray>(batch: T, kept: T, sources: Int32Array, count: number, out: T): T {
  for (let i = 0; i < count; i++) {
    const source = sources[i];
    out[i] = source >= 0 ? batch[source] : kept[~source];
  }
  return out;
}

export class RowStore {
  readonly #table: KeyedTable;
  readonly #columns: readonly StateColumn[];

  /** The row's columns are `count` fields of the table from field `first` on. */
  constructor(table: KeyedTable, first: number, count: number) {
    this.#table = table;
    this.#columns = table.fields.slice(first, first + count);
  }

  /** Copies rows[i] of the batch into record ids[i]; the records must be open for writing. */
  save(batch: Batch, rows: Int32Array, ids: Int32Array, count: number): void {
    this.#columns.forEach((target, index) => {
      this.#saveColumn(batch.columns[index], target, rows, ids, count);
    });
  }

  #saveColumn(column: Column, target: StateColumn, rows: Int32Array, ids: Int32Array, count: number): void {
    switch (column.lane) {
      case 'obj':
        for (let i = 0; i < count; i++) target.objects[ids[i]] = column.values[rows[i]] ?? null;
        return;
      case 'bytes':
        for (let i = 0; i < count; i++) {
          if (column.nulls !== null && column.nulls[rows[i]] === 1) this.#table.setNull(target, ids[i]);
          else this.#table.setBytes(target, ids[i], column.data, column.offsets[rows[i]], column.lengths[rows[i]]);
        }
        return;
      case 'i64': {
        const values = target.values as BigInt64Array;
        for (let i = 0; i < count; i++) values[ids[i]] = column.values[rows[i]];
        break;
      }
      default:
        for (let i = 0; i < count; i++) (target.values as Float64Array)[ids[i]] = column.values[rows[i]];
    }
    const { nulls } = column;
    for (let i = 0; i < count; i++) target.nulls[ids[i]] = nulls === null ? 0 : nulls[rows[i]];
  }

  /** One column's values for the sources. `batch` may be null when no source is at or above 0. */
  column(batch: Batch | null, index: number, sources: Int32Array, count: number): Column {
    const kept = this.#columns[index];
    const column = batch === null ? null : batch.columns[index];
    switch (kept.lane) {
      case 'obj': {
        const values = new Array<Value>(count);
        for (let i = 0; i < count; i++)
          values[i] = (sources[i] >= 0 ? valueAt(column as Column, sources[i], kept.type) : kept.objects[~sources[i]]) ?? null;
        return { lane: 'obj', values, nulls: null };
      }
      case 'bytes':
        return this.#bytes(column, kept, sources, count);
      case 'i64': {
        const own = column?.lane === 'i64' ? column.values : (kept.values as BigInt64Array);
        const old = kept.values as BigInt64Array;
        const values = new BigInt64Array(count);
        for (let i = 0; i < count; i++) values[i] = sources[i] >= 0 ? own[sources[i]] : old[~sources[i]];
        return { lane: 'i64', values, nulls: this.#nulls(column, kept, sources, count) };
      }
      case 'f64': {
        const old = kept.values as Float64Array;
        const values = mixFixed(column?.lane === 'f64' ? column.values : old, old, sources, count, new Float64Array(count));
        return { lane: 'f64', values, nulls: this.#nulls(column, kept, sources, count) };
      }
      case 'i32': {
        const old = kept.values as Int32Array;
        const values = mixFixed(column?.lane === 'i32' ? column.values : old, old, sources, count, new Int32Array(count));
        return { lane: 'i32', values, nulls: this.#nulls(column, kept, sources, count) };
      }
      case 'bool': {
        const old = kept.values as Uint8Array;
        const values = mixFixed(column?.lane === 'bool' ? column.values : old, old, sources, count, new Uint8Array(count));
        return { lane: 'bool', values, nulls: this.#nulls(column, kept, sources, count) };
      }
    }
  }

  #nulls(column: Column | null, kept: StateColumn, sources: Int32Array, count: number): Nulls {
    const own = column === null ? null : column.nulls;
    const nulls = new Uint8Array(count);
    let any = 0;
    for (let i = 0; i < count; i++) {
      const source = sources[i];
      nulls[i] = source >= 0 ? (own === null ? 0 : own[source]) : kept.nulls[~source];
      any |= nulls[i];
    }
    return any === 0 ? null : nulls;
  }

  #bytes(column: Column | null, kept: StateColumn, sources: Int32Array, count: number): Column {
    const nulls = this.#nulls(column, kept, sources, count);
    const own = column?.lane === 'bytes' ? column : null;
    const offsets = new Int32Array(count);
    const lengths = new Int32Array(count);
    let size = 0;
    for (let i = 0; i < count; i++) {
      const source = sources[i];
      const length = nulls !== null && nulls[i] === 1 ? 0 : source >= 0 ? (own?.lengths[source] ?? 0) : kept.lengths[~source];
      offsets[i] = size;
      lengths[i] = length;
      size += length;
    }
    const data = new Uint8Array(size);
    const heap = this.#table.heap.data;
    for (let i = 0; i < count; i++) {
      const source = sources[i];
      const from = source >= 0 ? (own?.offsets[source] ?? 0) : kept.offsets[~source];
      const bytes = source >= 0 && own !== null ? own.data : heap;
      const length = lengths[i];
      if (length < 32) for (let k = 0; k < length; k++) data[offsets[i] + k] = bytes[from + k];
      else data.set(bytes.subarray(from, from + length), offsets[i]);
    }
    return { lane: 'bytes', data, offsets, lengths, nulls };
  }

  /** All columns of the rows that the sources name. */
  columns(batch: Batch | null, sources: Int32Array, count: number): Column[] {
    return this.#columns.map((_, index) => this.column(batch, index, sources, count));
  }

  /** One value: the slow way. */
  valueOf(batch: Batch, source: number, index: number): Value {
    const kept = this.#columns[index];
    return source >= 0 ? valueAt(batch.columns[index], source, kept.type) : this.#table.valueOf(kept, ~source);
  }

  isSame(batch: Batch, left: number, right: number): boolean {
    return this.#columns.every((_, index) => valuesEqual(this.valueOf(batch, left, index), this.valueOf(batch, right, index)));
  }
}
