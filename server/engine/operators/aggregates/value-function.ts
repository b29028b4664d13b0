/** An aggregate function over values: the general way, for all that has no loop of its own. Its accumulator is a tuple of state values. */
import type { AggregateCall } from '../../planner/physical-plan.ts';
import type { StateField } from '../../state/contract.ts';
import type { BatchBuilder } from '../../types/batch-builder.ts';
import { valueAt } from '../../types/row-access.ts';
import type { RowSchema, SqlType } from '../../types/sql-type.ts';
import type { Value } from '../../types/value.ts';
import { type Aggregate, Applicability, fieldsOf, type RowRun, type Store, type Trace } from './aggregate.ts';

/**
 * `state` names the accumulator's parts and types; an empty accumulator has zeros, texts and objects NULL. Functions change the tuple, never a
 * value in it (images share values). `merge` is for windows of several slices: `other` is later in time than `own`.
 */
export interface ValueFunction {
  readonly state: Readonly<Record<string, SqlType>>;
  /** True when rows with a NULL argument are passed over. */
  readonly skipsNulls: boolean;
  accumulate(accumulator: Value[], args: readonly Value[]): void;
  retract(accumulator: Value[], args: readonly Value[]): void;
  merge(own: Value[], other: readonly Value[]): void;
  result(accumulator: readonly Value[]): Value;
}

export class ValueAggregate implements Aggregate {
  readonly fields: readonly StateField[];
  readonly aux = null;
  readonly #definition: ValueFunction;
  readonly #args: readonly number[];
  readonly #types: readonly SqlType[];
  readonly #applicability: Applicability;
  #first = 0;

  constructor(call: AggregateCall, definition: ValueFunction, input: RowSchema) {
    this.#definition = definition;
    this.#args = call.args;
    this.#types = call.args.map((arg) => input[arg].type);
    this.fields = fieldsOf(call, definition.state);
    this.#applicability = new Applicability(call.filter, definition.skipsNulls ? call.args : []);
  }

  bind(first: number): void {
    this.#first = first;
  }

  #read({ main }: Store, id: number): Value[] {
    return this.fields.map((_, index) => main.valueOf(main.fields[this.#first + index], id));
  }

  #save({ main }: Store, id: number, accumulator: readonly Value[]): void {
    accumulator.forEach((value, index) => {
      main.setValue(main.fields[this.#first + index], id, value);
    });
  }

  update(store: Store, run: RowRun, trace: Trace | null): void {
    const on = this.#applicability.of(run);
    for (let i = 0; i < run.count; i++) {
      const id = run.ids[i];
      if (run.fresh !== null && run.fresh[i] === 1)
        for (let part = 0; part < this.fields.length; part++) store.main.fields[this.#first + part].clear(id);
      if (trace !== null) this.#put(store, id, trace.builder, trace.column, 2 * i);
      if (on === null || on[i] === 1) {
        const accumulator = this.#read(store, id);
        const args = this.#args.map((arg, index) => valueAt(run.batch.columns[arg], run.rows[i], this.#types[index]));
        if (run.retracts !== null && run.retracts[i] === 1) this.#definition.retract(accumulator, args);
        else this.#definition.accumulate(accumulator, args);
        this.#save(store, id, accumulator);
      }
      if (trace !== null) this.#put(store, id, trace.builder, trace.column, 2 * i + 1);
    }
  }

  write(store: Store, ids: Int32Array, count: number, builder: BatchBuilder, column: number): void {
    for (let i = 0; i < count; i++) this.#put(store, ids[i], builder, column, i);
  }

  #put(store: Store, id: number, builder: BatchBuilder, column: number, at: number): void {
    const rows = builder.rows;
    builder.rows = at;
    builder.setValue(column, this.#definition.result(this.#read(store, id)));
    builder.rows = rows;
  }

  merge(store: Store, ids: Int32Array, source: Store, from: Int32Array, count: number): void {
    for (let i = 0; i < count; i++) {
      const own = this.#read(store, ids[i]);
      this.#definition.merge(own, this.#read(source, from[i]));
      this.#save(store, ids[i], own);
    }
  }

  forget(): void {}
}
