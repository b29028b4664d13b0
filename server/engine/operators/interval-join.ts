/**
 * Join of two streams whose times lie close together (Flink's RowTimeIntervalJoin): left.time - right.time in [lowerMs, upperMs]. Each row meets the
 * waiting rows of the other side and waits itself as long as the watermark leaves it a partner to come. A row of an outer side that
 * has met none is emitted padded when it expires, or at once when nothing can come for it. The output only grows; late rows are no special case.
 *
 * Rows emitted may be older than the watermark by the reach of the interval: `delayWatermark` holds it back by that, as Flink does.
 */
import { compileJoinCondition } from '../codegen/compile.ts';
import type { CompiledJoinCondition } from '../codegen/contract.ts';
import type { FunctionContext } from '../functions/contract.ts';
import type { NodeOf } from '../planner/physical-plan.ts';
import { type BatchLookup, FIND } from '../state/table-loops.ts';
import { type Batch, INSERT } from '../types/batch.ts';
import type { RowSchema } from '../types/sql-type.ts';
import { liveRows, selectRows } from './batch-view.ts';
import type { Operator, OperatorContext } from './contract.ts';
import { GONE, IntervalSide, MET, WAITING } from './interval-side.ts';
import { requireSameLanes, sideMeanings } from './join-side.ts';
import { KeyFilter } from './null-keys.ts';
import { PairOutput } from './pair-output.ts';

export function createIntervalJoin(node: NodeOf<'intervalJoin'>, inputs: readonly RowSchema[], functions: FunctionContext): Operator {
  return new IntervalJoin(node, inputs[0], inputs[1], functions);
}

class IntervalJoin implements Operator {
  readonly #node: NodeOf<'intervalJoin'>;
  readonly #condition: CompiledJoinCondition | null;
  readonly #sides: readonly [IntervalSide, IntervalSide];
  readonly #filters: readonly [KeyFilter, KeyFilter];
  readonly #isPadded: readonly [boolean, boolean];
  #finders!: readonly [BatchLookup, BatchLookup];
  #output!: PairOutput;
  #watermarkMs = -Infinity;
  #heads = new Int32Array(2048);
  #isMet = new Uint8Array(2048);
  #kept = new Int32Array(2048);

  constructor(node: NodeOf<'intervalJoin'>, left: RowSchema, right: RowSchema, functions: FunctionContext) {
    const { joinKind, lowerMs, upperMs } = node;
    if (joinKind === 'semi' || joinKind === 'anti') throw new Error(`an interval join cannot be a ${joinKind} join`);
    requireSameLanes(left, node.leftKeys, right, node.rightKeys);
    this.#node = node;
    this.#condition = node.condition === null ? null : compileJoinCondition(node.condition, left, right, functions);
    this.#filters = [new KeyFilter(node.leftKeys, node.nullSafe), new KeyFilter(node.rightKeys, node.nullSafe)];
    this.#isPadded = [joinKind === 'left' || joinKind === 'full', joinKind === 'right' || joinKind === 'full'];
    const slackMs = Math.trunc((upperMs - lowerMs) / 2);
    this.#sides = [
      new IntervalSide({
        name: 'left',
        schema: left,
        meanings: sideMeanings(node, 'left'),
        keys: node.leftKeys,
        time: node.leftTime,
        reachMs: -lowerMs,
        slackMs,
      }),
      new IntervalSide({
        name: 'right',
        schema: right,
        meanings: sideMeanings(node, 'right'),
        keys: node.rightKeys,
        time: node.rightTime,
        reachMs: upperMs,
        slackMs,
      }),
    ];
  }

  open(context: OperatorContext): void {
    for (const side of this.#sides) side.open(context);
    this.#output = new PairOutput(context.output, false);
    this.#finders = [this.#sides[1].finder(this.#node.leftKeys), this.#sides[0].finder(this.#node.rightKeys)];
    this.#watermarkMs = context.restoredWatermarkMs ?? -Infinity;
  }

  process(batch: Batch, input: number): void {
    if (batch.rows > this.#heads.length) {
      this.#heads = new Int32Array(batch.rows);
      this.#isMet = new Uint8Array(batch.rows);
      this.#kept = new Int32Array(batch.rows);
    }
    const own = this.#sides[input];
    const other = this.#sides[1 - input];
    const filter = this.#filters[input];
    const comparable = filter.comparable(batch);
    this.#finders[input](comparable, this.#heads, FIND);
    own.readTimes(batch);
    const rows = other.view();
    this.#output.start(input === 0 ? batch : rows, input === 0 ? rows : batch);
    const kept = this.#joinRows(batch, rows, input, filter.isNull);
    this.#output.flush();
    own.keep(selectRows(batch, this.#kept, kept), this.#isMet);
    other.deleteGone();
  }

  /** Emits what the rows meet; returns how many of them (in `#kept`) are to wait. */
  #joinRows(batch: Batch, rows: Batch, input: number, isNull: Uint8Array | null): number {
    const own = this.#sides[input];
    const other = this.#sides[1 - input];
    const isEmpty = this.#node.lowerMs > this.#node.upperMs;
    const live = liveRows(batch);
    let kept = 0;
    for (let i = 0; i < batch.selected; i++) {
      const row = live[i];
      const isAlone = isEmpty || (isNull !== null && isNull[row] === 1);
      const time = own.timeAt(row);
      const latest = time + own.options.reachMs;
      let isMet = false;
      if (!isAlone && other.expirationMs < latest) {
        other.expire(this.#watermarkMs);
        isMet = this.#meet(batch, row, rows, time, input);
      }
      this.#isMet[row] = isMet ? 1 : 0;
      if (!isAlone && this.#watermarkMs < latest) this.#kept[kept++] = row;
      else if (!isMet && this.#isPadded[input]) this.#emit(input, row, -1);
    }
    return kept;
  }

  #meet(batch: Batch, row: number, rows: Batch, time: number, input: number): boolean {
    const other = this.#sides[1 - input];
    const earliest = time - other.options.reachMs;
    const latest = time + this.#sides[input].options.reachMs;
    const isPadded = this.#isPadded[1 - input];
    const { fates, times } = other;
    const next = other.table.chains?.next.values as Int32Array;
    let isMet = false;
    for (let id = this.#heads[row]; id !== -1; id = next[id]) {
      const otherTime = times[id];
      if (fates[id] === GONE) continue;
      if (otherTime >= earliest && otherTime <= latest && this.#isTrue(batch, row, rows, id, input)) {
        isMet = true;
        this.#emit(input, row, id);
        if (isPadded && fates[id] === WAITING) {
          other.table.touch(id);
          fates[id] = MET;
        }
      }
      if (otherTime > other.expirationMs) continue;
      if (isPadded && fates[id] === WAITING) this.#emit(input, -1, id);
      other.markGone(id);
    }
    return isMet;
  }

  #isTrue(batch: Batch, row: number, rows: Batch, id: number, input: number): boolean {
    if (this.#condition === null) return true;
    return input === 0 ? this.#condition(batch, row, rows, id) : this.#condition(rows, id, batch, row);
  }

  #emit(input: number, own: number, other: number): void {
    if (input === 0) this.#output.add(own, other, INSERT);
    else this.#output.add(other, own, INSERT);
  }

  processWatermark(watermarkMs: number): void {
    this.#watermarkMs = watermarkMs;
    const [left, right] = this.#sides;
    this.#output.start(left.view(), right.view());
    right.fireTimers(watermarkMs, (id) => {
      if (this.#isPadded[1] && right.fates[id] === WAITING) this.#output.add(-1, id, INSERT);
    });
    left.fireTimers(watermarkMs, (id) => {
      if (this.#isPadded[0] && left.fates[id] === WAITING) this.#output.add(id, -1, INSERT);
    });
    this.#output.flush();
    left.deleteGone();
    right.deleteGone();
  }

  delayWatermark(watermarkMs: number): number {
    if (watermarkMs === Number.MAX_SAFE_INTEGER) return watermarkMs;
    return watermarkMs - Math.max(-this.#node.lowerMs, this.#node.upperMs);
  }

  snapshot(): void {
    for (const side of this.#sides) side.snapshot();
  }

  close(): void {}
}
