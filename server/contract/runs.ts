/** Runs, the ledger, the timeline of a job (tide line), exceptions, operations, logs, tasks. */
import { z } from 'zod';
import {
  figureSchema,
  idSchema,
  jobIdSchema,
  jobIdTextSchema,
  pageOf,
  pageQueryShape,
  timestampSchema,
  toldSchema,
  userRefSchema,
  verdictSchema,
  versionNumberSchema,
} from './primitives.ts';
import { snapshotOriginSchema } from './snapshot.ts';

export const runSchema = z.strictObject({
  number: z.int().positive(),
  jobVersion: versionNumberSchema,
  engine: z.enum(['embedded', 'flink']),
  parallelism: z.int(),
  startedAt: timestampSchema,
  runningAt: timestampSchema.nullable(),
  endedAt: timestampSchema.nullable(),
  /** How it began. */
  start: z.enum(['empty', 'snapshot', 'time', 'auto-restart', 'resumed']),
  endCause: z.enum(['finished', 'stopped', 'failed', 'lost', 'superseded']).nullable(),
  failureMessage: z.string().nullable(),
  failureSaid: toldSchema,
  restoredFrom: z.strictObject({ snapshotId: idSchema, name: z.string(), origin: snapshotOriginSchema }).nullable(),
  recordsIn: z.int().nullable(),
  recordsOut: z.int().nullable(),
  /** Values of the global variables it was started with. */
  variables: z.record(z.string(), z.string()),
});
export type Run = z.infer<typeof runSchema>;
export const listRunsQuerySchema = z.strictObject({ ...pageQueryShape });
export const listRunsAnswerSchema = pageOf(runSchema);

/** One start, restart or import, with what it cost; appended, never changed. */
export const ledgerEntrySchema = z.strictObject({
  id: z.int(),
  at: timestampSchema,
  kind: z.enum(['start', 'auto-restart', 'stop', 'failure', 'import', 'finish', 'fallback', 'breaker']),
  runNumber: z.int().nullable(),
  who: z.string(),
  text: z.string(),
  said: toldSchema,
  snapshot: z.strictObject({ id: idSchema, name: z.string() }).nullable(),
  lost: figureSchema,
  readAgain: figureSchema,
  doubled: figureSchema,
  verdict: verdictSchema,
  /** Who accepted a loss, by typing the name. */
  acceptedBy: z.string().nullable(),
  positions: z.array(z.strictObject({ source: z.string(), split: z.string(), from: z.string(), to: z.string().nullable() })),
});
export type LedgerEntry = z.infer<typeof ledgerEntrySchema>;
export const listLedgerQuerySchema = z.strictObject({ ...pageQueryShape });
export const listLedgerAnswerSchema = pageOf(ledgerEntrySchema);

/** What happened to a job, one line each: submission steps, checkpoints that failed, exceptions, acts of users. */
export const jobEventSchema = z.strictObject({
  id: z.int(),
  at: timestampSchema,
  kind: z.enum(['submit', 'status', 'checkpoint-failed', 'exception', 'restart', 'fallback', 'breaker', 'act', 'engine']),
  level: z.enum(['info', 'warn', 'error']),
  runNumber: z.int().nullable(),
  message: z.string(),
  said: toldSchema,
  /** Stack or details; shown folded. */
  detail: z.string().nullable(),
  causeKey: z.string().nullable(),
});
export type JobEvent = z.infer<typeof jobEventSchema>;
export const listJobEventsQuerySchema = z.strictObject({
  ...pageQueryShape,
  kind: z.preprocess((value) => (typeof value === 'string' ? value.split(',') : value), z.array(jobEventSchema.shape.kind)).optional(),
});
export const listJobEventsAnswerSchema = pageOf(jobEventSchema);

export const exceptionGroupSchema = z.strictObject({
  causeKey: z.string(),
  message: z.string(),
  said: toldSchema,
  count: z.int(),
  firstAt: timestampSchema,
  lastAt: timestampSchema,
  detail: z.string().nullable(),
});
export const exceptionsAnswerSchema = z.strictObject({ groups: z.array(exceptionGroupSchema) });

export const tideQuerySchema = z.strictObject({
  from: z.coerce.number().int().nonnegative(),
  to: z.coerce.number().int().nonnegative(),
  /** Buckets wanted at most (one per 2 px). */
  points: z.coerce.number().int().min(1).max(2000).default(600),
});
export const tideAnswerSchema = z.strictObject({
  from: timestampSchema,
  to: timestampSchema,
  now: timestampSchema,
  observedAt: timestampSchema.nullable(),
  runs: z.array(runSchema),
  /** Newest good snapshot before the range. */
  savedBefore: timestampSchema.nullable(),
  /** Good checkpoints in the range; `snapshots` names at most 2,000 of them, evenly. */
  checkpoints: z.int().nonnegative(),
  snapshots: z.array(
    z.strictObject({
      id: idSchema.nullable(),
      name: z.string(),
      kind: z.enum(['checkpoint', 'savepoint']),
      origin: snapshotOriginSchema,
      at: timestampSchema,
      ok: z.boolean(),
      sizeBytes: z.int().nullable(),
      tookMs: z.int().nullable(),
    }),
  ),
  events: z.array(jobEventSchema),
  /** Age of the newest good snapshot and records read since, at most in each bucket. */
  exposure: z.array(z.strictObject({ at: timestampSchema, maxAgeMs: z.int(), maxRecords: z.int().nullable() })),
  ledger: z.array(ledgerEntrySchema),
});
export type TideAnswer = z.infer<typeof tideAnswerSchema>;

export const OPERATION_KINDS = ['start', 'stop', 'trigger-savepoint', 'import-savepoint', 'delete'] as const;
export const operationKindSchema = z.enum(OPERATION_KINDS);
export type OperationKind = z.infer<typeof operationKindSchema>;
export const OPERATION_STATUSES = ['pending', 'running', 'succeeded', 'failed', 'canceled'] as const;
export const operationSchema = z.strictObject({
  id: idSchema,
  jobId: jobIdSchema,
  jobName: z.string(),
  kind: operationKindSchema,
  status: z.enum(OPERATION_STATUSES),
  /** Step under way, in words, and its share done (null = without a measure). */
  step: z.string(),
  progress: z.number().min(0).max(1).nullable(),
  requestedAt: timestampSchema,
  requestedBy: userRefSchema.nullable(),
  finishedAt: timestampSchema.nullable(),
  deadlineAt: timestampSchema.nullable(),
  /** What came of it, or why not. */
  message: z.string(),
  said: toldSchema,
});
export type Operation = z.infer<typeof operationSchema>;
export const listOperationsQuerySchema = z.strictObject({
  ...pageQueryShape,
  jobId: jobIdTextSchema.optional(),
  status: z.enum(OPERATION_STATUSES).optional(),
});
export const listOperationsAnswerSchema = pageOf(operationSchema);

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export const logLineSchema = z.strictObject({
  /** Byte offset of the line in the run's log: the cursor for older and newer lines. */
  cursor: z.int().nonnegative(),
  at: timestampSchema.nullable(),
  level: z.enum(LOG_LEVELS),
  source: z.string(),
  text: z.string(),
});
export type LogLine = z.infer<typeof logLineSchema>;
export const logsQuerySchema = z.strictObject({
  /** Run number; the newest when absent. */
  run: z.coerce.number().int().positive().optional(),
  level: z.enum(LOG_LEVELS).default('debug'),
  search: z.string().max(200).default(''),
  /** Lines before this cursor; the end when absent. */
  before: z.coerce.number().int().nonnegative().optional(),
  /** Lines from this cursor on. */
  after: z.coerce.number().int().nonnegative().optional(),
  limit: z.coerce.number().int().min(1).max(5000).default(500),
});
export const logsAnswerSchema = z.strictObject({
  run: z.int().nullable(),
  lines: z.array(logLineSchema),
  hasOlder: z.boolean(),
  end: z.int(),
});

/** Task List: operators of the run with their subtasks, as last reported. */
export const tasksAnswerSchema = z.strictObject({
  observedAt: timestampSchema.nullable(),
  operators: z.array(
    z.strictObject({
      uid: z.string(),
      nodeId: z.int(),
      kind: z.string(),
      name: z.string(),
      parallelism: z.int(),
      status: z.string(),
      recordsIn: z.int(),
      recordsOut: z.int(),
      bytesIn: z.int(),
      bytesOut: z.int(),
      busy: z.number(),
      backpressured: z.number(),
      backpressure: z.enum(['OK', 'LOW', 'HIGH']),
      watermarkAt: z.number().nullable(),
      /** Records a second between the last two reports; null before the second. */
      inRate: z.number().nullable(),
      outRate: z.number().nullable(),
      /** Longest time from a source's reader through the operator, lately; ms. */
      latencyMs: z.number().nullable(),
      stateBytes: z.int(),
      stateRecords: z.int(),
      lateRowsDropped: z.int(),
      subtasks: z.array(z.strictObject({ subtask: z.int(), recordsIn: z.int(), recordsOut: z.int(), status: z.string() })),
    }),
  ),
});
export type TasksAnswer = z.infer<typeof tasksAnswerSchema>;
