/** Where a `path` option points: a local file or folder, or a key prefix in a bucket. */
import { parseObjectUri } from '../../../storage/object-key.ts';

export type Location =
  | { readonly kind: 'local'; readonly path: string }
  /** `prefix` has no leading and no trailing slash; '' is the whole bucket. */
  | { readonly kind: 'bucket'; readonly scheme: string; readonly bucket: string; readonly prefix: string }
  | { readonly kind: 'invalid'; readonly message: string };

const BUCKET_SCHEMES = new Set(['obs', 's3', 's3a']);

export function parseLocation(path: string): Location {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(path)?.[1]?.toLowerCase();
  if (scheme === undefined) {
    if (path.includes('\0')) return { kind: 'invalid', message: "Option 'path' contains a zero character." };
    if (path.trim() === '') return { kind: 'invalid', message: "Option 'path' is empty. Write a file, a folder, or obs://bucket/folder." };
    return { kind: 'local', path: withoutEndSlash(path) };
  }
  if (scheme === 'file') {
    const local = path.slice('file:'.length).replace(/^\/\/(?=\/)/, '');
    if (!local.startsWith('/') || local.startsWith('//')) {
      return { kind: 'invalid', message: `Option 'path' must be an absolute file address such as file:///data/in, not '${path}'.` };
    }
    return { kind: 'local', path: withoutEndSlash(local) };
  }
  if (!BUCKET_SCHEMES.has(scheme)) {
    return { kind: 'invalid', message: `Option 'path' has the scheme '${scheme}'. Known are file://, obs://, s3:// and s3a://.` };
  }
  const parsed = parseObjectUri(path);
  if (parsed.kind === 'invalid') return { kind: 'invalid', message: `Option 'path': ${parsed.message}` };
  return { kind: 'bucket', scheme, bucket: parsed.bucket, prefix: parsed.key };
}

function withoutEndSlash(path: string): string {
  return path.length > 1 ? path.replace(/\/+$/, '') || '/' : path;
}
