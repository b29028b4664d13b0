/**
 * Top-N: the rows at ranks rankStart to rankEnd of each partition (Flink's AppendOnlyTopNFunction and RetractableTopNFunction). Over an input that
 * only grows the first rankEnd rows of a partition are kept, over a changing one all of them.
 */
import type { NodeOf } from '../planner/physical-plan.ts';
import type { KeyedTable } from '../state/keyed-table.ts';
import type { Batch } from '../types/batch.ts';
import type { RowSchema } from '../types/sql-type.ts';
import type { Operator, OperatorContext } from './contract.ts';
import { RankOutput } from './rank-output.ts';
import { RankedRows } from './ranked-rows.ts';
import { Sequence } from './sequence.ts';
import { TopRows } from './top-rows.ts';

export function createRank(node: NodeOf<'rank'>, input: RowSchema): Operator {
  if (node.rankFunction !== 'ROW_NUMBER') throw new Error(`${node.rankFunction} is no function of a Top-N on a stream`);
  return node.strategy === 'append' ? new AppendRank(node, input) : new RetractRank(node, input);
}

class AppendRank implements Operator {
  readonly #node: NodeOf<'rank'>;
  readonly #sequence = new Sequence();
  readonly #rows: TopRows;
  #table!: KeyedTable;
  #output!: RankOutput;

  constructor(node: NodeOf<'rank'>, input: RowSchema) {
    this.#node = node;
    this.#rows = new TopRows(input, node.partitionKeys, node.orderBy, node.rankEnd, this.#sequence, node.stateFields);
  }

  open(context: OperatorContext): void {
    this.#sequence.open(context.state.values, 'sequence');
    this.#table = context.state.table({ name: 'rows', ...this.#rows.shape, ttlMs: this.#node.stateTtlMs });
    this.#output = new RankOutput(context.output, this.#node, this.#node.schema);
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

class RetractRank implements Operator {
  readonly #node: NodeOf<'rank'>;
  readonly #rows: RankedRows;
  #output!: RankOutput;

  constructor(node: NodeOf<'rank'>, input: RowSchema) {
    this.#node = node;
    this.#rows = new RankedRows(input, node.partitionKeys, node.orderBy, node.stateTtlMs);
  }

  open(context: OperatorContext): void {
    this.#rows.open(context);
    this.#output = new RankOutput(context.output, this.#node, this.#node.schema);
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
