/**
 * When a rule would have fired for a job, from what was recorded of it. Pure: a history in, spans out.
 *
 * - ages (no checkpoint, RPO, not proven): within a span in which the job was wanted, from the last good moment plus the limit to the next one.
 * - lag: buckets whose smallest value is over the limit, one after the other, for at least the span; with no span, a bucket whose largest is.
 *   A bucket that only touches the limit does not count towards a span, so that the answer is never more than what would have been told.
 * - restarts: from the restart that makes more than n within an hour to the first moment at which there are no more than n.
 * - exception: from an exception to the run that then lasted for RECOVERED_MS, or to the end of the last run before the job was stopped.
 */
import type { AlarmCondition } from '../contract/alarms.ts';
import { RECOVERED_MS } from './conditions.ts';

const HOUR_MS = 3_600_000;

export interface RecordedRun {
  readonly startedMs: number;
  readonly runningMs: number | null;
  /** Null = goes on. */
  readonly endedMs: number | null;
  /** finished | stopped | failed | lost | superseded */
  readonly endCause: string | null;
}

export interface RecordedJob {
  /** Ascending by start; those that end within the range or later. */
  readonly runs: readonly RecordedRun[];
  /** Ascending; also the last one before the range. */
  readonly checkpointsMs: readonly number[];
  readonly snapshotsMs: readonly number[];
  readonly goodProofsMs: readonly number[];
  readonly exceptionsMs: readonly number[];
  readonly restartsMs: readonly number[];
  readonly lag: readonly { readonly fromMs: number; readonly toMs: number; readonly min: number; readonly max: number }[];
  readonly isCheckpointing: boolean;
}

export interface Firing {
  readonly fromMs: number;
  /** Null = would go on at the end of the range. */
  readonly toMs: number | null;
}

interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

export function rehearse(condition: AlarmCondition, job: RecordedJob, range: Span): Firing[] {
  switch (condition.kind) {
    case 'exception':
      return exceptionFirings(job, range);
    case 'no-checkpoint': {
      if (!job.isCheckpointing) return [];
      const running = job.runs.flatMap((run) =>
        run.runningMs === null ? [] : [{ fromMs: run.runningMs, toMs: run.endedMs ?? range.toMs }],
      );
      return running.flatMap((span) => ages(span, [span.fromMs, ...job.checkpointsMs], condition.forSeconds * 1000, range));
    }
    case 'rpo': {
      const [first] = job.runs;
      const moments = [...(first ? [first.runningMs ?? first.startedMs] : []), ...job.snapshotsMs];
      return wanted(job.runs, range.toMs).flatMap((span) => ages(span, moments, condition.overSeconds * 1000, range));
    }
    case 'not-proven': {
      const moments = job.goodProofsMs.length > 0 ? job.goodProofsMs : job.snapshotsMs.slice(0, 1);
      return wanted(job.runs, range.toMs).flatMap((span) => ages(span, moments, condition.overSeconds * 1000, range));
    }
    case 'restarts':
      return restartFirings(job.restartsMs, condition.overPerHour, range);
    case 'lag':
      return lagFirings(job.lag, condition.overRecords, condition.forSeconds * 1000, range);
  }
}

/** Spans in which the job should run: its runs, and the time between a run that failed and the next one. */
function wanted(runs: readonly RecordedRun[], nowMs: number): Span[] {
  const spans: { fromMs: number; toMs: number }[] = [];
  let isJoined = false;
  for (const run of runs) {
    const last = spans.at(-1);
    const toMs = run.endedMs ?? nowMs;
    if (last && isJoined) last.toMs = Math.max(last.toMs, toMs);
    else spans.push({ fromMs: run.startedMs, toMs });
    isJoined = run.endCause === 'failed' || run.endCause === 'lost' || run.endCause === 'superseded';
  }
  return spans;
}

function ages(span: Span, moments: readonly number[], limitMs: number, range: Span): Firing[] {
  const sorted = [...moments].sort((a, b) => a - b);
  const firings: Firing[] = [];
  sorted.forEach((moment, index) => {
    const overMs = Math.max(moment + limitMs, span.fromMs);
    const endMs = Math.min(sorted[index + 1] ?? Number.POSITIVE_INFINITY, span.toMs);
    push(firings, overMs, endMs, range);
  });
  return firings;
}

function push(firings: Firing[], fromMs: number, toMs: number, range: Span): void {
  if (fromMs >= toMs || toMs <= range.fromMs || fromMs >= range.toMs) return;
  firings.push({ fromMs: Math.max(fromMs, range.fromMs), toMs: toMs >= range.toMs ? null : toMs });
}

function restartFirings(restarts: readonly number[], over: number, range: Span): Firing[] {
  const firings: Firing[] = [];
  let sinceMs: number | null = null;
  const moments = [
    ...restarts.map((atMs) => ({ atMs, isRestart: true })),
    ...restarts.map((ms) => ({ atMs: ms + HOUR_MS, isRestart: false })),
  ];
  let count = 0;
  for (const { atMs, isRestart } of moments.sort((a, b) => a.atMs - b.atMs)) {
    count += isRestart ? 1 : -1;
    if (count > over) sinceMs ??= atMs;
    else if (sinceMs !== null) {
      push(firings, sinceMs, atMs, range);
      sinceMs = null;
    }
  }
  return firings;
}

function lagFirings(buckets: RecordedJob['lag'], over: number, forMs: number, range: Span): Firing[] {
  const spans: { fromMs: number; toMs: number }[] = [];
  for (const bucket of buckets) {
    if ((forMs === 0 ? bucket.max : bucket.min) <= over) continue;
    const last = spans.at(-1);
    if (last && last.toMs === bucket.fromMs) last.toMs = bucket.toMs;
    else spans.push({ fromMs: bucket.fromMs, toMs: bucket.toMs });
  }
  const newest = buckets.at(-1);
  // The bucket under way is not stored yet: what lasts to the newest stored one goes on.
  const openFromMs = newest ? range.toMs - 2 * (newest.toMs - newest.fromMs) : range.toMs;
  const firings: Firing[] = [];
  for (const { fromMs, toMs } of spans) {
    if (toMs - fromMs < forMs) continue;
    push(firings, fromMs + forMs, toMs >= openFromMs && toMs === newest?.toMs ? range.toMs : Math.max(toMs, fromMs + forMs + 1), range);
  }
  return firings;
}

function exceptionFirings({ exceptionsMs, runs }: RecordedJob, range: Span): Firing[] {
  const firings: Firing[] = [];
  let untilMs = Number.NEGATIVE_INFINITY;
  for (const atMs of exceptionsMs) {
    if (atMs < untilMs) continue;
    untilMs = recoveryOf(atMs, runs, exceptionsMs, range.toMs);
    push(firings, atMs, untilMs, range);
  }
  return firings;
}

function recoveryOf(atMs: number, runs: readonly RecordedRun[], exceptionsMs: readonly number[], nowMs: number): number {
  for (const run of runs) {
    if (run.endedMs !== null && run.endedMs < atMs) continue;
    const begunMs = Math.max(run.runningMs ?? run.startedMs, atMs);
    const isGood =
      (run.endedMs ?? nowMs) - begunMs >= RECOVERED_MS && !exceptionsMs.some((one) => one > begunMs && one <= begunMs + RECOVERED_MS);
    if (run.startedMs > atMs && isGood) return begunMs + RECOVERED_MS;
    const isStopped = run.endCause === 'stopped' || run.endCause === 'finished';
    if (isStopped && run.endedMs !== null && run.endedMs > atMs) return run.endedMs;
  }
  return nowMs;
}
