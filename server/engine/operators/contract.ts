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
  processTimer?(timeMs: number): void;
  /** All inputs have ended and the last watermark was processed. */
  endInput?(): void;
  /** Bring everything that lives outside `context.state` into it; called at a barrier, before state is frozen. */
  snapshot?(): void;
  close(): void;
}
