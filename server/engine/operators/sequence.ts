/**
 * Numbers that tell rows of one key apart and keep their order of arrival: a sub-key column. They rise within a subtask and, because a key's
 * records come from one former subtask and counting goes on from the highest of all, within a key through any restore.
 */
import type { OperatorValues } from '../state/contract.ts';
import type { Batch, F64Column } from '../types/batch.ts';
import type { RowField } from '../types/sql-type.ts';

export const SEQUENCE_FIELD: RowField = { name: 'sequence', type: { kind: 'DOUBLE', nullable: false } };

export class Sequence {
  #next = 0;
  #values!: OperatorValues;
  #name = '';
  #column: F64Column = { lane: 'f64', values: new Float64Array(0), nulls: null };

  open(values: OperatorValues, name: string): void {
    this.#values = values;
    this.#name = name;
    for (const value of values.restored(name)) if (typeof value === 'number') this.#next = Math.max(this.#next, value);
  }

  take(): number {
    return this.#next++;
  }

  /** The batch with one more column behind its own: a number for each row, in order. */
  extend(batch: Batch): Batch {
    if (this.#column.values.length < batch.rows) this.#column = { ...this.#column, values: new Float64Array(Math.max(2048, batch.rows)) };
    const { values } = this.#column;
    for (let row = 0; row < batch.rows; row++) values[row] = this.#next++;
    return { ...batch, columns: [...batch.columns, this.#column] };
  }

  snapshot(): void {
    this.#values.set(this.#name, this.#next);
  }
}
