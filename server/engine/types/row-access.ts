/** Reading single values out of batches: for operators' slow paths, sinks, tests. */
import { type Batch, type Column, INSERT } from './batch.ts';
import type { SqlType } from './sql-type.ts';
import { decodeText } from './text-bytes.ts';
import { FineTimestamp, type Value } from './value.ts';

export function isNullAt(column: Column, row: number): boolean {
  return column.lane === 'obj' ? column.values[row] == null : column.nulls !== null && column.nulls[row] === 1;
}

/** The value of a column of this type (text as string, binary as a copy). */
export function valueAt(column: Column, row: number, type: SqlType): Value {
  if (isNullAt(column, row)) return null;
  switch (column.lane) {
    case 'bool':
      return column.values[row] === 1;
    case 'i32':
    case 'f64':
      return column.values[row] as number;
    case 'i64':
      return column.values[row] as bigint;
    case 'obj':
      return column.values[row] as Value;
    case 'bytes': {
      const start = column.offsets[row] as number;
      const end = start + (column.lengths[row] as number);
      if (type.kind === 'BINARY' || type.kind === 'VARBINARY') return column.data.slice(start, end);
      return decodeText(column.data, start, end);
    }
  }
}

/** As `valueAt`, and a timestamp with what it holds beyond its precision: for sinks. */
export function wholeValueAt(column: Column, row: number, type: SqlType): Value {
  const value = valueAt(column, row, type);
  const nanos = column.lane === 'i64' && column.nanos ? (column.nanos[row] as number) : 0;
  return nanos === 0 || value === null ? value : new FineTimestamp(value as bigint, nanos);
}

export function rowAt(batch: Batch, row: number, schema: readonly { readonly type: SqlType }[]): Value[] {
  return schema.map((field, index) => valueAt(batch.columns[index] as Column, row, field.type));
}

export function kindAt(batch: Batch, row: number): number {
  return batch.kinds === null ? INSERT : (batch.kinds[row] as number);
}

/** Calls `visit` with each live row's index, ascending. */
export function forEachLiveRow(batch: Batch, visit: (row: number) => void): void {
  if (batch.selection === null) for (let row = 0; row < batch.rows; row++) visit(row);
  else for (let i = 0; i < batch.selected; i++) visit(batch.selection[i] as number);
}
