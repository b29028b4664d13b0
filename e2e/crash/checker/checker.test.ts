import { describe, expect, it } from 'vitest';
import { compareByKey } from './compare.ts';
import { endMarks, readFlights, totalsByDistance, totalsByQuarterHour } from './flights.ts';
import { checkChanges, checkEach, checkKeys, checkWindows } from './sequence.ts';

describe('the checker', () => {
  const flights = readFlights();

  it('reads the whole data set, in order of departure', () => {
    expect(flights).toHaveLength(200_000);
    expect(flights.every((one, index) => index === 0 || one.departed >= (flights[index - 1]?.departed ?? ''))).toBe(true);
  });

  it('accounts for every flight in both results', () => {
    const distances = [...totalsByDistance(flights).values()];
    const windows = [...totalsByQuarterHour(flights).values()];
    const delay = flights.reduce((sum, one) => sum + one.delay, 0);
    expect(distances.reduce((sum, one) => sum + one.flights, 0)).toBe(200_000);
    expect(windows.reduce((sum, one) => sum + one.flights, 0)).toBe(200_000);
    expect(distances.reduce((sum, one) => sum + one.delayTotal, 0)).toBe(delay);
    expect(windows.reduce((sum, one) => sum + one.delayTotal, 0)).toBe(delay);
  });

  it('end marks lie behind the last window', () => {
    const last = [...totalsByQuarterHour(flights).keys()].sort().at(-1) ?? '';
    expect(endMarks(3).every((one) => one.departed > `${last.slice(0, 10)} 24`)).toBe(true);
  });

  it('finds one planted loss, double, wrong value and stranger', () => {
    const expected = totalsByQuarterHour(flights);
    const rows = [...expected.values()];
    const key = (row: { windowStart: string }) => row.windowStart;
    expect(compareByKey(expected, rows, key)).toEqual([]);
    expect(compareByKey(expected, rows.slice(1), key).map((one) => one.kind)).toEqual(['lost']);
    expect(compareByKey(expected, [...rows, rows[5] as (typeof rows)[0]], key).map((one) => one.kind)).toEqual(['doubled']);
    const wrong = rows.map((row, index) => (index === 7 ? { ...row, flights: row.flights + 1 } : row));
    expect(compareByKey(expected, wrong, key).map((one) => one.kind)).toEqual(['wrong']);
    const stranger = { windowStart: '1999-01-01 00:00:00', flights: 1, delayed: 0, delayTotal: 0 };
    expect(compareByKey(expected, [...rows, stranger], key).map((one) => one.kind)).toEqual(['unexpected']);
  });
});

describe('the checker of the crash campaign', () => {
  const shape = { count: 1_000, keys: 7, groups: 5, windowRecords: 100 };
  const each = Array.from({ length: 1_000 }, (_, n) => ({ n, x: (n * 7919) % 10007 }));
  const windows = Array.from({ length: 50 }, (_, index) => {
    const [w, g] = [Math.floor(index / 5), index % 5];
    const numbers = each.map((row) => row.n).filter((n) => Math.floor(n / 100) === w && n % 5 === g);
    return { w, g, c: numbers.length, s: numbers.reduce((sum, n) => sum + n, 0) };
  });
  const totals = new Map<number, { k: number; c: number; s: number; m: number }>();
  const changes = each.flatMap(({ n }) => {
    const before = totals.get(n % 7) ?? null;
    const after = { k: n % 7, c: (before?.c ?? 0) + 1, s: (before?.s ?? 0) + n, m: n };
    totals.set(n % 7, after);
    return [...(before ? [{ before, after: null }] : []), { before: null, after }];
  });

  it('finds nothing where nothing is wrong', () => {
    expect(checkEach(shape, each)).toEqual([]);
    expect(checkWindows(shape, windows)).toEqual([]);
    expect(checkChanges(shape, [...changes].reverse())).toEqual([]);
    expect(checkKeys(shape, [...totals.values()])).toEqual([]);
  });

  it('finds one planted loss, double and wrong value in each output', () => {
    const kinds = (found: readonly { kind: string }[]) => [...new Set(found.map((one) => one.kind))].sort();
    expect(kinds(checkEach(shape, each.slice(0, -1)))).toEqual(['lost']);
    expect(kinds(checkEach(shape, [...each, { n: 3, x: (3 * 7919) % 10007 }]))).toEqual(['doubled']);
    expect(
      kinds(
        checkWindows(
          shape,
          windows.map((row) => (row.w === 3 && row.g === 2 ? { ...row, c: row.c - 1 } : row)),
        ),
      ),
    ).toEqual(['wrong']);
    expect(checkChanges(shape, changes.slice(0, -1))).not.toEqual([]);
    expect(checkChanges(shape, [...changes, changes[500] as (typeof changes)[number]])).not.toEqual([]);
    expect(
      checkChanges(
        shape,
        changes.filter((_, index) => index !== 700),
      ),
    ).not.toEqual([]);
  });
});
