/**
 * Alarms: rules look at jobs, a rule that holds for a job makes an alarm (firing, then resolved), and its firing and recovery are told to the
 * rule's channels. Notices of one channel that come close together go as one message. Beside the rules there is one built in: a job with
 * Alarm on Job Exception (`alarmEnabled`) alarms the channel that `smnTopic` names.
 */
import { z } from 'zod';
import { idSchema, jobIdSchema, jobIdTextSchema, pageOf, pageQueryShape, tagSchema, timestampSchema, toldSchema } from './primitives.ts';

const nameSchema = z.string().trim().min(1).max(64);

/** When a rule holds for a job. Conditions but `exception` look at jobs that should run. */
export const alarmConditionSchema = z.discriminatedUnion('kind', [
  /** The job failed. Recovered after a minute of running without another failure. */
  z.strictObject({ kind: z.literal('exception') }),
  /** Running with checkpointing on, and none completed for so long (counted from the start of the run). */
  z.strictObject({ kind: z.literal('no-checkpoint'), forSeconds: z.int().min(10).max(604_800) }),
  /** Age of the newest restorable snapshot, running or not. */
  z.strictObject({ kind: z.literal('rpo'), overSeconds: z.int().min(10).max(31_536_000) }),
  z.strictObject({ kind: z.literal('lag'), overRecords: z.int().min(0), forSeconds: z.int().min(0).max(604_800) }),
  /** Automatic restarts within the last hour. */
  z.strictObject({ kind: z.literal('restarts'), overPerHour: z.int().min(0).max(10_000) }),
  /**
   * No snapshot of the job was proven (restored and found good) for so long, counted from its first snapshot where none ever was; at once where the
   * newest proof failed.
   */
  z.strictObject({ kind: z.literal('not-proven'), overSeconds: z.int().min(60).max(31_536_000) }),
]);
export type AlarmCondition = z.infer<typeof alarmConditionSchema>;
export type AlarmConditionKind = AlarmCondition['kind'];

/** Which jobs: all when both are null; else those that fit both. */
export const alarmScopeSchema = z.strictObject({
  jobIds: z.array(jobIdSchema).min(1).max(1_000).nullable().default(null),
  tag: tagSchema.nullable().default(null),
});
export type AlarmScope = z.infer<typeof alarmScopeSchema>;

const ruleShape = {
  name: nameSchema,
  condition: alarmConditionSchema,
  scope: alarmScopeSchema.default({ jobIds: null, tag: null }),
  channelIds: z.array(idSchema).max(20),
  severity: z.enum(['critical', 'warning']).default('critical'),
  isEnabled: z.boolean().default(true),
};
export const createAlarmRuleSchema = z.strictObject(ruleShape);
export const changeAlarmRuleSchema = z.strictObject({
  name: ruleShape.name.optional(),
  condition: alarmConditionSchema.optional(),
  scope: alarmScopeSchema.optional(),
  channelIds: ruleShape.channelIds.optional(),
  severity: z.enum(['critical', 'warning']).optional(),
  isEnabled: z.boolean().optional(),
});
export const alarmRuleSchema = z.strictObject({
  ...ruleShape,
  scope: alarmScopeSchema,
  severity: z.enum(['critical', 'warning']),
  isEnabled: z.boolean(),
  id: idSchema,
  firing: z.int().nonnegative(),
  createdAt: timestampSchema,
  updatedAt: timestampSchema,
});
export type AlarmRule = z.infer<typeof alarmRuleSchema>;
export const alarmRulesAnswerSchema = z.strictObject({ rules: z.array(alarmRuleSchema) });

/** A rule that is not saved yet, held against what was recorded. */
export const previewAlarmRuleSchema = z.strictObject({
  condition: alarmConditionSchema,
  scope: alarmScopeSchema.default({ jobIds: null, tag: null }),
});
export const alarmPreviewSchema = z.strictObject({
  from: timestampSchema,
  to: timestampSchema,
  /** How often it would have fired in the range. */
  total: z.int().nonnegative(),
  /** Jobs that the scope names, and how many of them (the newest) were looked at. */
  jobsInScope: z.int().nonnegative(),
  jobsLooked: z.int().nonnegative(),
  /** Begin of what is recorded of these jobs, not before `from`; null = nothing is. */
  recordedSince: timestampSchema.nullable(),
  /** The newest 500. `to` null = it would fire now. */
  firings: z.array(z.strictObject({ jobId: jobIdSchema, jobName: z.string(), from: timestampSchema, to: timestampSchema.nullable() })),
});
export type AlarmPreview = z.infer<typeof alarmPreviewSchema>;

/* ---- channels ---- */
const urlSchema = z.url({ protocol: /^https?$/ }).max(2_048);
const addressSchema = z.email().max(254);
const smtpShape = {
  host: z.string().min(1).max(253),
  port: z.int().min(1).max(65_535),
  /** tls: from the first byte (465). starttls: required after the greeting (587). none: plain text, and no sign-in. */
  security: z.enum(['tls', 'starttls', 'none']),
  user: z.string().max(254),
  from: addressSchema,
  to: z.array(addressSchema).min(1).max(50),
};
/** Of its notices. */
const languageSchema = z.enum(['en', 'zh']);
/** Secrets are written, never told: `url` of a webhook and `password` come back as whether and since when they are set. */
export const createAlarmChannelSchema = z.strictObject({
  name: nameSchema,
  language: languageSchema.default('en'),
  target: z.discriminatedUnion('kind', [
    /** JSON by POST. With a secret each message bears `x-tidemark-signature: sha256=<HMAC of the body>`. */
    z.strictObject({ kind: z.literal('webhook'), url: urlSchema, secret: z.string().min(8).max(256).optional() }),
    /** A Slack-compatible incoming webhook: `{"text":…}`. */
    z.strictObject({ kind: z.literal('slack'), url: urlSchema }),
    z.strictObject({ kind: z.literal('email'), ...smtpShape, password: z.string().max(256).optional() }),
  ]),
});
/** A target replaces the whole target; secrets left out of it (`url`, `secret`, `password`) stay as they are. */
export const changeAlarmChannelSchema = z.strictObject({
  name: nameSchema.optional(),
  language: languageSchema.optional(),
  target: z
    .discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('webhook'), url: urlSchema.optional(), secret: z.string().min(8).max(256).optional() }),
      z.strictObject({ kind: z.literal('slack'), url: urlSchema.optional() }),
      z.strictObject({ kind: z.literal('email'), ...smtpShape, password: z.string().max(256).optional() }),
    ])
    .optional(),
});
export const alarmChannelSchema = z.strictObject({
  id: idSchema,
  name: z.string(),
  language: languageSchema,
  /** What may be shown: host of a webhook, all of a mail server but its password. */
  target: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('webhook'), host: z.string(), hasSecret: z.boolean() }),
    z.strictObject({ kind: z.literal('slack'), host: z.string() }),
    z.strictObject({ kind: z.literal('email'), ...smtpShape, hasPassword: z.boolean() }),
  ]),
  secretsSetAt: timestampSchema,
  /** Rules that use it. */
  rules: z.int().nonnegative(),
  lastDelivery: z.strictObject({ at: timestampSchema, isDelivered: z.boolean(), message: z.string(), said: toldSchema }).nullable(),
  createdAt: timestampSchema,
  updatedAt: timestampSchema,
});
export type AlarmChannel = z.infer<typeof alarmChannelSchema>;
export const alarmChannelsAnswerSchema = z.strictObject({ channels: z.array(alarmChannelSchema) });
export const testAlarmChannelAnswerSchema = z.strictObject({
  isDelivered: z.boolean(),
  tookMs: z.number().nonnegative(),
  /** The answer of the channel, or what went wrong. */
  message: z.string(),
  said: toldSchema,
});

/* ---- alarms ---- */
export const alarmSchema = z.strictObject({
  id: idSchema,
  /** Null for the job's own Alarm on Job Exception. */
  ruleId: idSchema.nullable(),
  ruleName: z.string(),
  condition: alarmConditionSchema,
  severity: z.enum(['critical', 'warning']),
  jobId: jobIdSchema,
  jobName: z.string(),
  state: z.enum(['firing', 'resolved']),
  /** `14 min 6 s > 10 min`; the newest while firing. */
  detail: z.string(),
  said: toldSchema,
  firedAt: timestampSchema,
  resolvedAt: timestampSchema.nullable(),
  /** How it ended: `Recovered.`, `The job was stopped.`, … */
  resolution: z.string().nullable(),
  /** Someone looks after it. The alarm goes on until its condition ends; its recovery is told as ever. */
  acknowledged: z.strictObject({ at: timestampSchema, by: z.string(), note: z.string() }).nullable(),
  resolutionSaid: toldSchema,
  /** Occurrences while firing (exceptions). */
  count: z.int().positive(),
  isSilenced: z.boolean(),
  /** Channels that were told, with what came of it. */
  sentTo: z.array(
    z.strictObject({
      channelId: idSchema,
      channelName: z.string(),
      transition: z.enum(['fired', 'recovered']),
      status: z.enum(['waiting', 'delivered', 'failed']),
      attempts: z.int().nonnegative(),
      at: timestampSchema,
      message: z.string(),
      said: toldSchema,
    }),
  ),
});
export type Alarm = z.infer<typeof alarmSchema>;
export const listAlarmsQuerySchema = z.strictObject({
  ...pageQueryShape,
  state: z.enum(['firing', 'resolved']).optional(),
  jobId: jobIdTextSchema.optional(),
  ruleId: idSchema.optional(),
});
export const listAlarmsAnswerSchema = pageOf(alarmSchema);

export const acknowledgeAlarmSchema = z.strictObject({ note: z.string().trim().max(200).default('') });

/* ---- silences ---- */
/** Alarms that fit are not told while it lasts; one that still fires at its end is told then. */
export const createAlarmSilenceSchema = z.strictObject({
  /** Null: every job (administrators only). */
  jobId: jobIdSchema.nullable().default(null),
  ruleId: idSchema.nullable().default(null),
  minutes: z.int().min(1).max(43_200),
  reason: z.string().max(200).default(''),
});
export const alarmSilenceSchema = z.strictObject({
  id: idSchema,
  jobId: jobIdSchema.nullable(),
  jobName: z.string().nullable(),
  ruleId: idSchema.nullable(),
  ruleName: z.string().nullable(),
  reason: z.string(),
  by: z.string(),
  from: timestampSchema,
  until: timestampSchema,
  isActive: z.boolean(),
});
export type AlarmSilence = z.infer<typeof alarmSilenceSchema>;
export const alarmSilencesAnswerSchema = z.strictObject({ silences: z.array(alarmSilenceSchema) });
