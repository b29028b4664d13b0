/** Operations of jobs the caller may see. Cancelling asks; the supervisor decides at the next step where it is still possible. */

import type { z } from 'zod';
import { audited } from '../audit/audited.ts';
import type { UserCall } from '../auth/caller.ts';
import { requireJob, visibleJobs } from '../auth/job-access.ts';
import { Refusal } from '../contract/errors.ts';
import type { listOperationsQuerySchema, Operation } from '../contract/runs.ts';
import { say } from '../contract/said.ts';
import { OPERATION_INCLUDE, operationView } from '../db/row-to-view.ts';
import type { ConsoleContext } from './context.ts';

export async function listOperations(context: ConsoleContext, call: UserCall, query: z.output<typeof listOperationsQuerySchema>) {
  const where = {
    job: query.jobId === undefined ? visibleJobs(call.caller) : { AND: [{ id: query.jobId }, visibleJobs(call.caller)] },
    ...(query.status === undefined ? {} : { status: query.status }),
  };
  const [rows, total] = await Promise.all([
    context.database.operation.findMany({
      where,
      include: OPERATION_INCLUDE,
      orderBy: { requestedAt: 'desc' },
      skip: (query.page - 1) * query.pageSize,
      take: query.pageSize,
    }),
    context.database.operation.count({ where }),
  ]);
  return { items: rows.map(operationView), total, page: query.page, pageSize: query.pageSize };
}

export async function getOperation(context: ConsoleContext, call: UserCall, id: string): Promise<Operation> {
  const row = await context.database.operation.findFirst({ where: { id, job: visibleJobs(call.caller) }, include: OPERATION_INCLUDE });
  if (!row) throw new Refusal('not-found', say('said.no.operation'));
  return operationView(row);
}

export async function cancelOperation(context: ConsoleContext, call: UserCall, id: string): Promise<Operation> {
  const { database } = context;
  const operation = await getOperation(context, call, id);
  await requireJob(database, call.caller, operation.jobId, operation.kind === 'start' ? 'stop' : 'update');
  return audited(
    database,
    call,
    'cancelOperation',
    { type: 'operation', id, name: `${operation.kind} ${operation.jobName}` },
    async (note) => {
      await database.$transaction(async (tx) => {
        const asked = await tx.operation.updateMany({
          where: { id, status: { in: ['pending', 'running'] } },
          data: { cancelAskedAt: new Date(context.clock.nowMs()) },
        });
        if (asked.count === 0) throw new Refusal('wrong-status', say('said.no.operationEnded'));
        await note.recordIn(tx);
      });
      context.supervisor.wake();
      return getOperation(context, call, id);
    },
  );
}
