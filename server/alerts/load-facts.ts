/** Facts of the jobs that rules may hold for, in a few queries whatever their number. */
import { jobOptionsSchema } from '../contract/job-options.ts';
import type { Database } from '../db/open-database.ts';
import type { JobAlarmFacts } from './conditions.ts';

const HOUR_MS = 3_600_000;

export interface AlarmJob {
  readonly id: number;
  readonly projectId: string;
  readonly name: string;
  readonly isDeleted: boolean;
  readonly tags: readonly { readonly key: string; readonly value: string }[];
  /** Channel of the job's own Alarm on Job Exception; null = off. */
  readonly ownChannel: string | null;
  readonly facts: JobAlarmFacts;
}

/** Jobs that should run, failed since `cursor`, or have an alarm (`alsoIds`). Exceptions behind `cursor` count as new. */
export async function loadAlarmJobs(database: Database, cursor: number, alsoIds: readonly number[], nowMs: number): Promise<AlarmJob[]> {
  const failures = await database.jobEvent.findMany({
    where: { id: { gt: cursor }, kind: 'exception', level: 'error' },
    orderBy: { id: 'asc' },
    select: { id: true, jobId: true, at: true, message: true },
  });
  const failedIds = failures.map((event) => event.jobId);
  const rows = await database.job.findMany({
    where: { OR: [{ deletedAt: null, desired: 'running' }, { id: { in: [...new Set([...failedIds, ...alsoIds])] } }] },
    include: { tags: { select: { key: true, value: true } } },
  });
  const ids = { in: rows.map((row) => row.id) };
  const [runs, checkpoints, proofs, firsts, restarts, versions] = await Promise.all([
    database.run.findMany({ where: { jobId: ids, endedAt: null }, select: { jobId: true, runningAt: true } }),
    database.snapshot.groupBy({ by: ['jobId'], where: { jobId: ids, kind: 'checkpoint', deletedAt: null }, _max: { createdAt: true } }),
    database.snapshot.groupBy({
      by: ['jobId', 'provenGood'],
      where: { jobId: ids, provenAt: { not: null } },
      _max: { provenAt: true },
    }),
    database.snapshot.groupBy({ by: ['jobId'], where: { jobId: ids, deletedAt: null }, _min: { createdAt: true } }),
    database.jobEvent.groupBy({
      by: ['jobId'],
      where: { jobId: ids, kind: 'restart', at: { gte: new Date(nowMs - HOUR_MS) } },
      _count: { _all: true },
    }),
    database.jobVersion.findMany({
      where: { OR: rows.filter((row) => failedIds.includes(row.id)).map((row) => ({ jobId: row.id, number: row.version })) },
      select: { jobId: true, optionsJson: true },
    }),
  ]);
  const runningSince = new Map(runs.map((run) => [run.jobId, run.runningAt?.getTime() ?? null]));
  const checkpointAt = new Map(checkpoints.map((group) => [group.jobId, group._max.createdAt?.getTime() ?? null]));
  const proofAt = (isGood: boolean) =>
    new Map(proofs.filter((one) => one.provenGood === isGood).map((one) => [one.jobId, one._max.provenAt?.getTime() ?? null]));
  const goodProofAt = proofAt(true);
  const failedProofAt = proofAt(false);
  const firstSnapshotAt = new Map(firsts.map((group) => [group.jobId, group._min.createdAt?.getTime() ?? null]));
  const restartCount = new Map(restarts.map((group) => [group.jobId, group._count._all]));
  const ownChannel = new Map(versions.map((version) => [version.jobId, channelOf(version.optionsJson)]));
  return rows.map((row) => {
    const mine = failures.filter((event) => event.jobId === row.id);
    const last = mine.at(-1);
    return {
      id: row.id,
      projectId: row.projectId,
      name: row.name,
      isDeleted: row.deletedAt !== null,
      tags: row.tags,
      ownChannel: ownChannel.get(row.id) ?? null,
      facts: {
        status: row.status,
        desired: row.deletedAt === null ? row.desired : 'stopped',
        runningSinceMs: runningSince.get(row.id) ?? null,
        isCheckpointing: row.checkpointIntervalSeconds !== null,
        newestCheckpointMs: checkpointAt.get(row.id) ?? null,
        newestSnapshotMs: row.newestSnapshotAt?.getTime() ?? null,
        hadState: row.hadState,
        provenMs: goodProofAt.get(row.id) ?? null,
        failedProofMs: failedProofAt.get(row.id) ?? null,
        firstSnapshotMs: firstSnapshotAt.get(row.id) ?? null,
        lagRecords: row.lagRecords === null ? null : Number(row.lagRecords),
        restarts: restartCount.get(row.id) ?? 0,
        exception: last ? { eventId: last.id, atMs: last.at.getTime(), message: last.message, newOnes: mine.length } : null,
      },
    };
  });
}

function channelOf(optionsJson: string): string | null {
  const options = jobOptionsSchema.safeParse(JSON.parse(optionsJson));
  return options.success && options.data.alarmEnabled ? options.data.smnTopic : null;
}
