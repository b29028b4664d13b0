/** Time series of a job: stored points of a fitting resolution, folded to the number of points that is drawn. */

import type { UserCall } from '../auth/caller.ts';
import { requireJob } from '../auth/job-access.ts';
import { Refusal } from '../contract/errors.ts';
import { type FoldedMetrics, METRIC_RESOLUTIONS, type MetricName, type MetricsAnswer, WORST_METRICS } from '../contract/metrics.ts';
import { messageOf, say } from '../contract/said.ts';
import type { Database } from '../db/open-database.ts';
import { ms } from '../db/row-to-view.ts';
import type { ConsoleContext } from './context.ts';

export interface MetricsQuery {
  readonly jobId: number;
  readonly names: readonly MetricName[];
  readonly from: number;
  readonly to: number;
  readonly points: number;
}

/** The finest resolution that still reaches back to `from`, but no finer than what is drawn. */
export function resolutionFor(
  query: { readonly from: number; readonly to: number; readonly points: number },
  nowMs: number,
): { seconds: number; bucketMs: number } {
  const wantedMs = (query.to - query.from) / query.points;
  const reaching = METRIC_RESOLUTIONS.filter((resolution) => nowMs - query.from <= resolution.keptMs);
  const choices = reaching.length > 0 ? reaching : METRIC_RESOLUTIONS.slice(-1);
  const chosen = [...choices].reverse().find((resolution) => resolution.seconds * 1000 <= wantedMs) ?? choices[0]!;
  const unitMs = chosen.seconds * 1000;
  return { seconds: chosen.seconds, bucketMs: Math.max(1, Math.ceil(wantedMs / unitMs)) * unitMs };
}

/**
 * Stored points of a resolution, and behind its last one the finest there are: a coarse point is written when its time is over, and the
 * newest minutes must not be missing until then.
 */
async function readPoints(database: Database, jobId: number, seconds: number, from: number, to: number) {
  const points = (resolutionSeconds: number, since: number) =>
    database.metricPoint.findMany({
      where: { jobId, resolutionSeconds, at: { gte: new Date(since), lt: new Date(to) } },
      orderBy: { at: 'asc' },
    });
  const rows = await points(seconds, from);
  const finest = METRIC_RESOLUTIONS[0].seconds;
  if (seconds === finest) return rows;
  const last = rows.at(-1);
  return [...rows, ...(await points(finest, last ? ms(last.at) + seconds * 1000 : from))];
}

/** One value a bucket: the mean, or the worst where that is what counts. */
export async function readMetrics(database: Database, query: MetricsQuery, nowMs: number): Promise<MetricsAnswer> {
  const { seconds, bucketMs } = resolutionFor(query, nowMs);
  const start = Math.floor(query.from / bucketMs) * bucketMs;
  const count = Math.max(1, Math.ceil((query.to - start) / bucketMs));
  const rows = await readPoints(database, query.jobId, seconds, start, start + count * bucketMs);
  const series: Partial<Record<MetricName, (number | null)[]>> = {};
  const sums = new Map<MetricName, { sum: number; count: number; max: number }[]>();
  for (const name of query.names) sums.set(name, []);
  for (const row of rows) {
    const bucket = Math.floor((ms(row.at) - start) / bucketMs);
    const values = JSON.parse(row.valuesJson) as FoldedMetrics;
    for (const [name, buckets] of sums) {
      const value = values[name];
      if (!value) continue;
      const into = buckets[bucket];
      buckets[bucket] = into
        ? { sum: into.sum + value.sum, count: into.count + value.count, max: Math.max(into.max, value.max) }
        : { sum: value.sum, count: value.count, max: value.max };
    }
  }
  for (const [name, buckets] of sums) {
    series[name] = Array.from({ length: count }, (_, index) => {
      const bucket = buckets[index];
      return bucket ? (WORST_METRICS.has(name) ? bucket.max : bucket.sum / bucket.count) : null;
    });
  }
  return {
    from: start,
    to: start + count * bucketMs,
    resolutionMs: bucketMs,
    at: Array.from({ length: count }, (_, index) => start + index * bucketMs),
    series,
  };
}

export function requireRange(from: number, to: number): void {
  if (to <= from)
    throw new Refusal('invalid-request', say('said.no.rangeEnd'), [{ path: 'to', ...messageOf(say('said.no.rangeEndField')) }]);
  if (to - from > 366 * 86_400_000)
    throw new Refusal('invalid-request', say('said.no.rangeLong'), [{ path: 'from', ...messageOf(say('said.no.rangeLongField')) }]);
}

/** What a young job is drawn on at least, so that its first seconds do not fill the whole width. */
const YOUNG_MS = 60_000;
/** Room before the first run. */
const MARGIN_MS = 1_000;

/**
 * The asked range without the time before the first run of the job, when nothing can be told of it. A range cut so is at least a minute
 * long and may reach into the future. The answers carry the range they are for.
 */
export async function sinceFirstRun<Q extends { readonly jobId: number; readonly from: number; readonly to: number }>(
  database: Database,
  query: Q,
): Promise<Q> {
  const first = await database.run.findFirst({ where: { jobId: query.jobId }, orderBy: { number: 'asc' }, select: { startedAt: true } });
  if (!first || ms(first.startedAt) - MARGIN_MS <= query.from) return query;
  const from = ms(first.startedAt) - MARGIN_MS;
  return { ...query, from, to: Math.max(query.to, from + YOUNG_MS) };
}

export async function getJobMetrics(context: ConsoleContext, call: UserCall, query: MetricsQuery): Promise<MetricsAnswer> {
  requireRange(query.from, query.to);
  await requireJob(context.database, call.caller, query.jobId);
  return readMetrics(context.database, await sinceFirstRun(context.database, query), context.clock.nowMs());
}
