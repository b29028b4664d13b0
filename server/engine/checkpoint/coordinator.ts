/**
 * The checkpoint coordinator of a run: one snapshot at a time, each under a number never used before.
 *
 * Protocol: barrier into all sources -> every subtask hands over its part (frozen) -> parts are stored and read back -> fence -> manifest ->
 * fence -> sinks commit, sources learn of it -> report, retention. Before the manifest is put, a snapshot can be given up at any moment
 * (timeout, store error): tasks forget its barrier, frozen state is released, stored parts are deleted; nothing of the job changes, and what
 * sinks had prepared goes into the next snapshot. Once the manifest's put has begun nothing is deleted any more, for it may be stored.
 *
 * Sinks commit with checkpoints and with the savepoint a job stops with. A savepoint that the job goes on after commits nothing (Flink's FLIP-203):
 * the job may yet be restored from the checkpoint before it, and what it had committed would be shown twice. It holds what is prepared; the next
 * checkpoint commits that, or whoever restores the savepoint. Where no checkpoints are taken it is the newest snapshot there is, and commits.
 *
 * A commit that fails, and a lost fence, fail the job. Requests wait for the one under way; periodic ones are skipped meanwhile.
 */
import type { Clock } from '../../effects/clock.ts';
import type { Scheduler, TimerHandle } from '../../effects/scheduler.ts';
import type { Manifest, ManifestTable, SnapshotKind } from './manifest.ts';
import type { Retention } from './retention.ts';
import type { SnapshotFolder } from './snapshot-folder.ts';
import type { SubtaskSnapshot } from './subtask-snapshot.ts';

export interface Barrier {
  readonly checkpointId: number;
  /** Inputs wait for each other (exactly-once); always so for savepoints. */
  readonly isAligned: boolean;
  /** Sources hand out nothing more behind this barrier, until resumed. */
  readonly holdsSources: boolean;
}

export interface SnapshotRequest {
  readonly kind: SnapshotKind;
  readonly trigger: Manifest['trigger'];
  readonly holdsSources: boolean;
  /** Sinks commit what this snapshot holds. */
  readonly commits: boolean;
  /** Folder for the number; null = nothing is stored (sinks commit all the same). */
  readonly folderFor: ((checkpointId: number) => Promise<SnapshotFolder>) | null;
}

export type SnapshotOutcome =
  | { readonly kind: 'completed'; readonly checkpointId: number; readonly path: string | null }
  | { readonly kind: 'given-up'; readonly checkpointId: number; readonly reason: string };

/** The job's side: all subtasks at once. */
export interface SnapshotTasks {
  readonly subtasks: number;
  inject(barrier: Barrier): void;
  /** Forget this barrier and all before it. */
  abort(checkpointId: number): void;
  /** Sinks commit what they handed over for this checkpoint; sources learn that it is complete. Rejects when a commit cannot be proven. */
  commit(checkpointId: number): Promise<void>;
}

/** Storing, kept apart so that a job without a checkpoint directory loads none of it. */
export interface SnapshotStorage {
  /** Rejects when the signal is aborted, and then stores nothing more. */
  writeParts(folder: SnapshotFolder, snapshots: readonly SubtaskSnapshot[], signal: AbortSignal): Promise<ManifestTable[]>;
  storeManifest(
    folder: SnapshotFolder,
    manifest: Manifest,
  ): Promise<{ readonly kind: 'stored' | 'taken' | 'unknown'; readonly cause?: unknown }>;
  deleteParts(folder: SnapshotFolder): Promise<void>;
}

export interface CompletedSnapshot {
  readonly checkpointId: number;
  readonly path: string;
  readonly manifest: Manifest;
  readonly phases: { readonly start: number; readonly align: number; readonly write: number; readonly commit: number };
}

export interface CoordinatorOptions {
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly tasks: SnapshotTasks;
  readonly storage: SnapshotStorage | null;
  readonly firstCheckpointId: number;
  readonly isAligned: boolean;
  readonly timeoutMs: number;
  /** null = no periodic checkpoints. */
  readonly periodic: { readonly intervalMs: number; readonly minPauseMs: number; readonly request: SnapshotRequest } | null;
  readonly retention: Retention | null;
  readonly assemble: (
    request: SnapshotRequest,
    checkpointId: number,
    startedMs: number,
    snapshots: readonly SubtaskSnapshot[],
    tables: readonly ManifestTable[],
  ) => Manifest;
  /** False when another writer owns the job now. */
  readonly fence: () => Promise<boolean>;
  readonly onStarted: (checkpointId: number, kind: SnapshotKind) => void;
  readonly onCompleted: (snapshot: CompletedSnapshot) => void;
  /** A stored snapshot's sinks have committed. */
  readonly onCommitted: () => void;
  readonly onGivenUp: (checkpointId: number, reason: string) => void;
  /** Fails the job: nothing more may be published. */
  readonly onFatal: (error: unknown) => void;
}

export class FencedError extends Error {
  override readonly name = 'FencedError';
  constructor() {
    super('Another run of this job has taken over; this one stops without publishing anything more.');
  }
}

class GivenUp extends Error {}

interface SnapshotUnderWay {
  readonly checkpointId: number;
  readonly startedMs: number;
  readonly snapshots: SubtaskSnapshot[];
  firstAckMs: number | null;
  /** Aborted with a GivenUp. */
  readonly givingUp: AbortController;
  /** Ends the wait for acknowledgements. */
  wake: () => void;
}

export class Coordinator {
  readonly #options: CoordinatorOptions;
  #nextId: number;
  #current: SnapshotUnderWay | null = null;
  #queue: Promise<unknown> = Promise.resolve();
  #timer: TimerHandle | null = null;
  #lastStartMs: number;
  #lastEndMs: number;
  #isClosed = false;
  #isPeriodic = false;
  #isPeriodicUnderWay = false;

  constructor(options: CoordinatorOptions) {
    this.#options = options;
    this.#nextId = options.firstCheckpointId;
    this.#lastStartMs = this.#lastEndMs = options.clock.monotonicMs();
  }

  /** Begins, or begins again after `stopPeriodic`, to take periodic checkpoints. */
  start(): void {
    this.#isPeriodic = true;
    if (this.#timer === null && !this.#isPeriodicUnderWay) this.#schedule();
  }

  /** No new snapshot; one whose manifest is not yet being stored is given up. */
  close(reason: string): void {
    this.#isClosed = true;
    this.#timer?.cancel();
    this.giveUp(reason);
  }

  stopPeriodic(): void {
    this.#isPeriodic = false;
    this.#timer?.cancel();
    this.#timer = null;
  }

  giveUp(reason: string): void {
    const current = this.#current;
    if (!current || current.givingUp.signal.aborted) return;
    current.givingUp.abort(new GivenUp(reason));
    current.wake();
  }

  request(request: SnapshotRequest): Promise<SnapshotOutcome> {
    const outcome = this.#queue.then(() => this.#run(request));
    this.#queue = outcome.catch(() => {});
    return outcome;
  }

  acknowledge(snapshot: SubtaskSnapshot): void {
    const current = this.#current;
    if (!current || current.checkpointId !== snapshot.checkpointId || current.givingUp.signal.aborted) {
      snapshot.release();
      return;
    }
    current.firstAckMs ??= this.#options.clock.monotonicMs();
    current.snapshots.push(snapshot);
    if (current.snapshots.length === this.#options.tasks.subtasks) current.wake();
  }

  #schedule(): void {
    const { periodic, scheduler, clock } = this.#options;
    if (!periodic || !this.#isPeriodic || this.#isClosed) return;
    const due = Math.max(this.#lastStartMs + periodic.intervalMs, this.#lastEndMs + periodic.minPauseMs);
    this.#timer = scheduler.setTimer(Math.max(0, due - clock.monotonicMs()), () => {
      this.#timer = null;
      this.#isPeriodicUnderWay = true;
      void this.request(periodic.request).then(() => {
        this.#isPeriodicUnderWay = false;
        this.#schedule();
      }, this.#options.onFatal);
    });
  }

  async #run(request: SnapshotRequest): Promise<SnapshotOutcome> {
    const { clock, scheduler, tasks, timeoutMs, onStarted, onGivenUp } = this.#options;
    const checkpointId = this.#nextId++;
    if (this.#isClosed) return { kind: 'given-up', checkpointId, reason: 'the job is stopping' };
    this.#lastStartMs = clock.monotonicMs();
    const current: SnapshotUnderWay = {
      checkpointId,
      startedMs: this.#lastStartMs,
      snapshots: [],
      firstAckMs: null,
      givingUp: new AbortController(),
      wake: () => {},
    };
    this.#current = current;
    onStarted(checkpointId, request.kind);
    const timeout = scheduler.setTimer(timeoutMs, () => this.giveUp(`it was not complete after ${timeoutMs} ms`));
    try {
      return await this.#takeSnapshot(request, current);
    } catch (error) {
      if (!(error instanceof GivenUp)) throw error;
      tasks.abort(checkpointId);
      onGivenUp(checkpointId, error.message);
      return { kind: 'given-up', checkpointId, reason: error.message };
    } finally {
      timeout.cancel();
      this.#current = null;
      for (const snapshot of current.snapshots) snapshot.release();
      this.#lastEndMs = clock.monotonicMs();
    }
  }

  async #takeSnapshot(request: SnapshotRequest, current: SnapshotUnderWay): Promise<SnapshotOutcome> {
    const { clock, tasks, storage, isAligned } = this.#options;
    const { checkpointId } = current;
    const acknowledged = new Promise<void>((resolve) => {
      current.wake = resolve;
    });
    tasks.inject({ checkpointId, isAligned: isAligned || request.kind === 'savepoint', holdsSources: request.holdsSources });
    await acknowledged;
    current.givingUp.signal.throwIfAborted();
    const ackedMs = clock.monotonicMs();
    const stored = storage && request.folderFor ? await this.#store(storage, request, current) : null;
    const writtenMs = clock.monotonicMs();
    if (request.commits) {
      await this.#checkFence();
      await tasks.commit(checkpointId);
    }
    if (stored) {
      const phases = {
        start: (current.firstAckMs ?? ackedMs) - current.startedMs,
        align: ackedMs - (current.firstAckMs ?? ackedMs),
        write: writtenMs - ackedMs,
        commit: clock.monotonicMs() - writtenMs,
      };
      this.#options.onCompleted({ checkpointId, path: stored.folder.uri, manifest: stored.manifest, phases });
      if (request.commits) this.#options.onCommitted();
      if (request.kind === 'checkpoint') await this.#options.retention?.onCompleted(stored.folder, stored.manifest);
    }
    return { kind: 'completed', checkpointId, path: stored?.folder.uri ?? null };
  }

  async #store(
    storage: SnapshotStorage,
    request: SnapshotRequest,
    current: SnapshotUnderWay,
  ): Promise<{ readonly folder: SnapshotFolder; readonly manifest: Manifest }> {
    const { folder, manifest } = await this.#storeParts(storage, request, current);
    await this.#checkFence();
    current.givingUp.signal.throwIfAborted();
    const outcome = await storage.storeManifest(folder, manifest);
    if (outcome.kind === 'taken') throw new GivenUp(`another writer has stored a snapshot at ${folder.uri}`);
    if (outcome.kind === 'unknown') throw new GivenUp(`its manifest could not be stored: ${messageOf(outcome.cause)}`);
    return { folder, manifest };
  }

  async #storeParts(
    storage: SnapshotStorage,
    request: SnapshotRequest,
    current: SnapshotUnderWay,
  ): Promise<{ readonly folder: SnapshotFolder; readonly manifest: Manifest }> {
    let folder: SnapshotFolder | null = null;
    const { signal } = current.givingUp;
    try {
      folder = await (request.folderFor as NonNullable<SnapshotRequest['folderFor']>)(current.checkpointId);
      signal.throwIfAborted();
      const tables = await storage.writeParts(folder, current.snapshots, signal);
      const manifest = this.#options.assemble(request, current.checkpointId, current.startedMs, current.snapshots, tables);
      return { folder, manifest };
    } catch (error) {
      if (folder) await storage.deleteParts(folder).catch(() => {});
      throw error instanceof GivenUp ? error : new GivenUp(`its parts could not be stored: ${messageOf(error)}`);
    }
  }

  async #checkFence(): Promise<void> {
    if (!(await this.#options.fence())) throw new FencedError();
  }
}

/** As part of a sentence: without the full stop at its end. */
function messageOf(cause: unknown): string {
  return (cause instanceof Error ? cause.message : String(cause)).replace(/\.$/, '');
}
