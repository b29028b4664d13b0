/** Cost of snapshots by job, orphan files with delete and undo, and the full check of one snapshot. */

import { audited } from '../audit/audited.ts';
import type { UserCall } from '../auth/caller.ts';
import { requireJob, visibleJobs } from '../auth/job-access.ts';
import { Refusal } from '../contract/errors.ts';
import { recognise } from '../contract/recognise.ts';
import { inEnglish, isSaid, type Said, say } from '../contract/said.ts';
import type { Snapshot } from '../contract/snapshot.ts';
import {
  type DeletedOrphans,
  ORPHANS_SHOWN,
  type OrphanFile,
  type SnapshotStorage,
  type StorageOfJob,
} from '../contract/snapshot-storage.ts';
import type { Prisma } from '../db/open-database.ts';
import { ms, SNAPSHOT_INCLUDE, snapshotView } from '../db/row-to-view.ts';
import { judgeFolder } from '../snapshots/orphan-files.ts';
import { type ScannedFolder, scanStorage } from '../snapshots/scan-storage.ts';
import { folderAt, folderOf } from '../snapshots/snapshot-place.ts';
import { verifySnapshot as verifyFolder } from '../snapshots/verify-snapshot.ts';
import { parseObjectUri } from '../storage/object-key.ts';
import { proveSnapshot } from '../supervisor/snapshot-record.ts';
import type { ConsoleContext } from './context.ts';
import { isAtRest } from './job-acts.ts';
import { readOptions } from './job-view.ts';
import { readSettings } from './settings.ts';

/** Files and time of one look; a larger store is looked at in part and says so. */
const OBJECTS_MOST = 200_000;
const SCAN_MS = 45_000;
const DAY_MS = 86_400_000;
/** The database's ids have 32 bits; a folder with a larger number is nobody's. */
const MOST_ID = 2_147_483_647;

type JobRow = Prisma.JobGetPayload<Record<string, never>>;

/** Where jobs of the project keep their snapshots: the default place, and buckets that saved versions name. */
async function basesOf(context: ConsoleContext, projectId: string) {
  const { defaultBucket, prefix } = context.environment.objectStore;
  const base = { bucket: defaultBucket, prefix: prefix.replace(/\/$/, '') };
  const bases = new Map([[`${base.bucket}/${base.prefix}`, base]]);
  const versions = await context.database.jobVersion.findMany({
    where: { job: { projectId }, NOT: { optionsJson: { contains: '"bucket":""' } } },
    select: { optionsJson: true },
    distinct: ['optionsJson'],
  });
  for (const version of versions) {
    const { bucket } = readOptions(version.optionsJson);
    const parsed = bucket === '' ? null : parseObjectUri(bucket);
    if (parsed?.kind === 'object') bases.set(`${parsed.bucket}/${parsed.key}`, { bucket: parsed.bucket, prefix: parsed.key });
  }
  return [...bases.values()];
}

/** Nothing of it is under way: no run, no operation. */
async function isQuiet(context: ConsoleContext, job: JobRow): Promise<boolean> {
  if (
    job.activeOperationId !== null ||
    (job.deletedAt === null && (!isAtRest(job.status as Parameters<typeof isAtRest>[0]) || job.desired === 'running'))
  )
    return false;
  return (await context.database.run.count({ where: { jobId: job.id, endedAt: null } })) === 0;
}

interface JudgedJob {
  readonly job: JobRow;
  readonly folders: readonly ScannedFolder[];
  readonly unjudged: Said | null;
}

const RUNS = say('said.store.runs');

/** A folder is a job's by the random part of its name, or (savepoints) by the number alone; others are of another installation and left alone. */
async function jobsOf(context: ConsoleContext, call: UserCall, folders: readonly ScannedFolder[]): Promise<JudgedJob[]> {
  const byId = new Map<number, ScannedFolder[]>();
  for (const folder of folders) {
    const id = Number(/^\d+/.exec(folder.name)?.[0]);
    if (id > 0 && id <= MOST_ID) byId.set(id, [...(byId.get(id) ?? []), folder]);
  }
  const isAdmin = call.caller.role === 'admin';
  const rows = await context.database.job.findMany({
    where: { AND: [{ id: { in: [...byId.keys()] } }, isAdmin ? { projectId: call.caller.projectId } : visibleJobs(call.caller)] },
  });
  const jobs: JudgedJob[] = [];
  for (const job of rows) {
    const own = (byId.get(job.id) ?? []).filter(({ name }) => name === String(job.id) || name === `${job.id}_${job.folderKey}`);
    if (own.length === 0) continue;
    const unclear = own.find((folder) => folder.judged.kind === 'unjudged');
    const why = unclear?.judged.kind === 'unjudged' ? unclear.judged.why : null;
    jobs.push({ job, folders: own, unjudged: (await isQuiet(context, job)) ? why : RUNS });
  }
  return jobs;
}

function orphansOf({ job, folders, unjudged }: JudgedJob, deleted: ReadonlySet<string>): OrphanFile[] {
  if (unjudged !== null) return [];
  return folders.flatMap(({ bucket, judged }) =>
    judged.kind === 'unjudged'
      ? []
      : judged.orphans
          .filter((object) => !deleted.has(`${bucket}/${object.key}`))
          .map((object) => ({
            jobId: job.id,
            jobName: job.name,
            bucket,
            key: object.key,
            sizeBytes: object.size,
            modifiedAt: object.modifiedMs,
          })),
  );
}

export async function getSnapshotStorage(context: ConsoleContext, call: UserCall): Promise<SnapshotStorage> {
  const { database, clock, store } = context;
  // By the monotonic clock: the other may be set back meanwhile.
  const begun = clock.monotonicMs();
  const isLate = () => clock.monotonicMs() - begun > SCAN_MS;
  const limits = { objectsMost: OBJECTS_MOST, nowMs: clock.nowMs(), isLate };
  const scanned = await scanStorage(store, await basesOf(context, call.caller.projectId), limits);
  const jobs = await jobsOf(context, call, scanned.folders);
  const deletedRows = await database.orphanFile.findMany({
    where: { jobId: { in: jobs.map(({ job }) => job.id) } },
    orderBy: { deletedAt: 'desc' },
  });
  const deleted = new Set(deletedRows.map((row) => `${row.bucket}/${row.key}`));
  const counts = await database.snapshot.groupBy({ by: ['jobId'], where: { purgedAt: null }, _count: { _all: true } });
  const countOf = new Map(counts.map((group) => [group.jobId, group._count._all]));
  const orphans = jobs.flatMap((one) => orphansOf(one, deleted));
  const rows = jobs.map((one): StorageOfJob => {
    const objects = one.folders.flatMap((folder) => folder.judged.objects);
    const own = orphans.filter((file) => file.jobId === one.job.id);
    return {
      jobId: one.job.id,
      jobName: one.job.name,
      isDeleted: one.job.deletedAt !== null,
      snapshots: countOf.get(one.job.id) ?? 0,
      objects: objects.length,
      bytes: sum(objects.map((object) => object.size)),
      orphans: own.length,
      orphanBytes: sum(own.map((file) => file.sizeBytes)),
      unjudged: one.unjudged === null ? null : inEnglish([one.unjudged]),
      said: one.unjudged === null ? null : { code: one.unjudged.code, values: { ...one.unjudged.values } },
    };
  });
  const nameOf = new Map(jobs.map(({ job }) => [job.id, job.name]));
  return {
    jobs: rows.sort((a, b) => b.bytes - a.bytes),
    totals: {
      objects: sum(rows.map((row) => row.objects)),
      bytes: sum(rows.map((row) => row.bytes)),
      orphans: orphans.length,
      orphanBytes: sum(orphans.map((file) => file.sizeBytes)),
    },
    orphans: orphans.sort((a, b) => b.sizeBytes - a.sizeBytes).slice(0, ORPHANS_SHOWN),
    deleted: deletedRows.map((row) => ({
      id: row.id,
      jobId: row.jobId,
      jobName: nameOf.get(row.jobId) ?? null,
      bucket: row.bucket,
      key: row.key,
      sizeBytes: Number(row.sizeBytes),
      modifiedAt: ms(row.modifiedAt),
      deletedAt: ms(row.deletedAt),
      deletedBy: row.deletedBy,
      undoUntil: ms(row.purgeAt),
      keptBecause: row.keptBecause,
      keptSaid: row.keptBecause === null ? [] : [recognise(row.keptBecause)],
    })),
    isComplete: scanned.isComplete,
    checkedAt: clock.nowMs(),
    tookMs: Math.round(clock.monotonicMs() - begun),
  };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

/** Each file is judged again at the moment of the act. Nothing leaves the store before the undo window is over. */
export async function deleteOrphans(
  context: ConsoleContext,
  call: UserCall,
  files: readonly { readonly bucket: string; readonly key: string }[],
): Promise<DeletedOrphans> {
  const { database, clock } = context;
  return audited(database, call, 'deleteOrphanFiles', { type: 'snapshot', id: '', name: `${files.length} files` }, async (note) => {
    const now = clock.nowMs();
    const { undoDays } = await readSettings(database);
    const going: { key: { bucket: string; key: string }; data: Omit<Prisma.OrphanFileUncheckedCreateInput, 'bucket' | 'key'> }[] = [];
    const kept: DeletedOrphans['kept'] = [];
    const keep = (key: string, why: Said) => kept.push({ key, reason: inEnglish(why), said: [why] });
    const judged = new Map<string, Promise<OrphanFile[] | Said>>();
    for (const file of files) {
      const folder = /^(.*?jobs\/(?:checkpoint|savepoint)\/[^/]+\/)/.exec(file.key)?.[1];
      if (folder === undefined) {
        keep(file.key, say('said.store.noFolder'));
        continue;
      }
      const place = `${file.bucket}/${folder}`;
      if (!judged.has(place)) judged.set(place, orphansNow(context, call, file.bucket, folder));
      const orphans = await judged.get(place);
      const found = isSaid(orphans) ? undefined : orphans?.find((one) => one.key === file.key);
      if (!found) {
        keep(file.key, isSaid(orphans) ? orphans : say('said.store.noLonger'));
        continue;
      }
      const data = {
        projectId: call.caller.projectId,
        jobId: found.jobId,
        sizeBytes: BigInt(found.sizeBytes),
        modifiedAt: new Date(found.modifiedAt),
        deletedAt: new Date(now),
        deletedBy: call.caller.name,
        purgeAt: new Date(now + undoDays * DAY_MS),
        keptBecause: null,
      };
      const key = { bucket: file.bucket, key: file.key };
      going.push({ key, data });
    }
    note.after = { deleted: going.length, kept: kept.length, first: files[0]?.key };
    const deleted: string[] = [];
    await database.$transaction(async (tx) => {
      for (const { key, data } of going) {
        const row = await tx.orphanFile.upsert({ where: { bucket_key: key }, create: { ...key, ...data }, update: data });
        deleted.push(row.id);
      }
      await note.recordIn(tx);
    });
    context.supervisor.wake();
    return { deleted, kept };
  });
}

/** A sentence when nothing in the folder may go. */
async function orphansNow(context: ConsoleContext, call: UserCall, bucket: string, prefix: string): Promise<OrphanFile[] | Said> {
  const folder = folderOf(context.store, bucket, prefix.replace(/\/$/, ''));
  const name = prefix.split('/').at(-2) ?? '';
  const judged = await judgeFolder(folder, context.clock.nowMs(), OBJECTS_MOST);
  const [job] = await jobsOf(context, call, [{ bucket, prefix, name, judged }]);
  if (!job) return say('said.store.noJob');
  return job.unjudged === null ? orphansOf(job, new Set()) : job.unjudged;
}

export async function undeleteOrphans(context: ConsoleContext, call: UserCall, ids: readonly string[]): Promise<{ ok: true }> {
  const { database } = context;
  return audited(database, call, 'undeleteOrphanFiles', { type: 'snapshot', id: '', name: `${ids.length} files` }, async (note) => {
    await database.$transaction(async (tx) => {
      const gone = await tx.orphanFile.deleteMany({ where: { id: { in: [...ids] }, projectId: call.caller.projectId } });
      if (gone.count === 0) throw new Refusal('not-found', say('said.no.orphans'));
      note.after = { broughtBack: gone.count };
      await note.recordIn(tx);
    });
    return { ok: true } as const;
  });
}

/** Reads every byte. What it shows is written down: a damaged snapshot is no longer offered. */
export async function verifySnapshot(context: ConsoleContext, call: UserCall, id: string): Promise<Snapshot> {
  const { database, clock, store } = context;
  const row = await database.snapshot.findFirst({ where: { id, purgedAt: null, job: visibleJobs(call.caller) } });
  if (!row) throw new Refusal('not-found', say('said.no.snapshot'));
  const job = await requireJob(database, call.caller, row.jobId, 'update');
  return audited(database, call, 'verifySnapshot', { type: 'snapshot', id, name: `${job.name} ${row.name}` }, async (note) => {
    if (row.engine !== 'embedded') throw new Refusal('snapshot-not-restorable', say('said.no.verifyFlink'));
    const begun = clock.monotonicMs();
    const found = await verifyFolder(folderAt(store, row.path));
    const proof = {
      isGood: found.isGood,
      tookMs: clock.monotonicMs() - begun,
      message: found.isGood ? say('said.broken.compared') : recognise(found.message),
    };
    note.after = { ...proof, message: inEnglish(proof.message) };
    const { undoDays } = await readSettings(database);
    const snapshot = await database.$transaction(async (tx) => {
      await proveSnapshot(tx, id, proof, clock.nowMs());
      await note.recordIn(tx);
      return snapshotView(await tx.snapshot.findUniqueOrThrow({ where: { id }, include: SNAPSHOT_INCLUDE }), undoDays);
    });
    context.events.nudge();
    return snapshot;
  });
}
