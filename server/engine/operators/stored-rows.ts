/**
 * Rows in a keyed table, each column stored once: those of the key and the sub-key in the table's key columns, the rest in its fields. A table
 * looks like a batch (row = record id, columns in the input's order), so that kept rows and rows of a batch are compared, joined and gathered by the
 * same code.
 */
import type { StateField } from '../state/contract.ts';
import type { KeyedTable } from '../state/keyed-table.ts';
import type { StateColumn } from '../state/state-column.ts';
import type { Batch, Column } from '../types/batch.ts';
import { createColumn } from '../types/batch-builder.ts';
import { laneOf, type RowField, type RowSchema } from '../types/sql-type.ts';
import { columnField, RowStore } from './row-store.ts';

function columnOf(table: KeyedTable, column: StateColumn): Column {
  const { nulls } = column;
  if (column.lane === 'bytes') return { lane: 'bytes', data: table.heap.data, offsets: column.offsets, lengths: column.lengths, nulls };
  if (column.lane === 'obj') return { lane: 'obj', values: column.objects, nulls: null };
  return { lane: column.lane, values: column.values, nulls } as Column;
}

/** No rows, of these columns: what NULL padding is a row of. */
export function emptyRows(schema: RowSchema): Batch {
  const columns = schema.map((field) => createColumn(laneOf(field.type), 0));
  return { rows: 0, columns, kinds: null, selection: null, selected: 0, split: -1 };
}

export class RowLayout {
  readonly key: RowSchema;
  /** Columns of the row in the sub-key; the operator may put further ones behind them. */
  readonly subKey: RowSchema;
  readonly fields: readonly StateField[];
  /** Input columns in the fields, in order. */
  readonly #rest: readonly number[];
  /** By input column: its place in the key columns, or ~place in the fields of the row. */
  readonly #places: readonly number[];

  /** `keys` and `subKeys` name columns of `schema`, `meanings` says what each column is. Further fields of the operator stand in front of the row's. */
  constructor(schema: RowSchema, keys: readonly number[], subKeys: readonly number[], meanings: readonly string[]) {
    const field = (index: number): RowField => schema[index];
    this.key = keys.map(field);
    this.subKey = subKeys.map(field);
    const inKey = [...keys, ...subKeys];
    this.#rest = schema.map((_, index) => index).filter((index) => !inKey.includes(index));
    this.fields = this.#rest.map((index) => columnField(schema, index, meanings));
    this.#places = schema.map((_, index) => (inKey.includes(index) ? inKey.indexOf(index) : ~this.#rest.indexOf(index)));
  }

  /** The table's records as a batch without selection, its kinds unset. Valid until the table changes. */
  view(table: KeyedTable): Batch {
    const first = table.fields.length - this.#rest.length;
    const columns = this.#places.map((place) => columnOf(table, place >= 0 ? table.keyColumns[place] : table.fields[first + ~place]));
    return { rows: table.idLimit, columns, kinds: null, selection: null, selected: table.idLimit, split: -1 };
  }

  /** The same for tables that change in between: the view is made anew when the table's arrays have been replaced. */
  follow(table: KeyedTable): () => Batch {
    let view: Batch | null = null;
    let nulls: Uint8Array | null = null;
    let heap: Uint8Array | null = null;
    return () => {
      if (view === null || nulls !== table.meta.nulls || heap !== table.heap.data) {
        nulls = table.meta.nulls;
        heap = table.heap.data;
        view = this.view(table);
      }
      return view;
    };
  }

  /** What writes the rows' fields of this table: row rows[i] of the batch into record ids[i], open for writing. */
  writer(table: KeyedTable): (batch: Batch, rows: Int32Array, ids: Int32Array, count: number) => void {
    const store = new RowStore(table, table.fields.length - this.#rest.length, this.#rest.length);
    return (batch, rows, ids, count) => {
      if (this.#rest.length > 0) store.save({ ...batch, columns: this.#rest.map((index) => batch.columns[index]) }, rows, ids, count);
    };
  }
}
