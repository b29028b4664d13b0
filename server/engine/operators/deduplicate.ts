/**
 * First or last row of a key (ROW_NUMBER() = 1 over a time attribute; Flink's RowTimeDeduplicateFunction and the ProcTime ones) over an input that only grows.
 * By rowtime: the last keeps a row that is not earlier, the first one that is earlier than what is kept; results are updates. By processing time the
 * first is final; the last replaces unless the row is the same (with a TTL: always).
 *
 * Kept rows are written at the end of a batch; until then the newest row of a key is remembered by its place in the batch.
 */
import type { NodeOf } from '../planner/physical-plan.ts';
import type { KeyedTable } from '../state/keyed-table.ts';
import { type BatchLookup, CREATE } from '../state/table-loops.ts';
import { BATCH_ROWS_MAX, type Batch, type ChangeKind, type I64Column, INSERT, UPDATE_AFTER, UPDATE_BEFORE } from '../types/batch.ts';
import type { RowSchema } from '../types/sql-type.ts';
import { liveRows } from './batch-view.ts';
import type { Operator, OperatorContext } from './contract.ts';
import { RowStore, rowFields } from './row-store.ts';

const HAS_FIELD = { name: 'has', digest: 'has', type: { kind: 'BOOLEAN', nullable: false } } as const;

export function createDeduplicate(node: NodeOf<'deduplicate'>, input: RowSchema): Operator {
  return new Deduplicate(node, input);
}

class Deduplicate implements Operator {
  readonly #node: NodeOf<'deduplicate'>;
  readonly #input: RowSchema;
  /** Processing time and first: no row needs to be kept. */
  readonly #isFinal: boolean;
  #context!: OperatorContext;
  #table!: KeyedTable;
  #find!: BatchLookup;
  #kept!: RowStore;
  #found = new Int32Array(BATCH_ROWS_MAX);
  /** By record: 1 + the newest row of this batch, 0 = none. */
  #newest = new Int32Array(1024);
  #touched = new Int32Array(BATCH_ROWS_MAX);
  #touchedCount = 0;
  #sources = new Int32Array(2 * BATCH_ROWS_MAX);
  #kinds = new Uint8Array(2 * BATCH_ROWS_MAX);
  #count = 0;

  constructor(node: NodeOf<'deduplicate'>, input: RowSchema) {
    this.#node = node;
    this.#input = input;
    this.#isFinal = node.time === null && node.keep === 'first';
  }

  open(context: OperatorContext): void {
    const { keys, stateTtlMs } = this.#node;
    const key = keys.map((index) => this.#input[index]);
    const rows = this.#isFinal ? [] : rowFields(this.#input, this.#node.stateFields);
    this.#context = context;
    this.#table = context.state.table({ name: 'rows', key, subKey: [], fields: [HAS_FIELD, ...rows], ttlMs: stateTtlMs });
    this.#find = this.#table.lookup(keys);
    this.#kept = new RowStore(this.#table, 1, rows.length);
  }

  process(batch: Batch): void {
    this.#fit(batch.rows);
    this.#find(batch, this.#found, CREATE);
    if (this.#newest.length < this.#table.idLimit) this.#newest = new Int32Array(this.#table.idLimit * 2);
    this.#count = 0;
    this.#touchedCount = 0;
    if (this.#isFinal) this.#takeFirst(batch);
    else this.#takeRows(batch);
    if (this.#count > 0) this.#emit(batch);
    this.#save(batch);
  }

  #takeFirst(batch: Batch): void {
    const has = this.#table.fields[0].values as Uint8Array;
    const live = liveRows(batch);
    for (let i = 0; i < batch.selected; i++) {
      const id = this.#found[live[i]];
      if (has[id] === 1) continue;
      has[id] = 1;
      this.#add(live[i], INSERT);
    }
  }

  #takeRows(batch: Batch): void {
    const { time, keep, emitUpdateBefore, stateTtlMs } = this.#node;
    const has = this.#table.fields[0].values as Uint8Array;
    const newest = this.#newest;
    const times = time === null ? null : (batch.columns[time] as I64Column).values;
    const keptTimes = time === null ? null : (this.#table.fields[1 + time].values as BigInt64Array);
    const live = liveRows(batch);
    for (let i = 0; i < batch.selected; i++) {
      const row = live[i];
      const id = this.#found[row];
      if (has[id] === 0) {
        has[id] = 1;
        this.#add(row, INSERT);
      } else {
        const previous = newest[id] > 0 ? newest[id] - 1 : ~id;
        if (times === null || keptTimes === null) {
          if (stateTtlMs === 0 && this.#kept.isSame(batch, previous, row)) continue;
        } else {
          const before = previous >= 0 ? times[previous] : keptTimes[id];
          if (keep === 'last' ? times[row] < before : times[row] >= before) continue;
        }
        if (emitUpdateBefore) this.#add(previous, UPDATE_BEFORE);
        this.#add(row, UPDATE_AFTER);
      }
      if (newest[id] === 0) this.#touched[this.#touchedCount++] = id;
      newest[id] = row + 1;
    }
  }

  #add(source: number, kind: ChangeKind): void {
    this.#sources[this.#count] = source;
    this.#kinds[this.#count++] = kind;
  }

  #emit(batch: Batch): void {
    if (this.#isFinal) {
      this.#context.output.emit({
        ...batch,
        kinds: null,
        selection: this.#sources.slice(0, this.#count),
        selected: this.#count,
        split: -1,
      });
      return;
    }
    for (let from = 0; from < this.#count; from += BATCH_ROWS_MAX) {
      const sources = this.#sources.subarray(from, Math.min(this.#count, from + BATCH_ROWS_MAX));
      const count = sources.length;
      const columns = this.#kept.columns(batch, sources, count);
      this.#context.output.emit({
        rows: count,
        columns,
        kinds: this.#kinds.slice(from, from + count),
        selection: null,
        selected: count,
        split: -1,
      });
    }
  }

  #save(batch: Batch): void {
    if (this.#touchedCount === 0) return;
    const ids = this.#touched;
    const rows = this.#sources;
    for (let i = 0; i < this.#touchedCount; i++) {
      rows[i] = this.#newest[ids[i]] - 1;
      this.#newest[ids[i]] = 0;
    }
    this.#kept.save(batch, rows, ids, this.#touchedCount);
  }

  #fit(rows: number): void {
    if (rows <= this.#found.length) return;
    this.#found = new Int32Array(rows);
    this.#touched = new Int32Array(rows);
    this.#sources = new Int32Array(2 * rows);
    this.#kinds = new Uint8Array(2 * rows);
  }

  processWatermark(): void {}

  close(): void {}
}
