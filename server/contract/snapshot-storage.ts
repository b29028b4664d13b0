/** What snapshots cost in the object store, files there that no manifest names, and the rules by which snapshots go. */
import { z } from 'zod';
import { idSchema, jobIdSchema, saidSchema, timestampSchema, toldSchema } from './primitives.ts';

/* ---- cost and orphan files ---- */
export const storageOfJobSchema = z.strictObject({
  jobId: jobIdSchema,
  /** Null: the job is not in the catalogue of this console. */
  jobName: z.string().nullable(),
  isDeleted: z.boolean(),
  /** Snapshots in the catalogue, those deleted but not purged too. */
  snapshots: z.int().nonnegative(),
  /** What lies in the job's checkpoint and savepoint folders. Parts that snapshots share count once. */
  objects: z.int().nonnegative(),
  bytes: z.int().nonnegative(),
  orphans: z.int().nonnegative(),
  orphanBytes: z.int().nonnegative(),
  /** Why its files were not judged: it runs, a manifest cannot be read, …; null = they were. */
  unjudged: z.string().nullable(),
  /** The same by its code. */
  said: saidSchema.nullable(),
});
export type StorageOfJob = z.infer<typeof storageOfJobSchema>;

const fileShape = {
  jobId: jobIdSchema,
  jobName: z.string().nullable(),
  bucket: z.string(),
  key: z.string(),
  sizeBytes: z.int().nonnegative(),
  modifiedAt: timestampSchema,
};
export const orphanFileSchema = z.strictObject(fileShape);
export type OrphanFile = z.infer<typeof orphanFileSchema>;
export const deletedOrphanSchema = z.strictObject({
  ...fileShape,
  id: idSchema,
  deletedAt: timestampSchema,
  deletedBy: z.string(),
  /** Until then it can be brought back; then it goes, unless a manifest names it by then. */
  undoUntil: timestampSchema,
  keptBecause: z.string().nullable(),
  keptSaid: toldSchema,
});

export const ORPHANS_SHOWN = 1_000;
export const snapshotStorageSchema = z.strictObject({
  /** Most bytes first. */
  jobs: z.array(storageOfJobSchema),
  totals: z.strictObject({ objects: z.int(), bytes: z.int(), orphans: z.int(), orphanBytes: z.int() }),
  /** The largest ones, at most ORPHANS_SHOWN. */
  orphans: z.array(orphanFileSchema),
  deleted: z.array(deletedOrphanSchema),
  /** False: there is more than was looked at in the time. What was looked at is right. */
  isComplete: z.boolean(),
  checkedAt: timestampSchema,
  tookMs: z.int().nonnegative(),
});
export type SnapshotStorage = z.infer<typeof snapshotStorageSchema>;

export const deleteOrphansSchema = z.strictObject({
  files: z
    .array(z.strictObject({ bucket: z.string().max(63), key: z.string().max(1024) }))
    .min(1)
    .max(ORPHANS_SHOWN),
});
export const deletedOrphansAnswerSchema = z.strictObject({
  deleted: z.array(idSchema),
  /** Not deleted, each with its reason. */
  kept: z.array(z.strictObject({ key: z.string(), reason: z.string(), said: toldSchema })),
});
export type DeletedOrphans = z.infer<typeof deletedOrphansAnswerSchema>;
export const undeleteOrphansSchema = z.strictObject({ ids: z.array(idSchema).min(1).max(ORPHANS_SHOWN) });

/* ---- retention ---- */
const days = z.int().min(0).max(3_650);
const count = z.int().min(0).max(100_000);
/** 0 = no limit. The newest snapshot, pinned ones and one that a run began from never go by a rule. */
export const retentionRuleSchema = z.strictObject({
  /** A running parameter of each job. */
  checkpoints: z.int().min(1).max(1_000),
  checkpointDays: days,
  savepoints: count,
  savepointDays: days,
});
export type RetentionRule = z.infer<typeof retentionRuleSchema>;

/** Null = as the default says. */
export const retentionChangeSchema = z.strictObject({
  checkpoints: z.int().min(1).max(1_000).optional(),
  checkpointDays: days.nullable(),
  savepoints: count.nullable(),
  savepointDays: days.nullable(),
  /** Tells what the rule would take and changes nothing. */
  dryRun: z.boolean().default(false),
});
export type RetentionChange = z.output<typeof retentionChangeSchema>;

export const jobRetentionSchema = z.strictObject({
  jobId: jobIdSchema,
  own: retentionChangeSchema.pick({ checkpointDays: true, savepoints: true, savepointDays: true }),
  /** Of the console, for what is null. */
  defaults: retentionRuleSchema.omit({ checkpoints: true }),
  effective: retentionRuleSchema,
  /** Snapshots that the effective rule takes at the next look. */
  goes: z.strictObject({ snapshots: z.int(), bytes: z.int(), names: z.array(z.string()) }),
});
export type JobRetention = z.infer<typeof jobRetentionSchema>;
