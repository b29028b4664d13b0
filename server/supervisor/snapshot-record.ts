/**
 * The catalogue's rows: an index of what lies in the object store, made from the reports of runs or by reading the store. Registering is
 * idempotent by path. The newest snapshot in time is the one a start takes; an import counts as made when it was imported.
 */

import { inEnglish, say, type Told } from '../contract/said.ts';
import type { SnapshotOrigin } from '../contract/snapshot.ts';
import type { DatabaseTransaction, Prisma } from '../db/open-database.ts';
import { saidJson } from '../db/told-columns.ts';
import type { Manifest } from '../engine/checkpoint/manifest.ts';
import type { JobReport } from '../engine/runtime/wire.ts';
import type { EngineName } from '../engines/contract.ts';
import { type SnapshotRow, USABLE } from '../snapshots/catalogue.ts';
import { describePositions } from '../snapshots/describe-positions.ts';
import { tellSnapshot } from './tell.ts';

type Summary = Extract<JobReport, { type: 'checkpoint-completed' }>['summary'];

export interface CompletedSnapshot {
  readonly engine: EngineName;
  readonly path: string;
  readonly checkpointId: number;
  readonly summary: Summary;
  /** Known when the manifest was read. */
  readonly keyGroups: number | null;
  readonly sqlSha256: string | null;
  readonly generation: number;
  readonly runNumber: number | null;
  readonly jobVersion: number | null;
}

export function originOf(kind: Manifest['kind'], trigger: Manifest['trigger']): SnapshotOrigin {
  if (trigger === 'stop' || trigger === 'drain') return trigger;
  return kind === 'savepoint' ? 'manual' : 'checkpoint';
}

/** Other snapshots that may share files with this one: those of the job, and those of its folder that another job has imported. */
export const besideIt = (row: SnapshotRow): Prisma.SnapshotWhereInput => ({
  NOT: { id: row.id },
  OR: [{ jobId: row.jobId }, { origin: 'imported', path: { startsWith: row.path.replace(/[^/]+$/, '') } }],
});

/** Null when it was there before. */
export async function registerSnapshot(
  tx: DatabaseTransaction,
  jobId: number,
  snapshot: CompletedSnapshot,
  atMs: number,
): Promise<SnapshotRow | null> {
  const known = await tx.snapshot.findUnique({ where: { jobId_path: { jobId, path: snapshot.path } } });
  if (known) return null;
  const { summary } = snapshot;
  const positions = describePositions(summary.sources);
  const row = await tx.snapshot.create({
    data: {
      jobId,
      runNumber: snapshot.runNumber,
      jobVersion: snapshot.jobVersion,
      name: snapshot.path.split('/').at(-1) as string,
      kind: summary.kind,
      origin: originOf(summary.kind, summary.trigger),
      engine: snapshot.engine,
      path: snapshot.path,
      checkpointId: BigInt(snapshot.checkpointId),
      generation: snapshot.generation,
      createdAt: new Date(summary.createdMs),
      durationMs: Math.round(summary.durationMs),
      sizeBytes: BigInt(summary.totalBytes),
      parallelism: summary.parallelism,
      keyGroups: snapshot.keyGroups,
      recordsIn: BigInt(summary.recordsIn),
      recordsOut: BigInt(summary.recordsOut),
      positionsJson: JSON.stringify(positions),
      positionCount: positions.length,
      sqlSha256: snapshot.sqlSha256,
    },
  });
  await pointToNewest(tx, jobId, { hadState: true });
  await tellSnapshot(tx, 'snapshot-added', row.id, atMs);
  return row;
}

/** The job's pointers follow what there is: newest snapshot, and DLI's pointer to the newest savepoint. */
export async function pointToNewest(tx: DatabaseTransaction, jobId: number, more: Prisma.JobUncheckedUpdateInput = {}): Promise<void> {
  const alive = { jobId, ...USABLE };
  const newest = await tx.snapshot.findFirst({ where: alive, orderBy: [{ createdAt: 'desc' }, { checkpointId: 'desc' }] });
  const savepoint = await tx.snapshot.findFirst({ where: { ...alive, origin: { not: 'checkpoint' } }, orderBy: { createdAt: 'desc' } });
  await tx.job.update({
    where: { id: jobId },
    data: {
      ...more,
      newestSnapshotId: newest?.id ?? null,
      newestSnapshotAt: newest?.createdAt ?? null,
      savepointPath: savepoint?.path ?? null,
    },
  });
}

/** What a restore, or a check of all its bytes, showed. */
export async function proveSnapshot(
  tx: DatabaseTransaction,
  snapshotId: string,
  proof: { readonly isGood: boolean; readonly tookMs: number; readonly message: Told },
  atMs: number,
): Promise<void> {
  const columns = { provenMessage: inEnglish(proof.message), provenSaidJson: saidJson(proof.message) };
  const data = { provenAt: new Date(atMs), provenMs: Math.round(proof.tookMs), provenGood: proof.isGood, ...columns };
  const row = await tx.snapshot.update({ where: { id: snapshotId }, data });
  await pointToNewest(tx, row.jobId);
  await tellSnapshot(tx, 'snapshot-changed', snapshotId, atMs);
}

/** Between the choice of a snapshot and its run it was deleted, by a rule or a person: nothing may begin from it. */
export class SnapshotGone extends Error {
  override readonly name = 'SnapshotGone';
}

/** A snapshot in use stays until the run that used it has made two checkpoints of its own. Throws SnapshotGone. */
export async function keepForRun(tx: DatabaseTransaction, snapshotId: string, runNumber: number, atMs: number): Promise<void> {
  const where = { id: snapshotId, deletedAt: null, purgedAt: null };
  const kept = await tx.snapshot.updateMany({ where, data: { pinReason: pinReasonOf(runNumber) } });
  if (kept.count !== 1) throw new SnapshotGone(`the snapshot ${snapshotId} was deleted`);
  await tellSnapshot(tx, 'snapshot-changed', snapshotId, atMs);
}

export const pinReasonOf = (runNumber: number): string => inEnglish(say('said.run.began', { run: runNumber }));

const OWN_CHECKPOINTS = 2;

export async function releaseAfterCheckpoints(tx: DatabaseTransaction, jobId: number, runNumber: number, atMs: number): Promise<void> {
  const own = await tx.snapshot.count({ where: { jobId, runNumber, deletedAt: null } });
  if (own < OWN_CHECKPOINTS) return;
  const held = await tx.snapshot.findMany({ where: { jobId, pinReason: { not: null } }, select: { id: true } });
  for (const { id } of held) {
    await tx.snapshot.update({ where: { id }, data: { pinReason: null } });
    await tellSnapshot(tx, 'snapshot-changed', id, atMs);
  }
}
