/** The job a path names, with its newest version, as DLI's answers need it. A job the caller may not see does not exist. */
import type { UserCall } from '../auth/caller.ts';
import { requireJob } from '../auth/job-access.ts';
import type { ConsoleContext } from '../services/context.ts';
import { JOB_INCLUDE, type JobRow } from '../services/job-view.ts';
import { badParameter, noSuchJob } from './dli-error.ts';
import type { VersionRow } from './job-to-wire.ts';

/** The database's ids have 32 bits; DLI's have 64, and none of those beyond exists here. */
const MOST_ID = 2_147_483_647;
export const canExist = (jobId: number): boolean => Number.isSafeInteger(jobId) && jobId >= 1 && jobId <= MOST_ID;

/** From the path. */
export function parseJobId(text: string): number {
  if (!/^\d{1,19}$/.test(text)) throw badParameter(`job_id: A job id is a number; it is ${text.slice(0, 40)}.`);
  const id = Number(text);
  if (!canExist(id)) throw noSuchJob();
  return id;
}

export interface FoundJob {
  readonly row: JobRow;
  readonly version: VersionRow;
}

export async function findJob(context: ConsoleContext, call: UserCall, jobId: number): Promise<FoundJob> {
  await requireJob(context.database, call.caller, jobId);
  const row = await context.database.job.findUniqueOrThrow({ where: { id: jobId }, include: JOB_INCLUDE });
  const version = await context.database.jobVersion.findUniqueOrThrow({ where: { jobId_number: { jobId, number: row.version } } });
  return { row, version };
}
