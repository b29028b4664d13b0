/** Looks through the checkpoint and savepoint folders of a bucket, job by job. Reads names, sizes and manifests; changes nothing. */
import { subfolder, subfolderNames } from '../engine/checkpoint/snapshot-folder.ts';
import { type ObjectStore, StoreError } from '../storage/contract.ts';
import { type JudgedFolder, judgeFolder } from './orphan-files.ts';
import { folderOf } from './snapshot-place.ts';

export interface ScannedFolder {
  readonly bucket: string;
  /** Ends in `/`. */
  readonly prefix: string;
  /** `<jobId>_<folder key>` below checkpoint, `<jobId>` below savepoint. */
  readonly name: string;
  readonly judged: JudgedFolder;
}

export interface ScanLimits {
  readonly objectsMost: number;
  readonly nowMs: number;
  /** The time for the look is over. */
  readonly isLate: () => boolean;
}

/** `base`: bucket and prefix under which `jobs/checkpoint/` lies, without slashes at the ends. */
export async function scanStorage(
  store: ObjectStore,
  bases: readonly { readonly bucket: string; readonly prefix: string }[],
  limits: ScanLimits,
): Promise<{ folders: ScannedFolder[]; isComplete: boolean }> {
  const folders: ScannedFolder[] = [];
  let left = limits.objectsMost;
  for (const { bucket, prefix } of bases) {
    for (const kind of ['checkpoint', 'savepoint'] as const) {
      const parent = folderOf(store, bucket, [prefix, 'jobs', kind].filter((part) => part !== '').join('/'));
      for (const name of await namesBelow(parent)) {
        if (left <= 0 || limits.isLate()) return { folders, isComplete: false };
        const folder = subfolder(parent, name);
        const judged = await judgeFolder(folder, limits.nowMs, left, limits.isLate);
        if (judged === null) return { folders, isComplete: false };
        left -= judged.objects.length;
        folders.push({ bucket, prefix: folder.prefix, name, judged });
      }
    }
  }
  return { folders, isComplete: true };
}

async function namesBelow(parent: Parameters<typeof subfolderNames>[0]): Promise<readonly string[]> {
  try {
    return await subfolderNames(parent);
  } catch (error) {
    // A bucket is made at its first use.
    if (error instanceof StoreError && (error.code === 'bucket-not-found' || error.code === 'not-found')) return [];
    throw error;
  }
}
