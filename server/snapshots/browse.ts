/** The bucket browser: buckets, folders and objects, with folders that hold a snapshot marked by reading them, not by their names. */
import type { BrowseAnswer } from '../contract/import.ts';
import { MANIFEST_NAME } from '../engine/checkpoint/manifest.ts';
import { LEASES, subfolder } from '../engine/checkpoint/snapshot-folder.ts';
import { StoreError } from '../storage/contract.ts';
import type { SnapshotContext } from './context.ts';
import { inspectSnapshot } from './inspect-snapshot.ts';
import { placeOf } from './snapshot-place.ts';

type Entry = BrowseAnswer['entries'][number];

const PAGE = 60;

/** Throws StoreError when the store refuses or does not answer. */
export async function browse(context: SnapshotContext, path: string, token: string | null): Promise<BrowseAnswer> {
  if (path === '') return browseBuckets(context);
  const place = placeOf(context.store, path);
  if (place.kind === 'invalid') throw new StoreError('invalid-key', place.message);
  const { folder } = place;
  const page = await context.store.list(folder.bucket, folder.prefix, {
    delimiter: '/',
    limit: PAGE,
    ...(token === null ? {} : { token }),
  });
  const folders = await Promise.all(
    page.prefixes
      // Nothing to choose, nothing to look into.
      .filter((prefix) => !prefix.endsWith(`/${LEASES}/`))
      .map(async (prefix): Promise<Entry> => {
        const name = prefix.slice(folder.prefix.length).replace(/\/$/, '');
        const one = subfolder(folder, name);
        const snapshot = await snapshotIn(one);
        const objectCount = snapshot === null && isInner(name) ? await countObjects(context, folder.bucket, prefix) : null;
        return { name, path: one.uri, kind: 'folder', sizeBytes: null, modifiedAt: null, snapshot, objectCount };
      }),
  );
  const objects = page.objects.map(
    ({ key, size, modifiedMs }): Entry => ({
      name: key.slice(folder.prefix.length),
      path: `obs://${folder.bucket}/${key}`,
      kind: 'object',
      sizeBytes: size,
      modifiedAt: modifiedMs,
      snapshot: null,
      objectCount: null,
    }),
  );
  return { path: folder.uri, parent: parentOf(folder.bucket, folder.prefix), entries: [...folders, ...objects], nextToken: page.nextToken };
}

/** Folders of a job that never are a snapshot: parts that several share, and marks of the product. */
function isInner(name: string): boolean {
  return name === 'shared' || name === 'taskowned' || name.startsWith('_');
}

const COUNTED = 1_000;

/** At most a thousand: a number that large says enough. */
async function countObjects(context: SnapshotContext, bucket: string, prefix: string): Promise<number> {
  const page = await context.store.list(bucket, prefix, { limit: COUNTED });
  return page.objects.length;
}

async function browseBuckets(context: SnapshotContext): Promise<BrowseAnswer> {
  const { defaultBucket } = context.environment.objectStore;
  let buckets: readonly string[];
  try {
    buckets = await context.store.listBuckets();
  } catch (error) {
    // Keys that may use one bucket often may not list all.
    if (!(error instanceof StoreError) || error.code !== 'denied') throw error;
    buckets = [];
  }
  const names = [...new Set([...buckets, defaultBucket])].sort();
  const entries = names.map(
    (name): Entry => ({
      name,
      path: `obs://${name}`,
      kind: 'bucket',
      sizeBytes: null,
      modifiedAt: null,
      snapshot: null,
      objectCount: null,
    }),
  );
  return { path: '', parent: null, entries, nextToken: null };
}

async function snapshotIn(folder: ReturnType<typeof subfolder>): Promise<Entry['snapshot']> {
  if ((await folder.store.head({ bucket: folder.bucket, key: folder.prefix + MANIFEST_NAME })) === null) return null;
  const inspected = await inspectSnapshot(folder);
  if (inspected.kind === 'embedded') return inspected.manifest.kind;
  return inspected.kind === 'flink' ? 'flink' : null;
}

function parentOf(bucket: string, prefix: string): string | null {
  if (prefix === '') return '';
  const above = prefix.replace(/[^/]+\/$/, '').replace(/\/$/, '');
  return `obs://${bucket}${above === '' ? '' : `/${above}`}`;
}
