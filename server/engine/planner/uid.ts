/**
 * Stable operator uids. uid = hash(kind, target or view, tables below, keys and window by meaning), and an ordinal among equals in plan
 * order. No counter, projected column, filter, aggregate list, option, alias or parallelism goes in, so these may change between two
 * runs of a job without its losing the operator's state.
 */
import { createHash } from 'node:crypto';
import type { Draft, DraftPlan } from './physical-draft.ts';

/** By draft id. `targets`: names of the sinks that a draft feeds. */
export function assignUids(
  plan: DraftPlan,
  order: readonly number[],
  targets: ReadonlyMap<number, readonly string[]>,
): ReadonlyMap<number, string> {
  const uids = new Map<number, string>();
  const seen = new Map<string, number>();
  for (const id of order) {
    const draft = plan.get(id);
    const lineage = draft.facts.scope ?? targets.get(id)?.at(0) ?? '';
    const { kind } = draft.payload;
    const place = kind === 'source' ? [] : [lineage, draft.facts.tables];
    const base = JSON.stringify([kind, ...place, identity(plan, draft)]);
    const ordinal = seen.get(base) ?? 0;
    seen.set(base, ordinal + 1);
    const hash = createHash('sha256')
      .update(ordinal === 0 ? base : `${base}#${ordinal}`)
      .digest('hex')
      .slice(0, 16);
    uids.set(id, `${kindLabel(kind)}-${hash}`);
  }
  return uids;
}

function kindLabel(kind: string): string {
  return kind.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** What makes the operator's state what it is. */
function identity(plan: DraftPlan, draft: Draft): unknown {
  const { payload } = draft;
  const meaningsOf = (input: number): readonly string[] => plan.get(draft.inputs[input]).facts.meanings;
  const keyTexts = (keys: readonly number[], input = 0): readonly string[] => keys.map((key) => meaningsOf(input)[key]);
  switch (payload.kind) {
    case 'source':
    case 'sink':
      return payload.table.name;
    case 'watermark':
      return meaningsOf(0)[payload.rowtime];
    case 'groupAggregate':
    case 'deduplicate':
    case 'changelogNormalize':
    case 'sinkUpsertMaterialize':
      return keyTexts(payload.keys);
    case 'windowAggregate':
      return [payload.window, payload.domain, payload.attached !== null, keyTexts(payload.keys)];
    case 'windowTableFunction':
      return [payload.window, payload.domain, keyTexts(payload.partitionKeys)];
    case 'windowDeduplicate':
      return [keyTexts(payload.keys), payload.keep];
    case 'rank':
    case 'windowRank':
      return [keyTexts(payload.partitionKeys), payload.orderBy.map((key) => [meaningsOf(0)[key.index], key.descending, key.nullsLast])];
    case 'join':
    case 'windowJoin':
    case 'intervalJoin':
      return [payload.joinKind, keyTexts(payload.leftKeys), keyTexts(payload.rightKeys, 1)];
    case 'sortLimit':
    case 'temporalSort':
      return payload.orderBy.map((key) => [meaningsOf(0)[key.index], key.descending, key.nullsLast]);
    case 'exchange':
      return payload.distribution.kind === 'hash' ? keyTexts(payload.distribution.keys) : payload.distribution.kind;
    default:
      return null;
  }
}
