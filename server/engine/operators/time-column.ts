/** A time column of a batch as milliseconds. */
import type { I64Column } from '../types/batch.ts';
import type { SqlType } from '../types/sql-type.ts';

/** Lane units per ms of a time type. */
function unitsPerMs(type: SqlType): number {
  if (type.kind !== 'TIMESTAMP' && type.kind !== 'TIMESTAMP_LTZ') return 1;
  return type.precision <= 3 ? 1 : type.precision <= 6 ? 1e3 : 1e6;
}

/** Reads an i64 time column as ms without boxing. */
export class TimeColumn {
  readonly #units: number;
  #ints: Int32Array = new Int32Array(0);
  #values: BigInt64Array | null = null;
  nulls: Uint8Array | null = null;

  constructor(type: SqlType) {
    this.#units = unitsPerMs(type);
  }

  read(column: I64Column): this {
    if (this.#values !== column.values) {
      const { values } = column;
      this.#values = values;
      this.#ints = new Int32Array(values.buffer, values.byteOffset, values.length * 2);
    }
    this.nulls = column.nulls;
    return this;
  }

  isNull(row: number): boolean {
    return this.nulls !== null && this.nulls[row] === 1;
  }

  /** ms, rounded down. */
  at(row: number): number {
    const value = this.#ints[2 * row + 1] * 4294967296 + (this.#ints[2 * row] >>> 0);
    return this.#units === 1 ? value : Math.floor(value / this.#units);
  }
}
