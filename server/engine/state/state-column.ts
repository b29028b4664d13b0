/**
 * One column of a state table, as typed arrays that grow by doubling. Record id = index. `pageOf` copies the part of a page of records; an image
 * of the table reads a record either from such a copy or, when its page was not written since, from the column itself.
 */
import { type Lane, laneOf, type SqlType } from '../types/sql-type.ts';
import type { Value } from '../types/value.ts';
import { isSameValue } from './value-codec.ts';

export const PAGE_BITS = 9;
export const PAGE_RECORDS = 1 << PAGE_BITS;

type FixedArray = Uint8Array | Int32Array | BigInt64Array | Float64Array;

/** A stretch of a column: its own arrays for `values`, `offsets`, `lengths`, `objects`, `nulls`. */
export interface ColumnSlice {
  readonly values: FixedArray;
  readonly offsets: Int32Array;
  readonly lengths: Int32Array;
  readonly objects: Value[];
  readonly nulls: Uint8Array;
}

/** What an image needs of the table: it is handed the page as it was, once, before the page's first change. */
export interface PageKeeper {
  keepPage(page: number, slices: readonly ColumnSlice[]): void;
}

const NO_INTS = new Int32Array(0);
const BYTES_PER_RECORD: Readonly<Record<Lane, number>> = { bool: 2, i32: 5, i64: 9, f64: 9, bytes: 9, obj: 17 };

function createValues(lane: Lane, capacity: number): FixedArray {
  switch (lane) {
    case 'bool':
      return new Uint8Array(capacity);
    case 'i32':
      return new Int32Array(capacity);
    case 'i64':
      return new BigInt64Array(capacity);
    case 'f64':
      return new Float64Array(capacity);
    case 'bytes':
    case 'obj':
      return NO_INTS;
  }
}

export class StateColumn {
  readonly type: SqlType;
  readonly lane: Lane;
  values: FixedArray;
  /** i64 and f64: the same memory as 32-bit halves, low first. */
  ints: Int32Array = NO_INTS;
  offsets: Int32Array = NO_INTS;
  lengths: Int32Array = NO_INTS;
  objects: Value[] = [];
  nulls: Uint8Array;

  constructor(type: SqlType, capacity: number) {
    this.type = type;
    this.lane = laneOf(type);
    this.values = createValues(this.lane, capacity);
    this.nulls = new Uint8Array(capacity);
    if (this.lane === 'bytes') {
      this.offsets = new Int32Array(capacity);
      this.lengths = new Int32Array(capacity);
    }
    if (this.lane === 'obj') this.objects = new Array<Value>(capacity).fill(null);
    this.#viewInts();
  }

  get bytesPerRecord(): number {
    return BYTES_PER_RECORD[this.lane];
  }

  #viewInts(): void {
    if (this.lane === 'i64' || this.lane === 'f64') this.ints = new Int32Array(this.values.buffer);
  }

  grow(capacity: number): void {
    const values = createValues(this.lane, capacity);
    if (this.lane !== 'bytes' && this.lane !== 'obj') (values as Uint8Array).set(this.values as Uint8Array);
    this.values = values;
    const nulls = new Uint8Array(capacity);
    nulls.set(this.nulls);
    this.nulls = nulls;
    if (this.lane === 'bytes') {
      const offsets = new Int32Array(capacity);
      offsets.set(this.offsets);
      this.offsets = offsets;
      const lengths = new Int32Array(capacity);
      lengths.set(this.lengths);
      this.lengths = lengths;
    }
    while (this.lane === 'obj' && this.objects.length < capacity) this.objects.push(null);
    this.#viewInts();
  }

  /** Sets the record to the lane's zero; bytes and objects to NULL. */
  clear(id: number): void {
    switch (this.lane) {
      case 'bool':
      case 'i32':
        this.values[id] = 0;
        this.nulls[id] = 0;
        return;
      case 'i64':
      case 'f64':
        this.ints[2 * id] = 0;
        this.ints[2 * id + 1] = 0;
        this.nulls[id] = 0;
        return;
      case 'bytes':
        this.lengths[id] = 0;
        this.nulls[id] = 1;
        return;
      case 'obj':
        this.objects[id] = null;
    }
  }

  /** True when both records hold the same value, as lookups compare keys; without making values. `heap` holds the bytes. */
  isSame(a: number, b: number, heap: Uint8Array): boolean {
    if (this.lane === 'obj') return isSameValue(this.objects[a], this.objects[b], this.type);
    if (this.nulls[a] !== this.nulls[b]) return false;
    if (this.nulls[a] === 1) return true;
    switch (this.lane) {
      case 'i64':
        return this.ints[2 * a] === this.ints[2 * b] && this.ints[2 * a + 1] === this.ints[2 * b + 1];
      case 'f64':
        return Object.is(this.values[a], this.values[b]);
      case 'bytes': {
        const length = this.lengths[a];
        if (length !== this.lengths[b]) return false;
        const [from, to] = [this.offsets[a], this.offsets[b]];
        for (let i = 0; i < length; i++) if (heap[from + i] !== heap[to + i]) return false;
        return true;
      }
      default:
        return this.values[a] === this.values[b];
    }
  }

  pageOf(page: number): ColumnSlice {
    const from = page << PAGE_BITS;
    const to = from + PAGE_RECORDS;
    return {
      values: this.values.slice(from, to),
      offsets: this.offsets.slice(from, to),
      lengths: this.lengths.slice(from, to),
      objects: this.objects.slice(from, to),
      nulls: this.nulls.slice(from, to),
    };
  }
}
