/** One job, its versions, whether a name is free, tag keys in use. */
import type { UserCall } from '../auth/caller.ts';
import { requireJob, visibleJobs } from '../auth/job-access.ts';
import { Refusal } from '../contract/errors.ts';
import { type Job, type JobVersion, jobNameSchema } from '../contract/job.ts';
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
  if (!row) throw new Refusal('not-found', `Job ${jobId} has no version ${number}.`);
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
  if (!shape.success) return { isAvailable: false, takenBy: null, message: shape.error.issues[0]?.message ?? null };
  const { database } = context;
  const taken = await database.job.findUnique({ where: { liveName: liveNameOf(call.caller.projectId, name) }, select: { id: true } });
  if (!taken) return { isAvailable: true, takenBy: null, message: null };
  const visible = await database.job.findFirst({ where: { AND: [{ id: taken.id }, visibleJobs(call.caller)] }, select: { id: true } });
  return {
    isAvailable: false,
    takenBy: visible?.id ?? null,
    message: visible ? `Name is taken by job ${visible.id}. Choose another or open it.` : 'Name is taken. Choose another.',
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
