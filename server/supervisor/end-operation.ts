/** How operations end, each in one transaction: its row, the job's desire and status, and the ledger. */

import type { JobStatus } from '../contract/job.ts';
import { type Said, say, type Told } from '../contract/said.ts';
import type { DatabaseTransaction } from '../db/open-database.ts';
import { saidOf } from '../db/told-columns.ts';
import { appendEvent } from '../events/append-event.ts';
import type { SupervisorContext } from './context.ts';
import type { JobFacts, RunRow } from './job-facts.ts';
import { onJob } from './job-transactions.ts';
import { type Action, isOpen } from './job-view.ts';
import { addLedger, NO_COST } from './ledger.ts';
import { endOperation, type OperationRow } from './operation-record.ts';
import { changeJob } from './tell.ts';

type Ending = Extract<
  Action,
  {
    kind:
      | 'start-succeeded'
      | 'start-failed'
      | 'start-canceled'
      | 'stop-succeeded'
      | 'stop-failed'
      | 'savepoint-succeeded'
      | 'savepoint-failed'
      | 'delete-job';
  }
>;

/** `facts.operation` is there and claimed. */
export async function endByAction(context: SupervisorContext, facts: JobFacts, action: Ending, message: Told | null): Promise<void> {
  const operation = facts.operation as OperationRow;
  const nowMs = context.clock.nowMs();
  await onJob(context, facts.job.id, async (tx) => {
    switch (action.kind) {
      case 'start-succeeded':
        return startSucceeded(tx, facts, operation, nowMs);
      case 'start-failed':
        return startFailed(tx, facts, operation, message, nowMs);
      case 'start-canceled':
        await endOperation(tx, operation, { status: 'canceled', message: say('said.op.startCanceled') }, nowMs);
        return changeJob(tx, facts.job.id, { status: 'job_cancel_success', data: { desired: 'stopped' } }, nowMs);
      case 'stop-succeeded':
        return stopSucceeded(tx, facts, operation, nowMs);
      case 'stop-failed':
        return goesOn(tx, facts, operation, 'job_cancel_fail', say('said.op.stillRunning', { why: action.message }), action.message, nowMs);
      case 'savepoint-succeeded':
        await endOperation(
          tx,
          operation,
          { status: 'succeeded', message: say('said.op.savedAt', { path: action.path }), result: { path: action.path } },
          nowMs,
        );
        return changeJob(tx, facts.job.id, { status: restingStatus(facts, 'job_running') }, nowMs);
      case 'savepoint-failed':
        return goesOn(tx, facts, operation, 'job_running', say('said.op.savepointFailed', { why: action.message }), action.message, nowMs);
      case 'delete-job':
        return deleteJob(tx, facts, operation, nowMs);
    }
  });
}

/** `whileOpen` when a run is there; an exception that restarts by itself when it was lost meanwhile. */
function restingStatus(facts: JobFacts, whileOpen: JobStatus): JobStatus {
  const end = facts.view.run?.end ?? null;
  return end === 'failed' || end === 'lost' ? 'job_running_exception' : whileOpen;
}

async function startSucceeded(tx: DatabaseTransaction, facts: JobFacts, operation: OperationRow, nowMs: number): Promise<void> {
  const run = facts.run as RunRow;
  await endOperation(tx, operation, { status: 'succeeded', message: say('said.op.running'), result: { runNumber: run.number } }, nowMs);
  if (facts.view.run?.end === 'finished') return;
  const message = isOpen(facts.view.run) ? [] : failureOf(run);
  await changeJob(tx, facts.job.id, { status: restingStatus(facts, 'job_running'), message, runNumber: run.number }, nowMs);
}

async function startFailed(
  tx: DatabaseTransaction,
  facts: JobFacts,
  operation: OperationRow,
  reason: Told | null,
  nowMs: number,
): Promise<void> {
  const failure = failureOf(facts.run);
  const message = reason ?? (failure.length > 0 ? failure : say('said.op.startFailed'));
  await endOperation(tx, operation, { status: 'failed', message }, nowMs);
  await changeJob(tx, facts.job.id, { status: 'job_submit_fail', message, data: { desired: 'stopped' } }, nowMs);
}

async function stopSucceeded(tx: DatabaseTransaction, facts: JobFacts, operation: OperationRow, nowMs: number): Promise<void> {
  const { job, run, view } = facts;
  const path = view.operation?.savedPath ?? null;
  const isFinished = view.run?.end === 'finished';
  const message = isFinished ? say('said.op.completedItself') : path === null ? say('said.op.stopped') : say('said.op.stoppedAt', { path });
  await endOperation(tx, operation, { status: 'succeeded', message, result: { path } }, nowMs);
  const status = isFinished ? 'job_finish' : 'job_cancel_success';
  await changeJob(tx, job.id, { status, data: { desired: 'stopped', observed: isFinished ? 'finished' : 'stopped' } }, nowMs);
  const person = operation.requestedById === null ? null : await tx.user.findUnique({ where: { id: operation.requestedById } });
  const snapshot = path === null ? null : await tx.snapshot.findUnique({ where: { jobId_path: { jobId: job.id, path } } });
  await addLedger(
    tx,
    job.id,
    {
      kind: isFinished ? 'finish' : 'stop',
      runNumber: run?.number ?? null,
      who: person?.name ?? 'api',
      text: message,
      snapshot: snapshot && { id: snapshot.id, name: snapshot.name },
      ...NO_COST,
    },
    nowMs,
  );
}

/** Why the run failed; nothing when it did not. */
const failureOf = (run: RunRow | null): Said[] => (run === null ? [] : saidOf(run.failureSaidJson, run.failureMessage));

/** The operation failed and the job is to go on. */
async function goesOn(
  tx: DatabaseTransaction,
  facts: JobFacts,
  operation: OperationRow,
  whileOpen: JobStatus,
  statusMessage: Said,
  message: Said,
  nowMs: number,
): Promise<void> {
  await endOperation(tx, operation, { status: 'failed', message }, nowMs);
  const status = restingStatus(facts, whileOpen);
  const failure = failureOf(facts.run);
  const shown = status === 'job_running_exception' ? (failure.length > 0 ? failure : message) : statusMessage;
  await changeJob(tx, facts.job.id, { status, message: shown, data: { desired: 'running' } }, nowMs);
}

/** As the service deletes a job at rest: the row stays for ledger and audit, its name is free. */
async function deleteJob(tx: DatabaseTransaction, facts: JobFacts, operation: OperationRow, nowMs: number): Promise<void> {
  const { job, request } = facts;
  const now = new Date(nowMs);
  await endOperation(tx, operation, { status: 'succeeded', message: say('said.act.deletedDone') }, nowMs);
  await changeJob(tx, job.id, { status: 'job_cancel_success', data: { desired: 'stopped' } }, nowMs);
  await tx.job.update({ where: { id: job.id }, data: { deletedAt: now, liveName: null, updatedAt: now } });
  const atOnce = request?.kind === 'delete' && request.deleteSnapshots ? { expiresAt: now } : {};
  await tx.snapshot.updateMany({ where: { jobId: job.id, deletedAt: null }, data: { deletedAt: now, ...atOnce } });
  await appendEvent(tx, { type: 'job-removed', jobId: job.id }, nowMs);
}
