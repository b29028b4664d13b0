/**
 * Columnar batches: what flows between operators.
 *
 * - A batch holds up to `rows` rows in parallel columns. Row i is live when `selection` is null or names i.
 * - `kinds[i]` is the change kind of row i; `kinds` null means that every live row is an INSERT.
 * - A column's `nulls[i]` is 1 where row i is NULL; `nulls` null means that no live row is NULL. The value lane of a NULL row
 *   is unspecified.
 * - Ownership: a batch, its columns and buffers belong to the producer and are valid only during the call that hands them on.
 *   Who wants to keep something copies it. A producer may reuse all buffers for its next batch.
 * - Columns may be longer than `rows`; computed columns are written at the row's own index, so a projection that only names
 *   input columns copies nothing and a filter only makes a new `selection`.
 */
export const BATCH_ROWS_MAX = 2048;

/** Change kinds, as in Flink's RowKind (the byte values are RowKind.toByteValue). */
export const INSERT = 0;
export const UPDATE_BEFORE = 1;
export const UPDATE_AFTER = 2;
export const DELETE = 3;
export type ChangeKind = 0 | 1 | 2 | 3;

export type Nulls = Uint8Array | null;

export interface BoolColumn {
  readonly lane: 'bool';
  readonly values: Uint8Array;
  nulls: Nulls;
}
export interface I32Column {
  readonly lane: 'i32';
  readonly values: Int32Array;
  nulls: Nulls;
}
export interface I64Column {
  readonly lane: 'i64';
  readonly values: BigInt64Array;
  nulls: Nulls;
  /** Of timestamps: nanoseconds above `values[i]` that the precision leaves no room for (FineTimestamp in value.ts). A copy may leave them out. */
  nanos?: Int32Array | null;
}
export interface F64Column {
  readonly lane: 'f64';
  readonly values: Float64Array;
  nulls: Nulls;
}
/** Row i is data[offsets[i] .. offsets[i] + lengths[i]); rows may share bytes and lie in any order. Text is WTF-8 (text-bytes.ts). */
export interface BytesColumn {
  readonly lane: 'bytes';
  data: Uint8Array;
  readonly offsets: Int32Array;
  readonly lengths: Int32Array;
  nulls: Nulls;
}
/** Values as value.ts says; null is NULL (nulls stays null). */
export interface ObjColumn {
  readonly lane: 'obj';
  readonly values: import('./value.ts').Value[];
  nulls: Nulls;
}
export type Column = BoolColumn | I32Column | I64Column | F64Column | BytesColumn | ObjColumn;

export interface Batch {
  /** Physical rows, live or not. */
  rows: number;
  readonly columns: Column[];
  kinds: Uint8Array | null;
  /** Ascending row indexes of the live rows; only the first `selected` entries count. */
  selection: Int32Array | null;
  /** Live rows: `rows` when selection is null. */
  selected: number;
  /** Index of the source split all rows came from, when the source keeps watermarks by split; else -1. */
  split: number;
}
