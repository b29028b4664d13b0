/**
 * The stored form of one key group of a table, independent of parallelism: little-endian, column after column.
 *   group  := version u8, records i32, isStamped u8, column*, [stamp f64 * records], crc32 i32 of all before
 *   column := lane u8, isNullable u8, [null bits, ceil(records / 8)], body
 *   body   := bool u8*, i32*, i64*, f64* | lengths i32*, bytes | total i32, canonical values (value-codec.ts)
 * Columns stand in the order of the layout (key, sub-key, fields); the layout is stored in the manifest. NULL rows hold zeros.
 */
import { crc32 } from 'node:zlib';
import type { Column } from '../types/batch.ts';
import { createColumn } from '../types/batch-builder.ts';
import { type Lane, laneOf, type RowSchema, type SqlType } from '../types/sql-type.ts';
import { ByteReader, ByteWriter } from './byte-stream.ts';
import { HASH_VERSION } from './hash.ts';
import type { ColumnSlice } from './state-column.ts';
import { StateError, type StateField, type TableSpec } from './table-spec.ts';
import { readValue, writeValue } from './value-codec.ts';

export const TABLE_FORMAT_VERSION = 1;
const LANES: readonly Lane[] = ['bool', 'i32', 'i64', 'f64', 'bytes', 'obj'];

export interface TableLayout {
  readonly hashVersion: number;
  readonly key: RowSchema;
  readonly subKey: RowSchema;
  readonly fields: readonly StateField[];
}

export function layoutOf(spec: TableSpec): Readonly<Record<string, unknown>> {
  return { hashVersion: HASH_VERSION, key: spec.key, subKey: spec.subKey, fields: spec.fields };
}

/** Throws StateError when the layout is none that this version can read. */
export function readLayout(layout: Readonly<Record<string, unknown>>, formatVersion: number, label: string): TableLayout {
  const { hashVersion, key, subKey, fields } = layout as Partial<TableLayout>;
  if (formatVersion !== TABLE_FORMAT_VERSION || hashVersion !== HASH_VERSION) {
    throw new StateError(
      'incompatible',
      `State of ${label} is stored in format ${formatVersion} with hash ${String(hashVersion)}; this version reads format ${TABLE_FORMAT_VERSION} with hash ${HASH_VERSION}.`,
    );
  }
  if (!Array.isArray(key) || !Array.isArray(subKey) || !Array.isArray(fields)) {
    throw new StateError('corrupt', `The stored layout of ${label} is incomplete.`);
  }
  return { hashVersion, key, subKey, fields };
}

/** Reads records of an image (table-image.ts). */
export interface RecordSource {
  readonly heapData: Uint8Array;
  typeOf(column: number): SqlType;
  sliceOf(id: number, column: number): ColumnSlice;
  indexOf(id: number): number;
}

export function writeGroup(source: RecordSource, columns: number, stampsAt: number, ids: Int32Array): Uint8Array {
  const writer = new ByteWriter(64 + ids.length * 8 * columns);
  writer.u8(TABLE_FORMAT_VERSION);
  writer.i32(ids.length);
  writer.u8(stampsAt === -1 ? 0 : 1);
  for (let column = 0; column < columns; column++) writeColumn(writer, source, column, ids);
  if (stampsAt !== -1) for (const id of ids) writer.f64(Number(source.sliceOf(id, stampsAt).values[source.indexOf(id)]));
  writer.i32(crc32(writer.bytes.subarray(0, writer.length)) | 0);
  return writer.finish();
}

function writeColumn(writer: ByteWriter, source: RecordSource, column: number, ids: Int32Array): void {
  const type = source.typeOf(column);
  const lane = laneOf(type);
  writer.u8(LANES.indexOf(lane));
  if (lane === 'obj') {
    writeObjects(writer, source, column, ids, type);
    return;
  }
  const isNull = new Uint8Array(ids.length);
  let nulls = 0;
  for (let i = 0; i < ids.length; i++) {
    isNull[i] = source.sliceOf(ids[i], column).nulls[source.indexOf(ids[i])];
    nulls += isNull[i];
  }
  writer.u8(nulls > 0 ? 1 : 0);
  if (nulls > 0) {
    const at = writer.take((ids.length + 7) >> 3);
    writer.bytes.fill(0, at, writer.length);
    for (let i = 0; i < ids.length; i++) writer.bytes[at + (i >> 3)] |= isNull[i] << (i & 7);
  }
  if (lane === 'bytes') {
    writeBytes(writer, source, column, ids, isNull);
    return;
  }
  for (let i = 0; i < ids.length; i++) {
    const value = isNull[i] === 1 ? 0 : source.sliceOf(ids[i], column).values[source.indexOf(ids[i])];
    if (lane === 'bool') writer.u8(Number(value));
    else if (lane === 'i32') writer.i32(Number(value));
    else if (lane === 'f64') writer.f64(Number(value));
    else writer.i64(BigInt(value));
  }
}

function writeBytes(writer: ByteWriter, source: RecordSource, column: number, ids: Int32Array, isNull: Uint8Array): void {
  for (let i = 0; i < ids.length; i++) writer.i32(isNull[i] === 1 ? 0 : source.sliceOf(ids[i], column).lengths[source.indexOf(ids[i])]);
  for (let i = 0; i < ids.length; i++) {
    if (isNull[i] === 1) continue;
    const slice = source.sliceOf(ids[i], column);
    const at = source.indexOf(ids[i]);
    writer.raw(source.heapData.subarray(slice.offsets[at], slice.offsets[at] + slice.lengths[at]));
  }
}

function writeObjects(writer: ByteWriter, source: RecordSource, column: number, ids: Int32Array, type: SqlType): void {
  writer.u8(0);
  const values = new ByteWriter();
  for (const id of ids) writeValue(values, source.sliceOf(id, column).objects[source.indexOf(id)] ?? null, type);
  writer.sized(values.bytes.subarray(0, values.length));
}

export interface StoredGroup {
  readonly records: number;
  /** Key, sub-key, fields. */
  readonly columns: Column[];
  /** Time of the last write, when the table had a TTL. */
  readonly stamps: Float64Array | null;
}

/** Throws StateError('corrupt') for anything but what writeGroup made with this layout. */
export function readGroup(bytes: Uint8Array, layout: TableLayout): StoredGroup {
  const reader = new ByteReader(bytes);
  reader.take(bytes.length - 4);
  if (bytes.length < 10 || reader.i32() !== (crc32(bytes.subarray(0, bytes.length - 4)) | 0)) {
    throw new StateError('corrupt', 'Stored state is damaged: its checksum does not match.');
  }
  reader.at = 0;
  const version = reader.u8();
  if (version !== TABLE_FORMAT_VERSION)
    throw new StateError('incompatible', `Stored state has format ${version}; this version reads ${TABLE_FORMAT_VERSION}.`);
  const records = reader.i32();
  const isStamped = reader.u8() === 1;
  const columns = [...layout.key, ...layout.subKey, ...layout.fields].map((field) => readColumn(reader, field.type, records));
  let stamps: Float64Array | null = null;
  if (isStamped) {
    stamps = new Float64Array(records);
    for (let i = 0; i < records; i++) stamps[i] = reader.f64();
  }
  if (reader.at !== bytes.length - 4) throw new StateError('corrupt', `Stored state has ${bytes.length - 4 - reader.at} bytes too many.`);
  return { records, columns, stamps };
}

function readColumn(reader: ByteReader, type: SqlType, records: number): Column {
  const lane = laneOf(type);
  if (LANES[reader.u8()] !== lane) throw new StateError('corrupt', 'Stored state does not match its layout.');
  const column = createColumn(lane, records);
  const isNullable = reader.u8() === 1;
  if (isNullable) {
    const bits = reader.raw((records + 7) >> 3);
    const nulls = column.nulls as Uint8Array;
    for (let i = 0; i < records; i++) nulls[i] = (bits[i >> 3] >> (i & 7)) & 1;
  } else column.nulls = null;
  switch (column.lane) {
    case 'bool':
      column.values.set(reader.raw(records));
      break;
    case 'i32':
      for (let i = 0; i < records; i++) column.values[i] = reader.i32();
      break;
    case 'i64':
      for (let i = 0; i < records; i++) column.values[i] = reader.i64();
      break;
    case 'f64':
      for (let i = 0; i < records; i++) column.values[i] = reader.f64();
      break;
    case 'bytes': {
      let total = 0;
      for (let i = 0; i < records; i++) {
        column.offsets[i] = total;
        column.lengths[i] = reader.i32();
        total += column.lengths[i];
      }
      column.data = reader.raw(total);
      break;
    }
    case 'obj': {
      const values = new ByteReader(reader.sized());
      for (let i = 0; i < records; i++) column.values[i] = readValue(values, type);
    }
  }
  return column;
}
