/** Sets up the checkpoint coordinator of a job: where snapshots go, what they hold, how the subtasks are reached. */
import { type Barrier, Coordinator, type SnapshotStorage, type SnapshotTasks } from '../checkpoint/coordinator.ts';
import type { SnapshotFolder } from '../checkpoint/snapshot-folder.ts';
import type { PhysicalPlan } from '../planner/physical-plan.ts';
import { assembleManifest } from './assemble-manifest.ts';
import type { JobEnvironment } from './job-contract.ts';
import { readJobSettings } from './job-settings.ts';
import type { RestoredJob } from './restore.ts';
import type { BuildOptions, BuiltJob } from './subtask-build.ts';
import type { RunSpec } from './wire.ts';

export interface SnapshotPlaces {
  /** Folder of the checkpoint with this number; null = the run has no checkpoint directory. */
  readonly checkpoints: ((checkpointId: number) => Promise<SnapshotFolder>) | null;
}

export interface CoordinatorSetup {
  readonly spec: RunSpec;
  readonly plan: PhysicalPlan;
  readonly keyGroups: number;
  readonly built: BuiltJob;
  readonly restored: RestoredJob | null;
  readonly environment: JobEnvironment;
  readonly fail: (error: unknown) => void;
  readonly onCommitted: () => void;
  readonly log: BuildOptions['log'];
}

export async function createCoordinator(
  setup: CoordinatorSetup,
): Promise<{ readonly coordinator: Coordinator; readonly places: SnapshotPlaces }> {
  const { spec, plan, keyGroups, environment, restored } = setup;
  const { clock, scheduler, report } = environment;
  const directory = spec.checkpoint.directory === null ? null : await environment.locate(spec.checkpoint.directory);
  const folders = directory ? await import('./job-folders.ts') : null;
  const taken = directory && folders ? await folders.highestCheckpointId(directory) : 0;
  const checkpoints = directory && folders ? async (id: number) => folders.checkpointFolder(directory, id) : null;
  const coordinator = new Coordinator({
    clock,
    scheduler,
    tasks: reachSubtasks(setup),
    storage: loadWhenUsed(spec.runId, scheduler),
    firstCheckpointId: Math.max(taken, restored?.manifest.checkpointId ?? 0) + 1,
    isAligned: spec.checkpoint.mode === 'exactly-once',
    timeoutMs: spec.checkpoint.timeoutMs,
    periodic: spec.checkpoint.isEnabled
      ? {
          intervalMs: spec.checkpoint.intervalMs,
          minPauseMs: readJobSettings(plan.settings).minPauseMs,
          request: { kind: 'checkpoint', trigger: 'periodic', holdsSources: false, commits: true, folderFor: checkpoints },
        }
      : null,
    retention: directory && spec.checkpoint.retained < Number.MAX_SAFE_INTEGER ? await createRunRetention(setup, directory) : null,
    assemble: (request, checkpointId, startedMs, snapshots, tables) => {
      const durationMs = clock.monotonicMs() - startedMs;
      const createdMs = clock.nowMs();
      return assembleManifest({
        spec,
        plan,
        keyGroups,
        attempt: spec.runId,
        request,
        checkpointId,
        createdMs,
        durationMs,
        snapshots,
        tables,
      });
    },
    fence: environment.fence,
    onStarted: (checkpointId, kind) => report({ type: 'checkpoint-started', atMs: clock.nowMs(), checkpointId, kind }),
    onCompleted: ({ checkpointId, path, manifest, phases }) =>
      report({ type: 'checkpoint-completed', atMs: clock.nowMs(), checkpointId, path, summary: summaryOf(manifest), phases }),
    onCommitted: setup.onCommitted,
    onGivenUp: (checkpointId, reason) => report({ type: 'checkpoint-failed', atMs: clock.nowMs(), checkpointId, reason }),
    onFatal: setup.fail,
  });
  return { coordinator, places: { checkpoints } };
}

/** Reading and writing snapshots is loaded by the first one: a run without any starts faster. */
function loadWhenUsed(attempt: string, scheduler: JobEnvironment['scheduler']): SnapshotStorage {
  let loading: Promise<SnapshotStorage> | null = null;
  const load = () => {
    loading ??= import('./snapshot-storage.ts').then(({ createSnapshotStorage }) => createSnapshotStorage(attempt, scheduler));
    return loading;
  };
  return {
    writeParts: async (folder, snapshots, checkAlive) => (await load()).writeParts(folder, snapshots, checkAlive),
    storeManifest: async (folder, manifest) => (await load()).storeManifest(folder, manifest),
    deleteParts: async (folder) => (await load()).deleteParts(folder),
  };
}

function summaryOf(manifest: ReturnType<typeof assembleManifest>) {
  const { kind, trigger, createdMs, durationMs, totalBytes, recordsIn, recordsOut, sources, parallelism } = manifest;
  return { kind, trigger, createdMs, durationMs, totalBytes, recordsIn, recordsOut, sources, parallelism };
}

async function createRunRetention(setup: CoordinatorSetup, directory: SnapshotFolder) {
  const { createRetention } = await import('../checkpoint/retention.ts');
  const { restored, spec, log } = setup;
  const isOurs =
    restored !== null &&
    restored.manifest.kind === 'checkpoint' &&
    restored.folder.bucket === directory.bucket &&
    restored.folder.store === directory.store &&
    restored.folder.prefix.startsWith(directory.prefix) &&
    restored.folder.prefix !== directory.prefix;
  return createRetention({
    retained: spec.checkpoint.retained,
    restored: isOurs ? { folder: restored.folder, manifest: restored.manifest } : null,
    warn: (message) => log('warn', message),
  });
}

function reachSubtasks(setup: CoordinatorSetup): SnapshotTasks {
  const { subtasks } = setup.built;
  const sources = subtasks.flatMap((subtask) => subtask.parts.sources);
  return {
    subtasks: subtasks.length,
    inject: (barrier: Barrier) => {
      for (const source of sources) source.inject(barrier);
    },
    abort: (checkpointId) => {
      // A subtask that is gone has nothing to forget.
      for (const subtask of subtasks) subtask.abort(checkpointId).catch(() => {});
    },
    async commit(checkpointId) {
      const commits = subtasks.flatMap((subtask) => subtask.parts.sinks.map((sink) => subtask.order(() => sink.commit(checkpointId))));
      await Promise.all(commits);
      const completions = subtasks.flatMap((subtask) =>
        subtask.parts.sources.map((source) =>
          subtask
            .order(() => source.complete(checkpointId))
            .catch((error: Error) => setup.log('warn', `The source could not note the checkpoint: ${error.message}`)),
        ),
      );
      await Promise.all(completions);
    },
  };
}
