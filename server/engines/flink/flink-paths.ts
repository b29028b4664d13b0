/**
 * Places of the console's object store as Flink's file systems name them, and back. A bucket of a local store is a folder that the cluster must see
 * too: `file:/data/objects/<bucket>/…`. Of a remote store: `s3://<bucket>/…`, reached by the cluster's own S3 file system and keys.
 */
import { resolve } from 'node:path';
import type { StoreSpec } from '../../engine/runtime/wire.ts';
import { parseObjectUri } from '../../storage/object-key.ts';

/** Null when it is no address in an object store. */
export function toFlinkUri(store: StoreSpec, uri: string): string | null {
  const parsed = parseObjectUri(uri);
  if (parsed.kind === 'invalid') return null;
  const key = parsed.key === '' ? '' : `/${parsed.key}`;
  return store.kind === 'local' ? `file://${resolve(store.root)}/${parsed.bucket}${key}` : `s3://${parsed.bucket}${key}`;
}

/** Null when the console's store does not reach there. */
export function fromFlinkUri(store: StoreSpec, uri: string): string | null {
  const bare = uri.replace(/\/+$/, '').replace(/\/_metadata$/, '');
  if (store.kind === 'local') {
    const path = bare.replace(/^file:\/*/, '/');
    const root = `${resolve(store.root)}/`;
    return path.startsWith(root) ? `obs://${path.slice(root.length)}` : null;
  }
  const match = /^(?:s3|s3a|s3n|s3p|obs):\/\/(.+)$/.exec(bare);
  return match ? `obs://${match[1]}` : null;
}
