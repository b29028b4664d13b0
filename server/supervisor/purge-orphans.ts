/**
 * Deletes files that somebody found to be named by no manifest, once the time to bring them back is over. Each is judged once more in that
 * moment: a manifest that names it now, a job that runs, or a file that was written since keeps it, with the reason in its row.
 */
import { inEnglish } from '../contract/said.ts';
import { judgeFolder } from '../snapshots/orphan-files.ts';
import { folderOf } from '../snapshots/snapshot-place.ts';
import type { SupervisorContext } from './context.ts';

const BATCH = 500;
const OBJECTS_MOST = 200_000;
const AGAIN_MS = 86_400_000;

/** Returns how many went. */
export async function purgeOrphans(context: SupervisorContext): Promise<number> {
  const { database, store } = context;
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
      const why =
        typeof known === 'string'
          ? known
          : known.get(row.key) === row.modifiedAt.getTime()
            ? null
            : 'It was written again, or a manifest names it.';
      if (why === null) {
        await store.delete({ bucket: row.bucket, key: row.key });
        await database.orphanFile.deleteMany({ where: { id: row.id } });
        purged++;
      } else {
        await database.orphanFile.updateMany({ where: { id: row.id }, data: { keptBecause: why, purgeAt: new Date(nowMs + AGAIN_MS) } });
      }
    } catch (error) {
      context.log('warn', `The file ${row.bucket}/${row.key} could not be deleted and is tried again: ${(error as Error).message}`);
    }
  }
  return purged;
}

/** Keys with the time of their last change, or why nothing may go. */
async function orphansOf(
  context: SupervisorContext,
  jobId: number,
  bucket: string,
  prefix: string,
): Promise<ReadonlyMap<string, number> | string> {
  const runs = await context.database.run.count({ where: { jobId, endedAt: null } });
  if (runs > 0) return 'The job runs.';
  const folder = folderOf(context.store, bucket, prefix.replace(/\/$/, ''));
  const judged = await judgeFolder(folder, context.clock.nowMs(), OBJECTS_MOST);
  return judged.kind === 'unjudged' ? inEnglish([judged.why]) : new Map(judged.orphans.map((object) => [object.key, object.modifiedMs]));
}
