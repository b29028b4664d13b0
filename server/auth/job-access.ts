/**
 * Object-level rights. Administrators hold all; a member holds all on the jobs they made, and on others what was granted (DLI's nine
 * rights). A job that the caller may not view does not exist for them: 404, never 403.
 */

import { Refusal } from '../contract/errors.ts';
import { JOB_RIGHTS, type JobRight } from '../contract/job.ts';
import { say } from '../contract/said.ts';
import type { DatabaseOrTransaction, Prisma } from '../db/open-database.ts';
import type { Caller } from './caller.ts';

/** Condition on jobs: alive, in the caller's project, and visible to the caller. */
export function visibleJobs(caller: Caller): Prisma.JobWhereInput {
  const alive = { projectId: caller.projectId, deletedAt: null };
  if (caller.role === 'admin') return alive;
  return { ...alive, OR: [{ ownerId: caller.userId }, { permissions: { some: { userId: caller.userId, canView: true } } }] };
}

export async function rightsOn(
  database: DatabaseOrTransaction,
  caller: Caller,
  job: { readonly id: number; readonly ownerId: string },
): Promise<readonly JobRight[]> {
  if (caller.role === 'admin' || job.ownerId === caller.userId) return JOB_RIGHTS;
  const permission = await database.jobPermission.findUnique({ where: { jobId_userId: { jobId: job.id, userId: caller.userId } } });
  return permission ? (JSON.parse(permission.rightsJson) as JobRight[]) : [];
}

export interface AccessibleJob {
  readonly id: number;
  readonly name: string;
  readonly ownerId: string;
  readonly status: string;
}

/** The job, when the caller may see it and do that; else a Refusal (`not-found`, `not-allowed`). */
export async function requireJob(
  database: DatabaseOrTransaction,
  caller: Caller,
  jobId: number,
  right: JobRight = 'view',
): Promise<AccessibleJob> {
  const job = await database.job.findFirst({
    where: { AND: [{ id: jobId }, visibleJobs(caller)] },
    select: { id: true, name: true, ownerId: true, status: true, owner: { select: { name: true } } },
  });
  if (!job) throw new Refusal('not-found', say('said.no.job', { id: jobId }));
  const rights = await rightsOn(database, caller, job);
  if (!rights.includes(right)) {
    throw new Refusal('not-allowed', say('said.no.right', { act: say(`said.right.${right}`), name: job.name, owner: job.owner.name }));
  }
  return job;
}
