/**
 * An object store that fails where a test says: before a call (nothing happened), or after it (it happened, but the answer was
 * lost). That is all a network can do to a caller.
 */
import type { ListPage, MultipartUpload, ObjectInfo, ObjectRef, ObjectStore } from './contract.ts';

export type StoreOperation =
  | 'put'
  | 'putIfAbsent'
  | 'get'
  | 'head'
  | 'list'
  | 'delete'
  | 'listBuckets'
  | 'ensureBucket'
  | 'startMultipart'
  | 'putPart'
  | 'completeMultipart'
  | 'abortMultipart'
  | 'listMultipart';

/** Returns the error to fail with, or null. `key` is the object's, the prefix, or the bucket. */
export type StoreFault = (operation: StoreOperation, key: string, moment: 'before' | 'after') => Error | null;

export class FaultyObjectStore implements ObjectStore {
  readonly description: string;
  readonly hasConditionalCreate: boolean;
  readonly #inner: ObjectStore;
  readonly #fault: StoreFault;

  constructor(inner: ObjectStore, fault: StoreFault) {
    this.#inner = inner;
    this.#fault = fault;
    this.description = inner.description;
    this.hasConditionalCreate = inner.hasConditionalCreate;
  }

  put(ref: ObjectRef, body: Uint8Array): Promise<void> {
    return this.#call('put', ref.key, () => this.#inner.put(ref, body));
  }
  putIfAbsent(ref: ObjectRef, body: Uint8Array): Promise<boolean> {
    return this.#call('putIfAbsent', ref.key, () => this.#inner.putIfAbsent(ref, body));
  }
  get(ref: ObjectRef, range?: { readonly start: number; readonly end: number }): Promise<Uint8Array> {
    return this.#call('get', ref.key, () => this.#inner.get(ref, range));
  }
  head(ref: ObjectRef): Promise<ObjectInfo | null> {
    return this.#call('head', ref.key, () => this.#inner.head(ref));
  }
  list(bucket: string, prefix: string, options?: Parameters<ObjectStore['list']>[2]): Promise<ListPage> {
    return this.#call('list', prefix, () => this.#inner.list(bucket, prefix, options));
  }
  delete(ref: ObjectRef): Promise<void> {
    return this.#call('delete', ref.key, () => this.#inner.delete(ref));
  }
  listBuckets(): Promise<readonly string[]> {
    return this.#call('listBuckets', '', () => this.#inner.listBuckets());
  }
  ensureBucket(bucket: string): Promise<void> {
    return this.#call('ensureBucket', bucket, () => this.#inner.ensureBucket(bucket));
  }
  startMultipart(ref: ObjectRef): Promise<MultipartUpload> {
    return this.#call('startMultipart', ref.key, () => this.#inner.startMultipart(ref));
  }
  putPart(upload: MultipartUpload, body: Uint8Array): Promise<MultipartUpload> {
    return this.#call('putPart', upload.ref.key, () => this.#inner.putPart(upload, body));
  }
  completeMultipart(upload: MultipartUpload): Promise<void> {
    return this.#call('completeMultipart', upload.ref.key, () => this.#inner.completeMultipart(upload));
  }
  abortMultipart(upload: MultipartUpload): Promise<void> {
    return this.#call('abortMultipart', upload.ref.key, () => this.#inner.abortMultipart(upload));
  }
  listMultipart(bucket: string, prefix: string): Promise<readonly MultipartUpload[]> {
    return this.#call('listMultipart', prefix, () => this.#inner.listMultipart(bucket, prefix));
  }

  async #call<T>(operation: StoreOperation, key: string, act: () => Promise<T>): Promise<T> {
    const before = this.#fault(operation, key, 'before');
    if (before) throw before;
    const result = await act();
    const after = this.#fault(operation, key, 'after');
    if (after) throw after;
    return result;
  }
}
