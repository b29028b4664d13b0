/**
 * Canonical bytes of a value by its type: equal values give equal bytes. Used for stored objects, for hashing and for equality.
 * A value is a presence byte (0 = NULL), then its body: fixed-width little-endian numbers, sized bytes and texts, a DECIMAL as sized
 * minimal two's complement (little-endian), collections as a count and their members.
 */
import type { SqlType } from '../types/sql-type.ts';
import { ArrayValue, MapValue, RowValue, type Value } from '../types/value.ts';
import { type ByteReader, ByteWriter } from './byte-stream.ts';
import { StateError } from './table-spec.ts';

const COUNT_TYPE: SqlType = { kind: 'INT', nullable: false };

function writeDecimal(writer: ByteWriter, value: bigint): void {
  let length = 1;
  while (BigInt.asIntN(length * 8, value) !== value) length++;
  writer.u8(length);
  for (let i = 0; i < length; i++) writer.u8(Number((value >> BigInt(8 * i)) & 255n));
}

function readDecimal(reader: ByteReader): bigint {
  const length = reader.u8();
  let value = 0n;
  for (let i = 0; i < length; i++) value |= BigInt(reader.u8()) << BigInt(8 * i);
  return BigInt.asIntN(length * 8, value);
}

export function writeValue(writer: ByteWriter, value: Value, type: SqlType): void {
  if (value === null || value === undefined) {
    writer.u8(0);
    return;
  }
  writer.u8(1);
  switch (type.kind) {
    case 'BOOLEAN':
      writer.u8(value === true ? 1 : 0);
      break;
    case 'TINYINT':
    case 'SMALLINT':
    case 'INT':
    case 'DATE':
    case 'TIME':
    case 'INTERVAL_YEAR_MONTH':
      writer.i32(value as number);
      break;
    case 'BIGINT':
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
    case 'INTERVAL_DAY_TIME':
      writer.i64(value as bigint);
      break;
    case 'FLOAT':
    case 'DOUBLE':
      writer.f64(Number.isNaN(value) ? Number.NaN : (value as number));
      break;
    case 'DECIMAL':
      writeDecimal(writer, value as bigint);
      break;
    case 'CHAR':
    case 'VARCHAR':
      writer.text(value as string);
      break;
    case 'BINARY':
    case 'VARBINARY':
      writer.sized(value as Uint8Array);
      break;
    default:
      writeNested(writer, value, type);
      break;
  }
}

function writeNested(writer: ByteWriter, value: Value, type: SqlType): void {
  if (type.kind === 'ROW') {
    const { fields } = value as RowValue;
    type.fields.forEach((field, index) => {
      writeValue(writer, fields[index] as Value, field.type);
    });
  } else if (type.kind === 'ARRAY') {
    const { elements } = value as ArrayValue;
    writer.i32(elements.length);
    for (const element of elements) writeValue(writer, element, type.element);
  } else if (type.kind === 'MAP' || type.kind === 'MULTISET') {
    const [keyType, valueType] = type.kind === 'MAP' ? [type.key, type.value] : [type.element, COUNT_TYPE];
    const { entries } = value as MapValue;
    writer.i32(entries.length);
    for (const [key, item] of entries) {
      writeValue(writer, key, keyType);
      writeValue(writer, item, valueType);
    }
  } else throw new Error(`no value can have type ${type.kind}`);
}

export function readValue(reader: ByteReader, type: SqlType): Value {
  const presence = reader.u8();
  if (presence === 0) return null;
  if (presence !== 1) throw new StateError('corrupt', `Stored value has presence byte ${presence}.`);
  switch (type.kind) {
    case 'BOOLEAN':
      return reader.u8() === 1;
    case 'TINYINT':
    case 'SMALLINT':
    case 'INT':
    case 'DATE':
    case 'TIME':
    case 'INTERVAL_YEAR_MONTH':
      return reader.i32();
    case 'BIGINT':
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
    case 'INTERVAL_DAY_TIME':
      return reader.i64();
    case 'FLOAT':
    case 'DOUBLE':
      return reader.f64();
    case 'DECIMAL':
      return readDecimal(reader);
    case 'CHAR':
    case 'VARCHAR':
      return reader.text();
    case 'BINARY':
    case 'VARBINARY':
      return reader.sized().slice();
    default:
      return readNested(reader, type);
  }
}

function readNested(reader: ByteReader, type: SqlType): Value {
  if (type.kind === 'ROW') return new RowValue(type.fields.map((field) => readValue(reader, field.type)));
  const count = reader.i32();
  if (type.kind === 'ARRAY') {
    const elements: Value[] = [];
    for (let i = 0; i < count; i++) elements.push(readValue(reader, type.element));
    return new ArrayValue(elements);
  }
  if (type.kind === 'MAP' || type.kind === 'MULTISET') {
    const [keyType, valueType] = type.kind === 'MAP' ? [type.key, type.value] : [type.element, COUNT_TYPE];
    const entries: [Value, Value][] = [];
    for (let i = 0; i < count; i++) entries.push([readValue(reader, keyType), readValue(reader, valueType)]);
    return new MapValue(entries);
  }
  throw new StateError('corrupt', `Stored value of type ${type.kind}.`);
}

const scratch = new ByteWriter();

/** Canonical bytes; the view is valid until the next call. */
export function canonicalBytes(value: Value, type: SqlType): Uint8Array {
  scratch.reset();
  writeValue(scratch, value, type);
  return scratch.bytes.subarray(0, scratch.length);
}

/** A text that equal values share, for Maps keyed by value. */
export function canonicalText(value: Value, type: SqlType): string {
  const bytes = canonicalBytes(value, type);
  let text = '';
  for (let i = 0; i < bytes.length; i++) text += String.fromCharCode(bytes[i]);
  return text;
}

/** Equality of grouping: NULL equals NULL, NaN equals NaN. */
export function isSameValue(a: Value, b: Value, type: SqlType): boolean {
  if (a === null || b === null || a === undefined || b === undefined) return (a ?? null) === (b ?? null);
  if (typeof a !== 'object' || typeof b !== 'object') return Object.is(a, b);
  const left = canonicalBytes(a, type).slice();
  const right = canonicalBytes(b, type);
  if (left.length !== right.length) return false;
  for (let i = 0; i < left.length; i++) if (left[i] !== right[i]) return false;
  return true;
}
