/** Events 1 to 15: what nobody planned. Each is a pure function of the facts. */
import { say } from '../contract/said.ts';
import { type Event, never } from './event.ts';
import type { GuideFacts } from './facts.ts';
import { againOnFailure, because, begunAnew, NOTHING, restored, restoredWholeRun } from './outcomes.ts';

const saves = (facts: GuideFacts): boolean => facts.options.checkpointEnabled;
const restarts = (facts: GuideFacts): boolean => facts.options.restartWhenException;
const resumes = (facts: GuideFacts): boolean => facts.options.resumeCheckpoint;

/** A failure comes while the job runs: what a stopped job's snapshot lost meanwhile is another event. */
const running = (facts: GuideFacts): GuideFacts => (facts.isRunning ? facts : { ...facts, gone: NOTHING });

const standing = (isSo: boolean): 'now' | 'if' => (isSo ? 'now' : 'if');

const fails: Event = (facts) => {
  const isSo = saves(facts) && restarts(facts) && resumes(facts);
  const option = !saves(facts) ? 'checkpointEnabled' : !restarts(facts) ? 'restartWhenException' : 'resumeCheckpoint';
  const outcome = restored(running(facts), againOnFailure(facts));
  const repeats = outcome.verdict === 'may-repeat' && facts.plan !== null;
  return {
    standing: standing(isSo),
    outcome: because(outcome, isSo ? [say('said.guide.isOn')] : []),
    mend: isSo ? (repeats ? { kind: 'page', page: 'edit' } : null) : { kind: 'option', option },
  };
};

const failsWithoutRestore: Event = (facts) => {
  const isSo = saves(facts) && restarts(facts) && !resumes(facts);
  return {
    standing: standing(isSo),
    outcome: because(begunAnew(facts), isSo ? [say('said.guide.isOff')] : []),
    mend: isSo ? { kind: 'option', option: 'resumeCheckpoint' } : null,
  };
};

const failsWithoutCheckpoints: Event = (facts) => {
  const isSo = !saves(facts);
  const startedFrom = facts.run?.startedFrom ?? null;
  const without: GuideFacts = { ...facts, options: { ...facts.options, checkpointEnabled: false } };
  const outcome = isSo && startedFrom !== null && resumes(facts) ? restoredWholeRun(running(facts), startedFrom) : begunAnew(without);
  return {
    standing: standing(isSo),
    outcome: because(outcome, isSo ? [say('said.guide.isOff')] : []),
    mend: isSo ? { kind: 'option', option: 'checkpointEnabled' } : null,
  };
};

/** Nothing starts it but a person, who is offered the newest snapshot. */
function waitsForYou(facts: GuideFacts) {
  const outcome = saves(facts) || facts.snapshots.length > 0 ? restored(running(facts), againOnFailure(facts)) : begunAnew(facts);
  return because(outcome, [say('said.guide.waitsForYou'), say('said.guide.offersNewest')]);
}

const failsWithoutRestart: Event = (facts) => ({
  standing: standing(!restarts(facts)),
  outcome: waitsForYou(facts),
  mend: restarts(facts) ? null : { kind: 'option', option: 'restartWhenException' },
});

const retriesUsedUp: Event = (facts) => {
  const limit = facts.options.resumeMaxNum;
  const isLimited = restarts(facts) && limit !== -1;
  const first = limit === -1 ? say('said.guide.unlimited') : say('said.guide.limited', { n: limit });
  return {
    standing: standing(isLimited),
    outcome: because(waitsForYou(facts), [first]),
    mend: isLimited ? { kind: 'option', option: 'resumeMaxNum' } : null,
  };
};

const beforeFirstCheckpoint: Event = (facts) => {
  const isSo = facts.run !== null && facts.run.startedFrom === null && !facts.run.hasOwn;
  const outcome = begunAnew({ ...facts, options: { ...facts.options, checkpointEnabled: false } }, true);
  return {
    standing: standing(isSo),
    outcome: because(outcome, [say('said.guide.firstCheckpoint')]),
    mend: outcome.verdict === 'lost' ? { kind: 'page', page: 'edit' } : null,
  };
};

const beforeFirstOfRestored: Event = (facts) => {
  const { run } = facts;
  const startedFrom = run?.startedFrom ?? null;
  const isSo = run !== null && startedFrom !== null && !run.hasOwn;
  const outcome = isSo
    ? restored(running(facts), againOnFailure(facts), startedFrom)
    : restored(running(facts), againOnFailure({ ...facts, isRunning: false }), startedFrom);
  return { standing: standing(isSo), outcome: because(outcome, [say('said.guide.keptUntilTwo')]), mend: null };
};

const jarFails: Event = (facts) => {
  if (!facts.isJar) return never(say('said.guide.jarOnly'));
  const path = facts.options.checkpointPath;
  if (path === '' && !saves(facts)) {
    const outcome = { verdict: 'unknown', records: null, why: [say('said.guide.jarNoPath')] } as const;
    return { standing: 'now', outcome, mend: { kind: 'option', option: 'checkpointPath' } };
  }
  const before = path === '' ? [] : [say('said.guide.jarPath', { path })];
  return {
    standing: 'now',
    outcome: because(restored(running(facts), againOnFailure(facts)), before, [say('said.guide.jarState')]),
    mend:
      restarts(facts) && resumes(facts) ? null : { kind: 'option', option: restarts(facts) ? 'resumeCheckpoint' : 'restartWhenException' },
  };
};

const jarPathShared: Event = (facts) => {
  if (!facts.isJar) return never(say('said.guide.jarOnly'));
  const others = facts.sharesPathWith;
  if (others.length === 0) {
    return {
      standing: 'if',
      outcome: { verdict: 'held-back', records: null, why: [say('said.guide.jarAlone'), say('said.guide.sixChecks')] },
      mend: null,
    };
  }
  const outcome = { verdict: 'unknown', records: null, why: [say('said.guide.jarShared', { names: others.join(', ') })] } as const;
  return { standing: 'now', outcome, mend: { kind: 'option', option: 'checkpointPath' } };
};

const jarSetTwice: Event = (facts) => {
  if (!facts.isJar) return never(say('said.guide.jarOnly'));
  const isBoth = saves(facts) && facts.options.checkpointPath !== '';
  const first = say(isBoth ? 'said.guide.jarBoth' : 'said.guide.jarOne');
  return {
    standing: standing(isBoth),
    outcome: { verdict: 'unknown', records: null, why: [first, say('said.guide.jarCode')] },
    mend: isBoth ? { kind: 'option', option: 'checkpointPath' } : null,
  };
};

const newestDamaged: Event = (facts) => {
  const [newest, older] = facts.snapshots;
  const retained = facts.options.checkpointsRetained;
  if (newest && !older) {
    const outcome = because(begunAnew(facts), [say('said.guide.noOlder', { n: retained })]);
    return {
      standing: 'if',
      outcome,
      mend: retained < 2 ? { kind: 'option', option: 'checkpointsRetained' } : { kind: 'act', act: 'trigger-savepoint' },
    };
  }
  const between =
    newest && older && newest.recordsIn !== null && older.recordsIn !== null ? Math.max(0, newest.recordsIn - older.recordsIn) : null;
  const base = againOnFailure(facts);
  const more = {
    value: base.value === null || between === null ? null : base.value + between,
    confidence: 'estimate',
    basis: base.basis,
  } as const;
  const again = more.value === null ? { ...more, confidence: 'unknown' as const } : more;
  const outcome = because(restored(running(facts), again, older?.name ?? null), [say('said.guide.fallback')]);
  return { standing: 'if', outcome, mend: retained < 2 ? { kind: 'option', option: 'checkpointsRetained' } : null };
};

const checkpointsFailing: Event = (facts) => {
  if (!saves(facts)) return never(say('said.guide.noCheckpoints'));
  const isSo = facts.failedSince > 0;
  const first = isSo ? say('said.guide.failingNow', { n: facts.failedSince }) : say('said.guide.failingNone');
  const alarm = say(facts.hasCheckpointAlarm ? 'said.guide.alarmSet' : 'said.guide.alarmMissing');
  return {
    standing: standing(isSo),
    outcome: because(restored(running(facts), isSo ? facts.readAgain : againOnFailure({ ...facts, isRunning: false })), [first], [alarm]),
    mend: facts.hasCheckpointAlarm ? null : { kind: 'page', page: 'alarms' },
  };
};

const downTooLong: Event = (facts) => {
  if (facts.plan !== null && !facts.plan.sources.some((source) => source.drops)) return never(say('said.guide.noRetention'));
  const isSo = (facts.gone.value ?? 0) > 0;
  if (isSo) {
    return {
      standing: 'now',
      outcome: because(restored(facts, facts.readAgain), [], [say('said.guide.neverSkips')]),
      mend: { kind: 'act', act: 'start' },
    };
  }
  const safe = facts.safeForMs === null ? [] : [say('said.guide.safeFor', { safeForMs: facts.safeForMs })];
  return { standing: 'if', outcome: { verdict: 'held-back', records: null, why: [say('said.guide.neverSkips'), ...safe] }, mend: null };
};

const arrears: Event = () => never(say('said.guide.noArrears'));

const consoleCrashes: Event = (facts) => {
  const where = say(facts.engine === 'embedded' ? 'said.guide.processAlone' : 'said.guide.clusterAlone');
  const later = facts.engine === 'embedded' ? [say(saves(facts) ? 'said.guide.grace' : 'said.guide.graceEmpty')] : [];
  return { standing: 'now', outcome: { verdict: 'nothing-lost', records: NOTHING, why: [where, ...later] }, mend: null };
};

/** In the order of their numbers, from 1. */
export const UNPLANNED: readonly Event[] = [
  fails,
  failsWithoutRestore,
  failsWithoutCheckpoints,
  failsWithoutRestart,
  retriesUsedUp,
  beforeFirstCheckpoint,
  beforeFirstOfRestored,
  jarFails,
  jarPathShared,
  jarSetTwice,
  newestDamaged,
  checkpointsFailing,
  downTooLong,
  arrears,
  consoleCrashes,
];
