/**
 * Time zones by Java's rules: an id is an IANA name, UTC, GMT+05:30 or +08:00. A local time inside a gap counts with the
 * offset before it; inside an overlap the earlier instant is meant.
 *
 * Offsets come from Intl, which is slow; so they are kept per zone and UTC day: the offset at its start and, on a day with a change, the
 * instant of the change (found by bisection) and the offset after it.
 */
import { MS_PER_DAY } from './calendar.ts';

export interface TimeZone {
  readonly id: string;
  /** Milliseconds to add to UTC at this instant (ms since the epoch). */
  offsetAt(utcMs: number): number;
  /** The instant of a local time given as ms since 1970-01-01 00:00 local; in an overlap the earlier one, as java.time does. */
  toUtc(localMs: number): number;
  /** The same, but in an overlap the later one, as java.util.Calendar (and so SimpleDateFormat) does. */
  toUtcLate(localMs: number): number;
}

const ZONES = new Map<string, TimeZone | null>();

/** null when there is no such zone. */
export function findTimeZone(id: string): TimeZone | null {
  let zone = ZONES.get(id);
  if (zone === undefined) {
    zone = createZone(id);
    ZONES.set(id, zone);
  }
  return zone;
}

/** Throws when there is no such zone: for ids that were checked before (table.local-time-zone). */
export function timeZoneOf(id: string): TimeZone {
  const zone = findTimeZone(id);
  if (zone === null) throw new Error(`unknown time zone ${id}`);
  return zone;
}

function createZone(id: string): TimeZone | null {
  const fixed = fixedOffset(id);
  if (fixed !== null) return { id, offsetAt: () => fixed, toUtc: (localMs) => localMs - fixed, toUtcLate: (localMs) => localMs - fixed };
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: id,
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch {
    return null;
  }
  return regionZone(id, (utcMs) => offsetByIntl(format, utcMs));
}

/** Offset of UTC, Z, GMT, UTC+1, GMT+05:30, +08:00 in ms; null for region ids. */
function fixedOffset(id: string): number | null {
  if (id === 'UTC' || id === 'GMT' || id === 'Z' || id === 'UT' || id === 'Etc/UTC') return 0;
  const match = /^(?:UTC|GMT|UT)?([+-])(\d{1,2})(?::?(\d{2}))?(?::?(\d{2}))?$/.exec(id);
  if (match === null) return null;
  const ms = (Number(match[2]) * 3600 + Number(match[3] ?? 0) * 60 + Number(match[4] ?? 0)) * 1000;
  return ms > 18 * 3_600_000 ? null : match[1] === '-' ? -ms : ms;
}

function offsetByIntl(format: Intl.DateTimeFormat, utcMs: number): number {
  const parts: Record<string, string> = {};
  const second = Math.floor(utcMs / 1000) * 1000;
  for (const part of format.formatToParts(second)) parts[part.type] = part.value;
  const year = parts.era === 'BC' ? 1 - Number(parts.year) : Number(parts.year);
  const local = new Date(0);
  local.setUTCFullYear(year, Number(parts.month) - 1, Number(parts.day));
  local.setUTCHours(Number(parts.hour), Number(parts.minute), Number(parts.second), 0);
  return local.getTime() - second;
}

interface DayOffsets {
  readonly day: number;
  readonly before: number;
  /** Infinity on a day without a change. */
  readonly changeAt: number;
  readonly after: number;
}

function regionZone(id: string, lookUp: (utcMs: number) => number): TimeZone {
  const days = new Map<number, DayOffsets>();
  let last: DayOffsets = { day: Number.NaN, before: 0, changeAt: 0, after: 0 };
  const offsetAt = (utcMs: number): number => {
    const day = Math.floor(utcMs / MS_PER_DAY);
    if (day !== last.day) {
      let found = days.get(day);
      if (found === undefined) {
        found = offsetsOfDay(day, lookUp);
        if (days.size > 100_000) days.clear();
        days.set(day, found);
      }
      last = found;
    }
    return utcMs < last.changeAt ? last.before : last.after;
  };
  const toUtc = (localMs: number): number => {
    const before = offsetAt(localMs - MS_PER_DAY);
    if (offsetAt(localMs - before) === before) return localMs - before;
    const after = offsetAt(localMs + MS_PER_DAY);
    return offsetAt(localMs - after) === after ? localMs - after : localMs - before;
  };
  const toUtcLate = (localMs: number): number => {
    const after = offsetAt(localMs + MS_PER_DAY);
    return offsetAt(localMs - after) === after ? localMs - after : toUtc(localMs);
  };
  return { id, offsetAt, toUtc, toUtcLate };
}

function offsetsOfDay(day: number, lookUp: (utcMs: number) => number): DayOffsets {
  let low = day * MS_PER_DAY;
  let high = low + MS_PER_DAY;
  const before = lookUp(low);
  const after = lookUp(high);
  if (before === after) return { day, before, changeAt: Number.POSITIVE_INFINITY, after: before };
  while (high - low > 1000) {
    const middle = Math.floor((low + high) / 2000) * 1000;
    if (lookUp(middle) === before) low = middle;
    else high = middle;
  }
  return { day, before, changeAt: high, after };
}
