/** From a job, its version and a run's row to what the engine is given. Runtime Configuration wins over the panel's fields. */
import type { Environment } from '../config/environment.ts';
import { type JobOptions, jobOptionsSchema } from '../contract/job-options.ts';
import { settingsOfOptions } from '../contract/job-settings.ts';
import { readJobSettings } from '../engine/runtime/job-settings.ts';
import type { ConnectionSet, FlinkSpec, RunSpec } from '../engine/runtime/wire.ts';
import type { EngineName } from '../engines/contract.ts';
import type { FoundJar } from '../packages/find-jar.ts';
import { foldersOf } from '../snapshots/job-folders.ts';
import { fillInText, type Variables, withNarrowReferences } from '../variables/fill-in.ts';

/** How long a job goes on without a supervisor before it stops by itself, keeping its last checkpoint. */
export const GRACE_MS = 60_000;

export interface RunFacts {
  readonly job: { readonly id: number; readonly name: string; readonly folderKey: string; readonly type: string };
  /** With the values of global variables in SQL and Runtime Configuration. */
  readonly sql: string;
  readonly options: JobOptions;
  /** For Jar arguments. */
  readonly variables: Variables;
  readonly run: { readonly id: string; readonly generation: number };
  readonly restoreFrom: string | null;
  readonly allowNonRestoredState: boolean;
  /** Where Kafka sources begin without a snapshot to load. */
  readonly startPosition: RunSpec['startPosition'];
  readonly logFile: string;
  readonly engine: EngineName;
  /** Of a Flink Jar job on a Flink queue. */
  readonly jar: FoundJar | null;
  /** Run that made the snapshot to restore; null = none, or not known. */
  readonly restoredRunId: string | null;
  /** Hosts and networks that connectors may dial though they are private (settings). */
  readonly allowedAddresses: readonly string[];
  /** Connections that tables may name, with their secrets. */
  readonly connections: ConnectionSet;
  /** Folders of all kept snapshots of the job, and of those that any job has imported. */
  readonly snapshots: readonly string[];
}

/** A version may be older than an option: what it does not name has its default. */
export function optionsOf(version: { readonly optionsJson: string }): JobOptions {
  return jobOptionsSchema.parse(JSON.parse(version.optionsJson));
}

const isBelow = (path: string, folder: string): boolean => path.startsWith(`${folder}/`);

export function buildRunSpec(environment: Pick<Environment, 'objectStore' | 'allowPrivateAddresses'>, facts: RunFacts): RunSpec {
  const { options } = facts;
  const settings = settingsOfOptions(options);
  const read = readJobSettings(settings);
  const folders = foldersOf(environment.objectStore, facts.job, options.bucket);
  const isEnabled = options.checkpointEnabled || options.runtimeConfiguration['execution.checkpointing.interval'] !== undefined;
  return {
    jobId: String(facts.job.id),
    jobName: facts.job.name,
    runId: facts.run.id,
    generation: facts.run.generation,
    sql: facts.sql,
    settings,
    parallelism: read.parallelism ?? options.parallelism,
    checkpoint: {
      isEnabled,
      intervalMs: read.checkpointIntervalMs || options.checkpointIntervalSeconds * 1000,
      mode: read.mode ?? 'exactly-once',
      timeoutMs: read.checkpointTimeoutMs || options.checkpointTimeoutSeconds * 1000,
      // The catalogue decides which checkpoints go (pins, use by a run, several runs in one folder): the engine deletes none.
      retained: Number.MAX_SAFE_INTEGER,
      // Without checkpointing nothing is to be restored, the end of a bounded job included: each start begins anew.
      directory: isEnabled ? folders.checkpoints : null,
    },
    savepointDirectory: folders.savepoints,
    restoreFrom: facts.restoreFrom,
    otherSnapshots: facts.snapshots.filter((path) => !isBelow(path, folders.checkpoints) && !isBelow(path, folders.savepoints)),
    allowNonRestoredState: facts.allowNonRestoredState,
    startPosition: facts.startPosition,
    stateTtlMs: options.idleStateRetentionSeconds * 1000,
    memoryBudgetBytes: options.memoryMegabytes * 1024 * 1024,
    timeZone: read.timeZone ?? 'UTC',
    store: environment.objectStore.spec,
    allowPrivateAddresses: environment.allowPrivateAddresses,
    allowedAddresses: facts.allowedAddresses,
    connections: facts.connections,
    allowLocalFiles: false,
    graceMs: GRACE_MS,
    logFile: facts.logFile,
    controlSocket: null,
    ...(facts.engine === 'flink' ? { flink: flinkSpecOf(facts, options, folders.plans) } : {}),
  };
}

function flinkSpecOf({ jar, restoredRunId, variables }: RunFacts, options: JobOptions, plans: string): FlinkSpec {
  const { mainClass, entrypointArgs, restartWhenException } = options;
  const program = { mainClass: mainClass === '' ? null : mainClass, args: argumentsOf(entrypointArgs, variables) };
  const restorePlan = restoredRunId === null ? null : `${plans}/${restoredRunId}.json`;
  return { planFolder: plans, restorePlan, restartsByItself: restartWhenException, jar: jar && { ...jar, ...program } };
}

/** A value with blanks in it stays one argument. */
export function argumentsOf(text: string, variables: Variables): string[] {
  return splitArguments(withNarrowReferences(text)).map((argument) => fillInText(argument, variables));
}

/** Separated by spaces; quotes keep spaces in one. */
export function splitArguments(text: string): string[] {
  return [...text.matchAll(/"((?:[^"\\]|\\.)*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, bare]) => double?.replace(/\\(.)/g, '$1') ?? single ?? bare ?? '',
  );
}
