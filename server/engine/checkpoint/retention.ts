/**
 * Keeps the newest checkpoints of a run and deletes older ones; savepoints are never deleted here.
 *
 * Rules: at least `retained` completed checkpoints stay; the checkpoint that the run was restored from stays until two newer ones are
 * complete; an object that a kept manifest names stays. The manifest goes first, so that a snapshot half deleted is no snapshot. What
 * could not be deleted is tried again after the next checkpoint.
 */
import type { ObjectRef } from '../../storage/contract.ts';
import { MANIFEST_NAME, type Manifest } from './manifest.ts';
import { objectIn, objectsBelow, type SnapshotFolder } from './snapshot-folder.ts';

interface KeptCheckpoint {
  readonly folder: SnapshotFolder;
  /** Keys of the objects its manifest names. */
  readonly objects: ReadonlySet<string>;
  readonly isRestored: boolean;
}

/** Newer complete checkpoints needed before the restored one may go. */
const NEWER_THAN_RESTORED = 2;

export interface Retention {
  /** Call after a checkpoint's manifest is stored and its sinks have committed. */
  onCompleted(folder: SnapshotFolder, manifest: Manifest): Promise<void>;
}

export function createRetention(options: {
  readonly retained: number;
  /** The checkpoint restored from, when it lies in this run's checkpoint directory; never a savepoint. */
  readonly restored: { readonly folder: SnapshotFolder; readonly manifest: Manifest } | null;
  readonly warn: (message: string) => void;
}): Retention {
  const kept: KeptCheckpoint[] = [];
  const leftovers: KeptCheckpoint[] = [];
  if (options.restored) kept.push(entry(options.restored.folder, options.restored.manifest, true));

  function takeExpired(): KeptCheckpoint[] {
    const expired: KeptCheckpoint[] = [];
    let surplus = kept.length - Math.max(1, options.retained);
    for (let index = 0; index < kept.length && surplus > 0; ) {
      const candidate = kept[index] as KeptCheckpoint;
      const newer = kept.length - 1 - index;
      if (candidate.isRestored && newer < NEWER_THAN_RESTORED) index++;
      else expired.push(...kept.splice(index, 1));
      surplus--;
    }
    return expired;
  }

  return {
    async onCompleted(folder, manifest) {
      kept.push(entry(folder, manifest, false));
      const expired = [...leftovers.splice(0), ...takeExpired()];
      const needed = new Set(kept.flatMap((checkpoint) => [...checkpoint.objects]));
      for (const checkpoint of expired) {
        try {
          await deleteCheckpoint(checkpoint.folder, needed);
        } catch (error) {
          leftovers.push(checkpoint);
          options.warn(`Could not delete the old checkpoint ${checkpoint.folder.uri}: ${(error as Error).message}`);
        }
      }
    },
  };
}

function entry(folder: SnapshotFolder, manifest: Manifest, isRestored: boolean): KeptCheckpoint {
  const parts = manifest.tables.flatMap((table) => table.parts.map(({ part }) => objectIn(folder, part.path).key));
  return { folder, objects: new Set([objectIn(folder, MANIFEST_NAME).key, ...parts]), isRestored };
}

async function deleteCheckpoint(folder: SnapshotFolder, needed: ReadonlySet<string>): Promise<void> {
  const manifest: ObjectRef = objectIn(folder, MANIFEST_NAME);
  await folder.store.delete(manifest);
  for (const key of await objectsBelow(folder)) if (!needed.has(key)) await folder.store.delete({ bucket: folder.bucket, key });
}
