/**
 * A keyed table as it was when it was frozen. Pages that the table changed since were handed over before the change; all others are read from
 * the table itself. Serialised group by group, in the order of ids, chains in their own order.
 */

import type { KeyedTable } from './keyed-table.ts';
import { type ColumnSlice, PAGE_BITS, PAGE_RECORDS, type PageKeeper, type StateColumn } from './state-column.ts';
import { layoutOf, type RecordSource, TABLE_FORMAT_VERSION, writeGroup } from './table-format.ts';
import type { FrozenTable } from './table-spec.ts';

export class TableImage implements FrozenTable, PageKeeper, RecordSource {
  readonly name: string;
  readonly formatVersion = TABLE_FORMAT_VERSION;
  readonly layout: Readonly<Record<string, unknown>>;
  readonly groups: readonly number[];
  readonly table: KeyedTable;
  readonly #limit: number;
  readonly #counts: Int32Array;
  pages: (readonly ColumnSlice[] | undefined)[] = [];
  /** Ids sorted by group, and where each group starts; made at the first use. */
  #sorted: { readonly ids: Int32Array; readonly starts: Int32Array } | null = null;

  constructor(table: KeyedTable) {
    this.table = table;
    this.name = table.spec.name;
    this.layout = layoutOf(table.spec);
    this.#limit = table.idLimit;
    this.#counts = table.groupCounts.slice();
    const groups: number[] = [];
    this.#counts.forEach((count, group) => {
      if (count > 0) groups.push(group);
    });
    this.groups = groups;
    this.pages = new Array((table.idLimit >> PAGE_BITS) + 1).fill(undefined);
    table.addKeeper(this);
  }

  keepPage(page: number, slices: readonly ColumnSlice[]): void {
    if (page << PAGE_BITS < this.#limit && this.pages[page] === undefined) this.pages[page] = slices;
  }

  serialize(group: number): { readonly bytes: Uint8Array; readonly records: number } {
    const ids = this.idsOf(group);
    return { bytes: writeGroup(this, this.table.keyColumns.length + this.table.fields.length, this.#stampsAt(), ids), records: ids.length };
  }

  release(): void {
    this.pages = [];
    this.#sorted = null;
    this.table.removeKeeper(this);
  }

  get heapData(): Uint8Array {
    return this.table.heap.data;
  }

  liveColumn(column: number): StateColumn {
    return this.table.stored[column];
  }

  #stampsAt(): number {
    return this.table.stamps === null ? -1 : this.table.stored.indexOf(this.table.stamps);
  }

  /** One number of one record: of an i32 column. */
  #numberOf(id: number, column: number): number {
    const page = this.pages[id >> PAGE_BITS];
    return Number(page === undefined ? this.table.stored[column].values[id] : page[column].values[id & (PAGE_RECORDS - 1)]);
  }

  /** Live records of a group at the moment of the freeze, in storing order. */
  idsOf(group: number): Int32Array {
    this.#sorted ??= this.#sort();
    const { ids, starts } = this.#sorted;
    const own = ids.subarray(starts[group], starts[group + 1]);
    return this.table.chains === null ? own : this.#chained(own);
  }

  #sort(): { readonly ids: Int32Array; readonly starts: Int32Array } {
    const meta = this.table.stored.indexOf(this.table.meta);
    const starts = new Int32Array(this.#counts.length + 1);
    for (let group = 0; group < this.#counts.length; group++) starts[group + 1] = starts[group] + this.#counts[group];
    const at = starts.slice();
    const ids = new Int32Array(starts[this.#counts.length]);
    const mask = this.#counts.length - 1;
    for (let page = 0; page << PAGE_BITS < this.#limit; page++) {
      const first = page << PAGE_BITS;
      const last = Math.min(first + PAGE_RECORDS, this.#limit);
      const saved = this.pages[page];
      const slice: ColumnSlice = saved === undefined ? this.table.meta : saved[meta];
      const shift = saved === undefined ? 0 : first;
      for (let id = first; id < last; id++) {
        if (slice.nulls[id - shift] === 1) ids[at[Number(slice.values[id - shift]) & mask]++] = id;
      }
    }
    return { ids, starts };
  }

  /** The same ids, each chain's records side by side from first to last. */
  #chained(ids: Int32Array): Int32Array {
    const next = this.table.stored.length - 2;
    const ordered = new Int32Array(ids.length);
    let count = 0;
    for (const start of ids) {
      if (this.#numberOf(start, next + 1) !== -1) continue;
      for (let id = start; id !== -1; id = this.#numberOf(id, next)) ordered[count++] = id;
    }
    return ordered;
  }
}
