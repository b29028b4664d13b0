/**
 * The encoder of `json`: columns to bytes by one writer a column; text, numbers and booleans make no object. Forms are those of
 * Flink's RowDataToJsonConverters with Jackson: FLOAT and DOUBLE as Java prints them, DECIMAL without trailing zeros (in
 * scientific notation where that has a positive exponent) or plain, BYTES as base64.
 */
import { DataError } from '../../functions/contract.ts';
import type { Batch, BoolColumn, BytesColumn, Column, F64Column, I32Column, I64Column } from '../../types/batch.ts';
import { formatDecimal } from '../../types/decimal-arithmetic.ts';
import { formatDouble, formatFloat } from '../../types/format-number.ts';
import { isNullAt, valueAt, wholeValueAt } from '../../types/row-access.ts';
import { laneOf, type RowSchema, type SqlType } from '../../types/sql-type.ts';
import { isHalf, unitAt } from '../../types/text-bytes.ts';
import { formatDate, wholeTimestamp } from '../../types/timestamps.ts';
import type { ArrayValue, FineTimestamp, MapValue, RowValue, Value } from '../../types/value.ts';
import { writeBigInteger, writeBytes, writeInteger, writeText } from '../byte-sink.ts';
import type { ByteSink, Encoder } from '../contract.ts';
import { LaneWordsView } from '../lane-words.ts';
import { writeTime, writeTimestamp } from '../temporal-text.ts';
import type { JsonOptions } from './options.ts';

type ColumnWriter = (column: Column, row: number, out: ByteSink) => void;

const textEncoder = new TextEncoder();
const COMMA = 44;
const QUOTE = 34;
const BACKSLASH = 92;

export class JsonEncoder implements Encoder {
  readonly #keys: readonly Uint8Array[];
  readonly #writers: readonly ColumnWriter[];
  readonly #columns: readonly number[];
  readonly #skipsNull: boolean;

  /** `columns[i]` is the batch's column of schema[i]; without it, i. */
  constructor(schema: RowSchema, options: JsonOptions, columns: readonly number[] = schema.map((_, i) => i)) {
    this.#keys = schema.map((field) => textEncoder.encode(`${JSON.stringify(field.name)}:`));
    this.#writers = schema.map((field) => writerOf(field.type, options));
    this.#columns = columns;
    this.#skipsNull = options.ignoreNullFields;
  }

  encode(batch: Batch, row: number, out: ByteSink): void {
    out.ensure(2);
    out.buffer[out.length++] = 0x7b;
    let isFirst = true;
    for (let i = 0; i < this.#keys.length; i++) {
      const column = batch.columns[this.#columns[i] as number] as Column;
      const isNull = isNullAt(column, row);
      if (isNull && this.#skipsNull) continue;
      if (isFirst) isFirst = false;
      else writeByte(COMMA, out);
      const key = this.#keys[i] as Uint8Array;
      writeBytes(key, 0, key.length, out);
      if (isNull) writeNull(out);
      else (this.#writers[i] as ColumnWriter)(column, row, out);
    }
    writeByte(0x7d, out);
  }
}

function writeByte(byte: number, out: ByteSink): void {
  out.ensure(1);
  out.buffer[out.length++] = byte;
}

export function writeNull(out: ByteSink): void {
  out.ensure(4);
  const { buffer, length } = out;
  buffer[length] = 110;
  buffer[length + 1] = 117;
  buffer[length + 2] = 108;
  buffer[length + 3] = 108;
  out.length = length + 4;
}

/** How a non-null value of a column of this type is written. */
function writerOf(type: SqlType, options: JsonOptions): ColumnWriter {
  switch (type.kind) {
    case 'BOOLEAN':
      return (column, row, out) => writeText((column as BoolColumn).values[row] === 1 ? 'true' : 'false', out);
    case 'TINYINT':
    case 'SMALLINT':
    case 'INT':
    case 'INTERVAL_YEAR_MONTH':
      return (column, row, out) => writeInteger((column as I32Column).values[row] as number, out);
    case 'BIGINT':
    case 'INTERVAL_DAY_TIME': {
      const view = new LaneWordsView();
      return (column, row, out) => writeBigInteger(view.of((column as I64Column).values), row, out);
    }
    case 'FLOAT':
    case 'DOUBLE':
      return (column, row, out) => writeText(floatingJson((column as F64Column).values[row] as number, type.kind), out);
    case 'CHAR':
    case 'VARCHAR':
      return (column, row, out) => {
        const { data, offsets, lengths } = column as BytesColumn;
        const start = offsets[row] as number;
        writeJsonString(data, start, start + (lengths[row] as number), out);
      };
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return timestampWriter(type, options);
    default:
      return laneOf(type) === 'obj' || type.kind !== 'NULL'
        ? (column, row, out) => writeText(valueToJson(valueAt(column, row, type), type, options), out)
        : (_column, _row, out) => writeNull(out);
  }
}

/** The date part is remembered: rows near in time share it. */
function timestampWriter(type: SqlType & { kind: 'TIMESTAMP' | 'TIMESTAMP_LTZ' }, options: JsonOptions): ColumnWriter {
  const isInstant = type.kind === 'TIMESTAMP_LTZ';
  const view = new LaneWordsView();
  let second = Number.NaN;
  let prefix: Uint8Array = new Uint8Array(0);
  return (column, row, out) => {
    const { nanos } = column as I64Column;
    if (nanos && nanos[row] !== 0) {
      const whole = wholeTimestamp(wholeValueAt(column, row, type) as FineTimestamp, type.precision);
      writeText(`"${writeTimestamp(...whole, options.timestampFormat, isInstant)}"`, out);
      return;
    }
    const { values, words } = view.of((column as I64Column).values);
    const high = words[row * 2 + 1] as number;
    if (type.precision > 3 || high < -0x100000 || high > 0x100000) {
      writeText(`"${writeTimestamp(values[row] as bigint, type.precision, options.timestampFormat, isInstant)}"`, out);
      return;
    }
    const ms = high * 4294967296 + ((words[row * 2] as number) >>> 0);
    const at = Math.floor(ms / 1000);
    if (at !== second) {
      prefix = textEncoder.encode(`"${writeTimestamp(BigInt(at) * 1000n, 3, options.timestampFormat, false)}`);
      second = at;
    }
    writeBytes(prefix, 0, prefix.length, out);
    writeFraction(ms - at * 1000, out);
    out.ensure(2);
    if (isInstant) out.buffer[out.length++] = 90;
    out.buffer[out.length++] = QUOTE;
  };
}

/** `.5`, `.25`, `.125` or nothing for a whole second. */
function writeFraction(ms: number, out: ByteSink): void {
  if (ms === 0) return;
  out.ensure(4);
  const { buffer } = out;
  buffer[out.length++] = 46;
  buffer[out.length++] = 48 + ((ms / 100) | 0);
  if (ms % 100 === 0) return;
  buffer[out.length++] = 48 + (((ms / 10) | 0) % 10);
  if (ms % 10 !== 0) buffer[out.length++] = 48 + (ms % 10);
}

const SHORT_ESCAPES: Readonly<Record<number, number>> = { 8: 98, 9: 116, 10: 110, 12: 102, 13: 114, 34: 34, 92: 92 };
const HEX = textEncoder.encode('0123456789ABCDEF');

/** 1 for bytes that are written as they are. 0xED begins characters from U+D000 on, among them halves of surrogate pairs. */
const PLAIN = new Uint8Array(256).fill(1, 32);
PLAIN[QUOTE] = 0;
PLAIN[BACKSLASH] = 0;
PLAIN[0xed] = 0;

/** A text's bytes as a JSON string; only quotes, backslashes, control characters and halves of surrogate pairs are escaped. */
export function writeJsonString(data: Uint8Array, start: number, end: number, out: ByteSink): void {
  out.ensure((end - start) * 6 + 2);
  const { buffer } = out;
  let at = out.length;
  buffer[at++] = QUOTE;
  for (let i = start; i < end; i++) {
    const byte = data[i] as number;
    if (PLAIN[byte] === 1 || (byte === 0xed && !isHalf(data, i))) {
      buffer[at++] = byte;
      continue;
    }
    buffer[at++] = BACKSLASH;
    if (byte === 0xed) {
      at = writeUnit(unitAt(data, i), buffer, at);
      i += 2;
      continue;
    }
    const short = SHORT_ESCAPES[byte];
    if (short !== undefined) buffer[at++] = short;
    else at = writeUnit(byte, buffer, at);
  }
  buffer[at++] = QUOTE;
  out.length = at;
}

/** `uD83D`, behind a backslash. */
function writeUnit(unit: number, buffer: Uint8Array, start: number): number {
  buffer[start] = 117;
  for (let digit = 0; digit < 4; digit++) buffer[start + 1 + digit] = HEX[(unit >> (12 - 4 * digit)) & 15] as number;
  return start + 5;
}

function floatingJson(value: number, kind: SqlType['kind']): string {
  const text = kind === 'FLOAT' ? formatFloat(value) : formatDouble(value);
  return Number.isFinite(value) ? text : `"${text}"`;
}

/** BigDecimal.stripTrailingZeros().toString(), or plain. */
export function decimalJson(unscaled: bigint, scale: number, isPlain: boolean): string {
  if (unscaled === 0n) return '0';
  const sign = unscaled < 0n ? '-' : '';
  const all = (unscaled < 0n ? -unscaled : unscaled).toString();
  const digits = all.replace(/0+$/, '');
  const kept = scale - (all.length - digits.length);
  if (isPlain || (kept >= 0 && digits.length - 1 - kept >= -6)) {
    return kept >= 0 ? sign + formatDecimal(BigInt(digits), kept) : sign + digits + '0'.repeat(-kept);
  }
  const exponent = digits.length - 1 - kept;
  return `${sign}${digits[0]}${digits.length > 1 ? `.${digits.slice(1)}` : ''}E${exponent >= 0 ? '+' : ''}${exponent}`;
}

/** Any value as JSON text; the general way. */
export function valueToJson(value: Value, type: SqlType, options: JsonOptions): string {
  if (value === null) return 'null';
  switch (type.kind) {
    case 'BOOLEAN':
      return value ? 'true' : 'false';
    case 'FLOAT':
    case 'DOUBLE':
      return floatingJson(value as number, type.kind);
    case 'DECIMAL':
      return decimalJson(value as bigint, type.scale, options.decimalAsPlainNumber);
    case 'CHAR':
    case 'VARCHAR':
      return JSON.stringify(value);
    case 'BINARY':
    case 'VARBINARY':
      return `"${Buffer.from(value as Uint8Array).toString('base64')}"`;
    case 'DATE':
      return `"${formatDate(value as number)}"`;
    case 'TIME':
      return `"${writeTime(value as number)}"`;
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return `"${writeTimestamp(value as bigint, type.precision, options.timestampFormat, type.kind === 'TIMESTAMP_LTZ')}"`;
    case 'ARRAY':
      return `[${(value as ArrayValue).elements.map((element) => valueToJson(element, type.element, options)).join(',')}]`;
    case 'ROW':
      return rowToJson(value as RowValue, type.fields, options);
    case 'MAP':
      return mapToJson(value as MapValue, type.key, type.value, options);
    case 'MULTISET':
      return mapToJson(value as MapValue, type.element, { kind: 'INT', nullable: false }, options);
    default:
      return String(value);
  }
}

function rowToJson(row: RowValue, fields: RowSchema, options: JsonOptions): string {
  const parts: string[] = [];
  fields.forEach((field, i) => {
    const value = row.fields[i] ?? null;
    if (value === null && options.ignoreNullFields) return;
    parts.push(`${JSON.stringify(field.name)}:${valueToJson(value, field.type, options)}`);
  });
  return `{${parts.join(',')}}`;
}

function mapToJson(map: MapValue, keyType: SqlType, valueType: SqlType, options: JsonOptions): string {
  const fields = new Map<string, string>();
  for (const [key, value] of map.entries) {
    const name = key === null ? nullKey(options) : key;
    if (name === undefined) continue;
    if (typeof name !== 'string') throw new DataError(`A map key of type ${keyType.kind} cannot be written as JSON: keys must be text.`);
    if (value === null && options.ignoreNullFields) continue;
    fields.set(name, valueToJson(value, valueType, options));
  }
  return `{${[...fields].map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(',')}}`;
}

/** undefined = leave the entry out. */
function nullKey(options: JsonOptions): string | undefined {
  if (options.mapNullKeyMode === 'LITERAL') return options.mapNullKeyLiteral;
  if (options.mapNullKeyMode === 'DROP') return undefined;
  throw new DataError("A map has a NULL key, which JSON cannot hold; set 'map-null-key.mode' to DROP or LITERAL.");
}
