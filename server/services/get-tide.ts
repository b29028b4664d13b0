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
import { readMetrics, requireRange, sinceFirstRun } from './get-metrics.ts';
import { jobEventView, ledgerView, runViews } from './job-history.ts';

const MOST = 2_000;
/** Rows of snapshots read for one answer: a month of one every 30 s. */
const READ_AT_MOST = 100_000;
const DRAWN = { id: true, name: true, kind: true, origin: true, createdAt: true, sizeBytes: true, durationMs: true } as const;

interface Span {
  readonly from: number;
  readonly to: number;
}

/** Index of the last of `times` (ascending) that is before `at`; -1 = none. */
function lastBefore(times: readonly number[], at: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] as number) < at) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Largest age inside each bucket that a run was alive in. `goods`: times of good snapshots, ascending. */
export function exposureAges(
  runs: readonly Span[],
  goods: readonly number[],
  axis: readonly number[],
  bucketMs: number,
): (number | null)[] {
  return axis.map((at) => {
    let most: number | null = null;
    for (const run of runs) {
      const from = Math.max(run.from, at);
      const to = Math.min(run.to, at + bucketMs);
      if (from >= to) continue;
      // Ages peak just before a snapshot and at the end of the bucket.
      for (let index = lastBefore(goods, to); ; index -= 1) {
        const peak = index + 1 < goods.length ? Math.min(to, goods[index + 1] as number) : to;
        most = Math.max(most ?? 0, peak - Math.max(run.from, index < 0 ? 0 : (goods[index] as number)));
        if (index < 0 || (goods[index] as number) <= from) break;
      }
    }
    return most;
  });
}

/** At most `MOST` of them, evenly: a range with more is drawn as bands, not as ticks. */
function thinned<T>(rows: readonly T[]): readonly T[] {
  const step = Math.ceil(rows.length / MOST);
  return step <= 1 ? rows : rows.filter((_, index) => index % step === 0);
}

export async function getJobTide(
  context: ConsoleContext,
  call: UserCall,
  asked: { readonly jobId: number; readonly from: number; readonly to: number; readonly points: number },
): Promise<TideAnswer> {
  requireRange(asked.from, asked.to);
  const { database } = context;
  await requireJob(database, call.caller, asked.jobId);
  const query = await sinceFirstRun(database, asked);
  const { jobId, from, to } = query;
  const nowMs = context.clock.nowMs();
  const within = { gte: new Date(from), lte: new Date(to) };
  const [job, runs, snapshots, before, events, ledger, metrics] = await Promise.all([
    database.job.findUniqueOrThrow({ where: { id: jobId }, select: { observedAt: true } }),
    database.run.findMany({
      where: { jobId, startedAt: { lte: new Date(to) }, OR: [{ endedAt: null }, { endedAt: { gte: new Date(from) } }] },
      orderBy: { number: 'desc' },
      take: 200,
    }),
    database.snapshot.findMany({ where: { jobId, createdAt: within }, orderBy: { createdAt: 'asc' }, select: DRAWN, take: READ_AT_MOST }),
    database.snapshot.findFirst({ where: { jobId, createdAt: { lt: new Date(from) } }, orderBy: { createdAt: 'desc' } }),
    database.jobEvent.findMany({ where: { jobId, at: within }, orderBy: { id: 'desc' }, take: MOST }),
    database.ledgerEntry.findMany({ where: { jobId, at: within }, orderBy: { id: 'desc' }, take: 200 }),
    readMetrics(database, { ...query, names: ['exposureRecords'] }, nowMs),
  ]);
  const goods = [...(before ? [ms(before.createdAt)] : []), ...snapshots.map((row) => ms(row.createdAt))].sort((a, b) => a - b);
  const spans = runs.map((run) => ({ from: ms(run.startedAt), to: run.endedAt ? ms(run.endedAt) : Math.min(nowMs, to) }));
  const ages = exposureAges(spans, goods, metrics.at, metrics.resolutionMs);
  const records = metrics.series.exposureRecords ?? [];
  const checkpoints = snapshots.filter((row) => row.kind === 'checkpoint');
  const failed = events.filter((event) => event.kind === 'checkpoint-failed');
  return {
    from,
    to,
    now: nowMs,
    observedAt: msOrNull(job.observedAt),
    runs: await runViews(database, [...runs].reverse()),
    savedBefore: before ? ms(before.createdAt) : null,
    checkpoints: checkpoints.length,
    snapshots: [
      ...[...snapshots.filter((row) => row.kind === 'savepoint'), ...thinned(checkpoints)].map((row) => ({
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
