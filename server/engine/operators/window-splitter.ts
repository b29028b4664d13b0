/**
 * Rows by the end of the window they carry: for operators over windows that are attached already. Splits batches by window, drops late rows and
 * says which windows a watermark completes. A window is complete when the watermark reaches its last millisecond (of its own clock).
 */
import { DataError } from '../functions/contract.ts';
import { BATCH_ROWS_MAX, type Batch, type I64Column } from '../types/batch.ts';
import type { RowField } from '../types/sql-type.ts';
import { liveRows, selectRows } from './batch-view.ts';
import type { OperatorContext } from './contract.ts';
import { TimeColumn } from './time-column.ts';
import { WindowClock } from './window-grid.ts';

export class WindowProgress {
  readonly clock: WindowClock;
  readonly #context: OperatorContext;
  #watermarkMs: number;
  /** Ends of windows that hold rows or may do so. */
  readonly #open = new Set<number>();

  constructor(context: OperatorContext, isZoned: boolean) {
    this.#context = context;
    this.clock = new WindowClock(isZoned, context.timeZone);
    this.#watermarkMs = context.restoredWatermarkMs ?? -Infinity;
  }

  isLate(end: number): boolean {
    return this.clock.triggerOf(end) <= this.#watermarkMs;
  }

  dropLate(rows: number): void {
    if (rows > 0) this.#context.metrics.lateRowsDropped(rows);
  }

  expect(end: number): void {
    this.#open.add(end);
  }

  /** Ends of the windows that this watermark completes, ascending; they are not told again. */
  advance(watermarkMs: number): number[] {
    this.#watermarkMs = Math.max(this.#watermarkMs, watermarkMs);
    const due = [...this.#open].filter((end) => this.isLate(end)).sort((a, b) => a - b);
    for (const end of due) this.#open.delete(end);
    return due;
  }
}

export class WindowSplitter {
  readonly #index: number;
  readonly #name: string;
  readonly #time: TimeColumn;
  #ends = new Float64Array(BATCH_ROWS_MAX);
  #rows = new Int32Array(BATCH_ROWS_MAX);
  #part = new Int32Array(BATCH_ROWS_MAX);

  /** `index` is the column of the window's end. */
  constructor(index: number, field: RowField) {
    this.#index = index;
    this.#name = field.name;
    this.#time = new TimeColumn(field.type);
  }

  /** Calls `visit` for each window of the batch with its rows; those of windows that are complete are counted as late and left out. */
  split(batch: Batch, progress: WindowProgress, visit: (end: number, part: Batch) => void): void {
    if (batch.rows > this.#ends.length) {
      this.#ends = new Float64Array(batch.rows);
      this.#rows = new Int32Array(batch.rows);
      this.#part = new Int32Array(batch.rows);
    }
    this.#time.read(batch.columns[this.#index] as I64Column);
    const live = liveRows(batch);
    const ends = new Set<number>();
    let last = Number.NaN;
    let isLate = false;
    let count = 0;
    for (let i = 0; i < batch.selected; i++) {
      const row = live[i];
      if (this.#time.isNull(row)) throw new DataError(`The window end ${this.#name} is NULL in a row; filter such rows out.`);
      const end = this.#time.at(row);
      if (end !== last) {
        last = end;
        isLate = progress.isLate(end);
        if (!isLate) ends.add(end);
      }
      if (isLate) continue;
      this.#ends[row] = end;
      this.#rows[count++] = row;
    }
    progress.dropLate(batch.selected - count);
    for (const end of ends) {
      progress.expect(end);
      visit(end, ends.size === 1 ? selectRows(batch, this.#rows, count) : this.#partOf(batch, end, count));
    }
  }

  #partOf(batch: Batch, end: number, count: number): Batch {
    let own = 0;
    for (let i = 0; i < count; i++) if (this.#ends[this.#rows[i]] === end) this.#part[own++] = this.#rows[i];
    return selectRows(batch, this.#part, own);
  }
}
