/** Between times and texts or numbers: DATE_FORMAT, TO_TIMESTAMP, UNIX_TIMESTAMP and their like. */
import { MS_PER_DAY } from '../types/calendar.ts';
import { decimalToNumber } from '../types/decimal-arithmetic.ts';
import type { SqlType } from '../types/sql-type.ts';
import { findTimeZone, timeZoneOf } from '../types/time-zone.ts';
import { nanosOfMilli, parseDate, parseTimestamp, timestampOfNanos, toLocal, toMillis, wholeTimestamp } from '../types/timestamps.ts';
import { isNumeric, isText, isTimestamp } from '../types/type-families.ts';
import { coarse, FineTimestamp, type Value } from '../types/value.ts';
import { DataError, type ScalarFunction } from './contract.ts';
import { formatByPattern, type ParsedTime, parseByPattern } from './date-format.ts';
import {
  BIGINT,
  bigint,
  DATE,
  define,
  type Family,
  int,
  numeric,
  refuseCall,
  STRING,
  text,
  timestampLtzType,
  timestampType,
} from './define.ts';

const DEFAULT_PATTERN = 'yyyy-MM-dd HH:mm:ss';

const timestampOrText: Family = (type) => (isTimestamp(type) ? type : text(type));
const numericOrText: Family = (type) => (isNumeric(type) ? numeric(type) : text(type));

/** Days that Flink gives for a text that is no date: its mark for "unparsable", the least BIGINT, cut to days. */
const UNPARSABLE_DAYS = Number(BigInt.asIntN(32, -9223372036854775808n / BigInt(MS_PER_DAY)));
/** What UNIX_TIMESTAMP gives for a text that does not fit the pattern. */
const UNPARSABLE_SECONDS = -9223372036854775808n;

function dateFormat(value: Value, pattern: string, type: SqlType, timeZone: string): string | null {
  if (typeof value === 'string') {
    const parsed = parseTimestamp(value, 3);
    return parsed === null ? null : formatByPattern(pattern, Number(parsed));
  }
  const [whole, precision] = wholeTimestamp(value as bigint | FineTimestamp, (type as { precision: number }).precision);
  const local = type.kind === 'TIMESTAMP_LTZ' ? toLocal(whole, precision, timeZoneOf(timeZone)) : whole;
  return formatByPattern(pattern, toMillis(local, precision), nanosOfMilli(local, precision));
}

/** As `yyyy-M-d[ H:m:s[.f]]`; a day past the month's end carries over. */
function parseUsual(value: string): ParsedTime | null {
  const match = /^(\d{4})-(\d{1,2})-(\d{1,2})(?: (\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.(\d{1,9}))?)?$/.exec(value.trim());
  if (match === null || Number(match[2]) > 12 || Number(match[3]) > 31) return null;
  const lenient = parseByPattern('yyyy-M-d', `${match[1]}-${match[2]}-${match[3]}`, 'lenient');
  if (lenient === null) return null;
  const seconds = (Number(match[4] ?? 0) * 60 + Number(match[5] ?? 0)) * 60 + Number(match[6] ?? 0);
  const nanos = Number((match[7] ?? '').padEnd(9, '0'));
  return { ms: lenient.ms + seconds * 1000 + Math.floor(nanos / 1_000_000), nanosOfMilli: nanos % 1_000_000 };
}

/** By the pattern, cut to milliseconds; a text that does not fit is read in the usual form whatever the pattern says, and not cut: as Flink does. */
function toTimestamp(value: string, pattern: string | undefined): bigint | FineTimestamp | null {
  if (pattern === undefined) return parseTimestamp(value, 3);
  const parsed = parseByPattern(pattern, value, 'strict');
  if (parsed !== null) return BigInt(parsed.ms);
  const usual = parseUsual(value);
  return usual === null ? null : timestampOfNanos(BigInt(usual.ms) * 1_000_000n + BigInt(usual.nanosOfMilli), 3);
}

/** Seconds (precision 0) or milliseconds (3) since the epoch as an instant; a text is read in the zone given, UTC by default. */
function toTimestampLtz(args: readonly Value[], types: readonly SqlType[]): bigint | FineTimestamp | null {
  const [value, second, third] = args;
  if (typeof value === 'string') {
    const zone = findTimeZone((third ?? 'UTC') as string);
    if (zone === null) throw new DataError(`TO_TIMESTAMP_LTZ: there is no time zone ${String(third)}`);
    const local = second === undefined ? parseTimestamp(value, 3) : toTimestamp(value, second as string);
    if (local === null) return null;
    const instant = BigInt(zone.toUtc(Number(coarse(local))));
    return local instanceof FineTimestamp ? new FineTimestamp(instant, local.nanos) : instant;
  }
  const [type] = types;
  const precision = (second ?? 3) as number;
  if (precision !== 0 && precision !== 3)
    throw new DataError(`TO_TIMESTAMP_LTZ takes the precision 0 (seconds) or 3 (milliseconds), not ${precision}`);
  if (type.kind === 'DECIMAL') {
    const ms = decimalToNumber(value as bigint, type.scale) * (precision === 0 ? 1000 : 1);
    return BigInt(Math.trunc(ms));
  }
  if (typeof value === 'number' && !Number.isInteger(value)) return BigInt(Math.trunc(value * (precision === 0 ? 1000 : 1)));
  const exact = BigInt(value as number | bigint);
  return precision === 0 ? exact * 1000n : exact;
}

function convertTimeZone(value: string, from: string, to: string): string | null {
  const parsed = parseByPattern(DEFAULT_PATTERN, value, 'lenient');
  const [source, target] = [findTimeZone(from) ?? timeZoneOf('UTC'), findTimeZone(to) ?? timeZoneOf('UTC')];
  if (parsed === null) return null;
  const instant = source.toUtcLate(parsed.ms);
  return formatByPattern(DEFAULT_PATTERN, instant + target.offsetAt(instant)).replace(/^\+/, '');
}

const TO_TIMESTAMP_LTZ = toTimestampLtzFunction();

/** A number takes a precision, a text a pattern and a zone: what follows must be of the kind of the first. */
function toTimestampLtzFunction(): ScalarFunction {
  const name = 'TO_TIMESTAMP_LTZ';
  const signature = 'TO_TIMESTAMP_LTZ(number[, 0 or 3]) or TO_TIMESTAMP_LTZ(text[, pattern[, zone]])';
  const scalar = define({
    name,
    signature,
    parameters: [numericOrText, (type) => (isText(type) ? type : int(type)), text],
    optional: 2,
    result: timestampLtzType(3),
    mayBeNull: true,
    evaluate: (args, call) => toTimestampLtz(args, call.argumentTypes),
  });
  return {
    ...scalar,
    bind(args, literals, options) {
      const [first, second] = args;
      const isMixed = first && second && first.kind !== 'NULL' && second.kind !== 'NULL' && isText(first) !== isText(second);
      const hasZoneOfNumber = first && args.length > 2 && first.kind !== 'NULL' && !isText(first);
      return isMixed || hasZoneOfNumber ? refuseCall({ name, signature }, args) : scalar.bind(args, literals, options);
    },
  };
}

export const TIME_TEXT_FUNCTIONS: readonly ScalarFunction[] = [
  define({
    name: 'DATE_FORMAT',
    signature: 'DATE_FORMAT(time, pattern)',
    parameters: [timestampOrText, text],
    result: STRING,
    mayBeNull: true,
    evaluate: ([value, pattern], call, context) => dateFormat(value, pattern as string, call.argumentTypes[0], context.timeZone),
  }),
  define({
    name: 'TO_DATE',
    signature: 'TO_DATE(text[, pattern])',
    parameters: [text, text],
    optional: 1,
    result: DATE,
    mayBeNull: true,
    evaluate([value, pattern]) {
      if (pattern === undefined) return parseDate(value as string);
      const parsed = parseByPattern(pattern as string, value as string, 'lenient');
      return parsed === null ? UNPARSABLE_DAYS : Math.floor(parsed.ms / MS_PER_DAY);
    },
  }),
  define({
    name: 'TO_TIMESTAMP',
    signature: 'TO_TIMESTAMP(text[, pattern])',
    parameters: [text, text],
    optional: 1,
    result: timestampType(3),
    mayBeNull: true,
    evaluate: ([value, pattern]) => toTimestamp(value as string, pattern as string | undefined),
  }),
  TO_TIMESTAMP_LTZ,
  define({
    name: 'UNIX_TIMESTAMP',
    signature: 'UNIX_TIMESTAMP([text[, pattern]])',
    parameters: [text, text],
    optional: 2,
    result: BIGINT,
    isDeterministic: false,
    evaluate([value, pattern], _call, context) {
      if (value === undefined) return BigInt(Math.floor(context.currentTimeMs() / 1000));
      const parsed = parseByPattern((pattern ?? DEFAULT_PATTERN) as string, value as string, 'lenient');
      return parsed === null ? UNPARSABLE_SECONDS : BigInt(Math.floor(timeZoneOf(context.timeZone).toUtcLate(parsed.ms) / 1000));
    },
  }),
  define({
    name: 'FROM_UNIXTIME',
    signature: 'FROM_UNIXTIME(seconds[, pattern])',
    parameters: [bigint, text],
    optional: 1,
    result: STRING,
    evaluate([seconds, pattern], _call, context) {
      const ms = Number(seconds) * 1000;
      return formatByPattern((pattern ?? DEFAULT_PATTERN) as string, ms + timeZoneOf(context.timeZone).offsetAt(ms));
    },
  }),
  define({
    name: 'CONVERT_TZ',
    signature: 'CONVERT_TZ(text, fromZone, toZone)',
    parameters: [text, text, text],
    result: STRING,
    mayBeNull: true,
    evaluate: ([value, from, to]) => convertTimeZone(value as string, from as string, to as string),
  }),
];
