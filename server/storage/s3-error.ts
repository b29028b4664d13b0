/** Errors of the S3 client as StoreErrors: one sentence that names the object and what to look at; never a key or a signature. */
import { StoreError, type StoreErrorCode } from './contract.ts';

interface ClientError {
  readonly name?: string;
  readonly Code?: string;
  readonly code?: string;
  readonly message?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly cause?: unknown;
  readonly errors?: readonly unknown[];
}

const DENIED = new Set([
  'AccessDenied',
  'InvalidAccessKeyId',
  'SignatureDoesNotMatch',
  'Forbidden',
  'ExpiredToken',
  'AllAccessDisabled',
  'AccountProblem',
]);
const FULL = new Set(['XMinioStorageFull', 'InsufficientStorage', 'QuotaExceeded', 'InsufficientStorageSpace']);
const NETWORK = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EAI_AGAIN',
  'EPIPE',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

export function errorNameOf(error: unknown): string {
  const { name, Code } = (error ?? {}) as ClientError;
  return Code ?? name ?? '';
}

export function statusOf(error: unknown): number {
  return ((error ?? {}) as ClientError).$metadata?.httpStatusCode ?? 0;
}

/** `subject` begins the sentence: `Object obs://b/k`. */
export function s3Error(error: unknown, subject: string, store: string): StoreError {
  if (error instanceof StoreError) return error;
  const name = errorNameOf(error);
  const status = statusOf(error);
  const make = (code: StoreErrorCode, sentence: string): StoreError => new StoreError(code, sentence, { cause: error });
  const network = networkCode(error);
  if (network !== null) return make('unreachable', `${store} cannot be reached (${network}); check the endpoint and the network.`);
  if (name === 'DialError') return make('unreachable', `${store} cannot be reached: ${(error as Error).message}`);
  if (name === 'NoSuchBucket') return make('bucket-not-found', `${subject}: the bucket does not exist in ${store}.`);
  if (DENIED.has(name) || status === 401 || status === 403)
    return make('denied', `${subject}: ${store} refused the access key; check the key, its rights and the region.`);
  if (FULL.has(name) || status === 507) return make('full', `${subject} cannot be written: ${store} has no room left.`);
  if (status === 404 || name === 'NoSuchKey' || name === 'NotFound' || name === 'NoSuchUpload')
    return make('not-found', `${subject} does not exist in ${store}.`);
  if (status === 409 || status === 412) return make('conflict', `${subject} was changed by another writer at the same time.`);
  return make('failed', `${subject}: ${store} answered ${status === 0 ? '' : `${status} `}${name || 'with an error'}.`);
}

function networkCode(error: unknown, depth = 0): string | null {
  if (error === null || typeof error !== 'object' || depth > 4) return null;
  const { code, name, cause, errors } = error as ClientError;
  if (typeof code === 'string' && NETWORK.has(code)) return code;
  if (name === 'TimeoutError') return 'timeout';
  return networkCode(cause, depth + 1) ?? networkCode(errors?.[0], depth + 1);
}
