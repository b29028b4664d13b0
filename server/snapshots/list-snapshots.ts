/** Finds the snapshots that lie directly below a folder, by reading their manifests. The store is the truth; the database an index of it. */
import type { Manifest } from '../engine/checkpoint/manifest.ts';
import { type SnapshotFolder, subfolder, subfolderNames } from '../engine/checkpoint/snapshot-folder.ts';
import { StoreError } from '../storage/contract.ts';
import type { FlinkInspection } from './flink/inspect-metadata.ts';
import { inspectSnapshot } from './inspect-snapshot.ts';

export type StoredSnapshot =
  | { readonly engine: 'embedded'; readonly path: string; readonly manifest: Manifest }
  /** `flinkJobId`: of the folder it lies in; null for savepoints. */
  | {
      readonly engine: 'flink';
      readonly path: string;
      readonly content: FlinkInspection;
      readonly createdMs: number;
      readonly flinkJobId: string | null;
    };

/** A run's folder below the checkpoint folder of its job: Flink's job id. */
const FLINK_JOB = /^[0-9a-f]{32}$/;

/** `known`: paths that need no look. Folders without a whole manifest are no snapshots. */
export async function listSnapshotsBelow(folder: SnapshotFolder, known: ReadonlySet<string>): Promise<StoredSnapshot[]> {
  return listIn(folder, known, null);
}

async function listIn(folder: SnapshotFolder, known: ReadonlySet<string>, flinkJobId: string | null): Promise<StoredSnapshot[]> {
  const found: StoredSnapshot[] = [];
  for (const name of await namesBelow(folder)) {
    const one = subfolder(folder, name);
    if (name.startsWith('_') || name === 'shared' || name === 'taskowned' || known.has(one.uri)) continue;
    if (flinkJobId === null && FLINK_JOB.test(name)) {
      found.push(...(await listIn(one, known, name)));
      continue;
    }
    const inspected = await inspectSnapshot(one);
    if (inspected.kind === 'embedded') found.push({ engine: 'embedded', path: one.uri, manifest: inspected.manifest });
    if (inspected.kind === 'flink' && inspected.content.kind === 'flink') {
      const { content, modifiedMs } = inspected;
      found.push({ engine: 'flink', path: one.uri, content, createdMs: modifiedMs, flinkJobId });
    }
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
