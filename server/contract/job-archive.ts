/**
 * Export and import of jobs as a zip. An archive holds `tidemark-jobs.json` (what it is, and its jobs), and for each job a folder with `job.json`
 * (name, type, description, tags, options of each version) and one `.sql` file a version. Secrets do not travel: values of secret options are
 * replaced by a placeholder that says what belongs there; global variables are named. Snapshots, logs, history and permissions do not travel either.
 */
import { z } from 'zod';
import { ARCHIVE_JOBS_MAX } from './archive-limit.ts';
import { variableNameSchema } from './global-variables.ts';
import { jobDescriptionSchema, jobNameSchema, jobSqlSchema, jobStatusSchema, jobTypeSchema, listJobsQuerySchema } from './job.ts';
import { jobIdSchema, tagsSchema, timestampSchema, toldSchema, versionNumberSchema } from './primitives.ts';

export const ARCHIVE_BYTES_MAX = 32 * 1024 * 1024;
export const ARCHIVE_INDEX = 'tidemark-jobs.json';

/** Either a selection or the filter of the list (paging and order are left out of it). */
export const exportJobsSchema = z
  .strictObject({
    jobIds: z.array(jobIdSchema).min(1).max(ARCHIVE_JOBS_MAX).optional(),
    filter: listJobsQuerySchema.pick({ q: true, type: true, status: true, user: true, queue: true, tag: true }).optional(),
    /** all: every saved version; newest: the last one. */
    versions: z.enum(['all', 'newest']).default('all'),
  })
  .refine((value) => (value.jobIds === undefined) !== (value.filter === undefined), 'Give either jobIds or a filter.');
export type ExportJobs = z.input<typeof exportJobsSchema>;

/** The zip is the body of the request (`content-type: application/zip`). */
export const importJobsQuerySchema = z.strictObject({
  /** Tells what would happen and changes nothing. */
  dryRun: z.enum(['true', 'false']).default('false'),
  /** Overwrite job of the same name: its configuration becomes a new version; its snapshots and history stay. A running job is refused. */
  overwrite: z.enum(['true', 'false']).default('false'),
});

export const importedJobSchema = z.strictObject({
  name: z.string(),
  /** made, overwritten: done, or what would be done in a dry run. skipped: the name is taken. refused: see the message. */
  outcome: z.enum(['made', 'overwritten', 'skipped', 'refused']),
  /** Null where nothing was made: dry run, skipped, refused. */
  jobId: jobIdSchema.nullable(),
  versions: z.int().nonnegative(),
  message: z.string(),
  said: toldSchema,
  /** Placeholders to fill in, a queue that is not here, … */
  warnings: z.array(z.string()),
  warningsSaid: toldSchema,
});
export const importJobsAnswerSchema = z.strictObject({ dryRun: z.boolean(), results: z.array(importedJobSchema) });
export type ImportJobsAnswer = z.infer<typeof importJobsAnswerSchema>;

/* ---- what is in the zip ---- */
export const archiveIndexSchema = z.strictObject({
  format: z.literal('tidemark-jobs'),
  formatVersion: z.literal(1),
  product: z.string().max(64),
  exportedAt: timestampSchema,
  jobs: z.array(z.strictObject({ name: z.string().max(200), folder: z.string().max(300) })).max(ARCHIVE_JOBS_MAX),
});
export type ArchiveIndex = z.infer<typeof archiveIndexSchema>;

export const archivedJobSchema = z.strictObject({
  /** Where it was exported; an import gives its own. Archives of earlier versions have none. */
  id: jobIdSchema.optional(),
  name: jobNameSchema,
  type: jobTypeSchema,
  description: jobDescriptionSchema,
  /** For people; an import makes a draft. */
  status: jobStatusSchema,
  tags: tagsSchema,
  /** Global variables that the exported versions name; their values do not travel. */
  variables: z.array(variableNameSchema).max(10_000).default([]),
  versions: z
    .array(
      z.strictObject({
        number: versionNumberSchema,
        note: z.string().max(200),
        createdAt: timestampSchema,
        createdBy: z.string().max(254),
        /** File of the SQL, in the job's folder. */
        sqlFile: z.string().max(100),
        options: z.record(z.string(), z.unknown()),
        dliFields: z.record(z.string(), z.unknown()),
      }),
    )
    .min(1)
    .max(10_000),
});
export type ArchivedJob = z.output<typeof archivedJobSchema>;
export const archivedSqlSchema = jobSqlSchema;
