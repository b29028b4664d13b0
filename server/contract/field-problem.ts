/** What is wrong with one field of a request. */
import { z } from 'zod';
import { toldSchema } from './primitives.ts';

export const fieldProblemSchema = z.strictObject({ path: z.string(), message: z.string(), said: toldSchema.optional() });
export type FieldProblem = z.infer<typeof fieldProblemSchema>;
