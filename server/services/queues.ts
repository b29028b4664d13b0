/** Queues: `default` is the embedded engine on this machine; others are Flink clusters. */
import { availableParallelism } from 'node:os';
import type { z } from 'zod';
import { audited } from '../audit/audited.ts';
import type { UserCall } from '../auth/caller.ts';
import type { createQueueSchema, Queue } from '../contract/administration.ts';
import { Refusal } from '../contract/errors.ts';
import type { ConsoleContext } from './context.ts';
import { isUniqueViolation } from './job-writes.ts';

/** One CU is one processor and 4 GB; the embedded engine's small jobs share them, so it may be given four times as many. */
export function embeddedCus(): number {
  return availableParallelism() * 4;
}

export async function listQueues(context: ConsoleContext, call: UserCall): Promise<{ queues: Queue[] }> {
  const { projectId } = call.caller;
  const [rows, usage] = await Promise.all([
    context.database.queue.findMany({ where: { projectId }, orderBy: { createdAt: 'asc' } }),
    context.database.job.groupBy({
      by: ['queueName'],
      where: { projectId, deletedAt: null, desired: 'running' },
      _sum: { cuNumber: true },
      _count: { _all: true },
    }),
  ]);
  const used = new Map(usage.map((group) => [group.queueName, group]));
  return {
    queues: rows.map((row) => ({
      name: row.name,
      description: row.description,
      engine: row.engine === 'flink' ? 'flink' : 'embedded',
      gatewayUrl: row.gatewayUrl,
      jobManagerUrl: row.jobManagerUrl,
      cus: row.engine === 'embedded' ? embeddedCus() : row.cus,
      usedCus: used.get(row.name)?._sum.cuNumber ?? 0,
      runningJobs: used.get(row.name)?._count._all ?? 0,
    })),
  };
}

export async function createQueue(context: ConsoleContext, call: UserCall, input: z.output<typeof createQueueSchema>): Promise<Queue> {
  return audited(context.database, call, 'createQueue', { type: 'queue', id: input.name, name: input.name }, async (note) => {
    note.after = input;
    try {
      await context.database.queue.create({ data: { projectId: call.caller.projectId, ...input } });
    } catch (error) {
      if (isUniqueViolation(error)) throw new Refusal('name-taken', `A queue named ${input.name} exists already.`);
      throw error;
    }
    return { ...input, usedCus: 0, runningJobs: 0 };
  });
}

export async function deleteQueue(context: ConsoleContext, call: UserCall, name: string): Promise<{ ok: true }> {
  const { projectId } = call.caller;
  const { database } = context;
  return audited(database, call, 'deleteQueue', { type: 'queue', id: name, name }, async () => {
    if (name === 'default') throw new Refusal('in-use', 'The queue default always exists.');
    const jobs = await database.job.count({ where: { projectId, queueName: name, deletedAt: null } });
    if (jobs > 0) throw new Refusal('in-use', `${jobs} ${jobs === 1 ? 'job uses' : 'jobs use'} the queue ${name}. Move them first.`);
    const gone = await database.queue.deleteMany({ where: { projectId, name } });
    if (gone.count === 0) throw new Refusal('not-found', `There is no queue named ${name}.`);
    return { ok: true } as const;
  });
}
