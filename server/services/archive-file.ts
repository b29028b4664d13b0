/**
 * The zip of exported jobs: written, and read within limits. Entries are counted and measured by the directory of the zip before anything is
 * unpacked; an entry is unpacked into a buffer of the size it stated, so that it cannot grow beyond. Nothing of it is written to a disk.
 */
import { strFromU8, strToU8, unzipSync, type Zippable, zipSync } from 'fflate';
import { Refusal } from '../contract/errors.ts';
import { SQL_MAX_CHARACTERS } from '../contract/job.ts';
import {
  ARCHIVE_INDEX,
  type ArchivedJob,
  type ArchiveIndex,
  archivedJobSchema,
  archivedSqlSchema,
  archiveIndexSchema,
} from '../contract/job-archive.ts';

const ENTRIES_MAX = 20_000;
/** SQL in UTF-8. */
const ENTRY_BYTES_MAX = SQL_MAX_CHARACTERS * 4;
const UNPACKED_BYTES_MAX = 128 * 1024 * 1024;
/** Text packs 3 to 20 times; a small entry may do better without harm. */
const RATIO_MAX = 100;
const RATIO_FREE_BYTES = 64 * 1024;

export interface ArchivedFile {
  readonly job: ArchivedJob;
  /** By version number. */
  readonly sql: ReadonlyMap<number, string>;
}

/** A folder a job; its name is for people, the index tells which is which. */
export function writeArchive(files: readonly ArchivedFile[], product: string, exportedAt: number): Uint8Array {
  const entries: Zippable = {};
  const index: ArchiveIndex = { format: 'tidemark-jobs', formatVersion: 1, product, exportedAt, jobs: [] };
  for (const [position, { job, sql }] of files.entries()) {
    const folder = `jobs/${String(position + 1).padStart(4, '0')}-${job.name}`;
    index.jobs.push({ name: job.name, folder });
    entries[`${folder}/job.json`] = jsonBytes(job);
    for (const version of job.versions) entries[`${folder}/${version.sqlFile}`] = strToU8(sql.get(version.number) ?? '');
  }
  entries[ARCHIVE_INDEX] = jsonBytes(index);
  return zipSync(entries, { level: 6, mtime: exportedAt });
}

function jsonBytes(value: unknown): Uint8Array {
  return strToU8(`${JSON.stringify(value, null, 2)}\n`);
}

/** A job of an archive, or why it cannot be read. */
export type ReadJob = { readonly name: string } & ({ readonly file: ArchivedFile } | { readonly problem: string });

/** Throws a Refusal when the archive as a whole is none. */
export function readArchive(zip: Uint8Array): readonly ReadJob[] {
  const entries = unpack(zip);
  const index = parseJson(entries, ARCHIVE_INDEX);
  const parsed = archiveIndexSchema.safeParse(index);
  if (!parsed.success) throw notAnArchive(`its ${ARCHIVE_INDEX} does not say what it holds (${parsed.error.issues[0]?.message ?? ''})`);
  const names = parsed.data.jobs.map((job) => job.name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw notAnArchive(`it holds the job ${twice} twice`);
  return parsed.data.jobs.map(({ name, folder }): ReadJob => {
    try {
      return { name, file: readJob(entries, name, folder) };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return { name, problem: error.message };
    }
  });
}

function readJob(entries: ReadonlyMap<string, Uint8Array>, name: string, folder: string): ArchivedFile {
  const parsed = archivedJobSchema.safeParse(parseJson(entries, `${folder}/job.json`));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new Refusal('invalid-request', `${folder}/job.json does not fit: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
  }
  const job = parsed.data;
  if (job.name !== name) throw new Refusal('invalid-request', `${folder}/job.json is of job ${job.name}, not of ${name}.`);
  const sql = new Map<number, string>();
  let before = 0;
  for (const version of job.versions) {
    if (version.number <= before) throw new Refusal('invalid-request', `The versions in ${folder}/job.json are not in their order.`);
    before = version.number;
    const text = archivedSqlSchema.safeParse(textOf(entries, `${folder}/${version.sqlFile}`));
    if (!text.success) throw new Refusal('invalid-request', `${folder}/${version.sqlFile} is too long.`);
    sql.set(version.number, text.data);
  }
  return { job, sql };
}

function unpack(zip: Uint8Array): ReadonlyMap<string, Uint8Array> {
  const seen = new Set<string>();
  let unpacked = 0;
  const refuse = (message: string): never => {
    throw new Refusal('too-large', `${message} Nothing was imported.`);
  };
  try {
    const entries = unzipSync(zip, {
      filter: ({ name, size, originalSize }) => {
        if (seen.has(name)) throw notAnArchive(`it holds ${name.slice(0, 200)} twice`);
        seen.add(name);
        unpacked += originalSize;
        if (seen.size > ENTRIES_MAX) refuse(`The archive has more than ${ENTRIES_MAX} entries.`);
        if (originalSize > ENTRY_BYTES_MAX)
          refuse(`${name.slice(0, 200)} would be ${originalSize} bytes; an entry may have ${ENTRY_BYTES_MAX}.`);
        if (unpacked > UNPACKED_BYTES_MAX) refuse(`The archive would unpack to more than ${UNPACKED_BYTES_MAX / 1024 / 1024} MB.`);
        if (originalSize > RATIO_FREE_BYTES && originalSize > size * RATIO_MAX)
          refuse(`${name.slice(0, 200)} is packed more than ${RATIO_MAX} times.`);
        return !name.endsWith('/');
      },
    });
    return new Map(Object.entries(entries));
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw notAnArchive(`it is no zip that can be read (${(error as Error).message})`);
  }
}

function notAnArchive(why: string): Refusal {
  return new Refusal('invalid-request', `This is not an archive of jobs: ${why}. Use a zip that Export made. Nothing was imported.`);
}

function textOf(entries: ReadonlyMap<string, Uint8Array>, name: string): string {
  const bytes = entries.get(name);
  if (!bytes) throw new Refusal('invalid-request', `The archive lacks ${name}.`);
  return strFromU8(bytes);
}

function parseJson(entries: ReadonlyMap<string, Uint8Array>, name: string): unknown {
  if (name === ARCHIVE_INDEX && !entries.has(name)) throw notAnArchive(`it lacks ${ARCHIVE_INDEX}`);
  const text = textOf(entries, name);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Refusal('invalid-request', `${name} is not JSON: ${(error as Error).message}.`);
  }
}
