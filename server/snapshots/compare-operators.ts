/** What becomes of each operator's state when a snapshot is restored under a plan: matched by uid, which names meaning and not place. */
import type { z } from 'zod';
import { inEnglish, type Said, say } from '../contract/said.ts';
import type { operatorFateSchema } from '../contract/start.ts';
import type { Manifest } from '../engine/checkpoint/manifest.ts';
import type { PhysicalPlan, PlanNode } from '../engine/planner/physical-plan.ts';

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
  const before = new Map(manifest.plan.nodes.map((node) => [node.uid, node]));
  const after = new Map(plan.nodes.map((node) => [node.uid, node]));
  const fates: OperatorFate[] = [];
  for (const node of plan.nodes) {
    if (!node.isStateful && node.kind !== 'source') continue;
    fates.push(fateOf(node, before.get(node.uid), held.get(node.uid), manifest.parallelism, parallelism));
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

const noted = (said: Said) => ({ note: inEnglish([said]), said });

function fateOf(node: PlanNode, former: PlanNode | undefined, state: Held | undefined, from: number, to: number): OperatorFate {
  const base = { uid: node.uid, description: node.description, stateBytes: state?.bytes ?? null, stateRecords: state?.records ?? null };
  if (!former) return { ...base, fate: 'new', ...noted(say('said.operator.new')) };
  const missing = node.stateFields.filter((field) => !former.stateFields.includes(field));
  if (missing.length > 0) return { ...base, fate: 'changed', ...noted(say('said.operator.changed', { fields: missing.join(', ') })) };
  const isSplit = node.parallelism === null && node.isStateful;
  if (isSplit && from !== to) return { ...base, fate: 'rescaled', ...noted(say('said.operator.rescaled', { from, to })) };
  return { ...base, fate: 'kept', note: '', said: null };
}
