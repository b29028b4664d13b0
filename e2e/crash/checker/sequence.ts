/**
 * What the job of the crash campaign must have written for the records 0 … count-1, recomputed with plain loops, and what is different
 * in what it did write. Shares no code with the engine.
 */
import { compareByKey, type Difference } from './compare.ts';

export interface SequenceRow {
  readonly n: number;
  readonly x: number;
}

export interface WindowRow {
  /** Number of the window. */
  readonly w: number;
  readonly g: number;
  readonly c: number;
  readonly s: number;
}

export interface KeyTotal {
  readonly k: number;
  readonly c: number;
  readonly s: number;
  readonly m: number;
}

export interface Change {
  readonly before: KeyTotal | null;
  readonly after: KeyTotal | null;
}

export interface SequenceShape {
  readonly count: number;
  readonly keys: number;
  readonly groups: number;
  readonly windowRecords: number;
}

export function checkEach({ count }: SequenceShape, rows: readonly SequenceRow[]): Difference[] {
  const expected = new Map<number, SequenceRow>();
  for (let n = 0; n < count; n++) expected.set(n, { n, x: (n * 7919) % 10007 });
  return compareByKey(expected, rows, (row) => row.n);
}

export function checkWindows({ count, groups, windowRecords }: SequenceShape, rows: readonly WindowRow[]): Difference[] {
  const expected = new Map<string, { w: number; g: number; c: number; s: number }>();
  for (let n = 0; n < count; n++) {
    const w = Math.floor(n / windowRecords);
    const g = n % groups;
    const row = expected.get(`${w}/${g}`) ?? { w, g, c: 0, s: 0 };
    row.c += 1;
    row.s += n;
    expected.set(`${w}/${g}`, row);
  }
  return compareByKey(expected, rows, (row) => `${row.w}/${row.g}`);
}

function keyTotals({ count, keys }: SequenceShape): Map<number, KeyTotal> {
  const totals = new Map<number, { k: number; c: number; s: number; m: number }>();
  for (let n = 0; n < count; n++) {
    const k = n % keys;
    const total = totals.get(k) ?? { k, c: 0, s: 0, m: n };
    total.c += 1;
    total.s += n;
    total.m = n;
    totals.set(k, total);
  }
  return totals;
}

export function checkKeys(shape: SequenceShape, rows: readonly KeyTotal[]): Difference[] {
  return compareByKey(keyTotals(shape), rows, (row) => row.k);
}

/**
 * A changelog in any order of its files: each version of a row is added once and, unless it is the last, taken away once. What is left is the
 * table; a version left over or taken twice is a lost or doubled change.
 */
export function checkChanges(shape: SequenceShape, changes: readonly Change[]): Difference[] {
  const left = new Map<string, { row: KeyTotal; times: number }>();
  const count = (row: KeyTotal | null, by: number) => {
    if (row === null) return;
    const text = `${row.k}/${row.c}/${row.s}/${row.m}`;
    const entry = left.get(text) ?? { row, times: 0 };
    entry.times += by;
    left.set(text, entry);
  };
  for (const { before, after } of changes) {
    count(before, -1);
    count(after, 1);
  }
  const differences: Difference[] = [];
  const rows: KeyTotal[] = [];
  for (const [key, { row, times }] of left) {
    for (let time = 0; time < times; time++) rows.push(row);
    if (times < 0) differences.push({ kind: 'lost', key, detail: `taken away ${-times} times more often than added` });
  }
  return [...differences, ...checkKeys(shape, rows)];
}
