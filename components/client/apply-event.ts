/**
 * What an event does to the cache: job fields are patched in place (lists keep their order), the rest is aged. Ageing of the same key is gathered
 * for a moment, so that a burst of a thousand events costs one refetch of what is on screen.
 */
import type { QueryClient } from '@tanstack/react-query';
import type { JobServerEvent } from '../../server/contract/events.ts';
import type { Job, JobSummary, ListJobsAnswer } from '../../server/contract/job.ts';
import { keys } from './query-keys.ts';

const GATHER_MS = 400;
const waiting = new Map<string, { key: readonly unknown[]; timer: ReturnType<typeof setTimeout> }>();

function age(client: QueryClient, key: readonly unknown[]): void {
  const id = JSON.stringify(key);
  if (waiting.has(id)) return;
  const timer = setTimeout(() => {
    waiting.delete(id);
    void client.invalidateQueries({ queryKey: key });
  }, GATHER_MS);
  waiting.set(id, { key, timer });
}

/** Fields of a job as an event carries them: absent ones did not change. */
export type JobPatch = { readonly [K in keyof JobSummary]?: JobSummary[K] | undefined };

/** Puts a patch into a list answer; the same object comes back when the job is not in it. Counts move with the status. */
export function patchList(list: ListJobsAnswer, jobId: number, patch: JobPatch): ListJobsAnswer {
  const index = list.items.findIndex((item) => item.id === jobId);
  if (index < 0) return list;
  const before = list.items[index]!;
  const items = list.items.with(index, { ...before, ...(patch as Partial<JobSummary>) });
  const counts = new Map(list.counts.map((one) => [one.status, one.count]));
  if (patch.status !== undefined && patch.status !== before.status) {
    counts.set(before.status, (counts.get(before.status) ?? 1) - 1);
    counts.set(patch.status, (counts.get(patch.status) ?? 0) + 1);
  }
  return { ...list, items, counts: [...counts].filter(([, count]) => count > 0).map(([status, count]) => ({ status, count })) };
}

/** A job with its SQL and options keeps its version until all three are fetched anew: a number that runs ahead of them would let a save write over them. */
export function patchWholeJob(job: Job, patch: JobPatch): Job {
  return { ...job, ...(patch as Partial<JobSummary>), version: job.version };
}

function patchJob(client: QueryClient, jobId: number, patch: JobPatch): void {
  client.setQueriesData<ListJobsAnswer>({ queryKey: ['jobs', 'list'] }, (list) => (list ? patchList(list, jobId, patch) : list));
  const before = client.getQueryData<{ job: Job }>(keys.job(jobId))?.job.version;
  client.setQueryData<{ job: Job }>(keys.job(jobId), (answer) => (answer ? { job: patchWholeJob(answer.job, patch) } : answer));
  if (patch.version !== undefined && patch.version !== before) void client.invalidateQueries({ queryKey: keys.job(jobId), exact: true });
  if (patch.status !== undefined) {
    age(client, keys.jobs);
    age(client, keys.job(jobId));
  }
}

export function applyEvent(client: QueryClient, event: JobServerEvent): void {
  switch (event.type) {
    case 'job-changed':
      patchJob(client, event.jobId, event.patch);
      return;
    case 'job-added':
    case 'job-removed':
      age(client, keys.jobs);
      return;
    case 'snapshot-added':
    case 'snapshot-changed':
    case 'snapshot-removed':
      age(client, keys.snapshots);
      age(client, keys.jobPart(event.jobId, 'snapshots').slice(0, 3));
      return;
    case 'run-changed':
      age(client, keys.job(event.jobId));
      return;
    case 'ledger-added':
      age(client, keys.jobPart(event.jobId, 'ledger').slice(0, 3));
      return;
    case 'job-event':
      age(client, keys.jobPart(event.jobId, 'events').slice(0, 3));
      age(client, keys.jobPart(event.jobId, 'exceptions').slice(0, 3));
      return;
    case 'alarm-changed':
      age(client, keys.alarms);
      return;
    case 'operation-progress':
      age(client, keys.operations);
      return;
    case 'metrics':
    case 'log':
    case 'rows':
      return;
  }
}
