/** Schemas shared by the contract: ids, times, paging, figures. Browser-safe. */
import { z } from 'zod';
import type { Said } from './said.ts';
import { isSentence } from './sentence.ts';

/** ms since the epoch, UTC. Every field that ends in `At` is one. */
export const timestampSchema = z.int().nonnegative();
export const jobIdSchema = z.int().positive();
/** Opaque id of everything but jobs, runs and templates. */
export const idSchema = z.string().regex(/^[0-9a-f-]{16,36}$/, 'Use the id as the API gave it.');
export const versionNumberSchema = z.int().positive();

/** In a path or a query, where everything is text. */
export const jobIdTextSchema = z.coerce.number().int().positive();

export const pageQueryShape = {
  page: z.coerce.number().int().min(1).max(100_000).default(1),
  pageSize: z.coerce.number().int().min(1).max(100).default(50),
} as const;

/** An answer of a list: the rows of one page and the number of rows in all. */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.strictObject({ items: z.array(item), total: z.int().nonnegative(), page: z.int().positive(), pageSize: z.int().positive() });
}

/** A sentence of the server by its code (said.ts), for other languages than English. */
export const saidSchema = z.custom<Said>(isSentence).meta({
  type: 'object',
  required: ['code', 'values'],
  properties: { code: { type: 'string' }, values: { type: 'object' } },
  description: 'A sentence by its code and values; the field beside it has the English text.',
});
/** Sentences in the order in which they are read. */
export const toldSchema = z.array(saidSchema);

/** How sure a figure is. `bound` = not more than; `unknown` counts as the worst. */
export const confidenceSchema = z.enum(['exact', 'estimate', 'bound', 'unknown']);
export type Confidence = z.infer<typeof confidenceSchema>;

/** A count of records with its confidence; `value` is null only when unknown. `basis` names what an estimate stands on. */
export const figureSchema = z.strictObject({
  value: z.int().nonnegative().nullable(),
  confidence: confidenceSchema,
  basis: z.string().nullable(),
  /** The basis by code. */
  said: toldSchema.optional(),
});
export type Figure = z.infer<typeof figureSchema>;

export const verdictSchema = z.enum(['ok', 'warn', 'bad', 'unknown']);
export type Verdict = z.infer<typeof verdictSchema>;

/** Result of an act on one of several jobs. Partial success is normal. */
export const actResultSchema = z.strictObject({
  jobId: jobIdSchema,
  /** accepted: an operation was written; done: it needed none; refused: nothing was changed. */
  outcome: z.enum(['accepted', 'done', 'refused']),
  operationId: idSchema.nullable(),
  code: z.string().nullable(),
  message: z.string(),
  said: toldSchema,
});
export type ActResult = z.infer<typeof actResultSchema>;
export const actResultsSchema = z.strictObject({ results: z.array(actResultSchema) });

/** Answer of acts that have nothing to tell. */
export const doneSchema = z.strictObject({ ok: z.literal(true) });

export const tagSchema = z.strictObject({
  key: z
    .string()
    .min(1)
    .max(128)
    .regex(
      /^(?!_sys_)(?! )[\p{L}\p{N} _.:+\-@]+(?<! )$/u,
      'Use letters, digits, space and _ . : + - @; do not begin with _sys_ or a space, nor end with a space.',
    ),
  value: z
    .string()
    .max(255)
    .regex(/^[\p{L}\p{N} _.:+\-@=/]*$/u, 'Use letters, digits, space and _ . : / = + - @.'),
});
export type Tag = z.infer<typeof tagSchema>;
/** At most 20, one value a key. */
export const tagsSchema = z
  .array(tagSchema)
  .max(20, 'A job can have 20 tags.')
  .refine((tags) => new Set(tags.map((tag) => tag.key)).size === tags.length, 'A key can have one value only.');

export const userRefSchema = z.strictObject({ id: idSchema, name: z.string(), email: z.string() });
export type UserRef = z.infer<typeof userRefSchema>;
