/** The job list: filters, sorting, paging and counts by status, all by the database. Sort and filter names come from enums. */
import type { UserCall } from '../auth/caller.ts';
import { visibleJobs } from '../auth/job-access.ts';
import type { JobStatus, ListJobsAnswer, ListJobsQuery } from '../contract/job.ts';
import { likeText } from '../db/like-text.ts';
import type { Prisma } from '../db/open-database.ts';
import { ms, numberOrNull } from '../db/row-to-view.ts';
import type { ConsoleContext } from './context.ts';
import { JOB_INCLUDE, jobSummaries } from './job-view.ts';

/** Substring, without regard to case. SQLite's LIKE is so by itself; PostgreSQL is told. */
export function containing(context: ConsoleContext, text: string): Prisma.StringFilter {
  const filter = { contains: likeText(text), ...(context.provider === 'postgresql' ? { mode: 'insensitive' } : {}) };
  return filter as Prisma.StringFilter;
}

function tagFilter(tag: string): Prisma.JobWhereInput {
  const colon = tag.indexOf(':');
  if (colon < 0) return { tags: { some: { key: tag } } };
  return { tags: { some: { key: tag.slice(0, colon), value: tag.slice(colon + 1) } } };
}

/** Conditions of the list but the one on status. */
export function filters(
  context: ConsoleContext,
  call: UserCall,
  query: Omit<ListJobsQuery, 'page' | 'pageSize' | 'sort' | 'order'>,
): Prisma.JobWhereInput[] {
  const all: Prisma.JobWhereInput[] = [visibleJobs(call.caller)];
  if (query.q !== '') {
    const byName = { name: containing(context, query.q) };
    all.push(/^\d{1,9}$/.test(query.q) ? { OR: [byName, { id: Number(query.q) }] } : byName);
  }
  if (query.type.length > 0) all.push({ type: { in: query.type } });
  if (query.user.length > 0) all.push({ ownerId: { in: query.user.map((id) => (id === 'me' ? call.caller.userId : id)) } });
  if (query.queue.length > 0) all.push({ queueName: { in: query.queue } });
  for (const tag of query.tag) all.push(tagFilter(tag));
  return all;
}

function ordering(query: ListJobsQuery): Prisma.JobOrderByWithRelationInput[] {
  const { order } = query;
  const nullsLast = { sort: order, nulls: 'last' } as const;
  const first: Record<Exclude<ListJobsQuery['sort'], 'duration'>, Prisma.JobOrderByWithRelationInput> = {
    id: { id: order },
    name: { name: order },
    type: { type: order },
    status: { status: order },
    description: { description: order },
    user: { owner: { name: order } },
    created: { createdAt: order },
    started: { startedAt: nullsLast },
    updated: { updatedAt: order },
    // The oldest snapshot has the greatest age.
    'snapshot-age': { newestSnapshotAt: { sort: order === 'asc' ? 'desc' : 'asc', nulls: 'last' } },
    exposure: { exposureRecords: nullsLast },
    lag: { lagRecords: nullsLast },
    queue: { queueName: order },
    cus: { cuNumber: order },
    version: { version: order },
  };
  if (query.sort === 'id' || query.sort === 'duration') return [first.id];
  return [first[query.sort], { id: order }];
}

/** Rows of one page. The duration is no column (a run that goes on has no end), so it is worked out for all that fit and sorted here. */
async function pageOfJobs(context: ConsoleContext, where: Prisma.JobWhereInput, query: ListJobsQuery) {
  const { database } = context;
  const page = { skip: (query.page - 1) * query.pageSize, take: query.pageSize };
  if (query.sort !== 'duration') return database.job.findMany({ where, include: JOB_INCLUDE, orderBy: ordering(query), ...page });
  const all = await database.job.findMany({ where, select: { id: true, startedAt: true, endedAt: true, desired: true } });
  const now = context.clock.nowMs();
  const durationOf = (job: (typeof all)[number]) => {
    if (!job.startedAt) return null;
    const end = job.endedAt && job.desired !== 'running' ? ms(job.endedAt) : now;
    return end - ms(job.startedAt);
  };
  const sign = query.order === 'asc' ? 1 : -1;
  const ids = all
    .map((job) => ({ id: job.id, duration: durationOf(job) }))
    .sort(
      (a, b) => Number(a.duration === null) - Number(b.duration === null) || sign * ((a.duration ?? 0) - (b.duration ?? 0) || a.id - b.id),
    )
    .slice(page.skip, page.skip + page.take)
    .map((job) => job.id);
  const rows = new Map((await database.job.findMany({ where: { id: { in: ids } }, include: JOB_INCLUDE })).map((row) => [row.id, row]));
  return ids.flatMap((id) => rows.get(id) ?? []);
}

export async function listJobs(context: ConsoleContext, call: UserCall, query: ListJobsQuery): Promise<ListJobsAnswer> {
  const { database } = context;
  const others = filters(context, call, query);
  const where = { AND: query.status.length === 0 ? others : [...others, { status: { in: query.status } }] };
  const [rows, groups, worst] = await Promise.all([
    pageOfJobs(context, where, query),
    database.job.groupBy({ by: ['status'], where: { AND: others }, _count: { _all: true } }),
    database.job.findFirst({
      where: { AND: [...others, { desired: 'running', newestSnapshotAt: { not: null } }] },
      orderBy: [{ exposureRecords: { sort: 'desc', nulls: 'last' } }, { newestSnapshotAt: 'asc' }],
      select: { id: true, name: true, exposureRecords: true, newestSnapshotAt: true },
    }),
  ]);
  const counts = groups.map((group) => ({ status: group.status as JobStatus, count: group._count._all }));
  const counted = query.status.length === 0 ? counts : counts.filter((group) => query.status.includes(group.status));
  return {
    items: await jobSummaries(database, rows),
    total: counted.reduce((sum, group) => sum + group.count, 0),
    page: query.page,
    pageSize: query.pageSize,
    counts,
    worstExposure:
      worst?.newestSnapshotAt == null
        ? null
        : {
            jobId: worst.id,
            name: worst.name,
            records: numberOrNull(worst.exposureRecords),
            ageMs: Math.max(0, context.clock.nowMs() - ms(worst.newestSnapshotAt)),
          },
  };
}
