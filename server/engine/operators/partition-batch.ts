/** Splits batches at a hash exchange: a row goes to the subtask that owns the key group of its key. Parts are compact copies that own their buffers. */
import { compileHash } from '../state/hash.ts';
import { keyGroupOf, subtaskOf } from '../state/key-groups.ts';
import { BATCH_ROWS_MAX, type Batch } from '../types/batch.ts';
import type { RowSchema } from '../types/sql-type.ts';
import { liveRows } from './batch-view.ts';
import { gatherRows } from './gather-rows.ts';

/** A compact copy of the live rows that owns its buffers. `schema` is that of the batch. */
export function copyBatch(batch: Batch, _schema: RowSchema): Batch {
  return gatherRows(batch, liveRows(batch), batch.selected);
}

/** Rows keep their order within a part; empty parts are not emitted. */
export function createPartitioner(
  schema: RowSchema,
  keys: readonly number[],
  parallelism: number,
  keyGroups: number,
): (batch: Batch, emit: (subtask: number, part: Batch) => void) => void {
  if (parallelism === 1) return (batch, emit) => emit(0, copyBatch(batch, schema));
  const hash = compileHash(schema, keys);
  const owners = Uint16Array.from({ length: keyGroups }, (_, group) => subtaskOf(group, parallelism, keyGroups));
  let hashes = new Int32Array(BATCH_ROWS_MAX);
  let rows = Array.from({ length: parallelism }, () => new Int32Array(BATCH_ROWS_MAX));
  const counts = new Int32Array(parallelism);
  return (batch, emit) => {
    if (batch.rows > hashes.length) {
      hashes = new Int32Array(batch.rows);
      rows = rows.map(() => new Int32Array(batch.rows));
    }
    hash(batch, hashes);
    counts.fill(0);
    const live = liveRows(batch);
    for (let i = 0; i < batch.selected; i++) {
      const row = live[i];
      const owner = owners[keyGroupOf(hashes[row], keyGroups)];
      rows[owner][counts[owner]++] = row;
    }
    for (let subtask = 0; subtask < parallelism; subtask++) {
      if (counts[subtask] > 0) emit(subtask, gatherRows(batch, rows[subtask], counts[subtask]));
    }
  };
}
