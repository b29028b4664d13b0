/**
 * DISTINCT: an aggregate fed with each value once. The aux table counts the rows of every (key, value); the inner aggregate takes a row
 * when the count leaves zero and takes it back when the count returns to it. Rows with a NULL argument do not count.
 */
import type { AggregateCall } from '../../planner/physical-plan.ts';
import type { StateField } from '../../state/contract.ts';
import type { KeyedTable } from '../../state/keyed-table.ts';
import { CREATE } from '../../state/table-loops.ts';
import { BATCH_ROWS_MAX, type Batch } from '../../types/batch.ts';
import type { BatchBuilder } from '../../types/batch-builder.ts';
import type { RowSchema } from '../../types/sql-type.ts';
import { selectRows } from '../batch-view.ts';
import { type Aggregate, Applicability, type AuxSpec, deleteChains, type RowRun, type Store, type Trace } from './aggregate.ts';
import { TableLookups, tableBatch } from './table-batch.ts';

const DOUBLE = { kind: 'DOUBLE', nullable: false } as const;

/** `takesNulls`: ARRAY_AGG collects NULL as a value. */
export class DistinctAggregate implements Aggregate {
  readonly fields: readonly StateField[];
  readonly aux: AuxSpec;
  readonly #inner: Aggregate;
  readonly #args: readonly number[];
  readonly #applicability: Applicability;
  readonly #lookups = new TableLookups();
  #columns: number[] = [];
  #at = 0;
  #keyWidth = 0;
  #rows = new Int32Array(BATCH_ROWS_MAX);
  #found = new Int32Array(BATCH_ROWS_MAX);
  #mask = new Uint8Array(BATCH_ROWS_MAX);

  constructor(call: AggregateCall, inner: Aggregate, input: RowSchema, takesNulls: boolean) {
    this.#inner = inner;
    this.#args = call.args;
    this.fields = inner.fields;
    this.aux = {
      name: `distinct.${call.digest}`,
      subKey: call.args.map((arg, index) => ({ name: `v${index}`, type: input[arg].type })),
      columns: call.args,
      fields: [{ name: 'n', digest: 'n', type: DOUBLE }],
    };
    this.#applicability = new Applicability(call.filter, takesNulls ? [] : call.args);
  }

  bind(first: number, aux: number, keys: readonly number[]): void {
    this.#inner.bind(first, -1, keys);
    this.#at = aux;
    this.#keyWidth = keys.length;
    this.#columns = [...keys, ...this.#args];
  }

  update(store: Store, run: RowRun, trace: Trace | null): void {
    const table = store.aux[this.#at];
    const on = this.#applicability.of(run);
    this.#fit(run.count, run.batch.rows);
    const rows = this.#rows;
    const mask = this.#mask;
    let selected = 0;
    for (let i = 0; i < run.count; i++) {
      mask[i] = 0;
      if (on === null || on[i] === 1) rows[selected++] = run.rows[i];
    }
    const found = this.#found;
    if (selected > 0) this.#lookups.exact(table, this.#columns)(selectRows(run.batch, rows, selected), found, CREATE);
    const counts = table.fields[0].values as Float64Array;
    let zeros = 0;
    for (let i = 0; i < run.count; i++) {
      if (on !== null && on[i] === 0) continue;
      const id = found[run.rows[i]];
      const before = counts[id];
      const after = before + (run.retracts !== null && run.retracts[i] === 1 ? -1 : 1);
      counts[id] = after;
      if (after > 0 ? before === 0 : after === 0 && before > 0) mask[i] = 1;
      if (after === 0) zeros++;
    }
    this.#inner.update(store, { ...run, mask }, trace);
    if (zeros > 0) this.#dropZeros(table, run, on);
  }

  /** Values without rows go away; only now, as later rows of the run may have brought them back. */
  #dropZeros(table: KeyedTable, run: RowRun, on: Uint8Array | null): void {
    const counts = table.fields[0].values as Float64Array;
    for (let i = 0; i < run.count; i++) {
      if (on !== null && on[i] === 0) continue;
      const id = this.#found[run.rows[i]];
      if (table.isLive(id) && counts[id] === 0) table.delete(id);
    }
  }

  write(store: Store, ids: Int32Array, count: number, builder: BatchBuilder, column: number): void {
    this.#inner.write(store, ids, count, builder, column);
  }

  merge(store: Store, _ids: Int32Array, source: Store): void {
    const other = source.aux[this.#at];
    const target = store.aux[this.#at];
    if (other.records === 0) return;
    const live: number[] = [];
    other.forEach((id) => {
      live.push(id);
    });
    for (let start = 0; start < live.length; start += BATCH_ROWS_MAX) {
      this.#mergeValues(store, target, other, live.slice(start, start + BATCH_ROWS_MAX));
    }
  }

  /** Adds values of another store as if each were a row: the aux table's columns serve as the batch. */
  #mergeValues(store: Store, target: KeyedTable, other: KeyedTable, from: readonly number[]): void {
    const rows = Int32Array.from(from);
    const batch = tableBatch(other, rows, Math.max(...this.#columns) + 1, this.#columns);
    this.#fit(rows.length, other.idLimit);
    const mains = new Int32Array(other.idLimit);
    this.#lookups.exact(store.main, this.#columns.slice(0, this.#keyWidth))(batch, mains, CREATE);
    this.#lookups.exact(target, this.#columns)(batch, this.#found, CREATE);
    const counts = target.fields[0].values as Float64Array;
    const added = other.fields[0].values as Float64Array;
    const mask = this.#mask;
    const ids = new Int32Array(rows.length);
    for (let i = 0; i < rows.length; i++) {
      const id = this.#found[rows[i]];
      mask[i] = counts[id] <= 0 && counts[id] + added[rows[i]] > 0 ? 1 : 0;
      counts[id] += added[rows[i]];
      ids[i] = mains[rows[i]];
    }
    this.#inner.update(store, { batch, count: rows.length, rows, ids, retracts: null, mask, fresh: null }, null);
  }

  forget(store: Store, emptied: Batch): void {
    const table = store.aux[this.#at];
    deleteChains(table, this.#lookups.prefix(table, this.#columns.slice(0, this.#keyWidth)), emptied);
  }

  #fit(count: number, rows: number): void {
    if (count > this.#rows.length) {
      this.#rows = new Int32Array(count);
      this.#mask = new Uint8Array(count);
    }
    if (rows > this.#found.length) this.#found = new Int32Array(rows);
  }
}
