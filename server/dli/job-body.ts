/**
 * Bodies of DLI's job requests as clients send them (models CreateFlinkSqlJobRequestBody and its siblings). Clients send null and 0 for "not
 * set", so every field may be null, and what a body does not name is left as it is. Fields that the models do not have are not read, as
 * in the real service.
 */
import { z } from 'zod';
import { jobNameSchema, jobSqlSchema } from '../contract/job.ts';
import { tagsSchema } from '../contract/primitives.ts';
import { badParameter } from './dli-error.ts';

const text = (most: number) => z.string().max(most).nullish();
const whole = z.int().nullish();
const flag = z.boolean().nullish();
const list = z.array(z.string().max(1024)).max(100).nullish();
/** JSON text or free text that is kept and told back. */
const longText = text(256 * 1024);

const checkpointMode = z
  .union([z.literal(1), z.literal(2), z.enum(['1', '2', 'exactly_once', 'at_least_once'])], 'Use 1 (exactly_once) or 2 (at_least_once).')
  .nullish();

const resourceSpec = z.looseObject({ cpu: z.number().positive().nullish(), memory: text(32) }).nullish();
const resourceConfig = z
  .looseObject({
    max_slot: whole,
    parallel_number: whole,
    jobmanager_resource_spec: resourceSpec,
    taskmanager_resource_spec: resourceSpec,
  })
  .nullish();

/** What SQL and Jar jobs have in common. */
const common = {
  name: jobNameSchema.nullish(),
  desc: text(2048),
  queue_name: text(128),
  cu_number: whole,
  manager_cu_number: whole,
  parallel_number: whole,
  tm_cus: whole,
  tm_slot_num: whole,
  checkpoint_enabled: flag,
  checkpoint_mode: checkpointMode,
  checkpoint_interval: whole,
  obs_bucket: text(1024),
  log_enabled: flag,
  smn_topic: text(256),
  restart_when_exception: flag,
  resume_checkpoint: flag,
  resume_max_num: whole,
  runtime_config: longText,
  flink_log_config: longText,
  flink_version: text(32),
  execution_agency_urn: text(1024),
  resource_config_version: z.enum(['v1', 'v2'], 'Use v1 or v2.').or(z.literal('')).nullish(),
  resource_config: resourceConfig,
};

const sqlFields = {
  ...common,
  sql_body: jobSqlSchema.nullish(),
  run_mode: z
    .enum(['shared_cluster', 'exclusive_cluster', 'edge_node'], 'Use shared_cluster or exclusive_cluster.')
    .or(z.literal(''))
    .nullish(),
  idle_state_retention: whole,
  edge_group_ids: list,
  dirty_data_strategy: text(1100),
  udf_jar_url: text(1024),
};

const jarFields = {
  ...common,
  main_class: text(256),
  entrypoint: text(1024),
  entrypoint_args: text(4096),
  dependency_jars: list,
  dependency_files: list,
  feature: z.enum(['basic', 'custom'], 'Use basic or custom.').or(z.literal('')).nullish(),
  image: text(512),
  checkpoint_path: text(1024),
};

const SQL_JOB_TYPES = ['flink_opensource_sql_job', 'flink_sql_job', 'flink_sql_edge_job'] as const;

export const createSqlJobBody = z.object({
  ...sqlFields,
  name: jobNameSchema,
  template_id: whole,
  job_type: z.enum(SQL_JOB_TYPES, 'Use flink_opensource_sql_job.').nullish(),
  tags: tagsSchema.nullish(),
});
export const updateSqlJobBody = z.object({ ...sqlFields, operator_config: longText, static_estimator_config: longText });
export const createJarJobBody = z.object({ ...jarFields, name: jobNameSchema, tags: tagsSchema.nullish() });
export const updateJarJobBody = z.object({ ...jarFields, job_type: z.literal('flink_jar_job').nullish() });

const anyBody = z.object({
  ...sqlFields,
  ...jarFields,
  template_id: whole,
  job_type: text(64),
  tags: tagsSchema.nullish(),
  operator_config: longText,
  static_estimator_config: longText,
});
/** Every field any of the four bodies may have. */
export type JobBody = z.infer<typeof anyBody>;

/** int64 in the models; Terraform's provider sends one of them as text. */
const jobId = z.union(
  [
    z.int(),
    z
      .string()
      .regex(/^\d{1,19}$/)
      .transform(Number),
  ],
  'Use a job id.',
);
const jobIds = z.array(jobId, 'job_ids is a list of job ids.').min(1, 'Name at least one job.').max(100, 'Name at most 100 jobs at once.');

export const runBody = z.object({ job_ids: jobIds, resume_savepoint: flag });
export const stopBody = z.object({ job_ids: jobIds, trigger_savepoint: flag });
export const deleteBody = z.object({ job_ids: jobIds });
export const savepointBody = z.object({
  action: z.literal('TRIGGER', 'The only action is TRIGGER.'),
  savepoint_path: z.string('savepoint_path is needed, for example bucket/folder/.').min(1).max(1024),
});
export const importBody = z.object({
  job_id: jobId,
  savepoint_path: z.string('savepoint_path is needed: the folder that holds _metadata.').min(1).max(1024),
});

export function parsed<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const outcome = schema.safeParse(value);
  if (outcome.success) return outcome.data;
  const issue = outcome.error.issues[0];
  const path = issue?.path.join('.') ?? '';
  throw badParameter(`${path === '' ? 'The request' : path}: ${issue?.message ?? 'it does not fit.'}`);
}
