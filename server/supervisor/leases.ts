/**
 * One live writer per job. The lease's holder may start and stop the job's runs; each run gets the next generation, and nothing of an
 * older generation is written down or may publish a snapshot (the engine asks the object store, where each run leaves its generation).
 * A lease of the same installation (data directory, which only one launcher can lock) is taken at once; a foreign one when it has expired.
 */
import type { DatabaseTransaction } from '../db/open-database.ts';
import { FencedOut, type SupervisorContext } from './context.ts';

export const LEASE_MS = 30_000;

const installationOf = (holder: string): string => holder.slice(0, holder.indexOf('/'));

/** Takes or renews the lease. False: another installation holds it. */
export async function holdLease(context: SupervisorContext, jobId: number): Promise<boolean> {
  const nowMs = context.clock.nowMs();
  const expiresAt = new Date(nowMs + LEASE_MS);
  return context.database.$transaction(async (tx) => {
    const lease = await tx.lease.findUnique({ where: { jobId } });
    if (!lease) {
      const data = { jobId, holder: context.holder, generation: 0, acquiredAt: new Date(nowMs), expiresAt };
      await tx.lease.create({ data });
      return true;
    }
    const isOurs = installationOf(lease.holder) === installationOf(context.holder);
    if (!isOurs && lease.expiresAt.getTime() > nowMs) return false;
    const acquired = lease.holder === context.holder ? {} : { acquiredAt: new Date(nowMs) };
    const taken = await tx.lease.updateMany({
      where: { jobId, holder: lease.holder, expiresAt: lease.expiresAt },
      data: { holder: context.holder, expiresAt, ...acquired },
    });
    return taken.count === 1;
  });
}

/** Renews all at once; returns the jobs whose lease is gone. */
export async function renewLeases(context: SupervisorContext, jobIds: readonly number[]): Promise<readonly number[]> {
  if (jobIds.length === 0) return [];
  const expiresAt = new Date(context.clock.nowMs() + LEASE_MS);
  return context.database.$transaction(async (tx) => {
    await tx.lease.updateMany({ where: { jobId: { in: [...jobIds] }, holder: context.holder }, data: { expiresAt } });
    const held = await tx.lease.findMany({ where: { jobId: { in: [...jobIds] }, holder: context.holder }, select: { jobId: true } });
    const ids = new Set(held.map((lease) => lease.jobId));
    return jobIds.filter((id) => !ids.has(id));
  });
}

/** Throws FencedOut when this supervisor does not hold the job's lease. */
export async function requireLease(tx: DatabaseTransaction, context: SupervisorContext, jobId: number): Promise<void> {
  const lease = await tx.lease.findUnique({ where: { jobId } });
  if (lease?.holder !== context.holder) throw new FencedOut(`the lease of job ${jobId} is held by another supervisor`);
}

/** The generation of a new run. */
export async function nextGeneration(tx: DatabaseTransaction, context: SupervisorContext, jobId: number): Promise<number> {
  await requireLease(tx, context, jobId);
  const lease = await tx.lease.update({ where: { jobId }, data: { generation: { increment: 1 } } });
  return lease.generation;
}
