/**
 * What becomes of each operator's state when a snapshot is restored under a plan, in the words of the preview. The verdict is the restore's own
 * (plan-compatibility.ts); here it is put beside what the snapshot holds.
 */
import type { z } from 'zod';
import { inEnglish, type Said, say } from '../contract/said.ts';
import type { operatorFateSchema } from '../contract/start.ts';
import type { Manifest } from '../engine/checkpoint/manifest.ts';
import type { PhysicalPlan, PlanNode } from '../engine/planner/physical-plan.ts';
import { compareStates, type StateComparison } from '../engine/planner/plan-compatibility.ts';

export type OperatorFate = z.infer<typeof operatorFateSchema>;

interface Held {
  readonly bytes: number;
  readonly records: number;
}

/** Bytes and records of keyed state by operator. */
export function stateByOperator(manifest: Manifest): ReadonlyMap<string, Held> {
  const held = new Map<string, Held>();
  for (const table of manifest.tables) {
    const before = held.get(table.operatorUid) ?? { bytes: 0, records: 0 };
    const bytes = table.parts.reduce((sum, { keyGroups }) => sum + keyGroups.reduce((total, group) => total + group.length, 0), 0);
    held.set(table.operatorUid, { bytes: before.bytes + bytes, records: before.records + table.records });
  }
  return held;
}

export function compareOperators(manifest: Manifest, plan: PhysicalPlan, parallelism: number): OperatorFate[] {
  const held = stateByOperator(manifest);
  const compared = new Map(compareStates(manifest.plan, plan).map((comparison) => [comparison.uid, comparison]));
  const after = new Map(plan.nodes.map((node) => [node.uid, node]));
  const fates: OperatorFate[] = [];
  for (const node of plan.nodes) {
    const comparison = compared.get(node.uid);
    if (comparison) fates.push(fateOf(node, comparison, held.get(node.uid), manifest.parallelism, parallelism));
  }
  for (const node of manifest.plan.nodes) {
    if (after.has(node.uid) || (!held.has(node.uid) && node.kind !== 'source')) continue;
    const state = held.get(node.uid);
    if (node.kind !== 'source' && (state?.records ?? 0) === 0) continue;
    fates.push({
      uid: node.uid,
      description: node.description,
      fate: 'dropped',
      stateBytes: state?.bytes ?? null,
      stateRecords: state?.records ?? null,
      ...noted(say('said.operator.dropped')),
    });
  }
  return fates;
}

/** The first refusal of a restore, as the sentence that blocks a start; null when the state fits. */
export function refusalOf(fates: readonly OperatorFate[], name: string): Said | null {
  const refused = fates.find((fate) => fate.fate === 'incompatible');
  if (!refused) return null;
  return say('said.blocked.unfit', { name, operator: refused.description, reason: refused.said ?? refused.note });
}

function changeOf(node: PlanNode, { added, dropped }: Extract<StateComparison, { outcome: 'migrated' }>): Said {
  if (added.length === 0) return say('said.operator.forgets', { fields: dropped.join(', ') });
  const isCounting = node.kind === 'groupAggregate' || node.kind === 'windowAggregate';
  return say(isCounting ? 'said.operator.changed' : 'said.operator.columns', { fields: added.join(', ') });
}

const noted = (said: Said) => ({ note: inEnglish([said]), said });

function fateOf(node: PlanNode, comparison: StateComparison, state: Held | undefined, from: number, to: number): OperatorFate {
  const base = { uid: node.uid, description: node.description, stateBytes: state?.bytes ?? null, stateRecords: state?.records ?? null };
  if (comparison.outcome === 'new') return { ...base, fate: 'new', ...noted(say('said.operator.new')) };
  if (comparison.outcome === 'incompatible')
    return { ...base, fate: 'incompatible', ...noted(say('said.operator.incompatible', { reason: comparison.reason })) };
  if (comparison.outcome === 'migrated') return { ...base, fate: 'changed', ...noted(changeOf(node, comparison)) };
  const isSplit = node.parallelism === null && node.isStateful;
  if (isSplit && from !== to) return { ...base, fate: 'rescaled', ...noted(say('said.operator.rescaled', { from, to })) };
  return { ...base, fate: 'kept', note: '', said: null };
}
