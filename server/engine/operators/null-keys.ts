/** Rows whose key takes part in a comparison by `=`: those without NULL in a key column, except where NULL equals NULL. */
import type { Batch } from '../types/batch.ts';
import { isNullAt } from '../types/row-access.ts';
import { liveRows, selectRows } from './batch-view.ts';

export class KeyFilter {
  readonly #checked: readonly number[];
  #rows = new Int32Array(0);
  /** By row, after `comparable`: 1 where the key holds NULL; null when no row does. */
  isNull: Uint8Array | null = null;

  constructor(keys: readonly number[], nullSafe: readonly boolean[]) {
    this.#checked = keys.filter((_, index) => !nullSafe[index]);
  }

  /** The rows that can match at all; the batch itself when these are all. Valid until the next call. */
  comparable(batch: Batch): Batch {
    this.isNull = null;
    const columns = this.#checked.map((index) => batch.columns[index]).filter((column) => column.lane === 'obj' || column.nulls !== null);
    if (columns.length === 0) return batch;
    const live = liveRows(batch);
    const isNull = new Uint8Array(batch.rows);
    if (this.#rows.length < batch.rows) this.#rows = new Int32Array(Math.max(2048, batch.rows));
    let count = 0;
    for (let i = 0; i < batch.selected; i++) {
      const row = live[i];
      for (const column of columns) if (isNullAt(column, row)) isNull[row] = 1;
      if (isNull[row] === 0) this.#rows[count++] = row;
    }
    if (count === batch.selected) return batch;
    this.isNull = isNull;
    return selectRows(batch, this.#rows, count);
  }
}
