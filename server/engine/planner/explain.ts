/** The plan for people: a text tree, and nodes with edges for the console's graph. */
import { formatType } from '../types/sql-type.ts';
import type { ChangelogMode, PhysicalPlan, PlanNode } from './physical-plan.ts';

/** One tree a sink, inputs indented below their user; a node that is used again is only named again. */
export function explainPlan(plan: PhysicalPlan): string {
  const lines: string[] = [];
  const shown = new Set<number>();
  const visit = (id: number, depth: number): void => {
    const node = plan.nodes[id];
    const indent = '  '.repeat(depth);
    if (shown.has(id) && node.inputs.length > 0) {
      lines.push(`${indent}+- ${node.description.slice(0, node.description.indexOf('('))} [#${id}, see above]`);
      return;
    }
    shown.add(id);
    lines.push(`${indent}${depth === 0 ? '' : '+- '}${node.description}`);
    lines.push(`${indent}${depth === 0 ? '' : '   '}   ${factsOf(node)}`);
    for (const input of node.inputs) visit(input, depth + 1);
  };
  for (const node of plan.nodes) {
    if (node.kind !== 'sink') continue;
    if (lines.length > 0) lines.push('');
    visit(node.id, 0);
  }
  return lines.join('\n');
}

function factsOf(node: PlanNode): string {
  const parts = [`#${node.id}`, `uid=${node.uid}`, `changelog=[${changelogText(node.changelog)}]`];
  if (node.isStateful) parts.push(`state=[${stateText(node)}]`);
  if (node.parallelism !== null) parts.push(`parallelism=${node.parallelism}`);
  if (node.kind === 'sink') parts.push(`delivery=${node.delivery.guarantee}`);
  return parts.join(' ');
}

function stateText(node: PlanNode): string {
  const fields = node.stateFields.length === 0 ? 'positions and times' : node.stateFields.join('; ');
  return node.stateTtlMs > 0 ? `${fields}; expires after ${node.stateTtlMs} ms` : fields;
}

/** Flink's short form: `I,UB,UA,D`. */
export function changelogText(mode: ChangelogMode): string {
  return [mode.insert ? 'I' : '', mode.updateBefore ? 'UB' : '', mode.updateAfter ? 'UA' : '', mode.delete ? 'D' : '']
    .filter((kind) => kind !== '')
    .join(',');
}

export interface GraphNode {
  readonly id: number;
  readonly uid: string;
  readonly kind: PlanNode['kind'];
  readonly title: string;
  readonly description: string;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly changelog: string;
  readonly keys: readonly string[];
  readonly isStateful: boolean;
  readonly stateFields: readonly string[];
  readonly stateTtlMs: number;
  readonly parallelism: number | null;
  readonly delivery: string | null;
}

export interface PlanGraph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly { readonly from: number; readonly to: number; readonly distribution: string }[];
}

/** Exchanges are edges' distributions, all other nodes are nodes. */
export function explainGraph(plan: PhysicalPlan): PlanGraph {
  const nodes = plan.nodes.filter((node) => node.kind !== 'exchange').map((node) => graphNode(plan, node));
  const edges = plan.nodes
    .filter((node) => node.kind !== 'exchange')
    .flatMap((node) =>
      node.inputs.map((input) => {
        const below = plan.nodes[input];
        if (below.kind !== 'exchange') return { from: input, to: node.id, distribution: 'forward' };
        const { distribution } = below;
        const text =
          distribution.kind === 'hash' ? `hash[${distribution.keys.map((key) => below.schema[key].name).join(', ')}]` : distribution.kind;
        return { from: below.inputs[0], to: node.id, distribution: text };
      }),
    );
  return { nodes, edges };
}

/** The name that the command line knows it by. */
export const explainJson = explainGraph;

function graphNode(plan: PhysicalPlan, node: PlanNode): GraphNode {
  return {
    id: node.id,
    uid: node.uid,
    kind: node.kind,
    title:
      node.kind === 'source' || node.kind === 'sink'
        ? `${node.kind === 'source' ? 'Source' : 'Sink'}: ${node.table.name}`
        : node.description.slice(0, node.description.indexOf('(')),
    description: node.description,
    columns: node.schema.map((field) => ({ name: field.name, type: formatType(field.type) })),
    changelog: changelogText(node.changelog),
    keys: keysOf(plan, node),
    isStateful: node.isStateful,
    stateFields: node.stateFields,
    stateTtlMs: node.stateTtlMs,
    parallelism: node.parallelism,
    delivery: node.kind === 'sink' ? node.delivery.guarantee : null,
  };
}

function keysOf(plan: PhysicalPlan, node: PlanNode): readonly string[] {
  const names = (keys: readonly number[], input = 0): readonly string[] =>
    keys.map((key) => plan.nodes[node.inputs[input]].schema[key].name);
  if ('keys' in node) return names(node.keys);
  if ('partitionKeys' in node) return names(node.partitionKeys);
  if ('leftKeys' in node) return names(node.leftKeys).map((left, i) => `${left} = ${names(node.rightKeys, 1)[i]}`);
  return [];
}
