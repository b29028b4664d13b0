/**
 * What a directory of snapshots means: `obs://`, `s3://` and `bucket/path` lie in the job's object store; `file:///path` and a plain absolute or
 * `./` path lie in the local file system, as a local store whose bucket is the deepest folder of the path with a bucket's name.
 */
import { basename, dirname, isAbsolute, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { ObjectStore } from '../../storage/contract.ts';
import { LocalObjectStore } from '../../storage/local-store.ts';
import { bucketProblem, parseObjectUri } from '../../storage/object-key.ts';
import type { SnapshotFolder } from '../checkpoint/snapshot-folder.ts';

export class DirectoryError extends Error {
  override readonly name = 'DirectoryError';
}

/** `allowLocalFiles` false: a path of the local file system is refused. */
export function createLocator(store: ObjectStore, allowLocalFiles = true): (uri: string) => Promise<SnapshotFolder> {
  const localStores = new Map<string, ObjectStore>();
  return async (uri) => {
    const trimmed = uri.trim();
    const path = localPathOf(trimmed);
    if (path !== null && !allowLocalFiles) {
      throw new DirectoryError(`'${trimmed}' is on the server's own disk, which jobs may not use; name a bucket: obs://bucket/folder.`);
    }
    if (path !== null) return localFolder(path, localStores);
    const parsed = parseObjectUri(trimmed);
    if (parsed.kind === 'invalid') throw new DirectoryError(parsed.message);
    const scheme = /^(s3a?|obs):\/\//i.exec(trimmed)?.[1]?.toLowerCase() ?? 'obs';
    const prefix = parsed.key === '' ? '' : `${parsed.key}/`;
    return { store, bucket: parsed.bucket, prefix, uri: `${scheme}://${parsed.bucket}${parsed.key === '' ? '' : `/${parsed.key}`}` };
  };
}

function localPathOf(uri: string): string | null {
  if (/^file:\/\//i.test(uri)) return fileURLToPath(uri);
  if (/^file:/i.test(uri)) return resolve(uri.slice('file:'.length));
  return isAbsolute(uri) || uri === '.' || /^\.{1,2}[/\\]/.test(uri) ? resolve(uri) : null;
}

function localFolder(path: string, stores: Map<string, ObjectStore>): SnapshotFolder {
  const below: string[] = [];
  for (let at = path; dirname(at) !== at; at = dirname(at)) {
    const bucket = basename(at);
    if (bucketProblem(bucket) !== null) {
      below.unshift(bucket);
      continue;
    }
    const root = dirname(at);
    const store = stores.get(root) ?? new LocalObjectStore(root);
    stores.set(root, store);
    return { store, bucket, prefix: below.map((name) => `${name}/`).join(''), uri: pathToFileURL(path).href };
  }
  throw new DirectoryError(
    `'${path}' cannot hold snapshots: no folder on its way is named by lower-case letters, digits and hyphens alone.`,
  );
}

/** Where a folder lies, as plain data. */
export type FolderAddress = Omit<SnapshotFolder, 'store'>;

export function addressOf({ bucket, prefix, uri }: SnapshotFolder): FolderAddress {
  return { bucket, prefix, uri };
}

/** The same folder in another thread; `store` is the job's object store. */
export function folderAt(address: FolderAddress, store: ObjectStore): SnapshotFolder {
  const path = localPathOf(address.uri);
  if (path === null) return { ...address, store };
  // The path ends in the bucket and the levels of the prefix.
  const levels = 1 + address.prefix.split('/').filter((name) => name !== '').length;
  const root = Array.from({ length: levels }).reduce<string>((at) => dirname(at), path);
  return { ...address, store: new LocalObjectStore(root) };
}
