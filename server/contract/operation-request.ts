/**
 * What the row of an operation (Operation.requestJson) holds, by kind. Services write it, the supervisor reads it; both through these
 * schemas, since a row may be older than the process that reads it.
 */
import { z } from 'zod';
import { acceptanceSchema, restoreChoiceSchema } from './start.ts';
import { stopModeSchema } from './stop.ts';

export const startRequestSchema = z.strictObject({
  kind: z.literal('start'),
  /** Version of the job to run. */
  version: z.int().positive(),
  choice: restoreChoiceSchema,
  /** The snapshot the preview chose; the supervisor may fall back down the chain only for `newest`. */
  snapshotId: z.string().nullable(),
  allowNonRestoredState: z.boolean(),
  /** What was shown and accepted; checked once more at the moment of the act. */
  acceptance: acceptanceSchema.nullable(),
});
export const stopRequestSchema = z.strictObject({ kind: z.literal('stop'), mode: stopModeSchema });
export const savepointRequestSchema = z.strictObject({
  kind: z.literal('trigger-savepoint'),
  /** `obs://…` folder below which the savepoint goes; null = the job's own. */
  path: z.string().nullable(),
});
export const deleteRequestSchema = z.strictObject({ kind: z.literal('delete'), deleteSnapshots: z.boolean() });

export const operationRequestSchema = z.discriminatedUnion('kind', [
  startRequestSchema,
  stopRequestSchema,
  savepointRequestSchema,
  deleteRequestSchema,
]);
export type OperationRequest = z.infer<typeof operationRequestSchema>;
export type StartRequest = z.infer<typeof startRequestSchema>;

/** One step of an operation that is done (Operation.stepsJson). */
export const operationStepSchema = z.strictObject({ step: z.string(), at: z.int(), data: z.unknown().optional() });
export type OperationStep = z.infer<typeof operationStepSchema>;
