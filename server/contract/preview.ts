/**
 * Preview of a query: it runs for a short while in a process of its own, its rows are told as they come, nothing is written and no source
 * keeps a position of it. The answer is a stream of JSON lines (`application/x-ndjson`), one `PreviewEvent` a line; `end` is the last one.
 * Ending the request ends the preview, as does `POST /sql/preview/{id}/stop` with the id of `started`.
 */
import { z } from 'zod';
import { jobSqlSchema } from './job.ts';
import { jobOptionsPatchSchema } from './job-options.ts';
import { idSchema, jobIdSchema, timestampSchema, toldSchema } from './primitives.ts';

export const PREVIEW_ROWS_MAX = 10_000;
export const PREVIEW_SECONDS_MAX = 300;
export const PREVIEW_MEMORY_MEGABYTES = 512;

export const previewSqlSchema = z
  .strictObject({
    /** The script; left out: the saved version of `jobId`. */
    sql: jobSqlSchema.optional(),
    jobId: jobIdSchema.optional(),
    options: jobOptionsPatchSchema.default({}),
    /**
     * Which query: INSERTs and SELECTs counted from 0 in the order of the script, those inside statement sets too. The sink of an INSERT is
     * left out, and not even looked at.
     */
    statement: z.int().min(0).max(999).default(0),
    /** live: the tables as declared. sample: rows made up by column type, or the ones given in `samples`; nothing outside is asked. */
    source: z.enum(['live', 'sample']).default('live'),
    /** With `sample`: rows by table name as JSON objects, column name to value. Tables that are not named get made-up rows. */
    samples: z.record(z.string().max(256), z.array(z.record(z.string(), z.unknown())).max(1_000)).default({}),
    /** Rows after which it ends. */
    rows: z.int().min(1).max(PREVIEW_ROWS_MAX).default(1_000),
    /** Seconds after which it ends. */
    seconds: z.int().min(1).max(PREVIEW_SECONDS_MAX).default(60),
  })
  .refine((value) => value.sql !== undefined || value.jobId !== undefined, 'Give the SQL, or the job whose saved version is previewed.');
export type PreviewSql = z.input<typeof previewSqlSchema>;

/** `+I` insert, `-U` update before, `+U` update after, `-D` delete. */
export const changeKindSchema = z.enum(['+I', '-U', '+U', '-D']);

export const previewEventSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('started'),
    id: idSchema,
    at: timestampSchema,
    /** Name of the sink that is off, or null for a SELECT. */
    sink: z.string().nullable(),
    columns: z.array(z.strictObject({ name: z.string(), type: z.string() })),
    warnings: z.array(z.string()),
  }),
  z.strictObject({
    type: z.literal('rows'),
    at: timestampSchema,
    /** Values as Flink prints them; null is NULL. */
    rows: z.array(z.strictObject({ kind: changeKindSchema, values: z.array(z.string().nullable()) })),
    /** At the sink, ms; null before the first. */
    watermarkAt: timestampSchema.nullable(),
    /** Rows told so far, these included; records read so far from all sources. */
    total: z.int(),
    recordsIn: z.int(),
  }),
  /** Sent about once a second while no row comes. */
  z.strictObject({
    type: z.literal('progress'),
    at: timestampSchema,
    watermarkAt: timestampSchema.nullable(),
    total: z.int(),
    recordsIn: z.int(),
  }),
  z.strictObject({
    type: z.literal('end'),
    at: timestampSchema,
    /** finished: the sources ended. rows, time, memory: that budget was used up. */
    reason: z.enum(['finished', 'rows', 'time', 'memory', 'stopped', 'failed']),
    message: z.string(),
    said: toldSchema,
    total: z.int(),
    recordsIn: z.int(),
  }),
]);
export type PreviewEvent = z.infer<typeof previewEventSchema>;
