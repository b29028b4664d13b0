/** Where a snapshot or a folder of snapshots lies: a prefix in a bucket of a store, and the URI that people and reports use for it. */
import type { ObjectRef, ObjectStore } from '../../storage/contract.ts';

/** Folder of the marks by which one writer of a checkpoint directory fences another (runtime/lease-fence.ts): nothing of a snapshot. */
export const LEASES = '_lease';

export interface SnapshotFolder {
  readonly store: ObjectStore;
  readonly bucket: string;
  /** Empty, or ends in `/`. */
  readonly prefix: string;
  /** Without a `/` at the end. */
  readonly uri: string;
}

export function subfolder(folder: SnapshotFolder, name: string): SnapshotFolder {
  return { store: folder.store, bucket: folder.bucket, prefix: `${folder.prefix}${name}/`, uri: `${folder.uri}/${name}` };
}

/** `path` is a name in the folder, or `../shared/<name>` beside it (ManifestPart.path). */
export function objectIn(folder: SnapshotFolder, path: string): ObjectRef {
  if (!path.startsWith('../')) return { bucket: folder.bucket, key: folder.prefix + path };
  const parent = folder.prefix.replace(/[^/]+\/$/, '');
  return { bucket: folder.bucket, key: parent + path.slice(3) };
}

/** Names of the folders directly below. */
export async function subfolderNames(folder: SnapshotFolder): Promise<string[]> {
  const names: string[] = [];
  let token: string | null = null;
  do {
    const page = await folder.store.list(folder.bucket, folder.prefix, token === null ? { delimiter: '/' } : { delimiter: '/', token });
    for (const prefix of page.prefixes) names.push(prefix.slice(folder.prefix.length).replace(/\/$/, ''));
    token = page.nextToken;
  } while (token !== null);
  return names;
}

/** Keys of all objects below the folder. */
export async function objectsBelow(folder: SnapshotFolder): Promise<string[]> {
  const keys: string[] = [];
  let token: string | null = null;
  do {
    const page = await folder.store.list(folder.bucket, folder.prefix, token === null ? {} : { token });
    for (const object of page.objects) keys.push(object.key);
    token = page.nextToken;
  } while (token !== null);
  return keys;
}
