/**
 * POST streaming/jobs/{run,stop,delete}: an array with one entry a job, in the order given. When no job could be served the answer is 400 with
 * an array of errors, as the real service's; when some could, it is 200 and the others' entries say is_success "false" with code and
 * message. DELETE streaming/jobs/{job_id} is the same for one job, with plain objects.
 *
 * Safety: `resume_savepoint` true, or not named, starts from the job's newest snapshot; false starts empty, which is refused for a job that
 * ever had state, since this API has no field in which its name could be typed. `trigger_savepoint` false stops without a savepoint; the
 * checkpoints stay. Deletion names the job by its id, which is confirmation enough: its snapshots stay for the days of the undo window.
 */
import type { UserCall } from '../auth/caller.ts';
import { requireJob } from '../auth/job-access.ts';
import { type ErrorCode, Refusal } from '../contract/errors.ts';
import type { ActResult } from '../contract/primitives.ts';
import type { ConsoleContext } from '../services/context.ts';
import { deleteJobs } from '../services/delete-jobs.ts';
import { startJobs } from '../services/start-jobs.ts';
import { stopJobs } from '../services/stop-jobs.ts';
import { DliError, dliErrorOf } from './dli-error.ts';
import { canExist } from './find-job.ts';

type Act = (jobId: number) => Promise<{ readonly results: ActResult[] }>;

export interface ArrayAnswer {
  readonly status: number;
  readonly body: readonly unknown[];
}

function errorOf(result: ActResult, wayOut: string): DliError {
  const refusal = new Refusal((result.code ?? 'internal') as ErrorCode, result.message);
  const error = dliErrorOf(refusal, true);
  return result.code === 'acceptance-needed' ? new DliError(error.status, error.code, `${error.message} ${wayOut}`) : error;
}

async function resultOf(act: Act, jobId: number): Promise<ActResult> {
  const none: ActResult = { jobId, outcome: 'refused', operationId: null, code: 'not-found', message: '' };
  if (!canExist(jobId)) return none;
  return (await act(jobId)).results[0] ?? none;
}

async function onEach(jobIds: readonly number[], act: Act, done: string, wayOut: string): Promise<ArrayAnswer> {
  const results: ActResult[] = [];
  for (const jobId of jobIds) results.push(await resultOf(act, jobId));
  if (results.every((result) => result.outcome === 'refused')) {
    const errors = results.map((result) => errorOf(result, wayOut));
    return { status: errors[0]?.status ?? 400, body: errors.map(({ code, message }) => ({ error_code: code, error_msg: message })) };
  }
  const body = results.map((result) => {
    if (result.outcome !== 'refused') return { is_success: 'true', message: done };
    const { code, message } = errorOf(result, wayOut);
    return { is_success: 'false', message: `${code}: ${message}`, error_code: code, error_msg: message };
  });
  return { status: 200, body };
}

const START_WAY_OUT =
  'This API has no field for that. To go on from the newest snapshot send resume_savepoint=true; otherwise start the job in the console.';

export function runJobs(
  context: ConsoleContext,
  call: UserCall,
  input: { readonly job_ids: readonly number[]; readonly resume_savepoint?: boolean | null | undefined },
): Promise<ArrayAnswer> {
  const choice = input.resume_savepoint === false ? ({ kind: 'empty' } as const) : ({ kind: 'newest' } as const);
  const act: Act = (jobId) => startJobs(context, call, { jobs: [{ jobId, choice, allowNonRestoredState: false }] });
  return onEach(input.job_ids, act, 'The request for submitting DLI jobs is successfully delivered.', START_WAY_OUT);
}

export function stopJobsOf(
  context: ConsoleContext,
  call: UserCall,
  input: { readonly job_ids: readonly number[]; readonly trigger_savepoint?: boolean | null | undefined },
): Promise<ArrayAnswer> {
  const mode = input.trigger_savepoint === true ? 'savepoint' : 'without';
  const act: Act = (jobId) => stopJobs(context, call, { jobs: [{ jobId, mode }] });
  return onEach(input.job_ids, act, 'The request for stopping DLI jobs is successfully delivered.', '');
}

const DELETED = 'The job is successfully deleted.';

function deletion(context: ConsoleContext, call: UserCall): Act {
  return async (jobId) => {
    const job = await context.database.job.findUnique({ where: { id: jobId }, select: { name: true } });
    return deleteJobs(context, call, {
      jobIds: [jobId],
      deleteSnapshots: false,
      confirmations: job ? { [String(jobId)]: job.name } : {},
    });
  };
}

export function deleteJobsOf(
  context: ConsoleContext,
  call: UserCall,
  input: { readonly job_ids: readonly number[] },
): Promise<ArrayAnswer> {
  return onEach(input.job_ids, deletion(context, call), DELETED, '');
}

export async function deleteJob(context: ConsoleContext, call: UserCall, jobId: number) {
  await requireJob(context.database, call.caller, jobId, 'delete');
  const result = await resultOf(deletion(context, call), jobId);
  if (result.outcome === 'refused') throw errorOf(result, '');
  return { is_success: 'true', message: DELETED };
}
