/**
 * The stored form of one key group of a table, independent of parallelism: little-endian, column after column.
 *   group  := version u8, records i32, isStamped u8, column*, [stamp f64 * records], crc32 i32 of all before
 *   column := lane u8, isNullable u8, [null bits, ceil(records / 8)], body
 *   body   := bool u8*, i32*, i64*, f64* | lengths i32*, bytes | total i32, canonical values (value-codec.ts)
 * Columns stand in the order of the layout (key, sub-key, fields); the layout is stored in the manifest. NULL rows hold zeros.
 */
import { crc32 } from 'node:zlib';
import type { Column } from '../types/batch.ts';
import { type Lane, laneOf, type RowSchema, type SqlType } from '../types/sql-type.ts';
import { ByteReader, ByteWriter } from './byte-stream.ts';
import { HASH_VERSION } from './hash.ts';
import { type ColumnSlice, PAGE_BITS, PAGE_RECORDS } from './state-column.ts';
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

/** The records of an image (table-image.ts). Arrays are little-endian, as on all machines that Node.js runs on. */
export interface RecordSource {
  readonly heapData: Uint8Array;
  /** Pages as they were, by page number; what is missing is read from the live column. */
  readonly pages: readonly (readonly ColumnSlice[] | undefined)[];
  liveColumn(column: number): ColumnSlice & { readonly type: SqlType };
}

export function writeGroup(source: RecordSource, columns: number, stampsAt: number, ids: Int32Array): Uint8Array {
  const writer = new ByteWriter(64 + ids.length * 10 * columns);
  writer.u8(TABLE_FORMAT_VERSION);
  writer.i32(ids.length);
  writer.u8(stampsAt === -1 ? 0 : 1);
  for (let column = 0; column < columns; column++) writeColumn(writer, source, column, ids);
  if (stampsAt !== -1) writer.raw(bytesOf(gather(source, stampsAt, 'values', ids, new Float64Array(ids.length))));
  writer.i32(crc32(writer.bytes.subarray(0, writer.length)) | 0);
  return writer.finish();
}

type FixedArray = ColumnSlice['values'];

function bytesOf(array: FixedArray): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

type GatherLoop = (live: FixedArray, pages: RecordSource['pages'], column: number, part: string, ids: Int32Array, out: FixedArray) => void;

/** The same loop compiled once a lane: shared code over all kinds of arrays would box every BIGINT. */
function gatherLoop(): GatherLoop {
  const source = `for (let i = 0; i < ids.length; i++) {
    const id = ids[i], page = pages[id >> ${PAGE_BITS}];
    if (page === undefined) out[i] = live[id]; else out[i] = page[column][part][id & ${PAGE_RECORDS - 1}];
  }`;
  return new Function('live', 'pages', 'column', 'part', 'ids', 'out', source) as GatherLoop;
}

const LOOPS = { u8: gatherLoop(), i32: gatherLoop(), i64: gatherLoop(), f64: gatherLoop() };

/** Copies one array of a column for these ids to `out`. */
function gather<T extends FixedArray>(
  source: RecordSource,
  column: number,
  part: 'values' | 'nulls' | 'offsets' | 'lengths',
  ids: Int32Array,
  out: T,
): T {
  const lane = out instanceof Uint8Array ? 'u8' : out instanceof Int32Array ? 'i32' : out instanceof Float64Array ? 'f64' : 'i64';
  LOOPS[lane](source.liveColumn(column)[part], source.pages, column, part, ids, out);
  return out;
}

const FIXED: Readonly<Record<Exclude<Lane, 'bytes' | 'obj'>, (size: number) => FixedArray>> = {
  bool: (size) => new Uint8Array(size),
  i32: (size) => new Int32Array(size),
  i64: (size) => new BigInt64Array(size),
  f64: (size) => new Float64Array(size),
};

function writeColumn(writer: ByteWriter, source: RecordSource, column: number, ids: Int32Array): void {
  const { type } = source.liveColumn(column);
  const lane = laneOf(type);
  writer.u8(LANES.indexOf(lane));
  if (lane === 'obj') {
    writeObjects(writer, source, column, ids, type);
    return;
  }
  const isNull = gather(source, column, 'nulls', ids, new Uint8Array(ids.length));
  const hasNull = isNull.includes(1);
  writer.u8(hasNull ? 1 : 0);
  if (hasNull) {
    const at = writer.take((ids.length + 7) >> 3);
    writer.bytes.fill(0, at, writer.length);
    for (let i = 0; i < ids.length; i++) writer.bytes[at + (i >> 3)] |= isNull[i] << (i & 7);
  }
  if (lane === 'bytes') {
    writeBytes(writer, source, column, ids, isNull);
    return;
  }
  const values = gather(source, column, 'values', ids, FIXED[lane](ids.length));
  if (hasNull) for (let i = 0; i < ids.length; i++) if (isNull[i] === 1) values[i] = lane === 'i64' ? 0n : 0;
  writer.raw(bytesOf(values));
}

function writeBytes(writer: ByteWriter, source: RecordSource, column: number, ids: Int32Array, isNull: Uint8Array): void {
  const lengths = gather(source, column, 'lengths', ids, new Int32Array(ids.length));
  const offsets = gather(source, column, 'offsets', ids, new Int32Array(ids.length));
  for (let i = 0; i < ids.length; i++) if (isNull[i] === 1) lengths[i] = 0;
  writer.raw(bytesOf(lengths));
  for (let i = 0; i < ids.length; i++) writer.raw(source.heapData.subarray(offsets[i], offsets[i] + lengths[i]));
}

function writeObjects(writer: ByteWriter, source: RecordSource, column: number, ids: Int32Array, type: SqlType): void {
  writer.u8(0);
  const values = new ByteWriter();
  for (const id of ids) {
    const page = source.pages[id >> PAGE_BITS];
    const value = page === undefined ? source.liveColumn(column).objects[id] : page[column].objects[id & (PAGE_RECORDS - 1)];
    writeValue(values, value ?? null, type);
  }
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
    stamps = new Float64Array(reader.raw(records * 8).slice().buffer as ArrayBuffer);
  }
  if (reader.at !== bytes.length - 4) throw new StateError('corrupt', `Stored state has ${bytes.length - 4 - reader.at} bytes too many.`);
  return { records, columns, stamps };
}

function readColumn(reader: ByteReader, type: SqlType, records: number): Column {
  const lane = laneOf(type);
  if (LANES[reader.u8()] !== lane) throw new StateError('corrupt', 'Stored state does not match its layout.');
  let nulls: Uint8Array | null = null;
  if (reader.u8() === 1) {
    const bits = reader.raw((records + 7) >> 3);
    nulls = new Uint8Array(records);
    for (let i = 0; i < records; i++) nulls[i] = (bits[i >> 3] >> (i & 7)) & 1;
  }
  /** A copy, as the stored bytes are not aligned. */
  const fixed = (width: number): ArrayBuffer => reader.raw(records * width).slice().buffer as ArrayBuffer;
  switch (lane) {
    case 'bool':
      return { lane, values: new Uint8Array(fixed(1)), nulls };
    case 'i32':
      return { lane, values: new Int32Array(fixed(4)), nulls };
    case 'i64':
      return { lane, values: new BigInt64Array(fixed(8)), nulls };
    case 'f64':
      return { lane, values: new Float64Array(fixed(8)), nulls };
    case 'bytes': {
      const lengths = new Int32Array(fixed(4));
      const offsets = new Int32Array(records);
      let total = 0;
      for (let i = 0; i < records; i++) {
        offsets[i] = total;
        total += lengths[i];
      }
      return { lane, data: reader.raw(total), offsets, lengths, nulls };
    }
    case 'obj': {
      const stored = new ByteReader(reader.sized());
      return { lane, values: Array.from({ length: records }, () => readValue(stored, type)), nulls: null };
    }
  }
}
