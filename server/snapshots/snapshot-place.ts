/** From what people write to the folder of a snapshot in the object store: folder or `_metadata`, `obs://`, `s3://`, `s3a://`, `bucket/path`. */
import { MANIFEST_NAME } from '../engine/checkpoint/manifest.ts';
import type { SnapshotFolder } from '../engine/checkpoint/snapshot-folder.ts';
import type { ObjectStore } from '../storage/contract.ts';
import { parseObjectUri } from '../storage/object-key.ts';

export type PlaceOutcome =
  | { readonly kind: 'folder'; readonly folder: SnapshotFolder }
  | { readonly kind: 'invalid'; readonly message: string };

export function placeOf(store: ObjectStore, path: string): PlaceOutcome {
  const parsed = parseObjectUri(path);
  if (parsed.kind === 'invalid') return parsed;
  const key = parsed.key === MANIFEST_NAME ? '' : parsed.key.replace(new RegExp(`/${MANIFEST_NAME}$`), '');
  return { kind: 'folder', folder: folderOf(store, parsed.bucket, key) };
}

/** `key` without slashes at its ends; '' is the bucket. */
export function folderOf(store: ObjectStore, bucket: string, key: string): SnapshotFolder {
  return { store, bucket, prefix: key === '' ? '' : `${key}/`, uri: `obs://${bucket}${key === '' ? '' : `/${key}`}` };
}

/** Of a path that was written by this product: a malformed one is a broken invariant. */
export function folderAt(store: ObjectStore, path: string): SnapshotFolder {
  const place = placeOf(store, path);
  if (place.kind === 'invalid') throw new Error(`the stored path ${path} is no folder of the object store: ${place.message}`);
  return place.folder;
}

/** Last name of a path: `chk-12`, `2026-01-31_10-00-00`. */
export function nameOf(folder: SnapshotFolder): string {
  return folder.prefix.replace(/\/$/, '').split('/').at(-1) || folder.bucket;
}
