/**
 * Server-sent events. Each has `event: <type>` and `data: <JSON>`; durable ones have an `id` from which a client resumes by
 * `Last-Event-ID`. `resync` says that the stream could not be resumed and everything shown must be fetched again. Transient events
 * (metrics, log, rows) have no id. A comment line comes every 15 s as a heartbeat.
 */
import { z } from 'zod';
import { jobSummarySchema } from './job.ts';
import { metricValuesSchema } from './metrics.ts';
import { jobIdSchema, jobIdTextSchema, timestampSchema } from './primitives.ts';
import { jobEventSchema, logLineSchema, operationSchema, runSchema } from './runs.ts';
import { snapshotSchema } from './snapshot.ts';

export const serverEventSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('job-changed'), jobId: jobIdSchema, patch: jobSummarySchema.partial() }),
  z.strictObject({ type: z.literal('job-added'), job: jobSummarySchema }),
  z.strictObject({ type: z.literal('job-removed'), jobId: jobIdSchema }),
  z.strictObject({ type: z.literal('snapshot-added'), jobId: jobIdSchema, snapshot: snapshotSchema }),
  z.strictObject({ type: z.literal('snapshot-changed'), jobId: jobIdSchema, snapshot: snapshotSchema }),
  z.strictObject({ type: z.literal('snapshot-removed'), jobId: jobIdSchema, snapshotId: z.string() }),
  z.strictObject({ type: z.literal('run-changed'), jobId: jobIdSchema, run: runSchema }),
  z.strictObject({ type: z.literal('ledger-added'), jobId: jobIdSchema, entryId: z.int() }),
  z.strictObject({ type: z.literal('job-event'), jobId: jobIdSchema, event: jobEventSchema }),
  z.strictObject({
    type: z.literal('alarm-changed'),
    jobId: jobIdSchema,
    alarmId: z.string(),
    change: z.enum(['fired', 'resolved', 'acknowledged']),
  }),
  z.strictObject({ type: z.literal('operation-progress'), jobId: jobIdSchema, operation: operationSchema }),
  z.strictObject({ type: z.literal('metrics'), jobId: jobIdSchema, at: timestampSchema, values: metricValuesSchema }),
  z.strictObject({ type: z.literal('log'), jobId: jobIdSchema, lines: z.array(logLineSchema) }),
  z.strictObject({ type: z.literal('rows'), jobId: jobIdSchema, table: z.string(), lines: z.array(z.string()) }),
  z.strictObject({ type: z.literal('resync'), reason: z.string() }),
]);
export type ServerEvent = z.infer<typeof serverEventSchema>;
export type JobServerEvent = Exclude<ServerEvent, { type: 'resync' }>;
export type ServerEventType = ServerEvent['type'];

/** Not stored, sent only to streams that name the job. */
export const TRANSIENT_EVENTS: ReadonlySet<ServerEventType> = new Set<ServerEventType>(['metrics', 'log', 'rows']);

export const eventsQuerySchema = z.strictObject({
  /** Only this job, with its metrics, log and rows. Without it: durable events of all jobs the caller may see. */
  jobId: jobIdTextSchema.optional(),
  /** The same as the header Last-Event-ID, for clients that cannot set it. */
  lastEventId: z.string().max(40).optional(),
});
