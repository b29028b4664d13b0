/**
 * Whether a rule holds for a job, from what the supervisor records. Pure: facts in, verdict out. `sinceMs` is when the condition began to hold as far
 * as the facts tell; a condition with a span of its own (`lag` for Y) is told with the span still to wait.
 */

import type { AlarmCondition } from '../contract/alarms.ts';
import { recognise } from '../contract/recognise.ts';
import { type Said, say } from '../contract/said.ts';

export interface JobAlarmFacts {
  readonly status: string;
  readonly desired: string;
  /** Of the run under way. */
  readonly runningSinceMs: number | null;
  readonly isCheckpointing: boolean;
  readonly newestCheckpointMs: number | null;
  readonly newestSnapshotMs: number | null;
  readonly hadState: boolean;
  /** Newest restore of one of its snapshots that was good. */
  readonly provenMs: number | null;
  /** The newest proof that failed. */
  readonly failedProofMs: number | null;
  readonly firstSnapshotMs: number | null;
  readonly lagRecords: number | null;
  /** Automatic restarts in the last hour. */
  readonly restarts: number;
  /** Newest exception, and how many came behind `countedEventId`. */
  readonly exception: { readonly eventId: number; readonly atMs: number; readonly message: string; readonly newOnes: number } | null;
}

export type Verdict =
  | { readonly kind: 'clear'; readonly resolution: Said }
  /** Neither: an alarm stays what it is. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'holds'; readonly detail: Said; readonly forMs: number };

/** Running without another failure for so long counts as recovered. */
export const RECOVERED_MS = 60_000;

const clear = (resolution: Said): Verdict => ({ kind: 'clear', resolution });
const RECOVERED = say('said.alarm.recovered');

export function judge(condition: AlarmCondition, facts: JobAlarmFacts, nowMs: number): Verdict {
  if (condition.kind === 'exception') return judgeException(facts, nowMs);
  if (facts.desired !== 'running') return clear(say('said.alarm.stopped'));
  switch (condition.kind) {
    case 'no-checkpoint': {
      if (!facts.isCheckpointing) return clear(say('said.alarm.noCheckpointing'));
      if (facts.runningSinceMs === null) return { kind: 'unknown' };
      const ageMs = nowMs - Math.max(facts.runningSinceMs, facts.newestCheckpointMs ?? 0);
      return over(ageMs, condition.forSeconds * 1000, 'said.alarm.noCheckpoint');
    }
    case 'rpo': {
      const fromMs = facts.newestSnapshotMs ?? facts.runningSinceMs;
      return fromMs === null ? { kind: 'unknown' } : over(nowMs - fromMs, condition.overSeconds * 1000, 'said.alarm.rpo');
    }
    case 'lag': {
      if (facts.lagRecords === null) return { kind: 'unknown' };
      if (facts.lagRecords <= condition.overRecords) return clear(RECOVERED);
      return {
        kind: 'holds',
        detail: say('said.alarm.lag', { lag: facts.lagRecords, limit: condition.overRecords }),
        forMs: condition.forSeconds * 1000,
      };
    }
    case 'restarts':
      if (facts.restarts <= condition.overPerHour) return clear(RECOVERED);
      return { kind: 'holds', detail: say('said.alarm.restarts', { n: facts.restarts, limit: condition.overPerHour }), forMs: 0 };
    case 'not-proven': {
      if (facts.failedProofMs !== null && facts.failedProofMs > (facts.provenMs ?? 0)) {
        return { kind: 'holds', detail: say('said.alarm.proofFailed'), forMs: 0 };
      }
      const fromMs = facts.provenMs ?? facts.firstSnapshotMs;
      return fromMs === null ? { kind: 'unknown' } : over(nowMs - fromMs, condition.overSeconds * 1000, 'said.alarm.notProven');
    }
  }
}

function judgeException(facts: JobAlarmFacts, nowMs: number): Verdict {
  const { exception, runningSinceMs } = facts;
  if (exception && exception.newOnes > 0) return { kind: 'holds', detail: recognise(exception.message.slice(0, 500)), forMs: 0 };
  const isFailed = facts.status === 'job_running_exception' || facts.status === 'job_submit_fail';
  if (isFailed) return { kind: 'unknown' };
  if (facts.status === 'job_running' && runningSinceMs !== null && nowMs - runningSinceMs >= RECOVERED_MS) return clear(RECOVERED);
  if (facts.status === 'job_finish') return clear(say('said.alarm.finished'));
  return facts.desired === 'running' ? { kind: 'unknown' } : clear(say('said.alarm.stopped'));
}

function over(ageMs: number, limitMs: number, code: 'said.alarm.noCheckpoint' | 'said.alarm.rpo' | 'said.alarm.notProven'): Verdict {
  if (ageMs <= limitMs) return clear(RECOVERED);
  return { kind: 'holds', detail: say(code, { ageSpan: ageMs, limitSpan: limitMs }), forMs: 0 };
}
