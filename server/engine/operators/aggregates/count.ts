/** COUNT(*) and COUNT(value, …): rows where no argument is NULL. The count is kept as a double: exact up to 2^53. */
import type { AggregateCall } from '../../planner/physical-plan.ts';
import type { StateField } from '../../state/contract.ts';
import type { I64Column } from '../../types/batch.ts';
import type { BatchBuilder } from '../../types/batch-builder.ts';
import { type Aggregate, Applicability, fieldsOf, type RowRun, type Store, type Trace } from './aggregate.ts';

const DOUBLE = { kind: 'DOUBLE', nullable: false } as const;

/** Writes a whole number below 2^53 as the halves of a BIGINT. */
function writeCount(ints: Int32Array, at: number, count: number): void {
  ints[2 * at] = count | 0;
  ints[2 * at + 1] = Math.floor(count / 4294967296);
}

function intsOf(builder: BatchBuilder, column: number): Int32Array {
  const { values } = builder.columns[column] as I64Column;
  return new Int32Array(values.buffer, values.byteOffset, values.length * 2);
}

export class CountAggregate implements Aggregate {
  readonly fields: readonly StateField[];
  readonly aux = null;
  readonly #applicability: Applicability;
  #first = 0;

  constructor(call: AggregateCall) {
    this.fields = fieldsOf(call, { n: DOUBLE });
    this.#applicability = new Applicability(call.filter, call.args);
  }

  bind(first: number): void {
    this.#first = first;
  }

  update(store: Store, run: RowRun, trace: Trace | null): void {
    const counts = store.main.fields[this.#first].values as Float64Array;
    const on = this.#applicability.of(run);
    const { ids, retracts, fresh, count } = run;
    if (trace === null) {
      for (let i = 0; i < count; i++) {
        if (on === null || on[i] === 1) counts[ids[i]] += retracts !== null && retracts[i] === 1 ? -1 : 1;
      }
      return;
    }
    const ints = intsOf(trace.builder, trace.column);
    for (let i = 0; i < count; i++) {
      const id = ids[i];
      if (fresh !== null && fresh[i] === 1) counts[id] = 0;
      const before = counts[id];
      writeCount(ints, 2 * i, before);
      if (on === null || on[i] === 1) {
        const after = before + (retracts !== null && retracts[i] === 1 ? -1 : 1);
        counts[id] = after;
        writeCount(ints, 2 * i + 1, after);
      } else writeCount(ints, 2 * i + 1, before);
    }
  }

  write(store: Store, ids: Int32Array, count: number, builder: BatchBuilder, column: number): void {
    const counts = store.main.fields[this.#first].values as Float64Array;
    const ints = intsOf(builder, column);
    for (let i = 0; i < count; i++) writeCount(ints, i, counts[ids[i]]);
  }

  merge(store: Store, ids: Int32Array, source: Store, from: Int32Array, count: number): void {
    const target = store.main.fields[this.#first].values as Float64Array;
    const counts = source.main.fields[this.#first].values as Float64Array;
    for (let i = 0; i < count; i++) target[ids[i]] += counts[from[i]];
  }

  forget(): void {}
}
