/** What one subtask hands over at a barrier. The frozen tables stay as they were until it is released. */
import type { Committable, SplitPosition } from '../connectors/contract.ts';
import type { FrozenTable } from '../state/contract.ts';

export interface OperatorSnapshot {
  readonly uid: string;
  readonly subtask: number;
  readonly tables: readonly FrozenTable[];
  readonly values: Readonly<Record<string, unknown>>;
  /** ms; null before the first. */
  readonly watermarkMs: number | null;
  /** Sources only. */
  readonly positions: readonly SplitPosition[] | null;
  /** Sinks only: everything prepared and not yet known to be committed, older epochs included. */
  readonly committables: readonly Committable[] | null;
}

export interface SubtaskSnapshot {
  readonly checkpointId: number;
  readonly task: number;
  readonly subtask: number;
  readonly operators: readonly OperatorSnapshot[];
  /** Rows that sources of this subtask have read, and rows its sinks have written, since the start. */
  readonly recordsIn: number;
  readonly recordsOut: number;
  /** Lets the frozen tables go: they are stored, or the snapshot was given up. */
  readonly release: () => void;
}
