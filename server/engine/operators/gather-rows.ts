/** Compact copies of rows of a batch that own their buffers: for queues between subtasks. */
import type { Batch, BytesColumn, Column, Nulls } from '../types/batch.ts';
import type { Value } from '../types/value.ts';

function gatherNulls(nulls: Nulls, rows: Int32Array, count: number): Nulls {
  if (nulls === null) return null;
  const copy = new Uint8Array(count);
  let any = 0;
  for (let i = 0; i < count; i++) {
    copy[i] = nulls[rows[i]];
    any |= copy[i];
  }
  return any === 0 ? null : copy;
}

function gatherBytes(column: BytesColumn, rows: Int32Array, count: number): BytesColumn {
  const nulls = gatherNulls(column.nulls, rows, count);
  const offsets = new Int32Array(count);
  const lengths = new Int32Array(count);
  let size = 0;
  for (let i = 0; i < count; i++) {
    const length = nulls !== null && nulls[i] === 1 ? 0 : column.lengths[rows[i]];
    offsets[i] = size;
    lengths[i] = length;
    size += length;
  }
  const data = new Uint8Array(size);
  for (let i = 0; i < count; i++) {
    const from = column.offsets[rows[i]];
    const length = lengths[i];
    const at = offsets[i];
    if (length < 32) for (let j = 0; j < length; j++) data[at + j] = column.data[from + j];
    else data.set(column.data.subarray(from, from + length), at);
  }
  return { lane: 'bytes', data, offsets, lengths, nulls };
}

export function gatherColumn(column: Column, rows: Int32Array, count: number): Column {
  switch (column.lane) {
    case 'bytes':
      return gatherBytes(column, rows, count);
    case 'obj': {
      const values = new Array<Value>(count);
      for (let i = 0; i < count; i++) values[i] = column.values[rows[i]];
      return { lane: 'obj', values, nulls: null };
    }
    case 'bool': {
      const values = new Uint8Array(count);
      for (let i = 0; i < count; i++) values[i] = column.values[rows[i]];
      return { lane: 'bool', values, nulls: gatherNulls(column.nulls, rows, count) };
    }
    case 'i32': {
      const values = new Int32Array(count);
      for (let i = 0; i < count; i++) values[i] = column.values[rows[i]];
      return { lane: 'i32', values, nulls: gatherNulls(column.nulls, rows, count) };
    }
    case 'i64': {
      const values = new BigInt64Array(count);
      for (let i = 0; i < count; i++) values[i] = column.values[rows[i]];
      return { lane: 'i64', values, nulls: gatherNulls(column.nulls, rows, count) };
    }
    case 'f64': {
      const values = new Float64Array(count);
      for (let i = 0; i < count; i++) values[i] = column.values[rows[i]];
      return { lane: 'f64', values, nulls: gatherNulls(column.nulls, rows, count) };
    }
  }
}

/** The rows that `rows` names (its first `count` entries), in this order. */
export function gatherRows(batch: Batch, rows: Int32Array, count: number): Batch {
  let kinds: Uint8Array | null = null;
  if (batch.kinds !== null) {
    kinds = new Uint8Array(count);
    for (let i = 0; i < count; i++) kinds[i] = batch.kinds[rows[i]];
  }
  return {
    rows: count,
    columns: batch.columns.map((column) => gatherColumn(column, rows, count)),
    kinds,
    selection: null,
    selected: count,
    split: batch.split,
  };
}
