/**
 * The verdict of a start: what is lost, what must be accepted for it, and the sentences that say so. Pure.
 *
 * The job's name is asked for exactly where data could be lost: state is discarded or dropped, a source no longer holds what follows the
 * snapshot, or it is not known whether it does. A job that has no state and no snapshot has nothing to lose: where a source of it does not
 * answer, a plain "start anyway" is enough, as the start may only fail.
 */
import type { Figure, Verdict } from '../contract/primitives.ts';
import { type Said, say } from '../contract/said.ts';
import type { RestoreChoice } from '../contract/start.ts';
import type { OperatorFate } from './compare-operators.ts';
import { NONE, sumOf, unknown, verdictOf, worstOf } from './figures.ts';
import type { GivenUp } from './given-up.ts';
import { type PartitionPreview, reasonsOf, type Silence } from './preview-positions.ts';
import type { SinkPreview } from './preview-sinks.ts';

export interface StartFacts {
  readonly choice: RestoreChoice['kind'];
  /** Name of the snapshot that would be restored; null = none. */
  readonly snapshot: string | null;
  readonly passedOver: readonly string[];
  readonly partitions: readonly PartitionPreview[];
  readonly silent: readonly Silence[];
  readonly dropped: readonly OperatorFate[];
  /** What a start without a snapshot discards; null when it discards nothing. */
  readonly givenUp: GivenUp | null;
}

/** Records, as far as they do not follow from the sinks. */
export function lostBy(facts: StartFacts): Figure {
  if (facts.givenUp) return facts.givenUp.lost;
  // Without a snapshot there is no position that a source could have left behind.
  if (facts.snapshot === null) return NONE;
  if (facts.silent.length > 0) return unknown(facts.silent[0]?.reason ?? say('said.basis.noAnswer'));
  return sumOf(facts.partitions.map((one) => one.lost));
}

export interface StartCost {
  readonly lost: Figure;
  readonly readAgain: Figure;
  readonly waiting: Figure;
  readonly sinks: readonly SinkPreview[];
}

export interface StartJudgement {
  readonly verdict: Verdict;
  readonly doubled: Figure;
  readonly needsName: boolean;
  readonly needsConfirmation: boolean;
  readonly said: readonly Said[];
}

export function judgeStart(facts: StartFacts, cost: StartCost): StartJudgement {
  const doubled = worstOf(cost.sinks.map((sink) => sink.doubled));
  const isUnsure = facts.silent.length > 0;
  const plain = verdictOf(cost.lost, cost.readAgain, doubled);
  const verdict = facts.givenUp ? 'bad' : isUnsure && plain === 'ok' ? 'warn' : plain;
  const needsName = verdict === 'bad' || verdict === 'unknown' || facts.dropped.length > 0;
  const said = sentencesOf(facts, { ...cost, doubled, verdict });
  return { verdict, doubled, needsName, needsConfirmation: isUnsure && !needsName, said };
}

function sentencesOf(facts: StartFacts, cost: StartCost & { readonly doubled: Figure; readonly verdict: Verdict }): Said[] {
  if (facts.givenUp) return sentencesOfGivenUp(facts, facts.givenUp);
  const { snapshot, passedOver, silent, dropped } = facts;
  const reasons = reasonsOf(silent);
  if (snapshot === null) {
    return silent.length > 0
      ? [say('said.start.unreachable', { reasons }), say('said.start.nothingToLose')]
      : [say('said.start.noSnapshot')];
  }
  const fallback = passedOver.length > 0 ? [say('said.start.fallback', { names: passedOver.join(', '), name: snapshot })] : [];
  if (silent.length > 0) return [...fallback, say('said.start.silent', { reasons }), say('said.start.unsure', { name: snapshot })];
  const { lost, readAgain, doubled, waiting, verdict } = cost;
  if (lost.value === null) return [...fallback, say('said.start.silentBasis', { basis: lost.said ?? say('said.basis.unknown') })];
  if (lost.value > 0) return [...fallback, say('said.start.loses', { n: lost.value })];
  if (dropped.length > 0) {
    return [...fallback, say('said.start.drops', { n: dropped.length, first: dropped[0]?.description ?? '' })];
  }
  const waits = waiting.value ? [say('said.start.waits', { n: waiting.value })] : [];
  if (verdict === 'ok') return [...fallback, say('said.start.ok'), ...waits];
  const again = readAgain.value === null ? say('said.start.againUnknown') : say('said.start.again', { n: readAgain.value });
  const twice =
    doubled.value === 0
      ? say('said.start.twiceNone')
      : doubled.value === null
        ? say('said.start.twiceUnknown')
        : say('said.start.twice', { n: doubled.value });
  return [...fallback, say('said.start.nothingLost'), again, twice, ...waits];
}

function sentencesOfGivenUp(facts: StartFacts, givenUp: GivenUp): Said[] {
  const { name, rows, between } = givenUp;
  const what =
    name === null || rows === null
      ? say(facts.choice === 'newest' ? 'said.start.noneLeft' : 'said.start.discards')
      : say('said.start.givesUp', { n: rows, name });
  const skipped =
    name === null
      ? []
      : between.value === null
        ? [say('said.start.betweenUnknown', { name })]
        : between.value > 0
          ? [say('said.start.between', { n: between.value, name })]
          : [];
  const silence = facts.silent.length > 0 ? [say('said.start.noAnswer', { reasons: reasonsOf(facts.silent) })] : [];
  return [what, ...skipped, ...silence];
}
