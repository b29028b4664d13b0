/**
 * The first `limit` rows of each key over an input that only grows: a chain of records a key, kept in order; equal rows in order of arrival. A row
 * that comes behind a full chain costs one comparison. Serves any number of tables of the same shape (one a window).
 */
import type { SortKey } from '../planner/physical-plan.ts';
import type { KeyedTable } from '../state/keyed-table.ts';
import { type BatchLookup, CREATE, FIND } from '../state/table-loops.ts';
import type { Batch } from '../types/batch.ts';
import type { RowSchema } from '../types/sql-type.ts';
import { liveRows } from './batch-view.ts';
import { NONE, type SourceAt } from './rank-output.ts';
import { RowOrder } from './row-order.ts';
import { SEQUENCE_FIELD, type Sequence } from './sequence.ts';
import { RowLayout } from './stored-rows.ts';

/** Told before the state changes: the row gets `rank`; `at` gives the records by rank as they are. */
export type EntryListener = (row: number, rank: number, at: SourceAt) => void;

interface BoundTable {
  readonly table: KeyedTable;
  readonly first: BatchLookup;
  readonly create: BatchLookup;
  readonly write: (batch: Batch, rows: Int32Array, ids: Int32Array, count: number) => void;
  readonly view: () => Batch;
}

export class TopRows {
  readonly layout: RowLayout;
  readonly #schema: RowSchema;
  readonly #keys: readonly number[];
  readonly #order: RowOrder;
  readonly #limit: number;
  readonly #sequence: Sequence;
  readonly #bound = new WeakMap<KeyedTable, BoundTable>();
  #heads = new Int32Array(2048);
  #created = new Int32Array(2048);
  readonly #oneRow = new Int32Array(1);
  readonly #oneId = new Int32Array(1);
  /** Ids of the chain at hand, in order. */
  #chain = new Int32Array(64);
  #length = 0;
  /** By the first record that a key had at the start of the batch: the one that it has now. */
  readonly #moved = new Map<number, number>();
  readonly #at: SourceAt = (rank) => (rank >= 1 && rank <= this.#length ? ~this.#chain[rank - 1] : NONE);

  constructor(
    schema: RowSchema,
    keys: readonly number[],
    orderBy: readonly SortKey[],
    limit: number,
    sequence: Sequence,
    meanings: readonly string[],
  ) {
    this.#schema = schema;
    this.#keys = keys;
    this.#order = new RowOrder(orderBy);
    this.#limit = limit;
    this.#sequence = sequence;
    this.layout = new RowLayout(schema, keys, [], meanings);
  }

  /** The parts of a table's or slice's description. */
  get shape(): { readonly key: RowSchema; readonly subKey: RowSchema; readonly fields: RowLayout['fields'] } {
    return { key: this.layout.key, subKey: [SEQUENCE_FIELD], fields: this.layout.fields };
  }

  viewOf(table: KeyedTable): () => Batch {
    return this.#bind(table).view;
  }

  #bind(table: KeyedTable): BoundTable {
    let bound = this.#bound.get(table);
    if (bound === undefined) {
      bound = {
        table,
        first: table.prefixLookup(this.#keys),
        create: table.lookup([...this.#keys, this.#schema.length]),
        write: this.layout.writer(table),
        view: this.layout.follow(table),
      };
      this.#bound.set(table, bound);
    }
    return bound;
  }

  /** Takes in the live rows of a batch. */
  insert(table: KeyedTable, batch: Batch, listener: EntryListener | null): void {
    const bound = this.#bind(table);
    if (batch.rows > this.#heads.length) {
      this.#heads = new Int32Array(batch.rows);
      this.#created = new Int32Array(batch.rows);
    }
    bound.first(batch, this.#heads, FIND);
    this.#moved.clear();
    const numbered = this.#sequence.extend(batch);
    const live = liveRows(batch);
    for (let i = 0; i < batch.selected; i++) this.#insertRow(bound, numbered, live[i], listener);
  }

  #insertRow(bound: BoundTable, batch: Batch, row: number, listener: EntryListener | null): void {
    const { table } = bound;
    const atStart = this.#heads[row];
    const head = atStart === -1 ? this.#findFirst(bound, batch, row) : (this.#moved.get(atStart) ?? atStart);
    const successor = head === -1 ? -1 : this.#successorOf(bound, head, batch, row);
    const length = head === -1 ? 0 : table.chainLength(head);
    if (length >= this.#limit && successor === -1) return;
    if (listener !== null) this.#announce(table, head, successor, row, listener);
    const id = this.#create(bound, batch, row);
    if (successor !== -1) table.moveBefore(id, successor);
    if (length >= this.#limit) table.delete(table.tailOf(id));
    if (atStart !== -1) this.#moved.set(atStart, table.headOf(id));
  }

  /** A key that had no record at the start of the batch may have one by now. */
  #findFirst(bound: BoundTable, batch: Batch, row: number): number {
    this.#oneRow[0] = row;
    bound.first({ ...batch, selection: this.#oneRow, selected: 1 }, this.#created, FIND);
    return this.#created[row];
  }

  /** The first record that stands behind the row, or -1. */
  #successorOf(bound: BoundTable, head: number, batch: Batch, row: number): number {
    const { table } = bound;
    const kept = bound.view();
    let successor = -1;
    for (let id = table.tailOf(head); id !== -1; id = table.previous(id)) {
      if (this.#order.compare(batch, row, kept, id) >= 0) break;
      successor = id;
    }
    return successor;
  }

  #announce(table: KeyedTable, head: number, successor: number, row: number, listener: EntryListener): void {
    this.#length = 0;
    let rank = 0;
    for (let id = head; id !== -1; id = table.next(id)) {
      if (this.#length === this.#chain.length) {
        const larger = new Int32Array(this.#chain.length * 2);
        larger.set(this.#chain);
        this.#chain = larger;
      }
      this.#chain[this.#length++] = id;
      if (id === successor) rank = this.#length;
    }
    listener(row, rank === 0 ? this.#length + 1 : rank, this.#at);
  }

  #create(bound: BoundTable, batch: Batch, row: number): number {
    this.#oneRow[0] = row;
    bound.create({ ...batch, selection: this.#oneRow, selected: 1 }, this.#created, CREATE);
    this.#oneId[0] = this.#created[row];
    bound.write(batch, this.#oneRow, this.#oneId, 1);
    return this.#oneId[0];
  }
}
