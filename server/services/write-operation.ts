/**
 * Writes a desire: the operation's row, the job's desired state and the status that people see at once, in one transaction. The
 * unique `activeJobId` lets only one operation of a job be under way. The supervisor does the rest.
 */

import type { AuditScope } from '../audit/audited.ts';
import type { UserCall } from '../auth/caller.ts';
import { Refusal } from '../contract/errors.ts';
import type { DesiredState, JobAct, JobStatus } from '../contract/job.ts';
import type { OperationRequest } from '../contract/operation-request.ts';
import type { ActResult } from '../contract/primitives.ts';
import { messageOf, say, type Told } from '../contract/said.ts';
import { lockJob } from '../db/lock-job.ts';
import { OPERATION_INCLUDE, operationView } from '../db/row-to-view.ts';
import { appendEvent } from '../events/append-event.ts';
import type { ConsoleContext } from './context.ts';
import { refusalOfAct } from './job-acts.ts';
import { isRestartPending } from './job-view.ts';
import { isUniqueViolation, tellJobChanged } from './job-writes.ts';

export interface NewOperation {
  readonly jobId: number;
  /** Checked again inside the transaction. */
  readonly act: JobAct;
  readonly request: OperationRequest;
  /** null leaves it. */
  readonly desired: DesiredState | null;
  readonly status: JobStatus | null;
  /** How long it may take; null = no limit. */
  readonly deadlineMs: number | null;
}

/** Returns the operation's id; the act's audit row is written with it. Throws Refusal `wrong-status` or `operation-under-way`. */
export async function writeOperation(context: ConsoleContext, call: UserCall, wanted: NewOperation, note: AuditScope): Promise<string> {
  const now = new Date(context.clock.nowMs());
  try {
    const id = await context.database.$transaction(async (tx) => {
      await lockJob(tx, context.provider, wanted.jobId);
      const job = await tx.job.findUniqueOrThrow({ where: { id: wanted.jobId } });
      const active = await tx.operation.findUnique({ where: { activeJobId: job.id } });
      if (active) throw underWay(job.name, active.id, active.kind as OperationRequest['kind']);
      const no = refusalOfAct(wanted.act, job.status as JobStatus, isRestartPending(job));
      if (no !== null) throw new Refusal('wrong-status', no);
      const operation = await tx.operation.create({
        data: {
          jobId: job.id,
          activeJobId: job.id,
          kind: wanted.request.kind,
          requestJson: JSON.stringify(wanted.request),
          requestedById: call.caller.userId,
          requestedAt: now,
          deadlineAt: wanted.deadlineMs === null ? null : new Date(now.getTime() + wanted.deadlineMs),
        },
        include: OPERATION_INCLUDE,
      });
      await tx.job.update({
        where: { id: job.id },
        data: {
          activeOperationId: operation.id,
          ...(wanted.desired === null ? {} : { desired: wanted.desired }),
          ...(wanted.status === null ? {} : { status: wanted.status, statusAt: now, statusMessage: '', statusSaidJson: '[]' }),
        },
      });
      await tellJobChanged(tx, job.id, now.getTime());
      await appendEvent(tx, { type: 'operation-progress', jobId: job.id, operation: operationView(operation) }, now.getTime());
      await note.recordIn(tx);
      return operation.id;
    });
    context.supervisor.wake();
    context.events.nudge();
    return id;
  } catch (error) {
    if (isUniqueViolation(error)) throw new Refusal('operation-under-way', say('said.no.operationMoment'));
    throw error;
  }
}

function underWay(name: string, operationId: string, kind: OperationRequest['kind']): Refusal {
  return new Refusal('operation-under-way', say(`said.no.underWay.${kind}`, { name }), { operationId });
}

/** One job of several: a refusal becomes its result, so that the others go on. */
export async function resultOf(jobId: number, act: () => Promise<Omit<ActResult, 'jobId'>>): Promise<ActResult> {
  try {
    return { jobId, ...(await act()) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { jobId, outcome: 'refused', operationId: null, code: error.code, message: error.message, said: [...error.said] };
  }
}

export const accepted = (operationId: string, told: Told): Omit<ActResult, 'jobId'> => ({
  outcome: 'accepted',
  operationId,
  code: null,
  ...messageOf(told),
});

/** It needed no operation. */
export const doneWith = (told: Told): Omit<ActResult, 'jobId'> => ({ outcome: 'done', operationId: null, code: null, ...messageOf(told) });
