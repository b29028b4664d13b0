/** Views of a batch: the same columns under another selection. Valid as long as the batch itself. */
import { BATCH_ROWS_MAX, type Batch } from '../types/batch.ts';

let identity = Int32Array.from({ length: BATCH_ROWS_MAX }, (_, row) => row);

/** Rows 0 .. count - 1; shared, not to be written. */
export function identityRows(count: number): Int32Array {
  if (count > identity.length) identity = Int32Array.from({ length: count * 2 }, (_, row) => row);
  return identity.length === count ? identity : identity.subarray(0, count);
}

/** The live rows of a batch, ascending; only the first `batch.selected` entries count. */
export function liveRows(batch: Batch): Int32Array {
  return batch.selection ?? identityRows(batch.rows);
}

/** The from-th to (to - 1)-th live rows. */
export function sliceBatch(batch: Batch, from: number, to: number): Batch {
  if (from === 0 && to === batch.selected) return batch;
  return selectRows(batch, liveRows(batch).subarray(from, to), to - from);
}

/** The rows that `rows` names, ascending. */
export function selectRows(batch: Batch, rows: Int32Array, count: number): Batch {
  return { rows: batch.rows, columns: batch.columns, kinds: batch.kinds, selection: rows, selected: count, split: batch.split };
}
