/**
 * Values as text, in two forms: `castToText` is what CAST(… AS STRING) gives (NULL inside a nested value is written NULL, booleans TRUE
 * and FALSE); `formatRow` is what the print sink shows, Flink's Row.toString (java.time's forms, null, true, nested +I[…]).
 */

import type { ChangeKind } from './batch.ts';
import { floorDivide } from './calendar.ts';
import { formatDecimal } from './decimal-arithmetic.ts';
import { formatDouble, formatFloat } from './format-number.ts';
import { type RowSchema, type SqlType, timestampUnitsPerSecond } from './sql-type.ts';
import { timeZoneOf } from './time-zone.ts';
import {
  formatDate,
  formatDayTimeInterval,
  formatTime,
  formatTimestamp,
  formatYearMonthInterval,
  fractionDigits,
  toLocal,
  wholeTimestamp,
} from './timestamps.ts';
import { type ArrayValue, coarse, type FineTimestamp, type MapValue, type RowValue, type Value } from './value.ts';

const decoder = new TextDecoder();

/** IANA name: how a TIMESTAMP_LTZ is shown. */
export interface TextContext {
  readonly timeZone: string;
}

export function castToText(value: Value, type: SqlType, context: TextContext): string {
  if (value === null) return 'NULL';
  switch (type.kind) {
    case 'BOOLEAN':
      return value ? 'TRUE' : 'FALSE';
    case 'FLOAT':
      return formatFloat(value as number);
    case 'DOUBLE':
      return formatDouble(value as number);
    case 'DECIMAL':
      return formatDecimal(value as bigint, type.scale);
    case 'BINARY':
    case 'VARBINARY':
      return decoder.decode(value as Uint8Array);
    case 'DATE':
      return formatDate(value as number);
    case 'TIME':
      return formatTime(value as number, type.precision);
    case 'TIMESTAMP':
      return formatTimestamp(coarse(value) as bigint, type.precision);
    case 'TIMESTAMP_LTZ':
      return formatTimestamp(toLocal(coarse(value) as bigint, type.precision, timeZoneOf(context.timeZone)), type.precision);
    case 'INTERVAL_DAY_TIME':
      return formatDayTimeInterval(value as bigint);
    case 'INTERVAL_YEAR_MONTH':
      return formatYearMonthInterval(value as number);
    case 'ARRAY':
      return `[${(value as ArrayValue).elements.map((element) => castToText(element, type.element, context)).join(', ')}]`;
    case 'MULTISET':
      return `{${(value as MapValue).entries.map(([k, count]) => `${castToText(k, type.element, context)}=${count}`).join(', ')}}`;
    case 'MAP':
      return `{${(value as MapValue).entries.map(([k, v]) => `${castToText(k, type.key, context)}=${castToText(v, type.value, context)}`).join(', ')}}`;
    case 'ROW':
      return `(${(value as RowValue).fields.map((field, i) => castToText(field, type.fields[i].type, context)).join(', ')})`;
    default:
      return String(value);
  }
}

const KIND_TEXTS = ['+I', '-U', '+U', '-D'];

/** `+I[1, a]`: a row with its change kind. The session's time zone does not matter: instants are shown in UTC. */
export function formatRow(kind: ChangeKind, values: readonly Value[], schema: RowSchema): string {
  return `${KIND_TEXTS[kind]}[${values.map((value, i) => formatExternal(value, schema[i].type)).join(', ')}]`;
}

/** One value as the print sink shows it. */
export function formatExternal(value: Value, type: SqlType): string {
  if (value === null) return 'null';
  switch (type.kind) {
    case 'BOOLEAN':
      return value ? 'true' : 'false';
    case 'DECIMAL':
      return formatBigDecimal(value as bigint, type.scale);
    case 'BINARY':
    case 'VARBINARY':
      return `[${Array.from(value as Uint8Array, (byte) => (byte << 24) >> 24).join(', ')}]`;
    case 'TIME':
      return formatIsoTime(BigInt(value as number), 3);
    case 'TIMESTAMP':
      return formatIsoTimestamp(...wholeTimestamp(value as bigint | FineTimestamp, type.precision));
    case 'TIMESTAMP_LTZ':
      return `${formatIsoTimestamp(...wholeTimestamp(value as bigint | FineTimestamp, type.precision), true)}Z`;
    case 'INTERVAL_DAY_TIME':
      return formatDuration(value as bigint);
    case 'INTERVAL_YEAR_MONTH':
      return formatPeriod(value as number);
    case 'ARRAY':
      return `[${(value as ArrayValue).elements.map((element) => formatExternal(element, type.element)).join(', ')}]`;
    case 'MULTISET':
      return `{${(value as MapValue).entries.map(([k, count]) => `${formatExternal(k, type.element)}=${count}`).join(', ')}}`;
    case 'MAP':
      return `{${(value as MapValue).entries.map(([k, v]) => `${formatExternal(k, type.key)}=${formatExternal(v, type.value)}`).join(', ')}}`;
    case 'ROW':
      return formatRow(0, (value as RowValue).fields, type.fields);
    default:
      return castToText(value, type, { timeZone: 'UTC' });
  }
}

/** Java's BigDecimal.toString: plain unless the number is very small. */
export function formatBigDecimal(unscaled: bigint, scale: number): string {
  const isNegative = unscaled < 0n;
  const digits = (isNegative ? -unscaled : unscaled).toString();
  const exponent = digits.length - 1 - scale;
  if (scale >= 0 && exponent >= -6) return formatDecimal(unscaled, scale);
  const mantissa = digits.length === 1 ? digits : `${digits[0]}.${digits.slice(1)}`;
  return `${isNegative ? '-' : ''}${mantissa}E${exponent >= 0 ? '+' : ''}${exponent}`;
}

/** LocalDateTime.toString: seconds are left out when zero (an Instant keeps them), the fraction has 3, 6 or 9 digits or none. */
function formatIsoTimestamp(value: bigint, precision: number, keepsSeconds = false): string {
  const perDay = timestampUnitsPerSecond(precision) * 86_400n;
  const days = floorDivide(value, perDay);
  return `${formatDate(Number(days))}T${formatIsoTime(value - days * perDay, precision, keepsSeconds)}`;
}

function formatIsoTime(ofDay: bigint, precision: number, keepsSeconds = false): string {
  const perSecond = timestampUnitsPerSecond(precision);
  const text = formatTime(Number(ofDay / perSecond) * 1000, 0);
  const fraction = fractionDigits(ofDay, precision).replace(/(000)+$/, '');
  if (fraction !== '') return `${text}.${fraction}`;
  return text.endsWith(':00') && !keepsSeconds ? text.slice(0, 5) : text;
}

/** Duration.toString: PT25H1M0.5S. */
function formatDuration(ms: bigint): string {
  if (ms === 0n) return 'PT0S';
  const hours = ms / 3_600_000n;
  const minutes = (ms / 60_000n) % 60n;
  const rest = Number(ms % 60_000n) / 1000;
  return `PT${hours === 0n ? '' : `${hours}H`}${minutes === 0n ? '' : `${minutes}M`}${rest === 0 ? '' : `${rest}S`}`;
}

/** Period.toString: P1Y2M. */
function formatPeriod(months: number): string {
  const years = Math.trunc(months / 12);
  const rest = months % 12;
  if (months === 0) return 'P0D';
  return `P${years === 0 ? '' : `${years}Y`}${rest === 0 ? '' : `${rest}M`}`;
}
