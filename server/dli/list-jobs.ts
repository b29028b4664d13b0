/**
 * GET streaming/jobs: filters, order and paging by the database, over the jobs the caller may see. `name` is a part of the name, the other
 * filters are exact. Paging is by rows to skip, so that `offset += limit` reaches every job once.
 */
import { z } from 'zod';
import type { UserCall } from '../auth/caller.ts';
import { visibleJobs } from '../auth/job-access.ts';
import { JOB_STATUSES, jobNameSchema } from '../contract/job.ts';
import type { Tag } from '../contract/primitives.ts';
import type { Prisma } from '../db/open-database.ts';
import type { ConsoleContext } from '../services/context.ts';
import { JOB_INCLUDE } from '../services/job-view.ts';
import { containing } from '../services/list-jobs.ts';
import { badParameter } from './dli-error.ts';
import { jobDetail, jobInList, type VersionRow } from './job-to-wire.ts';

const JOB_TYPES = ['flink_sql_job', 'flink_opensource_sql_job', 'flink_sql_edge_job', 'flink_jar_job'] as const;
export const count = (most: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, 'Use a whole number.')
    .transform(Number)
    .pipe(z.int().max(most));

/** Parameters this list does not know are not read, as in the real service. */
export const listJobsQuery = z.object({
  name: z.string().max(57).optional(),
  queue_name: z.string().max(128).optional(),
  user_name: z.string().max(128).optional(),
  job_type: z.enum(JOB_TYPES, `Use one of ${JOB_TYPES.join(', ')}.`).optional(),
  status: z.enum(JOB_STATUSES, `Use one of ${JOB_STATUSES.join(', ')}.`).optional(),
  order: z.enum(['asc', 'desc'], 'Use asc or desc.').default('desc'),
  offset: count(999_999_999).default(0),
  limit: count(100).default(10),
  show_detail: z.enum(['true', 'false'], 'Use true or false.').default('false'),
  tags: z.string().max(4096).optional(),
  root_job_id: z.string().optional(),
});
type Query = z.output<typeof listJobsQuery>;

/** No job fits. */
const NONE: Prisma.JobWhereInput = { id: { in: [] } };

/** What `job_type` said at creation stands in the first version; jobs made elsewhere have none. */
const createdAs = (type: string): Prisma.JobWhereInput => ({
  versions: { some: { number: 1, dliFieldsJson: { contains: `"job_type":${JSON.stringify(type)}` } } },
});

function typeFilter(type: (typeof JOB_TYPES)[number]): Prisma.JobWhereInput {
  switch (type) {
    case 'flink_jar_job':
      return { type };
    case 'flink_opensource_sql_job':
      return { type, NOT: createdAs('flink_sql_job') };
    case 'flink_sql_job':
      return { type: 'flink_opensource_sql_job', ...createdAs(type) };
    case 'flink_sql_edge_job':
      return NONE;
  }
}

/** `k=v,k2=v2`: what is found has all of them. */
export function tagsOfQuery(tags: string): Tag[] {
  return tags
    .split(',')
    .filter((part) => part !== '')
    .map((part) => {
      const equals = part.indexOf('=');
      if (equals < 1) throw badParameter(`tags: Write key=value, separated by commas; ${part.slice(0, 100)} is not one.`);
      return { key: part.slice(0, equals), value: part.slice(equals + 1) };
    });
}

function whereOf(context: ConsoleContext, call: UserCall, query: Query): Prisma.JobWhereInput {
  const all: Prisma.JobWhereInput[] = [visibleJobs(call.caller)];
  // Signs that no name can have find nothing.
  if (query.name) all.push(jobNameSchema.safeParse(query.name).success ? { name: containing(context, query.name) } : NONE);
  if (query.queue_name) all.push({ queueName: query.queue_name });
  if (query.user_name) all.push({ owner: { OR: [{ name: query.user_name }, { email: query.user_name }] } });
  if (query.job_type) all.push(typeFilter(query.job_type));
  if (query.status) all.push({ status: query.status });
  if (query.tags) all.push(...tagsOfQuery(query.tags).map((tag) => ({ tags: { some: tag } })));
  // Children of an edge job: there are none.
  if (query.root_job_id && query.root_job_id !== '-1') all.push(NONE);
  return { AND: all };
}

export async function listJobs(context: ConsoleContext, call: UserCall, query: Query) {
  const { database } = context;
  const where = whereOf(context, call, query);
  const [rows, total] = await Promise.all([
    database.job.findMany({
      where,
      include: JOB_INCLUDE,
      orderBy: [{ createdAt: query.order }, { id: query.order }],
      skip: query.offset,
      take: query.limit,
    }),
    database.job.count({ where }),
  ]);
  const found = await database.jobVersion.findMany({ where: { OR: rows.map((row) => ({ jobId: row.id, number: row.version })) } });
  const versions = new Map<number, VersionRow>(found.map((version) => [version.jobId, version]));
  const nowMs = context.clock.nowMs();
  const jobs = rows.flatMap((row) => {
    const version = versions.get(row.id);
    if (!version) return [];
    const short = jobInList(row, version, nowMs);
    return [query.show_detail === 'true' ? { ...short, ...jobDetail(context, row, version) } : short];
  });
  return { is_success: 'true', message: 'Jobs are successfully listed.', job_list: { total_count: total, jobs } };
}
