/**
 * Parts of a file sink: what a part does between its first byte and its commit, once for local folders and once for buckets.
 *
 * Local: bytes go to `.<name>.inprogress` beside the part's final name. `finish` syncs the file and its folder; the committable then
 * names the part. `commit` renames. Because the hidden name derives from the final one, a committable cannot rename anything else.
 * Bucket: bytes go to an upload in parts, which is invisible by nature; `commit` completes it.
 * What a killed attempt left is known by its name alone (writer.ts), which is why neither is ever found under another one.
 * Both commits are idempotent: a part that stands there already with its size is committed; when neither the hidden nor the final
 * part is there, nothing proves the rows visible, and the commit throws.
 */
import type { Dirent } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { MultipartUpload, ObjectStore } from '../../../storage/contract.ts';
import { objectKey } from '../../../storage/object-key.ts';
import { type Committable, ConnectorError } from '../contract.ts';
import { localError, storeFailure } from './file-access.ts';
import type { Location } from './location.ts';

export interface FilePart {
  /** In order; the bytes are taken over. */
  append(bytes: Uint8Array): Promise<void>;
  /** Everything is durable, nothing is visible. */
  finish(): Promise<Committable>;
  /** Takes an unfinished part away. */
  discard(): Promise<void>;
}

/** A part that no one writes to any more, and which is not visible. */
export interface AbandonedPart {
  /** Of a committable that would make it visible: `partKey`. */
  readonly key: string;
  remove(): Promise<void>;
}

export interface PartStore {
  /** `folder` is below the table's path: '' or `k=v/k2=v2`. */
  create(folder: string, name: string): FilePart;
  /** Parts whose name the caller knows as abandoned; `depth`: levels of partition folders below the table's path. */
  abandoned(isAbandoned: (name: string) => boolean, depth: number): Promise<readonly AbandonedPart[]>;
}

export const LOCAL_PART = 'file';
export const BUCKET_PART = 'object';

export function openParts(location: Exclude<Location, { kind: 'invalid' }>, store: ObjectStore): PartStore {
  if (location.kind === 'local') {
    return {
      create: (folder, name) => new LocalPart(join(location.path, folder, name)),
      abandoned: (isAbandoned, depth) => abandonedFiles(location.path, isAbandoned, depth),
    };
  }
  return {
    async abandoned(isAbandoned) {
      const uploads = await store.listMultipart(location.bucket, location.prefix === '' ? '' : `${location.prefix}/`);
      return uploads
        .filter(({ ref }) => isAbandoned(ref.key.slice(ref.key.lastIndexOf('/') + 1)))
        .map((upload) => ({ key: upload.id, remove: () => store.abortMultipart(upload) }));
    },
    create: (folder, name) => {
      const parts = [location.prefix, folder, name].filter((part) => part !== '');
      return new BucketPart(store, objectKey(location.bucket, ...parts));
    },
  };
}

/** What tells the part of a committable from others: its name, wherever and however its folder is named (no two have one); or the id of its upload. */
export function partKey({ kind, data }: Committable): string | null {
  if (kind === BUCKET_PART) return (data.upload as MultipartUpload).id;
  return kind === LOCAL_PART ? basename(String(data.path)) : null;
}

const HIDDEN = /^\.(.+)\.inprogress$/;

async function abandonedFiles(folder: string, isAbandoned: (name: string) => boolean, depth: number): Promise<AbandonedPart[]> {
  const found: AbandonedPart[] = [];
  for (const entry of await entriesOf(folder)) {
    if (entry.isDirectory() && depth > 0) found.push(...(await abandonedFiles(join(folder, entry.name), isAbandoned, depth - 1)));
    const name = entry.isFile() ? HIDDEN.exec(entry.name)?.[1] : undefined;
    if (name === undefined || !isAbandoned(name)) continue;
    found.push({ key: name, remove: () => rm(join(folder, entry.name), { force: true }) });
  }
  return found;
}

async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw localError(error, folder);
  }
}

export function hiddenPath(path: string): string {
  const folder = dirname(path);
  return join(folder, `.${path.slice(folder === '/' ? 1 : folder.length + 1)}.inprogress`);
}

class LocalPart implements FilePart {
  readonly #path: string;
  readonly #hidden: string;
  #file: FileHandle | null = null;
  #size = 0;

  constructor(path: string) {
    this.#path = path;
    this.#hidden = hiddenPath(path);
  }

  async append(bytes: Uint8Array): Promise<void> {
    try {
      if (!this.#file) {
        await makeFolder(dirname(this.#path));
        this.#file = await open(this.#hidden, 'wx');
      }
      for (let at = 0; at < bytes.length; ) at += (await this.#file.write(bytes, at, bytes.length - at)).bytesWritten;
      this.#size += bytes.length;
    } catch (error) {
      throw localError(error, this.#hidden);
    }
  }

  async finish(): Promise<Committable> {
    try {
      await this.#file?.sync();
      await this.#file?.close();
      this.#file = null;
      await syncFolder(dirname(this.#path));
    } catch (error) {
      throw localError(error, this.#hidden);
    }
    return { kind: LOCAL_PART, data: { path: this.#path, size: this.#size } };
  }

  async discard(): Promise<void> {
    await this.#file?.close();
    this.#file = null;
    await rm(this.#hidden, { force: true });
  }
}

/** Every part but the last of an upload must have at least 5 MiB. */
const UPLOAD_PART_BYTES = 8 * 1024 * 1024;

class BucketPart implements FilePart {
  readonly #store: ObjectStore;
  readonly #ref: { readonly bucket: string; readonly key: string };
  #upload: MultipartUpload | null = null;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;

  constructor(store: ObjectStore, ref: { readonly bucket: string; readonly key: string }) {
    this.#store = store;
    this.#ref = ref;
  }

  async append(bytes: Uint8Array): Promise<void> {
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    if (this.#waitingBytes >= UPLOAD_PART_BYTES) await this.#send();
  }

  async finish(): Promise<Committable> {
    if (this.#waitingBytes > 0) await this.#send();
    return { kind: BUCKET_PART, data: { upload: this.#upload } };
  }

  async discard(): Promise<void> {
    if (this.#upload) await this.#store.abortMultipart(this.#upload);
    this.#upload = null;
  }

  async #send(): Promise<void> {
    const body = Buffer.concat(this.#waiting);
    this.#waiting = [];
    this.#waitingBytes = 0;
    try {
      this.#upload = await this.#store.putPart(this.#upload ?? (await this.#store.startMultipart(this.#ref)), body);
    } catch (error) {
      throw storeFailure(error);
    }
  }
}

/** Makes parts visible. Throws ConnectorError when that cannot be proven. */
export async function commitParts(committables: readonly Committable[], store: ObjectStore, allowLocal: boolean): Promise<void> {
  const folders = new Set<string>();
  for (const { kind, data } of committables) {
    if (kind === BUCKET_PART) await commitUpload(store, data.upload as MultipartUpload);
    else if (kind === LOCAL_PART && allowLocal) {
      await commitFile(String(data.path), Number(data.size));
      folders.add(dirname(String(data.path)));
    } else throw new ConnectorError(`The snapshot holds a part of kind '${kind}', which this sink may not commit.`, false);
  }
  for (const folder of folders) await syncFolder(folder);
}

async function commitUpload(store: ObjectStore, upload: MultipartUpload): Promise<void> {
  try {
    await store.completeMultipart(upload);
  } catch (error) {
    throw storeFailure(error);
  }
}

async function commitFile(path: string, size: number): Promise<void> {
  const hidden = hiddenPath(path);
  const [there, waiting] = await Promise.all([sizeOf(path), sizeOf(hidden)]);
  if (there === null && waiting === size) {
    try {
      await rename(hidden, path);
    } catch (error) {
      throw localError(error, path);
    }
    return;
  }
  if (there === size) {
    if (waiting !== null) await rm(hidden, { force: true });
    return;
  }
  const found = there === null && waiting === null ? 'neither it nor its hidden part is there' : `${there ?? waiting} bytes are there`;
  throw new ConnectorError(`File ${path} of ${size} bytes cannot be committed: ${found}. Its rows are not proven to be visible.`, false);
}

async function sizeOf(path: string): Promise<number | null> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw localError(error, path);
  }
}

/** Makes a folder and syncs the parents that got a new entry: else a loss of power could take the folder of a committed part. */
async function makeFolder(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true });
  if (first === undefined) return;
  for (let folder = dirname(path); folder.length >= dirname(first).length; folder = dirname(folder)) {
    await syncFolder(folder);
    if (folder === dirname(folder)) return;
  }
}

async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return; // folders cannot be opened there
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
