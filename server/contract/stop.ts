/** Stopping: what each way costs, and the request. */
import { z } from 'zod';
import { figureSchema, jobIdSchema, timestampSchema, toldSchema } from './primitives.ts';
import { sinkPreviewSchema } from './start.ts';

export const STOP_MODES = ['savepoint', 'drain', 'without'] as const;
export const stopModeSchema = z.enum(STOP_MODES);
export type StopMode = z.infer<typeof stopModeSchema>;

export const stopModePreviewSchema = z.strictObject({
  mode: stopModeSchema,
  isAllowed: z.boolean(),
  /** Why not, or what to know. */
  note: z.string(),
  said: toldSchema,
  lost: figureSchema,
  readAgain: figureSchema,
  doubled: figureSchema,
  /** Estimate; null = not known. */
  tookMs: z.int().nullable(),
  sinks: z.array(sinkPreviewSchema),
});

export const stopPreviewSchema = z.strictObject({
  jobId: jobIdSchema,
  jobName: z.string(),
  defaultMode: stopModeSchema,
  modes: z.array(stopModePreviewSchema),
  savepointFolder: z.string(),
  stateBytes: z.int().nullable(),
  checkedAt: timestampSchema,
});
export type StopPreview = z.infer<typeof stopPreviewSchema>;

export const previewStopSchema = z.strictObject({ jobIds: z.array(jobIdSchema).min(1).max(100) });
export const previewStopAnswerSchema = z.strictObject({ previews: z.array(stopPreviewSchema) });

export const stopJobsSchema = z.strictObject({
  jobs: z
    .array(z.strictObject({ jobId: jobIdSchema, mode: stopModeSchema.default('savepoint') }))
    .min(1)
    .max(100),
});
export type StopJobs = z.infer<typeof stopJobsSchema>;
