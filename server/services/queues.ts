/** Queues: `default` is the embedded engine on this machine; others are Flink clusters, those among the connections included. */
import { availableParallelism } from 'node:os';
import type { z } from 'zod';
import { audited } from '../audit/audited.ts';
import type { UserCall } from '../auth/caller.ts';
import { readConfig } from '../connections/read-connections.ts';
import type { createQueueSchema, Queue } from '../contract/administration.ts';
import { Refusal } from '../contract/errors.ts';
import { say } from '../contract/said.ts';
import type { ConsoleContext } from './context.ts';
import { isUniqueViolation } from './job-writes.ts';

/** One CU is one processor and 4 GB; the embedded engine's small jobs share them, so it may be given four times as many. */
export function embeddedCus(): number {
  return availableParallelism() * 4;
}

export async function listQueues(context: ConsoleContext, call: UserCall): Promise<{ queues: Queue[] }> {
  const { projectId } = call.caller;
  const [rows, clusters, usage] = await Promise.all([
    context.database.queue.findMany({ where: { projectId }, orderBy: { createdAt: 'asc' } }),
    context.database.connection.findMany({ where: { projectId, kind: 'flink' }, orderBy: { createdAt: 'asc' } }),
    context.database.job.groupBy({
      by: ['queueName'],
      where: { projectId, deletedAt: null, desired: 'running' },
      _sum: { cuNumber: true },
      _count: { _all: true },
    }),
  ]);
  const used = new Map(usage.map((group) => [group.queueName, group]));
  const usageOf = (name: string) => ({
    usedCus: used.get(name)?._sum.cuNumber ?? 0,
    runningJobs: used.get(name)?._count._all ?? 0,
  });
  return {
    queues: [
      ...rows.map((row): Queue => {
        const engine = row.engine === 'flink' ? 'flink' : 'embedded';
        const cus = row.engine === 'embedded' ? embeddedCus() : row.cus;
        const { name, description, gatewayUrl, jobManagerUrl } = row;
        return { name, description, engine, gatewayUrl, jobManagerUrl, cus, ...usageOf(name) };
      }),
      ...clusters.flatMap((row): Queue[] => {
        const config = readConfig(row.configJson);
        if (config.kind !== 'flink') return [];
        const { gatewayUrl, jobManagerUrl } = config;
        return [
          { name: row.name, description: row.description, engine: 'flink', gatewayUrl, jobManagerUrl, cus: null, ...usageOf(row.name) },
        ];
      }),
    ],
  };
}

export async function createQueue(context: ConsoleContext, call: UserCall, input: z.output<typeof createQueueSchema>): Promise<Queue> {
  return audited(context.database, call, 'createQueue', { type: 'queue', id: input.name, name: input.name }, async (note) => {
    note.after = input;
    const name = { projectId: call.caller.projectId, name: input.name };
    const connection = await context.database.connection.findUnique({ where: { projectId_name: name } });
    if (connection?.kind === 'flink') {
      throw new Refusal('name-taken', say('said.no.clusterIsQueue', { name: input.name }));
    }
    try {
      await context.database.$transaction(async (tx) => {
        await tx.queue.create({ data: { projectId: call.caller.projectId, ...input } });
        await note.recordIn(tx);
      });
    } catch (error) {
      if (isUniqueViolation(error)) throw new Refusal('name-taken', say('said.no.queueTaken', { name: input.name }));
      throw error;
    }
    return { ...input, usedCus: 0, runningJobs: 0 };
  });
}

export async function deleteQueue(context: ConsoleContext, call: UserCall, name: string): Promise<{ ok: true }> {
  const { projectId } = call.caller;
  const { database } = context;
  return audited(database, call, 'deleteQueue', { type: 'queue', id: name, name }, async (note) => {
    if (name === 'default') throw new Refusal('in-use', say('said.no.queueDefault'));
    await database.$transaction(async (tx) => {
      const jobs = await tx.job.count({ where: { projectId, queueName: name, deletedAt: null } });
      if (jobs > 0) throw new Refusal('in-use', say('said.no.queueUsed', { n: jobs, name }));
      const gone = await tx.queue.deleteMany({ where: { projectId, name } });
      if (gone.count === 0) throw new Refusal('not-found', say('said.no.queue', { name }));
      await note.recordIn(tx);
    });
    return { ok: true } as const;
  });
}
