/** Packages: jars and files that jobs are given, kept in the object store. Each upload is a version of its own and never changes. */
import { z } from 'zod';
import { idSchema, jobIdSchema, pageOf, pageQueryShape, timestampSchema, userRefSchema } from './primitives.ts';

export const PACKAGE_KINDS = ['jar', 'pyfile', 'file'] as const;
export const packageKindSchema = z.enum(PACKAGE_KINDS);
export type PackageKind = z.infer<typeof packageKindSchema>;
/** Largest file that is taken. */
export const PACKAGE_BYTES_MAX = 1024 * 1024 * 1024;

export const packageNameSchema = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'Begin with a letter or digit; use letters, digits, . _ and -.');
/** Empty = in no group. */
export const packageGroupSchema = z
  .string()
  .max(64)
  .regex(/^([A-Za-z0-9][A-Za-z0-9._-]*)?$/, 'Begin with a letter or digit; use letters, digits, . _ and -.');
const packageDescriptionSchema = z.string().max(512);

export const packageVersionSchema = z.strictObject({
  id: idSchema,
  number: z.int().positive(),
  /** uploading: bytes are under way; failed: nothing of it is kept. */
  status: z.enum(['uploading', 'finished', 'failed']),
  message: z.string(),
  sizeBytes: z.int().nonnegative(),
  /** Lower-case hexadecimal of the whole file; empty until it is finished. */
  sha256: z.string(),
  /** `obs://…`: what a job's options name. */
  path: z.string(),
  createdAt: timestampSchema,
  createdBy: userRefSchema,
  /** Jobs whose saved or running version names it, those the caller may not see counted too. */
  usedBy: z.int().nonnegative(),
});
export type PackageVersion = z.infer<typeof packageVersionSchema>;

export const packageSchema = z.strictObject({
  id: idSchema,
  group: z.string(),
  name: z.string(),
  kind: packageKindSchema,
  description: z.string(),
  owner: userRefSchema,
  createdAt: timestampSchema,
  updatedAt: timestampSchema,
  /** Newest first. */
  versions: z.array(packageVersionSchema),
  /** Whether the caller may change and delete it. */
  isMine: z.boolean(),
});
export type Package = z.infer<typeof packageSchema>;

export const listPackagesQuerySchema = z.strictObject({
  ...pageQueryShape,
  /** Part of the name or of the group. */
  q: z.string().max(128).default(''),
  kind: packageKindSchema.optional(),
});
export const listPackagesAnswerSchema = pageOf(packageSchema).extend({
  /** Groups there are, in order. */
  groups: z.array(z.string()),
});

/** The file is the body of the request (`content-type: application/octet-stream`). A name that is there gets a new version. */
export const uploadPackageQuerySchema = z.strictObject({
  name: packageNameSchema,
  group: packageGroupSchema.default(''),
  kind: packageKindSchema,
  description: packageDescriptionSchema.default(''),
  /** What the client read, in lower-case hexadecimal: where it is given, another file is refused. */
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'Give the SHA-256 as 64 hexadecimal digits.')
    .optional(),
});
export type UploadPackage = z.output<typeof uploadPackageQuerySchema>;

export const changePackageSchema = z.strictObject({ description: packageDescriptionSchema });

export const packageUsersAnswerSchema = z.strictObject({
  jobs: z.array(
    z.strictObject({
      jobId: jobIdSchema,
      name: z.string(),
      /** Versions of the package that the job names. */
      numbers: z.array(z.int()),
      isRunning: z.boolean(),
    }),
  ),
  /** Jobs that use it and that the caller may not see. */
  hidden: z.int().nonnegative(),
});
