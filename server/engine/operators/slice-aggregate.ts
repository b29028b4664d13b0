/**
 * TUMBLE, HOP and CUMULATE aggregates by slices (Flink's SliceShared/UnsharedWindowAggProcessor), also over windows that are attached already.
 *
 * - A row is accumulated once, in its slice. When the watermark completes a window, the window's slices are merged into a loose store, which gives
 *   one row a key; a slice goes when its last window has fired. A cumulation merges each finished slice into the base, its first slice.
 * - A row is late, and dropped and counted, when the last window of its slice has fired; when only some have, it counts in the others.
 * - Windows fire in order of their ends, groups within a window in the order in which they first came. A watermark that completes no window is
 *   one comparison.
 * - Attached sessions are windows with a start of their own: the start is a sub-key.
 * - Processing time: the clock at the batch stands for the rows' time, timers for the watermark.
 */
import { DataError } from '../functions/contract.ts';
import type { NodeOf } from '../planner/physical-plan.ts';
import type { KeyedTable } from '../state/keyed-table.ts';
import type { SlicedTable } from '../state/sliced-table.ts';
import { CREATE } from '../state/table-loops.ts';
import { BATCH_ROWS_MAX, type Batch, DELETE, type I64Column, UPDATE_BEFORE } from '../types/batch.ts';
import type { RowSchema } from '../types/sql-type.ts';
import type { RowRun, Store } from './aggregates/aggregate.ts';
import { type AggregateSet, createAggregates } from './aggregates/create-aggregates.ts';
import { TableLookups, tableBatch } from './aggregates/table-batch.ts';
import { liveRows, selectRows } from './batch-view.ts';
import type { Operator, OperatorContext } from './contract.ts';
import { TimeColumn } from './time-column.ts';
import { WindowClock, WindowGrid } from './window-grid.ts';
import { WindowOutput } from './window-output.ts';

const ROWS_FIELD = { name: 'rows', digest: 'rows', type: { kind: 'DOUBLE', nullable: false } } as const;

type AlignedNode = NodeOf<'windowAggregate'>;

export class SliceAggregate implements Operator {
  readonly #node: AlignedNode;
  readonly #input: RowSchema;
  readonly #grid: WindowGrid;
  /** Columns of the key, and of the sub-key of attached sessions. */
  readonly #columns: readonly number[];
  readonly #set: AggregateSet;
  readonly #output: WindowOutput;
  readonly #time: TimeColumn;
  readonly #timeIndex: number;
  /** Attached windows: the end is read instead of computed, and each slice is a window. */
  readonly #attachedEnd: TimeColumn | null;
  readonly #lookups = new TableLookups();
  #context!: OperatorContext;
  #clock!: WindowClock;
  #main!: SlicedTable;
  #aux: SlicedTable[] = [];
  #loose: Store | null = null;
  /** Progress of time: the watermark, or the last processing-time timer. */
  #progressMs = -Infinity;
  /** When the next window fires. */
  #nextTriggerMs = Infinity;
  #sliceOf = new Float64Array(BATCH_ROWS_MAX);
  #rows = new Int32Array(BATCH_ROWS_MAX);
  #found = new Int32Array(BATCH_ROWS_MAX);
  #ids = new Int32Array(BATCH_ROWS_MAX);
  #retracts = new Uint8Array(BATCH_ROWS_MAX);

  constructor(node: AlignedNode, input: RowSchema) {
    this.#node = node;
    this.#input = input;
    if (node.window.kind === 'SESSION') {
      if (node.attached === null) throw new Error('sessions that are not attached have no slices');
      this.#columns = [...node.keys, node.attached.start];
      this.#grid = new WindowGrid({ kind: 'TUMBLE', sizeMs: node.window.gapMs, offsetMs: 0 });
    } else {
      this.#columns = node.keys;
      this.#grid = new WindowGrid(node.window);
    }
    this.#set = createAggregates(node.aggregates, input, node.keys, {
      isRetracting: node.isInputChanging,
      firstField: node.isInputChanging ? 1 : 0,
      isIsolated: node.window.kind === 'SESSION',
    });
    this.#output = new WindowOutput(node, this.#set.aggregates);
    this.#timeIndex = node.attached === null ? node.time : node.attached.end;
    this.#time = new TimeColumn(input[this.#timeIndex].type);
    this.#attachedEnd = node.attached === null ? null : this.#time;
  }

  open(context: OperatorContext): void {
    const { keys, domain, isInputChanging } = this.#node;
    const key = keys.map((index) => this.#input[index]);
    this.#context = context;
    this.#clock = new WindowClock(this.#node.isZoned, context.timeZone);
    const subKey = this.#columns.slice(keys.length).map((index) => this.#input[index]);
    this.#main = context.state.sliced({
      name: 'slices',
      key,
      subKey,
      fields: [...(isInputChanging ? [ROWS_FIELD] : []), ...this.#set.fields],
    });
    this.#aux = this.#set.aux.map(({ name, subKey, fields }) => context.state.sliced({ name, key, subKey, fields }));
    const restored = context.state.values.restored('progressMs').filter((value) => typeof value === 'number');
    if (domain === 'rowtime')
      this.#progressMs = Math.max(context.restoredWatermarkMs ?? -Infinity, restored.length > 0 ? Math.min(...restored) : -Infinity);
    else this.#progressMs = restored.length > 0 ? Math.min(...restored) : -Infinity;
    this.#plan();
  }

  process(batch: Batch): void {
    this.#fit(batch);
    const live = liveRows(batch);
    let late = 0;
    let last = Number.NaN;
    let count = 0;
    let isOne = true;
    const now = this.#node.domain === 'proctime' && this.#attachedEnd === null ? this.#clock.toLocal(this.#context.time.nowMs()) : null;
    if (now === null) this.#time.read(batch.columns[this.#timeIndex] as I64Column);
    for (let i = 0; i < batch.selected; i++) {
      const row = live[i];
      const slice = this.#sliceAt(row, now);
      if (slice !== last && this.#isGone(slice)) {
        late++;
        continue;
      }
      if (slice !== last && count > 0) isOne = false;
      last = slice;
      this.#sliceOf[row] = slice;
      this.#rows[count++] = row;
    }
    if (late > 0) this.#context.metrics.lateRowsDropped(late);
    if (count === 0) return;
    if (isOne) this.#accumulate(batch, this.#rows, count, last);
    else this.#accumulateSlices(batch, count);
  }

  #sliceAt(row: number, now: number | null): number {
    if (now !== null) return this.#grid.sliceEnd(now);
    if (this.#time.isNull(row))
      throw new DataError(`The time column ${this.#input[this.#node.time].name} of a window is NULL in a row; filter such rows out.`);
    return this.#attachedEnd === null ? this.#grid.sliceEnd(this.#clock.toLocal(this.#time.at(row))) : this.#time.at(row);
  }

  #lastWindowEnd(slice: number): number {
    return this.#attachedEnd === null ? this.#grid.lastWindowEnd(slice) : slice;
  }

  #isFired(windowEnd: number): boolean {
    return this.#clock.triggerOf(windowEnd) <= this.#progressMs;
  }

  /** True when no window of the slice is still to fire. */
  #isGone(slice: number): boolean {
    const last = this.#lastWindowEnd(slice);
    return last < slice || (this.#node.domain === 'rowtime' && this.#isFired(last));
  }

  /** Where rows of a slice go: those of a cumulation whose slice has fired already go to the base. */
  #targetOf(slice: number): number {
    return this.#attachedEnd === null && this.#grid.isCumulative && this.#isFired(slice) ? this.#baseOf(slice) : slice;
  }

  #baseOf(windowEnd: number): number {
    return this.#grid.windowStart(windowEnd) + this.#grid.sliceMs;
  }

  #accumulateSlices(batch: Batch, count: number): void {
    const rows = this.#rows.slice(0, count);
    const slices = [...new Set(Array.from(rows, (row) => this.#sliceOf[row]))];
    for (const slice of slices) {
      let own = 0;
      for (let i = 0; i < count; i++) if (this.#sliceOf[rows[i]] === slice) this.#rows[own++] = rows[i];
      this.#accumulate(batch, this.#rows, own, slice);
    }
  }

  #accumulate(batch: Batch, rows: Int32Array, count: number, slice: number): void {
    const target = this.#targetOf(slice);
    const isNew = this.#main.find(target) === null;
    const store = this.#storeOf(target);
    const view = selectRows(batch, rows, count);
    this.#lookups.exact(store.main, this.#columns)(view, this.#found, CREATE);
    const ids = this.#ids;
    for (let i = 0; i < count; i++) ids[i] = this.#found[rows[i]];
    const run: RowRun = { batch, count, rows, ids, retracts: this.#markRetracts(batch, rows, count), mask: null, fresh: null };
    if (this.#node.isInputChanging) this.#countRows(store.main, run);
    for (const aggregate of this.#set.aggregates) aggregate.update(store, run, null);
    if (isNew || target !== slice) this.#expect(target, slice);
  }

  #markRetracts(batch: Batch, rows: Int32Array, count: number): Uint8Array | null {
    const { kinds } = batch;
    if (kinds === null || !this.#node.isInputChanging) return null;
    for (let i = 0; i < count; i++) this.#retracts[i] = kinds[rows[i]] === UPDATE_BEFORE || kinds[rows[i]] === DELETE ? 1 : 0;
    return this.#retracts;
  }

  #countRows(table: KeyedTable, { ids, retracts, count }: RowRun): void {
    const counts = table.fields[0].values as Float64Array;
    for (let i = 0; i < count; i++) counts[ids[i]] += retracts !== null && retracts[i] === 1 ? -1 : 1;
  }

  #storeOf(slice: number): Store {
    return { main: this.#main.slice(slice), aux: this.#aux.map((table) => table.slice(slice)) };
  }

  // ---- firing

  processWatermark(watermarkMs: number): void {
    if (this.#node.domain === 'rowtime') this.#advance(watermarkMs);
  }

  processTimer(timeMs: number): void {
    if (this.#node.domain === 'proctime') this.#advance(timeMs);
  }

  #advance(progressMs: number): void {
    if (progressMs >= this.#nextTriggerMs) {
      for (let end = this.#nextWindowEnd(); this.#clock.triggerOf(end) <= progressMs; end = this.#nextWindowEnd()) this.#fire(end);
      this.#progressMs = Math.max(this.#progressMs, progressMs);
      this.#plan();
    } else if (progressMs > this.#progressMs) this.#progressMs = progressMs;
  }

  /** The first window that has not fired of the slices that there are; Infinity when there is none. */
  #nextWindowEnd(): number {
    let next = Infinity;
    for (const slice of this.#main.ends()) next = Math.min(next, this.#unfiredEnd(slice));
    return next;
  }

  #unfiredEnd(slice: number): number {
    if (this.#attachedEnd !== null) return slice;
    // Ends up to the local time of the progress have fired; the loop covers what a change of the clock leaves.
    const passed = this.#progressMs === -Infinity ? slice : this.#clock.toLocal(this.#progressMs) + 2;
    let end = this.#grid.windowEndFrom(slice, passed);
    while (end !== Infinity && this.#isFired(end)) end = this.#grid.windowEndFrom(slice, end + 1);
    return end;
  }

  #plan(): void {
    this.#nextTriggerMs = Infinity;
    const end = this.#nextWindowEnd();
    if (end !== Infinity) this.#setTrigger(this.#clock.triggerOf(end));
  }

  /** A slice has rows: its next window may be the next to fire. */
  #expect(target: number, slice: number): void {
    const end = this.#attachedEnd === null && target !== slice ? this.#unfiredEnd(slice) : this.#unfiredEnd(target);
    if (end === Infinity) return;
    const triggerMs = this.#clock.triggerOf(end);
    if (triggerMs < this.#nextTriggerMs) this.#setTrigger(triggerMs);
  }

  #setTrigger(triggerMs: number): void {
    this.#nextTriggerMs = triggerMs;
    if (this.#node.domain === 'proctime') this.#context.time.registerTimer(triggerMs);
  }

  #fire(end: number): void {
    this.#emit(this.#storeOfWindow(end), end);
    this.#progressMs = Math.max(this.#progressMs, this.#clock.triggerOf(end));
    for (const slice of this.#main.ends()) {
      if (slice > end) break;
      if (this.#lastWindowEnd(slice) <= end || (this.#grid.isCumulative && this.#attachedEnd === null && slice !== this.#baseOf(end)))
        this.#drop(slice);
    }
  }

  #drop(slice: number): void {
    this.#main.drop(slice);
    for (const table of this.#aux) table.drop(slice);
  }

  #storeOfWindow(end: number): Store {
    if (this.#attachedEnd !== null || !this.#grid.isShared) return this.#storeOf(end);
    if (this.#grid.isCumulative) {
      const base = this.#baseOf(end);
      const store = this.#storeOf(base);
      if (end !== base && this.#main.find(end) !== null) this.#mergeStore(store, this.#storeOf(end));
      return store;
    }
    const start = this.#grid.windowStart(end);
    const slices = this.#main.ends().filter((slice) => slice > start && slice <= end);
    if (slices.length === 1) return this.#storeOf(slices[0]);
    this.#loose ??= { main: this.#main.createLoose(), aux: this.#aux.map((table) => table.createLoose()) };
    for (const table of [this.#loose.main, ...this.#loose.aux]) table.clear();
    for (const slice of slices) this.#mergeStore(this.#loose, this.#storeOf(slice));
    return this.#loose;
  }

  #mergeStore(target: Store, source: Store): void {
    const from = liveIds(source.main);
    if (from.length === 0) return;
    const { isInputChanging } = this.#node;
    const batch = tableBatch(source.main, from, Math.max(0, ...this.#columns) + 1, this.#columns);
    const found = new Int32Array(source.main.idLimit);
    this.#lookups.exact(target.main, this.#columns)(batch, found, CREATE);
    const ids = from.map((id) => found[id]);
    if (isInputChanging) {
      const counts = target.main.fields[0].values as Float64Array;
      const added = source.main.fields[0].values as Float64Array;
      for (let i = 0; i < from.length; i++) counts[ids[i]] += added[from[i]];
    }
    for (const aggregate of this.#set.aggregates) aggregate.merge(target, ids, source, from, from.length);
  }

  #emit(store: Store, end: number): void {
    let ids = liveIds(store.main);
    if (this.#node.isInputChanging) {
      const counts = store.main.fields[0].values as Float64Array;
      ids = ids.filter((id) => counts[id] > 0);
    }
    if (ids.length === 0) return;
    const start = this.#grid.windowStart(end);
    const { main } = store;
    const isSession = this.#columns.length > this.#node.keys.length;
    const startOf = isSession ? (id: number) => Number(main.keyColumns[this.#node.keys.length].values[id]) : () => start;
    this.#output.emit(store, ids, { startOf, endOf: () => end }, this.#clock, (batch) => this.#context.output.emit(batch));
  }

  #fit(batch: Batch): void {
    if (batch.rows <= this.#found.length) return;
    this.#sliceOf = new Float64Array(batch.rows);
    this.#rows = new Int32Array(batch.rows);
    this.#found = new Int32Array(batch.rows);
    this.#ids = new Int32Array(batch.rows);
    this.#retracts = new Uint8Array(batch.rows);
  }

  snapshot(): void {
    if (this.#progressMs !== -Infinity) this.#context.state.values.set('progressMs', this.#progressMs);
  }

  close(): void {}
}

function liveIds(table: KeyedTable): Int32Array {
  const ids = new Int32Array(table.records);
  const live = table.meta.nulls;
  let count = 0;
  for (let id = 0; id < table.idLimit; id++) if (live[id] === 1) ids[count++] = id;
  return ids;
}
