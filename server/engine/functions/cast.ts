/**
 * CAST: one value from one type to another. Throws DataError when the value has no form in the target (a text that is no number);
 * TRY_CAST turns that into NULL. Numbers wrap and saturate as Java's conversions do, DECIMALs round HALF_UP and give NULL on
 * overflow, texts and bytes are cut and padded to their length.
 */

import { MS_PER_DAY } from '../types/calendar.ts';
import { codePointLength, firstCodePoints } from '../types/code-points.ts';
import { decimalToNumber, fitOrNull, parseDecimal, powerOfTen, rescale } from '../types/decimal-arithmetic.ts';
import { castToText } from '../types/format-value.ts';
import { LENGTH_MAX, type SqlType } from '../types/sql-type.ts';
import { toUtf8 } from '../types/text-bytes.ts';
import { timeZoneOf } from '../types/time-zone.ts';
import { changePrecision, fromMillis, timestampOfNanos, toInstant, toLocal, toMillis, wholeTimestamp } from '../types/timestamps.ts';
import { isInteger, isText } from '../types/type-families.ts';
import { ArrayValue, coarse, FineTimestamp, MapValue, RowValue, type Value } from '../types/value.ts';
import { parseText } from './cast-from-text.ts';
import { DataError, type FunctionContext } from './contract.ts';

type TimestampType = Extract<SqlType, { kind: 'TIMESTAMP' | 'TIMESTAMP_LTZ' }>;

export type CastContext = Pick<FunctionContext, 'timeZone'>;

/** NULL stays NULL. Throws DataError; throws Error for a cast that cast-rules.ts does not know. */
export function castValue(value: Value, from: SqlType, to: SqlType, context: CastContext): Value {
  if (value === null) return null;
  switch (to.kind) {
    case 'CHAR':
    case 'VARCHAR':
      return fitText(typeof value === 'string' ? value : castToText(value, from, context), to);
    case 'BINARY':
    case 'VARBINARY':
      return fitBytes(typeof value === 'string' ? new TextEncoder().encode(toUtf8(value)) : (value as Uint8Array), to);
    case 'NULL':
      return null;
    case 'ROW':
    case 'ARRAY':
    case 'MAP':
    case 'MULTISET':
      return castNested(value, from, to, context);
  }
  if (isText(from)) return parseText(value as string, to, context);
  switch (to.kind) {
    case 'BOOLEAN':
      return typeof value === 'boolean' ? value : typeof value === 'bigint' ? value !== 0n : (value as number) !== 0;
    case 'DECIMAL':
      return castToDecimal(value, from, to);
    case 'TINYINT':
    case 'SMALLINT':
    case 'INT':
    case 'BIGINT':
    case 'FLOAT':
    case 'DOUBLE':
      return castToNumber(value, from, to.kind);
    case 'INTERVAL_YEAR_MONTH':
      return Number(value as number | bigint);
    case 'INTERVAL_DAY_TIME':
      return BigInt(value as number | bigint);
    default:
      return castTimePoint(value, from, to, context);
  }
}

/** TRY_CAST: NULL where CAST fails. */
export function tryCastValue(value: Value, from: SqlType, to: SqlType, context: CastContext): Value {
  try {
    return castValue(value, from, to, context);
  } catch (error) {
    if (error instanceof DataError) return null;
    throw error;
  }
}

/** A CHAR(n) is cut and padded with blanks to n characters, a VARCHAR(n) cut. */
export function fitText(text: string, type: Extract<SqlType, { kind: 'CHAR' | 'VARCHAR' | 'BINARY' | 'VARBINARY' }>): string {
  if (type.length === LENGTH_MAX || (text.length <= type.length && type.kind !== 'CHAR')) return text;
  const length = codePointLength(text);
  if (length > type.length) return firstCodePoints(text, type.length);
  return type.kind === 'CHAR' ? text + ' '.repeat(type.length - length) : text;
}

/** A BINARY(n) is cut and padded with zeros to n bytes, a VARBINARY(n) cut. */
export function fitBytes(bytes: Uint8Array, type: { readonly kind: string; readonly length: number }): Uint8Array {
  if (bytes.length > type.length) return bytes.slice(0, type.length);
  if (type.kind !== 'BINARY' || bytes.length === type.length) return bytes;
  const padded = new Uint8Array(type.length);
  padded.set(bytes);
  return padded;
}

function castNested(value: Value, from: SqlType, to: SqlType, context: CastContext): Value {
  if (to.kind === 'ROW' && from.kind === 'ROW')
    return new RowValue((value as RowValue).fields.map((field, i) => castValue(field, from.fields[i].type, to.fields[i].type, context)));
  if (to.kind === 'ARRAY' && from.kind === 'ARRAY')
    return new ArrayValue((value as ArrayValue).elements.map((element) => castValue(element, from.element, to.element, context)));
  if (to.kind === 'MAP' && from.kind === 'MAP')
    return new MapValue(
      (value as MapValue).entries.map(([k, v]) => [castValue(k, from.key, to.key, context), castValue(v, from.value, to.value, context)]),
    );
  if (from.kind === 'MULTISET' && (to.kind === 'MULTISET' || to.kind === 'MAP')) {
    const key = to.kind === 'MAP' ? to.key : to.element;
    return new MapValue((value as MapValue).entries.map(([k, count]) => [castValue(k, from.element, key, context), count]));
  }
  throw new Error(`no cast from ${from.kind} to ${to.kind}`);
}

function castToDecimal(value: Value, from: SqlType, to: Extract<SqlType, { kind: 'DECIMAL' }>): bigint | null {
  if (typeof value === 'boolean') return fitOrNull(value ? powerOfTen(to.scale) : 0n, to.precision);
  if (from.kind === 'DECIMAL') return fitOrNull(rescale(value as bigint, from.scale, to.scale), to.precision);
  if (typeof value === 'bigint') return fitOrNull(value * powerOfTen(to.scale), to.precision);
  if (isInteger(from) || from.kind === 'INTERVAL_YEAR_MONTH')
    return fitOrNull(BigInt(value as number) * powerOfTen(to.scale), to.precision);
  if (!Number.isFinite(value)) throw new DataError(`Cannot cast ${value} to DECIMAL(${to.precision}, ${to.scale}): it is no number`);
  const parsed = parseDecimal((value as number).toString());
  if (parsed === null) throw new Error(`${value} does not read as a number`);
  const unscaled = parsed.scale < 0 ? parsed.unscaled * powerOfTen(-parsed.scale) : parsed.unscaled;
  return fitOrNull(rescale(unscaled, Math.max(0, parsed.scale), to.scale), to.precision);
}

function castToNumber(value: Value, from: SqlType, to: 'TINYINT' | 'SMALLINT' | 'INT' | 'BIGINT' | 'FLOAT' | 'DOUBLE'): Value {
  if (typeof value === 'boolean') return to === 'BIGINT' ? (value ? 1n : 0n) : value ? 1 : 0;
  if (to === 'DOUBLE' || to === 'FLOAT') {
    const double = from.kind === 'DECIMAL' ? decimalToNumber(value as bigint, from.scale) : Number(value as number | bigint);
    return to === 'FLOAT' ? Math.fround(double) : double;
  }
  if (from.kind === 'FLOAT' || from.kind === 'DOUBLE') return truncateDouble(value as number, to);
  // A DECIMAL drops its fraction; then as for integers: the low bits stay.
  const whole = from.kind === 'DECIMAL' ? (value as bigint) / powerOfTen(from.scale) : value;
  return narrowInteger(whole as number | bigint, to);
}

/** Java's (long), (int), (short), (byte) of a double: NaN is 0, out of range saturates; short and byte go through int. */
export function truncateDouble(value: number, to: 'TINYINT' | 'SMALLINT' | 'INT' | 'BIGINT'): number | bigint {
  if (Number.isNaN(value)) return to === 'BIGINT' ? 0n : 0;
  if (to === 'BIGINT') {
    if (value >= 2 ** 63) return 9223372036854775807n;
    if (value <= -(2 ** 63)) return -9223372036854775808n;
    return BigInt(Math.trunc(value));
  }
  const int = value >= 2147483647 ? 2147483647 : value <= -2147483648 ? -2147483648 : Math.trunc(value) | 0;
  return narrowInteger(int, to);
}

/** Keeps the low 8, 16, 32 or 64 bits. */
export function narrowInteger(value: number | bigint, to: 'TINYINT' | 'SMALLINT' | 'INT' | 'BIGINT'): number | bigint {
  if (to === 'BIGINT') return typeof value === 'bigint' ? BigInt.asIntN(64, value) : BigInt(value);
  const int = typeof value === 'bigint' ? Number(BigInt.asIntN(32, value)) : value;
  return to === 'INT' ? int | 0 : to === 'SMALLINT' ? (int << 16) >> 16 : (int << 24) >> 24;
}

function castTimePoint(value: Value, from: SqlType, to: SqlType, context: CastContext): Value {
  if (from.kind === 'TIMESTAMP' || from.kind === 'TIMESTAMP_LTZ') return castTimestamp(value as bigint | FineTimestamp, from, to, context);
  if (from.kind === 'DATE') {
    if (to.kind === 'DATE') return value;
    if (to.kind === 'TIMESTAMP') return fromMillis((value as number) * MS_PER_DAY, to.precision);
    if (to.kind === 'TIMESTAMP_LTZ')
      return toInstant(fromMillis((value as number) * MS_PER_DAY, to.precision), to.precision, timeZoneOf(context.timeZone));
  }
  if (from.kind === 'TIME') {
    if (to.kind === 'TIME') return truncateTime(value as number, to.precision);
    if (to.kind === 'TIMESTAMP') return fromMillis(value as number, to.precision);
    if (to.kind === 'TIMESTAMP_LTZ')
      return toInstant(fromMillis(value as number, to.precision), to.precision, timeZoneOf(context.timeZone));
  }
  throw new Error(`no cast from ${from.kind} to ${to.kind}`);
}

function castTimestamp(given: bigint | FineTimestamp, from: TimestampType, to: SqlType, context: CastContext): Value {
  if (given instanceof FineTimestamp && 'precision' in to && to.kind !== 'TIME' && to.precision >= from.precision)
    return castFine(given, from, to, context);
  const value = coarse(given) as bigint;
  if (to.kind === 'TIMESTAMP' || to.kind === 'TIMESTAMP_LTZ') {
    if (from.kind === to.kind) return changePrecision(value, from.precision, to.precision);
    const zone = timeZoneOf(context.timeZone);
    const moved = to.kind === 'TIMESTAMP' ? toLocal(value, from.precision, zone) : toInstant(value, from.precision, zone);
    return changePrecision(moved, from.precision, to.precision);
  }
  const isInstant = from.kind === 'TIMESTAMP_LTZ';
  const local = isInstant ? toLocal(value, from.precision, timeZoneOf(context.timeZone)) : value;
  const ms = toMillis(local, from.precision);
  // Flink divides a TIMESTAMP toward zero here, but a TIMESTAMP_LTZ by the calendar; they differ before 1970.
  const days = isInstant ? Math.floor(ms / MS_PER_DAY) : Math.trunc(ms / MS_PER_DAY);
  if (to.kind === 'DATE') return days;
  if (to.kind === 'TIME') {
    const ofDay = ms - Math.floor(ms / MS_PER_DAY) * MS_PER_DAY;
    return truncateTime(ofDay, to.precision);
  }
  throw new Error(`no cast from ${from.kind} to ${to.kind}`);
}

/** What a timestamp holds beyond its precision is kept, unless it is cast to a lower one. */
function castFine(value: FineTimestamp, from: TimestampType, to: SqlType & { readonly precision: number }, context: CastContext): Value {
  const [nanos, precision] = wholeTimestamp(value, from.precision);
  const cast = castTimestamp(nanos, { ...from, precision }, { ...to, precision } as SqlType, context);
  return timestampOfNanos(cast as bigint, to.precision);
}

function truncateTime(ms: number, precision: number): number {
  const unit = precision >= 3 ? 1 : 10 ** (3 - precision);
  return Math.floor(ms / unit) * unit;
}
