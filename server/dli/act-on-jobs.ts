/**
 * POST streaming/jobs/{stop,delete}, and what run (run-jobs.ts) has in common with them: an array with one entry a job, in the order given.
 * When no job could be served the answer is 400 with an array of errors, as the real service's; when some could, it is 200 and the
 * others' entries say is_success "false" with code and message. DELETE streaming/jobs/{job_id} does one job, with plain objects.
 *
 * `trigger_savepoint` false stops without a savepoint; the checkpoints stay. A deletion names the job by its id, which is confirmation
 * enough: its snapshots stay for the days of the undo window.
 */

import type { UserCall } from '../auth/caller.ts';
import { requireJob } from '../auth/job-access.ts';
import { type ErrorCode, Refusal } from '../contract/errors.ts';
import type { ActResult } from '../contract/primitives.ts';
import { recognise } from '../contract/recognise.ts';
import { messageOf } from '../contract/said.ts';
import { sentences } from '../lib/sentences.ts';
import type { ConsoleContext } from '../services/context.ts';
import { deleteJobs } from '../services/delete-jobs.ts';
import { stopJobs } from '../services/stop-jobs.ts';
import { StoreError } from '../storage/contract.ts';
import { DliError, dliErrorOf } from './dli-error.ts';
import { canExist } from './find-job.ts';

export type Act = (jobId: number) => Promise<{ readonly results: ActResult[] }>;

export interface ArrayAnswer {
  readonly status: number;
  readonly body: readonly unknown[];
}

function errorOf(result: ActResult, wayOut: string): DliError {
  const refusal = new Refusal((result.code ?? 'internal') as ErrorCode, result.said);
  const error = dliErrorOf(refusal, true);
  return result.code === 'acceptance-needed' ? new DliError(error.status, error.code, sentences(error.message, wayOut)) : error;
}

async function resultOf(act: Act, jobId: number): Promise<ActResult> {
  const none: ActResult = { jobId, outcome: 'refused', operationId: null, code: 'not-found', message: '', said: [] };
  if (!canExist(jobId)) return none;
  try {
    return (await act(jobId)).results[0] ?? none;
  } catch (error) {
    if (error instanceof Refusal) return { ...none, code: error.code, ...messageOf(error.said) };
    if (error instanceof StoreError) return { ...none, code: 'store-unreachable', ...messageOf(recognise(error.message)) };
    throw error;
  }
}

/** A start asks the job's sources first, which takes seconds where one does not answer. */
const AT_ONCE = 10;

/** `wayOut` is added where the console would ask for the job's name. */
export async function onEach(jobIds: readonly number[], act: Act, done: string, wayOut = ''): Promise<ArrayAnswer> {
  const results: ActResult[] = [];
  for (let at = 0; at < jobIds.length; at += AT_ONCE) {
    results.push(...(await Promise.all(jobIds.slice(at, at + AT_ONCE).map((jobId) => resultOf(act, jobId)))));
  }
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

export function stopJobsOf(
  context: ConsoleContext,
  call: UserCall,
  input: { readonly job_ids: readonly number[]; readonly trigger_savepoint?: boolean | null | undefined },
): Promise<ArrayAnswer> {
  const mode = input.trigger_savepoint === true ? 'savepoint' : 'without';
  const act: Act = (jobId) => stopJobs(context, call, { jobs: [{ jobId, mode }] });
  return onEach(input.job_ids, act, 'The request for stopping DLI jobs is successfully delivered.');
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
  return onEach(input.job_ids, deletion(context, call), DELETED);
}

export async function deleteJob(context: ConsoleContext, call: UserCall, jobId: number) {
  await requireJob(context.database, call.caller, jobId, 'delete');
  const result = await resultOf(deletion(context, call), jobId);
  if (result.outcome === 'refused') throw errorOf(result, '');
  return { is_success: 'true', message: DELETED };
}
