/**
 * The operator contract. One operator instance serves one subtask and runs on one thread; it is never re-entered.
 *
 * Duties of the caller (the task): `open` once, with restored state already in `context.state`; then any order of `process`,
 * `processWatermark`, `processTimer` and `snapshot`; at last `close`. Everything is synchronous: operators neither await nor block.
 * Duties of the operator: emit only inside a call; keep nothing of a batch after it returns; hold all that a restart needs in
 * `context.state`; forward nothing itself that the task forwards (watermarks, barriers, ends: the task does it after the call).
 */

import type { OperatorState } from '../state/contract.ts';
import type { Batch } from '../types/batch.ts';

export interface OperatorOutput {
  emit(batch: Batch): void;
  /**
   * Only `watermark` nodes call these; the task forwards the watermarks of all others. Rows and watermarks keep their order: a watermark
   * stands behind every row emitted before it and before every row emitted after it. An assigner emits rows up to and including the one
   * that moves the watermark by more than its interval, then the watermark, then the rest (a batch is cut by its selection).
   */
  emitWatermark(watermarkMs: number): void;
  /** True: nothing to be expected until further notice, the others' watermark counts. Any row or watermark ends it too. */
  emitIdle(isIdle: boolean): void;
}

/** Processing time; the only clock an operator may read. */
export interface ProcessingTime {
  nowMs(): number;
  /** Calls processTimer(timeMs) of this operator at or after timeMs; equal times fold into one. Not kept in snapshots: re-register in open. */
  registerTimer(timeMs: number): void;
}

export interface OperatorContext {
  readonly uid: string;
  readonly subtask: number;
  readonly parallelism: number;
  readonly state: OperatorState;
  readonly output: OperatorOutput;
  readonly time: ProcessingTime;
  /** IANA name: table.local-time-zone. */
  readonly timeZone: string;
  readonly metrics: OperatorMetrics;
  /** Watermark of this operator in the snapshot it starts from (minimum over former subtasks); null on a fresh start. */
  readonly restoredWatermarkMs: number | null;
}

export interface OperatorMetrics {
  /** Rows that came after their window had gone (Flink's numLateRecordsDropped). */
  lateRowsDropped(rows: number): void;
}

export interface Operator {
  open(context: OperatorContext): void;
  /** `input` is the index in the plan node's inputs. */
  process(batch: Batch, input: number): void;
  /** Minimum over all inputs, strictly rising, ms; Number.MAX_SAFE_INTEGER at the end of bounded input. Emits what becomes due. */
  processWatermark(watermarkMs: number): void;
  /**
   * What the task forwards instead of this watermark; never above it. For operators whose rows may be older than their watermark (interval joins).
   * Number.MAX_SAFE_INTEGER stays. A restored operator hears its inputs' watermarks again before any row, so the delayed one may be its restored one.
   */
  delayWatermark?(watermarkMs: number): number;
  processTimer?(timeMs: number): void;
  /**
   * Only `watermark` nodes behind a source that keeps watermarks by split: the splits are 0 .. count - 1 (`Batch.split`), told before the
   * first batch and when the number changes. The watermark is the minimum over those not idle; a split without rows holds it back.
   */
  processSplits?(count: number): void;
  /** All inputs have ended and the last watermark was processed. */
  endInput?(): void;
  /** Bring everything that lives outside `context.state` into it; called at a barrier, before state is frozen. */
  snapshot?(): void;
  close(): void;
}
/*
 * How a watermark stands between rows. Flink's assigner emits one after each row that is more than the interval ahead of the last; downstream that
 * matters only to rows at or before it (late ones) and for when windows fire. So watermark.ts keeps batches whole, holds the watermark back and
 * cuts a batch (by its selection, without a copy) only in front of a row that is at or before what is due: rows in order cost one watermark a batch, and
 * every late row meets exactly the watermark that it would meet in Flink. CURRENT_WATERMARK may so lag for rows that are not late.
 * Measured, Nexmark q5 (4.6 million bids, HOP 10 s / 2 s COUNT per auction, then MAX per window): 0.35 to 0.45 s for assigner and both aggregates.
 *
 * Adding an operator: one file with `createX(node, input…): Operator`, one `case` in create-operator.ts. Rows kept in state: row-store.ts. Windows
 * and their clock: window-grid.ts. Aggregates: aggregates/aggregate.ts. Tests: operator-harness.ts (batches, subtasks, timers, restarts).
 */
// operators/create-operator.ts: export function createOperator(node: PlanNode, inputs: readonly RowSchema[], context: FunctionContext): Operator
//   for every kind but source, values, sink, exchange and union, which the runtime runs itself. A `watermark` node gets processWatermark only
//   with the final Number.MAX_SAFE_INTEGER (after its endInput there is nothing more to come).
// operators/partition-batch.ts: export function createPartitioner(schema: RowSchema, keys: readonly number[], parallelism: number, keyGroups: number):
//   (batch: Batch, emit: (subtask: number, part: Batch) => void) => void — the parts own their buffers (they wait in queues);
//   export function copyBatch(batch: Batch, schema: RowSchema): Batch — a compact copy of the live rows that owns its buffers
