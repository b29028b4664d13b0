/** An object store in memory, for tests and simulations: the same answers as the real ones. */
import { type Clock, systemClock } from '../effects/clock.ts';
import { type ListPage, type MultipartUpload, type ObjectInfo, type ObjectRef, type ObjectStore, StoreError } from './contract.ts';
import { compareKeys } from './list-folder.ts';
import { assertObjectRef, assertPrefix, bucketProblem } from './object-key.ts';

const LIST_LIMIT = 1000;

interface Stored {
  readonly body: Uint8Array;
  readonly modifiedMs: number;
}

export class MemoryObjectStore implements ObjectStore {
  readonly description = 'memory';
  readonly hasConditionalCreate = true;
  readonly #clock: Clock;
  readonly #buckets = new Map<string, Map<string, Stored>>();
  readonly #uploads = new Map<string, Map<number, Uint8Array>>();
  readonly #uploadRefs = new Map<string, ObjectRef>();
  #nextUpload = 1;

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
  }

  async put(ref: ObjectRef, body: Uint8Array): Promise<void> {
    assertObjectRef(ref);
    this.#bucket(ref.bucket).set(ref.key, { body: new Uint8Array(body), modifiedMs: this.#clock.nowMs() });
  }

  async putIfAbsent(ref: ObjectRef, body: Uint8Array): Promise<boolean> {
    assertObjectRef(ref);
    if (this.#bucket(ref.bucket).has(ref.key)) return false;
    await this.put(ref, body);
    return true;
  }

  async get(ref: ObjectRef, range?: { readonly start: number; readonly end: number }): Promise<Uint8Array> {
    assertObjectRef(ref);
    const stored = this.#buckets.get(ref.bucket)?.get(ref.key);
    if (!stored) throw new StoreError('not-found', `There is no object ${ref.bucket}/${ref.key} in memory.`);
    return range ? stored.body.slice(range.start, Math.max(range.start, range.end)) : stored.body.slice();
  }

  async head(ref: ObjectRef): Promise<ObjectInfo | null> {
    assertObjectRef(ref);
    const stored = this.#buckets.get(ref.bucket)?.get(ref.key);
    return stored ? { key: ref.key, size: stored.body.length, modifiedMs: stored.modifiedMs } : null;
  }

  async list(
    bucket: string,
    prefix: string,
    options: { readonly delimiter?: '/'; readonly token?: string; readonly limit?: number } = {},
  ): Promise<ListPage> {
    assertPrefix(bucket, prefix);
    const limit = options.limit ?? LIST_LIMIT;
    const entries = new Map<string, ObjectInfo | null>();
    for (const [key, stored] of this.#buckets.get(bucket) ?? []) {
      if (!key.startsWith(prefix)) continue;
      const slash = options.delimiter === undefined ? -1 : key.indexOf('/', prefix.length);
      if (slash >= 0) entries.set(key.slice(0, slash + 1), null);
      else entries.set(key, { key, size: stored.body.length, modifiedMs: stored.modifiedMs });
    }
    const { token } = options;
    const names = [...entries.keys()].filter((name) => token === undefined || compareKeys(name, token) > 0).sort(compareKeys);
    const page = names.slice(0, limit);
    return {
      objects: page.flatMap((name) => entries.get(name) ?? []),
      prefixes: page.filter((name) => entries.get(name) === null),
      nextToken: names.length > limit ? (page.at(-1) ?? null) : null,
    };
  }

  async delete(ref: ObjectRef): Promise<void> {
    assertObjectRef(ref);
    this.#buckets.get(ref.bucket)?.delete(ref.key);
  }

  async listBuckets(): Promise<readonly string[]> {
    return [...this.#buckets.keys()].sort();
  }

  async ensureBucket(bucket: string): Promise<void> {
    this.#bucket(bucket);
  }

  async startMultipart(ref: ObjectRef): Promise<MultipartUpload> {
    assertObjectRef(ref);
    const id = `upload-${this.#nextUpload++}`;
    this.#uploads.set(id, new Map());
    this.#uploadRefs.set(id, ref);
    return { ref, id, parts: [] };
  }

  async putPart(upload: MultipartUpload, body: Uint8Array): Promise<MultipartUpload> {
    const parts = this.#uploads.get(upload.id);
    if (!parts) throw missingUpload(upload);
    const number = upload.parts.length + 1;
    parts.set(number, body.slice());
    return { ...upload, parts: [...upload.parts, { number, etag: `${body.length}`, size: body.length }] };
  }

  async completeMultipart(upload: MultipartUpload): Promise<void> {
    const parts = this.#uploads.get(upload.id);
    const size = upload.parts.reduce((sum, part) => sum + part.size, 0);
    if (!parts) {
      if ((await this.head(upload.ref))?.size !== size) throw missingUpload(upload);
      return;
    }
    if (upload.parts.length === 0) throw missingUpload(upload);
    const body = new Uint8Array(size);
    let at = 0;
    for (const { number } of upload.parts) {
      const part = parts.get(number) as Uint8Array;
      body.set(part, at);
      at += part.length;
    }
    await this.put(upload.ref, body);
    this.#uploads.delete(upload.id);
  }

  async abortMultipart(upload: MultipartUpload): Promise<void> {
    this.#uploads.delete(upload.id);
  }

  async listMultipart(bucket: string, prefix: string): Promise<readonly MultipartUpload[]> {
    assertPrefix(bucket, prefix);
    return [...this.#uploads.keys()].flatMap((id) => {
      const ref = this.#uploadRefs.get(id) as ObjectRef;
      return ref.bucket === bucket && ref.key.startsWith(prefix) ? [{ ref, id, parts: [] }] : [];
    });
  }

  #bucket(name: string): Map<string, Stored> {
    const problem = bucketProblem(name);
    if (problem !== null) throw new StoreError('invalid-key', problem);
    let bucket = this.#buckets.get(name);
    if (!bucket) {
      bucket = new Map();
      this.#buckets.set(name, bucket);
    }
    return bucket;
  }
}

function missingUpload(upload: MultipartUpload): StoreError {
  return new StoreError(
    'not-found',
    `The upload of ${upload.ref.bucket}/${upload.ref.key} in parts is gone, and no object of its size is there.`,
  );
}
