/**
 * Delete jobs. One that runs is stopped first, by an operation; one at rest goes at once. The row stays (ledger, audit), its name is
 * free again; its snapshots stay as long as deleted snapshots do, unless asked otherwise. A job that has state needs its name typed.
 */

import type { z } from 'zod';
import { type AuditScope, audited } from '../audit/audited.ts';
import type { UserCall } from '../auth/caller.ts';
import { requireJob } from '../auth/job-access.ts';
import { Refusal } from '../contract/errors.ts';
import type { deleteJobsSchema, JobStatus } from '../contract/job.ts';
import type { ActResult } from '../contract/primitives.ts';
import { say } from '../contract/said.ts';
import { appendEvent } from '../events/append-event.ts';
import type { ConsoleContext } from './context.ts';
import { isAtRest } from './job-acts.ts';
import { accepted, doneWith, resultOf, writeOperation } from './write-operation.ts';

async function removeAtRest(context: ConsoleContext, jobId: number, deleteSnapshots: boolean, note: AuditScope): Promise<void> {
  const now = new Date(context.clock.nowMs());
  await context.database.$transaction(async (tx) => {
    const removed = await tx.job.updateMany({
      where: { id: jobId, deletedAt: null, activeOperationId: null, desired: 'stopped' },
      data: { deletedAt: now, liveName: null, updatedAt: now },
    });
    if (removed.count !== 1) throw new Refusal('operation-under-way', say('said.no.jobChanged'));
    // The supervisor purges the objects: at once when asked (undo window 0 is expressed by expiresAt), else after the undo window.
    await tx.snapshot.updateMany({
      where: { jobId, deletedAt: null },
      data: { deletedAt: now, ...(deleteSnapshots ? { expiresAt: now } : {}) },
    });
    await appendEvent(tx, { type: 'job-removed', jobId }, now.getTime());
    await note.recordIn(tx);
  });
  context.events.nudge();
  context.supervisor.wake();
}

async function deleteJob(
  context: ConsoleContext,
  call: UserCall,
  jobId: number,
  deleteSnapshots: boolean,
  typed: string | undefined,
): Promise<Omit<ActResult, 'jobId'>> {
  const { database } = context;
  const job = await requireJob(database, call.caller, jobId, 'delete');
  const object = { type: 'job', id: String(job.id), name: job.name } as const;
  return audited(database, call, 'deleteStreamJob', object, async (note) => {
    note.after = { deleteSnapshots };
    const row = await database.job.findUniqueOrThrow({ where: { id: job.id } });
    if (row.hadState && typed !== job.name) {
      throw new Refusal('acceptance-needed', say('said.no.deleteName', { name: job.name }));
    }
    if (isAtRest(row.status as JobStatus) && row.desired === 'stopped' && row.activeOperationId === null) {
      await removeAtRest(context, job.id, deleteSnapshots, note);
      return doneWith(say('said.act.deletedDone'));
    }
    await requireJob(database, call.caller, jobId, 'stop');
    const operationId = await writeOperation(
      context,
      call,
      {
        jobId: job.id,
        act: 'delete',
        request: { kind: 'delete', deleteSnapshots },
        desired: 'stopped',
        status: 'job_canceling',
        deadlineMs: null,
      },
      note,
    );
    return accepted(operationId, say('said.act.deleting'));
  });
}

export async function deleteJobs(
  context: ConsoleContext,
  call: UserCall,
  input: z.output<typeof deleteJobsSchema>,
): Promise<{ results: ActResult[] }> {
  const results: ActResult[] = [];
  for (const jobId of input.jobIds) {
    const typed = input.confirmations[String(jobId)];
    results.push(await resultOf(jobId, () => deleteJob(context, call, jobId, input.deleteSnapshots, typed)));
  }
  return { results };
}
