/**
 * All rows of each key in order, over an input that also takes rows back (Flink's RetractableTopNFunction): the row that moves up when another one
 * goes must be there. Equal sort keys stand in order of arrival; a row that is taken back is the earliest of its equals.
 *
 * A record is a row; equal rows are further records with another `copy` number, the first of which counts them. The order of a key's records is
 * derived (SortedIds), by chain, and built from the chain when it is missing or when records have expired meanwhile.
 */
import type { SortKey } from '../planner/physical-plan.ts';
import type { TableSpec } from '../state/contract.ts';
import type { KeyedTable } from '../state/keyed-table.ts';
import { type BatchLookup, CREATE } from '../state/table-loops.ts';
import { type Batch, DELETE, type I32Column, UPDATE_BEFORE } from '../types/batch.ts';
import type { RowSchema } from '../types/sql-type.ts';
import { liveRows } from './batch-view.ts';
import type { OperatorContext } from './contract.ts';
import { NONE, type RankOutput, type SourceAt } from './rank-output.ts';
import { RowOrder } from './row-order.ts';
import { Sequence } from './sequence.ts';
import { SortedIds } from './sorted-ids.ts';
import { RowLayout } from './stored-rows.ts';

const COPY = { name: 'copy', type: { kind: 'INT', nullable: false } } as const;
const COPIES = { name: 'copies', digest: 'copies', type: { kind: 'INT', nullable: false } } as const;
const ARRIVAL = { name: 'arrival', digest: 'arrival', type: { kind: 'DOUBLE', nullable: false } } as const;

export class RankedRows {
  readonly #layout: RowLayout;
  readonly #order: RowOrder;
  readonly #columns: readonly number[];
  readonly #ttlMs: number;
  readonly #sequence = new Sequence();
  #table!: KeyedTable;
  #find!: BatchLookup;
  #view!: () => Batch;
  /** By chain. */
  #lists: (SortedIds | undefined)[] = [];
  /** By chain: when the list was last compared with the chain (only with a TTL). */
  #checkedAt: number[] = [];
  #epoch = 0;
  #ids = new Int32Array(0);
  #copyColumn: I32Column = { lane: 'i32', values: new Int32Array(0), nulls: null };
  readonly #oneRow = new Int32Array(1);
  #oneId = new Int32Array(0);
  #list!: SortedIds;
  readonly #at: SourceAt = (rank) => {
    const id = this.#list.at(rank - 1);
    return id === -1 ? NONE : ~id;
  };

  constructor(schema: RowSchema, keys: readonly number[], orderBy: readonly SortKey[], ttlMs: number) {
    const others = schema.map((_, index) => index).filter((index) => !keys.includes(index));
    this.#layout = new RowLayout(schema, keys, others, []);
    this.#order = new RowOrder(orderBy);
    this.#columns = [...keys, ...others, schema.length];
    this.#ttlMs = ttlMs;
  }

  open(context: OperatorContext): void {
    const spec: TableSpec = {
      name: 'rows',
      key: this.#layout.key,
      subKey: [...this.#layout.subKey, COPY],
      fields: [COPIES, ARRIVAL],
      ttlMs: this.#ttlMs,
    };
    this.#table = context.state.table(spec);
    this.#find = this.#table.lookup(this.#columns);
    this.#view = this.#layout.follow(this.#table);
    this.#sequence.open(context.state.values, 'arrival');
  }

  process(batch: Batch, output: RankOutput): void {
    if (batch.rows > this.#ids.length) {
      const size = Math.max(2048, batch.rows);
      this.#ids = new Int32Array(size);
      this.#oneId = new Int32Array(size);
      this.#copyColumn = { lane: 'i32', values: new Int32Array(size), nulls: null };
    }
    const copied = { ...batch, columns: [...batch.columns, this.#copyColumn] };
    this.#copyColumn.values.fill(0, 0, batch.rows);
    this.#find(copied, this.#ids, CREATE);
    this.#epoch++;
    output.start(batch, this.#view);
    const live = liveRows(batch);
    for (let i = 0; i < batch.selected; i++) {
      const kind = batch.kinds === null ? 0 : batch.kinds[live[i]];
      if (kind === UPDATE_BEFORE || kind === DELETE) this.#remove(copied, live[i], output);
      else this.#insert(copied, live[i], output);
    }
    output.flush();
    this.#dropEmptied(live, batch.selected);
  }

  get #copies(): Int32Array {
    return this.#table.fields[0].values as Int32Array;
  }

  get #arrivals(): Float64Array {
    return this.#table.fields[1].values as Float64Array;
  }

  #insert(batch: Batch, row: number, output: RankOutput): void {
    const first = this.#ids[row];
    const copies = this.#copies[first];
    const id = copies === 0 ? first : this.#copyOf(batch, row, copies);
    this.#list = this.#listOf(first);
    // Left over from a first copy that has expired.
    if (id !== first && this.#copies[id] > 0) this.#list.removeAt(this.#placeOf(id));
    // Behind all that are equal: a probe that never says 0.
    const place = this.#list.rankOf((other) => (this.#compare(first, other) >= 0 ? 1 : -1));
    this.#table.touch(first);
    this.#table.touch(id);
    output.inserted(row, place + 1, this.#at);
    this.#arrivals[id] = this.#sequence.take();
    this.#copies[first] = copies + 1;
    if (id !== first) this.#copies[id] = 1;
    this.#list.insertAt(place, id);
  }

  #remove(batch: Batch, row: number, output: RankOutput): void {
    const first = this.#ids[row];
    const copies = this.#copies[first];
    if (copies === 0) return;
    const ids = [first];
    for (let copy = 1; copy < copies; copy++) {
      const id = this.#copyOf(batch, row, copy);
      if (this.#copies[id] > 0) ids.push(id);
      else this.#table.delete(id);
    }
    this.#list = this.#listOf(first);
    const place = this.#placeOf(first);
    output.removed(place + 1, this.#at);
    if (ids.length === 1) this.#list.removeAt(place);
    else this.#shiftCopies(ids);
    this.#table.touch(first);
    this.#copies[first] = ids.length - 1;
  }

  /** The earliest of equal rows goes: each record takes the arrival of the next one, the last record goes. */
  #shiftCopies(ids: readonly number[]): void {
    const places = ids.map((id) => this.#placeOf(id));
    for (let i = 1; i < ids.length; i++) {
      this.#list.removeAt(places[i]);
      this.#list.insertAt(places[i], ids[i - 1]);
      this.#table.touch(ids[i - 1]);
      this.#arrivals[ids[i - 1]] = this.#arrivals[ids[i]];
    }
    this.#list.removeAt(places[0]);
    this.#table.delete(ids[ids.length - 1]);
  }

  #compare(id: number, other: number): number {
    const view = this.#view();
    return this.#order.compare(view, id, view, other);
  }

  #placeOf(id: number): number {
    const arrivals = this.#arrivals;
    return this.#list.rankOf((other) => this.#compare(id, other) || arrivals[id] - arrivals[other]);
  }

  /** The record of a further copy, created when missing; a lookup may meet expired records, so lists are checked again. */
  #copyOf(batch: Batch, row: number, copy: number): number {
    this.#oneRow[0] = row;
    this.#copyColumn.values[row] = copy;
    this.#find({ ...batch, selection: this.#oneRow, selected: 1 }, this.#oneId, CREATE);
    this.#copyColumn.values[row] = 0;
    this.#epoch++;
    return this.#oneId[row];
  }

  #listOf(id: number): SortedIds {
    const table = this.#table;
    const chain = table.chainOf(id);
    const list = this.#lists[chain];
    if (list !== undefined && (this.#ttlMs === 0 || this.#checkedAt[chain] === this.#epoch)) return list;
    const ids: number[] = [];
    const copies = this.#copies;
    for (let other = table.headOf(id); other !== -1; other = table.next(other))
      if (copies[other] > 0 && table.isLive(other)) ids.push(other);
    this.#checkedAt[chain] = this.#epoch;
    if (list !== undefined && list.size === ids.length) return list;
    const arrivals = this.#arrivals;
    ids.sort((a, b) => this.#compare(a, b) || arrivals[a] - arrivals[b]);
    const built = SortedIds.of(ids);
    this.#lists[chain] = built;
    return built;
  }

  #dropEmptied(live: Int32Array, count: number): void {
    const table = this.#table;
    for (let i = 0; i < count; i++) {
      const id = this.#ids[live[i]];
      if (table.meta.nulls[id] !== 1 || this.#copies[id] !== 0) continue;
      if (table.chainLength(id) === 1) this.#lists[table.chainOf(id)] = undefined;
      table.delete(id);
    }
  }

  snapshot(): void {
    this.#sequence.snapshot();
  }
}
