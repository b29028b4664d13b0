/**
 * Join of two streams within the same windows (Flink's WindowJoinOperator): both sides keep their rows by window; when the watermark completes a
 * window, its rows are joined by key at once, in one lookup of all rows of one side, and the window is dropped. The output only grows.
 * Rows of a window that is complete already are late: dropped and counted. NULL in a key matches nothing unless the pair is null-safe.
 */
import { compileJoinCondition } from '../codegen/compile.ts';
import type { CompiledJoinCondition } from '../codegen/contract.ts';
import type { FunctionContext } from '../functions/contract.ts';
import type { NodeOf } from '../planner/physical-plan.ts';
import type { KeyedTable } from '../state/keyed-table.ts';
import type { SlicedTable } from '../state/sliced-table.ts';
import { CREATE, FIND } from '../state/table-loops.ts';
import { type Batch, INSERT } from '../types/batch.ts';
import type { RowSchema } from '../types/sql-type.ts';
import { TableLookups } from './aggregates/table-batch.ts';
import { liveRows, selectRows } from './batch-view.ts';
import type { Operator, OperatorContext } from './contract.ts';
import { requireSameLanes, sideMeanings } from './join-side.ts';
import { KeyFilter } from './null-keys.ts';
import { PairOutput } from './pair-output.ts';
import { SEQUENCE_FIELD, Sequence } from './sequence.ts';
import { emptyRows, RowLayout } from './stored-rows.ts';
import { WindowProgress, WindowSplitter } from './window-splitter.ts';

export function createWindowJoin(node: NodeOf<'windowJoin'>, inputs: readonly RowSchema[], functions: FunctionContext): Operator {
  return new WindowJoin(node, inputs[0], inputs[1], functions);
}

/** One side: its rows by window. */
class WindowSide {
  readonly #keys: readonly number[];
  readonly #width: number;
  readonly #none: Batch;
  readonly #layout: RowLayout;
  readonly #splitter: WindowSplitter;
  readonly #filter: KeyFilter;
  readonly #sequence = new Sequence();
  readonly #lookups = new TableLookups();
  readonly #writers = new WeakMap<KeyedTable, ReturnType<RowLayout['writer']>>();
  slices!: SlicedTable;
  #ids = new Int32Array(2048);
  #rowIds = new Int32Array(2048);

  constructor(schema: RowSchema, keys: readonly number[], nullSafe: readonly boolean[], windowEnd: number, meanings: readonly string[]) {
    this.#keys = keys;
    this.#width = schema.length;
    this.#none = emptyRows(schema);
    this.#layout = new RowLayout(schema, keys, [], meanings);
    this.#splitter = new WindowSplitter(windowEnd, schema[windowEnd]);
    this.#filter = new KeyFilter(keys, nullSafe);
  }

  open(context: OperatorContext, name: 'left' | 'right', progress: WindowProgress): void {
    this.#sequence.open(context.state.values, `${name}Sequence`);
    this.slices = context.state.sliced({ name, key: this.#layout.key, subKey: [SEQUENCE_FIELD], fields: this.#layout.fields });
    for (const end of this.slices.ends()) progress.expect(end);
  }

  add(batch: Batch, progress: WindowProgress): void {
    const numbered = this.#sequence.extend(batch);
    this.#splitter.split(numbered, progress, (end, part) => this.#store(end, part));
  }

  #store(end: number, part: Batch): void {
    if (part.rows > this.#ids.length) {
      this.#ids = new Int32Array(part.rows);
      this.#rowIds = new Int32Array(part.rows);
    }
    const table = this.slices.slice(end);
    this.#lookups.exact(table, [...this.#keys, this.#width])(part, this.#ids, CREATE);
    const rows = liveRows(part);
    for (let i = 0; i < part.selected; i++) this.#rowIds[i] = this.#ids[rows[i]];
    let write = this.#writers.get(table);
    if (write === undefined) {
      write = this.#layout.writer(table);
      this.#writers.set(table, write);
    }
    write(part, rows, this.#rowIds, part.selected);
  }

  /** All rows of a window, as they came. */
  rowsOf(end: number): Batch {
    const table = this.slices.find(end);
    if (table === null) return this.#none;
    const ids = new Int32Array(table.records);
    let count = 0;
    for (let id = 0; id < table.idLimit; id++) if (table.meta.nulls[id] === 1) ids[count++] = id;
    return selectRows(this.#layout.view(table), ids, count);
  }

  comparable(rows: Batch): Batch {
    return this.#filter.comparable(rows);
  }

  /** Writes the first record of each row's key, or -1, at the row's place; rows that are not comparable keep -1. */
  find(end: number, rows: Batch, keys: readonly number[], firsts: Int32Array): KeyedTable | null {
    const table = this.slices.find(end);
    if (table !== null) this.#lookups.prefix(table, keys)(rows, firsts, FIND);
    return table;
  }

  snapshot(): void {
    this.#sequence.snapshot();
  }
}

class WindowJoin implements Operator {
  readonly #node: NodeOf<'windowJoin'>;
  readonly #condition: CompiledJoinCondition | null;
  readonly #left: WindowSide;
  readonly #right: WindowSide;
  #progress!: WindowProgress;
  #output!: PairOutput;

  constructor(node: NodeOf<'windowJoin'>, left: RowSchema, right: RowSchema, functions: FunctionContext) {
    requireSameLanes(left, node.leftKeys, right, node.rightKeys);
    this.#node = node;
    this.#condition = node.condition === null ? null : compileJoinCondition(node.condition, left, right, functions);
    this.#left = new WindowSide(left, node.leftKeys, node.nullSafe, node.leftWindowEnd, sideMeanings(node, 'left'));
    this.#right = new WindowSide(right, node.rightKeys, node.nullSafe, node.rightWindowEnd, sideMeanings(node, 'right'));
  }

  open(context: OperatorContext): void {
    const { joinKind, isZoned } = this.#node;
    this.#progress = new WindowProgress(context, isZoned);
    this.#left.open(context, 'left', this.#progress);
    this.#right.open(context, 'right', this.#progress);
    this.#output = new PairOutput(context.output, joinKind === 'semi' || joinKind === 'anti');
  }

  process(batch: Batch, input: number): void {
    (input === 0 ? this.#left : this.#right).add(batch, this.#progress);
  }

  processWatermark(watermarkMs: number): void {
    for (const end of this.#progress.advance(watermarkMs)) {
      this.#join(end);
      this.#left.slices.drop(end);
      this.#right.slices.drop(end);
    }
  }

  #join(end: number): void {
    const { joinKind, leftKeys } = this.#node;
    const left = this.#left.rowsOf(end);
    const right = this.#right.rowsOf(end);
    const firsts = new Int32Array(left.rows).fill(-1);
    const table = left.selected === 0 ? null : this.#right.find(end, this.#left.comparable(left), leftKeys, firsts);
    const next = (table?.chains?.next.values ?? null) as Int32Array | null;
    const isOneSided = joinKind === 'semi' || joinKind === 'anti';
    const isLeftPadded = joinKind === 'left' || joinKind === 'full' || joinKind === 'anti';
    const isMet = joinKind === 'right' || joinKind === 'full' ? new Uint8Array(right.rows) : null;
    this.#output.start(left, right);
    const rows = liveRows(left);
    for (let i = 0; i < left.selected; i++) {
      const row = rows[i];
      let isMatched = false;
      for (let id = firsts[row]; id !== -1; id = (next as Int32Array)[id]) {
        if (this.#condition !== null && !this.#condition(left, row, right, id)) continue;
        isMatched = true;
        if (isOneSided) break;
        if (isMet !== null) isMet[id] = 1;
        this.#output.add(row, id, INSERT);
      }
      if (isMatched ? joinKind === 'semi' : isLeftPadded) this.#output.add(row, -1, INSERT);
    }
    if (isMet !== null) this.#padRight(right, isMet);
    this.#output.flush();
  }

  #padRight(right: Batch, isMet: Uint8Array): void {
    const rows = liveRows(right);
    for (let i = 0; i < right.selected; i++) if (isMet[rows[i]] === 0) this.#output.add(-1, rows[i], INSERT);
  }

  snapshot(): void {
    this.#left.snapshot();
    this.#right.snapshot();
  }

  close(): void {}
}
