/** What one subtask has counted since the start, as plain data: it travels from the thread of the subtask to the one that reports. */
import type { Subtask } from './subtask.ts';

export interface NodeCounters {
  readonly nodeId: number;
  readonly recordsIn: number;
  readonly recordsOut: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly lateRowsDropped: number;
  /** Longest of the last one to two seconds, ms; null = no row came. */
  readonly latencyMs: number | null;
  /** ms; null before the first. */
  readonly watermarkMs: number | null;
  readonly stateBytes: number;
  readonly stateRecords: number;
}

export interface SubtaskCounters {
  readonly task: number;
  readonly subtask: number;
  readonly busyMs: number;
  readonly backpressuredMs: number;
  readonly hasEnded: boolean;
  /** Null when none of its sources knows how far it is behind. */
  readonly lagRecords: number | null;
  /** In topological order; exchanges are left out. */
  readonly nodes: readonly NodeCounters[];
}

export function countersOf(subtask: Subtask): SubtaskCounters {
  const { task, subtask: index, runners, states, sources } = subtask.parts;
  const lags = sources.map((source) => source.reader.lag?.()?.records ?? null).filter((records) => records !== null);
  return {
    task,
    subtask: index,
    busyMs: subtask.busyMs,
    backpressuredMs: subtask.backpressuredMs,
    hasEnded: subtask.hasEnded,
    lagRecords: lags.length === 0 ? null : lags.reduce((sum, records) => sum + records, 0),
    nodes: runners
      .filter((runner) => runner.node.kind !== 'exchange')
      .map((runner) => ({
        nodeId: runner.node.id,
        recordsIn: runner.recordsIn,
        recordsOut: runner.recordsOut,
        bytesIn: runner.bytesIn,
        bytesOut: runner.bytesOut,
        lateRowsDropped: runner.lateRowsDropped,
        latencyMs: runner.latencyMs,
        watermarkMs: runner.watermarkMs,
        stateBytes: states.get(runner)?.stateBytes() ?? 0,
        stateRecords: states.get(runner)?.stateRecords() ?? 0,
      })),
  };
}
