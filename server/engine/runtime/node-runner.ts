/**
 * One plan node in one subtask: hands rows to its operator, keeps its watermark, passes on what the operator itself must not (watermarks,
 * idleness, ends), and counts. Targets are called directly: the nodes of a task form one synchronous chain.
 *
 * A lane is one upstream of the node: the direct edge from a node of the same task, or one channel. The node has ended when all lanes have.
 */
import type { Operator } from '../operators/contract.ts';
import type { PlanNode } from '../planner/physical-plan.ts';
import type { Batch } from '../types/batch.ts';
import { WatermarkValve } from './watermark-valve.ts';

/** Where a node's output goes: a lane of another node, or channels. */
export interface Target {
  batch(batch: Batch): void;
  watermark(watermarkMs: number): void;
  idle(isIdle: boolean): void;
  /** Follows the rows that a source's reader handed over at this time; ms. */
  latency(readMs: number): void;
  /** Number of splits of the source upstream; only nodes up to the watermark assigner care. */
  splits(count: number): void;
  end(): void;
}

/** What the node does with rows; the runtime's own kinds (source, values, sink, exchange, union) have no operator. */
export interface NodeWork {
  readonly operator: Operator | null;
  /** Default: rows pass through. */
  readonly process?: (batch: Batch, input: number) => void;
}

/** Which node is at work: a failure is told with its uid. */
export interface Activity {
  current: NodeRunner | null;
}

const LATENCY_SPAN_MS = 1_000;

export class NodeRunner {
  readonly node: PlanNode;
  readonly subtask: number;
  readonly targets: Target[] = [];
  /** Input index of each lane. */
  readonly laneInputs: number[] = [];
  recordsIn = 0;
  recordsOut = 0;
  /** Bytes of the rows that sources hand out and sinks get, as they lie in memory. */
  bytesIn = 0;
  bytesOut = 0;
  lateRowsDropped = 0;
  /** Longest latency by second; the one under way and the one before are kept. */
  readonly #latencies = new Map<number, number>();
  /** The last watermark sent on; ms, -Infinity before the first. */
  outWatermark: number;
  readonly #activity: Activity;
  readonly #nowMs: () => number;
  #valve: WatermarkValve;
  #work: NodeWork = { operator: null };
  readonly #restoredMs: number | null;
  readonly #isAssigner: boolean;
  #isOutIdle = false;
  #openLanes = 0;

  /** `nowMs`: wall time, the same for all nodes of a job. */
  constructor(node: PlanNode, subtask: number, restoredMs: number | null, activity: Activity, nowMs: () => number) {
    this.node = node;
    this.subtask = subtask;
    this.#restoredMs = restoredMs;
    this.#activity = activity;
    this.#nowMs = nowMs;
    this.#isAssigner = node.kind === 'watermark';
    this.outWatermark = restoredMs ?? -Infinity;
    this.#valve = new WatermarkValve(0, restoredMs);
  }

  /** Adds a lane of input `input`; all lanes are added before `start`. */
  addLane(input: number): number {
    return this.laneInputs.push(input) - 1;
  }

  start(work: NodeWork): void {
    this.#work = work;
    this.#openLanes = this.laneInputs.length;
    // An assigner hears nothing but the end from upstream: what it knows is in its own state.
    this.#valve = new WatermarkValve(this.laneInputs.length, this.#isAssigner ? null : this.#restoredMs);
  }

  get operator(): Operator | null {
    return this.#work.operator;
  }

  /** ms; null before the first. */
  get watermarkMs(): number | null {
    return this.outWatermark === -Infinity ? null : this.outWatermark;
  }

  get hasEnded(): boolean {
    return this.laneInputs.length > 0 && this.#openLanes === 0;
  }

  receiveBatch(batch: Batch, lane: number): void {
    this.recordsIn += batch.selected;
    if (this.targets.length === 0) this.bytesIn += batchBytes(batch);
    if (this.#valve.isLaneIdle(lane)) this.receiveIdle(lane, false);
    const before = this.#activity.current;
    this.#activity.current = this;
    const input = this.laneInputs[lane] as number;
    if (this.#work.operator) this.#work.operator.process(batch, input);
    else if (this.#work.process) this.#work.process(batch, input);
    else this.emit(batch);
    this.#activity.current = before;
  }

  emit(batch: Batch): void {
    if (batch.selected === 0) return;
    this.recordsOut += batch.selected;
    if (this.laneInputs.length === 0) this.bytesOut += batchBytes(batch);
    for (const target of this.targets) target.batch(batch);
  }

  receiveWatermark(lane: number, watermarkMs: number): void {
    if (this.#isAssigner && watermarkMs !== Number.MAX_SAFE_INTEGER) return;
    const risen = this.#valve.advance(lane, watermarkMs);
    if (risen !== null) this.#processWatermark(risen);
  }

  receiveIdle(lane: number, isIdle: boolean): void {
    if (this.#isAssigner) return;
    const risen = this.#valve.setIdle(lane, isIdle);
    if (risen !== null) this.#processWatermark(risen);
    this.emitIdle(this.#valve.isIdle);
  }

  #processWatermark(watermarkMs: number): void {
    const before = this.#activity.current;
    this.#activity.current = this;
    const { operator } = this.#work;
    operator?.processWatermark(watermarkMs);
    this.#activity.current = before;
    this.emitWatermark(operator?.delayWatermark?.(watermarkMs) ?? watermarkMs);
  }

  emitWatermark(watermarkMs: number): void {
    this.#isOutIdle = false;
    if (watermarkMs <= this.outWatermark) return;
    this.outWatermark = watermarkMs;
    for (const target of this.targets) target.watermark(watermarkMs);
  }

  /** Tells downstream nodes again what the snapshot held, for their own may lie behind it. */
  emitRestoredWatermark(): void {
    if (this.#restoredMs !== null) for (const target of this.targets) target.watermark(this.#restoredMs);
  }

  emitIdle(isIdle: boolean): void {
    if (isIdle === this.#isOutIdle) return;
    this.#isOutIdle = isIdle;
    for (const target of this.targets) target.idle(isIdle);
  }

  /** All rows that were read before this one have gone through the node. */
  receiveLatency(readMs: number): void {
    const nowMs = this.#nowMs();
    const second = Math.floor(nowMs / LATENCY_SPAN_MS);
    this.#latencies.set(second, Math.max(this.#latencies.get(second) ?? 0, nowMs - readMs));
    for (const old of this.#latencies.keys()) if (old !== second && old !== second - 1) this.#latencies.delete(old);
    for (const target of this.targets) target.latency(readMs);
  }

  /** Longest time from a source's reader through this node of the last one to two seconds, ms; null = nothing came. */
  get latencyMs(): number | null {
    const second = Math.floor(this.#nowMs() / LATENCY_SPAN_MS);
    const lately = [this.#latencies.get(second), this.#latencies.get(second - 1)].filter((ms) => ms !== undefined);
    return lately.length === 0 ? null : Math.max(...lately);
  }

  receiveSplits(count: number): void {
    if (this.#work.operator?.processSplits) this.#work.operator.processSplits(count);
    else if (!this.#isAssigner) this.emitSplits(count);
  }

  emitSplits(count: number): void {
    for (const target of this.targets) target.splits(count);
  }

  processTimer(timeMs: number): void {
    this.#activity.current = this;
    this.#work.operator?.processTimer?.(timeMs);
    this.#activity.current = null;
  }

  receiveEnd(): void {
    this.#openLanes--;
    if (this.#openLanes > 0) return;
    const before = this.#activity.current;
    this.#activity.current = this;
    this.#work.operator?.endInput?.();
    this.#activity.current = before;
    this.emitEnd();
  }

  emitEnd(): void {
    for (const target of this.targets) target.end();
  }
}

const LANE_BYTES = { bool: 1, i32: 4, i64: 8, f64: 8, bytes: 0, obj: 16 } as const;

function batchBytes(batch: Batch): number {
  let bytes = 0;
  for (const column of batch.columns) {
    bytes += LANE_BYTES[column.lane] * batch.selected;
    if (column.lane !== 'bytes') continue;
    if (batch.selection === null) for (let row = 0; row < batch.rows; row++) bytes += column.lengths[row] as number;
    else for (let i = 0; i < batch.selected; i++) bytes += column.lengths[batch.selection[i] as number] as number;
  }
  return bytes;
}

/** The direct edge to a node of the same task. */
export function laneTarget(runner: NodeRunner, lane: number): Target {
  return {
    batch: (batch) => runner.receiveBatch(batch, lane),
    watermark: (watermarkMs) => runner.receiveWatermark(lane, watermarkMs),
    idle: (isIdle) => runner.receiveIdle(lane, isIdle),
    latency: (readMs) => runner.receiveLatency(readMs),
    splits: (count) => runner.receiveSplits(count),
    end: () => runner.receiveEnd(),
  };
}
