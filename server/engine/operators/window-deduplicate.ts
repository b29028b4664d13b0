/**
 * First or last row of a key, by rowtime, within windows that are attached already (Flink's RowTimeWindowDeduplicateOperator): one record a key and
 * window, emitted when the watermark completes the window. Of equal times the last keeps the later row, the first the earlier one.
 */
import type { NodeOf } from '../planner/physical-plan.ts';
import type { KeyedTable } from '../state/keyed-table.ts';
import type { SlicedTable } from '../state/sliced-table.ts';
import { CREATE } from '../state/table-loops.ts';
import { BATCH_ROWS_MAX, type Batch, type I64Column } from '../types/batch.ts';
import type { RowSchema } from '../types/sql-type.ts';
import { TableLookups } from './aggregates/table-batch.ts';
import { liveRows } from './batch-view.ts';
import type { Operator, OperatorContext } from './contract.ts';
import { gatherRows } from './gather-rows.ts';
import { RowStore, rowFields } from './row-store.ts';
import { RowLayout } from './stored-rows.ts';
import { WindowProgress, WindowSplitter } from './window-splitter.ts';

const HAS_FIELD = { name: 'has', digest: 'has', type: { kind: 'BOOLEAN', nullable: false } } as const;

export function createWindowDeduplicate(node: NodeOf<'windowDeduplicate'>, input: RowSchema): Operator {
  return new WindowDeduplicate(node, input);
}

class WindowDeduplicate implements Operator {
  readonly #node: NodeOf<'windowDeduplicate'>;
  readonly #input: RowSchema;
  readonly #splitter: WindowSplitter;
  readonly #layout: RowLayout;
  readonly #lookups = new TableLookups();
  readonly #stores = new WeakMap<KeyedTable, RowStore>();
  #context!: OperatorContext;
  #progress!: WindowProgress;
  #slices!: SlicedTable;
  #found = new Int32Array(BATCH_ROWS_MAX);
  /** By record: 1 + the row of this batch that it shall hold, 0 = none. */
  #chosen = new Int32Array(1024);
  #ids = new Int32Array(BATCH_ROWS_MAX);
  #rows = new Int32Array(BATCH_ROWS_MAX);

  constructor(node: NodeOf<'windowDeduplicate'>, input: RowSchema) {
    this.#node = node;
    this.#input = input;
    this.#splitter = new WindowSplitter(node.windowEnd, input[node.windowEnd]);
    this.#layout = new RowLayout(input, [], [], node.stateFields);
  }

  open(context: OperatorContext): void {
    this.#context = context;
    this.#progress = new WindowProgress(context, this.#node.isZoned);
    const key = this.#node.keys.map((index) => this.#input[index]);
    this.#slices = context.state.sliced({ name: 'rows', key, fields: [HAS_FIELD, ...rowFields(this.#input, this.#node.stateFields)] });
    for (const end of this.#slices.ends()) this.#progress.expect(end);
  }

  process(batch: Batch): void {
    if (batch.rows > this.#found.length) {
      this.#found = new Int32Array(batch.rows);
      this.#ids = new Int32Array(batch.rows);
      this.#rows = new Int32Array(batch.rows);
    }
    this.#splitter.split(batch, this.#progress, (end, part) => this.#take(this.#slices.slice(end), part));
  }

  #take(table: KeyedTable, batch: Batch): void {
    const { keys, time, keep } = this.#node;
    this.#lookups.exact(table, keys)(batch, this.#found, CREATE);
    if (this.#chosen.length < table.idLimit) this.#chosen = new Int32Array(table.idLimit * 2);
    const chosen = this.#chosen;
    const has = table.fields[0].values as Uint8Array;
    const times = (batch.columns[time] as I64Column).values;
    const keptTimes = table.fields[1 + time].values as BigInt64Array;
    const live = liveRows(batch);
    let count = 0;
    for (let i = 0; i < batch.selected; i++) {
      const row = live[i];
      const id = this.#found[row];
      if (has[id] === 1) {
        const before = chosen[id] > 0 ? times[chosen[id] - 1] : keptTimes[id];
        if (keep === 'last' ? times[row] < before : times[row] >= before) continue;
      }
      has[id] = 1;
      if (chosen[id] === 0) this.#ids[count++] = id;
      chosen[id] = row + 1;
    }
    for (let i = 0; i < count; i++) {
      this.#rows[i] = chosen[this.#ids[i]] - 1;
      chosen[this.#ids[i]] = 0;
    }
    this.#storeOf(table).save(batch, this.#rows, this.#ids, count);
  }

  #storeOf(table: KeyedTable): RowStore {
    let store = this.#stores.get(table);
    if (store === undefined) {
      store = new RowStore(table, 1, this.#input.length);
      this.#stores.set(table, store);
    }
    return store;
  }

  processWatermark(watermarkMs: number): void {
    for (const end of this.#progress.advance(watermarkMs)) {
      const table = this.#slices.find(end);
      if (table !== null) this.#fire(table);
      this.#slices.drop(end);
    }
  }

  #fire(table: KeyedTable): void {
    const view = this.#layout.view(table);
    const ids = new Int32Array(table.records);
    let count = 0;
    for (let id = 0; id < table.idLimit; id++) if (table.meta.nulls[id] === 1) ids[count++] = id;
    for (let from = 0; from < count; from += BATCH_ROWS_MAX) {
      const part = ids.subarray(from, Math.min(count, from + BATCH_ROWS_MAX));
      this.#context.output.emit(gatherRows(view, part, part.length));
    }
  }

  close(): void {}
}
