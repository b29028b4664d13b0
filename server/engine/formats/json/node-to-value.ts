/** JSON trees to SQL values, by the rules of Flink's JsonParserToRowDataConverters. */
import type { SqlType } from '../../types/sql-type.ts';
import { ArrayValue, MapValue, RowValue, type Value } from '../../types/value.ts';
import { scanDate, scanTime, scanTimestampValue } from '../temporal-text.ts';
import { booleanFromText, ConversionError, checkRange, decimalFromText, doubleFromText, integerFromText, shorten } from '../value-text.ts';
import { type JsonNode, JsonNumber, nodeToJson } from './json-node.ts';
import type { JsonOptions } from './options.ts';

export type ConversionOptions = Pick<JsonOptions, 'failOnMissingField' | 'ignoreParseErrors' | 'timestampFormat'>;

const encoder = new TextEncoder();

/** `undefined` = the field is not there. Throws ConversionError (never when parse errors are ignored: then such a field is NULL). */
export function nodeToValue(node: JsonNode | undefined, type: SqlType, name: string, options: ConversionOptions): Value {
  if (node === undefined) {
    if (options.failOnMissingField) throw new ConversionError(`field '${name}' is missing`);
    return null;
  }
  if (node === null) return null;
  try {
    return convert(node, type, name, options);
  } catch (error) {
    if (!(error instanceof ConversionError)) throw error;
    if (options.ignoreParseErrors) return null;
    throw error.message.startsWith('field ') ? error : new ConversionError(`field '${name}': ${error.message}`);
  }
}

function convert(node: Exclude<JsonNode, null>, type: SqlType, name: string, options: ConversionOptions): Value {
  switch (type.kind) {
    case 'CHAR':
    case 'VARCHAR':
      return textOf(node) ?? nodeToJson(node);
    case 'ARRAY': {
      if (!Array.isArray(node)) throw mismatch(node, 'an array');
      return new ArrayValue(node.map((element) => nodeToValue(element, type.element, name, options)));
    }
    case 'MAP':
    case 'MULTISET': {
      if (!(node instanceof Map)) throw mismatch(node, 'an object');
      const valueType: SqlType = type.kind === 'MAP' ? type.value : { kind: 'INT', nullable: true };
      return new MapValue([...node].map(([key, value]) => [key, nodeToValue(value, valueType, name, options)] as const));
    }
    case 'ROW': {
      if (!(node instanceof Map)) throw mismatch(node, 'an object');
      return new RowValue(type.fields.map((field) => nodeToValue(node.get(field.name), field.type, `${name}.${field.name}`, options)));
    }
    default:
      return convertScalar(node, type, options.timestampFormat === 'ISO-8601');
  }
}

function convertScalar(node: Exclude<JsonNode, null>, type: SqlType, isIso: boolean): Value {
  const text = textOf(node);
  if (text === null) throw mismatch(node, `a value of ${type.kind}`);
  switch (type.kind) {
    case 'BOOLEAN':
      return typeof node === 'boolean' ? node : booleanFromText(text);
    case 'TINYINT':
    case 'SMALLINT':
      return Number(integerFromText(text, type.kind));
    case 'INT':
    case 'INTERVAL_YEAR_MONTH':
      return Number(integerOf(node, text, type.kind));
    case 'BIGINT':
    case 'INTERVAL_DAY_TIME':
      return integerOf(node, text, type.kind);
    case 'FLOAT':
      return Math.fround(doubleFromText(text));
    case 'DOUBLE':
      return doubleFromText(text);
    case 'DECIMAL':
      return decimalFromText(text, type.precision, type.scale);
    case 'BINARY':
    case 'VARBINARY':
      return binaryFromBase64(text);
    case 'NULL':
      return null;
    default:
      return temporalOf(text, type, isIso);
  }
}

function temporalOf(text: string, type: SqlType, isIso: boolean): Value {
  const bytes = encoder.encode(text);
  switch (type.kind) {
    case 'DATE':
      return numberOr(scanDate(bytes, 0, bytes.length), text, 'date such as 2026-01-31');
    case 'TIME':
      return numberOr(scanTime(bytes, 0, bytes.length), text, 'time such as 12:34:56');
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ': {
      const isInstant = type.kind === 'TIMESTAMP_LTZ';
      const value = scanTimestampValue(bytes, 0, bytes.length, isIso, isInstant, type.precision);
      if (value !== null) return value;
      const sample = `2026-01-31${isIso ? 'T' : ' '}12:34:56.789${isInstant ? 'Z' : ''}`;
      throw new ConversionError(`'${shorten(text)}' is no timestamp such as ${sample}`);
    }
    default:
      throw new Error(`${type.kind} is no temporal type`);
  }
}

function numberOr(value: number, text: string, what: string): number {
  if (Number.isNaN(value)) throw new ConversionError(`'${shorten(text)}' is no ${what}`);
  return value;
}

/** A JSON number with a fraction or exponent is cut toward zero; a text must be a whole number. */
function integerOf(node: JsonNode, text: string, kind: string): bigint {
  if (!(node instanceof JsonNumber) || /^-?\d+$/.test(text)) return integerFromText(text, kind);
  const value = Number(text);
  if (!Number.isFinite(value)) throw new ConversionError(`${shorten(text)} is out of the range of ${kind}`);
  return checkRange(BigInt(Math.trunc(value)), kind, text);
}

function textOf(node: JsonNode): string | null {
  if (typeof node === 'string') return node;
  if (node instanceof JsonNumber) return node.text;
  return typeof node === 'boolean' ? String(node) : null;
}

function binaryFromBase64(text: string): Uint8Array {
  const bare = text.replace(/[\r\n]/g, '');
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(bare) || bare.replace(/=+$/, '').length % 4 === 1) {
    throw new ConversionError(`'${shorten(text)}' is no base64 text`);
  }
  return new Uint8Array(Buffer.from(bare, 'base64'));
}

function mismatch(node: JsonNode, wanted: string): ConversionError {
  const what = Array.isArray(node) ? 'an array' : node instanceof Map ? 'an object' : `'${shorten(nodeToJson(node))}'`;
  return new ConversionError(`${what} cannot be read as ${wanted}`);
}
