/** Text as a value of another type, as CAST reads it. Source: Flink's BinaryStringDataUtil and DateTimeUtils. */

import { fitOrNull, parseDecimal, powerOfTen, rescale } from '../types/decimal-arithmetic.ts';
import { formatType, type SqlType } from '../types/sql-type.ts';
import { timeZoneOf } from '../types/time-zone.ts';
import { parseDate, parseTime, parseTimestamp, toInstant } from '../types/timestamps.ts';
import type { Value } from '../types/value.ts';
import { DataError, type FunctionContext } from './contract.ts';

const TRUE_TEXTS = new Set(['t', 'true', 'y', 'yes', '1']);
const FALSE_TEXTS = new Set(['f', 'false', 'n', 'no', '0']);

const INTEGER_RANGES = {
  TINYINT: [-128n, 127n],
  SMALLINT: [-32768n, 32767n],
  INT: [-2147483648n, 2147483647n],
  BIGINT: [-9223372036854775808n, 9223372036854775807n],
} as const;

/** Throws DataError when the text does not read as the type. */
export function parseText(text: string, to: SqlType, context: Pick<FunctionContext, 'timeZone'>): Value {
  const value = read(text, to, context);
  if (value === undefined) throw new DataError(refusal(text, to));
  return value;
}

function refusal(text: string, to: SqlType): string {
  switch (to.kind) {
    case 'BOOLEAN':
      return `Cannot parse '${text}' as BOOLEAN.`;
    case 'DATE':
    case 'TIME':
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return `Text '${text}' could not be parsed as ${formatType({ ...to, nullable: true })}`;
    default:
      return `For input string: "${text}". It does not read as ${formatType({ ...to, nullable: true })}`;
  }
}

function read(text: string, to: SqlType, context: Pick<FunctionContext, 'timeZone'>): Value | undefined {
  switch (to.kind) {
    case 'BOOLEAN': {
      const lower = text.trim().toLowerCase();
      return TRUE_TEXTS.has(lower) ? true : FALSE_TEXTS.has(lower) ? false : undefined;
    }
    case 'TINYINT':
    case 'SMALLINT':
    case 'INT':
    case 'BIGINT':
      return readInteger(text.trim(), to.kind);
    case 'FLOAT':
    case 'DOUBLE': {
      const double = parseDouble(text.trim());
      return double === undefined ? undefined : to.kind === 'FLOAT' ? Math.fround(double) : double;
    }
    case 'DECIMAL': {
      const parsed = parseDecimal(text.trim());
      if (parsed === null) return undefined;
      const { unscaled, scale } = parsed;
      if (Math.abs(scale) > 1000) return scale > 0 ? 0n : unscaled === 0n ? 0n : null;
      return fitOrNull(scale < 0 ? unscaled * powerOfTen(to.scale - scale) : rescale(unscaled, scale, to.scale), to.precision);
    }
    case 'DATE':
      return parseDate(text) ?? undefined;
    case 'TIME':
      return parseTime(text) ?? undefined;
    case 'TIMESTAMP':
      return parseTimestamp(text, to.precision) ?? undefined;
    case 'TIMESTAMP_LTZ': {
      const local = parseTimestamp(text, to.precision);
      return local === null ? undefined : toInstant(local, to.precision, timeZoneOf(context.timeZone));
    }
    default:
      throw new Error(`no cast from text to ${to.kind}`);
  }
}

/** Digits with a sign; a fraction is checked and dropped. */
function readInteger(text: string, kind: keyof typeof INTEGER_RANGES): number | bigint | undefined {
  const match = /^([+-]?)(\d+)(?:\.\d*)?$/.exec(text) ?? /^([+-]?)(\d*)\.\d+$/.exec(text);
  if (match === null) return undefined;
  const value = BigInt(`${match[1] === '-' ? '-' : ''}${match[2] || '0'}`);
  const [low, high] = INTEGER_RANGES[kind];
  if (value < low || value > high) return undefined;
  return kind === 'BIGINT' ? value : Number(value);
}

/** Java's Double.valueOf without hexadecimal forms. */
export function parseDouble(text: string): number | undefined {
  const named = /^([+-]?)(NaN|Infinity)$/.exec(text);
  if (named !== null) return named[2] === 'NaN' ? Number.NaN : named[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?[dDfF]?$/.test(text) ? Number(text.replace(/[dDfF]$/, '')) : undefined;
}
