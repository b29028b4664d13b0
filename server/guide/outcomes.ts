/**
 * Two things can become of a job that runs again: it is restored from a snapshot, or it begins without one. Each as a verdict with the number of
 * records it is about and the reasons.
 *
 * Restored: state and positions are of one moment, so nothing is lost while the sources still hold the positions; what was read after that
 * moment is read again, and sinks that neither commit with a checkpoint nor write by key may show it twice.
 * Without: state is gone; each source begins by its startup option, and what a sink had shown already may come once more, even
 * where it commits.
 */
import type { GuideVerdict } from '../contract/guide.ts';
import type { Figure } from '../contract/primitives.ts';
import { type Said, say } from '../contract/said.ts';
import type { GuideFacts, GuideSink, GuideSource, Startup } from './facts.ts';

export interface Outcome {
  readonly verdict: GuideVerdict;
  readonly records: Figure | null;
  readonly why: readonly Said[];
}

export const NOTHING: Figure = { value: 0, confidence: 'exact', basis: null };
const UNCOUNTED: Figure = { value: null, confidence: 'unknown', basis: 'it depends on the moment of the failure' };

const namesOf = (some: readonly { readonly name: string }[]): string => some.map((one) => one.name).join(', ');

/**
 * What a failure would have read again: counted while the job runs, and before that not known. None right behind a checkpoint says nothing of
 * the moment after.
 */
export const againOnFailure = (facts: GuideFacts): Figure => (facts.isRunning && facts.readAgain.value !== 0 ? facts.readAgain : UNCOUNTED);

const mayRepeat = (sink: GuideSink): boolean => sink.guarantee === 'at-least-once' || sink.guarantee === 'none';

/** `from`: the snapshot that is used, when it is known by name. */
export function restored(facts: GuideFacts, again: Figure, from: string | null = facts.snapshots[0]?.name ?? null): Outcome {
  const begin = from === null ? say('said.guide.fromNewest') : say('said.guide.from', { name: from });
  if (facts.gone.value === null) return { verdict: 'unknown', records: null, why: [begin, say('said.guide.silent')] };
  if (facts.gone.value > 0) return { verdict: 'lost', records: facts.gone, why: [begin, say('said.guide.gone', { n: facts.gone.value })] };
  if (again.value === 0) return { verdict: 'nothing-lost', records: NOTHING, why: [begin, say('said.guide.nothingSince')] };
  const intervalMs = facts.options.checkpointIntervalSeconds * 1000;
  const often = again.value === null ? say('said.guide.againInterval', { intervalMs }) : say('said.guide.again', { n: again.value });
  return shown(facts, again, [begin, often]);
}

/** The whole run again, from the snapshot it began with. */
export function restoredWholeRun(facts: GuideFacts, from: string): Outcome {
  const plain = restored(facts, UNCOUNTED, from);
  if (plain.verdict === 'lost' || plain.verdict === 'unknown') return plain;
  return shown(facts, facts.isRunning ? facts.readAgain : UNCOUNTED, [say('said.guide.from', { name: from }), say('said.guide.againAll')]);
}

function shown(facts: GuideFacts, again: Figure, why: readonly Said[]): Outcome {
  if (facts.plan === null) {
    return { verdict: 'may-repeat', records: again, why: [...why, say(facts.isJar ? 'said.guide.sinksUnknown' : 'said.guide.noPlan')] };
  }
  const twice = facts.plan.sinks.filter(mayRepeat);
  if (twice.length === 0) return { verdict: 'read-again', records: again, why: [...why, say('said.guide.sinksOnce')] };
  const records: Figure = again.value === null ? again : { ...again, confidence: 'bound' };
  return { verdict: 'may-repeat', records, why: [...why, say('said.guide.sinksTwice', { names: namesOf(twice) })] };
}

/** `isFirst`: no checkpoint was ever completed, so no sink has committed and the state is built again from what is read again. */
export function begunAnew(facts: GuideFacts, isFirst = false): Outcome {
  const { plan } = facts;
  if (plan === null) return { verdict: 'unknown', records: null, why: [say(facts.isJar ? 'said.guide.codeUnknown' : 'said.guide.noPlan')] };
  const sources = sourceSentences(facts, plan.sources, isFirst);
  const losesState = plan.statefulOperators > 0 && !isFirst;
  const state = losesState ? [say('said.guide.stateEmpty', { n: plan.statefulOperators })] : [];
  const skips = plan.sources.some((source) => source.startup === 'latest');
  const rereads = plan.sources.some((source) => source.startup !== 'latest' && source.startup !== 'made');
  const twice = plan.sinks.filter((sink) => (isFirst ? mayRepeat(sink) : sink.guarantee !== 'idempotent'));
  const repeats = rereads && twice.length > 0;
  const repeated = repeats ? [say('said.guide.alreadyShown', { names: namesOf(twice) })] : [];
  const why = [...state, ...sources, ...repeated];
  if (losesState || skips) return { verdict: 'lost', records: null, why };
  if (!isFirst && isGroupUnsure(facts, plan.sources)) return { verdict: 'unknown', records: null, why };
  if (repeats) return { verdict: 'may-repeat', records: null, why };
  return rereads
    ? { verdict: 'read-again', records: null, why }
    : { verdict: 'nothing-lost', records: null, why: [...why, say('said.guide.noState')] };
}

const isGroupUnsure = (facts: GuideFacts, sources: readonly GuideSource[]): boolean =>
  !facts.options.checkpointEnabled && sources.some((source) => source.startup === 'group');

const ORDER: readonly Startup[] = ['latest', 'group', 'position', 'whole', 'made'];

function sourceSentences(facts: GuideFacts, sources: readonly GuideSource[], isFirst: boolean): Said[] {
  return ORDER.flatMap((startup) => {
    const those = sources.filter((source) => source.startup === startup);
    if (those.length === 0) return [];
    const names = namesOf(those);
    if (startup === 'group' && isFirst) return [say('said.guide.groupSame', { names })];
    if (startup === 'group') return [say(facts.options.checkpointEnabled ? 'said.guide.group' : 'said.guide.groupNever', { names })];
    return [say(`said.guide.${startup}`, { names })];
  });
}

/** Reasons put before or behind those of an outcome. */
export const because = (outcome: Outcome, before: readonly Said[], behind: readonly Said[] = []): Outcome => ({
  ...outcome,
  why: [...before, ...outcome.why, ...behind],
});
