/**
 * TUMBLE, HOP and CUMULATE as table functions: every row once for each of its windows, with window_start, window_end and window_time behind
 * its columns (Flink's AlignedWindowTableFunctionOperator). Rows of one window share the values of the input. No row is late here.
 */
import { DataError } from '../functions/contract.ts';
import type { NodeOf } from '../planner/physical-plan.ts';
import { BATCH_ROWS_MAX, type Batch, type I64Column } from '../types/batch.ts';
import type { RowSchema } from '../types/sql-type.ts';
import { fromMillis } from '../types/timestamps.ts';
import { liveRows } from './batch-view.ts';
import type { Operator, OperatorContext } from './contract.ts';
import { gatherRows } from './gather-rows.ts';
import { SessionRows } from './session-rows.ts';
import { TimeColumn } from './time-column.ts';
import { WindowClock, WindowGrid } from './window-grid.ts';

export function createWindowTableFunction(node: NodeOf<'windowTableFunction'>, input: RowSchema): Operator {
  if (node.window.kind === 'SESSION') return new SessionRows(node, input);
  const grid = new WindowGrid(node.window);
  const time = new TimeColumn(input[node.time].type);
  const properties = node.schema
    .slice(input.length)
    .map(({ type }) => ({ isInstant: type.kind === 'TIMESTAMP_LTZ', precision: 'precision' in type ? type.precision : 3 }));
  let context: OperatorContext;
  let clock: WindowClock;
  let rows = new Int32Array(BATCH_ROWS_MAX);
  let ends = new Float64Array(BATCH_ROWS_MAX);

  /** Emits the first `count` entries of `rows` and `ends`. */
  function emit(batch: Batch, count: number): void {
    const copy = gatherRows(batch, rows, count);
    const columns = properties.map(() => new BigInt64Array(count));
    for (let i = 0; i < count; i++) {
      const end = ends[i];
      columns[0][i] = fromMillis(grid.windowStart(end), properties[0].precision);
      columns[1][i] = fromMillis(end, properties[1].precision);
      columns[2][i] = fromMillis(properties[2].isInstant ? clock.triggerOf(end) : end - 1, properties[2].precision);
    }
    for (const values of columns) copy.columns.push({ lane: 'i64', values, nulls: null });
    context.output.emit(copy);
  }

  return {
    open(opened) {
      context = opened;
      clock = new WindowClock(input[node.time].type.kind === 'TIMESTAMP_LTZ', opened.timeZone);
    },
    process(batch) {
      const isEvent = node.domain === 'rowtime';
      const now = isEvent ? 0 : clock.toLocal(context.time.nowMs());
      if (isEvent) time.read(batch.columns[node.time] as I64Column);
      const live = liveRows(batch);
      let count = 0;
      for (let i = 0; i < batch.selected; i++) {
        const row = live[i];
        if (isEvent && time.isNull(row))
          throw new DataError(`The time column ${input[node.time].name} of a window is NULL in a row; filter such rows out.`);
        const windows = grid.windowEnds(isEvent ? clock.toLocal(time.at(row)) : now);
        if (count + windows.length > BATCH_ROWS_MAX && count > 0) {
          emit(batch, count);
          count = 0;
        }
        if (windows.length > rows.length) {
          rows = new Int32Array(windows.length);
          ends = new Float64Array(windows.length);
        }
        for (const end of windows) {
          rows[count] = row;
          ends[count++] = end;
        }
      }
      if (count > 0) emit(batch, count);
    },
    processWatermark() {},
    close() {},
  };
}
