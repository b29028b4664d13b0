/**
 * Top-N within windows that are attached already (Flink's WindowRankOperator): the first rankEnd rows of a partition are kept by window; when the
 * watermark completes the window, ranks rankStart to rankEnd are emitted and the window is dropped. Late rows are dropped and counted.
 */
import type { NodeOf } from '../planner/physical-plan.ts';
import type { KeyedTable } from '../state/keyed-table.ts';
import type { SlicedTable } from '../state/sliced-table.ts';
import { BATCH_ROWS_MAX, type Batch } from '../types/batch.ts';
import type { RowSchema } from '../types/sql-type.ts';
import type { Operator, OperatorContext } from './contract.ts';
import { gatherColumn } from './gather-rows.ts';
import { Sequence } from './sequence.ts';
import { TopRows } from './top-rows.ts';
import { WindowProgress, WindowSplitter } from './window-splitter.ts';

export function createWindowRank(node: NodeOf<'windowRank'>, input: RowSchema): Operator {
  return new WindowRank(node, input);
}

class WindowRank implements Operator {
  readonly #node: NodeOf<'windowRank'>;
  readonly #splitter: WindowSplitter;
  readonly #sequence = new Sequence();
  readonly #rows: TopRows;
  #context!: OperatorContext;
  #progress!: WindowProgress;
  #slices!: SlicedTable;
  readonly #ids = new Int32Array(BATCH_ROWS_MAX);
  readonly #ranks = new BigInt64Array(BATCH_ROWS_MAX);

  constructor(node: NodeOf<'windowRank'>, input: RowSchema) {
    this.#node = node;
    this.#splitter = new WindowSplitter(node.windowEnd, input[node.windowEnd]);
    this.#rows = new TopRows(input, node.partitionKeys, node.orderBy, node.rankEnd, this.#sequence, node.stateFields);
  }

  open(context: OperatorContext): void {
    this.#context = context;
    this.#progress = new WindowProgress(context, this.#node.isZoned);
    this.#sequence.open(context.state.values, 'sequence');
    this.#slices = context.state.sliced({ name: 'rows', ...this.#rows.shape });
    for (const end of this.#slices.ends()) this.#progress.expect(end);
  }

  process(batch: Batch): void {
    this.#splitter.split(batch, this.#progress, (end, part) => this.#rows.insert(this.#slices.slice(end), part, null));
  }

  processWatermark(watermarkMs: number): void {
    for (const end of this.#progress.advance(watermarkMs)) {
      const table = this.#slices.find(end);
      if (table !== null) this.#fire(table);
      this.#slices.drop(end);
    }
  }

  #fire(table: KeyedTable): void {
    const view = this.#rows.layout.view(table);
    let count = 0;
    for (let head = 0; head < table.idLimit; head++) {
      if (table.meta.nulls[head] !== 1 || table.previous(head) !== -1) continue;
      let rank = 1;
      for (let id = head; id !== -1; id = table.next(id), rank++) {
        if (rank < this.#node.rankStart) continue;
        this.#ids[count] = id;
        this.#ranks[count++] = BigInt(rank);
        if (count === BATCH_ROWS_MAX) {
          this.#emit(view, count);
          count = 0;
        }
      }
    }
    if (count > 0) this.#emit(view, count);
  }

  #emit(view: Batch, count: number): void {
    const columns = view.columns.map((column) => gatherColumn(column, this.#ids, count));
    if (this.#node.outputRank) columns.push({ lane: 'i64', values: this.#ranks.slice(0, count), nulls: null });
    this.#context.output.emit({ rows: count, columns, kinds: null, selection: null, selected: count, split: -1 });
  }

  snapshot(): void {
    this.#sequence.snapshot();
  }

  close(): void {}
}
