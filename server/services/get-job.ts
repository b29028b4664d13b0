/** One job, its versions, whether a name is free, tag keys in use. */

import type { UserCall } from '../auth/caller.ts';
import { requireJob, visibleJobs } from '../auth/job-access.ts';
import { Refusal } from '../contract/errors.ts';
import { fieldProblemOf } from '../contract/issue-to-problem.ts';
import { type Job, type JobVersion, jobNameSchema } from '../contract/job.ts';
import { inEnglish, say } from '../contract/said.ts';
import { ms, USER_REF } from '../db/row-to-view.ts';
import type { ConsoleContext } from './context.ts';
import { JOB_INCLUDE, jobView, readOptions } from './job-view.ts';
import { liveNameOf } from './job-writes.ts';

export async function getJob(context: ConsoleContext, call: UserCall, jobId: number): Promise<{ job: Job }> {
  await requireJob(context.database, call.caller, jobId);
  const row = await context.database.job.findUniqueOrThrow({ where: { id: jobId }, include: JOB_INCLUDE });
  return { job: await jobView(context, call, row) };
}

export async function listJobVersions(context: ConsoleContext, call: UserCall, jobId: number) {
  await requireJob(context.database, call.caller, jobId);
  const rows = await context.database.jobVersion.findMany({
    where: { jobId },
    orderBy: { number: 'desc' },
    take: 500,
    select: { number: true, note: true, createdAt: true, createdBy: USER_REF },
  });
  return { versions: rows.map((row) => ({ ...row, createdAt: ms(row.createdAt) })) };
}

export async function getJobVersion(context: ConsoleContext, call: UserCall, jobId: number, number: number): Promise<JobVersion> {
  await requireJob(context.database, call.caller, jobId);
  const row = await context.database.jobVersion.findUnique({
    where: { jobId_number: { jobId, number } },
    include: { createdBy: USER_REF },
  });
  if (!row) throw new Refusal('not-found', say('said.no.version', { id: jobId, version: number }));
  return {
    number: row.number,
    sql: row.sql,
    options: readOptions(row.optionsJson),
    note: row.note,
    createdAt: ms(row.createdAt),
    createdBy: row.createdBy,
  };
}

/** Tells who has the name only to those who may see that job. */
export async function getNameAvailable(context: ConsoleContext, call: UserCall, name: string) {
  const shape = jobNameSchema.safeParse(name);
  if (!shape.success) {
    const said = shape.error.issues[0] ? fieldProblemOf(shape.error.issues[0]).said[0] : undefined;
    return { isAvailable: false, takenBy: null, message: said ? inEnglish(said) : null, said: said ?? null };
  }
  const { database } = context;
  const taken = await database.job.findUnique({ where: { liveName: liveNameOf(call.caller.projectId, name) }, select: { id: true } });
  if (!taken) return { isAvailable: true, takenBy: null, message: null, said: null };
  const visible = await database.job.findFirst({ where: { AND: [{ id: taken.id }, visibleJobs(call.caller)] }, select: { id: true } });
  const said = visible ? say('said.no.nameTakenOpen', { id: visible.id }) : say('said.no.nameTakenHidden');
  return {
    isAvailable: false,
    takenBy: visible?.id ?? null,
    message: inEnglish(said),
    said,
  };
}

export async function listTagKeys(context: ConsoleContext, call: UserCall) {
  const rows = await context.database.tag.findMany({
    where: { job: visibleJobs(call.caller) },
    distinct: ['key', 'value'],
    select: { key: true, value: true },
    orderBy: [{ key: 'asc' }, { value: 'asc' }],
    take: 2_000,
  });
  const byKey = new Map<string, string[]>();
  for (const row of rows) byKey.set(row.key, [...(byKey.get(row.key) ?? []), row.value]);
  return { tags: [...byKey].map(([key, values]) => ({ key, values })) };
}
