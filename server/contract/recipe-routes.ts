/** Routes of restart recipes. Part of the table in routes.ts. */
import { z } from 'zod';
import { doneSchema, jobIdTextSchema } from './primitives.ts';
import * as recipes from './recipes.ts';
import { route } from './route.ts';

const ofJob = z.strictObject({ jobId: jobIdTextSchema });

export const recipeRoutes = {
  createRecipeJob: route('POST', '/recipes/{key}/jobs', 'Make a job of a restart recipe', {
    params: recipes.recipeParamSchema,
    answer: recipes.createdRecipeJobSchema,
    status: 201,
  }),
  getRecipeProgress: route('GET', '/jobs/{jobId}/recipe', 'Steps of the recipe that a job was made from, and what its files prove', {
    params: ofJob,
    answer: recipes.recipeProgressSchema,
  }),
  breakRecipeJob: route('POST', '/jobs/{jobId}/recipe/break', 'End the process of a recipe job without warning', {
    params: ofJob,
    answer: doneSchema,
  }),
} as const;
