/** A physical plan as the graph that the console draws, and the delivery contract that follows from its sinks. No table option is shown. */

import type { Delivery, PlanGraph } from '../contract/check.ts';
import { saidOf } from '../db/told-columns.ts';
import type { ChangelogMode, PhysicalPlan, PlanNode } from '../engine/planner/physical-plan.ts';
import { formatType } from '../engine/types/sql-type.ts';

function changelogText(mode: ChangelogMode): string {
  const kinds = [mode.insert ? 'I' : '', mode.updateBefore ? 'UB' : '', mode.updateAfter ? 'UA' : '', mode.delete ? 'D' : ''];
  return `[${kinds.filter((kind) => kind !== '').join(',')}]`;
}

/** `groupAggregate` -> `Group Aggregate`; tables by their name. */
function titleOf(node: PlanNode): string {
  if (node.kind === 'source' || node.kind === 'sink') return node.table.name;
  return node.kind.replace(/([A-Z])/g, ' $1').replace(/^./, (letter) => letter.toUpperCase());
}

function keysOf(node: PlanNode): string[] {
  const names = (keys: readonly number[]) => keys.map((key) => node.schema[key]?.name ?? `#${key}`);
  switch (node.kind) {
    case 'groupAggregate':
    case 'windowAggregate':
      // Keys come first in the output of an aggregate.
      return names(node.keys.map((_, index) => index));
    case 'deduplicate':
    case 'changelogNormalize':
      return names(node.keys);
    case 'rank':
    case 'windowRank':
      return names(node.partitionKeys);
    default:
      return [];
  }
}

const STRATEGY = { hash: 'HASH', single: 'GLOBAL', broadcast: 'BROADCAST' } as const;

/** Exchanges become the strategy of their edge. */
export function planGraph(plan: PhysicalPlan): PlanGraph {
  const byId = new Map(plan.nodes.map((node) => [node.id, node]));
  const edges: PlanGraph['edges'] = [];
  const nodes: PlanGraph['nodes'] = [];
  for (const node of plan.nodes) {
    if (node.kind === 'exchange') continue;
    nodes.push({
      id: node.id,
      uid: node.uid,
      kind: node.kind,
      title: titleOf(node),
      description: node.description,
      parallelism: node.parallelism,
      isStateful: node.isStateful,
      stateTtlMs: node.stateTtlMs,
      keys: keysOf(node),
      changelog: changelogText(node.changelog),
      columns: node.schema.map((field) => ({ name: field.name, type: formatType(field.type) })),
    });
    for (const inputId of node.inputs) {
      let from = byId.get(inputId);
      let strategy = 'FORWARD';
      while (from?.kind === 'exchange') {
        strategy = STRATEGY[from.distribution.kind];
        from = byId.get(from.inputs[0] ?? -1);
      }
      if (!from) throw new Error(`plan node ${node.id} reads node ${inputId}, which the plan does not have`);
      edges.push({ from: from.id, to: node.id, strategy });
    }
  }
  return { nodes, edges };
}

const RANK = ['exactly-once', 'idempotent', 'at-least-once', 'none'] as const;
const WORDS = { 'exactly-once': 'Exactly once', idempotent: 'Idempotent', 'at-least-once': 'At least once', none: 'No guarantee' } as const;

/** Idempotent sinks show each row once in the end, so they count as exactly once in the sentence. */
export function deliveryOf(plan: PhysicalPlan): Delivery {
  const sinks = plan.nodes.flatMap((node) =>
    node.kind === 'sink'
      ? [
          {
            name: node.table.name,
            connector: node.table.connector,
            guarantee: node.delivery.guarantee,
            why: node.delivery.why,
            whySaid: saidOf('[]', node.delivery.why),
          },
        ]
      : [],
  );
  const overall = RANK[Math.max(0, ...sinks.map((sink) => RANK.indexOf(sink.guarantee)))] ?? 'none';
  const good = sinks.filter((sink) => sink.guarantee === 'exactly-once' || sink.guarantee === 'idempotent').length;
  const plural = sinks.length === 1 ? 'sink' : 'sinks';
  const sentence =
    good === sinks.length
      ? `Exactly once in ${sinks.length === 1 ? 'the sink' : `all ${sinks.length} sinks`}`
      : good === 0
        ? `${WORDS[overall]} in ${sinks.length === 1 ? 'the sink' : `all ${sinks.length} sinks`}`
        : `Exactly once in ${good} of ${sinks.length} ${plural}`;
  return { overall, sentence, sinks };
}
