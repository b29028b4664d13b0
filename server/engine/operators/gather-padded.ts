/** Columns gathered row by row, where row -1 stands for NULL: the padding of outer joins. */
import type { Column, Nulls } from '../types/batch.ts';
import type { Value } from '../types/value.ts';
import { gatherColumn } from './gather-rows.ts';

type FixedArray = Uint8Array | Int32Array | Float64Array | BigInt64Array;

function gather<T extends FixedArray>(source: T, rows: Int32Array, count: number, out: T): T {
  for (let i = 0; i < count; i++) if (rows[i] >= 0) out[i] = source[rows[i]];
  return out;
}

function paddedNulls(nulls: Nulls, rows: Int32Array, count: number): Uint8Array {
  const out = new Uint8Array(count);
  for (let i = 0; i < count; i++) out[i] = rows[i] < 0 ? 1 : nulls === null ? 0 : nulls[rows[i]];
  return out;
}

/** The values of rows[0 .. count); the result owns its buffers. */
export function gatherPadded(column: Column, rows: Int32Array, count: number): Column {
  let isPadded = false;
  for (let i = 0; i < count && !isPadded; i++) isPadded = rows[i] < 0;
  if (!isPadded) return gatherColumn(column, rows, count);
  if (column.lane === 'obj') {
    const values = new Array<Value>(count);
    for (let i = 0; i < count; i++) values[i] = rows[i] < 0 ? null : column.values[rows[i]];
    return { lane: 'obj', values, nulls: null };
  }
  const nulls = paddedNulls(column.nulls, rows, count);
  switch (column.lane) {
    case 'bool':
      return { lane: 'bool', values: gather(column.values, rows, count, new Uint8Array(count)), nulls };
    case 'i32':
      return { lane: 'i32', values: gather(column.values, rows, count, new Int32Array(count)), nulls };
    case 'f64':
      return { lane: 'f64', values: gather(column.values, rows, count, new Float64Array(count)), nulls };
    case 'i64':
      return { lane: 'i64', values: gather(column.values, rows, count, new BigInt64Array(count)), nulls };
    case 'bytes':
      return gatherPaddedBytes(column.data, column.offsets, column.lengths, nulls, rows, count);
  }
}

function gatherPaddedBytes(
  source: Uint8Array,
  from: Int32Array,
  length: Int32Array,
  nulls: Uint8Array,
  rows: Int32Array,
  count: number,
): Column {
  const offsets = new Int32Array(count);
  const lengths = new Int32Array(count);
  let size = 0;
  for (let i = 0; i < count; i++) {
    offsets[i] = size;
    lengths[i] = nulls[i] === 1 ? 0 : length[rows[i]];
    size += lengths[i];
  }
  const data = new Uint8Array(size);
  for (let i = 0; i < count; i++) {
    if (lengths[i] > 0) data.set(source.subarray(from[rows[i]], from[rows[i]] + lengths[i]), offsets[i]);
  }
  return { lane: 'bytes', data, offsets, lengths, nulls };
}
