/** What a plan graph shows: nodes with live figures, edges, and the same as a list. */
import type { PlanGraph } from '../../server/contract/check.ts';
import type { TasksAnswer } from '../../server/contract/runs.ts';
import { skewOf } from '../job/skew.ts';

export interface GraphNode {
  id: number;
  title: string;
  detail: string;
  isSource: boolean;
  isSink: boolean;
  parallelism: number | null;
  stateBytes: number | null;
  busy: number | null;
  pressure: 'OK' | 'LOW' | 'HIGH' | null;
  /** Records a second that it sends on, or that a sink receives. */
  rate: number | null;
  recordsOut: number | null;
  /** Largest over median of its subtasks; null with one. */
  skew: number | null;
  next: readonly number[];
}

/** A rate with the precision that its size asks for. */
export const rounded = (n: number) => (n < 10 ? Math.round(n * 10) / 10 : Math.round(n));

/** Where the rows of an operator come from, and how they are parted. */
export function inputsOf(graph: PlanGraph, id: number): { readonly title: string; readonly strategy: string }[] {
  return graph.edges
    .filter((edge) => edge.to === id)
    .map((edge) => ({ title: graph.nodes.find((node) => node.id === edge.from)?.title ?? String(edge.from), strategy: edge.strategy }));
}

/** Joins the plan with what the tasks last reported (by uid, then by node id). `planned`: parallelism of operators that nothing forces to another. */
export function graphNodes(graph: PlanGraph, tasks: TasksAnswer | undefined, planned: number | null = null): GraphNode[] {
  const byUid = new Map(tasks?.operators.map((one) => [one.uid, one]));
  const byId = new Map(tasks?.operators.map((one) => [one.nodeId, one]));
  return graph.nodes.map((node) => {
    const task = byUid.get(node.uid) ?? byId.get(node.id);
    const next = graph.edges.filter((edge) => edge.from === node.id).map((edge) => edge.to);
    return {
      id: node.id,
      title: node.title,
      detail: node.description,
      isSource: !graph.edges.some((edge) => edge.to === node.id),
      isSink: next.length === 0,
      parallelism: task?.parallelism ?? node.parallelism ?? planned,
      stateBytes: task && node.isStateful ? task.stateBytes : null,
      busy: task?.busy ?? null,
      pressure: task?.backpressure ?? null,
      rate: (next.length === 0 ? task?.inRate : task?.outRate) ?? null,
      skew: task ? skewOf(task.subtasks.map((one) => one.recordsIn + one.recordsOut)) : null,
      recordsOut: task ? (next.length === 0 ? task.recordsIn : task.recordsOut) : null,
      next,
    };
  });
}
