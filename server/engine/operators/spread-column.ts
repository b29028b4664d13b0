/** The values of rows of a column, each twice: row i stands at 2i and 2i + 1, where the results before and after an update go. Texts share the bytes. */
import type { Column, Nulls } from '../types/batch.ts';
import type { Value } from '../types/value.ts';

function spread<T extends Uint8Array | Int32Array | Float64Array | BigInt64Array>(source: T, rows: Int32Array, count: number, out: T): T {
  for (let i = 0; i < count; i++) {
    const value = source[rows[i]];
    out[2 * i] = value;
    out[2 * i + 1] = value;
  }
  return out;
}

function spreadNulls(nulls: Nulls, rows: Int32Array, count: number): Nulls {
  return nulls === null ? null : spread(nulls, rows, count, new Uint8Array(2 * count));
}

export function spreadColumn(column: Column, rows: Int32Array, count: number): Column {
  const size = 2 * count;
  switch (column.lane) {
    case 'obj': {
      const values = new Array<Value>(size);
      for (let i = 0; i < count; i++) {
        values[2 * i] = column.values[rows[i]];
        values[2 * i + 1] = column.values[rows[i]];
      }
      return { lane: 'obj', values, nulls: null };
    }
    case 'bytes': {
      const offsets = spread(column.offsets, rows, count, new Int32Array(size));
      const lengths = spread(column.lengths, rows, count, new Int32Array(size));
      return { lane: 'bytes', data: column.data, offsets, lengths, nulls: spreadNulls(column.nulls, rows, count) };
    }
    case 'bool':
      return {
        lane: 'bool',
        values: spread(column.values, rows, count, new Uint8Array(size)),
        nulls: spreadNulls(column.nulls, rows, count),
      };
    case 'i32':
      return {
        lane: 'i32',
        values: spread(column.values, rows, count, new Int32Array(size)),
        nulls: spreadNulls(column.nulls, rows, count),
      };
    case 'f64':
      return {
        lane: 'f64',
        values: spread(column.values, rows, count, new Float64Array(size)),
        nulls: spreadNulls(column.nulls, rows, count),
      };
    case 'i64': {
      const values = new BigInt64Array(size);
      for (let i = 0; i < count; i++) {
        const value = column.values[rows[i]];
        values[2 * i] = value;
        values[2 * i + 1] = value;
      }
      return { lane: 'i64', values, nulls: spreadNulls(column.nulls, rows, count) };
    }
  }
}
