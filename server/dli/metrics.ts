/**
 * POST streaming/jobs/metrics: records of each source and sink of the newest run as last reported, and the rates of the last minute. A job that has
 * not run has no sources and sinks yet. What could not be read is not counted here by anyone, so `corrupted_records` is not told.
 */
import { z } from 'zod';
import type { UserCall } from '../auth/caller.ts';
import type { ConsoleContext } from '../services/context.ts';
import { getJobMetrics } from '../services/get-metrics.ts';
import { getJobTasks } from '../services/job-history.ts';
import { expectedError, noSuchJob } from './dli-error.ts';
import { canExist } from './find-job.ts';

export const metricsBody = z.object({
  job_ids: z
    .array(z.int('job_ids is a list of job ids.'), 'job_ids is a list of job ids.')
    .min(1, 'Name at least one job.')
    .max(100, 'Name at most 100 jobs at once.'),
});

const MINUTE_MS = 60_000;

export async function showMetrics(context: ConsoleContext, call: UserCall, body: z.output<typeof metricsBody>) {
  const jobs = [];
  for (const jobId of body.job_ids) {
    if (!canExist(jobId)) throw noSuchJob();
    const metrics = await metricsOf(context, call, jobId).catch((error: unknown) => {
      throw expectedError(error, true) ?? error;
    });
    jobs.push({ job_id: jobId, metrics });
  }
  return { is_success: true, message: 'The metrics are successfully queried.', metrics: { jobs } };
}

/** `TableSourceScan(table=[orders], …)` reads the table `orders`. */
const tableOf = (operator: string): string => /\btable=\[([^\]]+)\]/.exec(operator)?.[1] ?? operator;

async function metricsOf(context: ConsoleContext, call: UserCall, jobId: number) {
  const { operators } = await getJobTasks(context, call, jobId);
  const to = context.clock.nowMs();
  const query = { jobId, names: ['recordsInRate', 'recordsOutRate'], from: to - MINUTE_MS, to, points: 60 } as const;
  const { series } = await getJobMetrics(context, call, query);
  const newest = (values: readonly (number | null)[] | undefined) => values?.findLast((value) => value !== null) ?? 0;
  return {
    sources: operators
      .filter(({ kind }) => kind === 'source')
      .map(({ name, recordsOut }) => ({ name: tableOf(name), records: recordsOut })),
    sinks: operators.filter(({ kind }) => kind === 'sink').map(({ name, recordsIn }) => ({ name: tableOf(name), records: recordsIn })),
    total_read_rate: newest(series.recordsInRate),
    total_write_rate: newest(series.recordsOutRate),
  };
}
