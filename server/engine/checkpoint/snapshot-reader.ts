/**
 * Reads a snapshot back. Nothing of a part is used before its length and SHA-256 are those of the manifest. Damage is a RestoreError
 * `restore-broken` that names the object; a store that does not answer stays a StoreError.
 */
import { createHash } from 'node:crypto';
import { StoreError } from '../../storage/contract.ts';
import { MANIFEST_NAME, type Manifest, type ManifestPart } from './manifest.ts';
import { decodeManifest } from './manifest-codec.ts';
import { RestoreError } from './restore-error.ts';
import { objectIn, type SnapshotFolder } from './snapshot-folder.ts';

export async function readManifest(folder: SnapshotFolder): Promise<Manifest> {
  const bytes = await readObject(folder, MANIFEST_NAME, `${folder.uri} holds no complete snapshot: there is no ${MANIFEST_NAME} in it.`);
  const decoded = decodeManifest(bytes);
  switch (decoded.kind) {
    case 'manifest':
      return decoded.manifest;
    case 'flink':
      throw new RestoreError(
        'restore-incompatible',
        folder.uri,
        MANIFEST_NAME,
        `${folder.uri} is a snapshot of Apache Flink. The embedded engine cannot restore it; start the job on a Flink engine.`,
      );
    case 'broken':
      throw new RestoreError(
        'restore-broken',
        folder.uri,
        MANIFEST_NAME,
        `The snapshot ${folder.uri} is damaged: ${MANIFEST_NAME} cannot be read, ${decoded.reason}.`,
      );
  }
}

export interface StoredGroup {
  readonly operatorUid: string;
  readonly table: string;
  readonly formatVersion: number;
  readonly layout: Readonly<Record<string, unknown>>;
  readonly group: number;
  readonly bytes: Uint8Array;
}

/**
 * Visits every stored key group that is wanted, part by part (one part in memory at a time). `bytes` is valid during the call.
 * A part that holds nothing wanted is not read.
 */
export async function visitState(
  folder: SnapshotFolder,
  manifest: Manifest,
  visit: (group: StoredGroup) => void,
  isWanted: (operatorUid: string, group: number) => boolean = () => true,
): Promise<void> {
  const groupsByPart = new Map<
    string,
    { part: ManifestPart; groups: { table: number; group: number; offset: number; length: number }[] }
  >();
  manifest.tables.forEach((table, index) => {
    const seen = new Set<number>();
    for (const { part, keyGroups } of table.parts) {
      const known = groupsByPart.get(part.path);
      if (known && (known.part.sha256 !== part.sha256 || known.part.size !== part.size)) {
        throw damaged(folder, part.path, 'the manifest names it twice with different checksums');
      }
      const entry = known ?? { part, groups: [] };
      groupsByPart.set(part.path, entry);
      for (const range of keyGroups) {
        if (range.offset + range.length > part.size) throw damaged(folder, part.path, 'a key group lies beyond its end');
        if (range.group >= manifest.keyGroups || seen.has(range.group)) {
          throw damaged(folder, part.path, `key group ${range.group} of ${table.table} is stored twice or does not exist`);
        }
        seen.add(range.group);
        if (!isWanted(table.operatorUid, range.group)) continue;
        entry.groups.push({ table: index, group: range.group, offset: range.offset, length: range.length });
      }
    }
  });
  for (const { part, groups } of groupsByPart.values()) {
    if (groups.length === 0) continue;
    const bytes = await readPart(folder, part);
    for (const { table, group, offset, length } of groups) {
      const { operatorUid, table: name, formatVersion, layout } = manifest.tables[table] as Manifest['tables'][number];
      visit({ operatorUid, table: name, formatVersion, layout, group, bytes: bytes.subarray(offset, offset + length) });
    }
  }
}

/** Reads and checks every part without using it; the snapshot's health as people see it. */
export async function verifyParts(folder: SnapshotFolder, manifest: Manifest): Promise<void> {
  await visitState(folder, manifest, () => {});
  // A part that holds no key group at all is not visited.
  const stored = manifest.tables.flatMap((table) => table.parts);
  const visited = new Set(stored.filter(({ keyGroups }) => keyGroups.length > 0).map(({ part }) => part.path));
  const rest = new Map(stored.filter(({ part }) => !visited.has(part.path)).map(({ part }) => [part.path, part]));
  for (const part of rest.values()) await readPart(folder, part);
}

async function readPart(folder: SnapshotFolder, part: ManifestPart): Promise<Uint8Array> {
  const bytes = await readObject(folder, part.path, `The snapshot ${folder.uri} is damaged: its part ${part.path} is missing.`);
  if (bytes.length !== part.size) throw damaged(folder, part.path, `it has ${bytes.length} bytes instead of ${part.size}`);
  if (createHash('sha256').update(bytes).digest('hex') !== part.sha256) throw damaged(folder, part.path, 'its checksum is wrong');
  return bytes;
}

async function readObject(folder: SnapshotFolder, path: string, whenMissing: string): Promise<Uint8Array> {
  try {
    return await folder.store.get(objectIn(folder, path));
  } catch (error) {
    if (error instanceof StoreError && error.code === 'not-found') {
      throw new RestoreError('restore-broken', folder.uri, path, whenMissing, { cause: error });
    }
    throw error;
  }
}

function damaged(folder: SnapshotFolder, path: string, why: string): RestoreError {
  return new RestoreError('restore-broken', folder.uri, path, `The snapshot ${folder.uri} is damaged: part ${path}: ${why}.`);
}
