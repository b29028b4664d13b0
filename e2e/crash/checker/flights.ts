/**
 * The flights of a day (vega-datasets, flights-200k.json: 200,000 records of delay, distance, hour of departure, in order of departure) as input
 * of the restart tests, and what must come out, computed in one batch with plain loops. Shares no code with the engine.
 *
 * Event time of a flight: 2001-01-01 plus its hour, whole minutes. The end marks (one a partition, a day later, distance 0) push
 * the watermark past all windows of real flights; they count in the keyed totals but their own window never closes.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Flight {
  readonly flight: number;
  readonly delay: number;
  readonly distance: number;
  /** yyyy-MM-dd HH:mm:ss.SSS */
  readonly departed: string;
}

const DAY_START_MS = Date.UTC(2001, 0, 1);
const WINDOW_MS = 15 * 60_000;

function timeText(ms: number): string {
  return new Date(ms).toISOString().replace('T', ' ').replace('Z', '');
}

export function readFlights(limit = Number.POSITIVE_INFINITY): Flight[] {
  const folder = fileURLToPath(new URL('../../../node_modules/vega-datasets', import.meta.url));
  const rows = JSON.parse(readFileSync(join(folder, 'data', 'flights-200k.json'), 'utf8')) as {
    delay: number;
    distance: number;
    time: number;
  }[];
  return rows.slice(0, limit).map((row, flight) => ({
    flight,
    delay: row.delay,
    distance: row.distance,
    departed: timeText(DAY_START_MS + Math.round(row.time * 60) * 60_000),
  }));
}

/** Of partition `flight mod partitions`. */
export function endMarks(partitions: number): Flight[] {
  return Array.from({ length: partitions }, (_, partition) => ({
    flight: 999_999 + partition,
    delay: 0,
    distance: 0,
    departed: timeText(DAY_START_MS + 24 * 3_600_000 + 3_600_000),
  }));
}

export interface DistanceTotal {
  readonly distance: number;
  readonly flights: number;
  readonly delayTotal: number;
  readonly delayMax: number;
}

export function totalsByDistance(flights: readonly Flight[]): Map<number, DistanceTotal> {
  const totals = new Map<number, { distance: number; flights: number; delayTotal: number; delayMax: number }>();
  for (const { distance, delay } of flights) {
    const total = totals.get(distance);
    if (!total) totals.set(distance, { distance, flights: 1, delayTotal: delay, delayMax: delay });
    else {
      total.flights += 1;
      total.delayTotal += delay;
      if (delay > total.delayMax) total.delayMax = delay;
    }
  }
  return totals;
}

export interface WindowTotal {
  /** yyyy-MM-dd HH:mm:ss */
  readonly windowStart: string;
  readonly flights: number;
  readonly delayed: number;
  readonly delayTotal: number;
}

/** Of real flights only; their windows are all closed once the end marks are read. */
export function totalsByQuarterHour(flights: readonly Flight[]): Map<string, WindowTotal> {
  const totals = new Map<string, { windowStart: string; flights: number; delayed: number; delayTotal: number }>();
  for (const { departed, delay } of flights) {
    const ms = Date.parse(`${departed.replace(' ', 'T')}Z`);
    const windowStart = timeText(ms - (ms % WINDOW_MS)).slice(0, 19);
    const total = totals.get(windowStart) ?? { windowStart, flights: 0, delayed: 0, delayTotal: 0 };
    total.flights += 1;
    if (delay > 15) total.delayed += 1;
    total.delayTotal += delay;
    totals.set(windowStart, total);
  }
  return totals;
}
