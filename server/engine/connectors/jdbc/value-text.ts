/** SQL values as PostgreSQL writes and reads them in text (DateStyle ISO, time zone UTC, bytea hex). */
import pg from 'pg';
import { booleanFromText, checkRange, decimalFromText, doubleFromText, integerFromText } from '../../formats/value-text.ts';
import { DataError } from '../../functions/contract.ts';
import { formatDecimal } from '../../types/decimal-arithmetic.ts';
import { formatType, type SqlType } from '../../types/sql-type.ts';
import { toUtf8 } from '../../types/text-bytes.ts';
import { formatDate, formatTime, formatTimestamp, parseDate, parseTime, parseTimestamp, wholeTimestamp } from '../../types/timestamps.ts';
import { ArrayValue, type FineTimestamp, type Value } from '../../types/value.ts';

/** OID of text[]: its parser splits any array and leaves the elements as text. */
const TEXT_ARRAY = 1009;
type NestedText = null | string | readonly NestedText[];

/** Throws DataError when the text is no value of the type. */
export function valueFromDatabase(text: string, type: SqlType, column: string): Value {
  let value: Value = null;
  try {
    value = parse(text, type, column);
  } catch (error) {
    if (error instanceof DataError) throw error;
    throw new DataError(`Column '${column}': ${(error as Error).message}.`, { cause: error });
  }
  if (value === null) throw new DataError(`Column '${column}': '${text}' of the database is no ${formatType(type)}.`);
  return value;
}

function parse(text: string, type: SqlType, column: string): Value {
  switch (type.kind) {
    case 'BOOLEAN':
      return text === 't' || text === 'f' ? text === 't' : booleanFromText(text);
    case 'TINYINT':
    case 'SMALLINT':
    case 'INT':
      return Number(checkRange(integerFromText(text, type.kind), type.kind, text));
    case 'BIGINT':
      return integerFromText(text, type.kind);
    case 'FLOAT':
      return Math.fround(doubleFromText(text));
    case 'DOUBLE':
      return doubleFromText(text);
    case 'DECIMAL':
      return decimalFromText(text.replace(/^(-?)\$/, '$1').replaceAll(',', ''), type.precision, type.scale);
    case 'DATE':
      return parseDate(text);
    case 'TIME':
      return parseTime(text);
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return parseTimestamp(text.replace(/\+00(:00)?$/, ''), type.precision);
    case 'BINARY':
    case 'VARBINARY':
      return new Uint8Array(Buffer.from(text.slice(2), 'hex'));
    case 'ARRAY':
      return arrayValue((pg.types.getTypeParser(TEXT_ARRAY as never) as (text: string) => NestedText)(text), type, column);
    default:
      return text;
  }
}

function arrayValue(nested: NestedText, type: SqlType, column: string): Value {
  if (nested === null) return null;
  if (typeof nested === 'string') return valueFromDatabase(nested, type, column);
  if (type.kind !== 'ARRAY') throw new DataError(`Column '${column}': the array of the database has more dimensions than declared.`);
  return new ArrayValue(nested.map((element) => arrayValue(element, type.element, column)));
}

/** What `pg` puts into an array parameter. */
export type Parameter = string | number | boolean | Buffer | null;

export function parameterOf(value: Value, type: SqlType): Parameter {
  if (value === null) return null;
  switch (type.kind) {
    case 'DECIMAL':
      return formatDecimal(value as bigint, type.scale);
    case 'DATE':
      return formatDate(value as number);
    case 'TIME':
      return formatTime(value as number, 3);
    case 'TIMESTAMP':
      return formatTimestamp(...wholeTimestamp(value as bigint | FineTimestamp, type.precision));
    case 'TIMESTAMP_LTZ':
      return `${formatTimestamp(...wholeTimestamp(value as bigint | FineTimestamp, type.precision))}+00`;
    case 'BINARY':
    case 'VARBINARY':
      return Buffer.from(value as Uint8Array);
    case 'BIGINT':
      return (value as bigint).toString();
    default:
      return typeof value === 'string' ? toUtf8(value) : (value as number | boolean);
  }
}
