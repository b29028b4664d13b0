/** Keys of Runtime Configuration: which are known, what they take, and what is wrong with the lines of a text. */
import { z } from 'zod';
import { JOB_OPTION_FIELDS, type JobOptionName } from './job-options.ts';
import { toldSchema } from './primitives.ts';
import { route } from './route.ts';

const optionNames = JOB_OPTION_FIELDS.map((field) => field.name) as [JobOptionName, ...JobOptionName[]];

export const runtimeKeySchema = z.strictObject({
  key: z.string(),
  takes: z.enum(['text', 'boolean', 'duration', 'count', 'zone', 'choice']),
  /** Of `choice`. */
  choices: z.array(z.string()),
  /** False: the embedded engine knows it and does nothing by it; a Flink cluster may. */
  hasEffect: z.boolean(),
  /** The running parameter that it wins over. */
  overrides: z.enum(optionNames).nullable(),
});
export type RuntimeKey = z.infer<typeof runtimeKeySchema>;

/** A line of the text, 1-based. */
export const runtimeMarkSchema = z.strictObject({
  severity: z.enum(['error', 'warning']),
  line: z.int().positive(),
  message: z.string(),
  said: toldSchema,
  /** The key that may have been meant. */
  replacement: z.string().nullable(),
});
export type RuntimeMark = z.infer<typeof runtimeMarkSchema>;

export const runtimeKeyRoutes = {
  listRuntimeKeys: route('GET', '/runtime-keys', 'Known keys of Runtime Configuration', {
    answer: z.strictObject({ keys: z.array(runtimeKeySchema) }),
  }),
  checkRuntimeConfiguration: route('POST', '/runtime-keys/check', 'What is wrong with key=value lines', {
    body: z.strictObject({ text: z.string().max(200_000), queueName: z.string().max(128).default('default') }),
    answer: z.strictObject({ marks: z.array(runtimeMarkSchema) }),
  }),
} as const;
