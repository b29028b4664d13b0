/**
 * SESSION as a table function: rows wait until their session is complete and then go out with its bounds, sessions by their ends, the rows of a
 * session in order of arrival (Flink's UnalignedWindowTableFunctionOperator).
 *
 * State is the rows alone, chained by partition key under a running number. Sessions follow from them: two rows are neighbours when they are
 * at most the gap apart. Rows stand in buckets of the time at which they could end a session; when a bucket comes due the keys in it are looked
 * at. A row whose own window is complete is late, dropped and counted, unless a waiting row of its key is within the gap.
 */
import { DataError } from '../functions/contract.ts';
import type { NodeOf } from '../planner/physical-plan.ts';
import type { KeyedTable } from '../state/keyed-table.ts';
import { type BatchLookup, CREATE, FIND } from '../state/table-loops.ts';
import type { Batch, Column, I64Column } from '../types/batch.ts';
import { BATCH_ROWS_MAX } from '../types/batch.ts';
import type { RowSchema } from '../types/sql-type.ts';
import { fromMillis } from '../types/timestamps.ts';
import { liveRows, selectRows } from './batch-view.ts';
import type { Operator, OperatorContext } from './contract.ts';
import { RowStore, rowFields } from './row-store.ts';
import { TimeColumn } from './time-column.ts';
import { WindowClock } from './window-grid.ts';

const BIGINT = { kind: 'BIGINT', nullable: false } as const;
const TIME_FIELD = { name: 'time', digest: 'time', type: { kind: 'DOUBLE', nullable: false } } as const;

interface Session {
  readonly start: number;
  readonly end: number;
  /** Records in order of arrival. */
  readonly ids: readonly number[];
}

export class SessionRows implements Operator {
  readonly #node: NodeOf<'windowTableFunction'>;
  readonly #input: RowSchema;
  readonly #gapMs: number;
  readonly #time: TimeColumn;
  #context!: OperatorContext;
  #clock!: WindowClock;
  #table!: KeyedTable;
  #rows!: RowStore;
  #find!: BatchLookup;
  #heads!: BatchLookup;
  #nextNumber = 0n;
  #progressMs = -Infinity;
  readonly #buckets = new Map<number, Set<number>>();
  readonly #bucketMs: number;
  #firstBucket = Infinity;

  constructor(node: NodeOf<'windowTableFunction'>, input: RowSchema) {
    if (node.window.kind !== 'SESSION') throw new Error('session rows need a session window');
    this.#node = node;
    this.#input = input;
    this.#gapMs = node.window.gapMs;
    this.#bucketMs = Math.max(1, Math.floor(this.#gapMs / 16));
    this.#time = new TimeColumn(input[node.time].type);
  }

  open(context: OperatorContext): void {
    const { partitionKeys, time, domain } = this.#node;
    this.#context = context;
    this.#clock = new WindowClock(this.#input[time].type.kind === 'TIMESTAMP_LTZ', context.timeZone);
    this.#table = context.state.table({
      name: 'rows',
      key: partitionKeys.map((index) => this.#input[index]),
      subKey: [{ name: 'number', type: BIGINT }],
      fields: [TIME_FIELD, ...rowFields(this.#input, this.#node.stateFields)],
      ttlMs: 0,
    });
    this.#rows = new RowStore(this.#table, 1, this.#input.length);
    this.#find = this.#table.lookup([...partitionKeys, this.#input.length]);
    this.#heads = this.#table.prefixLookup(partitionKeys);
    const restored = context.state.values.restored('progressMs').filter((value) => typeof value === 'number');
    const restoredMs = restored.length > 0 ? Math.min(...restored) : -Infinity;
    this.#progressMs = domain === 'rowtime' ? Math.max(context.restoredWatermarkMs ?? -Infinity, restoredMs) : restoredMs;
    const numbers = this.#table.keyColumns[partitionKeys.length];
    this.#table.forEach((id) => {
      const number = numbers.values[id] as bigint;
      if (number >= this.#nextNumber) this.#nextNumber = number + 1n;
      this.#expect(id);
    });
  }

  process(batch: Batch): void {
    const isEvent = this.#node.domain === 'rowtime';
    const now = isEvent ? 0 : this.#clock.toLocal(this.#context.time.nowMs());
    if (isEvent) this.#time.read(batch.columns[this.#node.time] as I64Column);
    const times = new Float64Array(batch.rows);
    const numbers = new BigInt64Array(batch.rows);
    const taken = new Int32Array(batch.selected);
    const live = liveRows(batch);
    const numbered: Batch = { ...batch, columns: [...batch.columns, { lane: 'i64', values: numbers, nulls: null }] };
    const found = new Int32Array(batch.rows);
    let late = 0;
    let count = 0;
    let from = 0;
    for (let i = 0; i < batch.selected; i++) {
      const row = live[i];
      if (isEvent && this.#time.isNull(row))
        throw new DataError(
          `The time column ${this.#input[this.#node.time].name} of a session window is NULL in a row; filter such rows out.`,
        );
      times[row] = isEvent ? this.#clock.toLocal(this.#time.at(row)) : now;
      if (isEvent && this.#clock.triggerOf(times[row] + this.#gapMs) <= this.#progressMs) {
        // What waits decides, so the rows before this one must be there.
        this.#keep(numbered, taken, from, count, times, found);
        from = count;
        if (!this.#touchesWaiting(batch, row, times[row])) {
          late++;
          continue;
        }
      }
      numbers[row] = this.#nextNumber++;
      taken[count++] = row;
    }
    this.#keep(numbered, taken, from, count, times, found);
    if (late > 0) this.#context.metrics.lateRowsDropped(late);
  }

  #keep(numbered: Batch, taken: Int32Array, from: number, to: number, times: Float64Array, found: Int32Array): void {
    if (from === to) return;
    const rows = taken.subarray(from, to);
    this.#find(selectRows(numbered, rows, rows.length), found, CREATE);
    const ids = rows.map((row) => found[row]);
    const kept = this.#table.fields[0].values as Float64Array;
    for (let i = 0; i < rows.length; i++) kept[ids[i]] = times[rows[i]];
    this.#rows.save(numbered, rows, ids, rows.length);
    for (const id of ids) this.#expect(id);
  }

  #touchesWaiting(batch: Batch, row: number, timeMs: number): boolean {
    const head = new Int32Array(batch.rows);
    this.#heads(selectRows(batch, Int32Array.of(row), 1), head, FIND);
    const times = this.#table.fields[0].values as Float64Array;
    for (let id = head[row]; id !== -1; id = this.#table.next(id)) if (Math.abs(times[id] - timeMs) <= this.#gapMs) return true;
    return false;
  }

  #expect(id: number): void {
    const end = (this.#table.fields[0].values as Float64Array)[id] + this.#gapMs;
    const bucket = Math.floor(this.#clock.triggerOf(end) / this.#bucketMs);
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
    const heads = new Set<number>();
    const buckets = [...this.#buckets.keys()].filter((bucket) => bucket * this.#bucketMs <= progressMs).sort((a, b) => a - b);
    for (const bucket of buckets) {
      const members = this.#buckets.get(bucket) as Set<number>;
      // A bucket that is due in part stays until all of it is.
      if ((bucket + 1) * this.#bucketMs - 1 <= progressMs) this.#buckets.delete(bucket);
      for (const id of members) if (this.#table.isLive(id)) heads.add(this.#table.headOf(id));
    }
    const due = [...heads].flatMap((head) => this.#sessionsFrom(head)).filter(({ end }) => this.#clock.triggerOf(end) <= progressMs);
    due.sort((a, b) => a.end - b.end || a.start - b.start);
    for (const session of due) this.#emit(session);
    for (const { ids } of due) for (const id of ids) this.#table.delete(id);
    this.#firstBucket = this.#buckets.size === 0 ? Infinity : Math.min(...this.#buckets.keys());
  }

  #sessionsFrom(head: number): Session[] {
    const times = this.#table.fields[0].values as Float64Array;
    const ids: number[] = [];
    for (let id = head; id !== -1; id = this.#table.next(id)) ids.push(id);
    const order = new Map(ids.map((id, index) => [id, index]));
    const sorted = [...ids].sort((a, b) => times[a] - times[b]);
    const sessions: Session[] = [];
    for (let from = 0, at = 1; at <= sorted.length; at++) {
      if (at < sorted.length && times[sorted[at]] - times[sorted[at - 1]] <= this.#gapMs) continue;
      const own = sorted.slice(from, at).sort((a, b) => (order.get(a) as number) - (order.get(b) as number));
      sessions.push({ start: times[sorted[from]], end: times[sorted[at - 1]] + this.#gapMs, ids: own });
      from = at;
    }
    return sessions;
  }

  #emit({ start, end, ids }: Session): void {
    for (let from = 0; from < ids.length; from += BATCH_ROWS_MAX) {
      const sources = Int32Array.from(ids.slice(from, from + BATCH_ROWS_MAX), (id) => ~id);
      const count = sources.length;
      const columns = this.#rows.columns(null, sources, count);
      this.#context.output.emit({
        rows: count,
        columns: [...columns, ...this.#bounds(start, end, count)],
        kinds: null,
        selection: null,
        selected: count,
        split: -1,
      });
    }
  }

  #bounds(start: number, end: number, count: number): Column[] {
    return this.#node.schema.slice(this.#input.length).map(({ type }, index): Column => {
      const precision = 'precision' in type ? type.precision : 3;
      const time = type.kind === 'TIMESTAMP_LTZ' ? this.#clock.triggerOf(end) : end - 1;
      return { lane: 'i64', values: new BigInt64Array(count).fill(fromMillis([start, end, time][index], precision)), nulls: null };
    });
  }

  snapshot(): void {
    if (this.#progressMs !== -Infinity) this.#context.state.values.set('progressMs', this.#progressMs);
  }

  close(): void {}
}
