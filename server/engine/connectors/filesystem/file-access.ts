/**
 * Files to read, local or in a bucket, behind one small interface. Names that begin with `.` or `_` are not data, at any level:
 * they are parts in progress, markers and snapshots.
 */
import { type FileHandle, open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type ObjectStore, StoreError } from '../../../storage/contract.ts';
import { ConnectorError } from '../contract.ts';
import type { Location } from './location.ts';

export interface FileEntry {
  /** Stable name of the split: absolute local path, or `obs://bucket/key`. */
  readonly path: string;
  /** Path below the table's folder, with `/`; for a single file its name. */
  readonly relative: string;
  readonly size: number;
  readonly modifiedMs: number;
}

export interface FileAccess {
  /** All data files, sorted by path. Throws ConnectorError when the path is not there. */
  list(): Promise<readonly FileEntry[]>;
  /** Up to `length` bytes from `offset`; fewer only at the end of the file. */
  read(path: string, offset: number, length: number): Promise<Uint8Array>;
  /** The file is not read any more. */
  release(path: string): Promise<void>;
}

const isData = (name: string): boolean => !name.startsWith('.') && !name.startsWith('_');

const COMPRESSED = /\.(gz|gzip|deflate|bz2|xz|zst)$/;

/** Compressed bytes would only fail as malformed records; this says why. */
function sorted(entries: FileEntry[]): readonly FileEntry[] {
  const compressed = entries.find((entry) => COMPRESSED.test(entry.relative));
  if (compressed)
    throw new ConnectorError(`File ${compressed.path} is compressed; compressed files cannot be read, unpack it first.`, false);
  return entries.sort(byPath);
}

const byPath = (a: FileEntry, b: FileEntry): number => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0);

export function openFiles(location: Exclude<Location, { kind: 'invalid' }>, store: ObjectStore): FileAccess {
  return location.kind === 'local' ? new LocalFiles(location.path) : new BucketFiles(location, store);
}

class LocalFiles implements FileAccess {
  readonly #root: string;
  readonly #handles = new Map<string, FileHandle>();

  constructor(root: string) {
    this.#root = root;
  }

  async list(): Promise<readonly FileEntry[]> {
    try {
      const info = await stat(this.#root);
      if (info.isFile()) {
        const relative = this.#root.slice(this.#root.lastIndexOf('/') + 1);
        return sorted([{ path: this.#root, relative, size: info.size, modifiedMs: Math.floor(info.mtimeMs) }]);
      }
      const entries: FileEntry[] = [];
      await this.#walk(this.#root, '', entries);
      return sorted(entries);
    } catch (error) {
      throw localError(error, this.#root);
    }
  }

  async #walk(folder: string, relative: string, into: FileEntry[]): Promise<void> {
    for (const name of await readdir(folder)) {
      if (!isData(name)) continue;
      const path = join(folder, name);
      const info = await stat(path).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return null; // removed while the folder was read
        throw error;
      });
      if (info?.isDirectory()) await this.#walk(path, `${relative}${name}/`, into);
      else if (info?.isFile()) into.push({ path, relative: relative + name, size: info.size, modifiedMs: Math.floor(info.mtimeMs) });
    }
  }

  async read(path: string, offset: number, length: number): Promise<Uint8Array> {
    try {
      let handle = this.#handles.get(path);
      if (!handle) {
        handle = await open(path, 'r');
        this.#handles.set(path, handle);
      }
      const buffer = Buffer.allocUnsafeSlow(length);
      let at = 0;
      while (at < length) {
        const { bytesRead } = await handle.read(buffer, at, length - at, offset + at);
        if (bytesRead === 0) break;
        at += bytesRead;
      }
      return at === length ? buffer : buffer.subarray(0, at);
    } catch (error) {
      throw localError(error, path);
    }
  }

  async release(path: string): Promise<void> {
    await this.#handles.get(path)?.close();
    this.#handles.delete(path);
  }
}

class BucketFiles implements FileAccess {
  readonly #location: Location & { kind: 'bucket' };
  readonly #store: ObjectStore;

  constructor(location: Location & { kind: 'bucket' }, store: ObjectStore) {
    this.#location = location;
    this.#store = store;
  }

  async list(): Promise<readonly FileEntry[]> {
    const { bucket, prefix, scheme } = this.#location;
    const name = `${scheme}://${bucket}/${prefix}`;
    try {
      const single = prefix === '' ? null : await this.#store.head({ bucket, key: prefix });
      if (single) {
        return sorted([
          { path: name, relative: prefix.slice(prefix.lastIndexOf('/') + 1), size: single.size, modifiedMs: single.modifiedMs },
        ]);
      }
      const folder = prefix === '' ? '' : `${prefix}/`;
      const entries: FileEntry[] = [];
      for (let token: string | null = null; ; ) {
        const page = await this.#store.list(bucket, folder, token === null ? {} : { token });
        for (const object of page.objects) {
          const relative = object.key.slice(folder.length);
          if (!relative.split('/').every(isData)) continue;
          entries.push({ path: `${scheme}://${bucket}/${object.key}`, relative, size: object.size, modifiedMs: object.modifiedMs });
        }
        token = page.nextToken;
        if (token === null) break;
      }
      if (entries.length === 0) throw new ConnectorError(`There is no file below ${name} in ${this.#store.description}.`, false);
      return sorted(entries);
    } catch (error) {
      throw storeFailure(error);
    }
  }

  async read(path: string, offset: number, length: number): Promise<Uint8Array> {
    const key = path.slice(`${this.#location.scheme}://${this.#location.bucket}/`.length);
    try {
      return await this.#store.get({ bucket: this.#location.bucket, key }, { start: offset, end: offset + length });
    } catch (error) {
      throw storeFailure(error);
    }
  }

  async release(): Promise<void> {}
}

export function storeFailure(error: unknown): unknown {
  return error instanceof StoreError ? new ConnectorError(error.message, error.isRetryable, { cause: error }) : error;
}

export function localError(error: unknown, path: string): unknown {
  const { code } = (error ?? {}) as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR') return new ConnectorError(`File ${path} does not exist.`, false, { cause: error });
  if (code === 'EACCES' || code === 'EPERM')
    return new ConnectorError(`File ${path} may not be used by this process.`, false, { cause: error });
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new ConnectorError(`File ${path} cannot be written: the disk is full.`, true, { cause: error });
  return code === undefined ? error : new ConnectorError(`File ${path} cannot be used (${code}).`, true, { cause: error });
}
