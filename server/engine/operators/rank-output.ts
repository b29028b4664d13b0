/**
 * Output of Top-N. A change of a partition's order moves at most one row over each rank; what is emitted follows from the ranks in range:
 *
 *   with the rank in the output   each rank whose row changed: -U (where asked for) and +U; a rank more +I, a rank less -D
 *   without                       the row that leaves the range -D, the row that enters it +I
 *
 * A row is named by a source: a row of the batch from 0 on, or ~id of a record; NONE where there is no row. Its values are copied at once, so
 * that records may change right after.
 */
import { BATCH_ROWS_MAX, type Batch, type ChangeKind, type Column, DELETE, INSERT, UPDATE_AFTER, UPDATE_BEFORE } from '../types/batch.ts';
import { BatchBuilder } from '../types/batch-builder.ts';
import { isNullAt } from '../types/row-access.ts';
import type { RowSchema } from '../types/sql-type.ts';
import type { OperatorOutput } from './contract.ts';

export interface RankRange {
  /** 1-based, inclusive. */
  readonly rankStart: number;
  readonly rankEnd: number;
  readonly outputRank: boolean;
  readonly emitUpdateBefore: boolean;
}

export const NONE = -2147483648;
/** Sources by rank as they were before a change; NONE behind the last. */
export type SourceAt = (rank: number) => number;

export class RankOutput {
  readonly #output: OperatorOutput;
  readonly #range: RankRange;
  readonly #builder: BatchBuilder;
  #batch!: Batch;
  #kept!: () => Batch;

  /** `schema` is the node's: the input's columns, then the rank where it is asked for. */
  constructor(output: OperatorOutput, range: RankRange, schema: RowSchema) {
    this.#output = output;
    this.#range = range;
    this.#builder = new BatchBuilder(schema, BATCH_ROWS_MAX);
  }

  /** The batch, and the view of the records, whose rows the sources to come name. */
  start(batch: Batch, kept: () => Batch): void {
    this.#batch = batch;
    this.#kept = kept;
  }

  /** `source` now stands at `rank`. */
  inserted(source: number, rank: number, at: SourceAt): void {
    const { rankStart, rankEnd, outputRank } = this.#range;
    if (rank > rankEnd) return;
    if (!outputRank) {
      this.#add(at(rankEnd), 0, DELETE);
      this.#add(rank < rankStart ? at(rankStart - 1) : source, 0, INSERT);
      return;
    }
    for (let r = Math.max(rank, rankStart); r <= rankEnd; r++) {
      const before = at(r);
      const after = r === rank ? source : at(r - 1);
      if (after === NONE) return;
      if (before === NONE) {
        this.#add(after, r, INSERT);
        return;
      }
      this.#update(before, after, r);
    }
  }

  /** What stood at `rank` is gone. */
  removed(rank: number, at: SourceAt): void {
    const { rankStart, rankEnd, outputRank } = this.#range;
    if (rank > rankEnd) return;
    if (!outputRank) {
      this.#add(at(Math.max(rank, rankStart)), 0, DELETE);
      this.#add(at(rankEnd + 1), 0, INSERT);
      return;
    }
    for (let r = Math.max(rank, rankStart); r <= rankEnd; r++) {
      const before = at(r);
      const after = at(r + 1);
      if (before === NONE) return;
      if (after === NONE) {
        this.#add(before, r, DELETE);
        return;
      }
      this.#update(before, after, r);
    }
  }

  #update(before: number, after: number, rank: number): void {
    if (this.#range.emitUpdateBefore) this.#add(before, rank, UPDATE_BEFORE);
    this.#add(after, rank, UPDATE_AFTER);
  }

  #add(source: number, rank: number, kind: ChangeKind): void {
    if (source === NONE) return;
    const from = source >= 0 ? this.#batch : this.#kept();
    const row = source >= 0 ? source : ~source;
    const { columns } = from;
    for (let index = 0; index < columns.length; index++) copyValue(this.#builder, index, columns[index], row);
    if (this.#range.outputRank) this.#builder.setBigInt(columns.length, BigInt(rank));
    this.#builder.endRow(kind);
    if (this.#builder.isFull) this.flush();
  }

  flush(): void {
    if (this.#builder.rows === 0) return;
    this.#output.emit(this.#builder.finish());
    this.#builder.reset();
  }
}

function copyValue(builder: BatchBuilder, index: number, column: Column, row: number): void {
  if (isNullAt(column, row)) {
    builder.setNull(index);
    return;
  }
  switch (column.lane) {
    case 'i64':
      builder.setBigInt(index, column.values[row]);
      return;
    case 'bytes':
      builder.setBytes(index, column.data, column.offsets[row], column.offsets[row] + column.lengths[row]);
      return;
    case 'bool':
      builder.setBool(index, column.values[row] === 1);
      return;
    case 'obj':
      builder.setObject(index, column.values[row]);
      return;
    default:
      builder.setNumber(index, column.values[row]);
  }
}
