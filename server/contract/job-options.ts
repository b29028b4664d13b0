/**
 * Running Parameters of a job: names, ranges, defaults and what depends on what. The form, the API, the command line and the
 * DLI-compatible API read them here. Defaults are DLI's but where ours are safer: checkpointing every 30 s, automatic restart from
 * the newest checkpoint, log saved, and a record that cannot be read stops the job instead of being dropped.
 */
import './without-eval.ts';
import { z } from 'zod';

export const OPTION_GROUPS = ['resources', 'no-data-loss', 'after-failure', 'state-and-records', 'advanced'] as const;
export type OptionGroup = (typeof OPTION_GROUPS)[number];

/** What a form needs beside type, range and default. */
export interface OptionMeta {
  /** Key of the label in the message catalogue: `options.<name>`. */
  readonly label: string;
  readonly group: OptionGroup;
  readonly unit?: 's' | 'MB' | 'CU' | 'per-hour';
  /** Shown and checked only while that option has that value. The value is kept meanwhile. */
  readonly dependsOn?: { readonly option: string; readonly equals: boolean | string };
  /** Applies to a running job when saved, without a restart. */
  readonly appliesOnSave?: boolean;
  /** Field name in DLI's API. */
  readonly dliField?: string;
  readonly jobTypes?: readonly ('flink_opensource_sql_job' | 'flink_jar_job')[];
  /** An `obs://` path: the form offers the bucket browser. */
  readonly isPath?: boolean;
}

const meta = (value: OptionMeta) => value as unknown as Record<string, unknown>;
const CHECKPOINTING = { option: 'checkpointEnabled', equals: true } as const;
const RESTARTING = { option: 'restartWhenException', equals: true } as const;
const TASK_MANAGER = { option: 'taskManagerConfigured', equals: true } as const;
const SQL_ONLY = ['flink_opensource_sql_job'] as const;

const storePath = z
  .string()
  .max(1024)
  .regex(/^((obs|s3|s3a):\/\/)?[^\s/][^\s]*$|^$/, 'Write a path as obs://<bucket>/<folder>.');

const shape = {
  queueName: z
    .string()
    .min(1)
    .max(128)
    .default('default')
    .meta(meta({ label: 'options.queueName', group: 'resources', dliField: 'queue_name' })),
  cuNumber: z
    .int()
    .min(2)
    .max(10_000)
    .default(2)
    .meta(meta({ label: 'options.cuNumber', group: 'resources', unit: 'CU', dliField: 'cu_number' })),
  managerCuNumber: z
    .int()
    .min(1)
    .max(4)
    .default(1)
    .meta(meta({ label: 'options.managerCuNumber', group: 'resources', unit: 'CU', dliField: 'manager_cu_number' })),
  parallelism: z
    .int()
    .min(1)
    .max(2_000)
    .default(1)
    .meta(meta({ label: 'options.parallelism', group: 'resources', dliField: 'parallel_number' })),
  checkpointEnabled: z
    .boolean()
    .default(true)
    .meta(meta({ label: 'options.checkpointEnabled', group: 'no-data-loss', dliField: 'checkpoint_enabled' })),
  checkpointIntervalSeconds: z
    .int()
    .min(1)
    .max(999_999)
    .default(30)
    .meta(
      meta({
        label: 'options.checkpointIntervalSeconds',
        group: 'no-data-loss',
        unit: 's',
        dependsOn: CHECKPOINTING,
        dliField: 'checkpoint_interval',
      }),
    ),
  checkpointMode: z
    .enum(['exactly_once', 'at_least_once'])
    .default('exactly_once')
    .meta(meta({ label: 'options.checkpointMode', group: 'no-data-loss', dependsOn: CHECKPOINTING, dliField: 'checkpoint_mode' })),
  /** Empty = the store's default bucket. */
  bucket: storePath
    .default('')
    .meta(meta({ label: 'options.bucket', group: 'no-data-loss', dliField: 'obs_bucket', isPath: true, appliesOnSave: true })),
  restartWhenException: z
    .boolean()
    .default(true)
    .meta(meta({ label: 'options.restartWhenException', group: 'after-failure', appliesOnSave: true, dliField: 'restart_when_exception' })),
  /** Attempts an hour; -1 = unlimited. */
  resumeMaxNum: z
    .int()
    .min(-1)
    .max(10_000)
    .default(-1)
    .refine((value) => value !== 0, 'Max. Retry Attempts must be -1 (unlimited) or 1 and more; it is 0.')
    .meta(
      meta({
        label: 'options.resumeMaxNum',
        group: 'after-failure',
        unit: 'per-hour',
        dependsOn: RESTARTING,
        appliesOnSave: true,
        dliField: 'resume_max_num',
      }),
    ),
  resumeCheckpoint: z
    .boolean()
    .default(true)
    .meta(
      meta({
        label: 'options.resumeCheckpoint',
        group: 'after-failure',
        dependsOn: RESTARTING,
        appliesOnSave: true,
        dliField: 'resume_checkpoint',
      }),
    ),
  alarmEnabled: z
    .boolean()
    .default(false)
    .meta(meta({ label: 'options.alarmEnabled', group: 'after-failure', appliesOnSave: true })),
  smnTopic: z
    .string()
    .max(256)
    .default('')
    .meta(
      meta({
        label: 'options.smnTopic',
        group: 'after-failure',
        dependsOn: { option: 'alarmEnabled', equals: true },
        appliesOnSave: true,
        dliField: 'smn_topic',
      }),
    ),
  /** 0 = never. */
  idleStateRetentionSeconds: z
    .int()
    .min(0)
    .max(315_360_000)
    .default(3_600)
    .meta(
      meta({
        label: 'options.idleStateRetentionSeconds',
        group: 'state-and-records',
        unit: 's',
        dliField: 'idle_state_retention',
        jobTypes: SQL_ONLY,
      }),
    ),
  dirtyDataPolicy: z
    .enum(['ignore', 'exception', 'save'])
    .default('exception')
    .meta(meta({ label: 'options.dirtyDataPolicy', group: 'state-and-records', dliField: 'dirty_data_strategy', jobTypes: SQL_ONLY })),
  dirtyDataPath: storePath.default('').meta(
    meta({
      label: 'options.dirtyDataPath',
      group: 'state-and-records',
      dependsOn: { option: 'dirtyDataPolicy', equals: 'save' },
      isPath: true,
      jobTypes: SQL_ONLY,
    }),
  ),
  logEnabled: z
    .boolean()
    .default(true)
    .meta(meta({ label: 'options.logEnabled', group: 'advanced', dliField: 'log_enabled' })),
  taskManagerConfigured: z
    .boolean()
    .default(false)
    .meta(meta({ label: 'options.taskManagerConfigured', group: 'advanced' })),
  tmCus: z
    .int()
    .min(1)
    .max(10_000)
    .default(1)
    .meta(meta({ label: 'options.tmCus', group: 'advanced', unit: 'CU', dependsOn: TASK_MANAGER, dliField: 'tm_cus' })),
  /** 0 = worked out from parallelism and CUs. */
  tmSlotNum: z
    .int()
    .min(0)
    .max(2_000)
    .default(0)
    .meta(meta({ label: 'options.tmSlotNum', group: 'advanced', dependsOn: TASK_MANAGER, dliField: 'tm_slot_num' })),
  checkpointTimeoutSeconds: z
    .int()
    .min(1)
    .max(86_400)
    .default(600)
    .meta(meta({ label: 'options.checkpointTimeoutSeconds', group: 'advanced', unit: 's', dependsOn: CHECKPOINTING })),
  /** Checkpoints kept; older ones are deleted. */
  checkpointsRetained: z
    .int()
    .min(1)
    .max(1_000)
    .default(5)
    .meta(meta({ label: 'options.checkpointsRetained', group: 'advanced', dependsOn: CHECKPOINTING, appliesOnSave: true })),
  /** State held in memory by the embedded engine. */
  memoryMegabytes: z
    .int()
    .min(64)
    .max(1_048_576)
    .default(1_024)
    .meta(meta({ label: 'options.memoryMegabytes', group: 'advanced', unit: 'MB' })),
  udfJarUrl: storePath
    .default('')
    .meta(meta({ label: 'options.udfJarUrl', group: 'advanced', dliField: 'udf_jar_url', isPath: true, jobTypes: SQL_ONLY })),
  /** Flink's keys; they win over the fields above and over SET in the script. */
  runtimeConfiguration: z
    .record(z.string().min(1).max(256), z.string().max(4_096))
    .default({})
    .meta(meta({ label: 'options.runtimeConfiguration', group: 'advanced', dliField: 'runtime_config' })),
  entrypoint: storePath
    .default('')
    .meta(meta({ label: 'options.entrypoint', group: 'resources', dliField: 'entrypoint', isPath: true, jobTypes: ['flink_jar_job'] })),
  mainClass: z
    .string()
    .max(256)
    .default('')
    .meta(meta({ label: 'options.mainClass', group: 'resources', dliField: 'main_class', jobTypes: ['flink_jar_job'] })),
  entrypointArgs: z
    .string()
    .max(4_096)
    .default('')
    .meta(meta({ label: 'options.entrypointArgs', group: 'resources', dliField: 'entrypoint_args', jobTypes: ['flink_jar_job'] })),
  dependencyJars: z
    .array(storePath)
    .max(100)
    .default([])
    .meta(meta({ label: 'options.dependencyJars', group: 'resources', dliField: 'dependency_jars', jobTypes: ['flink_jar_job'] })),
  dependencyFiles: z
    .array(storePath)
    .max(100)
    .default([])
    .meta(meta({ label: 'options.dependencyFiles', group: 'resources', dliField: 'dependency_files', jobTypes: ['flink_jar_job'] })),
  checkpointPath: storePath.default('').meta(
    meta({
      label: 'options.checkpointPath',
      group: 'no-data-loss',
      dliField: 'checkpoint_path',
      isPath: true,
      jobTypes: ['flink_jar_job'],
    }),
  ),
};

const strictOptions = z.strictObject(shape);
export type JobOptions = z.infer<typeof strictOptions>;
export type JobOptionName = keyof JobOptions;

/** Rules that look at more than one option. Paths are option names, so that a form can place them. */
function checkTogether(options: JobOptions, context: z.RefinementCtx): void {
  const complain = (path: JobOptionName, message: string) => context.addIssue({ code: 'custom', path: [path], message });
  if (options.managerCuNumber >= options.cuNumber) {
    complain(
      'managerCuNumber',
      `Job Manager CUs must be fewer than the CUs of the job (${options.cuNumber}); it is ${options.managerCuNumber}.`,
    );
    return;
  }
  const most = 4 * (options.cuNumber - options.managerCuNumber);
  if (options.parallelism > most) {
    complain(
      'parallelism',
      `Parallelism must be 1 to ${most}, four for each CU that is left beside the Job Manager's; it is ${options.parallelism}. Raise CUs or lower it.`,
    );
  }
  if (options.dirtyDataPolicy === 'save' && options.dirtyDataPath === '') {
    complain('dirtyDataPath', 'Dirty Data Dump Address is needed when the policy is Save.');
  }
  if (options.alarmEnabled && options.smnTopic === '') complain('smnTopic', 'A topic is needed when Alarm on Job Exception is on.');
}

/** Complete options: what is missing gets its default. */
export const jobOptionsSchema = strictOptions.superRefine(checkTogether);

const patchShape = Object.fromEntries(
  Object.entries(shape).map(([name, schema]) => [name, (schema as z.ZodDefault<z.ZodType>).unwrap().optional()]),
) as { [K in JobOptionName]: z.ZodOptional<z.ZodType<JobOptions[K]>> };
/** A change: only the options that change. It is merged into the saved ones and then checked by `jobOptionsSchema`. */
export const jobOptionsPatchSchema = z.strictObject(patchShape);
export type JobOptionsPatch = z.infer<typeof jobOptionsPatchSchema>;

export const DEFAULT_JOB_OPTIONS: JobOptions = jobOptionsSchema.parse({});

/** One option as a form, the command line or the documentation draws it. */
export interface OptionField extends OptionMeta {
  readonly name: JobOptionName;
  readonly kind: 'integer' | 'boolean' | 'choice' | 'text' | 'list' | 'properties';
  readonly defaultValue: JobOptions[JobOptionName];
  readonly min: number | null;
  readonly max: number | null;
  readonly choices: readonly string[];
}

interface JsonSchemaOfField {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
}

function kindOf(field: JsonSchemaOfField): OptionField['kind'] {
  if (field.enum) return 'choice';
  if (field.type === 'integer') return 'integer';
  if (field.type === 'boolean') return 'boolean';
  if (field.type === 'array') return 'list';
  return field.type === 'object' ? 'properties' : 'text';
}

/** Every option in the order of the form, read from the schema itself. */
export const JOB_OPTION_FIELDS: readonly OptionField[] = (Object.keys(shape) as JobOptionName[]).map((name) => {
  const field = z.toJSONSchema(shape[name], { io: 'input' }) as unknown as JsonSchemaOfField;
  const described = shape[name].meta() as unknown as OptionMeta;
  return {
    ...described,
    name,
    kind: kindOf(field),
    defaultValue: DEFAULT_JOB_OPTIONS[name],
    min: field.minimum ?? null,
    max: field.maximum ?? field.maxLength ?? null,
    choices: field.enum ?? [],
  };
});

/** Names of the options whose change reaches a running job without a restart. */
export const OPTIONS_APPLIED_ON_SAVE: ReadonlySet<JobOptionName> = new Set(
  JOB_OPTION_FIELDS.filter((field) => field.appliesOnSave === true).map((field) => field.name),
);

/** `key=value` lines of the Runtime Configuration box; empty lines and lines that begin with # are passed. */
export function parseRuntimeConfiguration(
  text: string,
): { readonly ok: true; readonly value: Record<string, string> } | { readonly ok: false; readonly line: number; readonly message: string } {
  const value = new Map<string, string>();
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const equals = line.indexOf('=');
    if (equals < 1) return { ok: false, line: index + 1, message: `Line ${index + 1} is not key=value: ${line}` };
    value.set(line.slice(0, equals).trim(), line.slice(equals + 1).trim());
  }
  return { ok: true, value: Object.fromEntries(value) };
}

export function printRuntimeConfiguration(value: Readonly<Record<string, string>>): string {
  return Object.entries(value)
    .map(([key, text]) => `${key}=${text}`)
    .join('\n');
}
