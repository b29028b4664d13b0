/**
 * GROUP BY without windows (Flink's GroupAggFunction): after each row the result of its group. The first row of a group gives +I; a
 * changed result -U (where asked for) and +U; the last row taken back gives -D and drops the group. An unchanged result gives nothing, unless
 * state expires (then updates keep the consumer's state alive). A row taken back from a group that does not exist is passed over.
 *
 * Aggregate by aggregate instead of row by row: each one goes over the rows of a batch in order and writes its result before and after row i to
 * the places 2i and 2i + 1 of the output; what is really emitted is the selection at the end. Groups that end and begin again within a batch are
 * marked (`fresh`), so that no order is lost. Output rows keep the order of the input rows.
 */
import type { NodeOf } from '../planner/physical-plan.ts';
import type { KeyedTable } from '../state/keyed-table.ts';
import { type BatchLookup, CREATE } from '../state/table-loops.ts';
import {
  BATCH_ROWS_MAX,
  type Batch,
  type BytesColumn,
  type Column,
  DELETE,
  INSERT,
  type ObjColumn,
  UPDATE_AFTER,
  UPDATE_BEFORE,
} from '../types/batch.ts';
import { BatchBuilder } from '../types/batch-builder.ts';
import { valuesEqual } from '../types/compare-values.ts';
import { isNullAt } from '../types/row-access.ts';
import type { RowSchema } from '../types/sql-type.ts';
import type { Aggregate, RowRun, Store } from './aggregates/aggregate.ts';
import { createAggregates } from './aggregates/create-aggregates.ts';
import { liveRows, selectRows } from './batch-view.ts';
import type { Operator, OperatorContext } from './contract.ts';
import { spreadColumn } from './spread-column.ts';

const ROWS = BATCH_ROWS_MAX / 2;
const COUNT_FIELD = { name: 'rows', digest: 'rows', type: { kind: 'DOUBLE', nullable: false } } as const;

export function createGroupAggregate(node: NodeOf<'groupAggregate'>, input: RowSchema): Operator {
  return new GroupAggregate(node, input);
}

class GroupAggregate implements Operator {
  readonly #node: NodeOf<'groupAggregate'>;
  readonly #input: RowSchema;
  readonly #set;
  readonly #builder: BatchBuilder;
  #context!: OperatorContext;
  #store!: Store;
  #table!: KeyedTable;
  #find!: BatchLookup;
  #found = new Int32Array(BATCH_ROWS_MAX);
  readonly #ids = new Int32Array(ROWS);
  readonly #retracts = new Uint8Array(ROWS);
  readonly #mask = new Uint8Array(ROWS);
  readonly #fresh = new Uint8Array(ROWS);
  /** Rows of the group before and after each entry. */
  readonly #before = new Float64Array(ROWS);
  readonly #after = new Float64Array(ROWS);
  readonly #changed = new Uint8Array(ROWS);
  readonly #kinds = new Uint8Array(BATCH_ROWS_MAX);
  readonly #selection = new Int32Array(BATCH_ROWS_MAX);
  readonly #emptied = new Int32Array(BATCH_ROWS_MAX);

  constructor(node: NodeOf<'groupAggregate'>, input: RowSchema) {
    this.#node = node;
    this.#input = input;
    this.#set = createAggregates(node.aggregates, input, node.keys, { isRetracting: node.isInputChanging, firstField: 1 });
    this.#builder = new BatchBuilder(node.schema.slice(node.keys.length), BATCH_ROWS_MAX);
  }

  open(context: OperatorContext): void {
    const { keys, stateTtlMs } = this.#node;
    const key = keys.map((index) => this.#input[index]);
    this.#context = context;
    this.#table = context.state.table({
      name: 'accumulators',
      key,
      subKey: [],
      fields: [COUNT_FIELD, ...this.#set.fields],
      ttlMs: stateTtlMs,
    });
    const aux = this.#set.aux.map(({ name, subKey, fields }) => context.state.table({ name, key, subKey, fields, ttlMs: stateTtlMs }));
    this.#store = { main: this.#table, aux };
    this.#find = this.#table.lookup(keys);
  }

  process(batch: Batch): void {
    if (batch.rows > this.#found.length) this.#found = new Int32Array(batch.rows);
    this.#find(batch, this.#found, CREATE);
    const live = liveRows(batch);
    let emptied = 0;
    for (let from = 0; from < batch.selected; from += ROWS) {
      const rows = live.subarray(from, Math.min(from + ROWS, batch.selected));
      emptied = this.#processRows(batch, rows, rows.length, emptied);
    }
    if (emptied > 0) this.#dropEmptied(batch, emptied);
  }

  #processRows(batch: Batch, rows: Int32Array, count: number, emptiedBefore: number): number {
    const emptied =
      batch.kinds === null ? this.#countInserts(rows, count, emptiedBefore) : this.#countRows(batch.kinds, rows, count, emptiedBefore);
    const isChanging = batch.kinds !== null;
    const run: RowRun = {
      batch,
      count,
      rows,
      ids: this.#ids,
      retracts: isChanging ? this.#retracts : null,
      mask: isChanging ? this.#mask : null,
      fresh: this.#node.isInputChanging ? this.#fresh : null,
    };
    this.#builder.reset();
    this.#set.aggregates.forEach((aggregate: Aggregate, column: number) => {
      aggregate.update(this.#store, run, { builder: this.#builder, column });
    });
    this.#emit(batch, rows, count);
    return emptied;
  }

  #countInserts(rows: Int32Array, count: number, emptied: number): number {
    const counts = this.#table.fields[0].values as Float64Array;
    for (let i = 0; i < count; i++) {
      const id = this.#found[rows[i]];
      const before = counts[id];
      this.#ids[i] = id;
      this.#before[i] = before;
      this.#after[i] = before + 1;
      this.#fresh[i] = before === 0 ? 1 : 0;
      counts[id] = before + 1;
    }
    return emptied;
  }

  #countRows(kinds: Uint8Array, rows: Int32Array, count: number, emptiedBefore: number): number {
    const counts = this.#table.fields[0].values as Float64Array;
    let emptied = emptiedBefore;
    for (let i = 0; i < count; i++) {
      const row = rows[i];
      const id = this.#found[row];
      const before = counts[id];
      const isRetract = kinds[row] === UPDATE_BEFORE || kinds[row] === DELETE;
      const isKept = before > 0 || !isRetract;
      const after = isKept ? before + (isRetract ? -1 : 1) : 0;
      this.#ids[i] = id;
      this.#retracts[i] = isRetract ? 1 : 0;
      this.#mask[i] = isKept ? 1 : 0;
      this.#fresh[i] = before === 0 ? 1 : 0;
      this.#before[i] = before;
      this.#after[i] = after;
      counts[id] = after;
      if (after === 0) this.#emptied[emptied++] = row;
    }
    return emptied;
  }

  #emit(batch: Batch, rows: Int32Array, count: number): void {
    this.#builder.rows = 2 * count;
    const { columns: results } = this.#builder.finish();
    const mayRepeat = this.#node.stateTtlMs > 0 && this.#node.changelog.updateAfter;
    if (mayRepeat) this.#changed.fill(1, 0, count);
    else {
      this.#changed.fill(0, 0, count);
      for (const column of results) markChanges(column, count, this.#changed);
    }
    const selected = this.#select(count);
    if (selected === 0) return;
    const keys = this.#node.keys.map((index) => spreadColumn(batch.columns[index], rows, count));
    this.#context.output.emit({
      rows: 2 * count,
      columns: [...keys, ...results],
      kinds: this.#kinds,
      selection: this.#selection,
      selected,
      split: -1,
    });
  }

  /** Decides what each row gives; returns the number of output rows. */
  #select(count: number): number {
    const { emitUpdateBefore } = this.#node;
    const kinds = this.#kinds;
    const selection = this.#selection;
    let selected = 0;
    for (let i = 0; i < count; i++) {
      const after = this.#after[i];
      if (this.#before[i] === 0) {
        if (after === 0) continue;
        kinds[2 * i + 1] = INSERT;
        selection[selected++] = 2 * i + 1;
      } else if (after === 0) {
        kinds[2 * i] = DELETE;
        selection[selected++] = 2 * i;
      } else if (this.#changed[i] === 1) {
        if (emitUpdateBefore) {
          kinds[2 * i] = UPDATE_BEFORE;
          selection[selected++] = 2 * i;
        }
        kinds[2 * i + 1] = UPDATE_AFTER;
        selection[selected++] = 2 * i + 1;
      }
    }
    return selected;
  }

  #dropEmptied(batch: Batch, count: number): void {
    const counts = this.#table.fields[0].values as Float64Array;
    let gone = 0;
    for (let i = 0; i < count; i++) {
      const row = this.#emptied[i];
      const id = this.#found[row];
      if (this.#table.isLive(id) && counts[id] > 0) continue;
      this.#emptied[gone++] = row;
      if (this.#table.isLive(id)) this.#table.delete(id);
    }
    if (gone === 0 || this.#store.aux.length === 0) return;
    const rows = this.#emptied.slice(0, gone).sort();
    for (const aggregate of this.#set.aggregates) aggregate.forget(this.#store, selectRows(batch, rows, gone));
  }

  processWatermark(): void {}

  close(): void {}
}

/** Sets changed[i] where the values at 2i and 2i + 1 differ. */
function markChanges(column: Column, count: number, changed: Uint8Array): void {
  if (column.lane === 'obj' || column.lane === 'bytes') {
    for (let i = 0; i < count; i++) if (changed[i] === 0 && !isPairEqual(column, i)) changed[i] = 1;
    return;
  }
  const { nulls } = column;
  if (column.lane === 'i64')
    markLane(new Int32Array(column.values.buffer, column.values.byteOffset, column.values.length * 2), 2, nulls, count, changed);
  else markLane(column.values, 1, nulls, count, changed);
}

function markLane(
  values: Int32Array | Float64Array | Uint8Array,
  width: number,
  nulls: Uint8Array | null,
  count: number,
  changed: Uint8Array,
): void {
  for (let i = 0; i < count; i++) {
    const isNull = nulls !== null && nulls[2 * i] === 1;
    if (isNull !== (nulls !== null && nulls[2 * i + 1] === 1)) changed[i] = 1;
    else if (!isNull) {
      const at = 2 * i * width;
      const a = values[at];
      const b = values[at + width];
      if ((a !== b && !(Number.isNaN(a) && Number.isNaN(b))) || (width === 2 && values[at + 1] !== values[at + 3])) changed[i] = 1;
    }
  }
}

function isPairEqual(column: BytesColumn | ObjColumn, i: number): boolean {
  const isNull = isNullAt(column, 2 * i);
  if (isNull || isNullAt(column, 2 * i + 1)) return isNull === isNullAt(column, 2 * i + 1);
  if (column.lane === 'obj') return valuesEqual(column.values[2 * i], column.values[2 * i + 1]);
  const length = column.lengths[2 * i];
  if (length !== column.lengths[2 * i + 1]) return false;
  for (let k = 0; k < length; k++) if (column.data[column.offsets[2 * i] + k] !== column.data[column.offsets[2 * i + 1] + k]) return false;
  return true;
}
