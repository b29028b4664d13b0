/** Counters of all subtasks, put together by operator; shares are of the time since the last report. */
import type { PlanNode } from '../planner/physical-plan.ts';
import type { OperatorStateStore } from '../state/contract.ts';
import type { NodeRunner } from './node-runner.ts';
import type { Subtask } from './subtask.ts';
import type { JobReport, OperatorMetricsReport } from './wire.ts';

type MetricsReport = Extract<JobReport, { type: 'metrics' }>;

interface Instance {
  readonly subtask: Subtask;
  readonly runner: NodeRunner;
  readonly state: OperatorStateStore | null;
}

export class JobMetrics {
  readonly #instances = new Map<PlanNode, Instance[]>();
  readonly #subtasks: readonly Subtask[];
  readonly #last = new Map<Subtask, { readonly busyMs: number; readonly backpressuredMs: number }>();
  #lastMs: number;

  constructor(subtasks: readonly Subtask[], monotonicMs: number) {
    this.#subtasks = subtasks;
    this.#lastMs = monotonicMs;
    for (const subtask of subtasks) {
      for (const runner of subtask.parts.runners) {
        if (runner.node.kind === 'exchange') continue;
        const instances = this.#instances.get(runner.node) ?? [];
        instances.push({ subtask, runner, state: subtask.parts.states.get(runner) ?? null });
        this.#instances.set(runner.node, instances);
      }
    }
  }

  report(atMs: number, monotonicMs: number): MetricsReport {
    const elapsedMs = Math.max(1, monotonicMs - this.#lastMs);
    this.#lastMs = monotonicMs;
    const shares = new Map(this.#subtasks.map((subtask) => [subtask, this.#sharesOf(subtask, elapsedMs)]));
    const operators = [...this.#instances].map(([node, instances]) => reportOperator(node, instances, shares));
    const usage = process.cpuUsage();
    return {
      type: 'metrics',
      atMs,
      operators,
      lagRecords: this.#lag(),
      cpuSeconds: (usage.user + usage.system) / 1e6,
      rssBytes: process.memoryUsage.rss(),
      stateBytes: operators.reduce((sum, operator) => sum + operator.stateBytes, 0),
    };
  }

  #sharesOf(subtask: Subtask, elapsedMs: number): { readonly busy: number; readonly backpressured: number } {
    const last = this.#last.get(subtask) ?? { busyMs: 0, backpressuredMs: 0 };
    this.#last.set(subtask, { busyMs: subtask.busyMs, backpressuredMs: subtask.backpressuredMs });
    const share = (ms: number) => Math.min(1, Math.max(0, ms / elapsedMs));
    return { busy: share(subtask.busyMs - last.busyMs), backpressured: share(subtask.backpressuredMs - last.backpressuredMs) };
  }

  /** Null when no source knows how far it is behind. */
  #lag(): number | null {
    let total: number | null = null;
    for (const subtask of this.#subtasks) {
      for (const source of subtask.parts.sources) {
        const lag = source.reader.lag?.();
        if (lag) total = (total ?? 0) + lag.records;
      }
    }
    return total;
  }
}

function reportOperator(
  node: PlanNode,
  instances: readonly Instance[],
  shares: ReadonlyMap<Subtask, { readonly busy: number; readonly backpressured: number }>,
): OperatorMetricsReport {
  const sum = (value: (instance: Instance) => number) => instances.reduce((total, instance) => total + value(instance), 0);
  const most = (value: (share: { readonly busy: number; readonly backpressured: number }) => number) =>
    Math.max(...instances.map(({ subtask }) => value(shares.get(subtask) ?? { busy: 0, backpressured: 0 })));
  const watermarks = instances.map(({ runner }) => runner.watermarkMs);
  return {
    uid: node.uid,
    nodeId: node.id,
    kind: node.kind,
    description: node.description,
    parallelism: instances.length,
    recordsIn: sum(({ runner }) => runner.recordsIn),
    recordsOut: sum(({ runner }) => runner.recordsOut),
    bytesIn: sum(({ runner }) => runner.bytesIn),
    bytesOut: sum(({ runner }) => runner.bytesOut),
    busy: most((share) => share.busy),
    backpressured: most((share) => share.backpressured),
    watermarkMs: watermarks.includes(null) ? null : Math.min(...(watermarks as number[])),
    stateBytes: sum(({ state }) => state?.stateBytes() ?? 0),
    stateRecords: sum(({ state }) => state?.stateRecords() ?? 0),
    lateRowsDropped: sum(({ runner }) => runner.lateRowsDropped),
    subtasks: instances.map(({ runner, subtask }) => ({
      subtask: runner.subtask,
      recordsIn: runner.recordsIn,
      recordsOut: runner.recordsOut,
      status: subtask.hasEnded ? 'FINISHED' : 'RUNNING',
    })),
  };
}
