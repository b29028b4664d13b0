/**
 * The waiting rows of one side of an interval join, and when they are looked through for what has expired (Flink's TimeIntervalJoin): a key has
 * at most one timer, set for its first row and, when it fires, for the earliest row that is left. So a row may wait for half the
 * interval longer than it must.
 */
import { DataError } from '../functions/contract.ts';
import type { KeyedTable } from '../state/keyed-table.ts';
import { type BatchLookup, CREATE, FIND } from '../state/table-loops.ts';
import type { Batch, I64Column } from '../types/batch.ts';
import type { RowSchema } from '../types/sql-type.ts';
import { liveRows, selectRows } from './batch-view.ts';
import type { OperatorContext } from './contract.ts';
import { SEQUENCE_FIELD, Sequence } from './sequence.ts';
import { RowLayout } from './stored-rows.ts';
import { TimeBuckets } from './time-buckets.ts';
import { TimeColumn } from './time-column.ts';

/** What became of a row: nothing yet, a match, or it has expired and is deleted at the end of the call. */
export const WAITING = 0;
export const MET = 1;
export const GONE = 2;

const FATE = { name: 'fate', digest: 'fate', type: { kind: 'INT', nullable: false } } as const;
const ROW_TIME = { name: 'time', digest: 'time', type: { kind: 'DOUBLE', nullable: false } } as const;
const DUE = { name: 'due', digest: 'due', type: { kind: 'DOUBLE', nullable: false } } as const;

export interface IntervalSideOptions {
  readonly name: 'left' | 'right';
  readonly schema: RowSchema;
  /** By column. */
  readonly meanings: readonly string[];
  readonly keys: readonly number[];
  readonly time: number;
  /** From a row's time to the newest time on the other side that it can meet, ms. */
  readonly reachMs: number;
  /** How much later than necessary a key is looked through, ms. */
  readonly slackMs: number;
}

export class IntervalSide {
  readonly options: IntervalSideOptions;
  readonly #layout: RowLayout;
  readonly #keyLayout: RowLayout;
  readonly #sequence = new Sequence();
  readonly #time: TimeColumn;
  readonly #timers = new TimeBuckets();
  readonly #gone: number[] = [];
  /** Rows at or before it have expired, as was last computed. */
  expirationMs = -Infinity;
  table!: KeyedTable;
  #timerTable!: KeyedTable;
  #create!: BatchLookup;
  #findTimer!: BatchLookup;
  #rowsOfTimer!: BatchLookup;
  #write!: (batch: Batch, rows: Int32Array, ids: Int32Array, count: number) => void;
  #ids = new Int32Array(2048);
  #rowIds = new Int32Array(2048);

  constructor(options: IntervalSideOptions) {
    const { schema, keys, time } = options;
    this.options = options;
    this.#layout = new RowLayout(schema, keys, [], options.meanings);
    const keySchema = keys.map((index) => schema[index]);
    this.#keyLayout = new RowLayout(
      keySchema,
      keySchema.map((_, index) => index),
      [],
      [],
    );
    this.#time = new TimeColumn(schema[time].type);
  }

  open(context: OperatorContext): void {
    const { name, keys, schema } = this.options;
    const { key } = this.#layout;
    this.#sequence.open(context.state.values, `${name}Sequence`);
    this.table = context.state.table({ name, key, subKey: [SEQUENCE_FIELD], fields: [FATE, ROW_TIME, ...this.#layout.fields], ttlMs: 0 });
    this.#timerTable = context.state.table({ name: `${name}Timers`, key, subKey: [], fields: [DUE], ttlMs: 0 });
    this.#create = this.table.lookup([...keys, schema.length]);
    this.#findTimer = this.#timerTable.lookup(keys);
    this.#rowsOfTimer = this.table.prefixLookup(keys.map((_, index) => index));
    this.#write = this.#layout.writer(this.table);
    this.#timerTable.forEach((id) => {
      this.#timers.add(this.#dueOf(id), id);
    });
  }

  /** Lookup with the other side's rows: the first waiting record of the key, or -1. */
  finder(keys: readonly number[]): BatchLookup {
    return this.table.prefixLookup(keys);
  }

  get fates(): Int32Array {
    return this.table.fields[0].values as Int32Array;
  }

  get times(): Float64Array {
    return this.table.fields[1].values as Float64Array;
  }

  view(): Batch {
    return this.#layout.view(this.table);
  }

  /** Makes `timeAt` answer for this batch. */
  readTimes(batch: Batch): void {
    this.#time.read(batch.columns[this.options.time] as I64Column);
  }

  timeAt(row: number): number {
    if (this.#time.isNull(row)) {
      const { name } = this.options.schema[this.options.time];
      throw new DataError(`The time column ${name} of an interval join is NULL in a row; filter such rows out.`);
    }
    return this.#time.at(row);
  }

  /** Keeps rows of the batch; isMet[row] is 1 for those that have been emitted. */
  keep(batch: Batch, isMet: Uint8Array): void {
    if (batch.selected === 0) return;
    if (batch.rows > this.#ids.length) {
      this.#ids = new Int32Array(batch.rows);
      this.#rowIds = new Int32Array(batch.rows);
    }
    const ids = this.#ids;
    const rows = liveRows(batch);
    this.#create(this.#sequence.extend(batch), ids, CREATE);
    const { fates, times } = this;
    for (let i = 0; i < batch.selected; i++) {
      const row = rows[i];
      fates[ids[row]] = isMet[row] === 1 ? MET : WAITING;
      times[ids[row]] = this.timeAt(row);
      this.#rowIds[i] = ids[row];
    }
    this.#write(batch, rows, this.#rowIds, batch.selected);
    const before = this.#timerTable.records;
    this.#findTimer(batch, ids, CREATE);
    if (this.#timerTable.records === before) return;
    const dues = this.#timerTable.fields[0].values as Float64Array;
    for (let i = 0; i < batch.selected; i++) {
      const id = ids[rows[i]];
      if (dues[id] === 0) this.#arm(id, this.timeAt(rows[i]));
    }
  }

  #arm(id: number, timeMs: number): void {
    const { reachMs, slackMs } = this.options;
    // 0 stands for a timer that is not set.
    const due = timeMs + reachMs + slackMs + 1 || 1;
    (this.#timerTable.fields[0].values as Float64Array)[id] = due;
    this.#timers.add(due, id);
  }

  #dueOf(id: number): number {
    return (this.#timerTable.fields[0].values as Float64Array)[id];
  }

  /** Expiration as Flink computes it: everything at the end of input. */
  expire(watermarkMs: number): void {
    this.expirationMs = watermarkMs === Number.MAX_SAFE_INTEGER ? Infinity : watermarkMs - this.options.reachMs - 1;
  }

  markGone(id: number): void {
    this.table.touch(id);
    this.fates[id] = GONE;
    this.#gone.push(id);
  }

  deleteGone(): void {
    for (const id of this.#gone) this.table.delete(id);
    this.#gone.length = 0;
  }

  /** Looks through the keys whose timers are due; `visit` is told each expired row, which is then marked as gone. */
  fireTimers(watermarkMs: number, visit: (id: number) => void): void {
    for (;;) {
      const due = this.#timers.take(watermarkMs, (id) => this.#dueOf(id));
      if (due.length === 0) return;
      this.expire(watermarkMs);
      const keys = selectRows(this.#keyLayout.view(this.#timerTable), Int32Array.from(due).sort(), due.length);
      const firsts = new Int32Array(this.#timerTable.idLimit);
      this.#rowsOfTimer(keys, firsts, FIND);
      for (const id of due) this.#sweep(id, firsts[id], visit);
    }
  }

  #sweep(timer: number, first: number, visit: (id: number) => void): void {
    const { fates, times } = this;
    let earliest = Infinity;
    for (let id = first; id !== -1; id = this.table.next(id)) {
      if (fates[id] === GONE) continue;
      if (times[id] > this.expirationMs) {
        earliest = Math.min(earliest, times[id]);
        continue;
      }
      visit(id);
      this.markGone(id);
    }
    this.#timerTable.touch(timer);
    if (earliest === Infinity) this.#timerTable.delete(timer);
    else this.#arm(timer, earliest);
  }

  snapshot(): void {
    this.#sequence.snapshot();
  }
}
