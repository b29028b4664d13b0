/** What a failure of a job this moment would cost. */
import type { UserCall } from '../auth/caller.ts';
import { requireJob } from '../auth/job-access.ts';
import type { Exposure } from '../contract/job.ts';
import type { ConsoleContext } from './context.ts';

export async function getExposure(context: ConsoleContext, call: UserCall, jobId: number): Promise<Exposure> {
  await requireJob(context.database, call.caller, jobId);
  return context.previews.exposure(jobId);
}
