/** ORDER BY over columns of batches, and of tables seen as batches: no value is boxed or decoded. Texts go by their bytes, which is their order. */
import type { SortKey } from '../planner/physical-plan.ts';
import type { Batch, Column } from '../types/batch.ts';
import { compareNumbers, compareValues } from '../types/compare-values.ts';
import { isNullAt } from '../types/row-access.ts';

function compareBytes(a: Uint8Array, aFrom: number, aLength: number, b: Uint8Array, bFrom: number, bLength: number): number {
  const length = Math.min(aLength, bLength);
  for (let i = 0; i < length; i++) {
    const difference = a[aFrom + i] - b[bFrom + i];
    if (difference !== 0) return difference;
  }
  return aLength - bLength;
}

/** Order of two values that are not NULL, of columns of one lane. */
function compareAt(a: Column, i: number, b: Column, j: number): number {
  if (a.lane === 'i64') {
    const [x, y] = [a.values[i], (b as typeof a).values[j]];
    return x < y ? -1 : x > y ? 1 : 0;
  }
  if (a.lane === 'f64') return compareNumbers(a.values[i], (b as typeof a).values[j]);
  if (a.lane === 'bytes') {
    const other = b as typeof a;
    return compareBytes(a.data, a.offsets[i], a.lengths[i], other.data, other.offsets[j], other.lengths[j]);
  }
  if (a.lane === 'obj') return compareValues(a.values[i], (b as typeof a).values[j]);
  return a.values[i] - (b as typeof a).values[j];
}

export class RowOrder {
  readonly #keys: readonly SortKey[];

  constructor(keys: readonly SortKey[]) {
    this.#keys = keys;
  }

  /** < 0: row i of `a` comes first; 0: neither does. */
  compare(a: Batch, i: number, b: Batch, j: number): number {
    for (const { index, descending, nullsLast } of this.#keys) {
      const [left, right] = [a.columns[index], b.columns[index]];
      const isLeftNull = isNullAt(left, i);
      const isRightNull = isNullAt(right, j);
      let order: number;
      if (isLeftNull || isRightNull) {
        if (isLeftNull === isRightNull) continue;
        order = isLeftNull === nullsLast ? 1 : -1;
      } else {
        order = compareAt(left, i, right, j);
        if (descending) order = -order;
      }
      if (order !== 0) return order;
    }
    return 0;
  }
}
