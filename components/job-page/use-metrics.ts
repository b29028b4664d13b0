'use client';
/** Time series of the job page: one request for the charts and for the figures that no report has renewed yet. */
import { useQuery } from '@tanstack/react-query';
import type { MetricName, MetricsAnswer, MetricValues } from '../../server/contract/metrics.ts';
import { routeQuery } from '../client/queries.ts';
import { keys } from '../client/query-keys.ts';
import type { TimeRange } from './time-range.ts';

/** All there are: one that is left out would not compile, for its chart would stay empty. */
const ASKED: Readonly<Record<MetricName, true>> = {
  recordsInRate: true,
  recordsOutRate: true,
  lagRecords: true,
  checkpointMs: true,
  stateBytes: true,
  busy: true,
  backpressured: true,
  watermarkLagMs: true,
  latencyMs: true,
  exposureRecords: true,
  restarts: true,
  bytesInRate: true,
  bytesOutRate: true,
  cpu: true,
  rssBytes: true,
  checkpointBytes: true,
};
const NAMES = Object.keys(ASKED) as MetricName[];
const POINTS = 240;

export function useMetrics(jobId: number, range: TimeRange | null) {
  const query = { names: [...NAMES], from: range?.from ?? 0, to: range?.to ?? 0, points: POINTS };
  return useQuery({
    ...routeQuery('getJobMetrics', keys.jobPart(jobId, 'metrics', query), { params: { jobId }, query }),
    enabled: range !== null,
    gcTime: 30_000,
  });
}

const RECENT_MS = 60_000;

/** The newest value of each series that is not older than a minute. */
export function newestValues(answer: MetricsAnswer | undefined, now: number): MetricValues {
  const values: MetricValues = {};
  if (!answer) return values;
  for (const name of NAMES) {
    const series = answer.series[name] ?? [];
    const index = series.findLastIndex((value) => value !== null);
    const value = series[index];
    if (value != null && (answer.at[index] ?? 0) + answer.resolutionMs > now - RECENT_MS) values[name] = value;
  }
  return values;
}
