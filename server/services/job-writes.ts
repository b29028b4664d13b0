/** What several services share when they write a job: merged options checked, names free, the queue there, the change told. */

import type { Caller } from '../auth/caller.ts';
import { engineOfQueue } from '../connections/flink-clusters.ts';
import { Refusal } from '../contract/errors.ts';
import { fieldProblemOf } from '../contract/issue-to-problem.ts';
import { type JobOptions, type JobOptionsPatch, jobOptionsSchema } from '../contract/job-options.ts';
import { say } from '../contract/said.ts';
import type { DatabaseOrTransaction } from '../db/open-database.ts';
import { appendEvent } from '../events/append-event.ts';
import { JOB_INCLUDE, type JobRow, jobSummaries } from './job-view.ts';

/** Saved options with a change laid over them, checked together. A change never removes what it does not name. */
export function mergeOptions(saved: JobOptions | null, patch: JobOptionsPatch): JobOptions {
  const merged = jobOptionsSchema.safeParse({ ...saved, ...patch });
  if (merged.success) return merged.data;
  const details = merged.error.issues.map((issue) => fieldProblemOf(issue, 'options'));
  throw new Refusal('invalid-request', details[0]?.said ?? say('said.no.parameters'), details);
}

export const liveNameOf = (projectId: string, name: string): string => `${projectId}/${name}`;

/** Throws `name-taken`. The unique index decides in the end; this gives the better message. */
export async function requireFreeName(database: DatabaseOrTransaction, caller: Caller, name: string, exceptJobId = 0): Promise<void> {
  const taken = await database.job.findUnique({ where: { liveName: liveNameOf(caller.projectId, name) }, select: { id: true } });
  if (taken && taken.id !== exceptJobId) {
    throw new Refusal('name-taken', say('said.no.nameTaken', { name, id: taken.id }), { jobId: taken.id });
  }
}

/** True for the error that a unique index gives. */
export function isUniqueViolation(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'P2002';
}

export async function requireQueue(database: DatabaseOrTransaction, projectId: string, name: string): Promise<void> {
  if ((await engineOfQueue(database, projectId, name)) === null) throw new Refusal('queue-not-found', say('said.no.queueNamed', { name }));
}

/** Columns of a job that follow from its options. */
export function columnsOfOptions(options: JobOptions) {
  return {
    queueName: options.queueName,
    cuNumber: options.cuNumber,
    parallelism: options.parallelism,
    checkpointIntervalSeconds: options.checkpointEnabled ? options.checkpointIntervalSeconds : null,
  };
}

/** Re-reads the job in the transaction and tells browsers its whole summary. */
export async function tellJobChanged(tx: DatabaseOrTransaction, jobId: number, nowMs: number): Promise<JobRow> {
  const row = await tx.job.findUniqueOrThrow({ where: { id: jobId }, include: JOB_INCLUDE });
  const [summary] = await jobSummaries(tx, [row]);
  await appendEvent(tx, { type: 'job-changed', jobId, patch: summary! }, nowMs);
  return row;
}
