/** The key that seals stored secrets: from TIDEMARK_MASTER_KEY, or a file of the data directory (mode 600) made at first use. */
import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { type MasterKey, masterKeyOf } from './seal.ts';

/** `given`: 64 hex digits or null. Two processes that come first at once agree: the file is created exclusively. */
export function loadMasterKey(dataDir: string, given: string | null): MasterKey {
  if (given !== null) return masterKeyOf(Buffer.from(given, 'hex'));
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const file = join(dataDir, 'master.key');
  try {
    const handle = openSync(file, 'wx', 0o600);
    try {
      writeSync(handle, `${randomBytes(32).toString('hex')}\n`);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const text = readFileSync(file, 'utf8').trim();
  if (!/^[0-9a-f]{64}$/.test(text)) {
    throw new Error(
      `${file} does not hold a master key (64 hex digits). Restore it from a backup: without it stored secrets cannot be read.`,
    );
  }
  return masterKeyOf(Buffer.from(text, 'hex'));
}
