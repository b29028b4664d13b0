/** The restart guide: what becomes of a job's records in each of 32 events, from its plan, settings, sinks and snapshots as they are. */
import { z } from 'zod';
import { figureSchema, jobIdSchema, saidSchema, timestampSchema } from './primitives.ts';

/** From best to worst. held-back: nothing happens before a person accepts it; unknown counts as the worst. */
export const GUIDE_VERDICTS = ['nothing-lost', 'read-again', 'may-repeat', 'held-back', 'lost', 'unknown'] as const;
export const guideVerdictSchema = z.enum(GUIDE_VERDICTS);
export type GuideVerdict = z.infer<typeof guideVerdictSchema>;

/** now: as the job is set. if: it would have to be set so. never: it cannot happen to this job. */
export const GUIDE_STANDINGS = ['now', 'if', 'never'] as const;
export const guideStandingSchema = z.enum(GUIDE_STANDINGS);
export type GuideStanding = z.infer<typeof guideStandingSchema>;

/** Where the setting or the act is that mends it. */
export const guideMendSchema = z.discriminatedUnion('kind', [
  /** A running parameter by its name in JobOptions. */
  z.strictObject({ kind: z.literal('option'), option: z.string() }),
  z.strictObject({ kind: z.literal('act'), act: z.enum(['start', 'stop', 'trigger-savepoint', 'import-savepoint']) }),
  z.strictObject({ kind: z.literal('page'), page: z.enum(['edit', 'snapshots', 'alarms', 'ledger', 'settings']) }),
]);
export type GuideMend = z.infer<typeof guideMendSchema>;

export const guideAnswerSchema = z.strictObject({
  /** 1 to 32; the same event has the same number in every release. */
  number: z.int().min(1).max(32),
  group: z.enum(['unplanned', 'planned']),
  question: z.string(),
  standing: guideStandingSchema,
  /** Null where it cannot happen. */
  verdict: guideVerdictSchema.nullable(),
  /** How many: lost, read again or shown twice, by the verdict. Null where there is no such number. */
  records: figureSchema.nullable(),
  /** The reasons as one English text, and by codes; the first of `said` is the question. */
  why: z.string(),
  said: z.array(saidSchema),
  mend: guideMendSchema.nullable(),
});
export type GuideAnswer = z.infer<typeof guideAnswerSchema>;

export const guideSchema = z.strictObject({
  /** Null: of a job as Tidemark makes it, with nothing in it that weakens it. */
  job: z.strictObject({ id: jobIdSchema, name: z.string() }).nullable(),
  answers: z.array(guideAnswerSchema).length(32),
  checkedAt: timestampSchema,
});
export type Guide = z.infer<typeof guideSchema>;
