/**
 * Which change kinds each draft emits. First upwards: may rows be updated or deleted? Then downwards from the sinks: does anybody above
 * need the row before an update (-U)? An operator that makes updates emits -U only then. Source: Flink's
 * FlinkChangelogModeInferenceProgram.
 */
import { NULL_REFUSED } from '../functions/constraint-functions.ts';
import type { Expression } from './expression.ts';
import { conjunctsOf, inputsOf, visitExpression } from './expression-rewrite.ts';
import type { Draft, DraftPlan } from './physical-draft.ts';
import type { ChangelogMode } from './physical-plan.ts';

export const INSERT_ONLY: ChangelogMode = { insert: true, updateBefore: false, updateAfter: false, delete: false };

export interface ChangelogPlan {
  /** By draft id; only for drafts in `order`. */
  readonly modes: ReadonlyMap<number, ChangelogMode>;
  /** Drafts whose `emitUpdateBefore` is set. */
  readonly emitsBefore: ReadonlySet<number>;
}

interface Kinds {
  readonly update: boolean;
  readonly delete: boolean;
}

/** `order`: ids of all drafts that are used, inputs first. `sourceModes`: what sources emit. */
export function inferChangelogs(
  plan: DraftPlan,
  order: readonly number[],
  sourceMode: (draft: Draft) => ChangelogMode,
  sinkNeedsBefore: (draft: Draft) => boolean,
): ChangelogPlan {
  const kinds = new Map<number, Kinds>();
  for (const id of order) {
    const draft = plan.get(id);
    const inputs = draft.inputs.map((input) => kinds.get(input) as Kinds);
    kinds.set(id, kindsOf(draft, inputs, sourceMode));
  }
  const needsBefore = new Set<number>();
  for (const id of [...order].reverse()) {
    const draft = plan.get(id);
    const isNeeded = inputNeedsBefore(plan, draft, needsBefore.has(id), sinkNeedsBefore);
    for (const input of draft.inputs) if (isNeeded) needsBefore.add(input);
  }
  const modes = new Map<number, ChangelogMode>();
  const emitsBefore = new Set<number>();
  for (const id of order) {
    const draft = plan.get(id);
    const own = kinds.get(id) as Kinds;
    const inputs = draft.inputs.map((input) => modes.get(input) as ChangelogMode);
    const isMaker = 'emitUpdateBefore' in draft.payload;
    if (isMaker && own.update && needsBefore.has(id)) emitsBefore.add(id);
    const updateBefore = own.update && (isMaker ? emitsBefore.has(id) : passesBefore(draft, inputs, sourceMode));
    modes.set(id, { insert: true, updateBefore, updateAfter: own.update, delete: own.delete });
  }
  return { modes, emitsBefore };
}

function passesBefore(draft: Draft, inputs: readonly ChangelogMode[], sourceMode: (draft: Draft) => ChangelogMode): boolean {
  if (draft.payload.kind === 'source') return sourceMode(draft).updateBefore;
  if (draft.payload.kind === 'dropUpdateBefore' || draft.payload.kind === 'sinkUpsertMaterialize') return false;
  return inputs.some((mode) => mode.updateBefore);
}

function kindsOf(draft: Draft, inputs: readonly Kinds[], sourceMode: (draft: Draft) => ChangelogMode): Kinds {
  const { payload } = draft;
  const any: Kinds = { update: inputs.some((k) => k.update), delete: inputs.some((k) => k.delete) };
  const isChanging = any.update || any.delete;
  switch (payload.kind) {
    case 'source': {
      const mode = sourceMode(draft);
      return { update: mode.updateAfter, delete: mode.delete };
    }
    case 'groupAggregate':
      return payload.aggregates.length === 0 ? { update: false, delete: isChanging } : { update: true, delete: isChanging };
    case 'windowAggregate':
    case 'windowJoin':
    case 'intervalJoin':
    case 'windowRank':
    case 'windowDeduplicate':
    case 'temporalSort':
    case 'values':
      return { update: false, delete: false };
    case 'deduplicate':
      return draft.facts.isInsertOnly ? { update: false, delete: false } : { update: true, delete: false };
    case 'rank':
      return { update: true, delete: true };
    case 'sortLimit':
      return draft.facts.isInsertOnly ? { update: false, delete: false } : { update: true, delete: true };
    case 'changelogNormalize':
    case 'sinkUpsertMaterialize':
      return { update: true, delete: true };
    case 'join':
      return joinKinds(payload.joinKind, any, inputs);
    default:
      return any;
  }
}

function joinKinds(kind: string, any: Kinds, inputs: readonly Kinds[]): Kinds {
  const [left, right] = inputs;
  if (kind === 'inner') return any;
  if (kind === 'semi') return { update: left.update, delete: left.delete || right.update || right.delete };
  if (kind === 'anti') return { update: left.update, delete: true };
  return { update: any.update, delete: true };
}

function inputNeedsBefore(plan: DraftPlan, draft: Draft, isNeeded: boolean, sinkNeedsBefore: (draft: Draft) => boolean): boolean {
  const { payload } = draft;
  switch (payload.kind) {
    case 'sink':
      return sinkNeedsBefore(draft);
    case 'changelogNormalize':
    case 'dropUpdateBefore':
      return false;
    case 'calc': {
      // An update that no longer meets a condition must be taken back: only -U says so, unless the condition is on a key.
      // A check of NOT NULL lets every row pass.
      const parts = payload.condition === null ? [] : conjunctsOf(payload.condition).filter((part) => !isCheck(part));
      const keys = plan.get(draft.inputs[0]).facts.uniqueKeys;
      const isOnKey = keys.some((key) => parts.every((part) => [...inputsOf(part)].every((index) => key.columns.includes(index))));
      return isNeeded || (parts.length > 0 && !isOnKey);
    }
    case 'exchange':
    case 'union':
    case 'watermark':
    case 'unnest':
    case 'expand':
    case 'windowTableFunction':
      return isNeeded;
    default:
      return true;
  }
}

function isCheck(condition: Expression): boolean {
  let isFound = false;
  visitExpression(condition, (part) => {
    if (part.kind === 'call' && part.function === NULL_REFUSED) isFound = true;
  });
  return isFound;
}
