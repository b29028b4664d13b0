/** Sets up the checkpoint coordinator of a job: where snapshots go and what they hold. */
import { Coordinator, type SnapshotStorage } from '../checkpoint/coordinator.ts';
import type { SnapshotFolder } from '../checkpoint/snapshot-folder.ts';
import type { PhysicalPlan } from '../planner/physical-plan.ts';
import { assembleManifest } from './assemble-manifest.ts';
import type { JobEnvironment } from './job-contract.ts';
import { readJobSettings } from './job-settings.ts';
import type { JobTasks, TaskEvents } from './job-tasks.ts';
import type { RestoredJob } from './restore.ts';
import type { RunSpec } from './wire.ts';

export interface SnapshotPlaces {
  /** Folder of the checkpoint with this number; null = the run has no checkpoint directory. */
  readonly checkpoints: ((checkpointId: number) => Promise<SnapshotFolder>) | null;
}

export interface CoordinatorSetup {
  readonly spec: RunSpec;
  readonly plan: PhysicalPlan;
  readonly keyGroups: number;
  readonly tasks: JobTasks;
  readonly restored: RestoredJob | null;
  readonly environment: JobEnvironment;
  readonly fail: (error: unknown) => void;
  readonly onCommitted: () => void;
  readonly log: TaskEvents['log'];
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
    tasks: setup.tasks,
    storage: storageOf(setup.tasks, spec.runId),
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

/** Parts are written where the state is, the manifest here. Loaded by the first snapshot: a run without any starts faster. */
function storageOf(tasks: JobTasks, attempt: string): SnapshotStorage {
  return {
    writeParts: (folder, snapshots, signal) => tasks.writeParts(folder, snapshots, signal),
    storeManifest: async (folder, manifest) => (await import('../checkpoint/snapshot-writer.ts')).storeManifest(folder, manifest),
    deleteParts: async (folder) => (await import('../checkpoint/snapshot-writer.ts')).deleteParts(folder, attempt),
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
