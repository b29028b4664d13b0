/**
 * A running job: subtasks, coordinator, and the few decisions about its life: it runs, ends by itself (last checkpoint, sinks commit), is
 * stopped (with savepoint, drained, without), or fails. The first of these that happens is its end; `finished` tells which.
 *
 * Start protocol: snapshot read and checked -> state loaded -> sinks opened -> what the snapshot's sinks have still to commit is committed ->
 * operators opened -> readers opened at their positions -> subtasks run. Nothing is written by this run before the commit is proven.
 */
import { sentences } from '../../lib/sentences.ts';
import { type Coordinator, FencedError } from '../checkpoint/coordinator.ts';
import type { SnapshotKind } from '../checkpoint/manifest.ts';
import type { PhysicalPlan } from '../planner/physical-plan.ts';
import { MemoryBudget } from '../state/memory-budget.ts';
import { type AbandonedParts, createAbandonedParts } from './abandoned-parts.ts';
import { classifyFailure } from './failure.ts';
import type { Job, JobEnd, JobEnvironment, SnapshotAnswer, StopMode } from './job-contract.ts';
import { createCoordinator, type SnapshotPlaces } from './job-coordinator.ts';
import { buildJobGraph, type JobGraph } from './job-graph.ts';
import { JobMetrics } from './job-metrics.ts';
import { CLOSE_MS, unwrapFailure, within } from './job-steps.ts';
import { type JobTasks, LocalTasks, type TaskEvents } from './job-tasks.ts';
import { ALL_HERE, widthOf } from './placement.ts';
import type { RestoredJob } from './restore.ts';
import type { JobReport, RunSpec } from './wire.ts';

/** `spec` and `plan` belong together; effects come from `environment`. */
export function createJob(spec: RunSpec, plan: PhysicalPlan, environment: JobEnvironment): Job {
  return new RunningJob(spec, plan, environment);
}

const OVERTAKEN: JobEnd = { kind: 'failed', failure: classifyFailure(new FencedError(), null) };

class RunningJob implements Job {
  readonly finished: Promise<JobEnd>;
  readonly #spec: RunSpec;
  readonly #plan: PhysicalPlan;
  readonly #environment: JobEnvironment;
  #tasks: JobTasks | null = null;
  #coordinator: Coordinator | null = null;
  #places: SnapshotPlaces | null = null;
  #abandoned: AbandonedParts | null = null;
  readonly #metrics: JobMetrics;
  #ended = 0;
  /** Set as soon as the job's end is decided or being brought about. */
  #ending: 'none' | 'stopping' | 'draining' | 'finishing' | 'closed' = 'none';
  #resolveFinished: (end: JobEnd) => void = () => {};
  #resolveDrained: () => void = () => {};
  #resolveOpened: () => void = () => {};
  readonly #opened: Promise<void>;
  readonly #drained: Promise<void>;

  constructor(spec: RunSpec, plan: PhysicalPlan, environment: JobEnvironment) {
    this.#spec = spec;
    this.#plan = plan;
    this.#environment = environment;
    this.#metrics = new JobMetrics(plan.nodes, environment.clock.monotonicMs());
    this.finished = new Promise((resolve) => {
      this.#resolveFinished = resolve;
    });
    this.#opened = new Promise((resolve) => {
      this.#resolveOpened = resolve;
    });
    this.#drained = new Promise((resolve) => {
      this.#resolveDrained = resolve;
    });
  }

  async start(): Promise<void> {
    try {
      await this.#open();
    } catch (error) {
      await this.#fail(error, null);
    }
  }

  async #open(): Promise<void> {
    const { environment, spec, plan } = { environment: this.#environment, spec: this.#spec, plan: this.#plan };
    const restored = spec.restoreFrom === null ? null : await this.#restore(spec.restoreFrom);
    const keyGroups = restored?.manifest.keyGroups ?? plan.keyGroups;
    if (spec.parallelism > keyGroups) {
      throw new Error(`The parallelism ${spec.parallelism} is above the job's maximum of ${keyGroups} (pipeline.max-parallelism).`);
    }
    const graph = buildJobGraph(plan, spec.parallelism);
    const tasks = await this.#createTasks(graph, keyGroups, restored);
    this.#tasks = tasks;
    await tasks.prepare();
    for (const note of restored?.notes ?? []) this.#log('warn', note);
    await tasks.recommit();
    for (const note of new Set(await tasks.open())) this.#log('info', note);
    const abandoned = await createAbandonedParts(spec, tasks.removeAbandoned, restored, environment.locate, this.#log);
    this.#abandoned = abandoned;
    const made = await createCoordinator({
      spec,
      plan,
      keyGroups,
      tasks,
      restored,
      environment,
      fail: (error) => void this.#fail(error, null),
      onCommitted: abandoned.onCommitted,
      log: this.#log,
    });
    this.#coordinator = made.coordinator;
    this.#places = made.places;
    if (this.#hasClosed()) {
      // Stopped or failed while it was opening.
      await tasks.close();
      return;
    }
    this.#reportRunning(graph.parallelismOf);
    tasks.run();
    made.coordinator.start();
    this.#resolveOpened();
  }

  #hasClosed(): boolean {
    return this.#ending === 'closed';
  }

  async #restore(uri: string): Promise<RestoredJob> {
    const { openSnapshot } = await import('./restore.ts');
    const folder = await this.#environment.locate(uri);
    return openSnapshot(folder, this.#plan, this.#spec.allowNonRestoredState);
  }

  async #createTasks(graph: JobGraph, keyGroups: number, restored: RestoredJob | null): Promise<JobTasks> {
    const { spec, plan, environment } = { spec: this.#spec, plan: this.#plan, environment: this.#environment };
    const events: TaskEvents = {
      acknowledge: (snapshot) => this.#coordinator?.acknowledge(snapshot),
      onEnded: () => this.#onSubtaskEnded(),
      onFailure: (error, uid) => void this.#fail(error, uid),
      log: this.#log,
    };
    const shared = { spec, plan, graph, keyGroups, restored };
    const threads = Math.min(environment.threads, widthOf(graph));
    if (threads > 1) {
      const { startThreads } = await import('./threads/thread-tasks.ts');
      return startThreads({ ...shared, environment }, threads, events);
    }
    return new LocalTasks({ ...shared, environment, budget: new MemoryBudget(spec.memoryBudgetBytes), placement: ALL_HERE }, events);
  }

  readonly #log: TaskEvents['log'] = (level, message) => {
    this.#environment.report({ type: 'log', atMs: this.#environment.clock.nowMs(), level, message });
  };

  #reportRunning(parallelismOf: ReadonlyMap<number, number>): void {
    const uids = new Map(this.#plan.nodes.map((node) => [node.id, node.uid]));
    const operators = this.#plan.nodes.map((node) => ({
      uid: node.uid,
      kind: node.kind,
      description: node.description,
      inputs: node.inputs.map((id) => uids.get(id) as string),
      parallelism: parallelismOf.get(node.id) as number,
      isStateful: node.isStateful,
    }));
    const report: JobReport = { type: 'running', atMs: this.#environment.clock.nowMs(), restoredFrom: this.#spec.restoreFrom, operators };
    this.#environment.report(report);
  }

  #onSubtaskEnded(): void {
    this.#ended++;
    if (this.#ended < (this.#tasks?.subtasks ?? 0)) return;
    this.#resolveDrained();
    if (this.#ending === 'none') void this.#finish();
  }

  /** All input has ended: a last checkpoint lets the sinks commit. */
  async #finish(): Promise<void> {
    this.#ending = 'finishing';
    const coordinator = this.#coordinator as Coordinator;
    coordinator.stopPeriodic();
    try {
      const folderFor = this.#places?.checkpoints ?? null;
      const outcome = await coordinator.request({ kind: 'checkpoint', trigger: 'end', holdsSources: true, commits: true, folderFor });
      if (outcome.kind === 'given-up')
        throw new Error(sentences(`The last checkpoint failed, so the sinks have not committed: ${outcome.reason}`));
      await this.#close({ kind: 'finished' });
    } catch (error) {
      await this.#fail(error, null);
    }
  }

  async triggerSnapshot(kind: SnapshotKind, directory: string | null): Promise<SnapshotAnswer> {
    const coordinator = this.#coordinator;
    if (!coordinator || this.#ending !== 'none') return { ok: false, message: 'The job is not running.' };
    const folderFor = kind === 'checkpoint' ? (this.#places?.checkpoints ?? null) : await this.#savepointsIn(directory);
    if (!folderFor) return { ok: false, message: `No ${kind} directory is set for this job.` };
    // A savepoint the job goes on after commits nothing where checkpoints are taken (checkpoint/coordinator.ts).
    const commits = kind === 'checkpoint' || !this.#spec.checkpoint.isEnabled;
    try {
      const outcome = await coordinator.request({ kind, trigger: 'manual', holdsSources: false, commits, folderFor });
      if (outcome.kind === 'completed') return { ok: true, path: outcome.path };
      return { ok: false, message: sentences(`The ${kind} failed: ${outcome.reason}`) };
    } catch (error) {
      await this.#fail(error, null);
      return { ok: false, message: (error as Error).message };
    }
  }

  async stop(mode: StopMode, directory: string | null): Promise<SnapshotAnswer> {
    // A job that is still opening has nothing of its own to save yet, but may soon: it is stopped as soon as it runs.
    if (mode !== 'without') await Promise.race([this.#opened, this.finished]);
    if (this.#ending === 'finishing') {
      const end = await this.finished;
      return end.kind === 'failed' ? { ok: false, message: end.failure.message } : { ok: true, path: null };
    }
    if (mode === 'without') {
      await this.#close({ kind: 'stopped', path: null });
      return { ok: true, path: null };
    }
    if (this.#ending !== 'none' || !this.#coordinator)
      return { ok: false, message: 'The job is not running, or it is being stopped already.' };
    const folderFor = await this.#savepointsIn(directory);
    if (!folderFor) return { ok: false, message: 'No savepoint directory is set for this job.' };
    this.#ending = mode === 'drain' ? 'draining' : 'stopping';
    try {
      return await this.#stopWithSavepoint(mode, folderFor);
    } catch (error) {
      await this.#fail(error, null);
      return { ok: false, message: (error as Error).message };
    }
  }

  async #stopWithSavepoint(mode: StopMode, folderFor: NonNullable<SnapshotPlaces['checkpoints']>): Promise<SnapshotAnswer> {
    const coordinator = this.#coordinator as Coordinator;
    const tasks = this.#tasks as JobTasks;
    coordinator.stopPeriodic();
    if (mode === 'drain') {
      tasks.drain();
      await Promise.race([this.#drained, this.finished]);
    }
    const trigger = mode === 'drain' ? 'drain' : 'stop';
    const outcome = await coordinator.request({ kind: 'savepoint', trigger, holdsSources: true, commits: true, folderFor });
    if (outcome.kind === 'completed') {
      await this.#close({ kind: 'stopped', path: outcome.path });
      return { ok: true, path: outcome.path };
    }
    const message = sentences(`The savepoint failed: ${outcome.reason}`);
    if (mode === 'drain') throw new Error(`${message} The job's input was ended for the drain, so it cannot go on.`);
    this.#ending = 'none';
    tasks.resume();
    coordinator.start();
    if (this.#ended === tasks.subtasks) void this.#finish();
    return { ok: false, message: `${message} The job goes on.` };
  }

  async #savepointsIn(directory: string | null): Promise<SnapshotPlaces['checkpoints']> {
    const uri = directory ?? this.#spec.savepointDirectory;
    if (uri === null) return null;
    const { savepointFolder } = await import('./job-folders.ts');
    return async () => savepointFolder(await this.#environment.locate(uri), this.#environment.clock.nowMs());
  }

  /** Whatever a run met whose successor is at work already: that it was overtaken is the cause. */
  async #isOvertaken(): Promise<boolean> {
    if (this.#spec.checkpoint.directory === null) return false;
    const isOurs = this.#environment.fence().catch(() => true);
    return (await within(this.#environment.scheduler, CLOSE_MS, isOurs)) === false;
  }

  metrics(): Extract<JobReport, { type: 'metrics' }> {
    const { clock } = this.#environment;
    return this.#metrics.report(this.#tasks?.counters() ?? [], clock.nowMs(), clock.monotonicMs());
  }

  async #fail(error: unknown, operatorUid: string | null): Promise<void> {
    if (this.#ending === 'closed') return;
    const unwrapped = unwrapFailure(error);
    await this.#close({ kind: 'failed', failure: classifyFailure(unwrapped.error, operatorUid ?? unwrapped.uid) });
  }

  async #close(decided: JobEnd): Promise<void> {
    if (this.#ending === 'closed') return;
    this.#ending = 'closed';
    this.#coordinator?.close(decided.kind === 'failed' ? 'the job failed' : 'the job is stopping');
    if (decided.kind !== 'failed' && this.#abandoned) await within(this.#environment.scheduler, CLOSE_MS, this.#abandoned.settled());
    await this.#tasks?.close();
    const end = decided.kind === 'failed' && (await this.#isOvertaken()) ? OVERTAKEN : decided;
    const atMs = this.#environment.clock.nowMs();
    if (end.kind === 'failed') this.#environment.report({ type: 'failed', atMs, failure: end.failure });
    else if (end.kind === 'stopped') this.#environment.report({ type: 'stopped', atMs, path: end.path });
    else this.#environment.report({ type: 'finished', atMs });
    this.#resolveFinished(end);
  }
}
