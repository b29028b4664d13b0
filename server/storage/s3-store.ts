/**
 * An object store that speaks the S3 API: OBS, S3, MinIO and others.
 *
 * OBS sets the manner (its S3 side is not AWS): virtual-host addressing unless told otherwise; no checksum trailers, since OBS
 * stores the aws-chunked framing as content; bodies are whole buffers; deletes one by one. A conditional create counts only
 * where a probe saw the second put refused: `hasConditionalCreate` is false until then.
 */
import { type AgentOptions, type ClientRequestArgs, Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Duplex } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListMultipartUploadsCommand,
  type ListMultipartUploadsCommandOutput,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import type { Dialer } from '../effects/dialer.ts';
import { type ListPage, type MultipartUpload, type ObjectInfo, type ObjectRef, type ObjectStore, StoreError } from './contract.ts';
import { assertObjectRef, assertPrefix, bucketProblem } from './object-key.ts';
import { errorNameOf, s3Error, statusOf } from './s3-error.ts';

export interface S3StoreOptions {
  /** null = AWS of the region. */
  readonly endpoint: string | null;
  readonly region: string;
  readonly accessKey: string;
  readonly secretKey: string;
  readonly forcePathStyle: boolean;
}

const CONNECT_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 120_000;
const CONDITIONAL_ATTEMPTS = 3;

export class S3ObjectStore implements ObjectStore {
  readonly description: string;
  readonly #client: S3Client;
  #hasConditionalCreate = false;

  /** With a dialer, every connection goes through its address policy. */
  constructor(options: S3StoreOptions, dialer: Dialer | null = null) {
    this.description = `the object store at ${options.endpoint ?? options.region}`;
    this.#client = new S3Client({
      region: options.region,
      ...(options.endpoint === null ? {} : { endpoint: options.endpoint }),
      credentials: { accessKeyId: options.accessKey, secretAccessKey: options.secretKey },
      forcePathStyle: options.forcePathStyle,
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      followRegionRedirects: false,
      requestHandler: {
        connectionTimeout: CONNECT_TIMEOUT_MS,
        requestTimeout: REQUEST_TIMEOUT_MS,
        ...(dialer === null ? {} : { httpAgent: new DialedHttpAgent(dialer), httpsAgent: new DialedHttpsAgent(dialer) }),
      },
    });
  }

  get hasConditionalCreate(): boolean {
    return this.#hasConditionalCreate;
  }

  async put(ref: ObjectRef, body: Uint8Array): Promise<void> {
    assertObjectRef(ref);
    await this.#call(ref, () =>
      this.#client.send(new PutObjectCommand({ Bucket: ref.bucket, Key: ref.key, Body: body, ContentLength: body.length })),
    );
  }

  async putIfAbsent(ref: ObjectRef, body: Uint8Array): Promise<boolean> {
    assertObjectRef(ref);
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#client.send(
          new PutObjectCommand({ Bucket: ref.bucket, Key: ref.key, Body: body, ContentLength: body.length, IfNoneMatch: '*' }),
        );
        return true;
      } catch (error) {
        if (statusOf(error) === 412) return false;
        if (statusOf(error) !== 409 || attempt === CONDITIONAL_ATTEMPTS) throw this.#error(error, ref);
      }
    }
  }

  async probeConditionalCreate(existing: ObjectRef, body: Uint8Array): Promise<boolean> {
    try {
      this.#hasConditionalCreate = !(await this.putIfAbsent(existing, body));
    } catch (error) {
      // Some stores answer 501 to the header.
      if (!(error instanceof StoreError) || (error.code !== 'failed' && error.code !== 'conflict')) throw error;
      this.#hasConditionalCreate = false;
    }
    return this.#hasConditionalCreate;
  }

  async get(ref: ObjectRef, range?: { readonly start: number; readonly end: number }): Promise<Uint8Array> {
    assertObjectRef(ref);
    if (range && range.end <= range.start) return new Uint8Array(0);
    const header = range ? { Range: `bytes=${range.start}-${range.end - 1}` } : {};
    try {
      const answer = await this.#client.send(new GetObjectCommand({ Bucket: ref.bucket, Key: ref.key, ...header }));
      const body = (await answer.Body?.transformToByteArray()) ?? new Uint8Array(0);
      if (answer.ContentLength !== undefined && answer.ContentLength !== body.length) {
        throw new StoreError('corrupt', `Object ${ref.bucket}/${ref.key} came with ${body.length} of ${answer.ContentLength} bytes.`);
      }
      return body;
    } catch (error) {
      if (statusOf(error) === 416) return new Uint8Array(0);
      throw this.#error(error, ref);
    }
  }

  async head(ref: ObjectRef): Promise<ObjectInfo | null> {
    assertObjectRef(ref);
    try {
      const answer = await this.#client.send(new HeadObjectCommand({ Bucket: ref.bucket, Key: ref.key }));
      return { key: ref.key, size: answer.ContentLength ?? 0, modifiedMs: answer.LastModified?.getTime() ?? 0 };
    } catch (error) {
      if (statusOf(error) === 404) return null;
      throw this.#error(error, ref);
    }
  }

  async list(
    bucket: string,
    prefix: string,
    options: { readonly delimiter?: '/'; readonly token?: string; readonly limit?: number } = {},
  ): Promise<ListPage> {
    assertPrefix(bucket, prefix);
    const answer = await this.#call({ bucket, key: prefix }, () =>
      this.#client.send(
        new ListObjectsV2Command({
          Bucket: bucket,
          Prefix: prefix,
          ...(options.delimiter === undefined ? {} : { Delimiter: options.delimiter }),
          ...(options.token === undefined ? {} : { ContinuationToken: options.token }),
          ...(options.limit === undefined ? {} : { MaxKeys: options.limit }),
        }),
      ),
    );
    return {
      objects: (answer.Contents ?? []).flatMap((entry) =>
        entry.Key === undefined || entry.Key.endsWith('/')
          ? []
          : [{ key: entry.Key, size: entry.Size ?? 0, modifiedMs: entry.LastModified?.getTime() ?? 0 }],
      ),
      prefixes: (answer.CommonPrefixes ?? []).flatMap((entry) => entry.Prefix ?? []),
      nextToken: answer.IsTruncated === true ? (answer.NextContinuationToken ?? null) : null,
    };
  }

  async delete(ref: ObjectRef): Promise<void> {
    assertObjectRef(ref);
    try {
      await this.#client.send(new DeleteObjectCommand({ Bucket: ref.bucket, Key: ref.key }));
    } catch (error) {
      if (statusOf(error) !== 404 || errorNameOf(error) === 'NoSuchBucket') throw this.#error(error, ref);
    }
  }

  async listBuckets(): Promise<readonly string[]> {
    try {
      const answer = await this.#client.send(new ListBucketsCommand({}));
      return (answer.Buckets ?? []).flatMap((bucket) => bucket.Name ?? []).sort();
    } catch (error) {
      throw s3Error(error, 'The list of buckets', this.description);
    }
  }

  async ensureBucket(bucket: string): Promise<void> {
    const problem = bucketProblem(bucket);
    if (problem !== null) throw new StoreError('invalid-key', problem);
    try {
      await this.#client.send(new HeadBucketCommand({ Bucket: bucket }));
    } catch (error) {
      if (statusOf(error) !== 404) throw s3Error(error, `Bucket ${bucket}`, this.description);
      throw new StoreError('bucket-not-found', `Bucket ${bucket} does not exist in ${this.description}; create it or name another one.`, {
        cause: error,
      });
    }
  }

  async startMultipart(ref: ObjectRef): Promise<MultipartUpload> {
    assertObjectRef(ref);
    const answer = await this.#call(ref, () => this.#client.send(new CreateMultipartUploadCommand({ Bucket: ref.bucket, Key: ref.key })));
    if (answer.UploadId === undefined)
      throw new StoreError('failed', `${this.description} gave no id for the upload of ${ref.bucket}/${ref.key}.`);
    return { ref, id: answer.UploadId, parts: [] };
  }

  async putPart(upload: MultipartUpload, body: Uint8Array): Promise<MultipartUpload> {
    const { ref } = upload;
    const number = upload.parts.length + 1;
    const answer = await this.#call(ref, () =>
      this.#client.send(
        new UploadPartCommand({
          Bucket: ref.bucket,
          Key: ref.key,
          UploadId: upload.id,
          PartNumber: number,
          Body: body,
          ContentLength: body.length,
        }),
      ),
    );
    if (answer.ETag === undefined)
      throw new StoreError('failed', `${this.description} gave no tag for a part of ${ref.bucket}/${ref.key}.`);
    return { ...upload, parts: [...upload.parts, { number, etag: answer.ETag, size: body.length }] };
  }

  async completeMultipart(upload: MultipartUpload): Promise<void> {
    const { ref } = upload;
    const size = upload.parts.reduce((sum, part) => sum + part.size, 0);
    let cause: unknown = null;
    try {
      await this.#client.send(
        new CompleteMultipartUploadCommand({
          Bucket: ref.bucket,
          Key: ref.key,
          UploadId: upload.id,
          MultipartUpload: { Parts: upload.parts.map((part) => ({ PartNumber: part.number, ETag: part.etag })) },
        }),
      );
    } catch (error) {
      // Completed before (the answer was lost), or aborted: the object's size tells. Some servers even say yes when another object is there.
      if (errorNameOf(error) !== 'NoSuchUpload' && statusOf(error) !== 404) throw this.#error(error, ref);
      cause = error;
    }
    if ((await this.head(ref))?.size === size) return;
    throw new StoreError('not-found', `The upload of ${ref.bucket}/${ref.key} in parts is gone, and no object of its size is there.`, {
      cause,
    });
  }

  async abortMultipart(upload: MultipartUpload): Promise<void> {
    const { ref } = upload;
    try {
      await this.#client.send(new AbortMultipartUploadCommand({ Bucket: ref.bucket, Key: ref.key, UploadId: upload.id }));
    } catch (error) {
      if (errorNameOf(error) !== 'NoSuchUpload' && statusOf(error) !== 404) throw this.#error(error, ref);
    }
  }

  async listMultipart(bucket: string, prefix: string): Promise<readonly MultipartUpload[]> {
    assertPrefix(bucket, prefix);
    const uploads: MultipartUpload[] = [];
    let marker: UploadMarker | null = {};
    while (marker !== null) {
      const from: UploadMarker = marker;
      const answer: ListMultipartUploadsCommandOutput = await this.#call({ bucket, key: prefix }, () =>
        this.#client.send(new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: prefix, ...from })),
      );
      for (const { Key, UploadId } of answer.Uploads ?? [])
        if (Key?.startsWith(prefix) && UploadId !== undefined) uploads.push({ ref: { bucket, key: Key }, id: UploadId, parts: [] });
      const { NextKeyMarker, NextUploadIdMarker } = answer;
      const isOver = answer.IsTruncated !== true || NextKeyMarker === undefined;
      marker = isOver ? null : { KeyMarker: NextKeyMarker, ...(NextUploadIdMarker ? { UploadIdMarker: NextUploadIdMarker } : {}) };
    }
    return uploads;
  }

  /** Ends the connections. */
  close(): void {
    this.#client.destroy();
  }

  async #call<T>(ref: ObjectRef, send: () => Promise<T>): Promise<T> {
    try {
      return await send();
    } catch (error) {
      throw this.#error(error, ref);
    }
  }

  #error(error: unknown, ref: ObjectRef): StoreError {
    return s3Error(error, `Object ${ref.bucket}/${ref.key}`, this.description);
  }
}

interface UploadMarker {
  readonly KeyMarker?: string;
  readonly UploadIdMarker?: string;
}

type Connected = (error: Error | null, socket: Duplex) => void;
const AGENT_OPTIONS: AgentOptions = { keepAlive: true, maxSockets: 50 };

class DialedHttpAgent extends HttpAgent {
  readonly #dialer: Dialer;
  constructor(dialer: Dialer) {
    super(AGENT_OPTIONS);
    this.#dialer = dialer;
  }
  override createConnection(options: ClientRequestArgs, connected?: Connected): undefined {
    dial(this.#dialer, options, 80, false, connected);
  }
}

class DialedHttpsAgent extends HttpsAgent {
  readonly #dialer: Dialer;
  constructor(dialer: Dialer) {
    super(AGENT_OPTIONS);
    this.#dialer = dialer;
  }
  override createConnection(options: ClientRequestArgs, connected?: Connected): undefined {
    dial(this.#dialer, options, 443, true, connected);
  }
}

function dial(dialer: Dialer, target: ClientRequestArgs, usualPort: number, isTls: boolean, connected?: Connected): undefined {
  const host = target.host ?? 'localhost';
  dialer
    .connect({
      host,
      port: Number(target.port ?? usualPort),
      timeoutMs: CONNECT_TIMEOUT_MS,
      ...(isTls ? { tls: { servername: host } } : {}),
    })
    .then(
      (socket) => connected?.(null, socket),
      (error: Error) => connected?.(error, undefined as unknown as Duplex), // Node passes none with an error either
    );
}
