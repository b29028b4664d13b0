/**
 * MIN and MAX of any type over an input that takes rows back: the aux table counts the rows of every (key, value), the main record holds the best
 * value. When the last row of the best value goes, the values of the key are searched (Flink's MaxWithRetractAggFunction).
 */
import type { AggregateCall } from '../../planner/physical-plan.ts';
import type { StateField } from '../../state/contract.ts';
import type { KeyedTable } from '../../state/keyed-table.ts';
import { CREATE } from '../../state/table-loops.ts';
import { BATCH_ROWS_MAX, type Batch } from '../../types/batch.ts';
import type { BatchBuilder } from '../../types/batch-builder.ts';
import { compareValues } from '../../types/compare-values.ts';
import { valueAt } from '../../types/row-access.ts';
import { type RowSchema, type SqlType, withNullability } from '../../types/sql-type.ts';
import type { Value } from '../../types/value.ts';
import { selectRows } from '../batch-view.ts';
import { type Aggregate, Applicability, type AuxSpec, deleteChains, fieldsOf, type RowRun, type Store, type Trace } from './aggregate.ts';
import { TableLookups, tableBatch } from './table-batch.ts';

const DOUBLE = { kind: 'DOUBLE', nullable: false } as const;
const BOOLEAN = { kind: 'BOOLEAN', nullable: false } as const;

export class RetractableExtreme implements Aggregate {
  readonly fields: readonly StateField[];
  readonly aux: AuxSpec;
  readonly #arg: number;
  readonly #type: SqlType;
  readonly #sign: number;
  readonly #applicability: Applicability;
  readonly #lookups = new TableLookups();
  #columns: number[] = [];
  #first = 0;
  #at = 0;
  #rows = new Int32Array(BATCH_ROWS_MAX);
  #found = new Int32Array(BATCH_ROWS_MAX);

  constructor(call: AggregateCall, input: RowSchema) {
    this.#arg = call.args[0];
    this.#type = withNullability(input[this.#arg].type, true);
    this.#sign = call.function === 'MAX' ? 1 : -1;
    this.fields = fieldsOf(call, { value: this.#type, has: BOOLEAN });
    this.aux = {
      name: `values.${call.digest}`,
      subKey: [{ name: 'value', type: this.#type }],
      columns: [this.#arg],
      fields: [{ name: 'n', digest: 'n', type: DOUBLE }],
    };
    this.#applicability = new Applicability(call.filter, call.args);
  }

  bind(first: number, aux: number, keys: readonly number[]): void {
    this.#first = first;
    this.#at = aux;
    this.#columns = [...keys, this.#arg];
  }

  update(store: Store, run: RowRun, trace: Trace | null): void {
    const table = store.aux[this.#at];
    const on = this.#applicability.of(run);
    const found = this.#lookUp(table, run, on);
    const counts = table.fields[0].values as Float64Array;
    const column = run.batch.columns[this.#arg];
    for (let i = 0; i < run.count; i++) {
      const id = run.ids[i];
      if (trace !== null) this.#put(store, id, trace.builder, trace.column, 2 * i);
      if (on === null || on[i] === 1) {
        const valueId = found[run.rows[i]];
        const value = valueAt(column, run.rows[i], this.#type);
        if (run.retracts !== null && run.retracts[i] === 1) {
          counts[valueId]--;
          if (counts[valueId] <= 0 && this.#isBest(store, id, value)) this.#search(store, id, table, valueId);
        } else if (++counts[valueId] > 0) this.#offer(store, id, value);
      }
      if (trace !== null) this.#put(store, id, trace.builder, trace.column, 2 * i + 1);
    }
    for (let i = 0; i < run.count; i++) {
      if (on !== null && on[i] === 0) continue;
      const id = found[run.rows[i]];
      if (table.isLive(id) && counts[id] === 0) table.delete(id);
    }
  }

  #lookUp(table: KeyedTable, run: RowRun, on: Uint8Array | null): Int32Array {
    if (run.count > this.#rows.length) this.#rows = new Int32Array(run.count);
    if (run.batch.rows > this.#found.length) this.#found = new Int32Array(run.batch.rows);
    let selected = 0;
    for (let i = 0; i < run.count; i++) if (on === null || on[i] === 1) this.#rows[selected++] = run.rows[i];
    if (selected > 0) this.#lookups.exact(table, this.#columns)(selectRows(run.batch, this.#rows, selected), this.#found, CREATE);
    return this.#found;
  }

  #isBest(store: Store, id: number, value: Value): boolean {
    const { main } = store;
    return main.fields[this.#first + 1].values[id] === 1 && compareValues(main.valueOf(main.fields[this.#first], id), value) === 0;
  }

  #offer(store: Store, id: number, value: Value): void {
    const { main } = store;
    const best = main.fields[this.#first];
    const has = main.fields[this.#first + 1].values as Uint8Array;
    if (has[id] === 1 && compareValues(value, main.valueOf(best, id)) * this.#sign <= 0) return;
    main.setValue(best, id, value);
    has[id] = 1;
  }

  /** Finds the best of the values that still have rows. */
  #search(store: Store, id: number, table: KeyedTable, member: number): void {
    const { main } = store;
    const values = table.keyColumns[table.keyColumns.length - 1];
    const counts = table.fields[0].values as Float64Array;
    let best: Value = null;
    for (let at = table.headOf(member); at !== -1; at = table.next(at)) {
      if (counts[at] <= 0) continue;
      const value = table.valueOf(values, at);
      if (best === null || compareValues(value, best) * this.#sign > 0) best = value;
    }
    (main.fields[this.#first + 1].values as Uint8Array)[id] = best === null ? 0 : 1;
    main.setValue(main.fields[this.#first], id, best);
  }

  write(store: Store, ids: Int32Array, count: number, builder: BatchBuilder, column: number): void {
    for (let i = 0; i < count; i++) this.#put(store, ids[i], builder, column, i);
  }

  #put(store: Store, id: number, builder: BatchBuilder, column: number, at: number): void {
    const { main } = store;
    const rows = builder.rows;
    builder.rows = at;
    builder.setValue(column, main.fields[this.#first + 1].values[id] === 0 ? null : main.valueOf(main.fields[this.#first], id));
    builder.rows = rows;
  }

  merge(store: Store, _ids: Int32Array, source: Store): void {
    const other = source.aux[this.#at];
    const target = store.aux[this.#at];
    const live: number[] = [];
    other.forEach((id) => {
      live.push(id);
    });
    if (live.length === 0) return;
    const rows = Int32Array.from(live);
    const batch = tableBatch(other, rows, Math.max(...this.#columns) + 1, this.#columns);
    const mains = new Int32Array(other.idLimit);
    const found = new Int32Array(other.idLimit);
    this.#lookups.exact(store.main, this.#columns.slice(0, -1))(batch, mains, CREATE);
    this.#lookups.exact(target, this.#columns)(batch, found, CREATE);
    const counts = target.fields[0].values as Float64Array;
    const added = other.fields[0].values as Float64Array;
    const values = other.keyColumns[other.keyColumns.length - 1];
    for (const row of rows) {
      counts[found[row]] += added[row];
      if (counts[found[row]] > 0) this.#offer(store, mains[row], other.valueOf(values, row));
    }
  }

  forget(store: Store, emptied: Batch): void {
    const table = store.aux[this.#at];
    deleteChains(table, this.#lookups.prefix(table, this.#columns.slice(0, -1)), emptied);
  }
}
