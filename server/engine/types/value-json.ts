/**
 * Values as JSON, for plans and manifests. What JSON has no word for is an object with one key: {"$i64":"1"} a bigint,
 * {"$bytes":"base64"}, {"$f64":"NaN"} (also Infinity, -Infinity, -0), {"$row":[…]}, {"$array":[…]}, {"$map":[[k, v], …]}.
 */
import { ArrayValue, FineTimestamp, MapValue, RowValue, type Value } from './value.ts';

export type ValueJson = null | boolean | number | string | { readonly [key: string]: unknown };

export function valueToJson(value: Value): ValueJson {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'number')
    return Number.isFinite(value) && !Object.is(value, -0) ? value : { $f64: Object.is(value, -0) ? '-0' : String(value) };
  if (typeof value === 'bigint') return { $i64: value.toString() };
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString('base64') };
  if (value instanceof RowValue) return { $row: value.fields.map(valueToJson) };
  if (value instanceof FineTimestamp) throw new Error('a timestamp that holds more than its precision is no literal');
  if (value instanceof ArrayValue) return { $array: value.elements.map(valueToJson) };
  return { $map: value.entries.map(([k, v]) => [valueToJson(k), valueToJson(v)]) };
}

/** Throws on JSON that valueToJson does not write. */
export function valueFromJson(json: ValueJson): Value {
  if (json === null || typeof json !== 'object') return json;
  const keys = Object.keys(json);
  const content = json[keys[0]];
  if (keys.length === 1) {
    switch (keys[0]) {
      case '$i64':
        return BigInt(content as string);
      case '$bytes':
        return new Uint8Array(Buffer.from(content as string, 'base64'));
      case '$f64':
        return Number(content as string);
      case '$row':
        return new RowValue((content as ValueJson[]).map(valueFromJson));
      case '$array':
        return new ArrayValue((content as ValueJson[]).map(valueFromJson));
      case '$map':
        return new MapValue((content as [ValueJson, ValueJson][]).map(([k, v]) => [valueFromJson(k), valueFromJson(v)]));
    }
  }
  throw new Error(`not a value in JSON: ${JSON.stringify(json)}`);
}

/** For JSON.stringify over a whole plan: writes the bigints, bytes and nested values in it. */
export function plainJson(key: string, value: unknown): unknown {
  void key;
  if (typeof value === 'bigint' || value instanceof Uint8Array || value instanceof RowValue) return valueToJson(value);
  if (typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0))) return valueToJson(value);
  if (value instanceof ArrayValue || value instanceof MapValue) return valueToJson(value);
  return value;
}

/** For JSON.parse of what `plainJson` wrote. Numbers and texts stay as they are. */
export function reviveJson(key: string, value: unknown): unknown {
  void key;
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  const keys = Object.keys(value);
  return keys.length === 1 && /^\$(i64|bytes|f64|row|array|map)$/.test(keys[0])
    ? reviveTagged(keys[0], value as Record<string, unknown>)
    : value;
}

/** Inner values were revived before, as JSON.parse goes inside out. */
function reviveTagged(tag: string, json: Record<string, unknown>): Value {
  const content = json[tag];
  if (tag === '$row') return new RowValue(content as Value[]);
  if (tag === '$array') return new ArrayValue(content as Value[]);
  if (tag === '$map') return new MapValue(content as [Value, Value][]);
  return valueFromJson(json);
}
