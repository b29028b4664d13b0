/**
 * Where a local socket lies. Paths of Unix sockets are limited to about 100 bytes, so a deep folder gets a short stand-in in the system's
 * folder for temporary files, named by a digest of the wanted path and kept in a folder that only this user may enter. Windows has pipes.
 */
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';

const PATH_BYTES_MAX = 100;

/** `wanted` is an absolute path. The same path always gives the same address; its folder is there afterwards. */
export function localSocketAddress(wanted: string): string {
  const digest = createHash('sha256').update(wanted).digest('hex').slice(0, 24);
  if (process.platform === 'win32') return `\\\\.\\pipe\\tidemark-${digest}`;
  if (Buffer.byteLength(wanted) <= PATH_BYTES_MAX) {
    mkdirSync(dirname(wanted), { recursive: true, mode: 0o700 });
    return wanted;
  }
  const folder = join(tmpdir(), `tidemark-${userInfo().uid}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  return join(folder, `${digest}.sock`);
}
