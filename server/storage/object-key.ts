/**
 * Buckets and keys as values, made in one place. A key is refused, never cleaned: absolute, with `..`, `.` or empty segments,
 * backslashes or control characters, or longer than 1,024 bytes of UTF-8.
 */
import { type ObjectRef, StoreError } from './contract.ts';

const KEY_BYTES_MAX = 1024;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const FORBIDDEN_CHARACTERS = /[\\\u0000-\u001f\u007f]/;
/** S3's and OBS's common rule: 3 to 63 lower-case letters, digits, `-` and `.`. */
const BUCKET_NAME = /^(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** What is wrong with a key, as one sentence, or null. '' and a single trailing `/` are right for prefixes only. */
export function keyProblem(key: string): string | null {
  if (key === '') return 'The object key is empty.';
  if (key.startsWith('/')) return `The object key '${key}' must not begin with a slash.`;
  if (FORBIDDEN_CHARACTERS.test(key)) return 'The object key contains a backslash or a control character.';
  if (Buffer.byteLength(key) > KEY_BYTES_MAX) return `The object key is longer than ${KEY_BYTES_MAX} bytes.`;
  const segments = key.split('/');
  if (segments.some((segment) => segment === '.' || segment === '..'))
    return `The object key '${key}' must not contain '.' or '..' as a folder.`;
  if (segments.some((segment) => segment === '')) return `The object key '${key}' must not contain an empty folder name.`;
  return null;
}

export function bucketProblem(bucket: string): string | null {
  return BUCKET_NAME.test(bucket) ? null : `'${bucket}' is no bucket name: it takes 3 to 63 lower-case letters, digits, hyphens and dots.`;
}

/** A checked reference; `parts` are joined by `/`. Throws StoreError 'invalid-key'. */
export function objectKey(bucket: string, ...parts: readonly string[]): ObjectRef {
  const key = parts.join('/');
  const problem = bucketProblem(bucket) ?? keyProblem(key);
  if (problem !== null) throw new StoreError('invalid-key', problem);
  return { bucket, key };
}

/** Throws StoreError 'invalid-key' unless the reference would pass `objectKey`; stores call it before they act. */
export function assertObjectRef(ref: ObjectRef): void {
  objectKey(ref.bucket, ref.key);
}

/** A prefix to list below: like a key, but '' (all) and a trailing slash are allowed. Throws StoreError 'invalid-key'. */
export function assertPrefix(bucket: string, prefix: string): void {
  const bare = prefix.endsWith('/') ? prefix.slice(0, -1) : prefix;
  const problem = bucketProblem(bucket) ?? (bare === '' && prefix === '' ? null : keyProblem(bare));
  if (problem !== null) throw new StoreError('invalid-key', problem);
}

export type ParsedObjectUri =
  /** `key` has no slash at its ends; '' is the bucket itself. */
  { readonly kind: 'object'; readonly bucket: string; readonly key: string } | { readonly kind: 'invalid'; readonly message: string };

/** `obs://bucket/path`, `s3://…`, `s3a://…`, and `bucket/path` as DLI writes job buckets. */
export function parseObjectUri(text: string): ParsedObjectUri {
  const trimmed = text.trim();
  const match = /^(?:(obs|s3|s3a):\/\/)?([^/]+)(?:\/(.*))?$/is.exec(trimmed);
  if (!match || (match[1] === undefined && /^[a-z][a-z0-9+.-]*:/i.test(trimmed))) {
    return { kind: 'invalid', message: `'${text}' is no address in an object store. Write obs://bucket/folder or s3://bucket/folder.` };
  }
  const bucket = match[2] as string;
  const key = (match[3] ?? '').replace(/\/+$/, '');
  const problem = bucketProblem(bucket) ?? (key === '' ? null : keyProblem(key));
  return problem === null ? { kind: 'object', bucket, key } : { kind: 'invalid', message: problem };
}
