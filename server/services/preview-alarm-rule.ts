/**
 * How often a rule would have fired in the last 7 days, from runs, snapshots, events and metrics as they were recorded. The newest jobs of the scope
 * are looked at, as many as can be read in a moment; the answer says how many those are.
 */
import type { z } from 'zod';
import { type Firing, type RecordedJob, rehearse } from '../alerts/rehearse.ts';
import type { UserCall } from '../auth/caller.ts';
import { visibleJobs } from '../auth/job-access.ts';
import { isInScope } from '../contract/alarm-scope.ts';
import type { AlarmCondition, AlarmPreview, previewAlarmRuleSchema } from '../contract/alarms.ts';
import type { FoldedMetrics } from '../contract/metrics.ts';
import type { Database, Prisma } from '../db/open-database.ts';
import { ms, msOrNull } from '../db/row-to-view.ts';
import type { ConsoleContext } from './context.ts';

const RANGE_MS = 7 * 86_400_000;
const HOUR_MS = 3_600_000;
const FIRINGS_SHOWN = 500;
const JOBS_MOST = 500;
/** Metrics of a job are many rows; a few jobs are read by the minute, more of them by ten. */
const LAG_JOBS_MOST = 100;
const BY_THE_MINUTE = 5;

interface Range {
  readonly fromMs: number;
  readonly toMs: number;
}

export async function previewAlarmRule(
  context: ConsoleContext,
  call: UserCall,
  { condition, scope }: z.output<typeof previewAlarmRuleSchema>,
): Promise<AlarmPreview> {
  const { database } = context;
  const toMs = context.clock.nowMs();
  const range = { fromMs: toMs - RANGE_MS, toMs };
  const where: Prisma.JobWhereInput = {
    AND: [visibleJobs(call.caller), ...(scope.jobIds === null ? [] : [{ id: { in: scope.jobIds } }])],
    ...(scope.tag === null ? {} : { tags: { some: scope.tag } }),
  };
  const mostJobs = condition.kind === 'lag' ? LAG_JOBS_MOST : JOBS_MOST;
  const [jobsInScope, rows] = await Promise.all([
    database.job.count({ where }),
    database.job.findMany({
      where,
      orderBy: [{ startedAt: { sort: 'desc', nulls: 'last' } }, { id: 'desc' }],
      take: mostJobs,
      select: { id: true, name: true, checkpointIntervalSeconds: true, tags: { select: { key: true, value: true } } },
    }),
  ]);
  const jobs = rows.filter((row) => isInScope(scope, row));
  const seconds = jobs.length <= BY_THE_MINUTE ? 60 : 600;
  const firings: AlarmPreview['firings'] = [];
  let recordedSince: number | null = null;
  for (const job of jobs) {
    const recorded = await readJob(database, job.id, job.checkpointIntervalSeconds !== null, condition, range, seconds);
    const [first] = recorded.runs;
    if (first) recordedSince = Math.min(recordedSince ?? Number.POSITIVE_INFINITY, Math.max(first.startedMs, range.fromMs));
    firings.push(...rehearse(condition, recorded, range).map((firing: Firing) => shown(job, firing)));
  }
  firings.sort((a, b) => b.from - a.from);
  return {
    from: range.fromMs,
    to: toMs,
    total: firings.length,
    jobsInScope,
    jobsLooked: jobs.length,
    recordedSince,
    firings: firings.slice(0, FIRINGS_SHOWN),
  };
}

const shown = (job: { readonly id: number; readonly name: string }, { fromMs, toMs }: Firing) => ({
  jobId: job.id,
  jobName: job.name,
  from: Math.round(fromMs),
  to: toMs === null ? null : Math.round(toMs),
});

/** Only what the condition asks for is read. */
async function readJob(
  database: Database,
  jobId: number,
  isCheckpointing: boolean,
  condition: AlarmCondition,
  range: Range,
  seconds: number,
): Promise<RecordedJob> {
  const { kind } = condition;
  const runs = await database.run.findMany({
    where: { jobId, OR: [{ endedAt: null }, { endedAt: { gte: new Date(range.fromMs) } }] },
    orderBy: { startedAt: 'asc' },
    select: { startedAt: true, runningAt: true, endedAt: true, endCause: true },
  });
  const eventsOf = async (event: string, fromMs: number) =>
    (
      await database.jobEvent.findMany({
        where: { jobId, kind: event, at: { gte: new Date(fromMs) }, ...(event === 'exception' ? { level: 'error' } : {}) },
        orderBy: { at: 'asc' },
        select: { at: true },
      })
    ).map((row) => ms(row.at));
  return {
    runs: runs.map((run) => ({
      startedMs: ms(run.startedAt),
      runningMs: msOrNull(run.runningAt),
      endedMs: msOrNull(run.endedAt),
      endCause: run.endCause,
    })),
    checkpointsMs: kind === 'no-checkpoint' ? await snapshotTimes(database, { jobId, kind: 'checkpoint' }, range) : [],
    snapshotsMs: kind === 'rpo' || kind === 'not-proven' ? await snapshotTimes(database, { jobId }, range) : [],
    goodProofsMs: kind === 'not-proven' ? await proofTimes(database, jobId) : [],
    exceptionsMs: kind === 'exception' ? await eventsOf('exception', range.fromMs) : [],
    restartsMs: kind === 'restarts' ? await eventsOf('restart', range.fromMs - HOUR_MS) : [],
    lag: kind === 'lag' ? await lagBuckets(database, jobId, seconds, range) : [],
    isCheckpointing,
  };
}

/** Times of good snapshots, the last one before the range among them. Rows of purged checkpoints are kept as long as the range is. */
async function snapshotTimes(database: Database, where: Prisma.SnapshotWhereInput, range: Range): Promise<number[]> {
  const select = { createdAt: true } as const;
  const [before, within] = await Promise.all([
    database.snapshot.findFirst({ where: { ...where, createdAt: { lt: new Date(range.fromMs) } }, orderBy: { createdAt: 'desc' }, select }),
    database.snapshot.findMany({ where: { ...where, createdAt: { gte: new Date(range.fromMs) } }, orderBy: { createdAt: 'asc' }, select }),
  ]);
  return [...(before ? [before] : []), ...within].map((row) => ms(row.createdAt));
}

async function proofTimes(database: Database, jobId: number): Promise<number[]> {
  const rows = await database.snapshot.findMany({
    where: { jobId, provenGood: true, provenAt: { not: null } },
    orderBy: { provenAt: 'asc' },
    select: { provenAt: true },
  });
  return rows.flatMap((row) => row.provenAt?.getTime() ?? []);
}

async function lagBuckets(database: Database, jobId: number, seconds: number, range: Range): Promise<RecordedJob['lag']> {
  const rows = await database.metricPoint.findMany({
    where: { jobId, resolutionSeconds: seconds, at: { gte: new Date(range.fromMs) } },
    orderBy: { at: 'asc' },
    select: { at: true, valuesJson: true },
  });
  return rows.flatMap((row) => {
    const value = (JSON.parse(row.valuesJson) as FoldedMetrics).lagRecords;
    const fromMs = ms(row.at);
    return value ? [{ fromMs, toMs: fromMs + seconds * 1000, min: value.min, max: value.max }] : [];
  });
}
