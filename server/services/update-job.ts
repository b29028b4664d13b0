/**
 * Changes of a job: a new version of SQL and options, name and description, tags. Two editors: whoever saves second from the same
 * version gets `version-conflict`, and nothing is overwritten. Options marked `appliesOnSave` reach a running job at once: the
 * supervisor reads them from the newest version.
 */

import { isDeepStrictEqual } from 'node:util';
import { type AuditScope, audited } from '../audit/audited.ts';
import type { UserCall } from '../auth/caller.ts';
import { requireJob } from '../auth/job-access.ts';
import { Refusal } from '../contract/errors.ts';
import type { FieldProblem } from '../contract/field-problem.ts';
import type { Job, JobType, UpdateJob } from '../contract/job.ts';
import { type JobOptionName, type JobOptions, OPTIONS_APPLIED_ON_SAVE } from '../contract/job-options.ts';
import type { Tag } from '../contract/primitives.ts';
import { messageOf, say } from '../contract/said.ts';
import { lockJob } from '../db/lock-job.ts';
import type { DatabaseTransaction } from '../db/open-database.ts';
import { ms, USER_REF } from '../db/row-to-view.ts';
import type { ConsoleContext } from './context.ts';
import { isAtRest } from './job-acts.ts';
import { type JobRow, jobView, readOptions } from './job-view.ts';
import {
  columnsOfOptions,
  isUniqueViolation,
  liveNameOf,
  mergeOptions,
  requireFreeName,
  requireQueue,
  tellJobChanged,
} from './job-writes.ts';

export interface UpdatedJob {
  readonly job: Job;
  readonly appliedNow: string[];
  readonly needsRestart: boolean;
  readonly warnings: FieldProblem[];
}

const AUDIT_ACTION: Record<JobType, string> = { flink_opensource_sql_job: 'updateStreamSqlJob', flink_jar_job: 'updateStreamJarJob' };

/** `baseVersion` null takes whatever is newest (DLI's API has no such field). */
type Update = Omit<UpdateJob, 'baseVersion'> & {
  readonly jobId: number;
  readonly baseVersion: number | null;
  readonly dliFields?: Readonly<Record<string, unknown>>;
};

function changedOptions(before: JobOptions, after: JobOptions): JobOptionName[] {
  return (Object.keys(after) as JobOptionName[]).filter((name) => !isDeepStrictEqual(before[name], after[name]));
}

async function conflict(tx: DatabaseTransaction, jobId: number, newest: number): Promise<Refusal> {
  const version = await tx.jobVersion.findUniqueOrThrow({
    where: { jobId_number: { jobId, number: newest } },
    include: { createdBy: USER_REF },
  });
  return new Refusal('version-conflict', say('said.no.conflict', { who: version.createdBy.name, version: newest }), {
    version: newest,
    savedBy: version.createdBy,
    savedAt: ms(version.createdAt),
  });
}

function warningsOf(options: JobOptions): FieldProblem[] {
  const warnings: FieldProblem[] = [];
  if (!options.checkpointEnabled) {
    warnings.push({ path: 'options.checkpointEnabled', ...messageOf(say('said.act.noCheckpointing')) });
  } else if (options.restartWhenException && !options.resumeCheckpoint) {
    warnings.push({ path: 'options.resumeCheckpoint', ...messageOf(say('said.act.emptyRestart')) });
  }
  return warnings;
}

interface Saved {
  readonly row: JobRow;
  readonly changed: JobOptionName[];
  readonly sqlChanged: boolean;
  readonly options: JobOptions;
}

async function saveVersion(context: ConsoleContext, call: UserCall, input: Update, note: AuditScope): Promise<Saved> {
  const now = new Date(context.clock.nowMs());
  return context.database.$transaction(async (tx) => {
    await lockJob(tx, context.provider, input.jobId);
    const job = await tx.job.findUniqueOrThrow({ where: { id: input.jobId } });
    if (input.baseVersion !== null && input.baseVersion !== job.version) throw await conflict(tx, job.id, job.version);
    const base = await tx.jobVersion.findUniqueOrThrow({ where: { jobId_number: { jobId: job.id, number: job.version } } });
    const before = readOptions(base.optionsJson);
    const options = mergeOptions(before, input.options ?? {});
    await requireQueue(tx, job.projectId, options.queueName);
    const sql = input.sql ?? base.sql;
    const dliFields = { ...(JSON.parse(base.dliFieldsJson) as Record<string, unknown>), ...input.dliFields };
    const changed = changedOptions(before, options);
    const sqlChanged = sql !== base.sql;
    if (changed.length > 0 || sqlChanged || input.dliFields !== undefined) {
      const number = job.version + 1;
      await tx.job.update({
        where: { id: job.id },
        data: { version: number, updatedAt: now, ...columnsOfOptions(options) },
      });
      await tx.jobVersion.create({
        data: {
          jobId: job.id,
          number,
          sql,
          optionsJson: JSON.stringify(options),
          dliFieldsJson: JSON.stringify(dliFields),
          note: input.note ?? '',
          createdAt: now,
          createdById: call.caller.userId,
        },
      });
    }
    const row = await tellJobChanged(tx, job.id, now.getTime());
    note.after = { version: row.version, options: changed, sql: sqlChanged };
    await note.recordIn(tx);
    return { row, changed, sqlChanged, options };
  });
}

export async function updateJob(context: ConsoleContext, call: UserCall, input: Update): Promise<UpdatedJob> {
  const job = await requireJob(context.database, call.caller, input.jobId, 'update');
  const { type } = await context.database.job.findUniqueOrThrow({ where: { id: job.id }, select: { type: true } });
  const object = { type: 'job', id: String(job.id), name: job.name } as const;
  return audited(context.database, call, AUDIT_ACTION[type as JobType], object, async (note) => {
    const saved = await saveVersion(context, call, input, note);
    context.events.nudge();
    const isRunning = !isAtRest(saved.row.status as Job['status']);
    const live = saved.changed.filter((name) => OPTIONS_APPLIED_ON_SAVE.has(name));
    if (live.length > 0) context.supervisor.wake();
    return {
      job: await jobView(context, call, saved.row),
      appliedNow: isRunning ? live : [],
      needsRestart: isRunning && (saved.sqlChanged || saved.changed.length > live.length),
      warnings: warningsOf(saved.options),
    };
  });
}

export async function renameJob(
  context: ConsoleContext,
  call: UserCall,
  input: { readonly jobId: number; readonly name: string; readonly description: string },
): Promise<{ job: Job }> {
  const { database } = context;
  const before = await requireJob(database, call.caller, input.jobId, 'update');
  const object = { type: 'job', id: String(before.id), name: before.name } as const;
  return audited(database, call, 'renameStreamJob', object, async (note) => {
    note.before = { name: before.name };
    note.after = { name: input.name, description: input.description };
    await requireFreeName(database, call.caller, input.name, before.id);
    const now = new Date(context.clock.nowMs());
    const row = await database
      .$transaction(async (tx) => {
        await tx.job.update({
          where: { id: before.id },
          data: {
            name: input.name,
            liveName: liveNameOf(call.caller.projectId, input.name),
            description: input.description,
            updatedAt: now,
          },
        });
        await note.recordIn(tx);
        return tellJobChanged(tx, before.id, now.getTime());
      })
      .catch((error: unknown) => {
        if (isUniqueViolation(error)) throw new Refusal('name-taken', say('said.no.nameMoment', { name: input.name }));
        throw error;
      });
    context.events.nudge();
    return { job: await jobView(context, call, row) };
  });
}

export async function setJobTags(
  context: ConsoleContext,
  call: UserCall,
  input: { readonly jobId: number; readonly tags: readonly Tag[] },
): Promise<{ job: Job }> {
  const { database } = context;
  const job = await requireJob(database, call.caller, input.jobId, 'update');
  const object = { type: 'job', id: String(job.id), name: job.name } as const;
  return audited(database, call, 'setStreamJobTags', object, async (note) => {
    note.after = input.tags;
    const nowMs = context.clock.nowMs();
    const row = await database.$transaction(async (tx) => {
      await tx.tag.deleteMany({ where: { jobId: job.id } });
      await tx.tag.createMany({ data: input.tags.map((tag) => ({ jobId: job.id, key: tag.key, value: tag.value })) });
      await note.recordIn(tx);
      return tellJobChanged(tx, job.id, nowMs);
    });
    context.events.nudge();
    return { job: await jobView(context, call, row) };
  });
}
