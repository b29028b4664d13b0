/** Snapshots of jobs the caller may see: list, look, pin, delete with a window to undo it. */

import { audited } from '../audit/audited.ts';
import type { UserCall } from '../auth/caller.ts';
import { requireJob, visibleJobs } from '../auth/job-access.ts';
import { Refusal } from '../contract/errors.ts';
import type { JobStatus } from '../contract/job.ts';
import { type Said, say } from '../contract/said.ts';
import type { ListSnapshotsQuery, Snapshot, SnapshotDetail } from '../contract/snapshot.ts';
import type { Prisma } from '../db/open-database.ts';
import { SNAPSHOT_INCLUDE, type SnapshotRow, snapshotView } from '../db/row-to-view.ts';
import { appendEvent } from '../events/append-event.ts';
import { copyForPin, isPinnedCopy, pinnedName } from '../snapshots/flink/pin-copy.ts';
import { folderAt } from '../snapshots/snapshot-place.ts';
import { pointToNewest } from '../supervisor/snapshot-record.ts';
import type { ConsoleContext } from './context.ts';
import { isAtRest } from './job-acts.ts';
import { tellJobChanged } from './job-writes.ts';
import { containing } from './list-jobs.ts';
import { readSettings } from './settings.ts';

export async function listSnapshots(context: ConsoleContext, call: UserCall, query: ListSnapshotsQuery) {
  const { database } = context;
  const where: Prisma.SnapshotWhereInput = {
    purgedAt: null,
    deletedAt: query.deleted === 'yes' ? { not: null } : null,
    job: query.jobId === undefined ? visibleJobs(call.caller) : { AND: [{ id: query.jobId }, visibleJobs(call.caller)] },
    ...(query.q === '' ? {} : { OR: [{ name: containing(context, query.q) }, { job: { name: containing(context, query.q) } }] }),
    ...(query.engine === undefined ? {} : { engine: query.engine }),
    ...ageFilter(query, context.clock.nowMs()),
    ...(query.origin === undefined ? {} : { origin: query.origin }),
    ...(query.proven === undefined ? {} : query.proven === 'yes' ? { provenGood: true } : { NOT: { provenGood: true } }),
    ...(query.pinned === undefined ? {} : { isPinned: query.pinned === 'yes' }),
  };
  const orderBy = query.sort === 'size' ? { sizeBytes: query.order } : { createdAt: query.order };
  const [rows, totals, pinned, settings] = await Promise.all([
    database.snapshot.findMany({
      where,
      include: SNAPSHOT_INCLUDE,
      orderBy,
      skip: (query.page - 1) * query.pageSize,
      take: query.pageSize,
    }),
    database.snapshot.aggregate({ where, _count: { _all: true }, _sum: { sizeBytes: true } }),
    database.snapshot.count({ where: { AND: [where, { OR: [{ isPinned: true }, { pinReason: { not: null } }] }] } }),
    readSettings(database),
  ]);
  return {
    items: rows.map((row) => snapshotView(row, settings.undoDays)),
    total: totals._count._all,
    page: query.page,
    pageSize: query.pageSize,
    totals: { kept: totals._count._all, bytes: Number(totals._sum.sizeBytes ?? 0n), pinned },
  };
}

function ageFilter({ youngerThan, olderThan }: ListSnapshotsQuery, nowMs: number): Prisma.SnapshotWhereInput {
  if (youngerThan === undefined && olderThan === undefined) return {};
  const before = (hours: number) => new Date(nowMs - hours * 3_600_000);
  return {
    createdAt: {
      ...(youngerThan === undefined ? {} : { gte: before(youngerThan) }),
      ...(olderThan === undefined ? {} : { lte: before(olderThan) }),
    },
  };
}

async function findSnapshot(context: ConsoleContext, call: UserCall, id: string): Promise<SnapshotRow> {
  const row = await context.database.snapshot.findFirst({
    where: { id, purgedAt: null, job: visibleJobs(call.caller) },
    include: SNAPSHOT_INCLUDE,
  });
  if (!row) throw new Refusal('not-found', say('said.no.snapshot'));
  return row;
}

export async function getSnapshot(context: ConsoleContext, call: UserCall, id: string): Promise<SnapshotDetail> {
  const row = await findSnapshot(context, call, id);
  const { undoDays } = await readSettings(context.database);
  return {
    ...snapshotView(row, undoDays),
    positions: JSON.parse(row.positionsJson) as SnapshotDetail['positions'],
    operators: await context.previews.snapshotOperators(row.id),
  };
}

async function change(
  context: ConsoleContext,
  call: UserCall,
  id: string,
  action: string,
  write: (row: SnapshotRow, now: Date) => Promise<Prisma.SnapshotUpdateManyMutationInput>,
  /** What must hold in the moment of the change; else `told`. */
  only: (now: Date) => { readonly where: Prisma.SnapshotWhereInput; readonly told: Said } = () => ({
    where: {},
    told: say('said.no.snapshot'),
  }),
): Promise<Snapshot> {
  const { database } = context;
  const found = await findSnapshot(context, call, id);
  const job = await requireJob(database, call.caller, found.jobId, 'update');
  return audited(database, call, action, { type: 'snapshot', id, name: `${job.name} ${found.name}` }, async (note) => {
    const now = new Date(context.clock.nowMs());
    const { undoDays } = await readSettings(database);
    const data = await write(found, now);
    const view = await database.$transaction(async (tx) => {
      const { where, told } = only(now);
      const { count } = await tx.snapshot.updateMany({ where: { AND: [{ id, purgedAt: null }, where] }, data });
      if (count === 0) throw new Refusal('in-use', told);
      await pointToNewest(tx, found.jobId);
      await tellJobChanged(tx, found.jobId, now.getTime());
      const row = await tx.snapshot.findUniqueOrThrow({ where: { id }, include: SNAPSHOT_INCLUDE });
      const snapshot = snapshotView(row, undoDays);
      await appendEvent(tx, { type: 'snapshot-changed', jobId: row.jobId, snapshot }, now.getTime());
      await note.recordIn(tx);
      return snapshot;
    });
    context.events.nudge();
    return view;
  });
}

export async function pinSnapshot(context: ConsoleContext, call: UserCall, id: string, isPinned: boolean): Promise<Snapshot> {
  return change(context, call, id, isPinned ? 'pinSnapshot' : 'unpinSnapshot', async (row) => {
    const path = isPinned ? await copyOfPinned(context, row) : null;
    return path === null ? { isPinned } : { isPinned, path };
  });
}

/** Flink deletes checkpoints of a run that goes on, pinned ones too: such a one is kept by a copy, which the row then is of. Null: none is needed. */
async function copyOfPinned({ database, store, environment }: ConsoleContext, row: SnapshotRow): Promise<string | null> {
  if (row.engine !== 'flink' || row.kind !== 'checkpoint' || row.runNumber === null || row.checkpointId === null) return null;
  if (isPinnedCopy(row.path)) return null;
  const run = await database.run.findUnique({ where: { jobId_number: { jobId: row.jobId, number: row.runNumber } } });
  if (run === null || run.endedAt !== null) return null;
  const from = folderAt(store, row.path);
  const home = /^(.*\/jobs)\/checkpoint\//.exec(row.path)?.[1];
  if (home === undefined) throw new Refusal('in-use', say('said.no.pinElsewhere', { file: row.path }));
  const path = `${home}/savepoint/${row.jobId}/${pinnedName(run.id.replaceAll('-', ''), row.checkpointId)}`;
  const copy = await copyForPin(environment.objectStore.spec, from, folderAt(store, path));
  if (copy.kind === 'refused') throw new Refusal('in-use', copy.why);
  return path;
}

export async function deleteSnapshot(context: ConsoleContext, call: UserCall, id: string): Promise<Snapshot> {
  const write = async (row: SnapshotRow, now: Date) => {
    if (row.isPinned) throw new Refusal('in-use', say('said.no.snapshotPinned'));
    if (row.pinReason !== null) throw new Refusal('in-use', say('said.no.snapshotKept', { why: row.pinReason }));
    const job = await context.database.job.findUniqueOrThrow({ where: { id: row.jobId } });
    if (job.newestSnapshotId === row.id && !isAtRest(job.status as JobStatus)) {
      throw new Refusal('in-use', say('said.no.snapshotNewest'));
    }
    return { deletedAt: row.deletedAt ?? now };
  };
  // A run may have begun from it meanwhile.
  return change(context, call, id, 'deleteSnapshot', write, () => ({
    where: { isPinned: false, pinReason: null },
    told: say('said.no.snapshotMoment'),
  }));
}

/** Not once its time is over: its objects may be half gone (supervisor/housekeeping.ts). */
export async function undeleteSnapshot(context: ConsoleContext, call: UserCall, id: string): Promise<Snapshot> {
  const write = async () => ({ deletedAt: null, expiresAt: null });
  return change(context, call, id, 'undeleteSnapshot', write, (now) => ({
    where: { OR: [{ expiresAt: null }, { expiresAt: { gt: now } }] },
    told: say('said.no.snapshotGoing'),
  }));
}
