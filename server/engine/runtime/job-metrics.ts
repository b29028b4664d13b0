/** Counters of all subtasks, put together by operator; shares are of the time since the last report. */
import type { PlanNode } from '../planner/physical-plan.ts';
import type { NodeCounters, SubtaskCounters } from './subtask-counters.ts';
import type { JobReport, OperatorMetricsReport } from './wire.ts';

type MetricsReport = Extract<JobReport, { type: 'metrics' }>;

interface Shares {
  readonly busy: number;
  readonly backpressured: number;
}

interface Instance extends Shares {
  readonly of: SubtaskCounters;
  readonly node: NodeCounters;
}

export class JobMetrics {
  readonly #nodeOf: ReadonlyMap<number, PlanNode>;
  /** By task and subtask. */
  readonly #last = new Map<string, { readonly busyMs: number; readonly backpressuredMs: number }>();
  #lastMs: number;

  constructor(nodes: readonly PlanNode[], monotonicMs: number) {
    this.#nodeOf = new Map(nodes.map((node) => [node.id, node]));
    this.#lastMs = monotonicMs;
  }

  report(counters: readonly SubtaskCounters[], atMs: number, monotonicMs: number): MetricsReport {
    const elapsedMs = Math.max(1, monotonicMs - this.#lastMs);
    this.#lastMs = monotonicMs;
    const instances = new Map<number, Instance[]>();
    for (const of of counters) {
      const shares = this.#sharesOf(of, elapsedMs);
      for (const node of of.nodes) instances.set(node.nodeId, [...(instances.get(node.nodeId) ?? []), { of, node, ...shares }]);
    }
    const operators = [...instances].map(([id, all]) => reportOperator(this.#nodeOf.get(id) as PlanNode, all));
    const lags = counters.map((one) => one.lagRecords).filter((records) => records !== null);
    const usage = process.cpuUsage();
    return {
      type: 'metrics',
      atMs,
      operators,
      lagRecords: lags.length === 0 ? null : lags.reduce((sum, records) => sum + records, 0),
      cpuSeconds: (usage.user + usage.system) / 1e6,
      rssBytes: process.memoryUsage.rss(),
      stateBytes: operators.reduce((sum, operator) => sum + operator.stateBytes, 0),
    };
  }

  #sharesOf(counters: SubtaskCounters, elapsedMs: number): Shares {
    const key = `${counters.task}/${counters.subtask}`;
    const last = this.#last.get(key) ?? { busyMs: 0, backpressuredMs: 0 };
    this.#last.set(key, { busyMs: counters.busyMs, backpressuredMs: counters.backpressuredMs });
    const share = (ms: number) => Math.min(1, Math.max(0, ms / elapsedMs));
    return { busy: share(counters.busyMs - last.busyMs), backpressured: share(counters.backpressuredMs - last.backpressuredMs) };
  }
}

function reportOperator(node: PlanNode, instances: readonly Instance[]): OperatorMetricsReport {
  const sum = (value: (counters: NodeCounters) => number) => instances.reduce((total, instance) => total + value(instance.node), 0);
  const latencies = instances.map((instance) => instance.node.latencyMs).filter((ms) => ms !== null);
  const watermarks = instances.map((instance) => instance.node.watermarkMs);
  return {
    uid: node.uid,
    nodeId: node.id,
    kind: node.kind,
    description: node.description,
    parallelism: instances.length,
    recordsIn: sum((counters) => counters.recordsIn),
    recordsOut: sum((counters) => counters.recordsOut),
    bytesIn: sum((counters) => counters.bytesIn),
    bytesOut: sum((counters) => counters.bytesOut),
    busy: Math.max(...instances.map((instance) => instance.busy)),
    backpressured: Math.max(...instances.map((instance) => instance.backpressured)),
    watermarkMs: watermarks.includes(null) ? null : Math.min(...(watermarks as number[])),
    latencyMs: latencies.length === 0 ? null : Math.max(...latencies),
    stateBytes: sum((counters) => counters.stateBytes),
    stateRecords: sum((counters) => counters.stateRecords),
    lateRowsDropped: sum((counters) => counters.lateRowsDropped),
    subtasks: instances.map(({ of, node: counters }) => ({
      subtask: of.subtask,
      recordsIn: counters.recordsIn,
      recordsOut: counters.recordsOut,
      status: of.hasEnded ? 'FINISHED' : 'RUNNING',
    })),
  };
}
