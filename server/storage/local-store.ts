/**
 * An object store in a local folder: `<root>/<bucket>/<key>`.
 *
 * A put writes a staged file beside the buckets, syncs it, renames it onto its name and syncs the folder (and every folder it
 * made), so an object is there whole or not at all, also after a loss of power. Multipart uploads keep their parts as
 * staged files and join them at the end. What a killed process leaves staged is swept after a day, parts excepted: a snapshot may name them.
 */
import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, link, lstat, mkdir, open, readdir, readFile, rename, rm, rmdir, unlink, writeFile } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { type Clock, systemClock } from '../effects/clock.ts';
import { type ListPage, type MultipartUpload, type ObjectInfo, type ObjectRef, type ObjectStore, StoreError } from './contract.ts';
import { fileError, isMissing } from './file-error.ts';
import { listFolder } from './list-folder.ts';
import { assertObjectRef, assertPrefix, bucketProblem } from './object-key.ts';

const STAGING = '.staging';
const STAGED_LIFETIME_MS = 86_400_000;
const LIST_LIMIT = 1000;
const PUBLISH_ATTEMPTS = 10;
const UPLOAD_FOLDER = 'parts-';
/** Beside the parts of an upload: which object it makes. */
const UPLOAD_REF = 'ref.json';
const UPLOAD_ID = /^[0-9a-f-]{36}$/;

export class LocalObjectStore implements ObjectStore {
  readonly description: string;
  readonly hasConditionalCreate = true;
  readonly #root: string;
  readonly #clock: Clock;
  #isSwept = false;

  constructor(root: string, clock: Clock = systemClock) {
    this.#root = root;
    this.#clock = clock;
    this.description = `local folder ${root}`;
  }

  async put(ref: ObjectRef, body: Uint8Array): Promise<void> {
    const target = this.#pathOf(ref);
    await this.#guard(ref, async () => {
      const staged = await this.#stage([body]);
      await this.#publish(staged, target, (from, to) => rename(from, to));
    });
  }

  async putIfAbsent(ref: ObjectRef, body: Uint8Array): Promise<boolean> {
    const target = this.#pathOf(ref);
    return this.#guard(ref, async () => {
      const staged = await this.#stage([body]);
      try {
        await this.#publish(staged, target, (from, to) => link(from, to));
        return true;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
        throw error;
      } finally {
        await rm(staged, { force: true });
      }
    });
  }

  async get(ref: ObjectRef, range?: { readonly start: number; readonly end: number }): Promise<Uint8Array> {
    const path = this.#pathOf(ref);
    const missing = () => new StoreError('not-found', `There is no object ${ref.bucket}/${ref.key} in ${this.description}.`);
    return this.#guard(ref, async () => {
      const file = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0)).catch((error: unknown) => {
        throw (error as NodeJS.ErrnoException).code === 'ENOTDIR' ? missing() : error;
      });
      try {
        const info = await file.stat();
        if (!info.isFile()) throw missing();
        const start = Math.min(range?.start ?? 0, info.size);
        const end = Math.min(range?.end ?? info.size, info.size);
        return await readRange(file, start, Math.max(start, end));
      } finally {
        await file.close();
      }
    });
  }

  async head(ref: ObjectRef): Promise<ObjectInfo | null> {
    const path = this.#pathOf(ref);
    return this.#guard(ref, async () => {
      try {
        const info = await lstat(path);
        return info.isFile() ? { key: ref.key, size: info.size, modifiedMs: Math.floor(info.mtimeMs) } : null;
      } catch (error) {
        if (isMissing(error)) return null;
        throw error;
      }
    });
  }

  async list(
    bucket: string,
    prefix: string,
    options: { readonly delimiter?: '/'; readonly token?: string; readonly limit?: number } = {},
  ): Promise<ListPage> {
    assertPrefix(bucket, prefix);
    const root = join(this.#root, bucket);
    return this.#guard({ bucket, key: prefix }, () =>
      listFolder(root, prefix, {
        isDeep: options.delimiter === undefined,
        after: options.token ?? null,
        limit: options.limit ?? LIST_LIMIT,
      }),
    );
  }

  async delete(ref: ObjectRef): Promise<void> {
    const path = this.#pathOf(ref);
    await this.#guard(ref, async () => {
      try {
        await unlink(path);
        await syncFolder(dirname(path));
      } catch (error) {
        if (!isMissing(error)) throw error;
      }
      await this.#removeEmptyFolders(dirname(path), join(this.#root, ref.bucket));
    });
  }

  /** An object store has no empty folders: those a delete leaves behind go too, up to the bucket. */
  async #removeEmptyFolders(folder: string, bucketFolder: string): Promise<void> {
    for (let at = folder; at !== bucketFolder; at = dirname(at)) {
      try {
        await rmdir(at);
      } catch {
        return;
      }
    }
  }

  async listBuckets(): Promise<readonly string[]> {
    try {
      const entries = await readdir(this.#root, { withFileTypes: true });
      return entries
        .filter((entry) => entry.isDirectory() && bucketProblem(entry.name) === null)
        .map((entry) => entry.name)
        .sort();
    } catch (error) {
      if (isMissing(error)) return [];
      throw fileError(error, `The folder of ${this.description} cannot be read`);
    }
  }

  async ensureBucket(bucket: string): Promise<void> {
    const problem = bucketProblem(bucket);
    if (problem !== null) throw new StoreError('invalid-key', problem);
    await this.#guard({ bucket, key: '' }, () => makeFolder(join(this.#root, bucket)));
  }

  async startMultipart(ref: ObjectRef): Promise<MultipartUpload> {
    assertObjectRef(ref);
    const id = randomUUID();
    await this.#guard(ref, async () => {
      await makeFolder(this.#uploadFolder(id));
      await writeFile(join(this.#uploadFolder(id), UPLOAD_REF), JSON.stringify(ref));
    });
    return { ref, id, parts: [] };
  }

  async putPart(upload: MultipartUpload, body: Uint8Array): Promise<MultipartUpload> {
    const number = upload.parts.length + 1;
    return this.#guard(upload.ref, async () => {
      const staged = await this.#stage([body]);
      try {
        await rename(staged, join(this.#uploadFolder(upload.id), String(number)));
      } catch (error) {
        await rm(staged, { force: true });
        if (isMissing(error)) throw missingUpload(upload);
        throw error;
      }
      await syncFolder(this.#uploadFolder(upload.id));
      return { ...upload, parts: [...upload.parts, { number, etag: `${body.length}`, size: body.length }] };
    });
  }

  async completeMultipart(upload: MultipartUpload): Promise<void> {
    const target = this.#pathOf(upload.ref);
    const folder = this.#uploadFolder(upload.id);
    const size = upload.parts.reduce((sum, part) => sum + part.size, 0);
    await this.#guard(upload.ref, async () => {
      const staged = await this.#join(upload, folder);
      if (staged === null) {
        const info = await this.head(upload.ref);
        if (info?.size !== size) throw missingUpload(upload);
        return;
      }
      await this.#publish(staged, target, (from, to) => rename(from, to));
      await rm(folder, { recursive: true, force: true });
    });
  }

  async abortMultipart(upload: MultipartUpload): Promise<void> {
    await this.#guard(upload.ref, () => rm(this.#uploadFolder(upload.id), { recursive: true, force: true }));
  }

  async listMultipart(bucket: string, prefix: string): Promise<readonly MultipartUpload[]> {
    assertPrefix(bucket, prefix);
    return this.#guard({ bucket, key: prefix }, async () => {
      const uploads: MultipartUpload[] = [];
      for (const name of await namesIn(join(this.#root, STAGING))) {
        const id = name.slice(UPLOAD_FOLDER.length);
        if (!name.startsWith(UPLOAD_FOLDER) || !UPLOAD_ID.test(id)) continue;
        const ref = await readRef(join(this.#root, STAGING, name, UPLOAD_REF));
        if (ref?.bucket === bucket && ref.key.startsWith(prefix)) uploads.push({ ref, id, parts: [] });
      }
      return uploads;
    });
  }

  #pathOf(ref: ObjectRef): string {
    assertObjectRef(ref);
    return join(this.#root, ref.bucket, ...ref.key.split('/'));
  }

  #uploadFolder(id: string): string {
    if (!UPLOAD_ID.test(id)) throw new StoreError('invalid-key', 'The id of an upload in parts is malformed.');
    return join(this.#root, STAGING, `${UPLOAD_FOLDER}${id}`);
  }

  async #stage(bodies: readonly Uint8Array[]): Promise<string> {
    const folder = join(this.#root, STAGING);
    await makeFolder(folder);
    await this.#sweep(folder);
    const path = join(folder, `put-${randomUUID()}`);
    const file = await open(path, 'wx');
    try {
      for (const body of bodies) await writeAll(file, body);
      await file.sync();
    } catch (error) {
      await file.close();
      await rm(path, { force: true });
      throw error;
    }
    await file.close();
    return path;
  }

  /** All parts in one staged file; null when the upload is not there (completed or aborted before). */
  async #join(upload: MultipartUpload, folder: string): Promise<string | null> {
    const bodies: Uint8Array[] = [];
    for (const part of upload.parts) {
      try {
        const file = await open(join(folder, String(part.number)), 'r');
        try {
          bodies.push(await readRange(file, 0, (await file.stat()).size));
        } finally {
          await file.close();
        }
      } catch (error) {
        if (isMissing(error)) return null;
        throw error;
      }
      if (bodies.at(-1)?.length !== part.size) {
        throw new StoreError(
          'corrupt',
          `Part ${part.number} of the upload of ${upload.ref.bucket}/${upload.ref.key} has another size than was written.`,
        );
      }
    }
    return upload.parts.length === 0 ? null : this.#stage(bodies);
  }

  async #publish(staged: string, target: string, move: (from: string, to: string) => Promise<void>): Promise<void> {
    const folder = dirname(target);
    for (let attempt = 1; ; attempt++) {
      try {
        await makeFolder(folder);
        await move(staged, target);
        await syncFolder(folder);
        return;
      } catch (error) {
        // A delete may have taken the folder, empty, between the two steps.
        if (isMissing(error) && attempt < PUBLISH_ATTEMPTS) continue;
        await rm(staged, { force: true });
        throw error;
      }
    }
  }

  async #sweep(folder: string): Promise<void> {
    if (this.#isSwept) return;
    this.#isSwept = true;
    const limit = this.#clock.nowMs() - STAGED_LIFETIME_MS;
    for (const name of await readdir(folder)) {
      if (!name.startsWith('put-')) continue;
      try {
        if ((await lstat(join(folder, name))).mtimeMs < limit) await rm(join(folder, name), { force: true });
      } catch (error) {
        if (!isMissing(error)) throw error;
      }
    }
  }

  async #guard<T>(ref: ObjectRef, act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      throw fileError(error, `Object ${ref.bucket}/${ref.key} in ${this.description}`);
    }
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/** Null when the upload is just ending, or was cut off at its beginning. */
async function readRef(file: string): Promise<ObjectRef | null> {
  try {
    const { bucket, key } = JSON.parse(await readFile(file, 'utf8')) as ObjectRef;
    return { bucket, key };
  } catch (error) {
    if (isMissing(error) || error instanceof SyntaxError) return null;
    throw error;
  }
}

function missingUpload(upload: MultipartUpload): StoreError {
  return new StoreError(
    'not-found',
    `The upload of ${upload.ref.bucket}/${upload.ref.key} in parts is gone, and no object of its size is there.`,
  );
}

async function writeAll(file: FileHandle, body: Uint8Array): Promise<void> {
  for (let at = 0; at < body.length; ) at += (await file.write(body, at, body.length - at)).bytesWritten;
}

async function readRange(file: FileHandle, start: number, end: number): Promise<Uint8Array> {
  const body = new Uint8Array(end - start);
  let at = 0;
  while (at < body.length) {
    const { bytesRead } = await file.read(body, at, body.length - at, start + at);
    if (bytesRead === 0) throw new StoreError('corrupt', 'The file became shorter while it was read.');
    at += bytesRead;
  }
  return body;
}

/** Makes a folder and its parents; each parent that got a new entry is synced. */
async function makeFolder(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true });
  if (first === undefined) return;
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    await syncFolder(folder);
    if (folder.length <= dirname(first).length || !folder.includes(sep)) return;
  }
}

async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return; // folders cannot be opened there; NTFS journals the rename
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
