/** Events 16 to 32: what somebody does. Each is a pure function of the facts. */
import { say } from '../contract/said.ts';
import { type Event, never } from './event.ts';
import type { GuideFacts } from './facts.ts';
import { againOnFailure, because, begunAnew, NOTHING, type Outcome, restored } from './outcomes.ts';

/** From a savepoint that the stop waited for: nothing is read after it. */
const saved = (facts: GuideFacts): Outcome => {
  // A running job makes a savepoint at the positions it has reached, which its sources still hold.
  const gone = facts.isRunning ? NOTHING : facts.gone;
  return because(restored({ ...facts, gone }, NOTHING, null), [say('said.guide.stopWaits')]);
};

const isStateful = (facts: GuideFacts): boolean => (facts.plan === null ? facts.hadState : facts.plan.statefulOperators > 0);

const stopSavedStart: Event = (facts) => ({
  standing: 'now',
  outcome: saved(facts),
  mend: { kind: 'act', act: facts.isRunning ? 'stop' : 'start' },
});

const stopSavedStartEmpty: Event = (facts) => ({
  standing: 'now',
  outcome: because(begunAnew(facts), [say('said.guide.emptyTyped')]),
  mend: { kind: 'act', act: 'start' },
});

const stopUnsavedStart: Event = (facts) => {
  if (!facts.options.checkpointEnabled) return never(say('said.guide.noCheckpoints'));
  return {
    standing: 'now',
    outcome: because(restored(facts, againOnFailure(facts)), [say('said.guide.offersNewest')]),
    mend: { kind: 'act', act: facts.isRunning ? 'stop' : 'start' },
  };
};

const stopUnsavedNoCheckpoints: Event = (facts) => {
  const isSo = !facts.options.checkpointEnabled;
  const older = facts.snapshots[0];
  const unknown = { value: null, confidence: 'unknown', basis: null } as const;
  const outcome =
    isSo && older
      ? because(restored(facts, facts.readAgain.value === 0 ? unknown : facts.readAgain), [
          say('said.guide.olderUsed', { name: older.name }),
        ])
      : begunAnew({ ...facts, options: { ...facts.options, checkpointEnabled: false } });
  return {
    standing: isSo ? 'now' : 'if',
    outcome: because(outcome, [], isSo ? [say('said.guide.nothingToSave')] : []),
    mend: isSo ? { kind: 'option', option: 'checkpointEnabled' } : null,
  };
};

const startFromTime: Event = (facts) => {
  if (isStateful(facts)) return never(say('said.guide.hasState'));
  if (facts.hadState) {
    return {
      standing: 'now',
      outcome: because(restored(facts, NOTHING), [say('said.guide.positionSaved')]),
      mend: { kind: 'act', act: 'start' },
    };
  }
  const twice = facts.plan?.sinks.filter((sink) => sink.guarantee !== 'idempotent') ?? [];
  const names = twice.map((sink) => sink.name).join(', ');
  const repeated = twice.length === 0 ? [] : [say('said.guide.alreadyShown', { names })];
  const verdict = facts.plan === null ? 'unknown' : twice.length > 0 ? 'may-repeat' : 'read-again';
  return {
    standing: 'now',
    outcome: { verdict, records: null, why: [say('said.guide.timeOverlap'), ...repeated] },
    mend: { kind: 'act', act: 'start' },
  };
};

const fine = (...why: Outcome['why']): Outcome => ({ verdict: 'nothing-lost', records: NOTHING, why });

const savepointFails: Event = () => ({
  standing: 'now',
  outcome: fine(say('said.guide.goesOnRunning')),
  mend: { kind: 'page', page: 'ledger' },
});
const stopSubmitting: Event = () => ({ standing: 'now', outcome: fine(say('said.guide.nothingRan')), mend: null });

const many: Event = (facts) => ({
  standing: 'now',
  outcome: because(saved(facts), [say('said.guide.each')]),
  mend: null,
});

const edited: Event = (facts) => {
  const { edit } = facts;
  const name = facts.snapshots[0]?.name ?? '';
  if (edit === null || name === '') {
    return {
      standing: 'if',
      outcome: { verdict: 'held-back', records: null, why: [say('said.guide.byMeaning'), say('said.guide.dropRefused')] },
      mend: { kind: 'page', page: 'edit' },
    };
  }
  const what = say('said.guide.edited', { name, kept: edit.kept, fresh: edit.fresh, dropped: edit.dropped });
  if (edit.dropped > 0) {
    return {
      standing: 'now',
      outcome: { verdict: 'held-back', records: null, why: [what, say('said.guide.dropRefused')] },
      mend: { kind: 'page', page: 'edit' },
    };
  }
  const again = facts.isRunning ? NOTHING : facts.readAgain;
  return {
    standing: 'now',
    outcome: because(restored(facts, again), [what]),
    mend: { kind: 'act', act: facts.isRunning ? 'stop' : 'start' },
  };
};

const rescaled: Event = (facts) => ({
  standing: 'now',
  outcome: because(saved(facts), facts.plan ? [say('said.guide.redistributed', { n: facts.plan.keyGroups })] : []),
  mend: { kind: 'option', option: 'parallelism' },
});

const resources: Event = (facts) => ({
  standing: 'now',
  outcome: because(saved(facts), [say('said.guide.resources')]),
  mend: { kind: 'option', option: 'cuNumber' },
});

const foreignImport: Event = () => ({
  standing: 'now',
  outcome: { verdict: 'held-back', records: null, why: [say('said.guide.sixChecks'), say('said.guide.foreignTyped')] },
  mend: { kind: 'act', act: 'import-savepoint' },
});

const scaled: Event = () => never(say('said.guide.noScaling'));

const madeAnew: Event = (facts) => {
  const typed = facts.hadState ? [say('said.guide.nameTyped')] : [];
  const folders = say('said.guide.newFolders');
  if (facts.snapshots.length === 0 || facts.undoDays === 0)
    return { standing: 'now', outcome: because(begunAnew(facts), [...typed, folders]), mend: null };
  const kept = say('said.guide.keptDays', { days: facts.undoDays });
  return {
    standing: 'now',
    outcome: { verdict: 'held-back', records: null, why: [...typed, folders, kept] },
    mend: { kind: 'page', page: 'snapshots' },
  };
};

const overwritten: Event = () => ({ standing: 'now', outcome: fine(say('said.guide.newVersion')), mend: null });

const byScript: Event = (facts) => {
  const outcome = facts.options.checkpointEnabled || facts.snapshots.length > 0 ? restored(facts, againOnFailure(facts)) : begunAnew(facts);
  return { standing: 'now', outcome: because(outcome, [say('said.guide.apiWithout')], [say('said.guide.apiEmpty')]), mend: null };
};

const runtimeConfiguration: Event = () => ({
  standing: 'now',
  outcome: fine(say('said.guide.appliesOnSave')),
  mend: { kind: 'option', option: 'restartWhenException' },
});

/** In the order of their numbers, from 16. */
export const PLANNED: readonly Event[] = [
  stopSavedStart,
  stopSavedStartEmpty,
  stopUnsavedStart,
  stopUnsavedNoCheckpoints,
  startFromTime,
  savepointFails,
  stopSubmitting,
  many,
  edited,
  rescaled,
  resources,
  foreignImport,
  scaled,
  madeAnew,
  overwritten,
  byScript,
  runtimeConfiguration,
];
