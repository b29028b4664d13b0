/**
 * ORDER BY … LIMIT and plain LIMIT (Flink's SortLimit and Limit): a Top-N of one partition without rank. A plain LIMIT over an input that only
 * grows passes the rows at its places on and keeps their number alone.
 */
import type { NodeOf } from '../planner/physical-plan.ts';
import type { KeyedTable } from '../state/keyed-table.ts';
import type { Batch } from '../types/batch.ts';
import type { RowSchema } from '../types/sql-type.ts';
import { sliceBatch } from './batch-view.ts';
import type { Operator, OperatorContext } from './contract.ts';
import { RankOutput } from './rank-output.ts';
import { RankedRows } from './ranked-rows.ts';
import { Sequence } from './sequence.ts';
import { TopRows } from './top-rows.ts';

export function createSortLimit(node: NodeOf<'sortLimit'>, input: RowSchema): Operator {
  if (node.isInputChanging) return new ChangingLimit(node, input);
  return node.orderBy.length === 0 ? new PlainLimit(node) : new SortedLimit(node, input);
}

function rangeOf({ offset, limit, emitUpdateBefore }: NodeOf<'sortLimit'>) {
  return { rankStart: offset + 1, rankEnd: limit === null ? 2 ** 31 : offset + limit, outputRank: false, emitUpdateBefore };
}

class PlainLimit implements Operator {
  readonly #node: NodeOf<'sortLimit'>;
  #context!: OperatorContext;
  #table!: KeyedTable;

  constructor(node: NodeOf<'sortLimit'>) {
    this.#node = node;
  }

  open(context: OperatorContext): void {
    const seen = { name: 'seen', digest: 'seen', type: { kind: 'DOUBLE', nullable: false } } as const;
    this.#context = context;
    this.#table = context.state.table({ name: 'seen', key: [], subKey: [], fields: [seen], ttlMs: this.#node.stateTtlMs });
  }

  process(batch: Batch): void {
    const { rankStart, rankEnd } = rangeOf(this.#node);
    const id = this.#table.idOf([], true);
    const seen = this.#table.fields[0].values as Float64Array;
    const before = seen[id];
    if (before >= rankEnd) return;
    seen[id] = before + batch.selected;
    const from = Math.max(0, rankStart - 1 - before);
    const to = Math.min(batch.selected, rankEnd - before);
    if (from < to) this.#context.output.emit(sliceBatch(batch, from, to));
  }

  processWatermark(): void {}

  close(): void {}
}

class SortedLimit implements Operator {
  readonly #node: NodeOf<'sortLimit'>;
  readonly #sequence = new Sequence();
  readonly #rows: TopRows;
  #table!: KeyedTable;
  #output!: RankOutput;

  constructor(node: NodeOf<'sortLimit'>, input: RowSchema) {
    this.#node = node;
    this.#rows = new TopRows(input, [], node.orderBy, rangeOf(node).rankEnd, this.#sequence, node.stateFields);
  }

  open(context: OperatorContext): void {
    this.#sequence.open(context.state.values, 'sequence');
    this.#table = context.state.table({ name: 'rows', ...this.#rows.shape, ttlMs: this.#node.stateTtlMs });
    this.#output = new RankOutput(context.output, rangeOf(this.#node), this.#node.schema);
  }

  process(batch: Batch): void {
    this.#output.start(batch, this.#rows.viewOf(this.#table));
    this.#rows.insert(this.#table, batch, (row, rank, at) => this.#output.inserted(row, rank, at));
    this.#output.flush();
  }

  processWatermark(): void {}

  snapshot(): void {
    this.#sequence.snapshot();
  }

  close(): void {}
}

class ChangingLimit implements Operator {
  readonly #node: NodeOf<'sortLimit'>;
  readonly #rows: RankedRows;
  #output!: RankOutput;

  constructor(node: NodeOf<'sortLimit'>, input: RowSchema) {
    this.#node = node;
    this.#rows = new RankedRows(input, [], node.orderBy, node.stateTtlMs);
  }

  open(context: OperatorContext): void {
    this.#rows.open(context);
    this.#output = new RankOutput(context.output, rangeOf(this.#node), this.#node.schema);
  }

  process(batch: Batch): void {
    this.#rows.process(batch, this.#output);
  }

  processWatermark(): void {}

  snapshot(): void {
    this.#rows.snapshot();
  }

  close(): void {}
}
