/**
 * POST streaming/jobs/{job_id}/savepoint and …/import-savepoint. A savepoint is made while the job goes on, below the folder given. An import
 * checks the snapshot first; a snapshot of another job is taken (a job made anew goes on where the old one stopped), since whoever
 * imports names both. Whatever else is wrong with it is refused here, and the start checks once more.
 */

import type { UserCall } from '../auth/caller.ts';
import { requireJob } from '../auth/job-access.ts';
import { sentences } from '../lib/sentences.ts';
import type { ConsoleContext } from '../services/context.ts';
import { importSavepoint as importService, previewImport } from '../services/import-savepoint.ts';
import { triggerSavepoint as triggerService } from '../services/stop-jobs.ts';
import { badParameter, DliError } from './dli-error.ts';

export async function triggerSavepoint(context: ConsoleContext, call: UserCall, jobId: number, path: string) {
  await triggerService(context, call, { jobId, path });
  // The real service puts an answer's text into the answer.
  return { is_success: 'true', message: JSON.stringify({ is_success: 'true', message: 'api.msg.deal_savepoint_success' }) };
}

export async function importSavepoint(
  context: ConsoleContext,
  call: UserCall,
  jobId: number,
  input: { readonly job_id: number; readonly savepoint_path: string },
) {
  if (input.job_id !== jobId) throw badParameter(`job_id: The body names job ${input.job_id}, the path job ${jobId}.`);
  const job = await requireJob(context.database, call.caller, jobId, 'update');
  const preview = await previewImport(context, call, { jobId, path: input.savepoint_path });
  const failed = preview.checks.filter((check) => check.result === 'fail');
  if (preview.canImport === 'with-name' && failed.some((check) => check.check !== 'belongs-to-job')) {
    const why = failed.map((check) => check.message).join(' ');
    throw new DliError(
      400,
      'DLI.0007',
      sentences(why, 'Nothing was imported. To import it all the same, use Import Savepoint in the console.'),
    );
  }
  await importService(context, call, { jobId, path: input.savepoint_path, typedName: job.name });
  return { is_success: 'true', message: 'The job is updated successfully.' };
}
