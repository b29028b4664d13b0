/**
 * Restart recipes: templates that run with nothing else and walk through one kind of restart. A job made from one carries the tag `recipe`; its
 * steps are ticked by what the job did, and its files prove at the end that every order is there once.
 */
import { z } from 'zod';
import { jobIdSchema } from './primitives.ts';

export const RECIPE_KEYS = ['fault-restart', 'planned-restart', 'stateless-restart', 'import-checkpoint'] as const;
export const recipeKeySchema = z.enum(RECIPE_KEYS);
export type RecipeKey = z.infer<typeof recipeKeySchema>;
/** Key of the tag that ties a job to its recipe. */
export const RECIPE_TAG = 'recipe';

export const RECIPE_STEPS = [
  'start',
  'checkpoint',
  'break',
  'restarted',
  'stop-savepoint',
  'stop-without',
  'import',
  'start-again',
  'prove',
] as const;
export const recipeStepSchema = z.enum(RECIPE_STEPS);
export type RecipeStep = z.infer<typeof recipeStepSchema>;

/** What the sink's files hold: numbered orders, so that a gap or a repetition shows. */
export const recipeProofSchema = z.strictObject({
  orders: z.int().nonnegative(),
  highest: z.int().nonnegative(),
  missing: z.int().nonnegative(),
  repeated: z.int().nonnegative(),
  files: z.int().nonnegative(),
});
export type RecipeProof = z.infer<typeof recipeProofSchema>;

export const recipeProgressSchema = z.strictObject({
  recipe: recipeKeySchema,
  steps: z.array(z.strictObject({ step: recipeStepSchema, state: z.enum(['done', 'now', 'later']) })),
  /** Null before the first file is there. */
  proof: recipeProofSchema.nullable(),
  isFinished: z.boolean(),
});
export type RecipeProgress = z.infer<typeof recipeProgressSchema>;

export const recipeParamSchema = z.strictObject({ key: recipeKeySchema });
export const createdRecipeJobSchema = z.strictObject({ jobId: jobIdSchema });
