/** Errors of the file system as StoreErrors: one sentence a person can act on. */
import { StoreError, type StoreErrorCode } from './contract.ts';

const CODES: Readonly<Record<string, readonly [StoreErrorCode, string]>> = {
  ENOENT: ['not-found', 'does not exist'],
  ENOTDIR: ['conflict', 'cannot be used: a part of its folder name is a file'],
  EISDIR: ['conflict', 'cannot be used: there is a folder of that name'],
  EEXIST: ['conflict', 'cannot be used: a file stands where a folder is needed'],
  ENOTEMPTY: ['conflict', 'cannot be used: there is a folder of that name'],
  EACCES: ['denied', 'cannot be used: the process lacks the rights on the folder'],
  EPERM: ['denied', 'cannot be used: the process lacks the rights on the folder'],
  ELOOP: ['denied', 'cannot be used: it is a link'],
  EROFS: ['denied', 'cannot be written: the disk is read-only'],
  ENOSPC: ['full', 'cannot be written: the disk is full'],
  EDQUOT: ['full', 'cannot be written: the disk quota is used up'],
  EFBIG: ['full', 'cannot be written: the system lets the file grow no further'],
  ENAMETOOLONG: ['invalid-key', 'cannot be used: a folder or file name in it is too long'],
};

export function fileError(error: unknown, subject: string): Error {
  if (error instanceof StoreError) return error;
  const code = (error as NodeJS.ErrnoException | null)?.code;
  if (code === undefined) return error instanceof Error ? error : new Error(String(error));
  const known = CODES[code];
  return known
    ? new StoreError(known[0], `${subject} ${known[1]}.`, { cause: error })
    : new StoreError('failed', `${subject} cannot be used: ${(error as Error).message}.`, { cause: error });
}

/** True when the file or a folder on the way to it is not there. */
export function isMissing(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  return code === 'ENOENT' || code === 'ENOTDIR';
}
