/**
 * Global variables: a name and a value that jobs write as `{{name}}` in SQL, in Jar arguments and in values of Runtime Configuration. Everybody
 * who may use the console reads them, so they hold nothing secret: the value of an option that is a secret takes none.
 */
import { z } from 'zod';
import { idSchema, jobIdSchema, timestampSchema } from './primitives.ts';
import { worded } from './worded.ts';

/** Inside of `{{` and `}}`; blanks around it do not count. */
export const VARIABLE_NAME = '[A-Za-z_][A-Za-z0-9_.-]{0,127}';
export const variableNameSchema = z.string().regex(new RegExp(`^${VARIABLE_NAME}$`), worded('said.field.variableName'));
/** One line: so a line of the SQL is the same line with the values in it. */
export const variableValueSchema = z
  .string()
  .max(4_096)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is refused
  .regex(/^[^\u0000-\u001f\u007f]*$/, worded('said.field.variableValue'));

export const globalVariableSchema = z.strictObject({
  id: idSchema,
  name: variableNameSchema,
  value: z.string(),
  description: z.string(),
  createdAt: timestampSchema,
  updatedAt: timestampSchema,
  updatedBy: z.string(),
  /** Jobs that name it, in the saved or the running version. */
  usedBy: z.int().nonnegative(),
  /** Of these, running ones that were started with another value. */
  stale: z.int().nonnegative(),
});
export type GlobalVariable = z.infer<typeof globalVariableSchema>;
export const globalVariablesAnswerSchema = z.strictObject({ variables: z.array(globalVariableSchema) });

export const createVariableSchema = z.strictObject({
  name: variableNameSchema,
  value: variableValueSchema,
  description: z.string().max(512).default(''),
});
export const changeVariableSchema = z.strictObject({ value: variableValueSchema.optional(), description: z.string().max(512).optional() });

export const variableUserSchema = z.strictObject({
  jobId: jobIdSchema,
  name: z.string(),
  isRunning: z.boolean(),
  /** What the run was started with; null when nothing runs or the run does not know the variable. */
  runningValue: z.string().nullable(),
  /** It runs with another value than the present one. */
  isStale: z.boolean(),
});
export type VariableUser = z.infer<typeof variableUserSchema>;
export const variableUsersAnswerSchema = z.strictObject({
  jobs: z.array(variableUserSchema),
  /** Jobs that the caller may not see. */
  hidden: z.int().nonnegative(),
});
export const changedVariableSchema = z.strictObject({ variable: globalVariableSchema, stale: z.array(variableUserSchema) });
