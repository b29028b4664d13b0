/**
 * SUM, SUM0 and AVG over numbers that are no DECIMAL: a sum and the number of values in it. NULL (SUM0: zero) when there is none.
 * BIGINT sums wrap as in Java, AVG of BIGINT truncates. The smaller integers sum in a double, exact up to 2^53, and wrap in the width of
 * the result; SUM of FLOAT rounds to FLOAT at each step, AVG of FLOAT at the end (Flink's SumAggFunction and AvgAggFunction).
 */
import type { AggregateCall } from '../../planner/physical-plan.ts';
import type { StateField } from '../../state/contract.ts';
import type { F64Column, I32Column, I64Column } from '../../types/batch.ts';
import type { BatchBuilder } from '../../types/batch-builder.ts';
import { type Aggregate, Applicability, fieldsOf, type RowRun, type Store, type Trace, writeNull } from './aggregate.ts';

const DOUBLE = { kind: 'DOUBLE', nullable: false } as const;
const BIGINT = { kind: 'BIGINT', nullable: false } as const;

/** Over a BIGINT or an INTERVAL of days and seconds. */
export class BigintSum implements Aggregate {
  readonly fields: readonly StateField[];
  readonly aux = null;
  readonly #arg: number;
  readonly #applicability: Applicability;
  readonly #isAverage: boolean;
  readonly #isZeroBased: boolean;
  #first = 0;

  constructor(call: AggregateCall) {
    this.fields = fieldsOf(call, { sum: BIGINT, n: DOUBLE });
    this.#arg = call.args[0];
    this.#applicability = new Applicability(call.filter, call.args);
    this.#isAverage = call.function === 'AVG';
    this.#isZeroBased = call.function === 'SUM0';
  }

  bind(first: number): void {
    this.#first = first;
  }

  update(store: Store, run: RowRun, trace: Trace | null): void {
    const sums = store.main.fields[this.#first].values as BigInt64Array;
    const counts = store.main.fields[this.#first + 1].values as Float64Array;
    const on = this.#applicability.of(run);
    const { ids, rows, retracts, fresh, count } = run;
    const { values } = run.batch.columns[this.#arg] as I64Column;
    for (let i = 0; i < count; i++) {
      const id = ids[i];
      if (fresh !== null && fresh[i] === 1) {
        sums[id] = 0n;
        counts[id] = 0;
      }
      if (trace !== null) this.#put(trace.builder, trace.column, 2 * i, sums[id], counts[id]);
      if (on === null || on[i] === 1) {
        if (retracts !== null && retracts[i] === 1) {
          sums[id] -= values[rows[i]];
          counts[id]--;
        } else {
          sums[id] += values[rows[i]];
          counts[id]++;
        }
      }
      if (trace !== null) this.#put(trace.builder, trace.column, 2 * i + 1, sums[id], counts[id]);
    }
  }

  #put(builder: BatchBuilder, column: number, at: number, sum: bigint, count: number): void {
    if (count === 0 && !this.#isZeroBased) writeNull(builder, column, at);
    else (builder.columns[column] as I64Column).values[at] = this.#isAverage ? sum / BigInt(count) : sum;
  }

  write(store: Store, ids: Int32Array, count: number, builder: BatchBuilder, column: number): void {
    const sums = store.main.fields[this.#first].values as BigInt64Array;
    const counts = store.main.fields[this.#first + 1].values as Float64Array;
    for (let i = 0; i < count; i++) this.#put(builder, column, i, sums[ids[i]], counts[ids[i]]);
  }

  merge(store: Store, ids: Int32Array, source: Store, from: Int32Array, count: number): void {
    const sums = store.main.fields[this.#first].values as BigInt64Array;
    const counts = store.main.fields[this.#first + 1].values as Float64Array;
    const otherSums = source.main.fields[this.#first].values as BigInt64Array;
    const otherCounts = source.main.fields[this.#first + 1].values as Float64Array;
    for (let i = 0; i < count; i++) {
      sums[ids[i]] += otherSums[from[i]];
      counts[ids[i]] += otherCounts[from[i]];
    }
  }

  forget(): void {}
}

/** What becomes of the sum: the result as the lane of the call's type holds it. */
function resultOf(call: AggregateCall): (sum: number, count: number) => number {
  const isAverage = call.function === 'AVG';
  switch (call.type.kind) {
    case 'DOUBLE':
      return isAverage ? (sum, count) => sum / count : (sum) => sum;
    case 'FLOAT':
      return isAverage ? (sum, count) => Math.fround(sum / count) : (sum) => sum;
    case 'TINYINT':
      return isAverage ? (sum, count) => Math.trunc(sum / count) : (sum) => (sum << 24) >> 24;
    case 'SMALLINT':
      return isAverage ? (sum, count) => Math.trunc(sum / count) : (sum) => (sum << 16) >> 16;
    default:
      return isAverage ? (sum, count) => Math.trunc(sum / count) : (sum) => sum | 0;
  }
}

/** Over TINYINT, SMALLINT, INT, INTERVAL of months, FLOAT and DOUBLE. */
export class NumberSum implements Aggregate {
  readonly fields: readonly StateField[];
  readonly aux = null;
  readonly #arg: number;
  readonly #applicability: Applicability;
  readonly #result: (sum: number, count: number) => number;
  readonly #isZeroBased: boolean;
  readonly #roundsSteps: boolean;
  #first = 0;

  constructor(call: AggregateCall) {
    this.fields = fieldsOf(call, { sum: DOUBLE, n: DOUBLE });
    this.#arg = call.args[0];
    this.#applicability = new Applicability(call.filter, call.args);
    this.#result = resultOf(call);
    this.#isZeroBased = call.function === 'SUM0';
    this.#roundsSteps = call.type.kind === 'FLOAT' && call.function !== 'AVG';
  }

  bind(first: number): void {
    this.#first = first;
  }

  update(store: Store, run: RowRun, trace: Trace | null): void {
    const sums = store.main.fields[this.#first].values as Float64Array;
    const counts = store.main.fields[this.#first + 1].values as Float64Array;
    const on = this.#applicability.of(run);
    const { ids, rows, retracts, fresh, count } = run;
    const { values } = run.batch.columns[this.#arg] as F64Column | I32Column;
    for (let i = 0; i < count; i++) {
      const id = ids[i];
      if (fresh !== null && fresh[i] === 1) {
        sums[id] = 0;
        counts[id] = 0;
      }
      if (trace !== null) this.#put(trace.builder, trace.column, 2 * i, sums[id], counts[id]);
      if (on === null || on[i] === 1) {
        const sign = retracts !== null && retracts[i] === 1 ? -1 : 1;
        const sum = sums[id] + sign * values[rows[i]];
        sums[id] = this.#roundsSteps ? Math.fround(sum) : sum;
        counts[id] += sign;
      }
      if (trace !== null) this.#put(trace.builder, trace.column, 2 * i + 1, sums[id], counts[id]);
    }
  }

  #put(builder: BatchBuilder, column: number, at: number, sum: number, count: number): void {
    if (count === 0 && !this.#isZeroBased) writeNull(builder, column, at);
    else (builder.columns[column] as F64Column | I32Column).values[at] = this.#result(sum, count);
  }

  write(store: Store, ids: Int32Array, count: number, builder: BatchBuilder, column: number): void {
    const sums = store.main.fields[this.#first].values as Float64Array;
    const counts = store.main.fields[this.#first + 1].values as Float64Array;
    for (let i = 0; i < count; i++) this.#put(builder, column, i, sums[ids[i]], counts[ids[i]]);
  }

  merge(store: Store, ids: Int32Array, source: Store, from: Int32Array, count: number): void {
    const sums = store.main.fields[this.#first].values as Float64Array;
    const counts = store.main.fields[this.#first + 1].values as Float64Array;
    const otherSums = source.main.fields[this.#first].values as Float64Array;
    const otherCounts = source.main.fields[this.#first + 1].values as Float64Array;
    for (let i = 0; i < count; i++) {
      const sum = sums[ids[i]] + otherSums[from[i]];
      sums[ids[i]] = this.#roundsSteps ? Math.fround(sum) : sum;
      counts[ids[i]] += otherCounts[from[i]];
    }
  }

  forget(): void {}
}
