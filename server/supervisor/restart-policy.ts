/**
 * Auto Restart upon Exception: from the newest runs to whether and when the job is started again. A run that completed a checkpoint made
 * progress; failures are counted since the last progress. The wait grows from FIRST_MS by doubling to MOST_MS, each with up to a fifth
 * of jitter, so that many jobs do not come back in one moment. The breaker opens after BREAKER failures of the same cause without progress.
 */
import { type Said, say } from '../contract/said.ts';

export interface EndedRun {
  readonly number: number;
  readonly start: string;
  readonly endCause: string;
  readonly causeKey: string | null;
  readonly message: string | null;
  readonly startedMs: number;
  readonly endedMs: number;
  readonly hasProgress: boolean;
}

export interface RestartOptions {
  readonly restartWhenException: boolean;
  /** An hour; -1 = unlimited. */
  readonly resumeMaxNum: number;
}

export type RestartDecision =
  | { readonly kind: 'restart'; readonly atMs: number; readonly attempt: number }
  /** The console was stopped under the job, not the job by a failure. */
  | { readonly kind: 'resume' }
  | { readonly kind: 'give-up'; readonly why: 'off' | 'attempts' | 'breaker' | 'end-unknown'; readonly message: Said };

const HOUR_MS = 3_600_000;
export const FIRST_MS = 250;
export const MOST_MS = 60_000;
export const BREAKER = 5;

/** Cause of a run that may have finished: nobody but a person can tell, and a restart could write its results twice. */
export const END_UNKNOWN = 'flink-end-unknown';

/** `runs`: newest first, none of them open. `jitter` in [0, 1), the same for the same run. */
export function decideRestart(runs: readonly EndedRun[], options: RestartOptions, jitter: number): RestartDecision {
  const last = runs[0];
  if (!last || last.endCause === 'superseded') return { kind: 'resume' };
  if (last.causeKey === END_UNKNOWN) return { kind: 'give-up', why: 'end-unknown', message: say('said.run.askBeforeAgain') };
  if (!options.restartWhenException) {
    return { kind: 'give-up', why: 'off', message: say('said.run.restartOff') };
  }
  const failures = failuresSinceProgress(runs);
  const same = failures.findIndex((run) => run.causeKey !== last.causeKey);
  const repeated = same < 0 ? failures.length : same;
  // The first run is no restart: five restarts with the same cause are six failures.
  if (repeated > BREAKER) {
    const message = say('said.run.breaker', { n: BREAKER });
    return { kind: 'give-up', why: 'breaker', message };
  }
  const attempts = runs.filter((run) => run.start === 'auto-restart' && last.endedMs - run.startedMs < HOUR_MS).length;
  if (options.resumeMaxNum >= 0 && attempts >= options.resumeMaxNum) {
    const message = say('said.run.attemptsUsed', { n: options.resumeMaxNum });
    return { kind: 'give-up', why: 'attempts', message };
  }
  const waitMs = Math.min(MOST_MS, FIRST_MS * 2 ** Math.max(0, failures.length - 1));
  return { kind: 'restart', atMs: last.endedMs + Math.round(waitMs * (1 + jitter / 5)), attempt: failures.length };
}

/** Newest first; a run with progress that then failed is the last one counted. */
function failuresSinceProgress(runs: readonly EndedRun[]): EndedRun[] {
  const failures: EndedRun[] = [];
  for (const run of runs) {
    if (run.endCause !== 'failed' && run.endCause !== 'lost') break;
    failures.push(run);
    if (run.hasProgress) break;
  }
  return failures;
}

/** A number in [0, 1) from a run's id: the first 32 bits of a uuid are random. */
export const jitterOf = (runId: string): number => (Number.parseInt(runId.replaceAll('-', '').slice(0, 8), 16) || 0) / 2 ** 32;
