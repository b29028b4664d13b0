/** Writes a change of a job together with the durable event that tells browsers of it, in the caller's transaction. */

import type { JobStatus, JobSummary } from '../contract/job.ts';
import type { JobEvent } from '../contract/runs.ts';
import { inEnglish, say, type Told } from '../contract/said.ts';
import { listOf } from '../contract/sentence.ts';
import type { SnapshotOrigin } from '../contract/snapshot.ts';
import type { DatabaseTransaction, Prisma } from '../db/open-database.ts';
import {
  ms,
  msOrNull,
  numberOrNull,
  OPERATION_INCLUDE,
  operationView,
  runView,
  SNAPSHOT_INCLUDE,
  snapshotView,
} from '../db/row-to-view.ts';
import { saidJson, saidOf, toldColumns } from '../db/told-columns.ts';
import { appendEvent, appendWithEvent } from '../events/append-event.ts';
import { readSetting } from './read-setting.ts';
import { isLegalMove } from './transitions.ts';

type JobRow = Prisma.JobGetPayload<Record<string, never>>;
type RunRow = Prisma.RunGetPayload<Record<string, never>>;

/** The fields of a job that the supervisor owns, as browsers patch them. */
export async function jobPatch(tx: DatabaseTransaction, jobId: number, known: JobRow | null = null): Promise<Partial<JobSummary>> {
  const row = known ?? (await tx.job.findUniqueOrThrow({ where: { id: jobId } }));
  const snapshot = row.newestSnapshotId === null ? null : await tx.snapshot.findUnique({ where: { id: row.newestSnapshotId } });
  const operation = row.activeOperationId === null ? null : await tx.operation.findUnique({ where: { id: row.activeOperationId } });
  return {
    status: row.status as JobStatus,
    statusMessage: row.statusMessage,
    statusSaid: saidOf(row.statusSaidJson, row.statusMessage),
    statusAt: ms(row.statusAt),
    desired: row.desired as JobSummary['desired'],
    observed: row.observed as JobSummary['observed'],
    observedAt: msOrNull(row.observedAt),
    unreachableSince: msOrNull(row.unreachableSince),
    runningVersion: row.runningVersion,
    startedAt: msOrNull(row.startedAt),
    endedAt: msOrNull(row.endedAt),
    restartCount: row.restartCount,
    hadState: row.hadState,
    newestSnapshot: snapshot && {
      snapshotId: snapshot.id,
      name: snapshot.name,
      origin: snapshot.origin as SnapshotOrigin,
      at: ms(snapshot.createdAt),
      failedSince: row.checkpointFailuresSince,
    },
    lagRecords: numberOrNull(row.lagRecords),
    exposureRecords: numberOrNull(row.exposureRecords),
    stateBytes: numberOrNull(row.stateBytes),
    operation: operation && {
      id: operation.id,
      kind: operation.kind as NonNullable<JobSummary['operation']>['kind'],
      step: operation.step,
    },
  };
}

/** `known`: the row as it stands in this transaction, when the caller has it. */
export async function tellJob(tx: DatabaseTransaction, jobId: number, atMs: number, known: JobRow | null = null): Promise<void> {
  await appendEvent(tx, { type: 'job-changed', jobId, patch: await jobPatch(tx, jobId, known) }, atMs);
}

export interface JobChange {
  readonly status?: JobStatus;
  /** Cause and advice; an empty list when there is nothing to say. Left as it is when absent and the status stays. */
  readonly message?: Told;
  readonly data?: Prisma.JobUncheckedUpdateInput;
  readonly runNumber?: number | null;
}

/** Changes a job and records a move of its status. Throws when the move is not legal. `known`: the row as it stands in this transaction. */
export async function changeJob(
  tx: DatabaseTransaction,
  jobId: number,
  change: JobChange,
  atMs: number,
  known: JobRow | null = null,
): Promise<void> {
  const before = known ?? (await tx.job.findUniqueOrThrow({ where: { id: jobId }, select: { status: true } }));
  const from = before.status as JobStatus;
  const to = change.status ?? from;
  if (!isLegalMove(from, to)) throw new Error(`job ${jobId} cannot move from ${from} to ${to}`);
  const moved = from !== to;
  const message = change.message ?? (moved ? [] : undefined);
  const data = {
    ...change.data,
    ...(moved ? { status: to, statusAt: new Date(atMs) } : {}),
    ...(message === undefined ? {} : { statusMessage: inEnglish(message), statusSaidJson: saidJson(message) }),
  };
  const after = await writeJob(tx, jobId, data, known);
  if (moved) {
    const text = say('said.run.moved', { from: say(`said.label.${from}`), to: say(`said.label.${to}`) });
    await addJobEvent(tx, jobId, { kind: 'status', level: 'info', message: text, runNumber: change.runNumber ?? null }, atMs);
  }
  await tellJob(tx, jobId, atMs, after);
}

/** Returns the row after it; one that is known, and gets values only, is not read again. */
async function writeJob(
  tx: DatabaseTransaction,
  jobId: number,
  data: Prisma.JobUncheckedUpdateInput,
  known: JobRow | null,
): Promise<JobRow> {
  const isPlain = Object.values(data).every((value) => value === null || typeof value !== 'object' || value instanceof Date);
  if (!known || !isPlain) return tx.job.update({ where: { id: jobId }, data });
  const written = await tx.job.updateMany({ where: { id: jobId }, data });
  if (written.count !== 1) throw new Error(`job ${jobId} is not there any more`);
  return { ...known, ...(data as Partial<JobRow>) };
}

export interface NewJobEvent {
  readonly kind: JobEvent['kind'];
  readonly level: JobEvent['level'];
  readonly message: Told;
  readonly runNumber: number | null;
  readonly detail?: string | null;
  readonly causeKey?: string | null;
}

export async function addJobEvent(tx: DatabaseTransaction, jobId: number, event: NewJobEvent, atMs: number): Promise<void> {
  const { kind, level, runNumber, detail = null, causeKey = null } = event;
  const { text: message, saidJson: codes } = toldColumns(event.message);
  const told = { at: atMs, kind, level, runNumber, message, said: [...listOf(event.message)], detail, causeKey };
  const row = { jobId, at: new Date(atMs), kind, level, message, saidJson: codes, runNumber, detail, causeKey };
  await appendWithEvent(tx, 'JobEvent', row, (id) => ({ type: 'job-event', jobId, event: { id, ...told } }), atMs);
}

/** `known`: the row as it stands in this transaction, when the caller has it. */
export async function tellRun(tx: DatabaseTransaction, runId: string, atMs: number, known: RunRow | null = null): Promise<void> {
  const row = known ?? (await tx.run.findUniqueOrThrow({ where: { id: runId } }));
  const from = row.restoredFromId === null ? null : await tx.snapshot.findUnique({ where: { id: row.restoredFromId } });
  const run = runView(row, new Map(from ? [[from.id, from]] : []));
  await appendEvent(tx, { type: 'run-changed', jobId: row.jobId, run }, atMs);
}

export async function tellOperation(tx: DatabaseTransaction, operationId: string, atMs: number): Promise<void> {
  const row = await tx.operation.findUniqueOrThrow({ where: { id: operationId }, include: OPERATION_INCLUDE });
  await appendEvent(tx, { type: 'operation-progress', jobId: row.jobId, operation: operationView(row) }, atMs);
}

export async function tellSnapshot(
  tx: DatabaseTransaction,
  type: 'snapshot-added' | 'snapshot-changed',
  snapshotId: string,
  atMs: number,
): Promise<void> {
  const row = await tx.snapshot.findUniqueOrThrow({ where: { id: snapshotId }, include: SNAPSHOT_INCLUDE });
  const snapshot = snapshotView(row, await readSetting(tx, 'undoDays'));
  await appendEvent(tx, { type, jobId: row.jobId, snapshot }, atMs);
}
