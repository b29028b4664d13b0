/**
 * The zip of exported jobs: written, and read within limits. Entries are counted and measured by the directory of the zip before anything is
 * unpacked; an entry is unpacked into a buffer of the size it stated, so that it cannot grow beyond. Nothing of it is written to a disk.
 */

import { strFromU8, strToU8, unzipSync, type Zippable, zipSync } from 'fflate';
import type { z } from 'zod';
import { Refusal } from '../contract/errors.ts';
import { fieldProblemOf } from '../contract/issue-to-problem.ts';
import { SQL_MAX_CHARACTERS } from '../contract/job.ts';
import {
  ARCHIVE_INDEX,
  type ArchivedJob,
  type ArchiveIndex,
  archivedJobSchema,
  archivedSqlSchema,
  archiveIndexSchema,
} from '../contract/job-archive.ts';
import { type Said, say, type Told } from '../contract/said.ts';

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
export type ReadJob = { readonly name: string } & ({ readonly file: ArchivedFile } | { readonly problem: Told });

/** Throws a Refusal when the archive as a whole is none. */
export function readArchive(zip: Uint8Array): readonly ReadJob[] {
  const entries = unpack(zip);
  const index = parseJson(entries, ARCHIVE_INDEX);
  const parsed = archiveIndexSchema.safeParse(index);
  if (!parsed.success) throw notAnArchive(say('said.no.archiveIndex', { file: ARCHIVE_INDEX, why: saidOf(parsed.error.issues[0]) }));
  const names = parsed.data.jobs.map((job) => job.name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw notAnArchive(say('said.no.archiveTwice', { name: twice }));
  return parsed.data.jobs.map(({ name, folder }): ReadJob => {
    try {
      return { name, file: readJob(entries, name, folder) };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return { name, problem: error.said };
    }
  });
}

function readJob(entries: ReadonlyMap<string, Uint8Array>, name: string, folder: string): ArchivedFile {
  const parsed = archivedJobSchema.safeParse(parseJson(entries, `${folder}/job.json`));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new Refusal('invalid-request', say('said.no.archiveJob', { folder, path: issue?.path.join('.') ?? '', why: saidOf(issue) }));
  }
  const job = parsed.data;
  if (job.name !== name) throw new Refusal('invalid-request', say('said.no.archiveName', { folder, found: job.name, name }));
  const sql = new Map<number, string>();
  let before = 0;
  for (const version of job.versions) {
    if (version.number <= before) throw new Refusal('invalid-request', say('said.no.archiveOrder', { folder }));
    before = version.number;
    const text = archivedSqlSchema.safeParse(textOf(entries, `${folder}/${version.sqlFile}`));
    if (!text.success) throw new Refusal('invalid-request', say('said.no.archiveSql', { folder, file: version.sqlFile }));
    sql.set(version.number, text.data);
  }
  return { job, sql };
}

function unpack(zip: Uint8Array): ReadonlyMap<string, Uint8Array> {
  const seen = new Set<string>();
  let unpacked = 0;
  const refuse = (why: Said): never => {
    throw new Refusal('too-large', [why, say('said.no.imported')]);
  };
  try {
    const entries = unzipSync(zip, {
      filter: ({ name, size, originalSize }) => {
        if (seen.has(name)) throw notAnArchive(say('said.no.archiveEntryTwice', { name: name.slice(0, 200) }));
        seen.add(name);
        unpacked += originalSize;
        if (seen.size > ENTRIES_MAX) refuse(say('said.no.archiveEntries', { most: ENTRIES_MAX }));
        if (originalSize > ENTRY_BYTES_MAX)
          refuse(say('said.no.archiveEntrySize', { name: name.slice(0, 200), size: originalSize, most: ENTRY_BYTES_MAX }));
        if (unpacked > UNPACKED_BYTES_MAX) refuse(say('said.no.archiveSize', { most: UNPACKED_BYTES_MAX / 1024 / 1024 }));
        if (originalSize > RATIO_FREE_BYTES && originalSize > size * RATIO_MAX)
          refuse(say('said.no.archiveRatio', { name: name.slice(0, 200), most: RATIO_MAX }));
        return !name.endsWith('/');
      },
    });
    return new Map(Object.entries(entries));
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw notAnArchive(say('said.no.archiveZip', { why: (error as Error).message }));
  }
}

const saidOf = (issue: z.core.$ZodIssue | undefined): readonly Said[] => (issue ? fieldProblemOf(issue).said : [say('said.no.fit')]);

function notAnArchive(why: Said): Refusal {
  return new Refusal('invalid-request', say('said.no.archive', { why }));
}

function textOf(entries: ReadonlyMap<string, Uint8Array>, name: string): string {
  const bytes = entries.get(name);
  if (!bytes) throw new Refusal('invalid-request', say('said.no.archiveFile', { file: name }));
  return strFromU8(bytes);
}

function parseJson(entries: ReadonlyMap<string, Uint8Array>, name: string): unknown {
  if (name === ARCHIVE_INDEX && !entries.has(name)) throw notAnArchive(say('said.no.archiveLacks', { file: ARCHIVE_INDEX }));
  const text = textOf(entries, name);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Refusal('invalid-request', say('said.no.archiveJson', { file: name, why: (error as Error).message }));
  }
}
