/**
 * The subtasks of a job seen from the job, wherever they run. Those of one thread are made and reached directly (LocalTasks, below); a job of
 * several threads reaches the LocalTasks of each through threads/thread-tasks.ts.
 */
import type { Barrier, SnapshotStorage, SnapshotTasks } from '../checkpoint/coordinator.ts';
import type { SubtaskSnapshot } from '../checkpoint/subtask-snapshot.ts';
import type { RuntimeContext } from '../connectors/contract.ts';
import type { PhysicalPlan } from '../planner/physical-plan.ts';
import type { MemoryBudget } from '../state/memory-budget.ts';
import type { TaskEnvironment } from './job-contract.ts';
import type { JobGraph } from './job-graph.ts';
import { readJobSettings } from './job-settings.ts';
import { closeSubtasks, commitRestored, openSinks, openSubtasks, runSubtask } from './job-steps.ts';
import type { Placement } from './placement.ts';
import type { RestoredJob } from './restore.ts';
import { ownersOf } from './sink-owners.ts';
import { startPositionOf } from './start-position.ts';
import { type BuildOptions, type BuiltJob, buildJob } from './subtask-build.ts';
import { countersOf, type SubtaskCounters } from './subtask-counters.ts';
import type { RunSpec } from './wire.ts';

/** In the order of a start: `prepare`, `recommit`, `open`, `run`. Each step rejects with the cause and changes nothing of the job's end. */
export interface JobTasks extends SnapshotTasks, Pick<SnapshotStorage, 'writeParts'> {
  /** Loads the snapshot's state and opens the sinks. */
  prepare(): Promise<void>;
  /** Commits what the snapshot's sinks have still to commit. */
  recommit(): Promise<void>;
  /** Takes away what attempts below a generation left uncommitted, but for what kept snapshots name; returns how many parts went. */
  removeAbandoned(belowGeneration: number): Promise<number>;
  /** Opens operators and readers; returns what restored state was not taken over as it was, for people. */
  open(): Promise<readonly string[]>;
  run(): void;
  /** Sources behave as if their input had ended. */
  drain(): void;
  /** Sources go on after a barrier that held them. */
  resume(): void;
  counters(): readonly SubtaskCounters[];
  close(): Promise<void>;
}

export interface TaskEvents {
  readonly acknowledge: (snapshot: SubtaskSnapshot) => void;
  /** A subtask has worked off all its input. */
  readonly onEnded: () => void;
  /** `operatorUid`: at work when it happened, if one was. */
  readonly onFailure: (error: unknown, operatorUid: string | null) => void;
  readonly log: RuntimeContext['log'];
}

export interface TaskSetup {
  readonly spec: RunSpec;
  readonly plan: PhysicalPlan;
  readonly graph: JobGraph;
  readonly keyGroups: number;
  readonly restored: RestoredJob | null;
  readonly environment: TaskEnvironment;
  readonly budget: MemoryBudget;
  readonly placement: Placement;
}

/** The subtasks that the placement puts into this thread. */
export class LocalTasks implements JobTasks {
  readonly #setup: TaskSetup;
  readonly #events: TaskEvents;
  readonly #options: BuildOptions;
  readonly #built: BuiltJob;
  #loops: Promise<void>[] = [];

  constructor(setup: TaskSetup, events: TaskEvents) {
    this.#setup = setup;
    this.#events = events;
    this.#options = buildOptionsOf(setup, events);
    this.#built = buildJob(this.#options);
  }

  get subtasks(): number {
    return this.#built.subtasks.length;
  }

  async prepare(): Promise<void> {
    const { restored, placement } = this.#setup;
    await restored?.loadInto({ of: (uid) => this.#built.states.get(uid) ?? null, checksDropped: placement.isHere(0) });
    await openSinks(this.#built);
  }

  async recommit(): Promise<void> {
    if (this.#setup.restored) await commitRestored(this.#built, this.#setup.restored, this.#options);
  }

  open(): Promise<readonly string[]> {
    return openSubtasks(this.#built, (uid) => this.#setup.restored?.positionsOf(uid) ?? null);
  }

  readonly removeAbandoned = async (belowGeneration: number): Promise<number> => {
    const { spec, environment } = this.#setup;
    const retained = async () => (await import('./retained-committables.ts')).retainedCommittables(spec, environment.locate);
    let gone = 0;
    for (const { runner, writer } of this.#built.subtasks.flatMap((subtask) => subtask.parts.sinks))
      if (runner.subtask === 0) gone += (await writer.removeAbandoned?.(belowGeneration, retained)) ?? 0;
    return gone;
  };

  run(): void {
    this.#loops = this.#built.subtasks.map((subtask) => runSubtask(subtask, this.#events.onFailure));
  }

  inject(barrier: Barrier): void {
    for (const source of this.#sources()) source.inject(barrier);
  }

  abort(checkpointId: number): void {
    // A subtask that is gone has nothing to forget.
    for (const subtask of this.#built.subtasks) subtask.abort(checkpointId).catch(() => {});
  }

  async commit(checkpointId: number): Promise<void> {
    await this.commitSinks(checkpointId);
    await this.completeSources(checkpointId);
  }

  async commitSinks(checkpointId: number): Promise<void> {
    await Promise.all(
      this.#built.subtasks.flatMap((subtask) => subtask.parts.sinks.map((sink) => subtask.order(() => sink.commit(checkpointId)))),
    );
  }

  /** What a source cannot note is told in the log: no record depends on it. */
  async completeSources(checkpointId: number): Promise<void> {
    const completions = this.#built.subtasks.flatMap((subtask) =>
      subtask.parts.sources.map((source) =>
        subtask
          .order(() => source.complete(checkpointId))
          .catch((error: Error) => this.#events.log('warn', `The source could not note the checkpoint: ${error.message}`)),
      ),
    );
    await Promise.all(completions);
  }

  readonly writeParts: SnapshotStorage['writeParts'] = async (folder, snapshots, signal) => {
    // Loaded by the first snapshot: a run without any starts faster.
    const { writeParts } = await import('../checkpoint/snapshot-writer.ts');
    return writeParts(snapshots, { folder, attempt: this.#setup.spec.runId, scheduler: this.#setup.environment.scheduler, signal });
  };

  drain(): void {
    for (const source of this.#sources()) source.drain();
  }

  resume(): void {
    for (const source of this.#sources()) source.resume();
  }

  counters(): readonly SubtaskCounters[] {
    return this.#built.subtasks.map(countersOf);
  }

  close(): Promise<void> {
    return closeSubtasks(this.#built, this.#loops, this.#setup.environment, this.#events.log);
  }

  #sources() {
    return this.#built.subtasks.flatMap((subtask) => subtask.parts.sources);
  }
}

function buildOptionsOf(setup: TaskSetup, events: TaskEvents): BuildOptions {
  const { spec, plan, graph, keyGroups, restored, environment, budget, placement } = setup;
  return {
    plan,
    graph,
    keyGroups,
    environment,
    placement,
    timeZone: readJobSettings(plan.settings).timeZone ?? spec.timeZone,
    budget,
    jobPrefix: `tm-${spec.jobId}`,
    attempt: spec.runId,
    ownerOf: ownersOf(spec),
    log: events.log,
    tableOf: startPositionOf(restored ? null : spec.startPosition),
    watermarkOf: (uid) => restored?.watermarkOf(uid) ?? null,
    acknowledge: events.acknowledge,
    onEnded: events.onEnded,
  };
}
