/** The last counts that each running job told, kept from the event stream of the supervisor: they are up to five seconds younger than the database. */
import type { JobServerEvent } from '../contract/events.ts';

export interface LiveCount {
  readonly atMs: number;
  /** Since the newest snapshot that was complete then. */
  readonly sinceSnapshot: number;
  readonly rate: number | null;
}

/** What is older is no news: the database has it too. */
const FRESH_MS = 10_000;

export class LiveCounts {
  readonly #byJob = new Map<number, LiveCount>();

  take(event: JobServerEvent): void {
    if (event.type === 'job-removed') this.#byJob.delete(event.jobId);
    if (event.type !== 'metrics' || event.values.exposureRecords === undefined) return;
    const { exposureRecords, recordsInRate } = event.values;
    this.#byJob.set(event.jobId, { atMs: event.at, sinceSnapshot: exposureRecords, rate: recordsInRate ?? null });
  }

  of(jobId: number, nowMs: number): LiveCount | null {
    const count = this.#byJob.get(jobId);
    if (!count) return null;
    if (nowMs - count.atMs <= FRESH_MS) return count;
    this.#byJob.delete(jobId);
    return null;
  }
}
