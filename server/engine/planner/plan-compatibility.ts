/**
 * What becomes of each operator's state when a job goes on with another plan: the answer behind the restore preview. Operators are
 * matched by uid, state fields by digest (NodeBase.stateFields). Nothing is read: both plans say all that is needed.
 */
import { formatType, type SqlType, withNullability } from '../types/sql-type.ts';
import type { NodeOf, PhysicalPlan, PlanNode } from './physical-plan.ts';

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
  const reason = layoutChange(old, node) ?? keyTypeChange(previous, old, next, node) ?? fieldTypeChange(previous, old, next, node);
  if (reason !== null) return { outcome: 'incompatible', reason };
  const added = node.stateFields.filter((field) => !old.stateFields.includes(field));
  const dropped = old.stateFields.filter((field) => !node.stateFields.includes(field));
  return added.length === 0 && dropped.length === 0 ? { outcome: 'kept' } : { outcome: 'migrated', added, dropped };
}

/** A change of how the operator works that its stored records do not survive. */
function layoutChange(old: PlanNode, node: PlanNode): string | null {
  switch (node.kind) {
    case 'groupAggregate':
    case 'windowAggregate':
      if (old.kind !== node.kind || old.isInputChanging === node.isInputChanging) return null;
      return `The input ${node.isInputChanging ? 'now takes rows back' : 'no longer takes rows back'}, for which aggregates are stored otherwise.`;
    case 'join':
      return old.kind === 'join' ? joinLayoutChange(old, node) : null;
    case 'deduplicate':
      return old.kind === 'deduplicate' && (old.keep !== node.keep || (old.time === null) !== (node.time === null))
        ? 'Another row of each key is kept.'
        : null;
    case 'rank':
      if (old.kind !== 'rank') return null;
      if (old.strategy !== node.strategy) return 'The input has begun or ceased to change rows, for which the ranking is stored otherwise.';
      return node.strategy === 'append' && node.rankEnd > old.rankEnd
        ? `Only ${old.rankEnd} rows of each key were kept, not ${node.rankEnd}.`
        : null;
    case 'sortLimit':
      return old.kind === 'sortLimit' && (node.limit ?? 0) + node.offset > (old.limit ?? 0) + old.offset
        ? 'More rows are wanted than were kept.'
        : null;
    case 'source':
      return old.kind === 'source' && old.table.connector !== node.table.connector
        ? `The table's connector changed from '${old.table.connector}' to '${node.table.connector}', so that its positions mean nothing.`
        : null;
    case 'sink':
      return old.kind === 'sink' && old.table.connector !== node.table.connector
        ? `The table's connector changed from '${old.table.connector}' to '${node.table.connector}'; what was prepared but not committed would be lost.`
        : null;
    default:
      return null;
  }
}

/** Rows are stored by unique key, by number (input that only grows) or by their whole value. */
function joinLayoutChange(old: NodeOf<'join'>, node: NodeOf<'join'>): string | null {
  const access = ({ leftUnique, rightUnique, isLeftChanging, isRightChanging }: NodeOf<'join'>): readonly string[] => [
    leftUnique === null ? `by ${isLeftChanging ? 'value' : 'number'}` : 'by key',
    rightUnique === null ? `by ${isRightChanging ? 'value' : 'number'}` : 'by key',
  ];
  const sides = access(node);
  if (JSON.stringify(access(old)) !== JSON.stringify(sides))
    return 'A side of the join has gained or lost its unique key, or begun or ceased to take rows back: its rows are stored otherwise.';
  const isByValue = (side: string): boolean => sides[side === 'left' ? 0 : 1] === 'by value';
  const columns = ({ stateFields }: PlanNode, side: string): readonly string[] =>
    stateFields.filter((field) => field.startsWith(`${side}.`));
  const changed = ['left', 'right'].find(
    (side) => isByValue(side) && JSON.stringify(columns(old, side)) !== JSON.stringify(columns(node, side)),
  );
  return changed === undefined ? null : `The ${changed} side takes rows back by their whole value, and its columns have changed.`;
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

/** Types by field digest. */
function fieldTypes(plan: PhysicalPlan, node: PlanNode): ReadonlyMap<string, string> {
  if (node.kind === 'groupAggregate' || node.kind === 'windowAggregate')
    return new Map(node.aggregates.map((call) => [call.digest, plainType(call.type)]));
  const columns = node.inputs.flatMap((input) => plan.nodes[input].schema.map((field) => plainType(field.type)));
  return columns.length === node.stateFields.length ? new Map(node.stateFields.map((field, i) => [field, columns[i]])) : new Map();
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
