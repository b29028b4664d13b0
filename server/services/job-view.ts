/** A job's row with its neighbours to what the contract tells: list rows and the whole job. */

import type { UserCall } from '../auth/caller.ts';
import { rightsOn } from '../auth/job-access.ts';
import type { Job, JobSummary } from '../contract/job.ts';
import { type JobOptions, jobOptionsSchema } from '../contract/job-options.ts';
import type { Snapshot } from '../contract/snapshot.ts';
import type { DatabaseOrTransaction, Prisma } from '../db/open-database.ts';
import { ms, msOrNull, numberOrNull, USER_REF } from '../db/row-to-view.ts';
import { saidOf } from '../db/told-columns.ts';
import type { ConsoleContext } from './context.ts';
import { actStates } from './job-acts.ts';

export const JOB_INCLUDE = { owner: USER_REF, tags: { select: { key: true, value: true }, orderBy: { key: 'asc' } } } as const;
export type JobRow = Prisma.JobGetPayload<{ include: typeof JOB_INCLUDE }>;

/** Summaries of some rows; two more queries whatever their number. */
export async function jobSummaries(database: DatabaseOrTransaction, rows: readonly JobRow[]): Promise<JobSummary[]> {
  const snapshotIds = rows.flatMap((row) => row.newestSnapshotId ?? []);
  const operationIds = rows.flatMap((row) => row.activeOperationId ?? []);
  const snapshots = snapshotIds.length === 0 ? [] : await database.snapshot.findMany({ where: { id: { in: snapshotIds } } });
  const operations = operationIds.length === 0 ? [] : await database.operation.findMany({ where: { id: { in: operationIds } } });
  const snapshotById = new Map(snapshots.map((row) => [row.id, row]));
  const operationById = new Map(operations.map((row) => [row.id, row]));
  return rows.map((row) => {
    const snapshot = row.newestSnapshotId === null ? undefined : snapshotById.get(row.newestSnapshotId);
    const operation = row.activeOperationId === null ? undefined : operationById.get(row.activeOperationId);
    return {
      id: row.id,
      projectId: row.projectId,
      name: row.name,
      type: row.type as JobSummary['type'],
      description: row.description,
      status: row.status as JobSummary['status'],
      statusMessage: row.statusMessage,
      statusSaid: saidOf(row.statusSaidJson, row.statusMessage),
      statusAt: ms(row.statusAt),
      desired: row.desired as JobSummary['desired'],
      observed: row.observed as JobSummary['observed'],
      observedAt: msOrNull(row.observedAt),
      unreachableSince: msOrNull(row.unreachableSince),
      owner: row.owner,
      queueName: row.queueName,
      cuNumber: row.cuNumber,
      parallelism: row.parallelism,
      tags: row.tags,
      version: row.version,
      runningVersion: row.runningVersion,
      createdAt: ms(row.createdAt),
      updatedAt: ms(row.updatedAt),
      startedAt: msOrNull(row.startedAt),
      endedAt: msOrNull(row.endedAt),
      restartCount: row.restartCount,
      hadState: row.hadState,
      newestSnapshot: snapshot
        ? {
            snapshotId: snapshot.id,
            name: snapshot.name,
            origin: snapshot.origin as Snapshot['origin'],
            at: ms(snapshot.createdAt),
            failedSince: row.checkpointFailuresSince,
          }
        : null,
      checkpointIntervalSeconds: row.checkpointIntervalSeconds,
      lagRecords: numberOrNull(row.lagRecords),
      exposureRecords: numberOrNull(row.exposureRecords),
      stateBytes: numberOrNull(row.stateBytes),
      operation: operation
        ? { id: operation.id, kind: operation.kind as NonNullable<JobSummary['operation']>['kind'], step: operation.step }
        : null,
    };
  });
}

/** A version may be older than an option: what it does not name has its default. */
export function readOptions(optionsJson: string): JobOptions {
  return jobOptionsSchema.parse(JSON.parse(optionsJson));
}

/** Restarting by itself: an exception with the desire to run still standing. */
export function isRestartPending(row: { readonly status: string; readonly desired: string }): boolean {
  return row.status === 'job_running_exception' && row.desired === 'running';
}

export function jobFolders(context: ConsoleContext, row: { readonly id: number; readonly folderKey: string }, bucket: string) {
  const store = context.environment.objectStore;
  const given = bucket.replace(/^[a-z0-9]+:\/\//, '').replace(/\/+$/, '');
  const base = given === '' ? `obs://${store.defaultBucket}/${store.prefix}` : `obs://${given}/`;
  return { checkpointFolder: `${base}jobs/checkpoint/${row.id}_${row.folderKey}`, savepointFolder: `${base}jobs/savepoint/${row.id}` };
}

/** The whole job for its caller. The row must be one the caller may see. */
export async function jobView(context: ConsoleContext, call: UserCall, row: JobRow): Promise<Job> {
  const { database } = context;
  const [summary] = await jobSummaries(database, [row]);
  const version = await database.jobVersion.findUniqueOrThrow({ where: { jobId_number: { jobId: row.id, number: row.version } } });
  const options = readOptions(version.optionsJson);
  return {
    ...(summary as JobSummary),
    sql: version.sql,
    options,
    acts: actStates((summary as JobSummary).status, isRestartPending(row)),
    rights: [...(await rightsOn(database, call.caller, row))],
    ...jobFolders(context, row, options.bucket),
  };
}
