/** Import Savepoint: the bucket browser, the six checks, and the request. */
import { z } from 'zod';
import { saidSchema, timestampSchema, toldSchema } from './primitives.ts';
import { snapshotOperatorSchema, splitPositionSchema } from './snapshot.ts';

export const storePathSchema = z.string().min(1).max(1024);

export const browseQuerySchema = z.strictObject({
  /** `obs://bucket/folder`; empty lists the buckets. */
  path: z.string().max(1024).default(''),
  token: z.string().max(2048).optional(),
});
export const browseAnswerSchema = z.strictObject({
  path: z.string(),
  parent: z.string().nullable(),
  entries: z.array(
    z.strictObject({
      name: z.string(),
      path: z.string(),
      kind: z.enum(['bucket', 'folder', 'object']),
      sizeBytes: z.int().nullable(),
      modifiedAt: timestampSchema.nullable(),
      /** Set when the folder holds a snapshot (known by reading it). */
      snapshot: z.enum(['checkpoint', 'savepoint', 'flink']).nullable(),
      /** Objects in a folder that snapshots share or that the product keeps for itself (`shared`, `_lease`); null = not counted. */
      objectCount: z.int().nullable(),
    }),
  ),
  nextToken: z.string().nullable(),
});
export type BrowseAnswer = z.infer<typeof browseAnswerSchema>;

/** Always all six, in this order. */
export const IMPORT_CHECKS = [
  'manifest-whole',
  'files-present',
  'belongs-to-job',
  'fits-sql',
  'positions-held',
  'newer-than-newest',
] as const;
export const importCheckSchema = z.strictObject({
  check: z.enum(IMPORT_CHECKS),
  result: z.enum(['pass', 'note', 'fail', 'not-run']),
  message: z.string(),
  /** The message by its code; null = it is known in English only. */
  said: saidSchema.nullable(),
});

export const importPreviewSchema = z.strictObject({
  /** The folder that holds `_metadata`, however it was given; null = no snapshot was found there. */
  path: z.string().nullable(),
  kind: z.enum(['checkpoint', 'savepoint']).nullable(),
  engine: z.enum(['embedded', 'flink']).nullable(),
  originJob: z.strictObject({ id: z.string(), name: z.string() }).nullable(),
  createdAt: timestampSchema.nullable(),
  sizeBytes: z.int().nullable(),
  partCount: z.int().nullable(),
  parallelism: z.int().nullable(),
  positions: z.array(splitPositionSchema),
  /** Of Flink's snapshots, as far as their metadata could be read. */
  operators: z.array(snapshotOperatorSchema).optional(),
  checks: z.array(importCheckSchema).length(6),
  /** yes; with-name: the job's name must be typed; no. */
  canImport: z.enum(['yes', 'with-name', 'no']),
  sentence: z.string(),
  said: toldSchema,
});
export type ImportPreview = z.infer<typeof importPreviewSchema>;

export const previewImportSchema = z.strictObject({ path: storePathSchema });
export const importSavepointSchema = z.strictObject({ path: storePathSchema, typedName: z.string().max(100).optional() });
/** `path` as the preview of the import gave it. */
export const undoImportSchema = z.strictObject({ path: storePathSchema });
