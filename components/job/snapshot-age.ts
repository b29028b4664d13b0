/**
 * State of the snapshot-age chip. With c = interval and d = 0 (the last duration is not in the row): fresh up to 2c, ageing up to 5c or after one
 * failure, stale beyond. A job that does not run is anchored by its newest snapshot.
 */
import type { JobSummary } from '../../server/contract/job.ts';
import { ACTIVE_STATUSES } from './status-look.ts';

export type AgeState = 'fresh' | 'ageing' | 'stale' | 'anchored' | 'last' | 'none' | 'unknown';
export type AgeInput = Pick<JobSummary, 'status' | 'newestSnapshot' | 'checkpointIntervalSeconds' | 'unreachableSince'>;

/** Grace for a checkpoint's own duration and for clocks, ms. */
const GRACE_MS = 3_000;

export function ageState(job: AgeInput, now: number): { state: AgeState; ageMs: number } {
  const snapshot = job.newestSnapshot;
  if (!snapshot) return { state: job.unreachableSince ? 'unknown' : 'none', ageMs: 0 };
  const ageMs = Math.max(0, now - snapshot.at);
  if (!ACTIVE_STATUSES.has(job.status)) {
    const saved =
      snapshot.origin === 'stop' || snapshot.origin === 'drain' || snapshot.origin === 'imported' || job.status === 'job_finish';
    return { state: saved ? 'anchored' : 'last', ageMs };
  }
  const interval = (job.checkpointIntervalSeconds ?? 0) * 1000;
  if (interval === 0) return { state: 'last', ageMs };
  if (ageMs <= 2 * interval + GRACE_MS && snapshot.failedSince === 0) return { state: 'fresh', ageMs };
  return { state: ageMs <= 5 * interval + GRACE_MS ? 'ageing' : 'stale', ageMs };
}
