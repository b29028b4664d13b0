/**
 * Durable operations. A claim raises the fencing token; every later write names the token and changes nothing when a newer one is there.
 * Steps are appended to the row with what the next supervisor needs to go on from them.
 */

import { z } from 'zod';
import { type OperationRequest, operationRequestSchema, operationStepSchema } from '../contract/operation-request.ts';
import { inEnglish, type Told } from '../contract/said.ts';
import type { DatabaseTransaction, Prisma } from '../db/open-database.ts';
import { saidJson } from '../db/told-columns.ts';
import { FencedOut } from './context.ts';
import { tellOperation } from './tell.ts';

export type OperationRow = Prisma.OperationGetPayload<Record<string, never>>;

/** Null when the row cannot be read by this version. */
export function requestOf(row: OperationRow): OperationRequest | null {
  const parsed = operationRequestSchema.safeParse(JSON.parse(row.requestJson));
  return parsed.success ? parsed.data : null;
}

/** Data of the newest step of that name, or undefined. */
export function stepData(row: OperationRow, step: string): unknown {
  const steps = z.array(operationStepSchema).parse(JSON.parse(row.stepsJson));
  return steps.findLast((one) => one.step === step)?.data;
}

export function stepCount(row: OperationRow, step: string): number {
  return z
    .array(operationStepSchema)
    .parse(JSON.parse(row.stepsJson))
    .filter((one) => one.step === step).length;
}

/** Takes the operation over, whoever held it. Returns the row with the new token. */
export async function claimOperation(tx: DatabaseTransaction, row: OperationRow, atMs: number): Promise<OperationRow> {
  const claimed = await tx.operation.updateMany({
    where: { id: row.id, fencingToken: row.fencingToken, status: { in: ['pending', 'running'] } },
    data: { fencingToken: row.fencingToken + 1, status: 'running', startedAt: row.startedAt ?? new Date(atMs) },
  });
  if (claimed.count !== 1) throw new FencedOut(`operation ${row.id} was taken over`);
  return tx.operation.findUniqueOrThrow({ where: { id: row.id } });
}

export interface OperationStepChange {
  readonly step: string;
  readonly message?: Told;
  readonly progress?: number | null;
  readonly data?: unknown;
}

export async function stepOperation(tx: DatabaseTransaction, row: OperationRow, change: OperationStepChange, atMs: number): Promise<void> {
  const steps = JSON.parse(row.stepsJson) as unknown[];
  const step = { step: change.step, at: atMs, ...(change.data === undefined ? {} : { data: change.data }) };
  await writeFenced(tx, row, {
    step: change.step,
    stepsJson: JSON.stringify([...steps, step]),
    ...(change.message === undefined ? {} : { message: inEnglish(change.message), saidJson: saidJson(change.message) }),
    ...(change.progress === undefined ? {} : { progress: change.progress }),
  });
  await tellOperation(tx, row.id, atMs);
}

export async function endOperation(
  tx: DatabaseTransaction,
  row: OperationRow,
  end: { readonly status: 'succeeded' | 'failed' | 'canceled'; readonly message: Told; readonly result?: unknown },
  atMs: number,
): Promise<void> {
  await writeFenced(tx, row, {
    status: end.status,
    message: inEnglish(end.message),
    saidJson: saidJson(end.message),
    activeJobId: null,
    finishedAt: new Date(atMs),
    progress: end.status === 'succeeded' ? 1 : row.progress,
    ...(end.result === undefined ? {} : { resultJson: JSON.stringify(end.result) }),
  });
  await tx.job.updateMany({ where: { id: row.jobId, activeOperationId: row.id }, data: { activeOperationId: null } });
  await tellOperation(tx, row.id, atMs);
}

async function writeFenced(tx: DatabaseTransaction, row: OperationRow, data: Prisma.OperationUncheckedUpdateManyInput): Promise<void> {
  const written = await tx.operation.updateMany({ where: { id: row.id, fencingToken: row.fencingToken, status: 'running' }, data });
  if (written.count !== 1) throw new FencedOut(`operation ${row.id} was taken over or has ended`);
}
