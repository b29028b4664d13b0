/**
 * JSON that keeps what plans and manifests hold beyond JSON (types/value.ts): bigint {"$i64":"123"}, bytes {"$bytes":"base64"},
 * ROW {"$row":[…]}, ARRAY {"$array":[…]}, MAP {"$map":[[k,v],…]}, and numbers JSON has no word for {"$number":"NaN"}.
 * Only objects with exactly one such key are read back as values; the writer never makes another object of that form.
 */
import { ArrayValue, MapValue, RowValue, type Value } from '../types/value.ts';

export function encodeJson(value: unknown): string {
  return JSON.stringify(toPlain(value));
}

function toPlain(value: unknown): unknown {
  switch (typeof value) {
    case 'bigint':
      return { $i64: value.toString() };
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0) ? value : { $number: Object.is(value, -0) ? '-0' : String(value) };
    case 'object':
      break;
    default:
      return value;
  }
  if (value === null) return null;
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64') };
  if (value instanceof RowValue) return { $row: value.fields.map(toPlain) };
  if (value instanceof ArrayValue) return { $array: value.elements.map(toPlain) };
  if (value instanceof MapValue) return { $map: value.entries.map(([key, entry]) => [toPlain(key), toPlain(entry)]) };
  if (Array.isArray(value)) return value.map(toPlain);
  const plain: Record<string, unknown> = {};
  for (const [key, entry] of Object.entries(value)) plain[key] = toPlain(entry);
  return plain;
}

export function decodeJson(text: string): unknown {
  return fromPlain(JSON.parse(text));
}

function fromPlain(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(fromPlain);
  const keys = Object.keys(value);
  const record = value as Record<string, unknown>;
  if (keys.length === 1 && keys[0]?.startsWith('$')) {
    const inner = record[keys[0]];
    switch (keys[0]) {
      case '$i64':
        return BigInt(inner as string);
      case '$bytes':
        return new Uint8Array(Buffer.from(inner as string, 'base64'));
      case '$number':
        return Number(inner);
      case '$row':
        return new RowValue((inner as unknown[]).map(fromPlain) as Value[]);
      case '$array':
        return new ArrayValue((inner as unknown[]).map(fromPlain) as Value[]);
      case '$map':
        return new MapValue((inner as [unknown, unknown][]).map(([key, entry]) => [fromPlain(key) as Value, fromPlain(entry) as Value]));
    }
  }
  const decoded: Record<string, unknown> = {};
  for (const key of keys) {
    if (key === '__proto__') continue;
    decoded[key] = fromPlain(record[key]);
  }
  return decoded;
}
