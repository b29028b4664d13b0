/**
 * The inside contract of aggregates: an aggregate function as state fields and loops over rows, shared by groupAggregate and windowAggregate.
 *
 * A `Store` holds the records of one grouping: `main` has one record a key with the fields of all aggregates side by side (each aggregate knows
 * its `first`); aggregates that need records below the key (DISTINCT, MIN/MAX that retract) have a table of their own in `aux`, sub-keyed by value.
 * Zeroed fields are the empty accumulator. A run is a stretch of rows of one batch, in order; index i of a run is not the row's index.
 */

import type { AggregateCall } from '../../planner/physical-plan.ts';
import type { StateField } from '../../state/contract.ts';
import type { KeyedTable } from '../../state/keyed-table.ts';
import { type BatchLookup, FIND } from '../../state/table-loops.ts';
import type { Batch } from '../../types/batch.ts';
import type { BatchBuilder } from '../../types/batch-builder.ts';
import { forEachLiveRow, isNullAt } from '../../types/row-access.ts';
import type { RowSchema, SqlType } from '../../types/sql-type.ts';

export interface Store {
  readonly main: KeyedTable;
  readonly aux: readonly KeyedTable[];
}

export interface RowRun {
  readonly batch: Batch;
  readonly count: number;
  /** Row of the batch, and record of the main table, of each entry. */
  readonly rows: Int32Array;
  readonly ids: Int32Array;
  /** 1 where the entry takes a row back; null when none does. */
  readonly retracts: Uint8Array | null;
  /** 0 where the entry is to be passed over; null when none is. */
  readonly mask: Uint8Array | null;
  /** 1 where the group was empty before the entry, so that left-overs (of floating point) are to be forgotten; null when that cannot be. */
  readonly fresh: Uint8Array | null;
}

/** Where an aggregate writes its result before (2 i) and after (2 i + 1) entry i. */
export interface Trace {
  readonly builder: BatchBuilder;
  readonly column: number;
}

/** A table that an aggregate keeps below the key. */
export interface AuxSpec {
  readonly name: string;
  readonly subKey: RowSchema;
  /** Columns of the input that hold the sub-key. */
  readonly columns: readonly number[];
  readonly fields: readonly StateField[];
}

export interface Aggregate {
  readonly fields: readonly StateField[];
  readonly aux: AuxSpec | null;
  /** Told before the first use: where its fields start in `main`, which `aux` table is its own, and the key's columns in the input. */
  bind(first: number, aux: number, keys: readonly number[]): void;
  update(store: Store, run: RowRun, trace: Trace | null): void;
  /** Writes the results of the first `count` records that `ids` names to rows 0, 1, … of the builder. */
  write(store: Store, ids: Int32Array, count: number, builder: BatchBuilder, column: number): void;
  /** Adds records of another store (of other slices) to this one's: entry i of `from` into entry i of `ids`. */
  merge(store: Store, ids: Int32Array, source: Store, from: Int32Array, count: number): void;
  /** The groups of these rows have no row left: what is kept below their keys is dropped. */
  forget(store: Store, emptied: Batch): void;
}

const UNUSED = new Uint8Array(0);

/** Which entries an aggregate takes: those let through by the run's mask, TRUE in the filter column and not NULL in the argument columns; null = all. */
export class Applicability {
  readonly #filter: number | null;
  readonly #args: readonly number[];
  #on: Uint8Array = UNUSED;

  constructor(filter: number | null, args: readonly number[]) {
    this.#filter = filter;
    this.#args = args;
  }

  of(run: RowRun): Uint8Array | null {
    const { batch, rows, count, mask } = run;
    const filter = this.#filter === null ? null : batch.columns[this.#filter];
    const hasNulls = this.#args.some((arg) => batch.columns[arg].nulls !== null || batch.columns[arg].lane === 'obj');
    if (filter === null && !hasNulls) return mask;
    if (this.#on.length < count) this.#on = new Uint8Array(Math.max(count, 2048));
    const on = this.#on;
    if (mask === null) on.fill(1, 0, count);
    else on.set(mask.subarray(0, count));
    if (filter !== null && filter.lane === 'bool') {
      const { values, nulls } = filter;
      for (let i = 0; i < count; i++) if (values[rows[i]] !== 1 || (nulls !== null && nulls[rows[i]] === 1)) on[i] = 0;
    }
    for (const arg of this.#args) {
      const column = batch.columns[arg];
      if (column.nulls === null && column.lane !== 'obj') continue;
      for (let i = 0; i < count; i++) if (on[i] === 1 && isNullAt(column, rows[i])) on[i] = 0;
    }
    return on;
  }
}

/** Fields in a fixed order, named and matched by the call's digest. */
export function fieldsOf(call: AggregateCall, types: Readonly<Record<string, SqlType>>): readonly StateField[] {
  return Object.entries(types).map(([part, type]) => ({ name: `${call.digest}.${part}`, digest: `${call.digest}.${part}`, type }));
}

/** Marks row `at` of a builder's column NULL. */
export function writeNull(builder: BatchBuilder, column: number, at: number): void {
  const rows = builder.rows;
  builder.rows = at;
  builder.setNull(column);
  builder.rows = rows;
}

/** Deletes all records below the keys of these rows. */
export function deleteChains(table: KeyedTable, heads: BatchLookup, batch: Batch): void {
  const ids = new Int32Array(batch.rows);
  heads(batch, ids, FIND);
  forEachLiveRow(batch, (row) => {
    // Two rows may name one key: the second finds its chain gone.
    for (let id = ids[row]; id !== -1 && table.isLive(id); ) {
      const next = table.next(id);
      table.delete(id);
      id = next;
    }
  });
}
