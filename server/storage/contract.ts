/**
 * Object stores: a local folder, OBS or S3, and memory behind one interface. Buckets and keys are values: `objectKey` refuses
 * absolute paths, `..`, backslashes, control characters and keys over 1,024 bytes.
 */
export interface ObjectRef {
  readonly bucket: string;
  /** No leading slash; `/` separates folders. */
  readonly key: string;
}

export interface ObjectInfo {
  readonly key: string;
  readonly size: number;
  /** ms since the epoch. */
  readonly modifiedMs: number;
}

export interface ListPage {
  readonly objects: readonly ObjectInfo[];
  /** Folders directly below the prefix, each ending in `/`; only when `delimiter` was given. */
  readonly prefixes: readonly string[];
  readonly nextToken: string | null;
}

/** An upload in parts that becomes visible only at `complete`; `id` survives the process (a sink keeps it in a snapshot). */
export interface MultipartUpload {
  readonly ref: ObjectRef;
  readonly id: string;
  readonly parts: readonly { readonly number: number; readonly etag: string; readonly size: number }[];
}

export interface ObjectStore {
  /** Shown to people: `local folder …`, `obs://… at …`. No secret in it. */
  readonly description: string;
  put(ref: ObjectRef, body: Uint8Array): Promise<void>;
  /** Creates and says true, or finds it there and says false. Only where `hasConditionalCreate`. */
  putIfAbsent(ref: ObjectRef, body: Uint8Array): Promise<boolean>;
  readonly hasConditionalCreate: boolean;
  /**
   * Remote stores: finds out whether a second create of an object that is there already (`body` is what it holds) is refused, and sets
   * `hasConditionalCreate`. Absent where it is known.
   */
  probeConditionalCreate?(existing: ObjectRef, body: Uint8Array): Promise<boolean>;
  /** Throws StoreError 'not-found'. `range` is [start, end), bytes. */
  get(ref: ObjectRef, range?: { readonly start: number; readonly end: number }): Promise<Uint8Array>;
  head(ref: ObjectRef): Promise<ObjectInfo | null>;
  list(
    bucket: string,
    prefix: string,
    options?: { readonly delimiter?: '/'; readonly token?: string; readonly limit?: number },
  ): Promise<ListPage>;
  /** Silent when it is gone already. */
  delete(ref: ObjectRef): Promise<void>;
  listBuckets(): Promise<readonly string[]>;
  /** Local: makes it. Remote: throws 'not-found' when it does not exist or may not be used. */
  ensureBucket(bucket: string): Promise<void>;
  startMultipart(ref: ObjectRef): Promise<MultipartUpload>;
  /** Parts but the last must be at least 5 MiB on a remote store. Returns the upload with the part added. */
  putPart(upload: MultipartUpload, body: Uint8Array): Promise<MultipartUpload>;
  /** Idempotent: completing again what is complete succeeds (checked by size). */
  completeMultipart(upload: MultipartUpload): Promise<void>;
  abortMultipart(upload: MultipartUpload): Promise<void>;
  /** Uploads below the prefix that are neither complete nor aborted, whoever began them; their parts are not told. */
  listMultipart(bucket: string, prefix: string): Promise<readonly MultipartUpload[]>;
}

export type StoreErrorCode =
  | 'not-found'
  | 'bucket-not-found'
  | 'denied'
  | 'unreachable'
  | 'full'
  | 'conflict'
  | 'corrupt'
  | 'invalid-key'
  | 'failed';

export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly code: StoreErrorCode;
  /** `message` is one sentence for people: what, where, what to do. */
  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
  get isRetryable(): boolean {
    return this.code === 'unreachable' || this.code === 'failed';
  }
}
