/** Shape of a manifest's JSON. A snapshot may come from anywhere (import), so its manifest is checked before any of it is used. */
import { z } from 'zod';
import { MANIFEST_VERSION } from './manifest.ts';

const count = z.number().int().nonnegative();

/** Names below the snapshot's folder, or one file in `../shared/`: nothing that leaves the checkpoint folder. */
export const PART_PATH = /^(?:\.\.\/shared\/)?[A-Za-z0-9][A-Za-z0-9._-]*$/;

const part = z.object({ path: z.string().regex(PART_PATH), size: count, sha256: z.string().regex(/^[0-9a-f]{64}$/) });

const keyGroup = z.object({ group: count, offset: count, length: count, records: count });

const table = z.object({
  operatorUid: z.string(),
  table: z.string(),
  formatVersion: count,
  layout: z.record(z.string(), z.unknown()),
  parts: z.array(z.object({ part, keyGroups: z.array(keyGroup) })),
  records: count,
});

const splitPosition = z.object({
  split: z.string(),
  position: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
});

const committable = z.object({ kind: z.string(), data: z.record(z.string(), z.unknown()) });

/** A plan's nodes are read by the planner's own code; here only what restoring needs of them. */
const plan = z.looseObject({
  version: z.number(),
  keyGroups: z.number().int().positive(),
  nodes: z.array(
    z.looseObject({ id: z.number(), uid: z.string(), kind: z.string(), inputs: z.array(z.number()), isStateful: z.boolean() }),
  ),
});

export const manifestSchema = z.object({
  version: z.literal(MANIFEST_VERSION),
  kind: z.enum(['checkpoint', 'savepoint']),
  trigger: z.enum(['periodic', 'stop', 'manual', 'drain', 'end']),
  jobId: z.string(),
  jobName: z.string(),
  checkpointId: count,
  generation: z.number(),
  attempt: z.string(),
  createdMs: z.number(),
  durationMs: z.number(),
  engine: z.literal('embedded'),
  engineVersion: z.string(),
  parallelism: z.number().int().positive(),
  keyGroups: z.number().int().positive(),
  hashVersion: z.number(),
  sqlSha256: z.string(),
  sql: z.string(),
  plan,
  sources: z.array(z.object({ operatorUid: z.string(), table: z.string(), connector: z.string(), splits: z.array(splitPosition) })),
  sinks: z.array(z.object({ operatorUid: z.string(), table: z.string(), connector: z.string(), committables: z.array(committable) })),
  watermarks: z.record(z.string(), z.string().regex(/^-?\d+$/)),
  tables: z.array(table),
  operatorValues: z.array(z.object({ operatorUid: z.string(), subtask: count, values: z.record(z.string(), z.unknown()) })),
  totalBytes: count,
  recordsIn: count,
  recordsOut: count,
});
