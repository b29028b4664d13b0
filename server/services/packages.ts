/**
 * Packages: list, upload (a version each), used by, delete. A version that the saved or the running version of a job names is not
 * deleted. Engines find files with server/packages/package-files.ts.
 */

import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { audited } from '../audit/audited.ts';
import type { UserCall } from '../auth/caller.ts';
import { visibleJobs } from '../auth/job-access.ts';
import { Refusal } from '../contract/errors.ts';
import {
  type listPackagesQuerySchema,
  PACKAGE_BYTES_MAX,
  type Package,
  type packageUsersAnswerSchema,
  type UploadPackage,
} from '../contract/packages.ts';
import { type Said, say } from '../contract/said.ts';
import type { DatabaseOrTransaction, Prisma } from '../db/open-database.ts';
import { ms, USER_REF } from '../db/row-to-view.ts';
import { objectOfPackage, openPackage, type PackageFile } from '../packages/package-files.ts';
import { storePackage } from '../packages/store-package.ts';
import { objectKey } from '../storage/object-key.ts';
import type { ConsoleContext } from './context.ts';
import { isUniqueViolation } from './job-writes.ts';
import { containing } from './list-jobs.ts';

const INCLUDE = {
  owner: USER_REF,
  versions: { include: { createdBy: USER_REF }, orderBy: { number: 'desc' } },
} as const satisfies Prisma.PackageInclude;
type PackageRow = Prisma.PackageGetPayload<{ include: typeof INCLUDE }>;

/** A job that names a path of a package, in the version that is saved or the one that runs. */
interface Use {
  readonly jobId: number;
  readonly name: string;
  readonly path: string;
  readonly isRunning: boolean;
}

/** What a job may write for a version: its path in any scheme, and for the newest one the package's name in DLI's way, as a whole value. */
function namesOf(row: PackageRow): { readonly path: string; readonly texts: readonly string[] }[] {
  const newest = row.versions.find((version) => version.status === 'finished');
  return row.versions.map((version) => ({
    path: version.path,
    texts: [version.path.replace(/^obs:\/\//, ''), ...(version === newest ? [JSON.stringify(fullName(row.groupName, row.name))] : [])],
  }));
}

/** One look at the versions of jobs that can name a file at all; then each text is looked for in them. */
async function usesOf(database: DatabaseOrTransaction, rows: readonly PackageRow[]): Promise<Use[]> {
  const projectId = rows[0]?.projectId;
  if (projectId === undefined) return [];
  const versions = await database.jobVersion.findMany({
    where: {
      job: { projectId, deletedAt: null },
      OR: [
        { job: { type: 'flink_jar_job' } },
        { optionsJson: { contains: 'packages/' } },
        { sql: { contains: 'packages/' } },
        // DLI's way: the name of a package as the UDF Jar.
        { AND: [{ optionsJson: { contains: '"udfJarUrl":' } }, { NOT: { optionsJson: { contains: '"udfJarUrl":""' } } }] },
      ],
    },
    select: { number: true, optionsJson: true, sql: true, job: { select: { id: true, name: true, version: true, runningVersion: true } } },
  });
  const live = versions.filter(({ number, job }) => number === job.version || number === job.runningVersion);
  return rows.flatMap(namesOf).flatMap(({ path, texts }) => {
    const naming = live.filter(({ optionsJson, sql }) => texts.some((text) => optionsJson.includes(text) || sql.includes(text)));
    const jobs = new Map(naming.map(({ job }) => [job.id, job]));
    return [...jobs.values()].map((job) => ({ jobId: job.id, name: job.name, path, isRunning: job.runningVersion !== null }));
  });
}

function view(row: PackageRow, call: UserCall, uses: readonly Use[]): Package {
  return {
    id: row.id,
    group: row.groupName,
    name: row.name,
    kind: row.kind as Package['kind'],
    description: row.description,
    owner: row.owner,
    createdAt: ms(row.createdAt),
    updatedAt: ms(row.updatedAt),
    isMine: call.caller.role === 'admin' || row.ownerId === call.caller.userId,
    versions: row.versions.map((version) => ({
      id: version.id,
      number: version.number,
      status: version.status as Package['versions'][number]['status'],
      message: version.message,
      sizeBytes: Number(version.sizeBytes),
      sha256: version.sha256,
      path: version.path,
      createdAt: ms(version.createdAt),
      createdBy: version.createdBy,
      usedBy: uses.filter((use) => use.path === version.path).length,
    })),
  };
}

export async function listPackages(context: ConsoleContext, call: UserCall, query: z.output<typeof listPackagesQuerySchema>) {
  const { database } = context;
  const { projectId } = call.caller;
  const text = containing(context, query.q);
  const where: Prisma.PackageWhereInput = {
    projectId,
    ...(query.kind === undefined ? {} : { kind: query.kind }),
    ...(query.q === '' ? {} : { OR: [{ name: text }, { groupName: text }] }),
  };
  const [rows, total, groups] = await Promise.all([
    database.package.findMany({
      where,
      include: INCLUDE,
      orderBy: [{ groupName: 'asc' }, { name: 'asc' }],
      skip: (query.page - 1) * query.pageSize,
      take: query.pageSize,
    }),
    database.package.count({ where }),
    database.package.findMany({
      where: { projectId },
      distinct: ['groupName'],
      select: { groupName: true },
      orderBy: { groupName: 'asc' },
    }),
  ]);
  const uses = await usesOf(database, rows);
  return {
    items: rows.map((row) => view(row, call, uses)),
    total,
    page: query.page,
    pageSize: query.pageSize,
    groups: groups.map((one) => one.groupName).filter((name) => name !== ''),
  };
}

async function find(context: ConsoleContext, call: UserCall, id: string): Promise<PackageRow> {
  const row = await context.database.package.findFirst({ where: { id, projectId: call.caller.projectId }, include: INCLUDE });
  if (!row) throw new Refusal('not-found', say('said.no.package'));
  return row;
}

async function viewNow(context: ConsoleContext, call: UserCall, id: string): Promise<Package> {
  const row = await find(context, call, id);
  return view(row, call, await usesOf(context.database, [row]));
}

function requireMine(call: UserCall, row: PackageRow): void {
  if (call.caller.role === 'admin' || row.ownerId === call.caller.userId) return;
  throw new Refusal('not-allowed', say('said.no.packageOther', { name: row.name, owner: row.owner.name }));
}

const fullName = (group: string, name: string): string => (group === '' ? name : `${group}/${name}`);

/** The row of the package and of its next version, which is `uploading`. */
async function beginVersion(context: ConsoleContext, call: UserCall, input: UploadPackage) {
  const { database, clock, environment } = context;
  const { projectId, userId } = call.caller;
  const now = new Date(clock.nowMs());
  const key = { projectId_groupName_name: { projectId, groupName: input.group, name: input.name } };
  const found = await database.package.findUnique({ where: key, include: INCLUDE });
  if (found) requireMine(call, found);
  if (found && found.kind !== input.kind) {
    throw new Refusal('invalid-request', say('said.no.packageType', { name: fullName(input.group, input.name) }));
  }
  const row =
    found ??
    (await database.package
      .create({
        data: {
          projectId,
          groupName: input.group,
          name: input.name,
          kind: input.kind,
          description: input.description,
          ownerId: userId,
          createdAt: now,
          updatedAt: now,
        },
        include: INCLUDE,
      })
      .catch(someoneElse));
  const number = (row.versions[0]?.number ?? 0) + 1;
  const { defaultBucket, prefix } = environment.objectStore;
  // The folder is of this upload alone, so that no file is ever written over.
  const ref = objectKey(defaultBucket, `${prefix}packages/${randomUUID()}/${input.name}`);
  const path = `obs://${ref.bucket}/${ref.key}`;
  const version = await database.packageVersion
    .create({ data: { packageId: row.id, number, status: 'uploading', path, createdAt: now, createdById: userId } })
    .catch(someoneElse);
  return { row, version, ref };
}

function someoneElse(error: unknown): never {
  if (isUniqueViolation(error)) throw new Refusal('in-use', say('said.no.packageUpload'));
  throw error;
}

export async function uploadPackage(
  context: ConsoleContext,
  call: UserCall,
  input: UploadPackage,
  body: AsyncIterable<Uint8Array>,
): Promise<Package> {
  const { database, store, clock } = context;
  const name = fullName(input.group, input.name);
  return audited(database, call, 'uploadResources', { type: 'package', id: '', name }, async (note) => {
    const { row, version, ref } = await beginVersion(context, call, input);
    note.object = { type: 'package', id: row.id, name };
    const fail = async (message: string) => {
      await database.packageVersion.updateMany({ where: { id: version.id }, data: { status: 'failed', message: message.slice(0, 500) } });
      // Its name is of this upload alone, and no row calls it finished now. What the store keeps all the same is no reason to hide why it failed.
      await store.delete(ref).catch(() => undefined);
    };
    try {
      await store.ensureBucket(ref.bucket);
      const stored = await storePackage(store, ref, body, { bytesMax: PACKAGE_BYTES_MAX, sha256: input.sha256 ?? null });
      if (stored.kind === 'refused') throw new Refusal(stored.why === 'too-large' ? 'too-large' : 'invalid-request', stored.told);
      note.after = { version: version.number, sizeBytes: stored.sizeBytes, sha256: stored.sha256 };
      await database.$transaction(async (tx) => {
        const { count } = await tx.packageVersion.updateMany({
          where: { id: version.id },
          data: { status: 'finished', sizeBytes: BigInt(stored.sizeBytes), sha256: stored.sha256 },
        });
        if (count === 0) throw new Refusal('not-found', say('said.no.package'));
        await tx.package.update({
          where: { id: row.id },
          data: { updatedAt: new Date(clock.nowMs()), ...(input.description === '' ? {} : { description: input.description }) },
        });
        await note.recordIn(tx);
      });
    } catch (error) {
      await fail(error instanceof Error ? error.message : String(error));
      throw error;
    }
    return viewNow(context, call, row.id);
  });
}

export async function changePackage(context: ConsoleContext, call: UserCall, id: string, description: string): Promise<Package> {
  const row = await find(context, call, id);
  return audited(
    context.database,
    call,
    'updateResource',
    { type: 'package', id, name: fullName(row.groupName, row.name) },
    async (note) => {
      requireMine(call, row);
      note.before = { description: row.description };
      note.after = { description };
      await context.database.$transaction(async (tx) => {
        await tx.package.update({ where: { id }, data: { description } });
        await note.recordIn(tx);
      });
      return viewNow(context, call, id);
    },
  );
}

/** The whole package, or one version of it. Rows go first: a file that nobody names is found as such, a name without its file breaks jobs. */
export async function deletePackage(context: ConsoleContext, call: UserCall, id: string, number: number | null): Promise<{ ok: true }> {
  const { database, store } = context;
  const row = await find(context, call, id);
  const name = fullName(row.groupName, row.name);
  return audited(database, call, 'deleteResource', { type: 'package', id, name }, async (note) => {
    requireMine(call, row);
    const going = number === null ? row.versions : row.versions.filter((version) => version.number === number);
    if (number !== null && going.length === 0) throw new Refusal('not-found', say('said.no.packageVersion', { name, version: number }));
    note.before = { versions: going.map((version) => version.number) };
    await database.$transaction(async (tx) => {
      const paths = going.map((version) => version.path);
      const uses = (await usesOf(tx, [row])).filter((use) => paths.includes(use.path));
      if (uses.length > 0) throw new Refusal('in-use', inUse(name, number, uses));
      if (number === null) await tx.package.delete({ where: { id } });
      else await tx.packageVersion.deleteMany({ where: { packageId: id, number } });
      await note.recordIn(tx);
    });
    for (const version of going) await store.delete(objectOfPackage(version));
    return { ok: true } as const;
  });
}

function inUse(name: string, number: number | null, uses: readonly Use[]): Said {
  const n = new Set(uses.map((use) => use.jobId)).size;
  return number === null ? say('said.no.packageUsed', { name, n }) : say('said.no.packageVersionUsed', { name, n, version: number });
}

export async function listPackageUsers(
  context: ConsoleContext,
  call: UserCall,
  id: string,
): Promise<z.infer<typeof packageUsersAnswerSchema>> {
  const row = await find(context, call, id);
  const numberOf = new Map(row.versions.map((version) => [version.path, version.number]));
  const uses = await usesOf(context.database, [row]);
  const ids = [...new Set(uses.map((use) => use.jobId))];
  const visible = await context.database.job.findMany({
    where: { AND: [{ id: { in: ids } }, visibleJobs(call.caller)] },
    select: { id: true },
  });
  const isVisible = new Set(visible.map((job) => job.id));
  const jobs = ids
    .filter((jobId) => isVisible.has(jobId))
    .map((jobId) => {
      const own = uses.filter((use) => use.jobId === jobId);
      return {
        jobId,
        name: own[0]?.name ?? '',
        numbers: own.map((use) => numberOf.get(use.path) ?? 0).sort((a, b) => b - a),
        isRunning: own.some((use) => use.isRunning),
      };
    });
  return { jobs, hidden: ids.length - jobs.length };
}

/** The file of a version, and its name for whoever saves it. */
export async function readPackage(context: ConsoleContext, call: UserCall, id: string, number: number) {
  const row = await find(context, call, id);
  const version = row.versions.find((one) => one.number === number && one.status === 'finished');
  if (!version) throw new Refusal('not-found', say('said.no.packageVersion', { name: row.name, version: number }));
  const file: PackageFile = {
    packageId: row.id,
    versionId: version.id,
    group: row.groupName,
    name: row.name,
    kind: row.kind as PackageFile['kind'],
    number,
    sizeBytes: Number(version.sizeBytes),
    sha256: version.sha256,
    path: version.path,
  };
  return { fileName: row.name, sizeBytes: file.sizeBytes, bytes: openPackage(context.store, file) };
}
