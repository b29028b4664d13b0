/**
 * Running Parameters as Flink's keys, for one run. Order, later wins: settings of the script, the panel's fields and the Runtime Configuration, and what
 * the console must decide itself: name, job id, folders of snapshots, and what is restored. Flink keeps its own restarts for faults that
 * pass; when they are used up the job fails for good and the console restarts it from its newest snapshot.
 */
import type { RunSpec } from '../../engine/runtime/wire.ts';
import { toFlinkUri } from './flink-paths.ts';

/** How often Flink restarts a job by itself before it fails for good. */
const FLINK_RESTARTS = 10;

/** Of the job in Flink: the run's id without its dashes. Flink refuses a second job of the same id, so that a run is never there twice. */
export function flinkJobId(runId: string): string {
  const id = runId.replaceAll('-', '').toLowerCase();
  if (!/^[0-9a-f]{32}$/.test(id)) throw new Error(`'${runId}' is no uuid, so it names no Flink job`);
  return id;
}

/** By which a job is found again in a cluster, whatever id it has there. */
export function labelOf(spec: Pick<RunSpec, 'jobId' | 'runId'>): string {
  return `[tidemark ${spec.jobId} ${spec.runId}]`;
}

/** The console's own key in the Runtime Configuration: Flink takes the form of a savepoint with each request, not as a setting. */
export const SAVEPOINT_FORMAT = 'tidemark.savepoint-format';
export type SavepointFormat = 'CANONICAL' | 'NATIVE';

/** Null: the job says something else. Without a word it is canonical, which every state backend restores. */
export function savepointFormatOf(settings: Readonly<Record<string, string>>): SavepointFormat | null {
  const said = (settings[SAVEPOINT_FORMAT] ?? 'CANONICAL').trim().toUpperCase();
  return said === 'CANONICAL' || said === 'NATIVE' ? said : null;
}

type Settings = Readonly<Record<string, string>>;

/** A sentence when a setting of the console's own is not as it should be. `script`: what the SQL sets. */
export function settingsProblem(settings: Settings, script: Settings = {}): string | null {
  if (SAVEPOINT_FORMAT in script) return `${SAVEPOINT_FORMAT} is the console's own: write it in the Runtime Configuration, not as SET.`;
  if (savepointFormatOf(settings) !== null) return null;
  return `${SAVEPOINT_FORMAT} is ${settings[SAVEPOINT_FORMAT]}; write CANONICAL or NATIVE in the Runtime Configuration.`;
}

export interface FlinkSetting {
  readonly key: string;
  readonly value: string;
  /** Who says so. */
  readonly from: 'script' | 'parameters' | 'console';
}

type Facts = Pick<RunSpec, 'jobId' | 'jobName' | 'runId' | 'settings' | 'parallelism' | 'savepointDirectory' | 'store' | 'restoreFrom'> &
  Pick<RunSpec, 'allowNonRestoredState'> & {
    /** Null: no checkpoints. */
    readonly checkpointDirectory: string | null;
    readonly restartsByItself: boolean;
  };

export function factsOf(spec: RunSpec): Facts {
  return { ...spec, checkpointDirectory: spec.checkpoint.directory, restartsByItself: spec.flink?.restartsByItself ?? true };
}

/** In the order of their keys. */
export function flinkSettings(spec: Facts, script: Readonly<Record<string, string>>): readonly FlinkSetting[] {
  const settings = new Map<string, FlinkSetting>();
  const add = (from: FlinkSetting['from'], values: Readonly<Record<string, string>>) => {
    for (const [key, value] of Object.entries(values)) settings.set(key, { key, value, from });
  };
  add('script', script);
  add('parameters', restartSettings(spec));
  add('parameters', spec.settings);
  add('console', consoleSettings(spec));
  settings.delete(SAVEPOINT_FORMAT);
  return [...settings.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}

function restartSettings({ restartsByItself }: Facts): Record<string, string> {
  if (!restartsByItself) return { 'restart-strategy.type': 'disable' };
  return {
    'restart-strategy.type': 'exponential-delay',
    'restart-strategy.exponential-delay.attempts-before-reset-backoff': String(FLINK_RESTARTS),
  };
}

function consoleSettings(spec: Facts): Record<string, string> {
  const settings: Record<string, string> = {
    'execution.runtime-mode': 'STREAMING',
    'pipeline.name': `${spec.jobName} ${labelOf(spec)}`,
    '$internal.pipeline.job-id': flinkJobId(spec.runId),
    'parallelism.default': String(spec.parallelism),
    // A kept plan names its tables and holds none of their options: no secret is written into the bucket.
    'table.plan.compile.catalog-objects': 'IDENTIFIER',
    'table.plan.restore.catalog-objects': 'IDENTIFIER',
  };
  if (spec.checkpointDirectory !== null) {
    settings['execution.checkpointing.dir'] = placeFor(spec, spec.checkpointDirectory);
    settings['execution.checkpointing.externalized-checkpoint-retention'] = 'RETAIN_ON_CANCELLATION';
  }
  if (spec.savepointDirectory !== null) settings['execution.checkpointing.savepoint-dir'] = placeFor(spec, spec.savepointDirectory);
  if (spec.restoreFrom !== null) {
    settings['execution.state-recovery.path'] = placeFor(spec, spec.restoreFrom);
    // A snapshot stays the catalogue's: the job neither deletes it nor builds on its files.
    settings['execution.state-recovery.claim-mode'] = 'NO_CLAIM';
    settings['execution.state-recovery.ignore-unclaimed-state'] = String(spec.allowNonRestoredState);
  }
  return settings;
}

export function placeFor(spec: Pick<RunSpec, 'store'>, uri: string): string {
  const place = toFlinkUri(spec.store, uri);
  if (place === null) throw new Error(`${uri} is no folder of the object store`);
  return place;
}
