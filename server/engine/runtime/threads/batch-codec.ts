/**
 * A batch as bytes, column by column, for the way from one thread to another; nothing of it is kept anywhere.
 *
 * Shape: 32-bit words [rows, selected, split, flags, columns], then three words a column [lane, has nulls, bytes of its heap]; then, each
 * padded to 8 bytes: change kinds, selection, and of each column its nulls and its lane (of bytes: offsets, lengths, heap; of objects: their
 * canonical bytes by type). Reading makes views of the bytes and copies only objects.
 */
import { ByteReader, ByteWriter } from '../../state/byte-stream.ts';
import { readValue, writeValue } from '../../state/value-codec.ts';
import type { Batch, Column, Nulls } from '../../types/batch.ts';
import type { RowSchema, SqlType } from '../../types/sql-type.ts';
import type { Value } from '../../types/value.ts';

const LANES = ['bool', 'i32', 'i64', 'f64', 'bytes', 'obj'] as const;
const HAS_KINDS = 1;
const HAS_SELECTION = 2;
const HEAD_WORDS = 5;
const COLUMN_WORDS = 3;
const ALIGNMENT = 8;
const PADDING = new Uint8Array(ALIGNMENT);

/** Bytes in their order; their total is a multiple of 8. */
export class Segments {
  readonly parts: Uint8Array[] = [];
  bytes = 0;

  /** Adds the bytes of an array, not a copy of them, and pads them. */
  add(array: Uint8Array | Int32Array | BigInt64Array | Float64Array): void {
    if (array.byteLength === 0) return;
    this.parts.push(array instanceof Uint8Array ? array : new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
    const padding = -array.byteLength & (ALIGNMENT - 1);
    if (padding > 0) this.parts.push(PADDING.subarray(0, padding));
    this.bytes += array.byteLength + padding;
  }
}

/** Adds a batch of this schema. The batch's arrays must stay as they are until the segments were copied. */
export function encodeBatch(batch: Batch, schema: RowSchema, into: Segments): void {
  const { rows, columns, kinds, selection, selected, split } = batch;
  const head = new Int32Array(HEAD_WORDS + COLUMN_WORDS * columns.length);
  head.set([rows, selected, split, (kinds ? HAS_KINDS : 0) | (selection ? HAS_SELECTION : 0), columns.length]);
  const objects = columns.map((column, index) => (column.lane === 'obj' ? encodeObjects(column.values, rows, schema[index].type) : null));
  columns.forEach((column, index) => {
    const heap = column.lane === 'bytes' ? column.data.length : (objects[index]?.length ?? 0);
    head.set([LANES.indexOf(column.lane), column.nulls ? 1 : 0, heap], HEAD_WORDS + COLUMN_WORDS * index);
  });
  into.add(head);
  if (kinds) into.add(kinds.subarray(0, rows));
  if (selection) into.add(selection.subarray(0, selected));
  columns.forEach((column, index) => {
    if (column.nulls) into.add(column.nulls.subarray(0, rows));
    if (column.lane === 'obj') into.add(objects[index] as Uint8Array);
    else if (column.lane === 'bytes') {
      into.add(column.offsets.subarray(0, rows));
      into.add(column.lengths.subarray(0, rows));
      into.add(column.data);
    } else into.add(column.values.subarray(0, rows));
  });
}

function encodeObjects(values: readonly Value[], rows: number, type: SqlType): Uint8Array {
  const writer = new ByteWriter(rows * 16 + 8);
  for (let row = 0; row < rows; row++) writeValue(writer, values[row] ?? null, type);
  return writer.bytes.subarray(0, writer.length);
}

/** What `encodeBatch` wrote, at a multiple of 8 in `memory`; the batch consists of views of it. */
export function decodeBatch(memory: ArrayBuffer, start: number, schema: RowSchema): Batch {
  let at = start;
  const take = (bytes: number) => {
    const from = at;
    at += (bytes + ALIGNMENT - 1) & -ALIGNMENT;
    return from;
  };
  const [rows, selected, split, flags, width] = new Int32Array(memory, start, HEAD_WORDS) as unknown as [
    number,
    number,
    number,
    number,
    number,
  ];
  const words = new Int32Array(memory, take((HEAD_WORDS + COLUMN_WORDS * width) * 4), HEAD_WORDS + COLUMN_WORDS * width);
  const kinds = flags & HAS_KINDS ? new Uint8Array(memory, take(rows), rows) : null;
  const selection = flags & HAS_SELECTION ? new Int32Array(memory, take(selected * 4), selected) : null;
  const columns = Array.from({ length: width }, (_, index): Column => {
    const [lane, hasNulls, heap] = words.subarray(HEAD_WORDS + COLUMN_WORDS * index) as unknown as [number, number, number];
    const nulls: Nulls = hasNulls ? new Uint8Array(memory, take(rows), rows) : null;
    switch (LANES[lane]) {
      case 'bool':
        return { lane: 'bool', values: new Uint8Array(memory, take(rows), rows), nulls };
      case 'i32':
        return { lane: 'i32', values: new Int32Array(memory, take(rows * 4), rows), nulls };
      case 'i64':
        return { lane: 'i64', values: new BigInt64Array(memory, take(rows * 8), rows), nulls };
      case 'f64':
        return { lane: 'f64', values: new Float64Array(memory, take(rows * 8), rows), nulls };
      case 'bytes': {
        const offsets = new Int32Array(memory, take(rows * 4), rows);
        const lengths = new Int32Array(memory, take(rows * 4), rows);
        return { lane: 'bytes', data: new Uint8Array(memory, take(heap), heap), offsets, lengths, nulls };
      }
      case 'obj':
        return { lane: 'obj', values: decodeObjects(new Uint8Array(memory, take(heap), heap), rows, schema[index].type), nulls };
      default:
        throw new Error(`a batch has no lane ${lane}`);
    }
  });
  return { rows, columns, kinds, selection, selected, split };
}

function decodeObjects(bytes: Uint8Array, rows: number, type: SqlType): Value[] {
  const reader = new ByteReader(bytes);
  return Array.from({ length: rows }, () => readValue(reader, type));
}
