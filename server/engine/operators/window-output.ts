/** Results of window aggregates as batches: keys from the table, results of the aggregates, window properties. */
import type { NodeOf } from '../planner/physical-plan.ts';
import { BATCH_ROWS_MAX, type Batch, type Column } from '../types/batch.ts';
import { BatchBuilder } from '../types/batch-builder.ts';
import { fromMillis } from '../types/timestamps.ts';
import type { Aggregate, Store } from './aggregates/aggregate.ts';
import { tableColumns } from './aggregates/table-batch.ts';
import { gatherColumn } from './gather-rows.ts';
import type { WindowClock } from './window-grid.ts';

export interface WindowBounds {
  /** ms of the window's clock, end exclusive. */
  startOf(id: number): number;
  endOf(id: number): number;
}

export class WindowOutput {
  readonly #node: NodeOf<'windowAggregate'>;
  readonly #aggregates: readonly Aggregate[];
  readonly #builder: BatchBuilder;
  readonly #keyCount: number;

  constructor(node: NodeOf<'windowAggregate'>, aggregates: readonly Aggregate[]) {
    this.#node = node;
    this.#aggregates = aggregates;
    this.#keyCount = node.keys.length;
    this.#builder = new BatchBuilder(node.schema.slice(node.keys.length, node.keys.length + node.aggregates.length), BATCH_ROWS_MAX);
  }

  /** Emits the records in batches; `ids` may be of any length. */
  emit(store: Store, ids: Int32Array, bounds: WindowBounds, clock: WindowClock, emit: (batch: Batch) => void): void {
    for (let from = 0; from < ids.length; from += BATCH_ROWS_MAX) {
      const part = ids.subarray(from, Math.min(ids.length, from + BATCH_ROWS_MAX));
      const count = part.length;
      this.#builder.reset();
      this.#aggregates.forEach((aggregate, column) => {
        aggregate.write(store, part, count, this.#builder, column);
      });
      this.#builder.rows = count;
      const results = this.#builder.finish().columns;
      const keys = tableColumns(store.main)
        .slice(0, this.#keyCount)
        .map((column) => gatherColumn(column, part, count));
      const columns = [...keys, ...results, ...this.#properties(part, bounds, clock)];
      emit({ rows: count, columns, kinds: null, selection: null, selected: count, split: -1 });
    }
  }

  #properties(ids: Int32Array, bounds: WindowBounds, clock: WindowClock): Column[] {
    return this.#node.properties.map((property, index) => {
      const { type } = this.#node.schema[this.#keyCount + this.#node.aggregates.length + index];
      const precision = 'precision' in type ? type.precision : 3;
      const values = new BigInt64Array(ids.length);
      const isInstant = type.kind === 'TIMESTAMP_LTZ';
      let lastMs = Number.NaN;
      let last = 0n;
      for (let i = 0; i < ids.length; i++) {
        const end = bounds.endOf(ids[i]);
        const ms =
          property === 'window_start'
            ? bounds.startOf(ids[i])
            : property === 'window_end'
              ? end
              : isInstant
                ? clock.triggerOf(end)
                : end - 1;
        if (ms !== lastMs) {
          lastMs = ms;
          last = fromMillis(ms, precision);
        }
        values[i] = last;
      }
      return { lane: 'i64', values, nulls: null };
    });
  }
}
