/**
 * Import of jobs from a zip (contract/job-archive.ts), each job a transaction and a result of its own. A new job gets all versions of the archive; a job of
 * the same name is skipped, or with overwrite gets the newest version of the archive as its next one, with the tags: its snapshots, its history and
 * its permissions stay, and the next start compares the snapshots with the new plan. A job that is not at rest is refused.
 */

import { randomBytes } from 'node:crypto';
import { type AuditScope, audited } from '../audit/audited.ts';
import type { UserCall } from '../auth/caller.ts';
import { rightsOn } from '../auth/job-access.ts';
import { Refusal } from '../contract/errors.ts';
import { fieldProblemOf } from '../contract/issue-to-problem.ts';
import type { JobStatus } from '../contract/job.ts';
import type { ImportJobsAnswer } from '../contract/job-archive.ts';
import { type JobOptions, jobOptionsSchema } from '../contract/job-options.ts';
import { inEnglish, messageOf, type Said, say, type Told } from '../contract/said.ts';
import { placeholdersIn } from '../contract/without-secrets.ts';
import { lockJob } from '../db/lock-job.ts';
import type { DatabaseTransaction } from '../db/open-database.ts';
import { appendEvent } from '../events/append-event.ts';
import { type Variables, variablesNamedIn } from '../variables/fill-in.ts';
import { readVariables } from '../variables/read-variables.ts';
import { type ArchivedFile, type ReadJob, readArchive } from './archive-file.ts';
import type { ConsoleContext } from './context.ts';
import { isAtRest, statusWords } from './job-acts.ts';
import { isRestartPending, JOB_INCLUDE, jobSummaries } from './job-view.ts';
import { columnsOfOptions, isUniqueViolation, liveNameOf, tellJobChanged } from './job-writes.ts';

export interface ImportChoice {
  readonly dryRun: boolean;
  readonly overwrite: boolean;
}

/** What jobs of the archive may name. */
interface Here {
  readonly queues: ReadonlySet<string>;
  readonly variables: Variables;
}

type Result = ImportJobsAnswer['results'][number];
type Outcome = Omit<Result, 'name'>;

export async function importJobs(
  context: ConsoleContext,
  call: UserCall,
  zip: Uint8Array,
  choice: ImportChoice,
): Promise<ImportJobsAnswer> {
  const jobs = readArchive(zip);
  const queues = new Set(
    (await context.database.queue.findMany({ where: { projectId: call.caller.projectId } })).map((queue) => queue.name),
  );
  const here = { queues, variables: await readVariables(context.database, call.caller.projectId) };
  const results: Result[] = [];
  for (const job of jobs) results.push({ name: job.name, ...(await importOne(context, call, job, here, choice)) });
  if (!choice.dryRun) context.events.nudge();
  return { dryRun: choice.dryRun, results };
}

const refused = (told: Told): Outcome => ({
  outcome: 'refused',
  jobId: null,
  versions: 0,
  ...messageOf(told),
  warnings: [],
  warningsSaid: [],
});

async function importOne(context: ConsoleContext, call: UserCall, read: ReadJob, here: Here, choice: ImportChoice): Promise<Outcome> {
  if ('problem' in read) return refused(read.problem);
  const prepared = prepare(read.file, here);
  if ('code' in prepared) return refused(prepared);
  const { projectId } = call.caller;
  const taken = await context.database.job.findUnique({ where: { liveName: liveNameOf(projectId, read.name) } });
  if (taken && !choice.overwrite) {
    return { ...refused(say('said.act.jobSkipped', { name: read.name })), outcome: 'skipped' };
  }
  try {
    if (!taken) return await makeJob(context, call, prepared, choice);
    return await overwriteJob(context, call, taken.id, prepared, choice);
  } catch (error) {
    if (error instanceof Refusal) return refused(error.said);
    if (isUniqueViolation(error)) return refused(say('said.no.nameMomentShort', { name: read.name }));
    throw error;
  }
}

const warned = (warnings: readonly Said[]) => ({ warnings: warnings.map((one) => inEnglish(one)), warningsSaid: [...warnings] });

interface PreparedVersion {
  readonly number: number;
  readonly note: string;
  readonly createdAt: Date;
  readonly sql: string;
  readonly options: JobOptions;
  readonly dliFieldsJson: string;
}

interface Prepared {
  readonly file: ArchivedFile;
  readonly versions: readonly PreparedVersion[];
  readonly newest: PreparedVersion;
  readonly warnings: Said[];
}

/** A sentence when the job cannot be imported. Options that were not known when it was exported get their defaults. */
function prepare(file: ArchivedFile, { queues, variables }: Here): Prepared | Said {
  const warnings: Said[] = [];
  const versions: PreparedVersion[] = [];
  for (const version of file.job.versions) {
    const parsed = jobOptionsSchema.safeParse(version.options);
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      return say('said.no.importVersion', {
        version: version.number,
        path: issue?.path.join('.') ?? 'options',
        why: issue ? fieldProblemOf(issue).said : say('said.no.fit'),
      });
    }
    const isQueueHere = queues.has(parsed.data.queueName);
    versions.push({
      number: version.number,
      note: version.note,
      createdAt: new Date(version.createdAt),
      sql: file.sql.get(version.number) ?? '',
      options: isQueueHere ? parsed.data : { ...parsed.data, queueName: 'default' },
      dliFieldsJson: JSON.stringify(version.dliFields),
    });
    if (version === file.job.versions.at(-1) && !isQueueHere) {
      warnings.push(say('said.act.queueMissing', { name: parsed.data.queueName }));
    }
  }
  const newest = versions.at(-1) as PreparedVersion;
  const empty = placeholdersIn(newest.sql + JSON.stringify(newest.options));
  if (empty.length > 0) warnings.push(say('said.act.secretsMissing', { names: empty.join(', ') }));
  const missing = variablesNamedIn(newest.sql, newest.options).filter((name) => !Object.hasOwn(variables, name));
  if (missing.length > 0) warnings.push(say('said.act.variablesMissing', { names: missing.join(', ') }));
  return { file, versions, newest, warnings };
}

async function makeJob(context: ConsoleContext, call: UserCall, prepared: Prepared, choice: ImportChoice): Promise<Outcome> {
  const { file, versions, warnings } = prepared;
  const count = versions.length;
  if (choice.dryRun)
    return {
      outcome: 'made',
      jobId: null,
      versions: count,
      ...messageOf(say('said.act.jobWouldBeMade', { n: count })),
      ...warned(warnings),
    };
  const object = { type: 'job', id: '', name: file.job.name } as const;
  const id = await audited(context.database, call, 'importStreamJob', object, async (note) => {
    note.after = { versions: count };
    return context.database.$transaction((tx) => insert(tx, context, call, prepared, note));
  });
  return { outcome: 'made', jobId: id, versions: count, ...messageOf(say('said.act.jobMade', { n: count })), ...warned(warnings) };
}

async function insert(
  tx: DatabaseTransaction,
  context: ConsoleContext,
  call: UserCall,
  prepared: Prepared,
  note: AuditScope,
): Promise<number> {
  const { projectId, userId } = call.caller;
  const { file, versions, newest } = prepared;
  const now = new Date(context.clock.nowMs());
  const row = await tx.job.create({
    data: {
      projectId,
      ownerId: userId,
      name: file.job.name,
      liveName: liveNameOf(projectId, file.job.name),
      type: file.job.type,
      description: file.job.description,
      folderKey: randomBytes(4).toString('hex'),
      version: newest.number,
      ...columnsOfOptions(newest.options),
      createdAt: now,
      updatedAt: now,
      statusAt: now,
      tags: { create: file.job.tags.map(({ key, value }) => ({ key, value })) },
      versions: {
        create: versions.map(({ number, note: text, createdAt, sql, options, dliFieldsJson }) => ({
          number,
          note: text,
          createdAt,
          sql,
          optionsJson: JSON.stringify(options),
          dliFieldsJson,
          createdById: userId,
        })),
      },
    },
    include: JOB_INCLUDE,
  });
  const [summary] = await jobSummaries(tx, [row]);
  if (summary) await appendEvent(tx, { type: 'job-added', job: summary }, now.getTime());
  note.object = { type: 'job', id: String(row.id), name: row.name };
  await note.recordIn(tx);
  return row.id;
}

async function overwriteJob(
  context: ConsoleContext,
  call: UserCall,
  jobId: number,
  prepared: Prepared,
  choice: ImportChoice,
): Promise<Outcome> {
  const { database } = context;
  const { file, warnings } = prepared;
  const target = await database.job.findUniqueOrThrow({ where: { id: jobId } });
  const rights = await rightsOn(database, call.caller, target);
  if (!rights.includes('update')) throw new Refusal('not-allowed', say('said.no.nameNotYours', { name: file.job.name }));
  requireOverwritable(target, file);
  if (choice.dryRun) {
    const told = say('said.act.jobWouldBecome', { version: target.version + 1, id: jobId });
    return { outcome: 'overwritten', jobId: null, versions: 1, ...messageOf(told), ...warned(warnings) };
  }
  const object = { type: 'job', id: String(jobId), name: target.name } as const;
  const number = await audited(database, call, 'importStreamJob', object, (note) =>
    database.$transaction((tx) => saveAsNext(tx, context, call, jobId, prepared, note)),
  );
  return {
    outcome: 'overwritten',
    jobId,
    versions: 1,
    ...messageOf(say('said.act.jobBecame', { version: number, id: jobId })),
    ...warned(warnings),
  };
}

function requireOverwritable(
  job: { readonly name: string; readonly status: string; readonly desired: string; readonly type: string },
  file: ArchivedFile,
): void {
  const status = job.status as JobStatus;
  if (!isAtRest(status) || isRestartPending(job)) {
    throw new Refusal(
      'wrong-status',
      say('said.no.importRunning', { name: job.name, status: isRestartPending(job) ? say('said.status.restart') : statusWords(status) }),
    );
  }
  if (job.type !== file.job.type) throw new Refusal('wrong-status', say('said.no.importType', { name: job.name }));
}

async function saveAsNext(
  tx: DatabaseTransaction,
  context: ConsoleContext,
  call: UserCall,
  jobId: number,
  prepared: Prepared,
  note: AuditScope,
): Promise<number> {
  await lockJob(tx, context.provider, jobId);
  const job = await tx.job.findUniqueOrThrow({ where: { id: jobId } });
  requireOverwritable(job, prepared.file);
  const { newest, file } = prepared;
  const now = new Date(context.clock.nowMs());
  const number = job.version + 1;
  await tx.job.update({
    where: { id: jobId },
    data: { version: number, description: file.job.description, updatedAt: now, ...columnsOfOptions(newest.options) },
  });
  await tx.jobVersion.create({
    data: {
      jobId,
      number,
      sql: newest.sql,
      optionsJson: JSON.stringify(newest.options),
      dliFieldsJson: newest.dliFieldsJson,
      note: `Imported, version ${newest.number} of the archive`,
      createdAt: now,
      createdById: call.caller.userId,
    },
  });
  await tx.tag.deleteMany({ where: { jobId } });
  await tx.tag.createMany({ data: file.job.tags.map(({ key, value }) => ({ jobId, key, value })) });
  await tellJobChanged(tx, jobId, now.getTime());
  note.before = { version: job.version };
  note.after = { version: number };
  await note.recordIn(tx);
  return number;
}
