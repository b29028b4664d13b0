/**
 * Flink's compiled plans (COMPILE PLAN, Flink 2.0 and newer). The number of a node is the beginning of the uids of its operators (`9_group-aggregate`), so a
 * plan that is kept keeps the uids. When SQL was edited, the new plan is given the numbers of the old one where a node means the same: so its state is
 * found again, and which state is not is known before anything runs. Two nodes mean the same when they are of one type and
 *   1. they and all before them are the same in everything but numbers and words,
 *   2. else, with state: they themselves are the same over the same columns of the same tables, whatever was put before or behind them,
 *   3. sources and sinks: they are of the same table.
 * Each step takes only what is unambiguous on both sides. Numbers that are not taken over are new ones, never one of the old plan.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { lineageOf } from './column-lineage.ts';

const nodeSchema = z.looseObject({
  id: z.int(),
  type: z.string(),
  description: z.string().default(''),
  state: z.array(z.looseObject({ name: z.string() })).optional(),
});
const planSchema = z.looseObject({
  flinkVersion: z.string(),
  nodes: z.array(nodeSchema),
  edges: z.array(z.looseObject({ source: z.int(), target: z.int() })),
});
export type CompiledPlan = z.infer<typeof planSchema>;
type PlanNode = CompiledPlan['nodes'][number];

/** Null: it is no plan. */
export function readPlan(bytes: Uint8Array): CompiledPlan | null {
  try {
    const read = planSchema.safeParse(JSON.parse(Buffer.from(bytes).toString('utf8')));
    return read.success ? read.data : null;
  } catch {
    return null;
  }
}

export const writePlan = (plan: CompiledPlan): Uint8Array => Buffer.from(JSON.stringify(plan));

/** Of an operator's uid, `Sink Committer: 12_sink` included; null = it was not made from a plan. */
export function nodeOfUid(uid: string | null): number | null {
  const match = /^(?:Sink Committer: )?(\d+)_/.exec(uid ?? '');
  return match ? Number(match[1]) : null;
}

/** `next` under the numbers of `kept`. */
export function keepNumbers(next: CompiledPlan, kept: CompiledPlan): CompiledPlan {
  const taken = matchNodes(next, kept);
  let free = Math.max(0, ...kept.nodes.map((node) => node.id), ...next.nodes.map((node) => node.id)) + 1;
  const numbers = new Map<number, number>();
  for (const node of next.nodes) numbers.set(node.id, taken.get(node.id) ?? free++);
  const numberOf = (id: number) => numbers.get(id) as number;
  return {
    ...next,
    nodes: next.nodes.map((node) => ({ ...node, id: numberOf(node.id) })),
    edges: next.edges.map((edge) => ({ ...edge, source: numberOf(edge.source), target: numberOf(edge.target) })),
  };
}

/** From nodes of `next` to the nodes of `kept` that mean the same. */
function matchNodes(next: CompiledPlan, kept: CompiledPlan): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  const used = new Set<number>();
  const steps: readonly ((plan: CompiledPlan) => (node: PlanNode) => string | null)[] = [
    (plan) => withInputs(plan),
    (plan) => withColumns(plan),
    () => tableOf,
  ];
  for (const step of steps) {
    const [keyOfNext, keyOfKept] = [step(next), step(kept)];
    const free = byKey(
      kept.nodes.filter((node) => !used.has(node.id)),
      keyOfKept,
    );
    const open = byKey(
      next.nodes.filter((node) => !found.has(node.id)),
      keyOfNext,
    );
    for (const [key, nodes] of open) {
      const others = free.get(key) ?? [];
      if (nodes.length !== 1 || others.length !== 1) continue;
      found.set((nodes[0] as PlanNode).id, (others[0] as PlanNode).id);
      used.add((others[0] as PlanNode).id);
    }
  }
  return found;
}

function byKey(nodes: readonly PlanNode[], keyOf: (node: PlanNode) => string | null): ReadonlyMap<string, PlanNode[]> {
  const groups = new Map<string, PlanNode[]>();
  for (const node of nodes) {
    const key = keyOf(node);
    if (key !== null) groups.set(key, [...(groups.get(key) ?? []), node]);
  }
  return groups;
}

/**
 * Without number, words, settings, names of columns, and whether changes are sent on with what was before them: all those may change and the
 * state is read the same way.
 */
function meaningOf(node: PlanNode): string {
  const { id: _id, description: _description, configuration: _configuration, generateUpdateBefore: _before, ...meaning } = node;
  return JSON.stringify(meaning, (key, value: unknown) => {
    if (key === 'outputType' && typeof value === 'string') return value.replace(/`(?:[^`]|``)*` /g, '');
    if (key === 'aggCalls' && Array.isArray(value)) return value.map((call: object) => ({ ...call, name: undefined }));
    return value;
  });
}

function withInputs(plan: CompiledPlan): (node: PlanNode) => string {
  const byId = new Map(plan.nodes.map((node) => [node.id, node]));
  const known = new Map<number, string>();
  const keyOf = (node: PlanNode): string => {
    const before = known.get(node.id);
    if (before !== undefined) return before;
    // In the order of the plan: the two sides of a join are not the same.
    const inputs = plan.edges.filter((edge) => edge.target === node.id).map((edge) => byId.get(edge.source));
    const text = JSON.stringify([meaningOf(node), inputs.map((input) => (input ? keyOf(input) : null))]);
    const key = createHash('sha256').update(text).digest('hex');
    known.set(node.id, key);
    return key;
  };
  return keyOf;
}

/** Nodes with state: themselves, and where their input columns come from. */
function withColumns(plan: CompiledPlan): (node: PlanNode) => string | null {
  const columnsOf = lineageOf(plan.nodes, plan.edges, (node) => meaningOf(node as PlanNode));
  return (node) => {
    if (!node.state) return null;
    const inputs = plan.edges.filter((edge) => edge.target === node.id).map((edge) => columnsOf(edge.source));
    return JSON.stringify([meaningOf(node), inputs]);
  };
}

/** Type and table of a source or sink. */
function tableOf(node: PlanNode): string | null {
  const of = (node.scanTableSource ?? node.dynamicTableSink) as { readonly table?: { readonly identifier?: string } } | undefined;
  const identifier = of?.table?.identifier;
  return identifier === undefined ? null : `${node.type} ${identifier}`;
}

export interface NodeFate {
  readonly number: number;
  readonly description: string;
  readonly isStateful: boolean;
}

/** Nodes whose state would begin empty: with state, or a source, and not among `held`. */
export function nodesWithout(plan: CompiledPlan, held: ReadonlySet<number>): readonly NodeFate[] {
  return plan.nodes
    .filter((node) => !held.has(node.id) && (node.state !== undefined || node.scanTableSource !== undefined))
    .map((node) => ({ number: node.id, description: node.description, isStateful: node.state !== undefined }));
}
