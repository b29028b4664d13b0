/** Storing of snapshots for the coordinator; loaded only by runs that have a checkpoint or savepoint directory. */
import type { Scheduler } from '../../effects/scheduler.ts';
import type { SnapshotStorage } from '../checkpoint/coordinator.ts';
import { objectsBelow } from '../checkpoint/snapshot-folder.ts';
import { storeManifest, writeParts } from '../checkpoint/snapshot-writer.ts';

export function createSnapshotStorage(attempt: string, scheduler: Scheduler): SnapshotStorage {
  return {
    writeParts: (folder, snapshots, checkAlive) => writeParts(snapshots, { folder, attempt, scheduler, checkAlive }),
    storeManifest,
    async deleteParts(folder) {
      const own = (await objectsBelow(folder)).filter((key) => key.startsWith(`${folder.prefix}${attempt}-`));
      for (const key of own) await folder.store.delete({ bucket: folder.bucket, key });
    },
  };
}
