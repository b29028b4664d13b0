/** Templates, queues, settings, audit, health. */
import { z } from 'zod';
import { jobDescriptionSchema, jobSqlSchema, jobTypeSchema } from './job.ts';
import { idSchema, pageOf, pageQueryShape, timestampSchema, toldSchema, userRefSchema } from './primitives.ts';
import { recipeKeySchema } from './recipes.ts';
import { worded } from './worded.ts';

export const templateSchema = z.strictObject({
  id: z.int().positive(),
  name: z.string(),
  description: z.string(),
  type: jobTypeSchema,
  sql: z.string(),
  /** Samples and recipes come with the product and cannot be changed. */
  kind: z.enum(['sample', 'custom', 'recipe']),
  /** Of a recipe: what makes a guided job of it. */
  recipe: recipeKeySchema.nullable(),
  /** Of a custom one: who made it, and whether the caller may change it. */
  owner: userRefSchema.nullable(),
  isMine: z.boolean(),
  createdAt: timestampSchema,
  updatedAt: timestampSchema,
});
export type Template = z.infer<typeof templateSchema>;
export const listTemplatesQuerySchema = z.strictObject({
  ...pageQueryShape,
  q: z.string().max(100).default(''),
  kind: z.enum(['sample', 'custom', 'recipe']).optional(),
});
export const listTemplatesAnswerSchema = pageOf(templateSchema);
export const createTemplateSchema = z.strictObject({
  name: z.string().trim().min(1).max(64),
  description: jobDescriptionSchema.default(''),
  type: jobTypeSchema.default('flink_opensource_sql_job'),
  sql: jobSqlSchema.default(''),
});
export const changeTemplateSchema = z.strictObject({
  name: z.string().trim().min(1).max(64).optional(),
  description: jobDescriptionSchema.optional(),
  sql: jobSqlSchema.optional(),
});

export const queueSchema = z.strictObject({
  name: z.string(),
  description: z.string(),
  engine: z.enum(['embedded', 'flink']),
  /** Of a Flink queue: SQL Gateway and JobManager REST. */
  gatewayUrl: z.string().nullable(),
  jobManagerUrl: z.string().nullable(),
  /** Capacity; null = not limited. */
  cus: z.number().nullable(),
  usedCus: z.number(),
  runningJobs: z.int(),
});
export type Queue = z.infer<typeof queueSchema>;
export const queuesAnswerSchema = z.strictObject({ queues: z.array(queueSchema) });
const httpUrlSchema = z.url({ protocol: /^https?$/ }).max(512);
export const createQueueSchema = z.strictObject({
  name: z
    .string()
    .min(1)
    .max(128)
    .regex(/^[a-z][a-z0-9_-]*$/, 'Begin with a small letter; use small letters, digits, _ and -.'),
  description: z.string().max(256).default(''),
  engine: z.literal('flink'),
  gatewayUrl: httpUrlSchema,
  jobManagerUrl: httpUrlSchema,
  cus: z.number().positive().max(100_000).nullable().default(null),
});

/** `https://console.example.org`, or nothing: no path, no sign-in. */
function isOrigin(text: string): boolean {
  if (text === '') return true;
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return false;
  const { href, origin } = new URL(text);
  return href === `${origin}/`;
}

export const settingsSchema = z.strictObject({
  /** Checkpoints beyond those a job retains go after this long; savepoints after the second. 0 = never. */
  savepointRetentionDays: z.int().min(0).max(3650),
  /** Newest savepoints that a job keeps. 0 = all. */
  savepointsRetained: z.int().min(0).max(100_000),
  /** Checkpoints that a job retains go after this long too. 0 = never. */
  checkpointRetentionDays: z.int().min(0).max(3650),
  /** How long deleted snapshots can be brought back. */
  undoDays: z.int().min(0).max(30),
  historyDays: z.int().min(1).max(3650),
  /** New jobs begin with it; empty = the store's default bucket. */
  defaultBucket: z.string().max(256),
  /** Where people reach the console, as an origin; links of notices begin with it. Empty = notices have no links. */
  publicUrl: z
    .string()
    .max(512)
    .overwrite((text) => text.trim().replace(/\/$/, ''))
    .refine(isOrigin, worded('said.field.publicUrl')),
  /** Hosts and networks that connectors may dial though they are private, one an entry. */
  allowedAddresses: z.array(z.string().max(256)).max(200),
});
export type Settings = z.infer<typeof settingsSchema>;
export const DEFAULT_SETTINGS: Settings = {
  savepointRetentionDays: 0,
  savepointsRetained: 0,
  checkpointRetentionDays: 0,
  undoDays: 7,
  historyDays: 90,
  defaultBucket: '',
  publicUrl: '',
  allowedAddresses: [],
};
export const changeSettingsSchema = settingsSchema.partial();

export const auditEntrySchema = z.strictObject({
  id: z.int(),
  at: timestampSchema,
  who: z.string(),
  userId: idSchema.nullable(),
  /** Trace name in DLI's way where it has one: createStreamSqlJob, dealSavepoint, … */
  action: z.string(),
  objectType: z.string(),
  objectId: z.string(),
  objectName: z.string(),
  from: z.string(),
  via: z.enum(['console', 'api', 'dli', 'system']),
  result: z.enum(['done', 'refused', 'failed']),
  message: z.string(),
  said: toldSchema,
  before: z.unknown().nullable(),
  after: z.unknown().nullable(),
  requestId: z.string(),
});
export type AuditEntry = z.infer<typeof auditEntrySchema>;
export const listAuditQuerySchema = z.strictObject({
  ...pageQueryShape,
  who: z.string().max(254).optional(),
  action: z.string().max(64).optional(),
  object: z.string().max(128).optional(),
  result: z.enum(['done', 'refused', 'failed']).optional(),
  from: z.coerce.number().int().nonnegative().optional(),
  to: z.coerce.number().int().nonnegative().optional(),
});
export const listAuditAnswerSchema = pageOf(auditEntrySchema);
/** All entries that fit, newest first, as a file. */
export const exportAuditQuerySchema = listAuditQuerySchema
  .omit({ page: true, pageSize: true })
  .extend({ format: z.enum(['csv', 'jsonl']).default('csv') });

export const healthSchema = z.strictObject({ status: z.enum(['ok', 'starting', 'failing']), version: z.string(), ready: z.boolean() });

/** What the example job made, and where to watch it. */
export const createdExampleSchema = z.strictObject({ jobId: z.int().positive(), operationId: idSchema });
