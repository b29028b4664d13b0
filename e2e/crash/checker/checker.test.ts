import { describe, expect, it } from 'vitest';
import { compareByKey } from './compare.ts';
import { endMarks, readFlights, totalsByDistance, totalsByQuarterHour } from './flights.ts';

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
