/** Stop jobs: with a savepoint (the job goes on when it fails), drained, or without. And trigger a savepoint of a running job. */

import { audited } from '../audit/audited.ts';
import type { UserCall } from '../auth/caller.ts';
import { requireJob } from '../auth/job-access.ts';
import { Refusal } from '../contract/errors.ts';
import type { JobStatus } from '../contract/job.ts';
import type { ActResult } from '../contract/primitives.ts';
import { say } from '../contract/said.ts';
import type { StopJobs, StopMode, StopPreview } from '../contract/stop.ts';
import type { ConsoleContext } from './context.ts';
import { accepted, resultOf, writeOperation } from './write-operation.ts';

/** A savepoint that takes longer is given up, and the job goes on. */
const SAVEPOINT_DEADLINE_MS = 10 * 60_000;

export async function previewStop(
  context: ConsoleContext,
  call: UserCall,
  jobIds: readonly number[],
): Promise<{ previews: StopPreview[] }> {
  for (const jobId of jobIds) await requireJob(context.database, call.caller, jobId);
  return { previews: await Promise.all(jobIds.map((jobId) => context.previews.previewStop(jobId))) };
}

const CAN_SAVE: readonly string[] = ['job_running', 'job_cancel_fail'];

async function stopJob(context: ConsoleContext, call: UserCall, jobId: number, asked: StopMode): Promise<Omit<ActResult, 'jobId'>> {
  const job = await requireJob(context.database, call.caller, jobId, 'stop');
  const object = { type: 'job', id: String(job.id), name: job.name } as const;
  return audited(context.database, call, 'stopStreamJobs', object, async (note) => {
    // What does not run yet has nothing to save.
    const mode: StopMode = CAN_SAVE.includes(job.status) ? asked : 'without';
    note.after = { mode, asked };
    const status: JobStatus = mode === 'without' ? 'job_canceling' : 'job_savepointing';
    const operationId = await writeOperation(
      context,
      call,
      {
        jobId,
        act: 'stop',
        request: { kind: 'stop', mode },
        desired: 'stopped',
        status,
        deadlineMs: mode === 'without' ? null : SAVEPOINT_DEADLINE_MS,
      },
      note,
    );
    return accepted(operationId, mode === 'without' ? say('said.act.stopping') : say('said.act.savingThenStopping'));
  });
}

export async function stopJobs(context: ConsoleContext, call: UserCall, input: StopJobs): Promise<{ results: ActResult[] }> {
  const results: ActResult[] = [];
  for (const { jobId, mode } of input.jobs) results.push(await resultOf(jobId, () => stopJob(context, call, jobId, mode)));
  return { results };
}

export async function triggerSavepoint(
  context: ConsoleContext,
  call: UserCall,
  input: { readonly jobId: number; readonly path: string },
): Promise<{ results: ActResult[] }> {
  const job = await requireJob(context.database, call.caller, input.jobId, 'update');
  const object = { type: 'job', id: String(job.id), name: job.name } as const;
  return audited(context.database, call, 'dealSavepoint', object, async (note) => {
    note.after = { path: input.path };
    const path = input.path === '' ? null : checkedPath(input.path);
    const operationId = await writeOperation(
      context,
      call,
      {
        jobId: job.id,
        act: 'trigger-savepoint',
        request: { kind: 'trigger-savepoint', path },
        desired: null,
        status: 'job_savepointing',
        deadlineMs: SAVEPOINT_DEADLINE_MS,
      },
      note,
    );
    return { results: [{ jobId: job.id, ...accepted(operationId, say('said.act.saving')) }] };
  });
}

/** `bucket/dir`, `obs://`, `s3://` and `s3a://` all become `obs://bucket/dir`. */
export function checkedPath(path: string): string {
  const match = /^(?:(?:obs|s3|s3a):\/\/)?([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(\/.*)?$/.exec(path.trim());
  const rest = (match?.[2] ?? '').replace(/\/+$/, '');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not be in a path
  const isBad = rest.split('/').some((part) => part === '..' || part === '.') || /[\\\u0000-\u001f]/.test(rest);
  if (!match || isBad) throw new Refusal('invalid-request', say('said.no.path', { path }));
  return `obs://${match[1]}${rest}`;
}
