/** Random change streams for tests of operators that remember rows. */
import { valueKey } from '../types/compare-values.ts';
import type { Value } from '../types/value.ts';
import type { TestRow } from './operator-harness.ts';

export type Row = readonly Value[];
/** Numbers in [0, limit). */
export type Next = (limit: number) => number;

const ROWS_MAX = 60;

export interface ChangeStreamOptions {
  readonly makeRow: () => Row;
  /** Columns of a unique key that the stream respects. */
  readonly unique: readonly number[] | null;
  /** False: rows are only added. */
  readonly isChanging: boolean;
  readonly next: Next;
}

export class ChangeStream {
  /** What the stream has left so far; equal rows and new versions of a row in order of arrival. */
  readonly present: Row[] = [];
  readonly #options: ChangeStreamOptions;

  constructor(options: ChangeStreamOptions) {
    this.#options = options;
  }

  /** `count` changes, or one more where an update is the last; fewer when the unique key has no value left. */
  take(count: number): TestRow[] {
    const { isChanging, next } = this.#options;
    const changes: TestRow[] = [];
    for (let tries = 0; changes.length < count && tries < 10 * count; tries++) {
      const isLarge = this.present.length > ROWS_MAX;
      const action = isChanging && this.present.length > 0 ? next(isLarge ? 2 : 5) : 4;
      const old = this.present[next(Math.max(1, this.present.length))];
      const row = action === 0 ? null : this.#fresh(action === 1 ? old : null);
      if (action === 0) {
        changes.push({ kind: 3, values: old });
        this.#remove(old);
      } else if (row !== null && action === 1) {
        changes.push({ kind: 1, values: old }, { kind: 2, values: row });
        this.#remove(old);
        this.present.push(row);
      } else if (row !== null) {
        changes.push({ kind: 0, values: row });
        this.present.push(row);
      }
    }
    return changes;
  }

  /** The earliest of equal rows goes, as in Flink's lists of rows. */
  #remove(row: Row): void {
    const text = keyOf(row);
    this.present.splice(
      this.present.findIndex((other) => keyOf(other) === text),
      1,
    );
  }

  /** A row that may be put in instead of `except`. */
  #fresh(except: Row | null): Row | null {
    const { makeRow, unique } = this.#options;
    const row = makeRow();
    if (unique === null) return row;
    const uniqueOf = (one: Row): string => keyOf(unique.map((index) => one[index]));
    return this.present.some((other) => other !== except && uniqueOf(other) === uniqueOf(row)) ? null : row;
  }
}

/** Unlike JSON it tells -0 from 0, as operators do. */
function keyOf(values: Row): string {
  return values.map(valueKey).join();
}
