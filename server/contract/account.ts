/** First set-up, sessions, users, API tokens, access keys. */
import { z } from 'zod';
import { idSchema, pageOf, pageQueryShape, timestampSchema } from './primitives.ts';

export const userRoleSchema = z.enum(['admin', 'member']);
export type UserRole = z.infer<typeof userRoleSchema>;
export const PASSWORD_MIN = 12;
export const passwordSchema = z
  .string()
  .min(PASSWORD_MIN, `The password needs ${PASSWORD_MIN} characters or more.`)
  .max(200, 'The password may have 200 characters.');
export const emailSchema = z.email('Write an e-mail address, such as li.wei@example.org.').max(254).toLowerCase();
const nameSchema = z.string().trim().min(1).max(100);
export const languageSchema = z.enum(['en', 'zh']);
export const themeSchema = z.enum(['system', 'light', 'dark']);
/** Height of rows in tables. */
export const densitySchema = z.enum(['comfortable', 'compact']);
export const timeZoneSchema = z.string().max(64).refine(isTimeZone, 'Write a time zone such as Asia/Shanghai or UTC.');

function isTimeZone(value: string): boolean {
  // The zone of whichever browser the account is used in.
  if (value === 'browser') return true;
  try {
    new Intl.DateTimeFormat('en', { timeZone: value });
    return true;
  } catch {
    return false;
  }
}

export const userSchema = z.strictObject({
  id: idSchema,
  email: z.string(),
  name: z.string(),
  role: userRoleSchema,
  language: languageSchema,
  timeZone: z.string(),
  theme: themeSchema,
  density: densitySchema,
  isDisabled: z.boolean(),
  createdAt: timestampSchema,
  lastSignInAt: timestampSchema.nullable(),
});
export type User = z.infer<typeof userSchema>;

/** The project all jobs are in; its id is part of the DLI-compatible paths. */
export const projectSchema = z.strictObject({ id: z.string(), name: z.string() });

export const setupStatusSchema = z.strictObject({ needsSetup: z.boolean(), version: z.string() });
export const setUpSchema = z.strictObject({
  /** From the link that the first start printed. */
  token: z.string().min(20).max(200),
  name: nameSchema,
  email: emailSchema,
  password: passwordSchema,
  timeZone: timeZoneSchema.default('UTC'),
  language: languageSchema.default('en'),
});

export const signInSchema = z.strictObject({ email: emailSchema, password: z.string().min(1).max(200) });
export const sessionSchema = z.strictObject({
  user: userSchema,
  project: projectSchema,
  /** When the session ends without a request. Null: the caller came with a token. */
  expiresAt: timestampSchema.nullable(),
  version: z.string(),
});
export type Session = z.infer<typeof sessionSchema>;

export const openSessionSchema = z.strictObject({
  id: idSchema,
  createdAt: timestampSchema,
  lastSeenAt: timestampSchema,
  address: z.string(),
  userAgent: z.string(),
  isCurrent: z.boolean(),
});
export const openSessionsAnswerSchema = z.strictObject({ sessions: z.array(openSessionSchema) });

export const changeAccountSchema = z.strictObject({
  name: nameSchema.optional(),
  language: languageSchema.optional(),
  timeZone: timeZoneSchema.optional(),
  theme: themeSchema.optional(),
  density: densitySchema.optional(),
});
export const changePasswordSchema = z.strictObject({ current: z.string().min(1).max(200), next: passwordSchema });

export const listUsersQuerySchema = z.strictObject({ ...pageQueryShape, q: z.string().max(100).default('') });
export const listUsersAnswerSchema = pageOf(userSchema);
export const createUserSchema = z.strictObject({
  name: nameSchema,
  email: emailSchema,
  password: passwordSchema,
  role: userRoleSchema.default('member'),
});
export const changeUserSchema = z.strictObject({
  name: nameSchema.optional(),
  role: userRoleSchema.optional(),
  isDisabled: z.boolean().optional(),
  password: passwordSchema.optional(),
});

export const apiTokenSchema = z.strictObject({
  id: idSchema,
  name: z.string(),
  /** First characters, to tell tokens apart. */
  prefix: z.string(),
  createdAt: timestampSchema,
  expiresAt: timestampSchema.nullable(),
  lastUsedAt: timestampSchema.nullable(),
});
export const apiTokensAnswerSchema = z.strictObject({ tokens: z.array(apiTokenSchema) });
export const createApiTokenSchema = z.strictObject({
  name: nameSchema,
  /** Null = does not end. */
  expiresInDays: z.int().min(1).max(3650).nullable().default(90),
});
/** The only answer that holds the token. */
export const createdApiTokenSchema = z.strictObject({ token: z.string(), apiToken: apiTokenSchema });

export const accessKeySchema = z.strictObject({
  id: idSchema,
  accessKey: z.string(),
  createdAt: timestampSchema,
  lastUsedAt: timestampSchema.nullable(),
  isDisabled: z.boolean(),
});
export const accessKeysAnswerSchema = z.strictObject({ accessKeys: z.array(accessKeySchema) });
/** The only answer that holds the secret key. */
export const createdAccessKeySchema = z.strictObject({ accessKey: accessKeySchema, secretKey: z.string() });
