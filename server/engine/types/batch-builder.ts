/**
 * Builds batches row by row: decoders, operators and tests append to it. Buffers are reused for the next batch after `reset`.
 * Use: for each row set every column by its lane's setter, then `endRow(kind)`; `finish()` hands out the batch.
 */
import { BATCH_ROWS_MAX, type Batch, type BytesColumn, type ChangeKind, type Column, INSERT } from './batch.ts';
import { type Lane, laneOf, type RowSchema } from './sql-type.ts';
import { encodeText } from './text-bytes.ts';
import type { Value } from './value.ts';

/** An empty column with room for `capacity` rows; `nulls` is allocated. */
export function createColumn(lane: Lane, capacity: number): Column {
  const nulls = new Uint8Array(capacity);
  switch (lane) {
    case 'bool':
      return { lane, values: new Uint8Array(capacity), nulls };
    case 'i32':
      return { lane, values: new Int32Array(capacity), nulls };
    case 'i64':
      return { lane, values: new BigInt64Array(capacity), nulls };
    case 'f64':
      return { lane, values: new Float64Array(capacity), nulls };
    case 'bytes':
      return { lane, data: new Uint8Array(capacity * 16), offsets: new Int32Array(capacity), lengths: new Int32Array(capacity), nulls };
    case 'obj':
      return { lane, values: new Array<Value>(capacity).fill(null), nulls: null };
  }
}

export class BatchBuilder {
  readonly schema: RowSchema;
  readonly capacity: number;
  readonly columns: Column[];
  readonly kinds: Uint8Array;
  /** Rows finished so far; setters write at this index. */
  rows = 0;
  /** Bytes used in each bytes column's own `data`. */
  readonly heapUsed: Int32Array;
  /** Per column: its nulls lane, kept even while `columns[i].nulls` is null. */
  readonly #nullLanes: (Uint8Array | null)[];
  readonly #hasNull: Uint8Array;
  #allInserts = true;

  constructor(schema: RowSchema, capacity: number = BATCH_ROWS_MAX) {
    this.schema = schema;
    this.capacity = capacity;
    this.columns = schema.map((field) => createColumn(laneOf(field.type), capacity));
    this.#nullLanes = this.columns.map((column) => column.nulls);
    this.#hasNull = new Uint8Array(this.columns.length);
    this.heapUsed = new Int32Array(this.columns.length);
    this.kinds = new Uint8Array(capacity);
  }

  get isFull(): boolean {
    return this.rows >= this.capacity;
  }

  setNull(index: number): void {
    const lane = this.#nullLanes[index];
    if (lane) {
      lane[this.rows] = 1;
      this.#hasNull[index] = 1;
    } else (this.columns[index] as { values: Value[] }).values[this.rows] = null;
  }

  setBool(index: number, value: boolean): void {
    (this.columns[index] as { values: Uint8Array }).values[this.rows] = value ? 1 : 0;
  }

  /** i32 and f64 lanes. */
  setNumber(index: number, value: number): void {
    (this.columns[index] as { values: Int32Array | Float64Array }).values[this.rows] = value;
  }

  setBigInt(index: number, value: bigint): void {
    (this.columns[index] as { values: BigInt64Array }).values[this.rows] = value;
  }

  /** Copies bytes[start, end) into the column's own heap. */
  setBytes(index: number, bytes: Uint8Array, start: number, end: number): void {
    const column = this.columns[index] as BytesColumn;
    const length = end - start;
    const at = this.reserve(index, length);
    if (length < 24) for (let i = 0; i < length; i++) column.data[at + i] = bytes[start + i] as number;
    else column.data.set(start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end), at);
    column.offsets[this.rows] = at;
    column.lengths[this.rows] = length;
  }

  setText(index: number, text: string): void {
    const column = this.columns[index] as BytesColumn;
    const at = this.reserve(index, text.length * 3);
    const written = encodeText(text, column.data.subarray(at));
    this.heapUsed[index] = at + written;
    column.offsets[this.rows] = at;
    column.lengths[this.rows] = written;
  }

  setObject(index: number, value: Value): void {
    (this.columns[index] as { values: Value[] }).values[this.rows] = value;
  }

  /** Makes room for `length` bytes in column `index`, returns where; counts them as used. */
  reserve(index: number, length: number): number {
    const column = this.columns[index] as BytesColumn;
    const at = this.heapUsed[index] as number;
    const needed = at + length;
    if (needed > column.data.length) {
      const grown = new Uint8Array(Math.max(needed, column.data.length * 2));
      grown.set(column.data.subarray(0, at));
      column.data = grown;
    }
    this.heapUsed[index] = needed;
    return at;
  }

  /** Sets any value by the column's lane (types/value.ts): the slow, general way. */
  setValue(index: number, value: Value): void {
    if (value === null) {
      this.setNull(index);
      return;
    }
    switch (this.columns[index].lane) {
      case 'bool':
        this.setBool(index, value as boolean);
        break;
      case 'i32':
      case 'f64':
        this.setNumber(index, value as number);
        break;
      case 'i64':
        this.setBigInt(index, value as bigint);
        break;
      case 'bytes':
        if (typeof value === 'string') this.setText(index, value);
        else this.setBytes(index, value as Uint8Array, 0, (value as Uint8Array).length);
        break;
      case 'obj':
        this.setObject(index, value);
        break;
    }
  }

  endRow(kind: ChangeKind = INSERT): void {
    this.kinds[this.rows] = kind;
    if (kind !== INSERT) this.#allInserts = false;
    this.rows++;
  }

  /** Gives up what was set for the row under way: NULL marks are taken back (heap bytes stay until reset). */
  dropRow(): void {
    for (const lane of this.#nullLanes) if (lane) lane[this.rows] = 0;
  }

  /** The batch of all finished rows; valid until `reset`. */
  finish(split = -1): Batch {
    this.columns.forEach((column, index) => {
      if (column.lane !== 'obj') column.nulls = this.#hasNull[index] ? (this.#nullLanes[index] ?? null) : null;
    });
    return {
      rows: this.rows,
      columns: this.columns,
      kinds: this.#allInserts ? null : this.kinds,
      selection: null,
      selected: this.rows,
      split,
    };
  }

  reset(): void {
    this.#nullLanes.forEach((lane, index) => {
      if (lane && this.#hasNull[index]) lane.fill(0);
    });
    this.#hasNull.fill(0);
    this.heapUsed.fill(0);
    this.rows = 0;
    this.#allInserts = true;
  }
}
