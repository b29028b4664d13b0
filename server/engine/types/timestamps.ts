/**
 * Timestamps as lane values (ms, us or ns by precision) and as text. `truncated` cuts below ms toward the past and above ms
 * toward the epoch, as Flink's DateTimeUtils does; text follows java.time.
 */

import { civilOf, daysInMonth, daysOf, floorDivide, floorModulo, MS_PER_DAY } from './calendar.ts';
import { powerOfTen } from './decimal-arithmetic.ts';
import { timestampUnitsPerSecond } from './sql-type.ts';
import type { TimeZone } from './time-zone.ts';
import { FineTimestamp } from './value.ts';

/** Milliseconds (floor) of a lane value. Exact as long as the date is in years -280000 to 280000. */
export function toMillis(value: bigint, precision: number): number {
  const units = timestampUnitsPerSecond(precision) / 1000n;
  return Number(units === 1n ? value : floorDivide(value, units));
}

/** Lane value of milliseconds plus nanoseconds within that millisecond (cut to the lane's unit). */
export function fromMillis(ms: number, precision: number, nanosOfMilli = 0): bigint {
  if (precision <= 3) return BigInt(ms);
  if (precision <= 6) return BigInt(ms) * 1000n + BigInt(Math.floor(nanosOfMilli / 1000));
  return BigInt(ms) * 1_000_000n + BigInt(nanosOfMilli);
}

/** Nanoseconds within the value's millisecond. */
export function nanosOfMilli(value: bigint, precision: number): number {
  if (precision <= 3) return 0;
  const units = timestampUnitsPerSecond(precision) / 1000n;
  return Number(floorModulo(value, units) * (1_000_000n / units));
}

/** The same time at another precision. */
export function changePrecision(value: bigint, from: number, to: number): bigint {
  if (to >= from) {
    const factor = timestampUnitsPerSecond(to) / timestampUnitsPerSecond(from);
    return factor === 1n ? value : value * factor;
  }
  if (to <= 3) {
    const ms = BigInt(toMillis(value, from));
    const unit = powerOfTen(3 - to);
    return unit === 1n ? ms : (ms / unit) * unit;
  }
  const fromUnits = timestampUnitsPerSecond(from);
  const toUnits = timestampUnitsPerSecond(to);
  const unit = powerOfTen(to <= 6 ? 6 - to : 9 - to);
  const scaled = floorDivide(value, fromUnits / toUnits);
  return floorDivide(scaled, unit) * unit;
}

/** A timestamp and the precision that shows all of it. */
export function wholeTimestamp(value: bigint | FineTimestamp, precision: number): readonly [bigint, number] {
  if (typeof value === 'bigint') return [value, precision];
  return [value.value * (1_000_000_000n / timestampUnitsPerSecond(precision)) + BigInt(value.nanos), 9];
}

/** The timestamp of this precision that keeps all nanoseconds. */
export function timestampOfNanos(nanos: bigint, precision: number): bigint | FineTimestamp {
  const unit = 1_000_000_000n / timestampUnitsPerSecond(precision);
  const value = floorDivide(nanos, unit);
  return value * unit === nanos ? value : new FineTimestamp(value, Number(nanos - value * unit));
}

/** Local date and time of an instant, at the same precision. */
export function toLocal(value: bigint, precision: number, zone: TimeZone): bigint {
  const offset = zone.offsetAt(toMillis(value, precision));
  return offset === 0 ? value : value + BigInt(offset) * (timestampUnitsPerSecond(precision) / 1000n);
}

export function toInstant(local: bigint, precision: number, zone: TimeZone): bigint {
  const localMs = toMillis(local, precision);
  const offset = localMs - zone.toUtc(localMs);
  return offset === 0 ? local : local - BigInt(offset) * (timestampUnitsPerSecond(precision) / 1000n);
}

const pad = (value: number, digits: number) => String(value).padStart(digits, '0');

export function formatYear(year: number): string {
  if (year > 9999) return `+${year}`;
  return year < 0 ? `-${pad(-year, 4)}` : pad(year, 4);
}

/** 2026-01-31 */
export function formatDate(days: number): string {
  const { year, month, day } = civilOf(days);
  return `${formatYear(year)}-${pad(month, 2)}-${pad(day, 2)}`;
}

/** 12:34:56 and, for a precision above 0, the fraction with that many digits. */
export function formatTime(ms: number, precision: number): string {
  const second = Math.floor(ms / 1000);
  const text = `${pad(Math.floor(second / 3600), 2)}:${pad(Math.floor(second / 60) % 60, 2)}:${pad(second % 60, 2)}`;
  return precision === 0
    ? text
    : `${text}.${pad(ms % 1000, 3)
        .padEnd(precision, '0')
        .slice(0, precision)}`;
}

/** 2026-01-31 12:34:56.123: the fraction has as many digits as the precision. */
export function formatTimestamp(value: bigint, precision: number): string {
  const perSecond = timestampUnitsPerSecond(precision);
  const seconds = floorDivide(value, perSecond);
  const days = Math.floor(Number(seconds) / 86_400);
  const text = `${formatDate(days)} ${formatTime((Number(seconds) - days * 86_400) * 1000, 0)}`;
  if (precision === 0) return text;
  return `${text}.${fractionDigits(value, precision).slice(0, precision)}`;
}

/** The fraction of the second with all digits of the lane's unit (3, 6 or 9). */
export function fractionDigits(value: bigint, precision: number): string {
  const perSecond = timestampUnitsPerSecond(precision);
  return floorModulo(value, perSecond)
    .toString()
    .padStart(perSecond.toString().length - 1, '0');
}

/** +1 02:03:04.567 */
export function formatDayTimeInterval(ms: bigint): string {
  const sign = ms < 0n ? '-' : '+';
  const magnitude = ms < 0n ? -ms : ms;
  const day = BigInt(MS_PER_DAY);
  return `${sign}${magnitude / day} ${formatTime(Number(magnitude % day), 3)}`;
}

/** +1-02 */
export function formatYearMonthInterval(months: number): string {
  const magnitude = Math.abs(months);
  return `${months < 0 ? '-' : '+'}${Math.floor(magnitude / 12)}-${pad(magnitude % 12, 2)}`;
}

/** Days of `yyyy[-M[-d]]`, whatever follows a space; null when it is no date. */
export function parseDate(text: string): number | null {
  const space = text.indexOf(' ');
  const match = /^\s*(\d{1,9})(?:-\s*(\d{1,2})(?:-\s*(\d{1,2}))?)?\s*$/.exec(space > 0 ? text.slice(0, space) : text);
  if (match === null) return null;
  const year = Number(match[1]);
  const month = Number(match[2] ?? 1);
  const day = Number(match[3] ?? 1);
  if (year > 9999 || month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return null;
  return daysOf(year, month, day);
}

/** Milliseconds of `H[:m[:s[.f]]]`; null when it is no time. */
export function parseTime(text: string): number | null {
  const match = /^\s*(\d{1,2})(?::(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,9}))?)?)?\s*$/.exec(text);
  if (match === null) return null;
  const [hour, minute, second] = [Number(match[1]), Number(match[2] ?? 0), Number(match[3] ?? 0)];
  if (hour > 23 || minute > 59 || second > 59) return null;
  return ((hour * 60 + minute) * 60 + second) * 1000 + Number((match[4] ?? '').padEnd(3, '0').slice(0, 3));
}

/** `yyyy-M-d[ H:m:s[.f]]` as a lane value; a day past the end of its month counts as the last one. null when it is no timestamp. */
export function parseTimestamp(text: string, precision: number): bigint | null {
  const match = /^(\d{4})-(\d{1,2})-(\d{1,2})(?: (\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.(\d{0,9}))?)?$/.exec(text);
  if (match === null) return null;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const [hour, minute, second] = [Number(match[4] ?? 0), Number(match[5] ?? 0), Number(match[6] ?? 0)];
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 59) return null;
  const days = daysOf(year, month, Math.min(day, daysInMonth(year, month)));
  return timestampOf(days * 86_400 + hour * 3600 + minute * 60 + second, match[7] ?? '', precision);
}

/** Seconds since the epoch plus the digits of a fraction, cut to the precision. */
export function timestampOf(seconds: number, fraction: string, precision: number): bigint {
  const digits = precision <= 3 ? 3 : precision <= 6 ? 6 : 9;
  const kept = fraction.slice(0, precision).padEnd(digits, '0');
  return BigInt(seconds) * timestampUnitsPerSecond(precision) + BigInt(kept);
}
