/** Records of a table read as a batch, and lookups compiled once a table: for merging the tables of slices. */
import type { KeyedTable } from '../../state/keyed-table.ts';
import type { BatchLookup } from '../../state/table-loops.ts';
import type { Batch, Column } from '../../types/batch.ts';

export class TableLookups {
  readonly #exact = new WeakMap<KeyedTable, BatchLookup>();
  readonly #prefix = new WeakMap<KeyedTable, BatchLookup>();

  /** `columns` must be the same for the same table at each call. */
  exact(table: KeyedTable, columns: readonly number[]): BatchLookup {
    let lookup = this.#exact.get(table);
    if (lookup === undefined) {
      lookup = table.lookup(columns);
      this.#exact.set(table, lookup);
    }
    return lookup;
  }

  prefix(table: KeyedTable, columns: readonly number[]): BatchLookup {
    let lookup = this.#prefix.get(table);
    if (lookup === undefined) {
      lookup = table.prefixLookup(columns);
      this.#prefix.set(table, lookup);
    }
    return lookup;
  }
}

/** Key and sub-key columns of a table as batch columns; row = record id. Valid until the table changes. */
export function tableColumns(table: KeyedTable): Column[] {
  return table.keyColumns.map((column): Column => {
    const { nulls } = column;
    if (column.lane === 'bytes') return { lane: 'bytes', data: table.heap.data, offsets: column.offsets, lengths: column.lengths, nulls };
    if (column.lane === 'obj') return { lane: 'obj', values: column.objects, nulls: null };
    return { lane: column.lane, values: column.values, nulls } as Column;
  });
}

/** The same as a batch of `width` columns, the i-th at `places[i]`, of the records `rows`. */
export function tableBatch(table: KeyedTable, rows: Int32Array, width: number, places: readonly number[]): Batch {
  const columns: Column[] = new Array(width);
  tableColumns(table).forEach((column, index) => {
    columns[places[index]] = column;
  });
  return { rows: table.idLimit, columns, kinds: null, selection: rows, selected: rows.length, split: -1 };
}
