/**
 * A copy of a Flink checkpoint that Flink will delete: while a run goes on, its checkpoints beyond the retained number go, whoever wants them. Protocol:
 * metadata read -> every file it names copied into a folder of the console's -> metadata with names relative to that folder written last, so that half
 * a copy is no snapshot. Flink deletes the metadata first: a file missing on the way means that the checkpoint is gone, and the copy is taken
 * back. Handles of whole files have two forms (types 2 and 6 of MetadataV2V3SerializerBase); segments of merged files have no relative
 * form, so such a checkpoint is refused.
 */
import { type Said, say } from '../../contract/said.ts';
import { MANIFEST_NAME } from '../../engine/checkpoint/manifest.ts';
import { objectIn, objectsBelow, type SnapshotFolder } from '../../engine/checkpoint/snapshot-folder.ts';
import type { StoreSpec } from '../../engine/runtime/wire.ts';
import { fromFlinkUri } from '../../engines/flink/flink-paths.ts';
import { type ObjectRef, type ObjectStore, StoreError } from '../../storage/contract.ts';
import { folderAt } from '../snapshot-place.ts';
import { placeOfFlinkFile } from './describe-flink.ts';
import { inspectFlinkMetadata } from './inspect-metadata.ts';
import { MetadataFault } from './metadata-cursor.ts';
import { readFlinkMetadata, streamsOf } from './read-metadata.ts';
import type { StreamHandle } from './state-handles.ts';

/** Copied within a request of a person, through this process. */
export const COPIED_MOST = 1024 ** 3;
const PIECE = 16 * 1024 ** 2;

export type PinCopy = { readonly kind: 'copied' } | { readonly kind: 'refused'; readonly why: Said };

const COPY_NAME = /\/pinned-[0-9a-f]{6}-chk-\d+$/;
/** Six digits of the job's id in Flink, as its savepoints have, and the checkpoint's number. */
export const pinnedName = (flinkJobId: string, checkpointId: bigint): string => `pinned-${flinkJobId.slice(0, 6)}-chk-${checkpointId}`;
/** It is the console's, not Flink's to delete. */
export const isPinnedCopy = (path: string): boolean => COPY_NAME.test(path);

type WholeFile = Extract<StreamHandle, { readonly kind: 'file' | 'relative' }>;

class FileGone extends Error {
  override readonly name = 'FileGone';
}

/** Throws StoreError when the store does not answer; nothing of the copy is left then. */
export async function copyForPin(spec: StoreSpec, from: SnapshotFolder, to: SnapshotFolder): Promise<PinCopy> {
  const refused = (why: Said): PinCopy => ({ kind: 'refused', why });
  try {
    const metadata = await from.store.get(objectIn(from, MANIFEST_NAME));
    const streams = streamsOf(readFlinkMetadata(metadata));
    if (streams.some((one) => one.kind === 'segment')) return refused(say('said.no.pinMerged'));
    const files = new Map(streams.filter(isWhole).map((one) => [one.path, one]));
    const bytes = [...files.values()].reduce((sum, one) => sum + one.size, 0);
    if (bytes > COPIED_MOST) return refused(say('said.no.pinLarge', { mib: Math.ceil(bytes / 1024 ** 2), most: COPIED_MOST / 1024 ** 2 }));
    const names = namesOf([...files.keys()]);
    const placed = [...files.values()].map((file) => ({ file, source: placeIn(spec, from, file) }));
    const outside = placed.find(({ source }) => source === null);
    if (outside) return refused(say('said.no.pinElsewhere', { file: outside.file.path }));
    for (const { file, source } of placed) {
      await copyFile(from.store, source as ObjectRef, objectIn(to, names.get(file.path) as string), file.size);
    }
    const copy = withRelativeNames(metadata, streams, names);
    const inspected = inspectFlinkMetadata(copy);
    if (inspected.kind === 'problem' || !inspected.isSelfContained) throw new Error(`the copy of ${from.uri} is not whole`);
    await to.store.put(objectIn(to, MANIFEST_NAME), copy);
    return { kind: 'copied' };
  } catch (error) {
    await takeBack(to);
    if (error instanceof MetadataFault) return refused(say('said.broken.flinkDamaged', { reason: error.message, offset: error.offset }));
    const isGone = error instanceof FileGone || (error instanceof StoreError && error.code === 'not-found');
    if (isGone) return refused(say('said.no.pinGone'));
    throw error;
  }
}

const isWhole = (one: StreamHandle): one is WholeFile => one.kind === 'file' || one.kind === 'relative';

/** What a failed copy left; a store that does not answer keeps it, and the next try writes over it. */
async function takeBack(folder: SnapshotFolder): Promise<void> {
  try {
    for (const key of await objectsBelow(folder)) await folder.store.delete({ bucket: folder.bucket, key });
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
  }
}

function placeIn(spec: StoreSpec, folder: SnapshotFolder, file: WholeFile): ObjectRef | null {
  if (file.kind === 'relative') return objectIn(folder, file.path);
  const direct = placeOfFlinkFile(folder, { path: file.path, isRelative: false, sizeBytes: file.size, isWhole: true });
  if (direct) return direct;
  const uri = fromFlinkUri(spec, file.path);
  if (uri === null) return null;
  const { bucket, prefix } = folderAt(folder.store, uri);
  return { bucket, key: prefix.replace(/\/$/, '') };
}

/** The last name of each path; a number before it where two would be one. */
function namesOf(paths: readonly string[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const taken = new Set<string>([MANIFEST_NAME]);
  for (const path of paths) {
    const last = path.split('/').at(-1) as string;
    const name = taken.has(last) ? `${taken.size}-${last}` : last;
    taken.add(name);
    names.set(path, name);
  }
  return names;
}

async function copyFile(store: ObjectStore, from: ObjectRef, to: ObjectRef, size: number): Promise<void> {
  const info = await store.head(from);
  if (info === null || info.size !== size) throw new FileGone(from.key);
  if (size <= PIECE) return store.put(to, await store.get(from));
  let upload = await store.startMultipart(to);
  try {
    for (let start = 0; start < size; start += PIECE) {
      upload = await store.putPart(upload, await store.get(from, { start, end: Math.min(start + PIECE, size) }));
    }
    await store.completeMultipart(upload);
  } catch (error) {
    await store.abortMultipart(upload);
    throw error;
  }
}

/** Nothing in the file tells a length of what follows, so a handle may change its own. */
function withRelativeNames(metadata: Uint8Array, streams: readonly StreamHandle[], names: ReadonlyMap<string, string>): Buffer {
  const parts: Uint8Array[] = [];
  let done = 0;
  const files = streams.filter(isWhole).sort((a, b) => a.at - b.at);
  for (const { path, size, at, end } of files) {
    parts.push(metadata.subarray(done, at), relativeHandle(names.get(path) as string, size));
    done = end;
  }
  return Buffer.concat([...parts, metadata.subarray(done)]);
}

/** Names are Flink's uuids and those of RocksDB: plain ASCII, so that modified UTF-8 is the same. */
function relativeHandle(name: string, size: number): Buffer {
  const text = Buffer.from(name, 'utf8');
  const handle = Buffer.alloc(1 + 2 + text.length + 8);
  handle.writeUInt8(6, 0);
  handle.writeUInt16BE(text.length, 1);
  text.copy(handle, 3);
  handle.writeBigInt64BE(BigInt(size), 3 + text.length);
  return handle;
}
