/** Export of jobs as a zip (contract/job-archive.ts): a selection or all that fit a filter, with versions and tags, without secrets. */

import type { z } from 'zod';
import { audited } from '../audit/audited.ts';
import type { UserCall } from '../auth/caller.ts';
import { requireJob, rightsOn } from '../auth/job-access.ts';
import { ARCHIVE_JOBS_MAX } from '../contract/archive-limit.ts';
import { Refusal } from '../contract/errors.ts';
import type { JobStatus, JobType } from '../contract/job.ts';
import type { ArchivedJob, exportJobsSchema } from '../contract/job-archive.ts';
import { say } from '../contract/said.ts';
import { sqlWithoutSecrets, valueWithoutSecrets } from '../contract/without-secrets.ts';
import { ms } from '../db/row-to-view.ts';
import { variablesNamedIn } from '../variables/fill-in.ts';
import { type ArchivedFile, writeArchive } from './archive-file.ts';
import type { ConsoleContext } from './context.ts';
import { readOptions } from './job-view.ts';
import { filters } from './list-jobs.ts';

type Input = z.output<typeof exportJobsSchema>;

export interface ExportedJobs {
  readonly fileName: string;
  readonly zip: Uint8Array;
}

/** `keep` writes it down and tells where; without it the zip is the answer. */
export async function exportJobs(
  context: ConsoleContext,
  call: UserCall,
  input: Input,
  keep?: (exported: ExportedJobs) => Promise<string>,
): Promise<ExportedJobs> {
  const object = { type: 'job', id: '', name: 'export' } as const;
  return audited(context.database, call, 'exportStreamJobs', object, async (note) => {
    const ids = await idsOf(context, call, input);
    const files: ArchivedFile[] = [];
    for (const id of ids) files.push(await archivedFile(context, id, input.versions));
    const what = { jobIds: ids.slice(0, 100), jobs: ids.length, versions: input.versions };
    note.after = what;
    const nowMs = context.clock.nowMs();
    const stamp = new Date(nowMs).toISOString().slice(0, 19).replaceAll(':', '-');
    const exported = { fileName: `tidemark-jobs-${stamp}.zip`, zip: writeArchive(files, context.version, nowMs) };
    if (keep) note.after = { ...what, path: await keep(exported) };
    return exported;
  });
}

async function idsOf(context: ConsoleContext, call: UserCall, input: Input): Promise<number[]> {
  const { database } = context;
  if (input.jobIds) {
    const ids = [...new Set(input.jobIds)];
    for (const id of ids) await requireJob(database, call.caller, id, 'export');
    return ids;
  }
  const query = { q: '', type: [], status: [], user: [], queue: [], tag: [], ...input.filter };
  const wanted = filters(context, call, query);
  const rows = await database.job.findMany({
    where: { AND: query.status.length === 0 ? wanted : [...wanted, { status: { in: query.status } }] },
    select: { id: true, ownerId: true },
    orderBy: { id: 'asc' },
    take: ARCHIVE_JOBS_MAX + 1,
  });
  if (rows.length > ARCHIVE_JOBS_MAX) {
    throw new Refusal('too-large', say('said.no.exportMost', { most: ARCHIVE_JOBS_MAX }));
  }
  const ids: number[] = [];
  // What a filter finds and the caller may see but not export is left out.
  for (const row of rows) if ((await rightsOn(database, call.caller, row)).includes('export')) ids.push(row.id);
  if (ids.length === 0) throw new Refusal('not-found', say('said.no.exportNone'));
  return ids;
}

async function archivedFile(context: ConsoleContext, jobId: number, which: Input['versions']): Promise<ArchivedFile> {
  const row = await context.database.job.findUniqueOrThrow({
    where: { id: jobId },
    include: {
      tags: { orderBy: { key: 'asc' } },
      versions: { orderBy: { number: 'asc' }, include: { createdBy: { select: { name: true } } } },
    },
  });
  const versions = which === 'all' ? row.versions : row.versions.filter((version) => version.number === row.version);
  const job: ArchivedJob = {
    id: row.id,
    name: row.name,
    type: row.type as JobType,
    description: row.description,
    status: row.status as JobStatus,
    tags: row.tags.map(({ key, value }) => ({ key, value })),
    variables: [...new Set(versions.flatMap(({ sql, optionsJson }) => variablesNamedIn(sql, readOptions(optionsJson))))].sort(),
    versions: versions.map((version) => ({
      number: version.number,
      note: version.note,
      createdAt: ms(version.createdAt),
      createdBy: version.createdBy.name,
      sqlFile: `version-${version.number}.sql`,
      options: valueWithoutSecrets(JSON.parse(version.optionsJson)) as Record<string, unknown>,
      dliFields: valueWithoutSecrets(JSON.parse(version.dliFieldsJson)) as Record<string, unknown>,
    })),
  };
  return { job, sql: new Map(versions.map((version) => [version.number, sqlWithoutSecrets(version.sql)])) };
}
