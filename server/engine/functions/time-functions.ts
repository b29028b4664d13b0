/**
 * Parts, rounding and differences of dates and times. A TIMESTAMP_LTZ counts by its local time in the session's zone; its offset at the
 * value itself is used throughout, as in Flink. Before 1970 EXTRACT cuts toward the epoch (so HOUR may be negative), as Flink does.
 */
import { addMonthsToDate, civilOf, dayOfYear, daysOf, isoDayOfWeek, isoWeek, MS_PER_DAY } from '../types/calendar.ts';
import { type SqlType, timestampUnitsPerSecond, withNullability } from '../types/sql-type.ts';
import { timeZoneOf } from '../types/time-zone.ts';
import { fromMillis, nanosOfMilli, toMillis, wholeTimestamp } from '../types/timestamps.ts';
import { isInterval, isNumeric, isTimePoint, isTimestamp } from '../types/type-families.ts';
import { FineTimestamp, type Value } from '../types/value.ts';
import { addMonthsToTimestamp } from './arithmetic-functions.ts';
import type { BoundCall, CallOptions, EvaluatedCall, FunctionContext, FunctionRefusal, ScalarFunction } from './contract.ts';
import { any, BIGINT, bigint, define, INT, refuseCall, timePoint } from './define.ts';
import { roundToWhole } from './math-functions.ts';

/** Milliseconds to add to an instant to get its local time; 0 for local types. */
function offsetOf(value: Value, type: SqlType, context: FunctionContext): number {
  if (type.kind !== 'TIMESTAMP_LTZ') return 0;
  return timeZoneOf(context.timeZone).offsetAt(toMillis(value as bigint, type.precision));
}

/** Local milliseconds since the epoch; a TIME counts from midnight. */
function localMillis(value: Value, type: SqlType, context: FunctionContext): number {
  if (type.kind === 'DATE') return (value as number) * MS_PER_DAY;
  if (type.kind === 'TIME') return value as number;
  return toMillis(value as bigint, (type as { precision: number }).precision) + offsetOf(value, type, context);
}

function extract(unit: string, given: Value, givenType: SqlType, context: FunctionContext): bigint {
  const [value, type] = wholeOf(given, givenType);
  if (type.kind === 'INTERVAL_YEAR_MONTH') return BigInt(monthPart(unit, value as number));
  const ms = type.kind === 'INTERVAL_DAY_TIME' ? Number(value) : localMillis(value, type, context);
  const days = Math.trunc(ms / MS_PER_DAY);
  const ofDay = ms - days * MS_PER_DAY;
  switch (unit) {
    case 'HOUR':
      return BigInt(Math.trunc(ofDay / 3_600_000));
    case 'MINUTE':
      return BigInt(Math.trunc(ofDay / 60_000) % 60);
    case 'SECOND':
      return BigInt(Math.trunc(ofDay / 1000) % 60);
    case 'MILLISECOND':
      return BigInt(ofDay % 1000);
    case 'MICROSECOND':
    case 'NANOSECOND': {
      const nanos = isTimestamp(type) ? nanosOfMilli(value as bigint, (type as { precision: number }).precision) : 0;
      return BigInt(unit === 'MICROSECOND' ? (ofDay % 1000) * 1000 + Math.floor(nanos / 1000) : (ofDay % 1000) * 1_000_000 + nanos);
    }
    case 'EPOCH':
      return BigInt(Math.trunc(ms / 1000));
  }
  return BigInt(type.kind === 'INTERVAL_DAY_TIME' ? days : datePart(unit, days));
}

/** A timestamp with all that it holds, at the precision for it. */
function wholeOf(value: Value, type: SqlType): readonly [Value, SqlType] {
  if (!(value instanceof FineTimestamp) || !('precision' in type)) return [value, type];
  const [whole, precision] = wholeTimestamp(value, type.precision);
  return [whole, { ...type, precision } as SqlType];
}

function monthPart(unit: string, months: number): number {
  const year = Math.trunc(months / 12);
  return unit === 'YEAR' ? year : unit === 'QUARTER' ? Math.trunc((months % 12) / 3) + 1 : months % 12;
}

function datePart(unit: string, days: number): number {
  const { year, month, day } = civilOf(days);
  switch (unit) {
    case 'YEAR':
      return year;
    case 'QUARTER':
      return Math.ceil(month / 3);
    case 'MONTH':
      return month;
    case 'WEEK':
      return isoWeek(days).week;
    case 'ISOYEAR':
      return isoWeek(days).year;
    case 'DAY':
    case 'DAYOFMONTH':
      return day;
    case 'DOY':
    case 'DAYOFYEAR':
      return dayOfYear(days);
    case 'DOW':
    case 'DAYOFWEEK':
      return (isoDayOfWeek(days) % 7) + 1;
    case 'ISODOW':
      return isoDayOfWeek(days);
    case 'DECADE':
      return Math.floor(year / 10);
    case 'CENTURY':
      return year > 0 ? Math.floor((year + 99) / 100) : Math.floor(year / 100);
    default:
      return year > 0 ? Math.floor((year + 999) / 1000) : Math.floor(year / 1000);
  }
}

const DATE_UNITS = [
  'YEAR',
  'QUARTER',
  'MONTH',
  'WEEK',
  'DAY',
  'DOY',
  'DOW',
  'ISODOW',
  'ISOYEAR',
  'DECADE',
  'CENTURY',
  'MILLENNIUM',
  'EPOCH',
];
const TIME_UNITS = ['HOUR', 'MINUTE', 'SECOND', 'MILLISECOND', 'MICROSECOND', 'NANOSECOND'];

const extractFunction: ScalarFunction = {
  name: 'EXTRACT',
  isDeterministic: true,
  signature: 'EXTRACT(unit FROM time)',
  bind(args, _literals, options): BoundCall | FunctionRefusal {
    const [type] = args;
    const unit = String(options.unit);
    const isDateUnit = DATE_UNITS.includes(unit);
    if (!isDateUnit && !TIME_UNITS.includes(unit)) return { refusal: `EXTRACT does not know the unit ${unit}` };
    if (args.length !== 1 || !(isTimePoint(type) || isInterval(type) || type.kind === 'NULL')) return refuseCall(this, args);
    if ((type.kind === 'TIME' && isDateUnit && unit !== 'EPOCH') || (type.kind === 'DATE' && !isDateUnit))
      return { refusal: `EXTRACT(${unit} FROM …) does not go with ${type.kind}` };
    return { argumentTypes: [timePointOrInterval(type)], type: withNullability(BIGINT, type.nullable) };
  },
  evaluate: ([value], call, context) => extract(String(call.options.unit), value, call.argumentTypes[0], context),
};

function timePointOrInterval(type: SqlType): SqlType {
  return isInterval(type) ? type : withNullability(timePoint(type) as SqlType, type.nullable);
}

/** YEAR(date) and its like: EXTRACT by another name. */
function part(name: string, unit: string): ScalarFunction {
  return define({
    name,
    signature: `${name}(time)`,
    parameters: [timePoint],
    result: BIGINT,
    evaluate: ([value], call, context) => extract(unit, value, call.argumentTypes[0], context),
  });
}

const UNIT_MS: Readonly<Record<string, number>> = {
  MILLISECOND: 1,
  SECOND: 1000,
  MINUTE: 60_000,
  HOUR: 3_600_000,
  DAY: MS_PER_DAY,
  WEEK: 7 * MS_PER_DAY,
};
const UNIT_MONTHS: Readonly<Record<string, number>> = { MONTH: 1, QUARTER: 3, YEAR: 12, DECADE: 120, CENTURY: 1200, MILLENNIUM: 12_000 };

/** First day of the month, year, … that a day lies in, or of the next one. Weeks begin on Sunday. */
function roundDays(days: number, unit: string, isFloor: boolean): number {
  if (unit === 'DAY') return days;
  if (unit === 'WEEK') {
    const sinceSunday = isoDayOfWeek(days) % 7;
    return days - sinceSunday + (isFloor || sinceSunday === 0 ? 0 : 7);
  }
  const { year, month, day } = civilOf(days);
  const size = UNIT_MONTHS[unit];
  // Centuries and millennia begin with a year that ends in 1.
  const shift = size >= 1200 ? 1 : 0;
  const index = (year - shift) * 12 + month - 1;
  const start = Math.floor(index / size) * size;
  const isStart = start === index && day === 1;
  const at = isFloor || isStart ? start : start + size;
  const atYear = Math.floor(at / 12);
  return daysOf(atYear + shift, at - atYear * 12 + 1, 1);
}

function roundTime(value: Value, unit: string, isFloor: boolean, type: SqlType, context: FunctionContext): Value {
  if (type.kind === 'DATE') return roundDays(value as number, unit, isFloor);
  if (type.kind === 'TIME') {
    const size = UNIT_MS[unit] ?? 1;
    return (isFloor ? Math.floor((value as number) / size) : Math.ceil((value as number) / size)) * size;
  }
  const { precision } = type as { precision: number };
  const offset = offsetOf(value, type, context);
  const ms = toMillis(value as bigint, precision) + offset;
  const hasRest = nanosOfMilli(value as bigint, precision) > 0;
  const size = UNIT_MS[unit];
  if (size !== undefined && size < MS_PER_DAY) {
    const low = Math.floor(ms / size) * size;
    return fromMillis((isFloor || (low === ms && !hasRest) ? low : low + size) - offset, precision);
  }
  const days = Math.floor(ms / MS_PER_DAY);
  const isMidnight = days * MS_PER_DAY === ms && !hasRest;
  const rounded = roundDays(isFloor || isMidnight ? days : days + 1, unit, isFloor);
  return fromMillis(rounded * MS_PER_DAY - offset, precision);
}

/** FLOOR and CEIL: of a number, or of a time TO a unit. */
function rounding(name: 'FLOOR' | 'CEIL', aliases: readonly string[]): ScalarFunction {
  const isFloor = name === 'FLOOR';
  return {
    name,
    aliases,
    isDeterministic: true,
    signature: `${name}(number) or ${name}(time TO unit)`,
    bind(args, _literals, options): BoundCall | FunctionRefusal {
      const [type] = args;
      if (args.length !== 1) return refuseCall(this, args);
      if (typeof options.unit === 'string') {
        const known = UNIT_MS[options.unit] !== undefined || UNIT_MONTHS[options.unit] !== undefined;
        if (!isTimePoint(type) || !known) return refuseCall(this, args);
        const bound = withNullability(timePoint(type) as SqlType, type.nullable);
        return { argumentTypes: [bound], type: bound };
      }
      if (!isNumeric(type)) return refuseCall(this, args);
      const result: SqlType = type.kind === 'DECIMAL' ? { ...type, scale: 0 } : type;
      return { argumentTypes: [type], type: result };
    },
    evaluate([value], call, context) {
      const { unit } = call.options;
      return typeof unit === 'string'
        ? roundTime(value, unit, isFloor, call.argumentTypes[0], context)
        : roundToWhole(value, call, isFloor);
    },
  };
}

/** TIMESTAMPADD(unit, count, time). A DATE plus hours or less is a TIMESTAMP(3). */
const timestampAdd: ScalarFunction = {
  name: 'TIMESTAMPADD',
  isDeterministic: true,
  signature: 'TIMESTAMPADD(unit, count, time)',
  bind(args, _literals, options): BoundCall | FunctionRefusal {
    const [count, time] = args;
    if (args.length !== 2 || bigint(count) === null || timePoint(time) === null || !isKnownUnit(options)) return refuseCall(this, args);
    const isFine = (UNIT_MS[String(options.unit)] ?? MS_PER_DAY) < MS_PER_DAY;
    const plain = withNullability(timePoint(time) as SqlType, time.nullable);
    const own: SqlType = plain.kind === 'DATE' && isFine ? { kind: 'TIMESTAMP', precision: 3, nullable: time.nullable } : plain;
    return {
      argumentTypes: [withNullability(BIGINT, count.nullable), dropAttribute(own)],
      type: withNullability(dropAttribute(own), count.nullable || time.nullable),
    };
  },
  evaluate([count, time], call): Value {
    if (time instanceof FineTimestamp) return new FineTimestamp(addUnits(count, time.value, call) as bigint, time.nanos);
    return addUnits(count, time, call);
  },
};

function addUnits(count: Value, time: Value, call: EvaluatedCall): Value {
  const unit = String(call.options.unit);
  const { type } = call;
  const months = UNIT_MONTHS[unit];
  if (months !== undefined) {
    const total = Number(count) * months;
    return type.kind === 'DATE'
      ? addMonthsToDate(time as number, total)
      : addMonthsToTimestamp(time as bigint, (type as { precision: number }).precision, total);
  }
  const ms = (count as bigint) * BigInt(UNIT_MS[unit]);
  if (type.kind === 'DATE') return (time as number) + Number(ms / BigInt(MS_PER_DAY));
  if (type.kind === 'TIME') return ((((time as number) + Number(ms % BigInt(MS_PER_DAY))) % MS_PER_DAY) + MS_PER_DAY) % MS_PER_DAY;
  return BigInt.asIntN(64, (time as bigint) + ms * (timestampUnitsPerSecond((type as { precision: number }).precision) / 1000n));
}

function dropAttribute(type: SqlType): SqlType {
  if (type.kind !== 'TIMESTAMP' && type.kind !== 'TIMESTAMP_LTZ') return type;
  return { kind: type.kind, precision: type.precision, nullable: type.nullable };
}

function isKnownUnit(options: CallOptions): boolean {
  const unit = String(options.unit);
  return UNIT_MS[unit] !== undefined || UNIT_MONTHS[unit] !== undefined;
}

/** Whole units from the first to the second, cut toward zero. */
function differenceIn(unit: string, from: number, to: number): number {
  const months = UNIT_MONTHS[unit];
  if (months === undefined) return Math.trunc((to - from) / UNIT_MS[unit]) | 0;
  const [a, b] = [civilOf(Math.floor(from / MS_PER_DAY)), civilOf(Math.floor(to / MS_PER_DAY))];
  let whole = (b.year - a.year) * 12 + b.month - a.month;
  const restOf = (ms: number, day: number) => day * MS_PER_DAY + (ms - Math.floor(ms / MS_PER_DAY) * MS_PER_DAY);
  if (whole > 0 && restOf(to, b.day) < restOf(from, a.day)) whole--;
  else if (whole < 0 && restOf(to, b.day) > restOf(from, a.day)) whole++;
  return Math.trunc(whole / months);
}

const timestampDiff: ScalarFunction = {
  name: 'TIMESTAMPDIFF',
  isDeterministic: true,
  signature: 'TIMESTAMPDIFF(unit, from, to)',
  bind(args, _literals, options): BoundCall | FunctionRefusal {
    if (args.length !== 2 || !args.every((type) => timePoint(type) !== null) || !isKnownUnit(options)) return refuseCall(this, args);
    const argumentTypes = args.map((type) => dropAttribute(withNullability(timePoint(type) as SqlType, type.nullable)));
    return {
      argumentTypes,
      type: withNullability(
        INT,
        args.some((type) => type.nullable),
      ),
    };
  },
  evaluate([from, to], call) {
    const [a, b] = call.argumentTypes;
    return differenceIn(String(call.options.unit), utcMillis(from, a), utcMillis(to, b));
  },
};

/** Without any zone: instants stay instants. */
function utcMillis(value: Value, type: SqlType): number {
  if (type.kind === 'DATE') return (value as number) * MS_PER_DAY;
  return type.kind === 'TIME' ? (value as number) : toMillis(value as bigint, (type as { precision: number }).precision);
}

/** Of the query start where SQL says so; here always of the row, as Flink's streaming mode has it. */
function now(
  name: string,
  aliases: readonly string[],
  type: SqlType,
  read: (ms: number, call: EvaluatedCall, context: FunctionContext) => Value,
): ScalarFunction {
  return define({
    name,
    aliases,
    signature: name,
    parameters: [],
    result: type,
    isDeterministic: false,
    evaluate: (_args, call, context) => read(context.currentTimeMs(), call, context),
  });
}

const localNow = (ms: number, context: FunctionContext) => ms + timeZoneOf(context.timeZone).offsetAt(ms);

const currentWatermark: ScalarFunction = {
  name: 'CURRENT_WATERMARK',
  isDeterministic: false,
  isStrict: false,
  signature: 'CURRENT_WATERMARK(rowtime)',
  bind(args): BoundCall | FunctionRefusal {
    if (args.length !== 1 || !isTimestamp(args[0])) return refuseCall(this, args);
    return { argumentTypes: [args[0]], type: withNullability(dropAttribute(args[0]), true) };
  },
  evaluate(_args, call, context) {
    const ms = context.currentWatermarkMs();
    return ms === null ? null : fromMillis(ms, (call.type as { precision: number }).precision);
  },
};

const overlaps: ScalarFunction = define({
  name: 'OVERLAPS',
  signature: '(start, end) OVERLAPS (start, end)',
  parameters: [timePoint, any, timePoint, any],
  result: { kind: 'BOOLEAN', nullable: true },
  evaluate(args, call) {
    const point = (index: number) => utcMillis(args[index], call.argumentTypes[index]);
    const end = (index: number) => {
      const type = call.argumentTypes[index];
      if (type.kind === 'INTERVAL_DAY_TIME') return point(index - 1) + Number(args[index]);
      if (type.kind !== 'INTERVAL_YEAR_MONTH') return point(index);
      const from = point(index - 1);
      const days = Math.floor(from / MS_PER_DAY);
      return addMonthsToDate(days, args[index] as number) * MS_PER_DAY + from - days * MS_PER_DAY;
    };
    const [a, b] = [point(0), end(1)].sort((x, y) => x - y);
    const [c, d] = [point(2), end(3)].sort((x, y) => x - y);
    return a <= d && c <= b;
  },
});

export const TIME_FUNCTIONS: readonly ScalarFunction[] = [
  extractFunction,
  part('YEAR', 'YEAR'),
  part('QUARTER', 'QUARTER'),
  part('MONTH', 'MONTH'),
  part('WEEK', 'WEEK'),
  part('DAYOFYEAR', 'DOY'),
  part('DAYOFMONTH', 'DAY'),
  part('DAYOFWEEK', 'DOW'),
  part('HOUR', 'HOUR'),
  part('MINUTE', 'MINUTE'),
  part('SECOND', 'SECOND'),
  rounding('FLOOR', []),
  rounding('CEIL', ['CEILING']),
  timestampAdd,
  timestampDiff,
  now('CURRENT_TIMESTAMP', ['NOW', 'CURRENT_ROW_TIMESTAMP'], { kind: 'TIMESTAMP_LTZ', precision: 3, nullable: false }, (ms) => BigInt(ms)),
  now('PROCTIME', [], { kind: 'TIMESTAMP_LTZ', precision: 3, nullable: false, attribute: 'proctime' }, (ms) => BigInt(ms)),
  now('LOCALTIMESTAMP', [], { kind: 'TIMESTAMP', precision: 3, nullable: false }, (ms, _call, context) => BigInt(localNow(ms, context))),
  now('CURRENT_DATE', [], { kind: 'DATE', nullable: false }, (ms, _call, context) => Math.floor(localNow(ms, context) / MS_PER_DAY)),
  now('LOCALTIME', ['CURRENT_TIME'], { kind: 'TIME', precision: 0, nullable: false }, (ms, _call, context) => {
    const local = localNow(ms, context);
    return Math.floor((local - Math.floor(local / MS_PER_DAY) * MS_PER_DAY) / 1000) * 1000;
  }),
  currentWatermark,
  overlaps,
];
