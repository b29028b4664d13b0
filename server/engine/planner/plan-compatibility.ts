/**
 * What becomes of each operator's state when a job goes on with another plan: the answer behind the restore preview, and what a restore goes by
 * before it reads any state. Operators are matched by uid, state fields by digest (NodeBase.stateFields). Nothing is read: both plans say all
 * that is needed.
 *
 * Of kept rows, columns that are no longer used are forgotten; a new column is NULL in rows kept before, and where it takes no NULL, or where
 * rows are found again by their whole value, the state cannot be taken over (layout-change.ts).
 */
import { formatType, type SqlType, withNullability } from '../types/sql-type.ts';
import { layoutChange } from './layout-change.ts';
import type { PhysicalPlan, PlanNode } from './physical-plan.ts';

export type StateOutcome =
  | { readonly outcome: 'kept' }
  /** Starts empty. */
  | { readonly outcome: 'new' }
  /** No operator of the next plan takes it. */
  | { readonly outcome: 'dropped' }
  /** Fields by digest: added ones start empty (they count since the restore), dropped ones are forgotten. */
  | { readonly outcome: 'migrated'; readonly added: readonly string[]; readonly dropped: readonly string[] }
  /** Cannot be restored; the reason says what to change back or to give up. */
  | { readonly outcome: 'incompatible'; readonly reason: string };

export type StateComparison = StateOutcome & {
  readonly uid: string;
  readonly kind: PlanNode['kind'];
  /** The next plan's line, or the previous one's for what is dropped. */
  readonly description: string;
};

/** In the next plan's order, then what is dropped in the previous one's. */
export function compareStates(previous: PhysicalPlan, next: PhysicalPlan): readonly StateComparison[] {
  const before = new Map(previous.nodes.filter(keepsState).map((node) => [node.uid, node]));
  const after = next.nodes.filter(keepsState);
  const compared = after.map((node): StateComparison => {
    const old = before.get(node.uid);
    return { ...outcomeOf(previous, old, next, node), uid: node.uid, kind: node.kind, description: node.description };
  });
  const uids = new Set(after.map((node) => node.uid));
  const dropped = [...before.values()].filter((node) => !uids.has(node.uid));
  return [
    ...compared,
    ...dropped.map((node): StateComparison => ({ outcome: 'dropped', uid: node.uid, kind: node.kind, description: node.description })),
  ];
}

function keepsState(node: PlanNode): boolean {
  return node.isStateful;
}

function outcomeOf(previous: PhysicalPlan, old: PlanNode | undefined, next: PhysicalPlan, node: PlanNode): StateOutcome {
  if (old === undefined) return { outcome: 'new' };
  if (previous.keyGroups !== next.keyGroups) {
    return {
      outcome: 'incompatible',
      reason: `The job has ${previous.keyGroups} key groups; 'pipeline.max-parallelism' cannot change to ${next.keyGroups}.`,
    };
  }
  const reason =
    layoutChange(old, node) ??
    keyTypeChange(previous, old, next, node) ??
    fieldTypeChange(previous, old, next, node) ??
    columnWithoutValue(old, next, node);
  if (reason !== null) return { outcome: 'incompatible', reason };
  const added = node.stateFields.filter((field) => !old.stateFields.includes(field));
  const dropped = old.stateFields.filter((field) => !node.stateFields.includes(field));
  return added.length === 0 && dropped.length === 0 ? { outcome: 'kept' } : { outcome: 'migrated', added, dropped };
}

/** Types of the key columns, in order; hashes and stored keys depend on them. */
function keyTypes(plan: PhysicalPlan, node: PlanNode): readonly string[] {
  const of = (keys: readonly number[], input: number): readonly string[] =>
    keys.map((key) => plainType(plan.nodes[node.inputs[input]].schema[key].type));
  if (node.kind === 'join' || node.kind === 'windowJoin' || node.kind === 'intervalJoin')
    return [...of(node.leftKeys, 0), ...of(node.rightKeys, 1)];
  if ('keys' in node) return of(node.keys, 0);
  return 'partitionKeys' in node ? of(node.partitionKeys, 0) : [];
}

function keyTypeChange(previous: PhysicalPlan, old: PlanNode, next: PhysicalPlan, node: PlanNode): string | null {
  const [from, to] = [keyTypes(previous, old), keyTypes(next, node)];
  return from.join() === to.join() ? null : `The key's type changed from (${from.join(', ')}) to (${to.join(', ')}).`;
}

/** Columns of the rows an operator keeps, by field digest. Of a join whose right side is only counted: those of the left one. */
function rowColumns(plan: PhysicalPlan, node: PlanNode): ReadonlyMap<string, SqlType> {
  if (node.kind === 'groupAggregate' || node.kind === 'windowAggregate') return new Map();
  const columns = node.inputs.flatMap((input) => plan.nodes[input].schema.map((field) => field.type));
  return new Map(node.stateFields.map((field, i) => [field, columns[i]]));
}

/** Types by field digest. */
function fieldTypes(plan: PhysicalPlan, node: PlanNode): ReadonlyMap<string, string> {
  if (node.kind === 'groupAggregate' || node.kind === 'windowAggregate')
    return new Map(node.aggregates.map((call) => [call.digest, plainType(call.type)]));
  return new Map([...rowColumns(plan, node)].map(([field, type]) => [field, plainType(type)]));
}

function columnWithoutValue(old: PlanNode, next: PhysicalPlan, node: PlanNode): string | null {
  // Plans of an engine that did not record them.
  if (node.kind === 'windowTableFunction' && old.stateFields.length === 0) return null;
  for (const [field, type] of rowColumns(next, node)) {
    if (!type.nullable && !old.stateFields.includes(field)) return `The rows kept so far have no ${field}, which takes no NULL.`;
  }
  return null;
}

function fieldTypeChange(previous: PhysicalPlan, old: PlanNode, next: PhysicalPlan, node: PlanNode): string | null {
  const from = fieldTypes(previous, old);
  for (const [field, to] of fieldTypes(next, node)) {
    const was = from.get(field);
    if (was !== undefined && was !== to) return `${field} changed its type from ${was} to ${to}.`;
  }
  return null;
}

function plainType(type: SqlType): string {
  const plain =
    type.kind === 'TIMESTAMP' || type.kind === 'TIMESTAMP_LTZ'
      ? ({ kind: type.kind, precision: type.precision, nullable: true } as const)
      : withNullability(type, true);
  return formatType(plain);
}
