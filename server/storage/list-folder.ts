/**
 * Lists the files of a folder as objects in the order of their keys' bytes, as S3 does: a folder sorts by its name with the
 * slash, so one walk yields ascending keys, and whole subtrees before the page's start are skipped.
 */
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ListPage, ObjectInfo } from './contract.ts';
import { isMissing } from './file-error.ts';

interface ListRequest {
  /** False: folders directly below the prefix are named, not entered. */
  readonly isDeep: boolean;
  /** The last key or prefix of the page before. */
  readonly after: string | null;
  readonly limit: number;
}

export async function listFolder(root: string, prefix: string, request: ListRequest): Promise<ListPage> {
  const objects: ObjectInfo[] = [];
  const prefixes: string[] = [];
  let last = '';
  const isFull = (): boolean => objects.length + prefixes.length >= request.limit;

  /** False when the page is full and more follows. */
  const walk = async (folderKey: string): Promise<boolean> => {
    for (const entry of await entriesOf(join(root, folderKey))) {
      const key = folderKey + entry.name;
      if (!key.startsWith(prefix) && !(entry.isFolder && prefix.startsWith(key))) continue;
      if (
        request.after !== null &&
        compareKeys(key, request.after) <= 0 &&
        !(entry.isFolder && request.after.startsWith(key) && request.after !== key)
      )
        continue;
      const isPrefix = entry.isFolder && !request.isDeep && key.startsWith(prefix);
      if (entry.isFolder && !isPrefix) {
        if (!(await walk(key))) return false;
        continue;
      }
      const info = isPrefix ? null : await infoOf(join(root, key), key);
      if (!isPrefix && info === null) continue;
      if (isPrefix && !(await hasFile(join(root, key)))) continue;
      if (isFull()) return false;
      if (info) objects.push(info);
      else prefixes.push(key);
      last = key;
    }
    return true;
  };

  const isWhole = await walk(prefix.slice(0, prefix.lastIndexOf('/') + 1));
  return { objects, prefixes, nextToken: isWhole ? null : last };
}

interface Entry {
  /** A folder's name ends in a slash. */
  readonly name: string;
  readonly isFolder: boolean;
}

async function entriesOf(path: string): Promise<readonly Entry[]> {
  for (;;) {
    const entries = await entriesOnce(path);
    if (entries !== null) return entries;
  }
}

/** Null: one of its files went away while it was read, which says nothing of the others. */
async function entriesOnce(path: string): Promise<readonly Entry[] | null> {
  try {
    const entries = await readdir(path, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory() || entry.isFile())
      .map((entry) => ({ name: entry.isDirectory() ? `${entry.name}/` : entry.name, isFolder: entry.isDirectory() }))
      .sort((a, b) => compareKeys(a.name, b.name));
  } catch (error) {
    if (!isMissing(error)) throw error;
    // Where a file system does not tell what an entry is (XFS without ftype, some network folders), Node asks for each.
    return (error as NodeJS.ErrnoException).syscall === 'lstat' ? null : [];
  }
}

/** An object store has no empty folders. */
async function hasFile(path: string): Promise<boolean> {
  for (const entry of await entriesOf(path)) {
    if (!entry.isFolder || (await hasFile(join(path, entry.name)))) return true;
  }
  return false;
}

async function infoOf(path: string, key: string): Promise<ObjectInfo | null> {
  try {
    const info = await lstat(path);
    return { key, size: info.size, modifiedMs: Math.floor(info.mtimeMs) };
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/** Order of the UTF-8 bytes, which is the order of code points. */
export function compareKeys(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
