/**
 * Regular join of two streams, also of changing ones (Flink's StreamingJoinOperator and StreamingSemiAntiJoinOperator). For each row, in order:
 *
 * - it meets the kept rows of the other side that have its key and fulfil the condition; each pair is emitted, with the row's own change kind in an
 *   inner join, as +I or -D in an outer one;
 * - a row of an outer side that meets none is emitted padded with NULLs; a kept row of an outer side loses its padding with its first
 *   match and gets it back with the last one taken back. For that each such record counts its matches;
 * - semi and anti joins emit left rows alone: as they come if they have (no) match, and as +I or -D when the right side changes that.
 *
 * Rows of one batch are of one side, so that the other side stands still but for its match counts, and the own side is written once at the end.
 * A key with NULL matches nothing (unless the pair is null-safe): such rows give their padding at once and are not kept.
 */
import { compileJoinCondition } from '../codegen/compile.ts';
import type { CompiledJoinCondition } from '../codegen/contract.ts';
import type { FunctionContext } from '../functions/contract.ts';
import type { NodeOf } from '../planner/physical-plan.ts';
import { type BatchLookup, FIND } from '../state/table-loops.ts';
import { type Batch, type ChangeKind, DELETE, INSERT, UPDATE_BEFORE } from '../types/batch.ts';
import type { RowSchema } from '../types/sql-type.ts';
import { liveRows } from './batch-view.ts';
import type { Operator, OperatorContext } from './contract.ts';
import { JoinSide, requireSameLanes, sideMeanings } from './join-side.ts';
import { KeyFilter } from './null-keys.ts';
import { PairOutput } from './pair-output.ts';

export function createJoin(node: NodeOf<'join'>, inputs: readonly RowSchema[], functions: FunctionContext): Operator {
  return new Join(node, inputs[0], inputs[1], functions);
}

class Join implements Operator {
  readonly #node: NodeOf<'join'>;
  readonly #condition: CompiledJoinCondition | null;
  readonly #sides: readonly [JoinSide, JoinSide];
  readonly #filters: readonly [KeyFilter, KeyFilter];
  /** Outer sides. */
  readonly #isPadded: readonly [boolean, boolean];
  readonly #isOneSided: boolean;
  #finders!: readonly [BatchLookup, BatchLookup];
  #output!: PairOutput;
  #heads = new Int32Array(2048);
  #matchCounts = new Float64Array(2048);

  constructor(node: NodeOf<'join'>, left: RowSchema, right: RowSchema, functions: FunctionContext) {
    const { joinKind } = node;
    requireSameLanes(left, node.leftKeys, right, node.rightKeys);
    this.#node = node;
    this.#condition = node.condition === null ? null : compileJoinCondition(node.condition, left, right, functions);
    this.#isOneSided = joinKind === 'semi' || joinKind === 'anti';
    this.#isPadded = [joinKind === 'left' || joinKind === 'full', joinKind === 'right' || joinKind === 'full'];
    this.#filters = [new KeyFilter(node.leftKeys, node.nullSafe), new KeyFilter(node.rightKeys, node.nullSafe)];
    this.#sides = [
      new JoinSide({
        name: 'left',
        schema: left,
        meanings: sideMeanings(node, 'left'),
        keys: node.leftKeys,
        unique: node.leftUnique,
        isChanging: node.isLeftChanging,
        tracksMatches: this.#isPadded[0] || this.#isOneSided,
        isCountedOnly: false,
        ttlMs: node.stateTtlMs,
      }),
      new JoinSide({
        name: 'right',
        schema: right,
        meanings: sideMeanings(node, 'right'),
        keys: node.rightKeys,
        unique: node.rightUnique,
        isChanging: node.isRightChanging,
        tracksMatches: this.#isPadded[1],
        isCountedOnly: this.#isOneSided && node.condition === null,
        ttlMs: node.stateTtlMs,
      }),
    ];
  }

  open(context: OperatorContext): void {
    for (const side of this.#sides) side.open(context);
    this.#output = new PairOutput(context.output, this.#isOneSided);
    this.#finders = [this.#sides[1].finder(this.#node.leftKeys), this.#sides[0].finder(this.#node.rightKeys)];
  }

  process(batch: Batch, input: number): void {
    if (batch.rows > this.#heads.length) {
      this.#heads = new Int32Array(batch.rows);
      this.#matchCounts = new Float64Array(batch.rows);
    }
    const filter = this.#filters[input];
    const comparable = filter.comparable(batch);
    this.#finders[input](comparable, this.#heads, FIND);
    const other = this.#sides[1 - input].view();
    this.#output.start(input === 0 ? batch : other, input === 0 ? other : batch);
    if (this.#isOneSided) {
      if (input === 0) this.#testLeft(batch, other, filter.isNull);
      else this.#testRight(comparable, other);
    } else this.#join(batch, other, input, filter.isNull);
    this.#output.flush();
    this.#sides[input].apply(comparable, this.#matchCounts);
  }

  #meets(batch: Batch, row: number, other: Batch, id: number, isLeft: boolean): boolean {
    if (this.#condition === null) return true;
    return isLeft ? this.#condition(batch, row, other, id) : this.#condition(other, id, batch, row);
  }

  #join(batch: Batch, other: Batch, input: number, isNull: Uint8Array | null): void {
    const isLeft = input === 0;
    const isOwnPadded = this.#isPadded[input];
    const isOtherPadded = this.#isPadded[1 - input];
    const side = this.#sides[1 - input];
    const { nextIds, copies } = side;
    const { kinds } = batch;
    const live = liveRows(batch);
    for (let i = 0; i < batch.selected; i++) {
      const row = live[i];
      const kind = kinds === null ? INSERT : (kinds[row] as ChangeKind);
      const isRetract = kind === UPDATE_BEFORE || kind === DELETE;
      const plain = isRetract ? DELETE : INSERT;
      const pairKind = isOwnPadded || isOtherPadded ? plain : kind;
      let met = 0;
      for (let id = isNull !== null && isNull[row] === 1 ? -1 : this.#heads[row]; id !== -1; id = nextIds === null ? -1 : nextIds[id]) {
        if (this.#condition !== null && !this.#meets(batch, row, other, id, isLeft)) continue;
        const times = copies[id];
        met += times;
        const change = isOtherPadded ? this.#countMatch(side, id, isRetract) : 0;
        for (let copy = 0; copy < times; copy++) {
          if (change > 0) this.#emit(isLeft, -1, id, DELETE);
          this.#emit(isLeft, row, id, pairKind);
          if (change < 0) this.#emit(isLeft, -1, id, INSERT);
        }
      }
      this.#matchCounts[row] = met;
      if (met === 0 && isOwnPadded) this.#emit(isLeft, row, -1, plain);
    }
  }

  #emit(isLeft: boolean, own: number, other: number, kind: ChangeKind): void {
    if (isLeft) this.#output.add(own, other, kind);
    else this.#output.add(other, own, kind);
  }

  /** Counts a match more or less of a kept row. 1: it was the first; -1: the last is gone; 0: neither. */
  #countMatch(side: JoinSide, id: number, isRetract: boolean): number {
    side.table.touch(id);
    const { matches } = side;
    const before = matches[id];
    if (isRetract) {
      if (before === 0) return 0;
      matches[id] = before - 1;
      return before === 1 ? -1 : 0;
    }
    matches[id] = before + 1;
    return before === 0 ? 1 : 0;
  }

  #testLeft(batch: Batch, other: Batch, isNull: Uint8Array | null): void {
    const { nextIds, copies } = this.#sides[1];
    const isSemi = this.#node.joinKind === 'semi';
    const live = liveRows(batch);
    for (let i = 0; i < batch.selected; i++) {
      const row = live[i];
      let met = 0;
      for (let id = isNull !== null && isNull[row] === 1 ? -1 : this.#heads[row]; id !== -1; id = nextIds === null ? -1 : nextIds[id]) {
        if (this.#meets(batch, row, other, id, true)) met += copies[id];
      }
      this.#matchCounts[row] = met;
      if (met > 0 === isSemi) this.#output.add(row, -1, batch.kinds === null ? INSERT : (batch.kinds[row] as ChangeKind));
    }
  }

  #testRight(batch: Batch, other: Batch): void {
    const side = this.#sides[0];
    const { nextIds, copies } = side;
    const isSemi = this.#node.joinKind === 'semi';
    const { kinds } = batch;
    const live = liveRows(batch);
    for (let i = 0; i < batch.selected; i++) {
      const row = live[i];
      const isRetract = kinds !== null && (kinds[row] === UPDATE_BEFORE || kinds[row] === DELETE);
      for (let id = this.#heads[row]; id !== -1; id = nextIds === null ? -1 : nextIds[id]) {
        if (!this.#meets(batch, row, other, id, false)) continue;
        const change = this.#countMatch(side, id, isRetract);
        if (change === 0) continue;
        for (let copy = 0; copy < copies[id]; copy++) this.#output.add(id, -1, change > 0 === isSemi ? INSERT : DELETE);
      }
    }
  }

  processWatermark(): void {}

  snapshot(): void {
    for (const side of this.#sides) side.snapshot();
  }

  close(): void {}
}
