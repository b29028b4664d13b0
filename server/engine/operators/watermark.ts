/**
 * Watermark assigner. After each row the watermark is the maximum of the watermark expression so far (with splits: the minimum over the splits that are
 * not idle); it counts as emitted when it is more than the interval ahead of the last one (Flink's WatermarkAssignerOperator, which starts at 0),
 * and every interval of processing time when it moved at all.
 *
 * To keep batches whole, an emitted watermark is held back until it matters: rows pass on together as long as none of them is at or
 * before the watermark due (or one ms behind it: a session may still touch). Such a row is late for what is due, so the batch is cut in
 * front of it and the watermark goes first. All other rows belong to windows that the watermark cannot fire, so holding it back changes
 * no result; rows in order cost one watermark a batch.
 */
import { compileCalc } from '../codegen/compile.ts';
import { DataError, type FunctionContext } from '../functions/contract.ts';
import type { NodeOf } from '../planner/physical-plan.ts';
import type { Batch, I64Column } from '../types/batch.ts';
import type { RowSchema } from '../types/sql-type.ts';
import { liveRows, sliceBatch } from './batch-view.ts';
import type { Operator, OperatorContext } from './contract.ts';
import { TimeColumn } from './time-column.ts';

export function createWatermark(node: NodeOf<'watermark'>, input: RowSchema, functions: FunctionContext): Operator {
  return new WatermarkAssigner(node, input, functions);
}

class WatermarkAssigner implements Operator {
  readonly #node: NodeOf<'watermark'>;
  readonly #evaluate: (batch: Batch) => Batch | null;
  readonly #rowtime: TimeColumn;
  readonly #expression: TimeColumn;
  readonly #name: string;
  #context!: OperatorContext;
  /** Maximum so far, over the splits as said above. */
  #current = 0;
  /** Last watermark that counts as emitted, and the last one really sent. */
  #due = 0;
  #sent = 0;
  /** By split: maximum, and processing time of its last row; empty when the source keeps none. */
  #maxima: number[] = [];
  #activeAt: number[] = [];
  #hasTimer = false;
  #isIdle = false;
  #hasIdleTimer = false;

  constructor(node: NodeOf<'watermark'>, input: RowSchema, functions: FunctionContext) {
    this.#node = node;
    this.#evaluate = compileCalc([node.watermark], null, input, functions);
    this.#rowtime = new TimeColumn(input[node.rowtime].type);
    this.#expression = new TimeColumn(node.watermark.type);
    this.#name = input[node.rowtime].name;
  }

  open(context: OperatorContext): void {
    this.#context = context;
    const restored = context.restoredWatermarkMs ?? 0;
    const currents = context.state.values.restored('current').filter((value) => typeof value === 'number');
    this.#due = restored;
    this.#sent = restored;
    this.#current = Math.max(restored, currents.length > 0 ? Math.min(...currents) : 0);
    if (this.#node.idleTimeoutMs > 0) {
      this.#activeAt[0] = context.time.nowMs();
      this.#registerIdleTimer();
    }
  }

  processSplits(count: number): void {
    const now = this.#context.time.nowMs();
    while (this.#maxima.length < count) {
      this.#maxima.push(-Infinity);
      this.#activeAt[this.#maxima.length - 1] = now;
    }
    this.#maxima.length = count;
    this.#activeAt.length = Math.max(1, count);
  }

  process(batch: Batch): void {
    if (batch.selected === 0) return;
    const split = batch.split >= 0 && batch.split < this.#maxima.length ? batch.split : -1;
    if (this.#node.idleTimeoutMs > 0) this.#becomeActive(Math.max(0, split));
    const expressions = this.#evaluate(batch);
    if (expressions === null) throw new Error('a watermark expression has no condition');
    const watermarks = this.#expression.read(expressions.columns[0] as I64Column);
    const times = this.#rowtime.read(batch.columns[this.#node.rowtime] as I64Column);
    const { intervalMs } = this.#node;
    const live = liveRows(batch);
    let start = 0;
    for (let i = 0; i < batch.selected; i++) {
      const row = live[i];
      if (times.isNull(row))
        throw new DataError(`The rowtime column ${this.#name} is NULL in a row; filter such rows out or give them a value.`);
      if (this.#due > this.#sent && times.at(row) <= this.#due + 1) {
        this.#context.output.emit(sliceBatch(batch, start, i));
        this.#send();
        start = i;
      }
      if (!watermarks.isNull(row)) this.#advance(split, watermarks.at(row));
      if (this.#current - this.#due > intervalMs) this.#due = this.#current;
    }
    this.#context.output.emit(sliceBatch(batch, start, batch.selected));
    this.#send();
    if (this.#current > this.#due) this.#registerTimer();
  }

  /** Takes in the watermark of one row. */
  #advance(split: number, watermarkMs: number): void {
    if (split === -1) {
      if (watermarkMs > this.#current) this.#current = watermarkMs;
    } else if (watermarkMs > this.#maxima[split]) {
      this.#maxima[split] = watermarkMs;
      this.#current = Math.max(this.#current, this.#minimum());
    }
  }

  /** Minimum over the splits that are not idle; -Infinity when there is none. */
  #minimum(): number {
    const { idleTimeoutMs } = this.#node;
    const limit = idleTimeoutMs > 0 ? this.#context.time.nowMs() - idleTimeoutMs : -Infinity;
    let minimum = Infinity;
    for (let split = 0; split < this.#maxima.length; split++) {
      if (this.#activeAt[split] > limit && this.#maxima[split] < minimum) minimum = this.#maxima[split];
    }
    return minimum === Infinity ? -Infinity : minimum;
  }

  #send(): void {
    if (this.#due <= this.#sent) return;
    this.#sent = this.#due;
    this.#context.output.emitWatermark(this.#due);
  }

  #registerTimer(): void {
    if (this.#hasTimer || this.#node.intervalMs <= 0) return;
    this.#hasTimer = true;
    this.#context.time.registerTimer(this.#context.time.nowMs() + this.#node.intervalMs);
  }

  #registerIdleTimer(): void {
    this.#hasIdleTimer = true;
    this.#context.time.registerTimer(Math.min(...this.#activeAt) + this.#node.idleTimeoutMs);
  }

  #becomeActive(split: number): void {
    this.#activeAt[split] = this.#context.time.nowMs();
    if (this.#isIdle) {
      this.#isIdle = false;
      this.#context.output.emitIdle(false);
    }
    if (!this.#hasIdleTimer) this.#registerIdleTimer();
  }

  processTimer(): void {
    const { idleTimeoutMs } = this.#node;
    const now = this.#context.time.nowMs();
    this.#hasTimer = false;
    if (idleTimeoutMs > 0) {
      this.#hasIdleTimer = false;
      if (this.#maxima.length > 0) this.#current = Math.max(this.#current, this.#minimum());
    }
    this.#due = Math.max(this.#due, this.#current);
    this.#send();
    if (idleTimeoutMs <= 0 || this.#isIdle) return;
    const active = this.#activeAt.filter((at) => at > now - idleTimeoutMs);
    if (active.length === 0) {
      this.#isIdle = true;
      this.#context.output.emitIdle(true);
    } else {
      this.#hasIdleTimer = true;
      this.#context.time.registerTimer(Math.min(...active) + idleTimeoutMs);
    }
  }

  /** Only the end of the input reaches an assigner; the task sends it on. */
  processWatermark(): void {}

  snapshot(): void {
    this.#context.state.values.set('current', this.#current);
  }

  close(): void {}
}
