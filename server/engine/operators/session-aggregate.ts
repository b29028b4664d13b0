/**
 * SESSION aggregates: rows of a key closer than the gap (or exactly a gap apart) share a session, and a row may join sessions that were apart
 * (Flink's MergingWindowSet). A session is complete, and fires, when time passes its last row by the gap.
 *
 * State: one record a session, keyed by key and start, with its end, its count of rows and the accumulators. Records are found for firing by buckets of
 * ends: a session stands in the bucket of the end it had when it was put there and moves on when that bucket comes due. Buckets are derived,
 * rebuilt in `open`. A row of a window that is complete already, and that touches no open session, is late: dropped and counted.
 */
import { DataError } from '../functions/contract.ts';
import type { NodeOf } from '../planner/physical-plan.ts';
import type { KeyedTable } from '../state/keyed-table.ts';
import { type BatchLookup, CREATE, FIND } from '../state/table-loops.ts';
import { BATCH_ROWS_MAX, type Batch, DELETE, type I64Column, UPDATE_BEFORE } from '../types/batch.ts';
import type { RowSchema } from '../types/sql-type.ts';
import type { Store } from './aggregates/aggregate.ts';
import { type AggregateSet, createAggregates } from './aggregates/create-aggregates.ts';
import { liveRows } from './batch-view.ts';
import type { Operator, OperatorContext } from './contract.ts';
import { TimeColumn } from './time-column.ts';
import { WindowClock } from './window-grid.ts';
import { WindowOutput } from './window-output.ts';

const DOUBLE = { kind: 'DOUBLE', nullable: false } as const;
const BIGINT = { kind: 'BIGINT', nullable: false } as const;
const FIELDS = [
  { name: 'end', digest: 'end', type: DOUBLE },
  { name: 'rows', digest: 'rows', type: DOUBLE },
] as const;

export class SessionAggregate implements Operator {
  readonly #node: NodeOf<'windowAggregate'>;
  readonly #input: RowSchema;
  readonly #gapMs: number;
  readonly #set: AggregateSet;
  readonly #output: WindowOutput;
  readonly #time: TimeColumn;
  #context!: OperatorContext;
  #clock!: WindowClock;
  #store!: Store;
  #table!: KeyedTable;
  #heads!: BatchLookup;
  #find!: BatchLookup;
  readonly #buckets = new Map<number, Set<number>>();
  readonly #bucketMs: number;
  #firstBucket = Infinity;
  #progressMs = -Infinity;
  #starts = new BigInt64Array(BATCH_ROWS_MAX);
  #found = new Int32Array(BATCH_ROWS_MAX);
  /** Rows and sessions that wait to be accumulated. */
  #rows = new Int32Array(BATCH_ROWS_MAX);
  #ids = new Int32Array(BATCH_ROWS_MAX);
  #retracts = new Uint8Array(BATCH_ROWS_MAX);
  #waiting = 0;
  readonly #one = new Int32Array(1);

  constructor(node: NodeOf<'windowAggregate'>, input: RowSchema) {
    if (node.window.kind !== 'SESSION') throw new Error('a session aggregate needs a session window');
    this.#node = node;
    this.#input = input;
    this.#gapMs = node.window.gapMs;
    this.#bucketMs = Math.max(1, Math.floor(this.#gapMs / 16));
    this.#set = createAggregates(node.aggregates, input, node.keys, {
      isRetracting: node.isInputChanging,
      firstField: FIELDS.length,
      isIsolated: true,
    });
    this.#output = new WindowOutput(node, this.#set.aggregates);
    this.#time = new TimeColumn(input[node.time].type);
  }

  open(context: OperatorContext): void {
    const key = this.#node.keys.map((index) => this.#input[index]);
    const start = { name: 'start', type: BIGINT };
    this.#context = context;
    this.#clock = new WindowClock(this.#node.isZoned, context.timeZone);
    this.#table = context.state.table({ name: 'sessions', key, subKey: [start], fields: [...FIELDS, ...this.#set.fields], ttlMs: 0 });
    this.#store = { main: this.#table, aux: [] };
    this.#heads = this.#table.prefixLookup(this.#node.keys);
    this.#find = this.#table.lookup([...this.#node.keys, this.#input.length]);
    const restored = context.state.values.restored('progressMs').filter((value) => typeof value === 'number');
    const restoredMs = restored.length > 0 ? Math.min(...restored) : -Infinity;
    this.#progressMs = this.#node.domain === 'rowtime' ? Math.max(context.restoredWatermarkMs ?? -Infinity, restoredMs) : restoredMs;
    this.#table.forEach((id) => {
      this.#expect(id);
    });
  }

  process(batch: Batch): void {
    this.#fit(batch);
    const view: Batch = {
      ...batch,
      columns: [...batch.columns, { lane: 'i64', values: this.#starts, nulls: null }],
      selection: this.#one,
      selected: 1,
    };
    const isEvent = this.#node.domain === 'rowtime';
    const now = isEvent ? 0 : this.#clock.toLocal(this.#context.time.nowMs());
    if (isEvent) this.#time.read(batch.columns[this.#node.time] as I64Column);
    const live = liveRows(batch);
    let late = 0;
    for (let i = 0; i < batch.selected; i++) {
      const row = live[i];
      if (isEvent && this.#time.isNull(row))
        throw new DataError(
          `The time column ${this.#input[this.#node.time].name} of a session window is NULL in a row; filter such rows out.`,
        );
      const session = this.#sessionOf(view, row, isEvent ? this.#clock.toLocal(this.#time.at(row)) : now);
      if (session === -1) late++;
      else {
        const kind = batch.kinds === null ? 0 : batch.kinds[row];
        this.#rows[this.#waiting] = row;
        this.#ids[this.#waiting] = session;
        this.#retracts[this.#waiting++] = kind === UPDATE_BEFORE || kind === DELETE ? 1 : 0;
      }
    }
    this.#flush(view);
    if (late > 0) this.#context.metrics.lateRowsDropped(late);
  }

  /** The session that takes the row at this time, made or merged as needed; -1 when the row is late. */
  #sessionOf(view: Batch, row: number, timeMs: number): number {
    this.#one[0] = row;
    this.#heads(view, this.#found, FIND);
    const ends = this.#table.fields[0].values as Float64Array;
    let start = timeMs;
    let end = timeMs + this.#gapMs;
    let touched: number[] | null = null;
    for (let id = this.#found[row]; id !== -1; id = this.#table.next(id)) {
      const sessionStart = this.#startOf(id);
      if (sessionStart > timeMs + this.#gapMs || ends[id] < timeMs) continue;
      if (sessionStart <= start && ends[id] >= end && touched === null) return this.#written(id);
      touched ??= [];
      touched.push(id);
      start = Math.min(start, sessionStart);
      end = Math.max(end, ends[id]);
    }
    if (touched === null && this.#node.domain === 'rowtime' && this.#clock.triggerOf(end) <= this.#progressMs) return -1;
    if (touched?.length === 1 && this.#startOf(touched[0]) === start) {
      const [id] = touched;
      this.#written(id);
      ends[id] = end;
      return id;
    }
    return this.#place(view, row, start, end, touched ?? []);
  }

  #written(id: number): number {
    this.#table.touch(id);
    return id;
  }

  /** A session from start to end for this row's key, holding what the touched ones held. */
  #place(view: Batch, row: number, start: number, end: number, touched: readonly number[]): number {
    if (touched.length > 0) this.#flush(view);
    this.#one[0] = row;
    this.#starts[row] = BigInt(start);
    this.#find(view, this.#found, CREATE);
    const id = this.#found[row];
    for (const other of touched) {
      if (other === id) continue;
      this.#mergeSession(id, other);
      this.#table.delete(other);
    }
    (this.#table.fields[0].values as Float64Array)[id] = end;
    this.#expect(id);
    return id;
  }

  #mergeSession(target: number, source: number): void {
    const rows = this.#table.fields[1].values as Float64Array;
    rows[target] += rows[source];
    for (const aggregate of this.#set.aggregates)
      aggregate.merge(this.#store, Int32Array.of(target), this.#store, Int32Array.of(source), 1);
  }

  /** Accumulates the rows that wait: before sessions merge, and at the end of a batch. */
  #flush(view: Batch): void {
    const count = this.#waiting;
    if (count === 0) return;
    this.#waiting = 0;
    const rows = this.#table.fields[1].values as Float64Array;
    const isChanging = view.kinds !== null && this.#node.isInputChanging;
    for (let i = 0; i < count; i++) {
      rows[this.#ids[i]] += isChanging && this.#retracts[i] === 1 ? -1 : 1;
    }
    const run = {
      batch: view,
      count,
      rows: this.#rows,
      ids: this.#ids,
      retracts: isChanging ? this.#retracts : null,
      mask: null,
      fresh: null,
    };
    for (const aggregate of this.#set.aggregates) aggregate.update(this.#store, run, null);
  }

  #startOf(id: number): number {
    const { ints } = this.#table.keyColumns[this.#node.keys.length];
    return ints[2 * id + 1] * 4294967296 + (ints[2 * id] >>> 0);
  }

  // ---- firing

  #expect(id: number): void {
    const triggerMs = this.#clock.triggerOf((this.#table.fields[0].values as Float64Array)[id]);
    const bucket = Math.floor(triggerMs / this.#bucketMs);
    let members = this.#buckets.get(bucket);
    if (members === undefined) {
      members = new Set();
      this.#buckets.set(bucket, members);
      if (this.#node.domain === 'proctime') this.#context.time.registerTimer((bucket + 1) * this.#bucketMs - 1);
    }
    members.add(id);
    if (bucket < this.#firstBucket) this.#firstBucket = bucket;
  }

  processWatermark(watermarkMs: number): void {
    if (this.#node.domain === 'rowtime') this.#advance(watermarkMs);
  }

  processTimer(timeMs: number): void {
    if (this.#node.domain === 'proctime') this.#advance(timeMs);
  }

  #advance(progressMs: number): void {
    this.#progressMs = Math.max(this.#progressMs, progressMs);
    if (this.#firstBucket * this.#bucketMs > progressMs) return;
    const due: number[] = [];
    const ends = this.#table.fields[0].values as Float64Array;
    const buckets = [...this.#buckets.keys()].filter((bucket) => bucket * this.#bucketMs <= progressMs).sort((a, b) => a - b);
    for (const bucket of buckets) {
      const members = this.#buckets.get(bucket) as Set<number>;
      this.#buckets.delete(bucket);
      for (const id of members) {
        if (!this.#table.isLive(id)) continue;
        if (this.#clock.triggerOf(ends[id]) <= progressMs) due.push(id);
        else this.#expect(id);
      }
    }
    this.#firstBucket = this.#buckets.size === 0 ? Infinity : Math.min(...this.#buckets.keys());
    if (due.length > 0) this.#fire(due, ends);
  }

  #fire(due: readonly number[], ends: Float64Array): void {
    const ids = Int32Array.from(new Set(due)).sort((a, b) => ends[a] - ends[b] || this.#startOf(a) - this.#startOf(b) || a - b);
    const rows = this.#table.fields[1].values as Float64Array;
    const shown = this.#node.isInputChanging ? ids.filter((id) => rows[id] > 0) : ids;
    const bounds = { startOf: (id: number) => this.#startOf(id), endOf: (id: number) => ends[id] };
    this.#output.emit(this.#store, shown, bounds, this.#clock, (batch) => this.#context.output.emit(batch));
    for (const id of ids) this.#table.delete(id);
  }

  #fit(batch: Batch): void {
    if (batch.rows <= this.#found.length) return;
    this.#starts = new BigInt64Array(batch.rows);
    this.#found = new Int32Array(batch.rows);
    this.#rows = new Int32Array(batch.rows);
    this.#ids = new Int32Array(batch.rows);
    this.#retracts = new Uint8Array(batch.rows);
  }

  snapshot(): void {
    if (this.#progressMs !== -Infinity) this.#context.state.values.set('progressMs', this.#progressMs);
  }

  close(): void {}
}
