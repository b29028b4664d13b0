/**
 * Starting: the choice of what to restore from, the preview of what that costs, and the request. The request repeats the figures
 * that were shown (`acceptance`); when the truth at the moment of the act is worse, it is refused with the new preview.
 */
import { z } from 'zod';
import { figureSchema, idSchema, jobIdSchema, saidSchema, timestampSchema, toldSchema, verdictSchema } from './primitives.ts';
import { snapshotSchema } from './snapshot.ts';

export const restoreChoiceSchema = z.discriminatedUnion('kind', [
  /** The newest restorable snapshot; a job that never had one starts by its sources' startup options. */
  z.strictObject({ kind: z.literal('newest') }),
  z.strictObject({ kind: z.literal('snapshot'), snapshotId: idSchema }),
  /** Only for a job without state. */
  z.strictObject({ kind: z.literal('time'), at: timestampSchema }),
  /** Empty: state is discarded, sources begin by their startup options. */
  z.strictObject({ kind: z.literal('empty') }),
]);
export type RestoreChoice = z.infer<typeof restoreChoiceSchema>;

/** Cost in records. `waiting`: not read yet, will be. */
export const lossSchema = z.strictObject({ lost: figureSchema, readAgain: figureSchema, doubled: figureSchema, waiting: figureSchema });
export type Loss = z.infer<typeof lossSchema>;

export const operatorFateSchema = z.strictObject({
  uid: z.string(),
  description: z.string(),
  fate: z.enum(['kept', 'rescaled', 'new', 'dropped', 'changed', 'incompatible']),
  stateBytes: z.int().nullable(),
  stateRecords: z.int().nullable(),
  /** What changed and what follows, in a sentence; empty for kept. */
  note: z.string(),
  said: saidSchema.nullable(),
});

export const partitionPreviewSchema = z.strictObject({
  source: z.string(),
  split: z.string(),
  /** Positions as numbers of the source (offsets); null = not known or not a number. */
  snapshot: z.number().nullable(),
  earliest: z.number().nullable(),
  latest: z.number().nullable(),
  waiting: figureSchema,
  lost: figureSchema,
  /** ms until the position leaves the source at its retention; null = it does not, or not known. */
  safeForMs: z.int().nullable(),
  note: z.string(),
  said: toldSchema,
});

export const sinkPreviewSchema = z.strictObject({
  name: z.string(),
  connector: z.string(),
  guarantee: z.enum(['exactly-once', 'idempotent', 'at-least-once', 'none']),
  /** How it writes, in words. */
  how: z.string(),
  why: z.string(),
  whySaid: toldSchema,
  lost: figureSchema,
  readAgain: figureSchema,
  doubled: figureSchema,
});

export const startPreviewSchema = z.strictObject({
  jobId: jobIdSchema,
  jobName: z.string(),
  choice: restoreChoiceSchema,
  /** The snapshot that would be used; null = none. */
  snapshot: snapshotSchema.nullable(),
  /** Snapshots passed over, newest first, each with the reason. */
  passedOver: z.array(z.strictObject({ name: z.string(), reason: z.string(), said: toldSchema })),
  verdict: verdictSchema,
  /** The banner's sentence. */
  sentence: z.string(),
  /** The sentence by codes. */
  said: toldSchema,
  loss: lossSchema,
  positions: z.array(partitionPreviewSchema),
  sinks: z.array(sinkPreviewSchema),
  operators: z.array(operatorFateSchema),
  /** `discarded.bytes`. */
  discardedStateBytes: z.int().nullable(),
  /** What a start without a snapshot gives up; null = nothing. Name, rows and bytes of the newest snapshot; null = none is left. */
  discarded: z.strictObject({ name: z.string().nullable(), rows: z.int().nullable(), bytes: z.int().nullable() }).nullable(),
  /** Of a Flink queue: the keys that the job is submitted with, and who says them. */
  settings: z.array(z.strictObject({ key: z.string(), value: z.string(), from: z.enum(['script', 'parameters', 'console']) })),
  capacity: z.strictObject({ queueName: z.string(), freeCus: z.number().nullable(), neededCus: z.number() }),
  /** True when the start needs the job's name typed. */
  needsName: z.boolean(),
  /** True when nothing can be lost, but the start may fail (a source does not answer): it takes an acceptance with `anyway`. */
  needsConfirmation: z.boolean(),
  /** Refused whatever is typed (SQL does not plan, snapshot of another engine, …). */
  blockedBy: z.string().nullable(),
  blockedSaid: toldSchema,
  checkedAt: timestampSchema,
});
export type StartPreview = z.infer<typeof startPreviewSchema>;

export const previewStartSchema = z.strictObject({
  jobs: z
    .array(z.strictObject({ jobId: jobIdSchema, choice: restoreChoiceSchema.default({ kind: 'newest' }) }))
    .min(1)
    .max(100),
});
export const previewStartAnswerSchema = z.strictObject({ previews: z.array(startPreviewSchema) });

/** What the user saw and accepted. */
export const acceptanceSchema = z.strictObject({
  verdict: verdictSchema,
  lost: z.int().nonnegative().nullable(),
  doubled: z.int().nonnegative().nullable(),
  /** The job's name, typed, where the preview asked for it. */
  typedName: z.string().max(100).optional(),
  /** "Start anyway" was chosen, where the preview asked for a confirmation without a name. */
  anyway: z.boolean().optional(),
});
export type Acceptance = z.infer<typeof acceptanceSchema>;

export const startJobsSchema = z.strictObject({
  jobs: z
    .array(
      z.strictObject({
        jobId: jobIdSchema,
        choice: restoreChoiceSchema.default({ kind: 'newest' }),
        acceptance: acceptanceSchema.optional(),
        allowNonRestoredState: z.boolean().default(false),
      }),
    )
    .min(1)
    .max(100),
});
export type StartJobs = z.infer<typeof startJobsSchema>;
