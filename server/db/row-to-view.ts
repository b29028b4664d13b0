/** Rows of the database to what the contract tells. Sizes and counts are 64 bit in the database and safe integers in JSON. */

import type { Operation, Run } from '../contract/runs.ts';
import type { Snapshot } from '../contract/snapshot.ts';
import type { Prisma } from './open-database.ts';
import { saidOf } from './told-columns.ts';

export const ms = (date: Date): number => date.getTime();
export const msOrNull = (date: Date | null): number | null => date?.getTime() ?? null;
export const numberOrNull = (value: bigint | null): number | null => (value === null ? null : Number(value));

export const USER_REF = { select: { id: true, name: true, email: true } } as const;

export type SnapshotRow = Prisma.SnapshotGetPayload<{ include: { job: { select: { name: true; newestSnapshotId: true } } } }>;
export const SNAPSHOT_INCLUDE = { job: { select: { name: true, newestSnapshotId: true } } } as const;

export function snapshotView(row: SnapshotRow, undoDays: number): Snapshot {
  return {
    id: row.id,
    jobId: row.jobId,
    jobName: row.job.name,
    name: row.name,
    kind: row.kind as Snapshot['kind'],
    origin: row.origin as Snapshot['origin'],
    engine: row.engine as Snapshot['engine'],
    path: row.path,
    createdAt: ms(row.createdAt),
    // Of Flink's by the wall clock, which may have been set back meanwhile.
    durationMs: Math.max(0, row.durationMs),
    sizeBytes: Number(row.sizeBytes),
    jobVersion: row.jobVersion,
    runNumber: row.runNumber,
    parallelism: row.parallelism,
    recordsIn: numberOrNull(row.recordsIn),
    recordsOut: numberOrNull(row.recordsOut),
    positionCount: row.positionCount,
    isNewest: row.job.newestSnapshotId === row.id,
    isPinned: row.isPinned,
    pinReason: row.pinReason,
    pinSaid: saidOf('[]', row.pinReason),
    proven:
      row.provenAt === null
        ? null
        : {
            at: ms(row.provenAt),
            tookMs: row.provenMs ?? 0,
            isGood: row.provenGood ?? false,
            message: row.provenMessage ?? '',
            said: saidOf(row.provenSaidJson, row.provenMessage),
          },
    keptUntil: msOrNull(row.expiresAt),
    undoUntil: row.deletedAt === null ? null : ms(row.deletedAt) + undoDays * 86_400_000,
  };
}

export type OperationRow = Prisma.OperationGetPayload<{
  include: { job: { select: { name: true } }; requestedBy: { select: { id: true; name: true; email: true } } };
}>;
export const OPERATION_INCLUDE = { job: { select: { name: true } }, requestedBy: USER_REF } as const;

export function operationView(row: OperationRow): Operation {
  return {
    id: row.id,
    jobId: row.jobId,
    jobName: row.job.name,
    kind: row.kind as Operation['kind'],
    status: row.status as Operation['status'],
    step: row.step,
    progress: row.progress,
    requestedAt: ms(row.requestedAt),
    requestedBy: row.requestedBy,
    finishedAt: msOrNull(row.finishedAt),
    deadlineAt: msOrNull(row.deadlineAt),
    message: row.message,
    said: saidOf(row.saidJson, row.message),
  };
}

export type RunRow = Prisma.RunGetPayload<Record<string, never>>;

/** `restored` holds the snapshots that runs began from, by id. */
export function runView(row: RunRow, restored: ReadonlyMap<string, { readonly name: string; readonly origin: string }>): Run {
  const from = row.restoredFromId === null ? undefined : restored.get(row.restoredFromId);
  return {
    number: row.number,
    jobVersion: row.jobVersion,
    engine: row.engine as Run['engine'],
    parallelism: row.parallelism,
    startedAt: ms(row.startedAt),
    runningAt: msOrNull(row.runningAt),
    endedAt: msOrNull(row.endedAt),
    start: row.start as Run['start'],
    endCause: row.endCause as Run['endCause'],
    failureMessage: row.failureMessage,
    failureSaid: saidOf(row.failureSaidJson, row.failureMessage),
    restoredFrom:
      row.restoredFromId === null || !from
        ? null
        : { snapshotId: row.restoredFromId, name: from.name, origin: from.origin as Snapshot['origin'] },
    recordsIn: numberOrNull(row.recordsIn),
    recordsOut: numberOrNull(row.recordsOut),
    variables: JSON.parse(row.variablesJson) as Record<string, string>,
  };
}
