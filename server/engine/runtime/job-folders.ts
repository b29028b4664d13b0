/** Names of the folders a run writes its snapshots to (DESIGN section 5): `chk-<n>` in its checkpoint directory, savepoints by time. */
import { objectsBelow, type SnapshotFolder, subfolder, subfolderNames } from '../checkpoint/snapshot-folder.ts';

const CHECKPOINT_FOLDER = /^chk-(\d+)$/;

export function checkpointFolder(directory: SnapshotFolder, checkpointId: number): SnapshotFolder {
  return subfolder(directory, `chk-${checkpointId}`);
}

/** The highest number of a checkpoint folder that is there, whole or not; 0 when there is none. */
export async function highestCheckpointId(directory: SnapshotFolder): Promise<number> {
  await directory.store.ensureBucket(directory.bucket);
  const numbers = (await subfolderNames(directory)).map((name) => Number(CHECKPOINT_FOLDER.exec(name)?.[1] ?? 0));
  return Math.max(0, ...numbers);
}

/** A folder nobody has written to: `yyyy-MM-dd_HH-mm-ss` in UTC, with a number behind it when the name is taken. */
export async function savepointFolder(directory: SnapshotFolder, nowMs: number): Promise<SnapshotFolder> {
  await directory.store.ensureBucket(directory.bucket);
  const name = new Date(nowMs).toISOString().slice(0, 19).replace('T', '_').replaceAll(':', '-');
  for (let attempt = 1; ; attempt++) {
    const folder = subfolder(directory, attempt === 1 ? name : `${name}-${attempt}`);
    if ((await objectsBelow(folder)).length === 0) return folder;
  }
}
