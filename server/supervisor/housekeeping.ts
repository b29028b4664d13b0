/**
 * Retention: which snapshots go (server/snapshots/retention-rule.ts), and deleting their objects. A job keeps its newest `checkpointsRetained`
 * checkpoints; more goes by count and age where the job's rule or the defaults say so. Never taken: the newest, pinned ones, and one that a run began from until that run has two checkpoints of its
 * own. A row is marked first (so that no start takes it), then the manifest goes (so that half a snapshot is none), then parts that no kept
 * manifest names, then the row is marked purged. Snapshots deleted by people wait for the end of their undo window.
 */

import { METRIC_RESOLUTIONS } from '../contract/metrics.ts';
import type { RetentionRule } from '../contract/snapshot-storage.ts';
import { MANIFEST_NAME } from '../engine/checkpoint/manifest.ts';
import { objectIn, objectsBelow, type SnapshotFolder } from '../engine/checkpoint/snapshot-folder.ts';
import { appendEvent } from '../events/append-event.ts';
import type { SnapshotRow } from '../snapshots/catalogue.ts';
import { inspectSnapshot, partsOf } from '../snapshots/inspect-snapshot.ts';
import { expiredBy } from '../snapshots/retention-rule.ts';
import { folderAt } from '../snapshots/snapshot-place.ts';
import { optionsOf } from './build-run-spec.ts';
import { inTransaction, type SupervisorContext } from './context.ts';
import { deleteFlinkSnapshot } from './delete-flink-snapshot.ts';
import { readSetting } from './read-setting.ts';
import { besideIt, pointToNewest } from './snapshot-record.ts';

const DAY_MS = 86_400_000;
const BATCH = 200;

/** Marks what retention takes of one job; their objects go with the next `purgeDeleted`. Returns how many. */
export async function retireSnapshots(context: SupervisorContext, jobId: number): Promise<number> {
  const { database } = context;
  const job = await database.job.findUnique({ where: { id: jobId } });
  if (!job || job.deletedAt !== null) return 0;
  const version = await database.jobVersion.findUniqueOrThrow({ where: { jobId_number: { jobId, number: job.version } } });
  const retained = optionsOf(version).checkpointsRetained;
  const rule = await ruleOf(database, jobId, retained);
  const nowMs = context.clock.nowMs();
  const rows = await database.snapshot.findMany({
    where: { jobId, deletedAt: null },
    orderBy: [{ createdAt: 'desc' }, { checkpointId: 'desc' }],
  });
  const expired = expiredBy(rule, rows, job.newestSnapshotId, nowMs);
  if (expired.length === 0) return 0;
  return inTransaction(context, async (tx) => {
    const now = new Date(nowMs);
    const { newestSnapshotId } = await tx.job.findUniqueOrThrow({ where: { id: jobId } });
    let retired = 0;
    for (const { id } of expired) {
      // A run may have begun from it since, or a newer one was found damaged.
      if (id === newestSnapshotId) continue;
      const where = { id, isPinned: false, pinReason: null, deletedAt: null };
      if ((await tx.snapshot.updateMany({ where, data: { deletedAt: now, expiresAt: now } })).count === 0) continue;
      await appendEvent(tx, { type: 'snapshot-removed', jobId, snapshotId: id }, nowMs);
      retired++;
    }
    await pointToNewest(tx, jobId);
    return retired;
  });
}

/** What the job sets itself, and for the rest the console's defaults. */
async function ruleOf(database: SupervisorContext['database'], jobId: number, checkpoints: number): Promise<RetentionRule> {
  const own = await database.retentionRule.findUnique({ where: { jobId } });
  return {
    checkpoints,
    checkpointDays: own?.checkpointDays ?? (await readSetting(database, 'checkpointRetentionDays')),
    savepoints: own?.savepoints ?? (await readSetting(database, 'savepointsRetained')),
    savepointDays: own?.savepointDays ?? (await readSetting(database, 'savepointRetentionDays')),
  };
}

/** Retires snapshots of jobs that nobody looks after at this moment, some at a time. Returns the last one, to go on behind it; 0 = begin anew. */
export async function retireAtRest(context: SupervisorContext, behindJobId: number): Promise<number> {
  const groups = await context.database.snapshot.groupBy({
    by: ['jobId'],
    where: { deletedAt: null, jobId: { gt: behindJobId } },
    orderBy: { jobId: 'asc' },
    take: BATCH,
  });
  for (const { jobId } of groups) await retireSnapshots(context, jobId);
  return groups.length < BATCH ? 0 : (groups.at(-1)?.jobId ?? 0);
}

/** Deletes the objects of snapshots whose time to be brought back is over. Returns how many snapshots went. */
export async function purgeDeleted(context: SupervisorContext): Promise<number> {
  const { database } = context;
  const nowMs = context.clock.nowMs();
  const undoDays = await readSetting(database, 'undoDays');
  const due = await database.snapshot.findMany({
    where: {
      purgedAt: null,
      OR: [{ deletedAt: { lte: new Date(nowMs - undoDays * DAY_MS) } }, { deletedAt: { not: null }, expiresAt: { lte: new Date(nowMs) } }],
    },
    orderBy: { deletedAt: 'asc' },
    take: BATCH,
  });
  let purged = 0;
  for (const row of due) {
    // From here on nobody brings it back; who did so before, or deleted it anew, keeps it.
    const claimed = await database.snapshot.updateMany({
      where: { id: row.id, deletedAt: row.deletedAt, purgedAt: null },
      data: { expiresAt: new Date(nowMs) },
    });
    if (claimed.count === 0) continue;
    try {
      // An imported snapshot belongs to whoever made it: only our index of it goes.
      if (row.origin !== 'imported' && row.engine === 'embedded') await deleteObjects(context, row);
      if (row.origin !== 'imported' && row.engine === 'flink' && !(await deleteFlinkSnapshot(context, row))) continue;
      await database.snapshot.updateMany({ where: { id: row.id, deletedAt: { not: null } }, data: { purgedAt: new Date(nowMs) } });
      purged++;
    } catch (error) {
      context.log('warn', `The snapshot ${row.path} could not be deleted and is tried again: ${(error as Error).message}`);
    }
  }
  return purged;
}

async function deleteObjects(context: SupervisorContext, row: SnapshotRow): Promise<void> {
  const folder = folderAt(context.store, row.path);
  // Another job may have imported it.
  const others = await context.database.snapshot.count({ where: { path: row.path, deletedAt: null, NOT: { id: row.id } } });
  if (others > 0) return;
  const inspected = await inspectSnapshot(folder);
  const shared = inspected.kind === 'embedded' ? partsOf(inspected.manifest).filter((part) => part.path.startsWith('../')) : [];
  const needed = shared.length === 0 ? new Set<string>() : await neededByKept(context, row);
  await folder.store.delete(objectIn(folder, MANIFEST_NAME));
  for (const key of await objectsBelow(folder)) if (!needed.has(key)) await folder.store.delete({ bucket: folder.bucket, key });
  for (const part of shared) {
    const ref = objectIn(folder, part.path);
    if (!needed.has(ref.key)) await folder.store.delete(ref);
  }
}

/** Keys of objects that manifests of the same job, or beside it in its folder, still name. A manifest that cannot be read keeps everything: this throws. */
async function neededByKept(context: SupervisorContext, row: SnapshotRow): Promise<ReadonlySet<string>> {
  const kept = await context.database.snapshot.findMany({ where: { ...besideIt(row), purgedAt: null } });
  const needed = new Set<string>();
  for (const other of kept) {
    const folder: SnapshotFolder = folderAt(context.store, other.path);
    const inspected = await inspectSnapshot(folder);
    if (inspected.kind === 'broken') throw new Error(`${other.path} cannot be read, so it is not known what it needs`);
    if (inspected.kind === 'embedded') for (const part of partsOf(inspected.manifest)) needed.add(objectIn(folder, part.path).key);
  }
  return needed;
}

/** Rows of the past that nobody asks for any more. */
export async function pruneHistory(context: SupervisorContext): Promise<void> {
  const { database } = context;
  const nowMs = context.clock.nowMs();
  const before = new Date(nowMs - (await readSetting(database, 'historyDays')) * DAY_MS);
  const used = await database.run.findMany({
    where: { restoredFromId: { not: null } },
    select: { restoredFromId: true },
    distinct: ['restoredFromId'],
  });
  const usedIds = used.flatMap((run) => run.restoredFromId ?? []);
  await database.snapshot.deleteMany({
    where: { purgedAt: { lt: new Date(nowMs - 7 * DAY_MS) }, origin: 'checkpoint', id: { notIn: usedIds } },
  });
  await database.jobEvent.deleteMany({ where: { at: { lt: before } } });
  for (const { seconds, keptMs } of METRIC_RESOLUTIONS) {
    await database.metricPoint.deleteMany({ where: { resolutionSeconds: seconds, at: { lt: new Date(nowMs - keptMs) } } });
  }
}
