/**
 * GROUPING SETS: every input row once for each set, row after row; columns that a set does not keep are NULL, and the grouping id stands behind
 * them (Flink's Expand). Columns of the output share the values of the input where all rows of a set keep them.
 */
import type { NodeOf } from '../planner/physical-plan.ts';
import { BATCH_ROWS_MAX, type Batch, type Column } from '../types/batch.ts';
import type { RowSchema } from '../types/sql-type.ts';
import { liveRows } from './batch-view.ts';
import type { Operator, OperatorContext } from './contract.ts';
import { gatherRows } from './gather-rows.ts';

export function createExpand(node: NodeOf<'expand'>, input: RowSchema): Operator {
  const { sets } = node;
  const width = sets.length;
  const rowsMax = Math.max(1, Math.floor(BATCH_ROWS_MAX / width));
  const source = new Int32Array(rowsMax * width);
  let context: OperatorContext;

  function expandRows(batch: Batch, from: number, to: number): Batch {
    const live = liveRows(batch);
    let count = 0;
    for (let i = from; i < to; i++) for (let set = 0; set < width; set++) source[count++] = live[i];
    const copy = gatherRows(batch, source, count);
    input.forEach((_, index) => {
      dropValues(copy.columns[index], index, count);
    });
    const ids = new BigInt64Array(count);
    for (let i = 0; i < count; i++) ids[i] = BigInt(sets[i % width].groupingId);
    copy.columns.push({ lane: 'i64', values: ids, nulls: null });
    return copy;
  }

  /** Sets the rows of the sets that do not keep this column to NULL. */
  function dropValues(column: Column, index: number, count: number): void {
    sets.forEach((set, at) => {
      if (set.keep.includes(index)) return;
      if (column.lane === 'obj') for (let i = at; i < count; i += width) column.values[i] = null;
      else {
        column.nulls ??= new Uint8Array(count);
        for (let i = at; i < count; i += width) column.nulls[i] = 1;
      }
    });
  }

  return {
    open(opened) {
      context = opened;
    },
    process(batch) {
      for (let from = 0; from < batch.selected; from += rowsMax) {
        context.output.emit(expandRows(batch, from, Math.min(batch.selected, from + rowsMax)));
      }
    },
    processWatermark() {},
    close() {},
  };
}
