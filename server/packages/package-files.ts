/**
 * Packages as engines and services find them: list, stat by what a job's options name, open as bytes in order. A file never changes once it
 * is finished, so whoever has its SHA-256 has the file; `openPackage` compares length and SHA-256 on the way and throws at the end when they differ.
 */
import { createHash } from 'node:crypto';
import type { PackageKind } from '../contract/packages.ts';
import type { DatabaseOrTransaction, Prisma } from '../db/open-database.ts';
import { type ObjectRef, type ObjectStore, StoreError } from '../storage/contract.ts';
import { parseObjectUri } from '../storage/object-key.ts';

export interface PackageFile {
  readonly packageId: string;
  readonly versionId: string;
  readonly group: string;
  readonly name: string;
  readonly kind: PackageKind;
  readonly number: number;
  readonly sizeBytes: number;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
  /** `obs://…` */
  readonly path: string;
}

const INCLUDE = { package: true } as const;
type Row = Prisma.PackageVersionGetPayload<{ include: typeof INCLUDE }>;

const fileOf = (row: Row): PackageFile => ({
  packageId: row.packageId,
  versionId: row.id,
  group: row.package.groupName,
  name: row.package.name,
  kind: row.package.kind as PackageKind,
  number: row.number,
  sizeBytes: Number(row.sizeBytes),
  sha256: row.sha256,
  path: row.path,
});

/** Finished versions, newest first within a package. */
export async function listPackageFiles(database: DatabaseOrTransaction, projectId: string): Promise<PackageFile[]> {
  const rows = await database.packageVersion.findMany({
    where: { status: 'finished', package: { projectId } },
    include: INCLUDE,
    orderBy: [{ package: { groupName: 'asc' } }, { package: { name: 'asc' } }, { number: 'desc' }],
  });
  return rows.map(fileOf);
}

/**
 * `reference`: the path of a version (`obs://…`, `s3://…`), or DLI's `group/name` or `name`, which mean the newest finished version. Null when no
 * package of the project is meant; a path may then still be an object of the store.
 */
export async function statPackage(database: DatabaseOrTransaction, projectId: string, reference: string): Promise<PackageFile | null> {
  const uri = /^[a-z0-9]+:\/\//.test(reference) ? parseObjectUri(reference) : null;
  if (uri !== null) {
    if (uri.kind === 'invalid') return null;
    const path = `obs://${uri.bucket}/${uri.key}`;
    const row = await database.packageVersion.findFirst({ where: { path, status: 'finished', package: { projectId } }, include: INCLUDE });
    return row && fileOf(row);
  }
  const slash = reference.lastIndexOf('/');
  const [groupName, name] = [slash < 0 ? '' : reference.slice(0, slash), reference.slice(slash + 1)];
  const row = await database.packageVersion.findFirst({
    where: { status: 'finished', package: { projectId, groupName, name } },
    include: INCLUDE,
    orderBy: { number: 'desc' },
  });
  return row && fileOf(row);
}

/** Where the bytes lie. The path was written by this product. */
export function objectOfPackage(file: Pick<PackageFile, 'path'>): ObjectRef {
  const parsed = parseObjectUri(file.path);
  if (parsed.kind === 'invalid') throw new Error(`the stored path ${file.path} is no object: ${parsed.message}`);
  return { bucket: parsed.bucket, key: parsed.key };
}

const CHUNK = 8 * 1024 * 1024;

/** The bytes in order, at most 8 MiB at a time. Throws StoreError: not there, out of reach, or `corrupt` when they are not what was uploaded. */
export async function* openPackage(store: ObjectStore, file: PackageFile): AsyncGenerator<Uint8Array, void, undefined> {
  const ref = objectOfPackage(file);
  const hash = createHash('sha256');
  let read = 0;
  while (read < file.sizeBytes) {
    const bytes = await store.get(ref, { start: read, end: Math.min(file.sizeBytes, read + CHUNK) });
    if (bytes.length === 0) break;
    hash.update(bytes);
    read += bytes.length;
    yield bytes;
  }
  if (read !== file.sizeBytes || hash.digest('hex') !== file.sha256) {
    throw new StoreError(
      'corrupt',
      `${file.path} is not the file that was uploaded as ${file.name} version ${file.number}. Upload it again.`,
    );
  }
}
