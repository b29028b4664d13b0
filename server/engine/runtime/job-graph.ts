/**
 * From a physical plan to tasks: which operators run fused in one task, at which parallelism, and what connects the tasks.
 *
 * - Parallelism of a node: what the plan says, else 1 for VALUES and behind a `single` exchange, else the largest of its inputs, else the job's.
 * - An exchange belongs to the task of its input, and moves rows over channels. Where both sides have parallelism 1 it does nothing and is fused.
 * - Nodes joined by any other edge of equal parallelism are fused into one task as long as the graph of tasks stays without a cycle (a task
 *   that waited for itself would stop for ever); the rest is connected by channels from subtask to subtask.
 */
import type { NodeOf, PhysicalPlan, PlanNode } from '../planner/physical-plan.ts';

export interface TaskSpec {
  readonly id: number;
  readonly parallelism: number;
  /** In topological order. */
  readonly nodes: readonly PlanNode[];
}

export type Distribution = NodeOf<'exchange'>['distribution'] | { readonly kind: 'forward' };

/** All channels from one node's subtasks to one input of another node. */
export interface EdgeSpec {
  readonly from: number;
  readonly to: number;
  /** Index in the receiving node's inputs. */
  readonly input: number;
  readonly distribution: Distribution;
}

export interface JobGraph {
  readonly tasks: readonly TaskSpec[];
  readonly edges: readonly EdgeSpec[];
  readonly parallelismOf: ReadonlyMap<number, number>;
}

interface PlanEdge {
  readonly from: PlanNode;
  readonly to: PlanNode;
  readonly input: number;
  /** Null when the edge may be fused. */
  readonly distribution: Distribution | null;
}

export function buildJobGraph(plan: PhysicalPlan, parallelism: number): JobGraph {
  const nodeOf = new Map(plan.nodes.map((node) => [node.id, node]));
  const parallelismOf = assignParallelism(plan, nodeOf, parallelism);
  const edges = plan.nodes.flatMap((to) =>
    to.inputs.map((id, input): PlanEdge => {
      const from = nodeOf.get(id) as PlanNode;
      return { from, to, input, distribution: distributionOf(from, to, parallelismOf) };
    }),
  );
  const taskOf = fuse(plan.nodes, edges);
  const groups = new Map<number, PlanNode[]>();
  for (const node of plan.nodes) {
    const root = taskOf(node.id);
    const group = groups.get(root);
    if (group) group.push(node);
    else groups.set(root, [node]);
  }
  const tasks = [...groups.values()].map((nodes, id) => ({
    id,
    nodes,
    parallelism: parallelismOf.get((nodes[0] as PlanNode).id) as number,
  }));
  const channels = edges
    .filter((edge) => edge.distribution !== null || taskOf(edge.from.id) !== taskOf(edge.to.id))
    .map((edge) => ({
      from: edge.from.id,
      to: edge.to.id,
      input: edge.input,
      distribution: edge.distribution ?? ({ kind: 'forward' } as const),
    }));
  return { tasks, edges: channels, parallelismOf };
}

function assignParallelism(plan: PhysicalPlan, nodeOf: ReadonlyMap<number, PlanNode>, jobParallelism: number): Map<number, number> {
  const assigned = new Map<number, number>();
  for (const node of plan.nodes) {
    if (node.kind === 'exchange') {
      assigned.set(node.id, assigned.get(node.inputs[0] as number) as number);
      continue;
    }
    const fromInputs = node.inputs.map((id) => {
      const input = nodeOf.get(id) as PlanNode;
      if (input.kind !== 'exchange') return assigned.get(id) as number;
      return input.distribution.kind === 'single' ? 1 : jobParallelism;
    });
    const inherited = node.kind === 'values' ? 1 : fromInputs.length > 0 ? Math.max(...fromInputs) : jobParallelism;
    assigned.set(node.id, node.parallelism ?? inherited);
  }
  return assigned;
}

function distributionOf(from: PlanNode, to: PlanNode, parallelismOf: ReadonlyMap<number, number>): Distribution | null {
  const before = parallelismOf.get(from.id) as number;
  const after = parallelismOf.get(to.id) as number;
  if (to.kind === 'exchange') return null;
  if (from.kind === 'exchange') return before === 1 && after === 1 ? null : from.distribution;
  return before === after ? null : { kind: 'forward' };
}

/** Union-find over nodes; returns the representative of a node's task. */
function fuse(nodes: readonly PlanNode[], edges: readonly PlanEdge[]): (id: number) => number {
  let parent = new Map(nodes.map((node) => [node.id, node.id]));
  const rootIn = (parents: ReadonlyMap<number, number>, id: number): number => {
    let root = id;
    while (parents.get(root) !== root) root = parents.get(root) as number;
    return root;
  };
  for (const edge of edges) {
    if (edge.distribution !== null) continue;
    const merged = new Map(parent);
    merged.set(rootIn(parent, edge.to.id), rootIn(parent, edge.from.id));
    if (isAcyclic(edges, (id) => rootIn(merged, id))) parent = merged;
  }
  return (id) => rootIn(parent, id);
}

function isAcyclic(edges: readonly PlanEdge[], taskOf: (id: number) => number): boolean {
  const next = new Map<number, Set<number>>();
  for (const { from, to, distribution } of edges) {
    const [source, target] = [taskOf(from.id), taskOf(to.id)];
    if (source === target) {
      if (distribution !== null) return false;
      continue;
    }
    const targets = next.get(source) ?? new Set();
    next.set(source, targets.add(target));
  }
  const done = new Set<number>();
  const open = new Set<number>();
  const visit = (task: number): boolean => {
    if (done.has(task)) return true;
    if (open.has(task)) return false;
    open.add(task);
    for (const target of next.get(task) ?? []) if (!visit(target)) return false;
    open.delete(task);
    done.add(task);
    return true;
  };
  return [...next.keys()].every(visit);
}
