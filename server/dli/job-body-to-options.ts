/**
 * From a DLI body to Running Parameters, and what else of it is kept. Fields with a meaning here become options; the rest (`KEPT`) is stored
 * with the version and told back as given.
 */

import { isDeepStrictEqual } from 'node:util';
import { Refusal } from '../contract/errors.ts';
import { fieldProblemOf } from '../contract/issue-to-problem.ts';
import type { JobOptions, JobOptionsPatch } from '../contract/job-options.ts';
import { jobOptionsPatchSchema, parseRuntimeConfiguration } from '../contract/job-options.ts';
import { say } from '../contract/said.ts';
import { badParameter, DliError } from './dli-error.ts';
import type { JobBody } from './job-body.ts';

/** Told back as given. `runtime_config` is here too: its text may be written in several ways. */
const KEPT = [
  'job_type',
  'run_mode',
  'edge_group_ids',
  'flink_version',
  'flink_log_config',
  'execution_agency_urn',
  'resource_config_version',
  'resource_config',
  'operator_config',
  'static_estimator_config',
  'feature',
  'image',
  'runtime_config',
] as const;
export type KeptFields = Readonly<Partial<Record<(typeof KEPT)[number], unknown>>>;

export function keptFieldsOf(body: JobBody): KeptFields {
  const given = body as Readonly<Record<string, unknown>>;
  return Object.fromEntries(KEPT.filter((name) => given[name] != null).map((name) => [name, given[name]]));
}

/** Refuses what no engine here can run; called before anything is written. */
export function requireSupported(body: JobBody): void {
  if (body.job_type === 'flink_sql_edge_job' || body.run_mode === 'edge_node') {
    throw new DliError(
      400,
      'DLI.0007',
      'Edge jobs are not supported. Use job_type flink_opensource_sql_job and run_mode exclusive_cluster.',
    );
  }
}

/** `saved` null at creation. Throws DliError or Refusal `invalid-request`. */
export function optionsOf(body: JobBody, saved: JobOptions | null): JobOptionsPatch {
  const patch = Object.fromEntries(
    Object.entries({
      ...directOptions(body),
      ...checkpointOptions(body),
      ...dirtyDataOptions(body.dirty_data_strategy),
      ...taskManagerOptions(body, saved),
      ...resourceOptions(body, saved),
      ...(body.smn_topic == null ? {} : { smnTopic: body.smn_topic, alarmEnabled: body.smn_topic !== '' }),
      ...(body.runtime_config == null ? {} : { runtimeConfiguration: parseRuntimeConfig(body.runtime_config) }),
    }).filter(([, value]) => value != null),
  );
  const checked = jobOptionsPatchSchema.safeParse(patch);
  if (checked.success) return checked.data;
  const details = checked.error.issues.map((issue) => fieldProblemOf(issue, 'options'));
  throw new Refusal('invalid-request', details[0]?.said ?? say('said.no.parametersDli'), details);
}

function directOptions(body: JobBody) {
  return {
    queueName: body.queue_name === '' ? null : body.queue_name,
    cuNumber: body.cu_number,
    managerCuNumber: body.manager_cu_number,
    parallelism: body.parallel_number,
    bucket: body.obs_bucket,
    logEnabled: body.log_enabled,
    restartWhenException: body.restart_when_exception,
    resumeCheckpoint: body.resume_checkpoint,
    resumeMaxNum: body.resume_max_num,
    idleStateRetentionSeconds: body.idle_state_retention,
    udfJarUrl: body.udf_jar_url,
    entrypoint: body.entrypoint,
    mainClass: body.main_class,
    entrypointArgs: body.entrypoint_args,
    dependencyJars: body.dependency_jars,
    dependencyFiles: body.dependency_files,
    checkpointPath: body.checkpoint_path,
  };
}

function checkpointOptions(body: JobBody) {
  const mode = body.checkpoint_mode == null ? null : String(body.checkpoint_mode);
  return {
    checkpointEnabled: body.checkpoint_enabled,
    checkpointMode: mode === null ? null : mode === '1' || mode === 'exactly_once' ? 'exactly_once' : 'at_least_once',
    checkpointIntervalSeconds: body.checkpoint_interval,
  };
}

/** `0` ignore, `1` stop the job, `2:<folder>` keep the records there. */
function dirtyDataOptions(strategy: string | null | undefined) {
  if (strategy == null || strategy === '') return {};
  const match = /^(?:([01])|2(?::(.+))?)$/.exec(strategy);
  if (!match)
    throw badParameter(`dirty_data_strategy: Use 0 (ignore), 1 (raise an exception) or 2:<bucket>/<folder> (keep); it is ${strategy}.`);
  if (match[1] === '0') return { dirtyDataPolicy: 'ignore' };
  if (match[1] === '1') return { dirtyDataPolicy: 'exception' };
  if (match[2] === undefined) throw badParameter('dirty_data_strategy: Name the folder that keeps the records: 2:<bucket>/<folder>.');
  return { dirtyDataPolicy: 'save', dirtyDataPath: match[2] };
}

/** One CU and slots worked out (0) are the defaults; anything else is a TaskManager configured by hand. */
function taskManagerOptions(body: JobBody, saved: JobOptions | null) {
  if (body.tm_cus == null && body.tm_slot_num == null) return {};
  const tmCus = body.tm_cus ?? saved?.tmCus ?? 1;
  const tmSlotNum = body.tm_slot_num ?? saved?.tmSlotNum ?? 0;
  return { taskManagerConfigured: tmCus !== 1 || tmSlotNum !== 0, tmCus, tmSlotNum };
}

/** The memory form (v2) has no CUs: as many are taken as its parallelism needs. */
function resourceOptions(body: JobBody, saved: JobOptions | null) {
  const parallelism = body.resource_config_version === 'v2' ? body.resource_config?.parallel_number : null;
  if (parallelism == null) return {};
  const managerCuNumber = body.manager_cu_number ?? saved?.managerCuNumber ?? 1;
  return { parallelism, cuNumber: Math.max(body.cu_number ?? saved?.cuNumber ?? 2, managerCuNumber + Math.ceil(parallelism / 4)) };
}

const pairs = (value: unknown): Record<string, string> | null => {
  if (Array.isArray(value)) {
    const entries = value.map((one) => one as { key?: unknown; value?: unknown });
    if (!entries.every((one) => typeof one?.key === 'string' && ['string', 'number', 'boolean'].includes(typeof one.value))) return null;
    return Object.fromEntries(entries.map((one) => [one.key as string, String(one.value)]));
  }
  if (typeof value !== 'object' || value === null) return null;
  const entries = Object.entries(value);
  if (!entries.every(([, one]) => ['string', 'number', 'boolean'].includes(typeof one))) return null;
  return Object.fromEntries(entries.map(([key, one]) => [key, String(one)]));
};

/** JSON text `[{"key","value"}]` or `{key: value}`; or `key=value` lines as the console writes them. */
function parseRuntimeConfig(text: string): Record<string, string> {
  if (text.trim() === '') return {};
  try {
    const found = pairs(JSON.parse(text));
    if (found) return found;
  } catch {
    const lines = parseRuntimeConfiguration(text);
    if (lines.ok) return lines.value;
  }
  throw badParameter('runtime_config: Write JSON text like [{"key":"<Flink option>","value":"<value>"}].');
}

/** As given while it still says what is saved, else DLI's own form; null when there is none. */
export function printRuntimeConfig(saved: Readonly<Record<string, string>>, given: unknown): string | null {
  if (typeof given === 'string' && isDeepStrictEqual(parseRuntimeConfig(given), { ...saved })) return given;
  const entries = Object.entries(saved);
  return entries.length === 0 ? null : JSON.stringify(entries.map(([key, value]) => ({ key, value })));
}
