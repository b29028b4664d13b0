/** Checking, explaining and formatting SQL; the plan as a graph; the delivery contract of a job. */
import { z } from 'zod';
import { jobSqlSchema } from './job.ts';
import { jobOptionsPatchSchema } from './job-options.ts';
import { toldSchema } from './primitives.ts';

/** A mark in the editor. Lines and columns are 1-based, columns in UTF-16 units. */
export const sqlMarkSchema = z.strictObject({
  severity: z.enum(['error', 'warning']),
  message: z.string(),
  said: toldSchema,
  line: z.int().positive(),
  column: z.int().positive(),
  endLine: z.int().positive(),
  endColumn: z.int().positive(),
  /** UTF-16 offsets. */
  from: z.int().nonnegative(),
  to: z.int().nonnegative(),
  replacement: z.string().nullable(),
});
export type SqlMark = z.infer<typeof sqlMarkSchema>;

export const deliverySchema = z.strictObject({
  /** The weakest of the sinks. */
  overall: z.enum(['exactly-once', 'idempotent', 'at-least-once', 'none']),
  /** `Exactly once in 2 of 3 sinks`. */
  sentence: z.string(),
  sinks: z.array(
    z.strictObject({
      name: z.string(),
      connector: z.string(),
      guarantee: z.enum(['exactly-once', 'idempotent', 'at-least-once', 'none']),
      /** The line that weakens it; empty when nothing does. */
      why: z.string(),
      whySaid: toldSchema,
    }),
  ),
});
export type Delivery = z.infer<typeof deliverySchema>;

/** Of a saved job: its SQL may not plan, and then nobody knows how it would write. */
export const jobDeliverySchema = z.discriminatedUnion('kind', [
  deliverySchema.extend({ kind: z.literal('planned') }),
  z.strictObject({
    kind: z.literal('not-planned'),
    /** Why, and what to do. */
    sentence: z.string(),
    said: toldSchema,
    /** Errors of the SQL; empty where it was not the SQL. */
    marks: z.array(sqlMarkSchema),
    sinks: z.tuple([]),
  }),
]);
export type JobDelivery = z.infer<typeof jobDeliverySchema>;

export const planGraphSchema = z.strictObject({
  nodes: z.array(
    z.strictObject({
      id: z.int(),
      uid: z.string(),
      kind: z.string(),
      /** Table name for sources and sinks; a short word else. */
      title: z.string(),
      description: z.string(),
      parallelism: z.int().nullable(),
      isStateful: z.boolean(),
      stateTtlMs: z.int(),
      keys: z.array(z.string()),
      /** `[I,UB,UA,D]` in Flink's way. */
      changelog: z.string(),
      columns: z.array(z.strictObject({ name: z.string(), type: z.string() })),
    }),
  ),
  edges: z.array(z.strictObject({ from: z.int(), to: z.int(), /** FORWARD, HASH, … */ strategy: z.string() })),
});
export type PlanGraph = z.infer<typeof planGraphSchema>;

export const checkSqlSchema = z.strictObject({ sql: jobSqlSchema, options: jobOptionsPatchSchema.default({}) });
export const checkSqlAnswerSchema = z.strictObject({
  isRight: z.boolean(),
  marks: z.array(sqlMarkSchema),
  /** `Semantics are right. 7 operators, 2 with state.` */
  sentence: z.string(),
  said: toldSchema,
  operators: z.int(),
  statefulOperators: z.int(),
  graph: planGraphSchema.nullable(),
  delivery: deliverySchema.nullable(),
  tookMs: z.number(),
});
export type CheckSqlAnswer = z.infer<typeof checkSqlAnswerSchema>;

export const explainSqlSchema = checkSqlSchema;
export const explainSqlAnswerSchema = z.strictObject({
  marks: z.array(sqlMarkSchema),
  /** The tree as text; null when the SQL does not plan. */
  text: z.string().nullable(),
  graph: planGraphSchema.nullable(),
});
export const formatSqlSchema = z.strictObject({ sql: jobSqlSchema });
export const formatSqlAnswerSchema = z.strictObject({ sql: z.string(), isChanged: z.boolean() });

/** Plan of a saved version of a job. */
export const jobPlanAnswerSchema = z.strictObject({
  version: z.int(),
  marks: z.array(sqlMarkSchema),
  graph: planGraphSchema.nullable(),
  text: z.string().nullable(),
});
