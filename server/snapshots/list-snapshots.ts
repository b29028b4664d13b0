/** Finds the snapshots that lie directly below a folder, by reading their manifests. The store is the truth; the database an index of it. */
import type { Manifest } from '../engine/checkpoint/manifest.ts';
import { type SnapshotFolder, subfolder, subfolderNames } from '../engine/checkpoint/snapshot-folder.ts';
import { StoreError } from '../storage/contract.ts';
import { inspectSnapshot } from './inspect-snapshot.ts';

export interface StoredSnapshot {
  readonly path: string;
  readonly manifest: Manifest;
}

/** `known`: paths that need no look. Folders without a whole manifest of this engine are no snapshots of it. */
export async function listSnapshotsBelow(folder: SnapshotFolder, known: ReadonlySet<string>): Promise<StoredSnapshot[]> {
  const found: StoredSnapshot[] = [];
  for (const name of await namesBelow(folder)) {
    const one = subfolder(folder, name);
    if (name.startsWith('_') || name === 'shared' || known.has(one.uri)) continue;
    const inspected = await inspectSnapshot(one);
    if (inspected.kind === 'embedded') found.push({ path: one.uri, manifest: inspected.manifest });
  }
  return found;
}

async function namesBelow(folder: SnapshotFolder): Promise<readonly string[]> {
  try {
    return await subfolderNames(folder);
  } catch (error) {
    if (error instanceof StoreError && (error.code === 'bucket-not-found' || error.code === 'not-found')) return [];
    throw error;
  }
}
