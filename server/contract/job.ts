/** A job as the API tells it, and the requests that make, find and change jobs. */
import { z } from 'zod';
import { fieldProblemSchema } from './field-problem.ts';
import { jobOptionsPatchSchema, jobOptionsSchema } from './job-options.ts';
import {
  figureSchema,
  idSchema,
  jobIdSchema,
  pageOf,
  pageQueryShape,
  saidSchema,
  tagsSchema,
  timestampSchema,
  toldSchema,
  userRefSchema,
  versionNumberSchema,
} from './primitives.ts';

export const JOB_TYPES = ['flink_opensource_sql_job', 'flink_jar_job'] as const;
export const jobTypeSchema = z.enum(JOB_TYPES);
export type JobType = z.infer<typeof jobTypeSchema>;

/** DLI's 14. */
export const JOB_STATUSES = [
  'job_init',
  'job_submitting',
  'job_submit_fail',
  'job_running',
  'job_running_exception',
  'job_downloading',
  'job_idle',
  'job_canceling',
  'job_cancel_success',
  'job_cancel_fail',
  'job_savepointing',
  'job_arrearage_stopped',
  'job_arrearage_recovering',
  'job_finish',
] as const;
export const jobStatusSchema = z.enum(JOB_STATUSES);
export type JobStatus = z.infer<typeof jobStatusSchema>;

/** What the user wants. */
export const desiredStateSchema = z.enum(['stopped', 'running']);
export type DesiredState = z.infer<typeof desiredStateSchema>;

/** What the engine last said. `none`: it knows of no run. Silence is not a state: see `unreachableSince`. */
export const observedStateSchema = z.enum(['none', 'starting', 'running', 'snapshotting', 'stopping', 'stopped', 'failed', 'finished']);
export type ObservedState = z.infer<typeof observedStateSchema>;

export const JOB_ACTS = [
  'edit',
  'start',
  'stop',
  'trigger-savepoint',
  'import-savepoint',
  'delete',
  'rename',
  'runtime-configuration',
  'permissions',
] as const;
export const jobActSchema = z.enum(JOB_ACTS);
export type JobAct = z.infer<typeof jobActSchema>;

/** DLI's nine rights on one job. Creator and administrators hold all. */
export const JOB_RIGHTS = ['view', 'update', 'delete', 'start', 'stop', 'export', 'grant', 'revoke', 'show-privileges'] as const;
export const jobRightSchema = z.enum(JOB_RIGHTS);
export type JobRight = z.infer<typeof jobRightSchema>;

export const jobNameSchema = z
  .string()
  .min(1, 'Name must have 1 to 57 characters.')
  .max(57, 'Name must have 1 to 57 characters.')
  .regex(/^[\p{Script=Han}A-Za-z0-9_-]+$/u, 'Use letters, digits, - and _.');
export const jobDescriptionSchema = z.string().max(512);
export const SQL_MAX_CHARACTERS = 1024 * 1024;
export const jobSqlSchema = z.string().max(SQL_MAX_CHARACTERS);

/** Newest restorable snapshot, as a list row needs it. */
export const snapshotAgeSchema = z.strictObject({
  snapshotId: idSchema,
  name: z.string(),
  origin: z.enum(['checkpoint', 'stop', 'manual', 'imported', 'drain']),
  at: timestampSchema,
  /** Checkpoints failed since. */
  failedSince: z.int().nonnegative(),
});

/** A row of the job list. Live updates patch these fields by id. */
export const jobSummarySchema = z.strictObject({
  id: jobIdSchema,
  projectId: z.string(),
  name: z.string(),
  type: jobTypeSchema,
  description: z.string(),
  status: jobStatusSchema,
  /** Cause and advice of a bad status; empty otherwise. */
  statusMessage: z.string(),
  statusSaid: toldSchema,
  statusAt: timestampSchema,
  desired: desiredStateSchema,
  observed: observedStateSchema,
  /** When the engine said so; null before the first word. */
  observedAt: timestampSchema.nullable(),
  unreachableSince: timestampSchema.nullable(),
  owner: userRefSchema,
  queueName: z.string(),
  cuNumber: z.int(),
  parallelism: z.int(),
  tags: tagsSchema,
  /** The saved version, and the one that runs (null when none does). */
  version: versionNumberSchema,
  runningVersion: versionNumberSchema.nullable(),
  createdAt: timestampSchema,
  updatedAt: timestampSchema,
  startedAt: timestampSchema.nullable(),
  endedAt: timestampSchema.nullable(),
  restartCount: z.int().nonnegative(),
  /** True when a run of the job ever kept state. */
  hadState: z.boolean(),
  newestSnapshot: snapshotAgeSchema.nullable(),
  checkpointIntervalSeconds: z.int().nullable(),
  lagRecords: z.int().nonnegative().nullable(),
  /** Records that would be read again if it failed now. */
  exposureRecords: z.int().nonnegative().nullable(),
  stateBytes: z.int().nonnegative().nullable(),
  /** Operation under way. */
  operation: z
    .strictObject({ id: idSchema, kind: z.enum(['start', 'stop', 'trigger-savepoint', 'import-savepoint', 'delete']), step: z.string() })
    .nullable(),
});
export type JobSummary = z.infer<typeof jobSummarySchema>;

/** Why an act is off now: a reason of two words for a menu, and a sentence. */
export const actStateSchema = z.strictObject({
  act: jobActSchema,
  isAllowed: z.boolean(),
  reason: z.string().nullable(),
  reasonSaid: saidSchema.nullable(),
  sentence: z.string().nullable(),
  said: saidSchema.nullable(),
});
export type ActState = z.infer<typeof actStateSchema>;

export const jobSchema = jobSummarySchema.extend({
  sql: z.string(),
  options: jobOptionsSchema,
  acts: z.array(actStateSchema),
  rights: z.array(jobRightSchema),
  checkpointFolder: z.string(),
  savepointFolder: z.string(),
});
export type Job = z.infer<typeof jobSchema>;

/* ---- list ---- */
export const JOB_SORTS = [
  'id',
  'name',
  'type',
  'status',
  'description',
  'user',
  'created',
  'started',
  'updated',
  'duration',
  'snapshot-age',
  'exposure',
  'lag',
  'queue',
  'cus',
  'version',
] as const;
const many = <T extends z.ZodType>(item: T) =>
  z
    .preprocess((value) => (typeof value === 'string' ? value.split(',').filter((part) => part !== '') : value), z.array(item).max(50))
    .default([]);

/** Query of the list. Several values are separated by commas (OR inside a field, AND between fields). Tags: `key:value`. */
export const listJobsQuerySchema = z.strictObject({
  ...pageQueryShape,
  /** Part of the name, or the id. */
  q: z.string().max(100).default(''),
  type: many(jobTypeSchema),
  status: many(jobStatusSchema),
  /** User ids; `me` is the caller. */
  user: many(z.string().max(64)),
  queue: many(z.string().max(128)),
  tag: many(z.string().max(400)),
  sort: z.enum(JOB_SORTS).default('created'),
  order: z.enum(['asc', 'desc']).default('desc'),
});
export type ListJobsQuery = z.infer<typeof listJobsQuerySchema>;

export const listJobsAnswerSchema = pageOf(jobSummarySchema).extend({
  /** By status, over the same filters without the status filter. Statuses with no job are left out. */
  counts: z.array(z.strictObject({ status: jobStatusSchema, count: z.int() })),
  /** The job with the most records not yet saved. */
  worstExposure: z.strictObject({ jobId: jobIdSchema, name: z.string(), records: z.int().nullable(), ageMs: z.int() }).nullable(),
});
export type ListJobsAnswer = z.infer<typeof listJobsAnswerSchema>;

/* ---- make and change ---- */
export const createJobSchema = z.strictObject({
  name: jobNameSchema,
  type: jobTypeSchema.default('flink_opensource_sql_job'),
  description: jobDescriptionSchema.default(''),
  /** Fills `sql` when that is empty. */
  templateId: z.int().positive().optional(),
  sql: jobSqlSchema.default(''),
  options: jobOptionsPatchSchema.default({}),
  tags: tagsSchema.default([]),
});
export type CreateJob = z.infer<typeof createJobSchema>;

/** Saves a new version. `baseVersion` is the version the editor began from: a newer one in between is a conflict. */
export const updateJobSchema = z.strictObject({
  baseVersion: versionNumberSchema,
  sql: jobSqlSchema.optional(),
  options: jobOptionsPatchSchema.optional(),
  note: z.string().max(200).optional(),
});
export type UpdateJob = z.infer<typeof updateJobSchema>;

export const updateJobAnswerSchema = z.strictObject({
  job: jobSchema,
  /** Options that reached the running job at once, and whether something waits for the next start. */
  appliedNow: z.array(z.string()),
  needsRestart: z.boolean(),
  warnings: z.array(fieldProblemSchema),
});

export const renameJobSchema = z.strictObject({ name: jobNameSchema, description: jobDescriptionSchema });
export const copyJobSchema = z.strictObject({ name: jobNameSchema, description: jobDescriptionSchema.optional() });

export const nameAvailableQuerySchema = z.strictObject({ name: z.string().max(200) });
export const nameAvailableAnswerSchema = z.strictObject({
  isAvailable: z.boolean(),
  /** The job that has it, when the caller may see that job. */
  takenBy: jobIdSchema.nullable(),
  message: z.string().nullable(),
  said: saidSchema.nullable(),
});

export const deleteJobsSchema = z.strictObject({
  jobIds: z.array(jobIdSchema).min(1).max(100),
  /** Snapshots are kept 7 days unless this is set. */
  deleteSnapshots: z.boolean().default(false),
  /** Names typed for jobs that have state, by job id. */
  confirmations: z.record(z.string(), z.string()).default({}),
});

export const jobVersionSchema = z.strictObject({
  number: versionNumberSchema,
  sql: z.string(),
  options: jobOptionsSchema,
  note: z.string(),
  createdAt: timestampSchema,
  createdBy: userRefSchema,
});
export type JobVersion = z.infer<typeof jobVersionSchema>;
export const jobVersionsAnswerSchema = z.strictObject({ versions: z.array(jobVersionSchema.omit({ sql: true, options: true })) });

export const setTagsSchema = z.strictObject({ tags: tagsSchema });
export const tagKeysAnswerSchema = z.strictObject({ tags: z.array(z.strictObject({ key: z.string(), values: z.array(z.string()) })) });

export const jobPermissionsSchema = z.strictObject({
  permissions: z.array(z.strictObject({ user: userRefSchema, rights: z.array(jobRightSchema), isFixed: z.boolean() })),
});
export const setJobPermissionSchema = z.strictObject({ userId: idSchema, rights: z.array(jobRightSchema) });

/** What a failure this moment would cost. */
export const exposureSchema = z.strictObject({
  checkedAt: timestampSchema,
  lost: figureSchema,
  readAgain: figureSchema,
  doubled: figureSchema,
  snapshot: snapshotAgeSchema.nullable(),
});
export type Exposure = z.infer<typeof exposureSchema>;
