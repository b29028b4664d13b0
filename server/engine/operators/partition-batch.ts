/** Splits batches at a hash exchange: a row goes to the subtask that owns the key group of its key. Parts are compact copies that own their buffers. */
import { compileHash } from '../state/hash.ts';
import { keyGroupOf, subtaskOf } from '../state/key-groups.ts';
import { BATCH_ROWS_MAX, type Batch } from '../types/batch.ts';
import type { RowSchema } from '../types/sql-type.ts';
import { mayHoldHalves, replaceHalves } from '../types/text-bytes.ts';
import { isText } from '../types/type-families.ts';
import { liveRows } from './batch-view.ts';
import { gatherRows } from './gather-rows.ts';

/**
 * A compact copy of the live rows that owns its buffers. `schema` is that of the batch. Texts are sent in UTF-8, with `?` for each half of a surrogate
 * pair, and timestamps without what they hold below their lane's unit, as Flink sends them.
 */
export function copyBatch(batch: Batch, schema: RowSchema): Batch {
  const copy = gatherRows(batch, liveRows(batch), batch.selected);
  if (!mayHoldHalves()) return copy;
  copy.columns.forEach((column, index) => {
    if (column.lane !== 'bytes' || !isText(schema[index].type)) return;
    const { data, offsets, lengths } = column;
    for (let i = 0; i < copy.rows; i++) lengths[i] = replaceHalves(data, offsets[i], offsets[i] + lengths[i]) - offsets[i];
  });
  return copy;
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
  return (given, emit) => {
    // The owner is found by the text that is sent.
    const batch = mayHoldHalves() ? copyBatch(given, schema) : given;
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
