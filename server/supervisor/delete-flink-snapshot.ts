/**
 * Deleting the objects of a Flink snapshot. While its run goes on, Flink itself deletes checkpoints beyond the number that is retained, and only it knows
 * which shared files its next ones build on: then nothing is touched, but for the console's own copies of pinned ones. Of an ended run the metadata goes first, then its own folder, then files
 * outside of it that lie in the job's checkpoint folder and that no kept snapshot of the job, nor one that another job imported, refers to.
 */
import { MANIFEST_NAME } from '../engine/checkpoint/manifest.ts';
import { objectIn, objectsBelow, type SnapshotFolder } from '../engine/checkpoint/snapshot-folder.ts';
import { fromFlinkUri } from '../engines/flink/flink-paths.ts';
import type { SnapshotRow } from '../snapshots/catalogue.ts';
import { placeOfFlinkFile } from '../snapshots/flink/describe-flink.ts';
import type { FlinkFile } from '../snapshots/flink/inspect-metadata.ts';
import { isPinnedCopy } from '../snapshots/flink/pin-copy.ts';
import { inspectSnapshot } from '../snapshots/inspect-snapshot.ts';
import { folderAt, placeOf } from '../snapshots/snapshot-place.ts';
import type { SupervisorContext } from './context.ts';
import { besideIt } from './snapshot-record.ts';

/** False: it is still there and Flink's to delete; look again later. Throws when it is not known what kept snapshots need. */
export async function deleteFlinkSnapshot(context: SupervisorContext, row: SnapshotRow): Promise<boolean> {
  const { database, store } = context;
  const folder = folderAt(store, row.path);
  const others = await database.snapshot.count({ where: { path: row.path, deletedAt: null, NOT: { id: row.id } } });
  if (others > 0) return true;
  const inspected = await inspectSnapshot(folder);
  if (row.kind === 'checkpoint' && !isPinnedCopy(row.path) && (await isOfOpenRun(context, row))) return inspected.kind === 'none';
  const files = inspected.kind === 'flink' && inspected.content.kind === 'flink' ? inspected.content.files : [];
  const outside = files.flatMap((file) => keyOf(context, folder, file) ?? []).filter((key) => !key.startsWith(folder.prefix));
  const needed = await neededByKept(context, row);
  await store.delete(objectIn(folder, MANIFEST_NAME));
  for (const key of await objectsBelow(folder)) if (!needed.has(key)) await store.delete({ bucket: folder.bucket, key });
  // Files of a run lie beside its checkpoints: `<job>/shared`, `<job>/taskowned`.
  const ofRun = folder.prefix.replace(/[^/]+\/$/, '');
  for (const key of outside) if (key.startsWith(ofRun) && !needed.has(key)) await store.delete({ bucket: folder.bucket, key });
  return true;
}

async function isOfOpenRun(context: SupervisorContext, row: SnapshotRow): Promise<boolean> {
  if (row.runNumber === null) return false;
  const run = await context.database.run.findUnique({ where: { jobId_number: { jobId: row.jobId, number: row.runNumber } } });
  return run !== null && run.endedAt === null;
}

/** In the bucket of the folder; null when it lies elsewhere. */
function keyOf(context: SupervisorContext, folder: SnapshotFolder, file: FlinkFile): string | null {
  const direct = placeOfFlinkFile(folder, file);
  if (direct) return direct.bucket === folder.bucket ? direct.key : null;
  const uri = fromFlinkUri(context.environment.objectStore.spec, file.path);
  const place = uri === null ? null : placeOf(context.store, uri);
  return place?.kind === 'folder' && place.folder.bucket === folder.bucket ? place.folder.prefix.replace(/\/$/, '') : null;
}

/** Deleted ones that can still be brought back count too. */
async function neededByKept(context: SupervisorContext, row: SnapshotRow): Promise<ReadonlySet<string>> {
  const kept = await context.database.snapshot.findMany({
    where: { ...besideIt(row), engine: 'flink', purgedAt: null },
  });
  const needed = new Set<string>();
  for (const other of kept) {
    const folder = folderAt(context.store, other.path);
    const inspected = await inspectSnapshot(folder);
    if (inspected.kind === 'none') continue;
    if (inspected.kind !== 'flink' || inspected.content.kind !== 'flink') {
      throw new Error(`${other.path} cannot be read, so it is not known what it needs`);
    }
    for (const file of inspected.content.files) {
      const key = keyOf(context, folder, file);
      if (key !== null) needed.add(key);
    }
  }
  return needed;
}
