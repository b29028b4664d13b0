/**
 * PUT streaming/sql-jobs/{job_id} and streaming/flink-jobs/{job_id}. Fields that the body does not name keep their value. All is checked before
 * anything is written; a body that changes nothing makes no new version. A running job is changed too: what cannot reach it at once
 * applies at its next start.
 */
import { isDeepStrictEqual } from 'node:util';
import type { UserCall } from '../auth/caller.ts';
import type { JobType } from '../contract/job.ts';
import type { ConsoleContext } from '../services/context.ts';
import { readOptions } from '../services/job-view.ts';
import { mergeOptions, requireFreeName, requireQueue } from '../services/job-writes.ts';
import { renameJob, updateJob as updateJobService } from '../services/update-job.ts';
import { badParameter } from './dli-error.ts';
import { findJob } from './find-job.ts';
import type { JobBody } from './job-body.ts';
import { keptFieldsOf, optionsOf, requireSupported } from './job-body-to-options.ts';
import { keptOf } from './job-to-wire.ts';

const PATHS: Record<JobType, string> = { flink_opensource_sql_job: 'streaming/sql-jobs', flink_jar_job: 'streaming/flink-jobs' };

export async function updateJob(context: ConsoleContext, call: UserCall, type: JobType, jobId: number, body: JobBody) {
  const { database } = context;
  const { row, version } = await findJob(context, call, jobId);
  if (row.type !== type) throw badParameter(`Job ${row.name} is a ${row.type}. Change it at ${PATHS[row.type as JobType]}/${jobId}.`);
  requireSupported(body);
  const saved = readOptions(version.optionsJson);
  const options = optionsOf(body, saved);
  await requireQueue(database, row.projectId, mergeOptions(saved, options).queueName);
  const name = body.name ?? row.name;
  const description = body.desc ?? row.description;
  if (name !== row.name) await requireFreeName(database, call.caller, name, jobId);

  const before = keptOf(version);
  const kept = { ...before, ...keptFieldsOf(body) };
  const { job: changed } = await updateJobService(context, call, {
    jobId,
    baseVersion: null,
    ...(body.sql_body == null ? {} : { sql: body.sql_body }),
    options,
    ...(isDeepStrictEqual(kept, before) ? {} : { dliFields: kept }),
  });
  const isRenamed = name !== row.name || description !== row.description;
  const { updatedAt } = isRenamed ? (await renameJob(context, call, { jobId, name, description })).job : changed;
  return { is_success: 'true', message: 'The job is updated successfully.', job: { update_time: updatedAt } };
}
