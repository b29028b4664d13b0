/**
 * Deletes files that somebody found to be named by no manifest, once the time to bring them back is over. Each is judged once more in that
 * moment: a manifest that names it now, a job that runs, or a file that was written since keeps it, with the reason in its row.
 */
import { inEnglish, say } from '../contract/said.ts';
import type { Prisma } from '../db/open-database.ts';
import { judgeFolder } from '../snapshots/orphan-files.ts';
import { folderOf } from '../snapshots/snapshot-place.ts';
import type { SupervisorContext } from './context.ts';

const BATCH = 500;
const OBJECTS_MOST = 200_000;
const AGAIN_MS = 86_400_000;
const RUNS = inEnglish(say('said.store.running'));

type OrphanRow = Prisma.OrphanFileGetPayload<Record<string, never>>;

/** Returns how many went. */
export async function purgeOrphans(context: SupervisorContext): Promise<number> {
  const { database } = context;
  const nowMs = context.clock.nowMs();
  const due = await database.orphanFile.findMany({
    where: { purgeAt: { lte: new Date(nowMs) } },
    orderBy: { purgeAt: 'asc' },
    take: BATCH,
  });
  const judged = new Map<string, ReadonlyMap<string, number> | string>();
  let purged = 0;
  for (const row of due) {
    const prefix = /^(.*?jobs\/(?:checkpoint|savepoint)\/[^/]+\/)/.exec(row.key)?.[1] ?? '';
    const place = `${row.bucket}/${prefix}`;
    try {
      const known = judged.get(place) ?? (await orphansOf(context, row.jobId, row.bucket, prefix));
      judged.set(place, known);
      const outcome = await purgeOne(context, row, known);
      if (outcome.kind === 'kept') {
        const data = { keptBecause: outcome.why, purgeAt: new Date(nowMs + AGAIN_MS) };
        await database.orphanFile.updateMany({ where: { id: row.id }, data });
      } else {
        await database.orphanFile.deleteMany({ where: { id: row.id } });
        if (outcome.kind === 'purged') purged++;
      }
    } catch (error) {
      context.log('warn', `The file ${row.bucket}/${row.key} could not be deleted and is tried again: ${(error as Error).message}`);
    }
  }
  return purged;
}

type Purged = { readonly kind: 'purged' | 'gone' } | { readonly kind: 'kept'; readonly why: string };

const CHANGED = inEnglish(say('said.store.rewritten'));

/** A folder is judged once for all of its files, so what may have happened since is asked of each: a start, an undo, another write. */
async function purgeOne(context: SupervisorContext, row: OrphanRow, known: ReadonlyMap<string, number> | string): Promise<Purged> {
  const { database, store } = context;
  const ref = { bucket: row.bucket, key: row.key };
  const info = await store.head(ref);
  // Deleted before, and its row was not: the process ended in between.
  if (info === null) return { kind: 'gone' };
  if (typeof known === 'string') return { kind: 'kept', why: known };
  // The time in an object's own head has whole seconds only.
  const isSame = known.get(row.key) === row.modifiedAt.getTime() && seconds(info.modifiedMs) === seconds(row.modifiedAt.getTime());
  if (!isSame) return { kind: 'kept', why: CHANGED };
  if ((await database.run.count({ where: { jobId: row.jobId, endedAt: null } })) > 0) return { kind: 'kept', why: RUNS };
  if ((await database.orphanFile.count({ where: { id: row.id } })) === 0) return { kind: 'gone' };
  await store.delete(ref);
  return { kind: 'purged' };
}

const seconds = (ms: number): number => Math.floor(ms / 1000);

/** Keys with the time of their last change, or why nothing may go. */
async function orphansOf(
  context: SupervisorContext,
  jobId: number,
  bucket: string,
  prefix: string,
): Promise<ReadonlyMap<string, number> | string> {
  const runs = await context.database.run.count({ where: { jobId, endedAt: null } });
  if (runs > 0) return RUNS;
  const folder = folderOf(context.store, bucket, prefix.replace(/\/$/, ''));
  const judged = await judgeFolder(folder, context.clock.nowMs(), OBJECTS_MOST);
  return judged.kind === 'unjudged' ? inEnglish([judged.why]) : new Map(judged.orphans.map((object) => [object.key, object.modifiedMs]));
}
