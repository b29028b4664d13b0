/**
 * The tide line: runs, snapshots, events and the time not yet saved, over one range. The age of the newest good snapshot is worked out
 * from runs and snapshots (it grows from the start of a run or the last good snapshot, and there is none between runs); the records
 * come from the metric `exposureRecords`.
 */
import type { UserCall } from '../auth/caller.ts';
import { requireJob } from '../auth/job-access.ts';
import type { TideAnswer } from '../contract/runs.ts';
import type { SnapshotOrigin } from '../contract/snapshot.ts';
import { ms, msOrNull } from '../db/row-to-view.ts';
import type { ConsoleContext } from './context.ts';
import { readMetrics, requireRange } from './get-metrics.ts';
import { jobEventView, ledgerView, runViews } from './job-history.ts';

const MOST = 2_000;

interface Span {
  readonly from: number;
  readonly to: number;
}

/** Largest age inside each bucket that a run was alive in. `goods`: times of good snapshots, ascending. */
export function exposureAges(
  runs: readonly Span[],
  goods: readonly number[],
  axis: readonly number[],
  bucketMs: number,
): (number | null)[] {
  return axis.map((at) => {
    const end = at + bucketMs;
    let most: number | null = null;
    for (const run of runs) {
      const from = Math.max(run.from, at);
      const to = Math.min(run.to, end);
      if (from >= to) continue;
      // Ages peak just before a snapshot and at the end of the bucket.
      const peaks = [...goods.filter((good) => good > from && good < to), to];
      for (const peak of peaks) {
        const since = Math.max(run.from, goods.findLast((good) => good < peak) ?? 0);
        most = Math.max(most ?? 0, peak - since);
      }
    }
    return most;
  });
}

export async function getJobTide(
  context: ConsoleContext,
  call: UserCall,
  query: { readonly jobId: number; readonly from: number; readonly to: number; readonly points: number },
): Promise<TideAnswer> {
  requireRange(query.from, query.to);
  const { jobId, from, to } = query;
  const { database } = context;
  await requireJob(database, call.caller, jobId);
  const nowMs = context.clock.nowMs();
  const within = { gte: new Date(from), lte: new Date(to) };
  const [job, runs, snapshots, before, events, ledger, metrics] = await Promise.all([
    database.job.findUniqueOrThrow({ where: { id: jobId }, select: { observedAt: true } }),
    database.run.findMany({
      where: { jobId, startedAt: { lte: new Date(to) }, OR: [{ endedAt: null }, { endedAt: { gte: new Date(from) } }] },
      orderBy: { number: 'desc' },
      take: 200,
    }),
    database.snapshot.findMany({ where: { jobId, createdAt: within }, orderBy: { createdAt: 'desc' }, take: MOST }),
    database.snapshot.findFirst({ where: { jobId, createdAt: { lt: new Date(from) } }, orderBy: { createdAt: 'desc' } }),
    database.jobEvent.findMany({ where: { jobId, at: within }, orderBy: { id: 'desc' }, take: MOST }),
    database.ledgerEntry.findMany({ where: { jobId, at: within }, orderBy: { id: 'desc' }, take: 200 }),
    readMetrics(database, { ...query, names: ['exposureRecords'] }, nowMs),
  ]);
  const goods = [...(before ? [ms(before.createdAt)] : []), ...snapshots.map((row) => ms(row.createdAt))].sort((a, b) => a - b);
  const spans = runs.map((run) => ({ from: ms(run.startedAt), to: run.endedAt ? ms(run.endedAt) : Math.min(nowMs, to) }));
  const ages = exposureAges(spans, goods, metrics.at, metrics.resolutionMs);
  const records = metrics.series.exposureRecords ?? [];
  const failed = events.filter((event) => event.kind === 'checkpoint-failed');
  return {
    from,
    to,
    now: nowMs,
    observedAt: msOrNull(job.observedAt),
    runs: await runViews(database, [...runs].reverse()),
    snapshots: [
      ...snapshots.map((row) => ({
        id: row.id,
        name: row.name,
        kind: row.kind as 'checkpoint' | 'savepoint',
        origin: row.origin as SnapshotOrigin,
        at: ms(row.createdAt),
        ok: true,
        sizeBytes: Number(row.sizeBytes),
        tookMs: row.durationMs,
      })),
      ...failed.map((event) => ({
        id: null,
        name: event.message,
        kind: 'checkpoint' as const,
        origin: 'checkpoint' as const,
        at: ms(event.at),
        ok: false,
        sizeBytes: null,
        tookMs: null,
      })),
    ].sort((a, b) => a.at - b.at),
    events: events
      .filter((event) => event.kind !== 'checkpoint-failed')
      .map(jobEventView)
      .reverse(),
    exposure: metrics.at.flatMap((at, index) => {
      const maxAgeMs = ages[index];
      return maxAgeMs == null
        ? []
        : [{ at, maxAgeMs: Math.round(maxAgeMs), maxRecords: records[index] == null ? null : Math.round(records[index] as number) }];
    }),
    ledger: ledger.map(ledgerView).reverse(),
  };
}
