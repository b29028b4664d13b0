/**
 * Dates and times as records carry them. Strict forms, as java.time reads them for Flink's formats:
 *   DATE `yyyy-MM-dd` · TIME `HH:mm:ss[.f]`, the fraction dropped · TIMESTAMP `yyyy-MM-dd HH:mm:ss[.f]` (SQL) or `yyyy-MM-ddTHH:mm[:ss[.f]]`
 *   (ISO-8601) · TIMESTAMP_LTZ the same with `Z`. Written fractions have as many digits as they need.
 * `scan…` functions read bytes [start, end) and give NaN where the text is none; they are on the fast path of decoders.
 */
import { daysInMonth, daysOf, floorDivide } from '../types/calendar.ts';
import { timestampUnitsPerSecond } from '../types/sql-type.ts';
import { formatDate, formatTime, fractionDigits } from '../types/timestamps.ts';

export type TimestampStandard = 'SQL' | 'ISO-8601';

const ZERO = 48;
const DASH = 45;
const COLON = 58;

/** Two digits at `at`, or NaN. */
function pair(b: Uint8Array, at: number): number {
  const high = (b[at] as number) - ZERO;
  const low = (b[at + 1] as number) - ZERO;
  return high >= 0 && high <= 9 && low >= 0 && low <= 9 ? high * 10 + low : Number.NaN;
}

/** Days since 1970-01-01. */
export function scanDate(b: Uint8Array, start: number, end: number): number {
  return end - start === 10 ? dateAt(b, start, false) : Number.NaN;
}

function dateAt(b: Uint8Array, at: number, isLenient: boolean): number {
  const year = pair(b, at) * 100 + pair(b, at + 2);
  const month = pair(b, at + 5);
  const day = pair(b, at + 8);
  if (b[at + 4] !== DASH || b[at + 7] !== DASH) return Number.NaN;
  if (!(month >= 1 && month <= 12 && day >= 1 && day <= 31)) return Number.NaN;
  if (day <= 28) return daysOf(year, month, day);
  const last = daysInMonth(year, month);
  if (day <= last) return daysOf(year, month, day);
  return isLenient ? daysOf(year, month, last) : Number.NaN;
}

/** Milliseconds of the day, the fraction of the second dropped. */
export function scanTime(b: Uint8Array, start: number, end: number): number {
  const seconds = secondsAt(b, start);
  if (end - start < 8 || Number.isNaN(seconds)) return Number.NaN;
  if (end - start > 8 && Number.isNaN(fractionAt(b, start + 8, end, 1))) return Number.NaN;
  return seconds * 1000;
}

function secondsAt(b: Uint8Array, at: number): number {
  const hour = pair(b, at);
  const minute = pair(b, at + 3);
  const second = pair(b, at + 6);
  if (b[at + 2] !== COLON || b[at + 5] !== COLON) return Number.NaN;
  return hour <= 23 && minute <= 59 && second <= 59 ? (hour * 60 + minute) * 60 + second : Number.NaN;
}

/** `.f` with 1 to 9 digits filling [at, end): its first `digits` digits as a whole number. SQL allows a bare point (no digit). */
function fractionAt(b: Uint8Array, at: number, end: number, digits: number): number {
  if (b[at] !== 46 || end - at > 10 || end - at < 2) return Number.NaN;
  let value = 0;
  for (let i = at + 1; i < end; i++) {
    const digit = (b[i] as number) - ZERO;
    if (digit < 0 || digit > 9) return Number.NaN;
    if (i - at <= digits) value = value * 10 + digit;
  }
  for (let i = end - at - 1; i < digits; i++) value *= 10;
  return value;
}

/** Lane units of the precision (ms or us: exact numbers; precision <= 6; NaN also where the number would not be exact). `isInstant` wants the `Z` of a TIMESTAMP_LTZ. */
export function scanTimestamp(b: Uint8Array, start: number, end: number, isIso: boolean, isInstant: boolean, precision: number): number {
  let last = end;
  if (isInstant) {
    if (b[end - 1] !== 90) return Number.NaN;
    last--;
  }
  const length = last - start;
  if (length < 16 || b[start + 10] !== (isIso ? 84 : 32)) return Number.NaN;
  const days = dateAt(b, start, !isIso || isInstant);
  const perSecond = precision <= 3 ? 1e3 : 1e6;
  if (length === 16) {
    if (!isIso || isInstant) return Number.NaN;
    const hour = pair(b, start + 11);
    const minute = pair(b, start + 14);
    return b[start + 13] === COLON && hour <= 23 && minute <= 59 ? (days * 86_400 + hour * 3600 + minute * 60) * perSecond : Number.NaN;
  }
  if (length < 19) return Number.NaN;
  const seconds = days * 86_400 + secondsAt(b, start + 11);
  if (length === 19) return exact(seconds * perSecond);
  return exact(seconds * perSecond + fractionAt(b, start + 19, last, precision <= 3 ? 3 : 6));
}

/** Microseconds of far years pass 2^53: those are left to `scanTimestampValue`. */
function exact(value: number): number {
  return Number.isSafeInteger(value) ? value : Number.NaN;
}

/** Lane value of any precision, or null when the text is no timestamp. */
export function scanTimestampValue(
  b: Uint8Array,
  start: number,
  end: number,
  isIso: boolean,
  isInstant: boolean,
  precision: number,
): bigint | null {
  const ms = scanTimestamp(b, start, end, isIso, isInstant, 3);
  if (Number.isNaN(ms)) return null;
  if (precision <= 3) return BigInt(ms);
  const last = isInstant ? end - 1 : end;
  const fraction = last - start > 19 ? fractionAt(b, start + 19, last, precision <= 6 ? 6 : 9) : 0;
  return BigInt(Math.floor(ms / 1000)) * timestampUnitsPerSecond(precision) + BigInt(fraction);
}

/** `2026-01-31 12:34:56.5`, with `T` for ISO-8601 and `Z` for an instant. */
export function writeTimestamp(value: bigint, precision: number, standard: TimestampStandard, isInstant: boolean): string {
  const perDay = timestampUnitsPerSecond(precision) * 86_400n;
  const days = floorDivide(value, perDay);
  const seconds = (value - days * perDay) / timestampUnitsPerSecond(precision);
  const fraction = fractionDigits(value, precision).replace(/0+$/, '');
  const text = `${formatDate(Number(days))}${standard === 'SQL' ? ' ' : 'T'}${formatTime(Number(seconds) * 1000, 0)}`;
  return `${text}${fraction === '' ? '' : `.${fraction}`}${isInstant ? 'Z' : ''}`;
}

/** A time of the day: seconds, and milliseconds where there are any, without trailing zeros. */
export function writeTime(value: number): string {
  return formatTime(value, 3).replace(/\.?0+$/, '');
}
