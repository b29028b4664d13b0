/** MIN and MAX over fixed-width numbers and times of an input that only grows. NULLs are passed over; no value gives NULL. */
import type { AggregateCall } from '../../planner/physical-plan.ts';
import type { StateField } from '../../state/contract.ts';
import type { F64Column, I32Column, I64Column } from '../../types/batch.ts';
import type { BatchBuilder } from '../../types/batch-builder.ts';
import { type Aggregate, Applicability, fieldsOf, type RowRun, type Store, type Trace, writeNull } from './aggregate.ts';

const BOOLEAN = { kind: 'BOOLEAN', nullable: false } as const;

abstract class ExtremeBase<V extends bigint | number> implements Aggregate {
  readonly fields: readonly StateField[];
  readonly aux = null;
  protected readonly arg: number;
  protected readonly isMaximum: boolean;
  protected readonly applicability: Applicability;
  protected first = 0;

  constructor(call: AggregateCall) {
    this.fields = fieldsOf(call, { value: { ...call.type, nullable: false } as AggregateCall['type'], has: BOOLEAN });
    this.arg = call.args[0];
    this.isMaximum = call.function === 'MAX';
    this.applicability = new Applicability(call.filter, call.args);
  }

  bind(first: number): void {
    this.first = first;
  }

  abstract update(store: Store, run: RowRun, trace: Trace | null): void;
  protected abstract take(store: Store, id: number, value: V): void;

  write(store: Store, ids: Int32Array, count: number, builder: BatchBuilder, column: number): void {
    for (let i = 0; i < count; i++) this.put(store, ids[i], builder, column, i);
  }

  protected put(store: Store, id: number, builder: BatchBuilder, column: number, at: number): void {
    const { fields } = store.main;
    if (fields[this.first + 1].values[id] === 0) writeNull(builder, column, at);
    else (builder.columns[column] as F64Column).values[at] = fields[this.first].values[id] as number;
  }

  merge(store: Store, ids: Int32Array, source: Store, from: Int32Array, count: number): void {
    const values = source.main.fields[this.first].values;
    const has = source.main.fields[this.first + 1].values as Uint8Array;
    for (let i = 0; i < count; i++) if (has[from[i]] === 1) this.take(store, ids[i], values[from[i]] as V);
  }

  forget(): void {}
}

/** BIGINT, timestamps, intervals, DECIMAL up to 18 digits. */
export class BigintExtreme extends ExtremeBase<bigint> {
  override update(store: Store, run: RowRun, trace: Trace | null): void {
    const best = store.main.fields[this.first].values as BigInt64Array;
    const has = store.main.fields[this.first + 1].values as Uint8Array;
    const on = this.applicability.of(run);
    const { values } = run.batch.columns[this.arg] as I64Column;
    const { ids, rows, count } = run;
    const { isMaximum } = this;
    for (let i = 0; i < count; i++) {
      const id = ids[i];
      if (trace !== null) this.put(store, id, trace.builder, trace.column, 2 * i);
      if (on === null || on[i] === 1) {
        const value = values[rows[i]];
        if (has[id] === 0 || (isMaximum ? value > best[id] : value < best[id])) {
          best[id] = value;
          has[id] = 1;
        }
      }
      if (trace !== null) this.put(store, id, trace.builder, trace.column, 2 * i + 1);
    }
  }

  protected override take(store: Store, id: number, value: bigint): void {
    const best = store.main.fields[this.first].values as BigInt64Array;
    const has = store.main.fields[this.first + 1].values as Uint8Array;
    if (has[id] === 0 || (this.isMaximum ? value > best[id] : value < best[id])) {
      best[id] = value;
      has[id] = 1;
    }
  }

  protected override put(store: Store, id: number, builder: BatchBuilder, column: number, at: number): void {
    const { fields } = store.main;
    if ((fields[this.first + 1].values as Uint8Array)[id] === 0) writeNull(builder, column, at);
    else (builder.columns[column] as I64Column).values[at] = (fields[this.first].values as BigInt64Array)[id];
  }
}

/** The smaller integers, DATE, TIME, FLOAT and DOUBLE. */
export class NumberExtreme extends ExtremeBase<number> {
  override update(store: Store, run: RowRun, trace: Trace | null): void {
    const best = store.main.fields[this.first].values as Float64Array | Int32Array;
    const has = store.main.fields[this.first + 1].values as Uint8Array;
    const on = this.applicability.of(run);
    const { values } = run.batch.columns[this.arg] as F64Column | I32Column;
    const { ids, rows, count } = run;
    const { isMaximum } = this;
    for (let i = 0; i < count; i++) {
      const id = ids[i];
      if (trace !== null) this.put(store, id, trace.builder, trace.column, 2 * i);
      if (on === null || on[i] === 1) {
        const value = values[rows[i]];
        if (has[id] === 0 || (isMaximum ? value > best[id] : value < best[id])) {
          best[id] = value;
          has[id] = 1;
        }
      }
      if (trace !== null) this.put(store, id, trace.builder, trace.column, 2 * i + 1);
    }
  }

  protected override take(store: Store, id: number, value: number): void {
    const best = store.main.fields[this.first].values as Float64Array | Int32Array;
    const has = store.main.fields[this.first + 1].values as Uint8Array;
    if (has[id] === 0 || (this.isMaximum ? value > best[id] : value < best[id])) {
      best[id] = value;
      has[id] = 1;
    }
  }
}
