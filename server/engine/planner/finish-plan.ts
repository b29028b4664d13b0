/** Drafts to the finished plan: used nodes only, inputs first, with change kinds, uids and state facts. */
import { inferChangelogs } from './changelog.ts';
import type { Draft, DraftPlan, Payload } from './physical-draft.ts';
import type { ChangelogMode, JoinKind, PlanNode } from './physical-plan.ts';
import { assignUids } from './uid.ts';

export interface FinishInput {
  readonly plan: DraftPlan;
  /** Draft ids of the sinks, in the order of their statements. */
  readonly sinks: readonly number[];
  sourceMode(draft: Draft): ChangelogMode;
  /** Whether the sink wants -U rows. */
  sinkNeedsBefore(draft: Draft): boolean;
  readonly stateTtlMs: number;
}

export interface FinishedPlan {
  readonly nodes: readonly PlanNode[];
  /** Change kinds that reach each sink, by the sink's draft id. */
  readonly intoSink: ReadonlyMap<number, { readonly mode: ChangelogMode; readonly from: Draft }>;
}

export function finishPlan(input: FinishInput): FinishedPlan {
  const { plan, sinks } = input;
  const used = usedNodes(plan, sinks);
  const { modes, emitsBefore } = inferChangelogs(plan, used, input.sourceMode, input.sinkNeedsBefore);
  const isIdle = (id: number): boolean =>
    plan.get(id).payload.kind === 'dropUpdateBefore' && !(modes.get(plan.get(id).inputs[0]) as ChangelogMode).updateBefore;
  const order = used.filter((id) => !isIdle(id));
  const resolve = (id: number): number => (isIdle(id) ? plan.get(id).inputs[0] : id);
  const uids = assignUids(plan, order, sinkNames(plan, used));
  const place = new Map(order.map((id, index) => [id, index]));
  const nodes = order.map((id, index): PlanNode => {
    const draft = plan.get(id);
    return {
      ...withFlags(draft.payload, emitsBefore.has(id)),
      id: index,
      uid: uids.get(id) as string,
      inputs: draft.inputs.map((i) => place.get(resolve(i)) as number),
      schema: draft.schema,
      changelog: modes.get(id) as ChangelogMode,
      description: draft.description,
      parallelism: draft.parallelism,
      isStateful: isStateful(draft.payload),
      stateTtlMs: EXPIRING.has(draft.payload.kind) ? input.stateTtlMs : 0,
      stateFields: stateFields(plan, draft),
    } as PlanNode;
  });
  const intoSink = new Map(
    sinks.map((id) => {
      const into = plan.get(plan.get(id).inputs[0]);
      return [id, { mode: modes.get(into.id) as ChangelogMode, from: makerOf(plan, into) }];
    }),
  );
  return { nodes, intoSink };
}

/** The operator that makes the changes: what only passes them on is skipped. */
function makerOf(plan: DraftPlan, draft: Draft): Draft {
  const isPassing = ['calc', 'exchange', 'watermark', 'dropUpdateBefore'].includes(draft.payload.kind);
  return isPassing ? makerOf(plan, plan.get(draft.inputs[0])) : draft;
}

const STATEFUL = new Set([
  'source',
  'watermark',
  'groupAggregate',
  'windowAggregate',
  'deduplicate',
  'rank',
  'join',
  'windowJoin',
  'intervalJoin',
  'windowRank',
  'windowDeduplicate',
  'sortLimit',
  'temporalSort',
  'changelogNormalize',
  'sinkUpsertMaterialize',
  'sink',
]);

/** Windows as columns need no state, but for sessions, which wait for their end. */
function isStateful(payload: Payload): boolean {
  return payload.kind === 'windowTableFunction' ? payload.window.kind === 'SESSION' : STATEFUL.has(payload.kind);
}

/** Operators without a window: their state lives until table.exec.state.ttl. */
const EXPIRING = new Set(['groupAggregate', 'deduplicate', 'rank', 'join', 'sortLimit', 'changelogNormalize', 'sinkUpsertMaterialize']);

function withFlags(payload: Payload, emitUpdateBefore: boolean): Payload {
  return 'emitUpdateBefore' in payload ? { ...payload, emitUpdateBefore } : payload;
}

/** Inputs before users, left inputs first, in the order of the sinks. */
function usedNodes(plan: DraftPlan, sinks: readonly number[]): readonly number[] {
  const order: number[] = [];
  const seen = new Set<number>();
  const visit = (id: number): void => {
    if (seen.has(id)) return;
    seen.add(id);
    for (const input of plan.get(id).inputs) visit(input);
    order.push(id);
  };
  for (const sink of sinks) visit(sink);
  return order;
}

/** Names of the sinks that each draft feeds, sorted. */
function sinkNames(plan: DraftPlan, order: readonly number[]): ReadonlyMap<number, readonly string[]> {
  const names = new Map<number, Set<string>>(order.map((id) => [id, new Set()]));
  for (const id of [...order].reverse()) {
    const draft = plan.get(id);
    const own = names.get(id) as Set<string>;
    if (draft.payload.kind === 'sink') own.add(draft.payload.table.name);
    for (const input of draft.inputs) for (const name of own) (names.get(input) as Set<string>).add(name);
  }
  return new Map([...names].map(([id, set]) => [id, [...set].sort()]));
}

/** By meaning: aggregates by their digest, kept rows by their columns, one entry a column. */
function stateFields(plan: DraftPlan, draft: Draft): readonly string[] {
  const { payload } = draft;
  const columns = (input: number): readonly string[] => numbered(plan.get(draft.inputs[input]).facts.meanings);
  switch (payload.kind) {
    case 'groupAggregate':
    case 'windowAggregate':
      return [...new Set(payload.aggregates.map((call) => call.digest))];
    case 'join':
    case 'windowJoin':
    case 'intervalJoin': {
      // A semi or anti join by its keys alone counts the rows of its right side.
      const isCounted = payload.kind === 'join' && isOneSided(payload.joinKind) && payload.condition === null;
      return ['left', 'right'].flatMap((side, i) => (isCounted && i === 1 ? [] : columns(i).map((meaning) => `${side}.${meaning}`)));
    }
    case 'deduplicate':
      return payload.time === null && payload.keep === 'first' ? [] : columns(0);
    case 'sortLimit':
      return payload.orderBy.length === 0 && !payload.isInputChanging ? [] : columns(0);
    case 'windowTableFunction':
      return payload.window.kind === 'SESSION' ? columns(0) : [];
    case 'rank':
    case 'windowRank':
    case 'windowDeduplicate':
    case 'temporalSort':
    case 'changelogNormalize':
    case 'sinkUpsertMaterialize':
      return columns(0);
    default:
      return [];
  }
}

const isOneSided = (kind: JoinKind): boolean => kind === 'semi' || kind === 'anti';

/** Columns of one meaning are told apart by their order. */
function numbered(meanings: readonly string[]): readonly string[] {
  const seen = new Map<string, number>();
  return meanings.map((meaning) => {
    const number = (seen.get(meaning) ?? 0) + 1;
    seen.set(meaning, number);
    return number === 1 ? meaning : `${meaning} #${number}`;
  });
}
