/** The shape of what a supervisor may send; anything else is refused before it is looked at. */
import { z } from 'zod';
import type { JobOrder, RunSpec } from './wire.ts';

const store = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('local'), root: z.string().min(1) }),
  z.strictObject({
    kind: z.literal('s3'),
    endpoint: z.string().nullable(),
    region: z.string(),
    accessKey: z.string(),
    secretKey: z.string(),
    forcePathStyle: z.boolean(),
  }),
]);

const tableOffsets = z.strictObject({ topic: z.string(), offsets: z.record(z.string(), z.number().int().nonnegative()) });

/** A field that is missing here would make every start a malformed order, so the compiler asks for all; what is Flink's never comes here. */
const runSpecFields = {
  jobId: z.string().min(1),
  jobName: z.string(),
  runId: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/),
  generation: z.number().int().nonnegative(),
  sql: z.string(),
  settings: z.record(z.string(), z.string()),
  parallelism: z.number().int().positive(),
  checkpoint: z.strictObject({
    isEnabled: z.boolean(),
    intervalMs: z.number().positive(),
    mode: z.enum(['exactly-once', 'at-least-once']),
    timeoutMs: z.number().positive(),
    retained: z.number().int().positive(),
    directory: z.string().nullable(),
  }),
  savepointDirectory: z.string().nullable(),
  restoreFrom: z.string().nullable(),
  otherSnapshots: z.array(z.string()).exactOptional(),
  allowNonRestoredState: z.boolean(),
  startPosition: z
    .discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('timestamp'), ms: z.number() }),
      z.strictObject({ kind: z.literal('offsets'), tables: z.record(z.string(), tableOffsets) }),
    ])
    .nullable(),
  stateTtlMs: z.number().nonnegative(),
  memoryBudgetBytes: z.number().positive(),
  timeZone: z.string(),
  store,
  allowPrivateAddresses: z.boolean(),
  allowedAddresses: z.array(z.string()).exactOptional(),
  connections: z
    .record(
      z.string(),
      z.strictObject({
        kind: z.enum(['kafka', 'postgresql', 'object-store']),
        options: z.record(z.string(), z.string()),
        store: store.nullable(),
      }),
    )
    .exactOptional(),
  allowLocalFiles: z.boolean(),
  graceMs: z.number().nonnegative(),
  logFile: z.string().nullable(),
  controlSocket: z.string().nullable(),
} satisfies Record<Exclude<keyof RunSpec, 'flink'>, z.ZodType>;

export const runSpecSchema = z.strictObject(runSpecFields);

const requestId = z.string();
const directory = z.string().nullable();

const jobOrderSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('start'), spec: runSpecSchema }),
  z.strictObject({ type: z.literal('trigger-snapshot'), requestId, kind: z.enum(['checkpoint', 'savepoint']), directory }),
  z.strictObject({ type: z.literal('stop'), requestId, mode: z.enum(['savepoint', 'drain', 'without']), directory }),
  z.strictObject({ type: z.literal('ping'), requestId }),
]);

/** Throws an Error that says what is wrong where. */
export function parseOrder(message: unknown): JobOrder {
  const parsed = jobOrderSchema.safeParse(message);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new Error(`An order from the supervisor is malformed: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'unknown'}`);
}
