/** Records of a table read as a batch, and lookups compiled once a table: for merging the tables of slices. */
import type { KeyedTable } from '../../state/keyed-table.ts';
import type { BatchLookup } from '../../state/table-loops.ts';
import type { Batch } from '../../types/batch.ts';

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

/** The key columns of a table's records as a batch of `width` columns, the i-th key column at `places[i]`. Row = record id. */
export function tableBatch(table: KeyedTable, rows: Int32Array, width: number, places: readonly number[]): Batch {
  const columns: Batch['columns'] = new Array(width);
  table.keyColumns.forEach((column, index) => {
    const { nulls } = column;
    if (column.lane === 'bytes') {
      columns[places[index]] = { lane: 'bytes', data: table.heap.data, offsets: column.offsets, lengths: column.lengths, nulls };
    } else if (column.lane === 'obj') columns[places[index]] = { lane: 'obj', values: column.objects, nulls: null };
    else columns[places[index]] = { lane: column.lane, values: column.values, nulls } as Batch['columns'][number];
  });
  return { rows: table.idLimit, columns, kinds: null, selection: rows, selected: rows.length, split: -1 };
}
