/**
 * Files in a job's folders that no manifest names: parts of checkpoints that were never completed, or that a deletion left behind. A file is one
 * only when everything is known: every manifest below the folder was read and is whole, nothing of the job is under way, and the
 * file is older than a day (a snapshot writes its parts first and its manifest last).
 */
import { type Said, say } from '../contract/said.ts';
import { MANIFEST_NAME } from '../engine/checkpoint/manifest.ts';
import { LEASES, objectIn, type SnapshotFolder } from '../engine/checkpoint/snapshot-folder.ts';
import type { ObjectInfo } from '../storage/contract.ts';
import { inspectSnapshot, partsOf } from './inspect-snapshot.ts';
import { folderOf } from './snapshot-place.ts';

export const YOUNG_MS = 86_400_000;

export type JudgedFolder =
  | { readonly kind: 'judged'; readonly objects: readonly ObjectInfo[]; readonly orphans: readonly ObjectInfo[] }
  /** Nothing is known of single files; what lies there is still counted. */
  | { readonly kind: 'unjudged'; readonly objects: readonly ObjectInfo[]; readonly why: Said };

export async function objectsIn(folder: SnapshotFolder, most: number): Promise<{ objects: ObjectInfo[]; isComplete: boolean }> {
  const objects: ObjectInfo[] = [];
  let token: string | null = null;
  do {
    const page = await folder.store.list(folder.bucket, folder.prefix, token === null ? {} : { token });
    objects.push(...page.objects);
    token = page.nextToken;
  } while (token !== null && objects.length < most);
  return { objects, isComplete: token === null };
}

/** `folder`: of one job, with its snapshots below it. Throws StoreError when the store does not answer. */
export async function judgeFolder(folder: SnapshotFolder, nowMs: number, most: number): Promise<JudgedFolder>;
/** Null: it was late before everything was known. */
export async function judgeFolder(folder: SnapshotFolder, nowMs: number, most: number, isLate: () => boolean): Promise<JudgedFolder | null>;
export async function judgeFolder(
  folder: SnapshotFolder,
  nowMs: number,
  most: number,
  isLate: () => boolean = () => false,
): Promise<JudgedFolder | null> {
  const { objects, isComplete } = await objectsIn(folder, most);
  if (!isComplete) return { kind: 'unjudged', objects, why: say('said.store.many', { n: most }) };
  const manifests = objects.filter((object) => object.key.endsWith(`/${MANIFEST_NAME}`));
  const named = new Set<string>(manifests.map((object) => object.key));
  for (const { key } of manifests) {
    if (isLate()) return null;
    const snapshot = folderOf(folder.store, folder.bucket, key.slice(0, -MANIFEST_NAME.length - 1));
    const inspected = await inspectSnapshot(snapshot);
    if (inspected.kind === 'embedded') {
      for (const part of partsOf(inspected.manifest)) named.add(objectIn(snapshot, part.path).key);
    } else if (inspected.kind === 'flink') {
      return { kind: 'unjudged', objects, why: say('said.store.flink') };
    } else {
      const reason = inspected.kind === 'broken' ? inspected.reason : 'it went away meanwhile';
      return { kind: 'unjudged', objects, why: say('said.store.unread', { key, reason }) };
    }
  }
  // Without its mark a run that slept through its successor would take itself for the newest.
  const leases = `${folder.prefix}${LEASES}/`;
  const orphans = objects.filter(
    (object) => !named.has(object.key) && !object.key.startsWith(leases) && nowMs - object.modifiedMs > YOUNG_MS,
  );
  return { kind: 'judged', objects, orphans };
}
