/**
 * A job in DLI's words: `job_detail`, and the elements of `job_list.jobs` (model FlinkJob with FlinkJobConfig). Times and durations are ms,
 * intervals and retentions seconds, ids JSON numbers; unset texts and lists are null.
 */
import type { JobStatus } from '../contract/job.ts';
import type { JobOptions } from '../contract/job-options.ts';
import { ms } from '../db/row-to-view.ts';
import type { ConsoleContext } from '../services/context.ts';
import { isAtRest } from '../services/job-acts.ts';
import { type JobRow, jobFolders, readOptions } from '../services/job-view.ts';
import { type KeptFields, printRuntimeConfig } from './job-body-to-options.ts';

/** A version as the database holds it. */
export interface VersionRow {
  readonly sql: string;
  readonly optionsJson: string;
  readonly dliFieldsJson: string;
}

export const keptOf = (version: VersionRow): KeptFields => JSON.parse(version.dliFieldsJson) as KeptFields;

const orNull = (text: string): string | null => (text === '' ? null : text);
const listOrNull = (list: readonly string[]): readonly string[] | null => (list.length === 0 ? null : list);
const kept = (fields: KeptFields, name: keyof KeptFields): unknown => fields[name] ?? null;

function durationMs(row: JobRow, nowMs: number): number {
  if (row.startedAt === null) return 0;
  const endMs = isAtRest(row.status as JobStatus) && row.endedAt !== null ? ms(row.endedAt) : nowMs;
  return Math.max(0, endMs - ms(row.startedAt));
}

/** Always there. */
function base(row: JobRow, fields: KeptFields) {
  return {
    job_id: row.id,
    name: row.name,
    desc: row.description,
    job_type: kept(fields, 'job_type') ?? row.type,
    status: row.status,
    status_desc: row.statusMessage,
    create_time: ms(row.createdAt),
    start_time: row.startedAt === null ? 0 : ms(row.startedAt),
    queue_name: row.queueName,
    graph_editor_enabled: false,
    has_savepoint: row.savepointPath !== null,
  };
}

/** An element of a list, without details. */
export function jobInList(row: JobRow, version: VersionRow, nowMs: number) {
  return { ...base(row, keptOf(version)), user_name: row.owner.name, duration: durationMs(row, nowMs), root_id: -1 };
}

const STRATEGY = { ignore: '0', exception: '1', save: '2' } as const;

function jobConfig(options: JobOptions, fields: KeptFields, checkpointFolder: string) {
  const taskCus = options.cuNumber - options.managerCuNumber;
  return {
    checkpoint_enabled: options.checkpointEnabled,
    checkpoint_mode: options.checkpointMode,
    checkpoint_interval: options.checkpointIntervalSeconds,
    checkpoint_path: options.checkpointPath === '' ? checkpointFolder : options.checkpointPath,
    log_enabled: options.logEnabled,
    obs_bucket: orNull(options.bucket),
    smn_topic: orNull(options.smnTopic),
    root_id: -1,
    edge_group_ids: kept(fields, 'edge_group_ids'),
    manager_cu_number: options.managerCuNumber,
    cu_number: options.cuNumber,
    parallel_number: options.parallelism,
    real_cu_number: 0,
    restart_when_exception: options.restartWhenException,
    resume_checkpoint: options.resumeCheckpoint,
    resume_max_num: options.resumeMaxNum,
    idle_state_retention: options.idleStateRetentionSeconds,
    udf_jar_url: orNull(options.udfJarUrl),
    dirty_data_strategy:
      options.dirtyDataPolicy === 'save' ? `${STRATEGY.save}:${options.dirtyDataPath}` : STRATEGY[options.dirtyDataPolicy],
    entrypoint: orNull(options.entrypoint),
    dependency_jars: listOrNull(options.dependencyJars),
    dependency_files: listOrNull(options.dependencyFiles),
    executor_number: Math.max(1, Math.ceil(taskCus / options.tmCus)),
    executor_cu_number: options.tmCus,
    tm_cus: options.tmCus,
    tm_slot_num: options.tmSlotNum,
    runtime_config: printRuntimeConfig(options.runtimeConfiguration, fields.runtime_config),
    flink_log_config: kept(fields, 'flink_log_config'),
    flink_version: kept(fields, 'flink_version'),
    execution_agency_urn: kept(fields, 'execution_agency_urn'),
    resource_config_version: kept(fields, 'resource_config_version') ?? 'v1',
    resource_config: kept(fields, 'resource_config'),
    operator_config: kept(fields, 'operator_config'),
    static_estimator_config: kept(fields, 'static_estimator_config'),
    feature: kept(fields, 'feature'),
    image: kept(fields, 'image'),
    config_url: null,
    graph_editor_enabled: false,
    graph_editor_data: null,
  };
}

/** Without a savepoint, `savepoint_path` is the folder that the job's savepoints go to. */
export function jobDetail(context: ConsoleContext, row: JobRow, version: VersionRow) {
  const fields = keptOf(version);
  const options = readOptions(version.optionsJson);
  const folders = jobFolders(context, row, options.bucket);
  return {
    ...base(row, fields),
    user_id: row.ownerId,
    project_id: row.projectId,
    sql_body: row.type === 'flink_jar_job' ? null : version.sql,
    run_mode: kept(fields, 'run_mode') ?? 'exclusive_cluster',
    main_class: orNull(options.mainClass),
    entrypoint_args: orNull(options.entrypointArgs),
    execution_graph: null,
    update_time: ms(row.updatedAt),
    edge_group_ids: kept(fields, 'edge_group_ids'),
    restart_times: row.restartCount,
    savepoint_path: row.savepointPath ?? `${folders.savepointFolder}/`,
    job_config: jobConfig(options, fields, `${folders.checkpointFolder}/`),
  };
}
