/**
 * Writes an upload into the object store as it comes: small files in one put, others in parts, never more than a part in memory. Nothing
 * is visible before the last byte was taken; what is cut or too long is taken back.
 */

import { createHash } from 'node:crypto';
import { type Said, say } from '../contract/said.ts';
import type { MultipartUpload, ObjectRef, ObjectStore } from '../storage/contract.ts';

/** Above the least part of S3 and OBS (5 MiB). */
const PART_BYTES = 8 * 1024 * 1024;

export type StoredPackage =
  | { readonly kind: 'stored'; readonly sizeBytes: number; readonly sha256: string }
  | { readonly kind: 'refused'; readonly why: 'empty' | 'too-large' | 'other-checksum'; readonly told: Said };

export interface PackageLimits {
  readonly bytesMax: number;
  /** What the client read; null = it did not say. */
  readonly sha256: string | null;
}

/** Throws StoreError, and whatever the body throws when the client goes away; the upload is aborted first. */
export async function storePackage(
  store: ObjectStore,
  ref: ObjectRef,
  body: AsyncIterable<Uint8Array>,
  limits: PackageLimits,
): Promise<StoredPackage> {
  const hash = createHash('sha256');
  let upload: MultipartUpload | null = null;
  let waiting: Uint8Array[] = [];
  let waitingBytes = 0;
  let sizeBytes = 0;
  const take = (): Uint8Array => {
    const part = Buffer.concat(waiting);
    waiting = [];
    waitingBytes = 0;
    return part;
  };
  const refuse = async (why: Extract<StoredPackage, { kind: 'refused' }>['why'], told: Said): Promise<StoredPackage> => {
    if (upload) await store.abortMultipart(upload);
    return { kind: 'refused', why, told };
  };
  try {
    for await (const chunk of body) {
      sizeBytes += chunk.byteLength;
      if (sizeBytes > limits.bytesMax) {
        return await refuse('too-large', say('said.no.packageSize', { most: Math.floor(limits.bytesMax / 1024 / 1024) }));
      }
      hash.update(chunk);
      waiting.push(chunk);
      waitingBytes += chunk.byteLength;
      if (waitingBytes < PART_BYTES) continue;
      upload ??= await store.startMultipart(ref);
      upload = await store.putPart(upload, take());
    }
    const sha256 = hash.digest('hex');
    if (sizeBytes === 0) return await refuse('empty', say('said.no.packageEmpty'));
    if (limits.sha256 !== null && limits.sha256 !== sha256) {
      return await refuse('other-checksum', say('said.no.packageChecksum', { found: sha256, wanted: limits.sha256 }));
    }
    if (upload === null) {
      await store.put(ref, take());
    } else {
      if (waitingBytes > 0) upload = await store.putPart(upload, take());
      await store.completeMultipart(upload);
    }
    return { kind: 'stored', sizeBytes, sha256 };
  } catch (error) {
    if (upload) await store.abortMultipart(upload).catch(() => undefined);
    throw error;
  }
}
