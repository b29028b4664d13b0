/** Drops -U rows for consumers that work by key (Flink's DropUpdateBeforeFunction). */
import { BATCH_ROWS_MAX, UPDATE_BEFORE } from '../types/batch.ts';
import { liveRows, selectRows } from './batch-view.ts';
import type { Operator, OperatorContext } from './contract.ts';

export function createDropUpdateBefore(): Operator {
  let context: OperatorContext;
  let kept = new Int32Array(BATCH_ROWS_MAX);
  return {
    open(opened) {
      context = opened;
    },
    process(batch) {
      const { kinds } = batch;
      if (kinds === null) {
        context.output.emit(batch);
        return;
      }
      if (batch.selected > kept.length) kept = new Int32Array(batch.selected);
      const live = liveRows(batch);
      let count = 0;
      for (let i = 0; i < batch.selected; i++) if (kinds[live[i]] !== UPDATE_BEFORE) kept[count++] = live[i];
      if (count > 0) context.output.emit(selectRows(batch, kept, count));
    },
    processWatermark() {},
    close() {},
  };
}
