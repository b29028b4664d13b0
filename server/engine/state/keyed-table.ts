/**
 * A keyed table: fixed-width columns in growing typed arrays, texts and bytes in one heap, an index from key to record id.
 *
 * - A record has a stable id (a small int, reused after deletion). Columns stand in `keyColumns` (key, then sub-key) and `fields`; a column's arrays
 *   change when the table grows, so a loop takes `column.values` anew after each call that may create records.
 * - Use in two loops: `lookup(...)` once in `open`; per batch `find(batch, ids, CREATE)`, then updates of fields by id.
 * - Who writes a record that no lookup for writing (CREATE, FIND_FOR_WRITE) of the same call gave calls `touch(id)` first: it sets the time of the
 *   last write and saves the record's page for pending images.
 * - A table with sub-key columns chains the records of a key (key-chains.ts): `prefixLookup`, `next`, `moveBefore`.
 * - Image: `freeze` marks all pages unsaved; the first write to a page afterwards copies it for every pending image. So the barrier costs one fill.
 * - TTL: a record whose last write is `ttlMs` or longer ago is invisible and is deleted when met; each batch also sweeps a few records.
 */
import { BatchBuilder } from '../types/batch-builder.ts';
import { valueAt } from '../types/row-access.ts';
import type { SqlType } from '../types/sql-type.ts';
import { textBytes } from '../types/text-bytes.ts';
import type { Value } from '../types/value.ts';
import { ByteHeap } from './byte-heap.ts';
import { KeyChains } from './key-chains.ts';
import { KeyIndex } from './key-index.ts';
import type { MemoryBudget } from './memory-budget.ts';
import { PAGE_BITS, type PageKeeper, StateColumn } from './state-column.ts';
import { type BatchLookup, CREATE, compileLookup, FIND_FOR_WRITE } from './table-loops.ts';
import type { TableSpec } from './table-spec.ts';

export interface TableOptions {
  /** For messages: operator and table. */
  readonly label: string;
  readonly keyGroups: number;
  readonly budget: MemoryBudget;
  nowMs(): number;
}

const INITIAL_CAPACITY = 64;
const SWEEP_RECORDS = 32;
/** The sweeper leaves records this much longer, so that it takes none that the same call found a moment ago. */
const SWEEP_GRACE_MS = 60_000;
const HASH_TYPE: SqlType = { kind: 'INT', nullable: false };
const STAMP_TYPE: SqlType = { kind: 'DOUBLE', nullable: false };

export class KeyedTable {
  readonly spec: TableSpec;
  readonly options: TableOptions;
  /** Key columns, then sub-key columns. */
  readonly keyColumns: readonly StateColumn[];
  readonly fields: readonly StateColumn[];
  /** Hash of the key columns; `nulls` is 1 where the record is live. */
  readonly meta = new StateColumn(HASH_TYPE, INITIAL_CAPACITY);
  /** Hash of key and sub-key; null without sub-key. */
  readonly identity: StateColumn | null;
  readonly stamps: StateColumn | null;
  readonly chains: KeyChains | null;
  readonly heap: ByteHeap;
  readonly index: KeyIndex;
  /** All columns that an image reads, in a fixed order: keys, fields, meta, stamps, next, previous. */
  readonly stored: readonly StateColumn[];
  /** Live records by key group. */
  readonly groupCounts: Int32Array;
  /** 1 for each page that a pending image still needs; null when there is no image. */
  unsaved: Uint8Array | null = null;
  /** Ids at or above it were never used. */
  idLimit = 0;
  records = 0;
  nowMs = 0;
  #capacity = INITIAL_CAPACITY;
  #free: number[] = [];
  #keepers: PageKeeper[] = [];
  #sweepAt = 0;
  #bytes = 0;
  #single: { readonly builder: BatchBuilder; readonly find: BatchLookup; readonly ids: Int32Array } | null = null;
  readonly #saveBefore = (id: number): void => this.save(id);

  constructor(spec: TableSpec, options: TableOptions) {
    this.spec = spec;
    this.options = options;
    const onResize = (bytes: number): void => this.#resized(bytes);
    this.keyColumns = [...spec.key, ...spec.subKey].map((field) => new StateColumn(field.type, INITIAL_CAPACITY));
    this.fields = spec.fields.map((field) => new StateColumn(field.type, INITIAL_CAPACITY));
    this.identity = spec.subKey.length > 0 ? new StateColumn(HASH_TYPE, INITIAL_CAPACITY) : null;
    this.stamps = spec.ttlMs > 0 ? new StateColumn(STAMP_TYPE, INITIAL_CAPACITY) : null;
    this.chains = spec.subKey.length > 0 ? new KeyChains(INITIAL_CAPACITY, onResize) : null;
    this.heap = new ByteHeap(options.label, onResize);
    this.index = new KeyIndex(onResize);
    this.stored = [
      ...this.keyColumns,
      ...this.fields,
      this.meta,
      ...(this.stamps ? [this.stamps] : []),
      ...(this.chains ? [this.chains.next, this.chains.previous] : []),
    ];
    this.groupCounts = new Int32Array(options.keyGroups);
    this.#resized(this.#bytesPerRecord() * INITIAL_CAPACITY);
  }

  /** Compiles a lookup for batches whose columns `keyIndexes` hold the key, then the sub-key. */
  lookup(keyIndexes: readonly number[]): BatchLookup {
    return compileLookup(
      this,
      this.keyColumns.map((column) => column.type),
      this.spec.key.length,
      keyIndexes,
      false,
    );
  }

  /** For sub-keyed tables: gives the first record of the key's chain, or -1. */
  prefixLookup(keyIndexes: readonly number[]): BatchLookup {
    return compileLookup(
      this,
      this.spec.key.map((field) => field.type),
      this.spec.key.length,
      keyIndexes,
      true,
    );
  }

  /** One key by value (key, then sub-key): the slow way. -1 when missing and not created; the caller may write. */
  idOf(key: readonly Value[], isCreated: boolean): number {
    this.#single ??= {
      builder: new BatchBuilder([...this.spec.key, ...this.spec.subKey], 1),
      find: this.lookup(this.keyColumns.map((_, index) => index)),
      ids: new Int32Array(1),
    };
    const { builder, find, ids } = this.#single;
    builder.reset();
    key.forEach((value, index) => {
      builder.setValue(index, value);
    });
    builder.endRow();
    find(builder.finish(), ids, isCreated ? CREATE : FIND_FOR_WRITE);
    return ids[0];
  }

  isLive(id: number): boolean {
    return this.meta.nulls[id] === 1 && !(this.stamps !== null && this.isExpired(id));
  }

  /** Visits every visible record, ids ascending; the visitor may delete the record it is given. */
  forEach(visit: (id: number) => void): void {
    for (let id = 0; id < this.idLimit; id++) if (this.isLive(id)) visit(id);
  }

  /** Before writing a record by other means than a lookup for writing. */
  touch(id: number): void {
    this.save(id);
    if (this.stamps !== null) this.stamps.values[id] = this.nowMs;
  }

  /** Keeps the record's page for pending images. */
  save(id: number): void {
    if (this.unsaved !== null && this.unsaved[id >> PAGE_BITS] === 1) this.savePage(id >> PAGE_BITS);
  }

  savePage(page: number): void {
    const slices = this.stored.map((column) => column.pageOf(page));
    for (const keeper of this.#keepers) keeper.keepPage(page, slices);
    (this.unsaved as Uint8Array)[page] = 0;
  }

  delete(id: number): void {
    this.save(id);
    const keyHash = Number(this.meta.values[id]);
    this.index.remove(this.identity === null ? keyHash : Number(this.identity.values[id]), id);
    this.chains?.remove(id, keyHash, this.#saveBefore);
    for (const column of this.keyColumns) this.#clear(column, id);
    for (const column of this.fields) this.#clear(column, id);
    this.meta.nulls[id] = 0;
    this.groupCounts[keyHash & (this.options.keyGroups - 1)]--;
    this.records--;
    this.#free.push(id);
  }

  /** Forgets all records but keeps the memory; only without pending images. */
  clear(): void {
    if (this.#keepers.length > 0) throw new Error('a table with pending images cannot be cleared');
    this.index.clear();
    this.chains?.clear();
    this.heap.clear();
    this.meta.nulls.fill(0, 0, this.idLimit);
    this.groupCounts.fill(0);
    this.#free = [];
    this.idLimit = 0;
    this.records = 0;
  }

  /** Gives all memory back to the budget; the table must not be used any more. */
  dispose(): void {
    this.#resized(-this.#bytes);
  }

  /** Next record of the same key, or -1. */
  next(id: number): number {
    return Number((this.chains as KeyChains).next.values[id]);
  }

  previous(id: number): number {
    return Number((this.chains as KeyChains).previous.values[id]);
  }

  readonly headOf = (id: number): number => (this.chains as KeyChains).headOf(id);
  readonly tailOf = (id: number): number => (this.chains as KeyChains).tailOf(id);

  /** Number of the record's chain: it stays as long as the chain holds a record, and is then used for another key. */
  chainOf(id: number): number {
    return (this.chains as KeyChains).chainOf(id);
  }

  /** Records of the same key, expired ones included. */
  chainLength(id: number): number {
    return (this.chains as KeyChains).lengthOf(id);
  }

  /** Changes the order within a chain: `id` comes directly in front of `successor`, or last when that is -1. */
  moveBefore(id: number, successor: number): void {
    this.save(id);
    (this.chains as KeyChains).move(id, successor, this.#saveBefore);
  }

  /** Deletes the expired records of a chain that starts at `head`; what is left starts at the result, or -1. */
  firstLive(head: number): number {
    let first = -1;
    for (let id = head; id !== -1; ) {
      const after = this.next(id);
      if (this.isExpired(id)) this.delete(id);
      else if (first === -1) first = id;
      id = after;
    }
    return first;
  }

  /** Copies source[start, start + length) into a bytes field. */
  setBytes(field: StateColumn, id: number, source: Uint8Array, start: number, length: number): void {
    const old = field.nulls[id] === 1 ? 0 : field.lengths[id];
    if (length === 0) this.heap.garbage += old;
    else if (length <= old && this.#keepers.length === 0) {
      this.heap.data.set(source.subarray(start, start + length), field.offsets[id]);
      this.heap.garbage += old - length;
    } else {
      this.heap.garbage += old;
      field.offsets[id] = this.heap.append(source, start, length);
    }
    field.lengths[id] = length;
    field.nulls[id] = 0;
  }

  setNull(field: StateColumn, id: number): void {
    if (field.lane === 'obj') field.objects[id] = null;
    else {
      if (field.lane === 'bytes') {
        if (field.nulls[id] === 0) this.heap.garbage += field.lengths[id];
        field.lengths[id] = 0;
      }
      field.nulls[id] = 1;
    }
  }

  /** Any lane, the slow way. */
  setValue(field: StateColumn, id: number, value: Value): void {
    if (value === null) {
      this.setNull(field, id);
      return;
    }
    if (field.lane === 'bytes') {
      const bytes = typeof value === 'string' ? textBytes(value) : (value as Uint8Array);
      this.setBytes(field, id, bytes, 0, bytes.length);
      return;
    }
    if (field.lane === 'obj') field.objects[id] = value;
    else {
      field.nulls[id] = 0;
      if (field.lane === 'i64') (field.values as BigInt64Array)[id] = value as bigint;
      else (field.values as Float64Array)[id] = field.lane === 'bool' ? (value ? 1 : 0) : (value as number);
    }
  }

  valueOf(column: StateColumn, id: number): Value {
    if (column.lane === 'obj') return column.objects[id] ?? null;
    if (column.lane === 'bytes') {
      const { offsets, lengths, nulls } = column;
      return valueAt({ lane: 'bytes', data: this.heap.data, offsets, lengths, nulls }, id, column.type);
    }
    if (column.nulls[id] === 1) return null;
    const value = column.values[id];
    return column.lane === 'bool' ? value === 1 : value;
  }

  /** Key, then sub-key, by value. */
  keyOf(id: number): Value[] {
    return this.keyColumns.map((column) => this.valueOf(column, id));
  }

  startBatch(): void {
    if (this.stamps !== null) {
      this.nowMs = this.options.nowMs();
      this.#sweep();
    }
    if (this.heap.isWorthCompacting && this.#keepers.length === 0)
      this.heap.compact([...this.keyColumns, ...this.fields], this.meta.nulls, this.idLimit);
  }

  isExpired(id: number, graceMs = 0): boolean {
    return ((this.stamps as StateColumn).values[id] as number) <= this.nowMs - this.spec.ttlMs - graceMs;
  }

  /** Takes a record into the index; its key columns must be written and `link` called next. */
  allocate(keyHash: number, identityHash: number): number {
    const reused = this.#free.pop();
    const id = reused ?? this.idLimit;
    if (reused === undefined) {
      if (id >= this.#capacity) this.#grow();
      this.idLimit++;
    }
    this.save(id);
    this.meta.values[id] = keyHash;
    this.meta.nulls[id] = 1;
    if (this.identity !== null) this.identity.values[id] = identityHash;
    if (this.stamps !== null) this.stamps.values[id] = this.nowMs;
    for (const column of this.fields) column.clear(id);
    this.index.insert(identityHash, id);
    this.groupCounts[keyHash & (this.options.keyGroups - 1)]++;
    this.records++;
    return id;
  }

  link(id: number): void {
    if (this.chains === null) return;
    const keyHash = Number(this.meta.values[id]);
    const chain = this.chains.find(keyHash, (head) => this.#isSameKey(head, id));
    this.chains.append(id, chain, keyHash, this.#saveBefore);
  }

  addKeeper(keeper: PageKeeper): void {
    this.#keepers.push(keeper);
    const pages = (this.#capacity >> PAGE_BITS) + 1;
    if (this.unsaved === null || this.unsaved.length < pages) this.unsaved = new Uint8Array(pages);
    this.unsaved.fill(1, 0, (this.idLimit + (1 << PAGE_BITS) - 1) >> PAGE_BITS);
  }

  removeKeeper(keeper: PageKeeper): void {
    this.#keepers = this.#keepers.filter((other) => other !== keeper);
    if (this.#keepers.length === 0) this.unsaved = null;
  }

  get hasKeepers(): boolean {
    return this.#keepers.length > 0;
  }

  get byteSize(): number {
    return this.#bytes;
  }

  #clear(column: StateColumn, id: number): void {
    if (column.lane === 'bytes') this.heap.garbage += column.lengths[id];
    column.clear(id);
  }

  #isSameKey(a: number, b: number): boolean {
    for (let i = 0; i < this.spec.key.length; i++) if (!this.keyColumns[i].isSame(a, b, this.heap.data)) return false;
    return true;
  }

  #grow(): void {
    const capacity = this.#capacity * 2;
    this.#resized(this.#bytesPerRecord() * this.#capacity);
    for (const column of this.stored) column.grow(capacity);
    this.identity?.grow(capacity);
    this.#capacity = capacity;
    if (this.unsaved !== null) {
      const unsaved = new Uint8Array((capacity >> PAGE_BITS) + 1);
      unsaved.set(this.unsaved);
      this.unsaved = unsaved;
    }
  }

  #sweep(): void {
    for (let i = 0; i < SWEEP_RECORDS && this.idLimit > 0; i++) {
      if (this.#sweepAt >= this.idLimit) this.#sweepAt = 0;
      const id = this.#sweepAt++;
      if (this.meta.nulls[id] === 1 && this.isExpired(id, SWEEP_GRACE_MS)) this.delete(id);
    }
  }

  #bytesPerRecord(): number {
    let bytes = this.identity === null ? 0 : this.identity.bytesPerRecord;
    for (const column of this.stored) bytes += column.bytesPerRecord;
    return bytes;
  }

  #resized(bytes: number): void {
    if (bytes >= 0) this.options.budget.reserve(bytes, this.options.label);
    else this.options.budget.release(-bytes);
    this.#bytes += bytes;
  }
}
