/** Snapshots: what the catalogue knows of each, and the acts on them. */
import { z } from 'zod';
import {
  idSchema,
  jobIdSchema,
  jobIdTextSchema,
  pageOf,
  pageQueryShape,
  timestampSchema,
  toldSchema,
  versionNumberSchema,
} from './primitives.ts';

export const SNAPSHOT_ORIGINS = ['checkpoint', 'stop', 'manual', 'imported', 'drain'] as const;
export const snapshotOriginSchema = z.enum(SNAPSHOT_ORIGINS);
export type SnapshotOrigin = z.infer<typeof snapshotOriginSchema>;

/** Position of one split of a source. Kafka: partition and offset; a file: path and byte. */
export const splitPositionSchema = z.strictObject({
  /** Name of the source table. */
  source: z.string(),
  operatorUid: z.string(),
  /** Split as its connector names it: partition number, file path, generator. */
  split: z.string(),
  /** The connector's position in words: `8,412,077`, `byte 1,024 of 4,096`. */
  position: z.string(),
  /** The same as a number where it is one. */
  offset: z.number().nullable(),
});
export type SplitPositionView = z.infer<typeof splitPositionSchema>;

export const snapshotSchema = z.strictObject({
  id: idSchema,
  jobId: jobIdSchema,
  jobName: z.string(),
  /** `chk-8841`, or the time of a savepoint. */
  name: z.string(),
  kind: z.enum(['checkpoint', 'savepoint']),
  origin: snapshotOriginSchema,
  engine: z.enum(['embedded', 'flink']),
  /** `obs://…` folder. */
  path: z.string(),
  createdAt: timestampSchema,
  durationMs: z.int().nonnegative(),
  sizeBytes: z.int().nonnegative(),
  jobVersion: versionNumberSchema.nullable(),
  runNumber: z.int().nullable(),
  parallelism: z.int().nullable(),
  recordsIn: z.int().nullable(),
  recordsOut: z.int().nullable(),
  positionCount: z.int().nonnegative(),
  isNewest: z.boolean(),
  isPinned: z.boolean(),
  pinReason: z.string().nullable(),
  pinSaid: toldSchema,
  /** A restore from it was tried: when, how long it took, and what came of it. */
  proven: z.strictObject({ at: timestampSchema, tookMs: z.int(), isGood: z.boolean(), message: z.string(), said: toldSchema }).nullable(),
  /** When retention takes it; null = kept. */
  keptUntil: timestampSchema.nullable(),
  /** Deleted, but can be brought back until then. */
  undoUntil: timestampSchema.nullable(),
});
export type Snapshot = z.infer<typeof snapshotSchema>;

export const snapshotOperatorSchema = z.strictObject({
  uid: z.string(),
  description: z.string(),
  isStateful: z.boolean(),
  stateRecords: z.int().nullable(),
  stateBytes: z.int().nullable(),
});

export const snapshotDetailSchema = snapshotSchema.extend({
  positions: z.array(splitPositionSchema),
  operators: z.array(snapshotOperatorSchema),
});
export type SnapshotDetail = z.infer<typeof snapshotDetailSchema>;

export const listSnapshotsQuerySchema = z.strictObject({
  ...pageQueryShape,
  jobId: jobIdTextSchema.optional(),
  /** Part of the name of the snapshot or of its job. */
  q: z.string().max(100).default(''),
  engine: z.enum(['embedded', 'flink']).optional(),
  /** Hours old, not more or not less than. */
  youngerThan: z.coerce.number().positive().max(87_600).optional(),
  olderThan: z.coerce.number().positive().max(87_600).optional(),
  origin: snapshotOriginSchema.optional(),
  proven: z.enum(['yes', 'no']).optional(),
  pinned: z.enum(['yes', 'no']).optional(),
  deleted: z.enum(['yes', 'no']).default('no'),
  sort: z.enum(['made', 'size']).default('made'),
  order: z.enum(['asc', 'desc']).default('desc'),
});
export type ListSnapshotsQuery = z.infer<typeof listSnapshotsQuerySchema>;
export const listSnapshotsAnswerSchema = pageOf(snapshotSchema).extend({
  totals: z.strictObject({ kept: z.int(), bytes: z.int(), pinned: z.int() }),
});

export const changeSnapshotSchema = z.strictObject({ isPinned: z.boolean() });

/** Trigger Savepoint. Empty path = the job's own folder. */
export const triggerSavepointSchema = z.strictObject({ path: z.string().max(1024).default('') });
