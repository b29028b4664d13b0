/**
 * Format `raw`: a record is the bytes of its one column. Numbers take their fixed width in the byte order asked for; a text takes
 * the whole record in the character set asked for. Source: Flink's RawFormatDeserializationSchema.
 */
import { DataError } from '../../functions/contract.ts';
import type { TableColumnRead } from '../../planner/physical-plan.ts';
import type { Batch, BytesColumn, Column } from '../../types/batch.ts';
import type { BatchBuilder } from '../../types/batch-builder.ts';
import { isNullAt, valueAt } from '../../types/row-access.ts';
import type { RowSchema, SqlType } from '../../types/sql-type.ts';
import { decodeText, mayHoldHalves, toUtf8 } from '../../types/text-bytes.ts';
import { isText } from '../../types/type-families.ts';
import type { Value } from '../../types/value.ts';
import { writeBytes, writeText } from '../byte-sink.ts';
import type { ByteSink, Decoder, Encoder, Format } from '../contract.ts';
import { describeRaw, type RawOptions, readRawOptions } from './options.ts';

const WIDTHS: Readonly<Record<string, number>> = { BOOLEAN: 1, TINYINT: 1, SMALLINT: 2, INT: 4, BIGINT: 8, FLOAT: 4, DOUBLE: 8 };

export const rawFormat: Format = {
  name: 'raw',
  describe: describeRaw,
  createDecoder: (options, physical, reads) => createRawDecoder(readRawOptions(options).raw, physical, reads),
  createEncoder: (options, schema) => createRawEncoder(readRawOptions(options).raw, schema),
};

function createRawDecoder(options: RawOptions, physical: RowSchema, reads: readonly TableColumnRead[]): Decoder {
  const type = (physical[0] as RowSchema[number]).type;
  const isUtf8 = new TextDecoder(options.charset).encoding === 'utf-8';
  const decoder = new TextDecoder(options.charset);
  return {
    decode(data, start, end, into) {
      for (let column = 0; column < reads.length; column++) {
        const width = WIDTHS[type.kind];
        if (width !== undefined) into.setValue(column, readNumber(data, start, end, type, width, options.isBigEndian));
        else if (type.kind === 'BINARY' || type.kind === 'VARBINARY') into.setBytes(column, data, start, end);
        else setText(data, start, end, column, into, isUtf8, decoder);
      }
      into.endRow();
      return true;
    },
  };
}

/** UTF-8 is copied; what is no UTF-8 becomes U+FFFD, as in Java. */
function setText(
  data: Uint8Array,
  start: number,
  end: number,
  column: number,
  into: BatchBuilder,
  isUtf8: boolean,
  decoder: TextDecoder,
): void {
  let mix = 0;
  if (isUtf8) for (let i = start; i < end; i++) mix |= data[i] as number;
  if (isUtf8 && mix < 128) into.setBytes(column, data, start, end);
  else into.setText(column, decoder.decode(data.subarray(start, end)));
}

function readNumber(data: Uint8Array, start: number, end: number, type: SqlType, width: number, isBigEndian: boolean): Value {
  if (end - start < width) throw new DataError(`Malformed raw record: ${type.kind} takes ${width} bytes, the record has ${end - start}.`);
  const view = new DataView(data.buffer, data.byteOffset + start, width);
  switch (type.kind) {
    case 'BOOLEAN':
      return view.getUint8(0) !== 0;
    case 'TINYINT':
      return view.getInt8(0);
    case 'SMALLINT':
      return view.getInt16(0, !isBigEndian);
    case 'INT':
      return view.getInt32(0, !isBigEndian);
    case 'BIGINT':
      return view.getBigInt64(0, !isBigEndian);
    case 'FLOAT':
      return view.getFloat32(0, !isBigEndian);
    default:
      return view.getFloat64(0, !isBigEndian);
  }
}

function createRawEncoder(options: RawOptions, schema: RowSchema): Encoder {
  const type = (schema[0] as RowSchema[number]).type;
  const encoding = new TextDecoder(options.charset).encoding;
  return {
    encode(batch: Batch, row: number, out: ByteSink) {
      const column = batch.columns[0] as Column;
      if (isNullAt(column, row)) return;
      const width = WIDTHS[type.kind];
      if (width !== undefined) writeNumber(valueAt(column, row, type), type, width, options.isBigEndian, out);
      else if (type.kind === 'BINARY' || type.kind === 'VARBINARY' || encoding === 'utf-8') {
        const { data, offsets, lengths } = column as BytesColumn;
        const start = offsets[row] as number;
        const end = start + (lengths[row] as number);
        if (mayHoldHalves() && isText(type)) writeText(decodeText(data, start, end), out);
        else writeBytes(data, start, end, out);
      } else writeEncoded(valueAt(column, row, type) as string, encoding, out);
    },
  };
}

/** Buffer's names of what can be written besides UTF-8. */
const WRITABLE: Readonly<Record<string, BufferEncoding>> = { 'utf-16le': 'utf16le', 'windows-1252': 'latin1', 'iso-8859-1': 'latin1' };

function writeEncoded(text: string, encoding: string, out: ByteSink): void {
  const target = WRITABLE[encoding];
  if (target === undefined) {
    if (encoding !== 'utf-16be')
      throw new DataError(`Text cannot be written in the character set '${encoding}'; UTF-8, UTF-16 and ISO-8859-1 can.`);
    const swapped = Buffer.from(text.toWellFormed(), 'utf16le').swap16();
    writeBytes(swapped, 0, swapped.length, out);
    return;
  }
  const plain = target === 'latin1' ? toUtf8(text) : text.toWellFormed();
  const bytes = Buffer.from(plain, target);
  if (target === 'latin1' && bytes.toString('latin1') !== plain)
    throw new DataError(`'${text}' has characters that ${encoding} cannot hold.`);
  writeBytes(bytes, 0, bytes.length, out);
}

function writeNumber(value: Value, type: SqlType, width: number, isBigEndian: boolean, out: ByteSink): void {
  out.ensure(width);
  const view = new DataView(out.buffer.buffer, out.buffer.byteOffset + out.length, width);
  switch (type.kind) {
    case 'BOOLEAN':
      view.setUint8(0, value === true ? 1 : 0);
      break;
    case 'TINYINT':
      view.setInt8(0, value as number);
      break;
    case 'SMALLINT':
      view.setInt16(0, value as number, !isBigEndian);
      break;
    case 'INT':
      view.setInt32(0, value as number, !isBigEndian);
      break;
    case 'BIGINT':
      view.setBigInt64(0, value as bigint, !isBigEndian);
      break;
    case 'FLOAT':
      view.setFloat32(0, value as number, !isBigEndian);
      break;
    default:
      view.setFloat64(0, value as number, !isBigEndian);
  }
  out.length += width;
}
