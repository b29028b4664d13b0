/** Make a job (Draft), from nothing, from a template, or as a copy of another. */

import { randomBytes } from 'node:crypto';
import { type AuditScope, audited } from '../audit/audited.ts';
import type { UserCall } from '../auth/caller.ts';
import { requireJob } from '../auth/job-access.ts';
import { Refusal } from '../contract/errors.ts';
import type { CreateJob, Job, JobType } from '../contract/job.ts';
import type { JobOptions } from '../contract/job-options.ts';
import type { Tag } from '../contract/primitives.ts';
import { say } from '../contract/said.ts';
import { appendEvent } from '../events/append-event.ts';
import type { ConsoleContext } from './context.ts';
import { JOB_INCLUDE, jobSummaries, jobView, readOptions } from './job-view.ts';
import { columnsOfOptions, isUniqueViolation, liveNameOf, mergeOptions, requireFreeName, requireQueue } from './job-writes.ts';

interface NewJob {
  readonly name: string;
  readonly type: JobType;
  readonly description: string;
  readonly sql: string;
  readonly options: JobOptions;
  readonly tags: readonly Tag[];
  /** Fields of DLI's API that mean nothing here. */
  readonly dliFields?: Readonly<Record<string, unknown>>;
}

const AUDIT_ACTION: Record<JobType, string> = { flink_opensource_sql_job: 'createStreamSqlJob', flink_jar_job: 'createStreamJarJob' };

async function insertJob(context: ConsoleContext, call: UserCall, job: NewJob, note: AuditScope): Promise<Job> {
  const { database } = context;
  const { projectId, userId } = call.caller;
  await requireFreeName(database, call.caller, job.name);
  await requireQueue(database, projectId, job.options.queueName);
  const now = new Date(context.clock.nowMs());
  const row = await database
    .$transaction(async (tx) => {
      const made = await tx.job.create({
        data: {
          projectId,
          ownerId: userId,
          name: job.name,
          liveName: liveNameOf(projectId, job.name),
          type: job.type,
          description: job.description,
          folderKey: randomBytes(4).toString('hex'),
          ...columnsOfOptions(job.options),
          createdAt: now,
          updatedAt: now,
          statusAt: now,
          tags: { create: job.tags.map((tag) => ({ key: tag.key, value: tag.value })) },
          versions: {
            create: {
              number: 1,
              sql: job.sql,
              optionsJson: JSON.stringify(job.options),
              dliFieldsJson: JSON.stringify(job.dliFields ?? {}),
              createdAt: now,
              createdById: userId,
            },
          },
        },
        include: JOB_INCLUDE,
      });
      const [summary] = await jobSummaries(tx, [made]);
      await appendEvent(tx, { type: 'job-added', job: summary! }, now.getTime());
      note.object = { type: 'job', id: String(made.id), name: made.name };
      await note.recordIn(tx);
      return made;
    })
    .catch((error: unknown) => {
      if (isUniqueViolation(error)) throw new Refusal('name-taken', say('said.no.nameMoment', { name: job.name }));
      throw error;
    });
  context.events.nudge();
  return jobView(context, call, row);
}

/** `dliFields` are kept and told back as given. */
export async function createJob(
  context: ConsoleContext,
  call: UserCall,
  input: CreateJob,
  dliFields: Readonly<Record<string, unknown>> = {},
): Promise<{ job: Job }> {
  const object = { type: 'job', id: '', name: input.name } as const;
  return audited(context.database, call, AUDIT_ACTION[input.type], object, async (note) => {
    let sql = input.sql;
    if (sql === '' && input.templateId !== undefined) {
      const template = await context.database.template.findFirst({ where: { id: input.templateId, projectId: call.caller.projectId } });
      if (!template) throw new Refusal('not-found', say('said.no.template', { id: input.templateId }));
      sql = template.sql;
    }
    const options = mergeOptions(null, input.options);
    const job = await insertJob(context, call, { ...input, sql, options, dliFields }, note);
    return { job };
  });
}

/** Save As: SQL, options and tags of the saved version; no snapshots, no history. */
export async function copyJob(
  context: ConsoleContext,
  call: UserCall,
  input: { readonly jobId: number; readonly name: string; readonly description?: string | undefined },
): Promise<{ job: Job }> {
  const source = await requireJob(context.database, call.caller, input.jobId);
  const object = { type: 'job', id: '', name: input.name } as const;
  return audited(context.database, call, 'copyStreamJob', object, async (note) => {
    const row = await context.database.job.findUniqueOrThrow({ where: { id: source.id }, include: JOB_INCLUDE });
    const version = await context.database.jobVersion.findUniqueOrThrow({
      where: { jobId_number: { jobId: row.id, number: row.version } },
    });
    const copy: NewJob = {
      name: input.name,
      type: row.type as JobType,
      description: input.description ?? row.description,
      sql: version.sql,
      options: readOptions(version.optionsJson),
      tags: row.tags,
    };
    note.after = { copyOf: row.id };
    const job = await insertJob(context, call, copy, note);
    return { job };
  });
}
