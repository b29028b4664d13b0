/** SQL values as JSON nodes, as JSON_OBJECT, JSON_ARRAY, JSON_STRING and the JSON aggregates write them. */
import { formatDecimal } from '../types/decimal-arithmetic.ts';
import { formatDouble, formatFloat } from '../types/format-number.ts';
import { castToText, formatExternal } from '../types/format-value.ts';
import type { SqlType } from '../types/sql-type.ts';
import type { ArrayValue, MapValue, RowValue, Value } from '../types/value.ts';
import { type JsonNode, writeJson } from './json-text.ts';

const string = (value: string): JsonNode => ({ kind: 'string', value });

export function valueToNode(value: Value, type: SqlType): JsonNode {
  if (value === null) return { kind: 'null' };
  switch (type.kind) {
    case 'BOOLEAN':
      return { kind: 'boolean', value: value as boolean };
    case 'TINYINT':
    case 'SMALLINT':
    case 'INT':
    case 'BIGINT':
      return { kind: 'number', text: String(value) };
    case 'DECIMAL':
      return { kind: 'number', text: formatDecimal(value as bigint, type.scale) };
    case 'FLOAT':
    case 'DOUBLE': {
      const shown = type.kind === 'FLOAT' ? formatFloat(value as number) : formatDouble(value as number);
      return Number.isFinite(value) ? { kind: 'number', text: shown } : string(shown);
    }
    case 'BINARY':
    case 'VARBINARY':
      return string(Buffer.from(value as Uint8Array).toString('base64'));
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return string(formatExternal(value, type));
    case 'ARRAY':
      return { kind: 'array', items: (value as ArrayValue).elements.map((element) => valueToNode(element, type.element)) };
    case 'MAP':
      return {
        kind: 'object',
        fields: new Map(
          (value as MapValue).entries.map(([k, v]) => [castToText(k, type.key, { timeZone: 'UTC' }), valueToNode(v, type.value)]),
        ),
      };
    case 'MULTISET':
      return {
        kind: 'object',
        fields: new Map(
          (value as MapValue).entries.map(([k, count]) => [
            castToText(k, type.element, { timeZone: 'UTC' }),
            { kind: 'number', text: String(count) } as const,
          ]),
        ),
      };
    case 'ROW':
      return {
        kind: 'object',
        fields: new Map((value as RowValue).fields.map((field, i) => [type.fields[i].name, valueToNode(field, type.fields[i].type)])),
      };
    default:
      return string(castToText(value, type, { timeZone: 'UTC' }));
  }
}

/** A value as JSON text: for the JSON aggregates. */
export function valueToJsonText(value: Value, type: SqlType): string {
  return writeJson(valueToNode(value, type));
}
