/** What a plan graph shows: nodes with live figures, edges, and the same as a list. */
import type { PlanGraph } from '../../server/contract/check.ts';
import type { TasksAnswer } from '../../server/contract/runs.ts';

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
  recordsOut: number | null;
  next: readonly number[];
}

/** Where the rows of an operator come from, and how they are parted. */
export function inputsOf(graph: PlanGraph, id: number): { readonly title: string; readonly strategy: string }[] {
  return graph.edges
    .filter((edge) => edge.to === id)
    .map((edge) => ({ title: graph.nodes.find((node) => node.id === edge.from)?.title ?? String(edge.from), strategy: edge.strategy }));
}

/** Joins the plan with what the tasks last reported (by uid, then by node id). */
export function graphNodes(graph: PlanGraph, tasks: TasksAnswer | undefined): GraphNode[] {
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
      parallelism: task?.parallelism ?? node.parallelism,
      stateBytes: task && node.isStateful ? task.stateBytes : null,
      busy: task?.busy ?? null,
      pressure: task?.backpressure ?? null,
      recordsOut: task ? (next.length === 0 ? task.recordsIn : task.recordsOut) : null,
      next,
    };
  });
}
