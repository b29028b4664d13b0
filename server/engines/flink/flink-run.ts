/**
 * One run on a Flink cluster seen from the supervisor. Protocol: submit unless the cluster is known to have the job -> look every second: state of
 * the job, its checkpoints, every few seconds its measurements -> the end, told once. What the cluster does not answer is not told: silence is
 * not an end. Orders are done in the same loop's time and answered by reports. A savepoint's trigger id is made from the operation, so that
 * an order given again after a crash is the same savepoint in Flink.
 */
import { appendFileSync } from 'node:fs';
import type { Clock } from '../../effects/clock.ts';
import type { SnapshotKind } from '../../engine/checkpoint/manifest.ts';
import type { JobReport, RunSpec } from '../../engine/runtime/wire.ts';
import type { ObjectStore } from '../../storage/contract.ts';
import { StoreError } from '../../storage/contract.ts';
import type { EngineRun, RunListener, StopMode } from '../contract.ts';
import { FlinkRefusal, FlinkUnreachable } from './cluster.ts';
import { CopyWatch, liveCopies } from './find-job.ts';
import { labelOf, placeFor, savepointFormatOf } from './job-configuration.ts';
import { type FlinkCheckpoints, type FlinkJob, TERMINAL } from './job-manager.ts';
import { CheckpointObserver, stopSavepoint } from './observe-checkpoints.ts';
import { MetricsObserver } from './observe-metrics.ts';
import { failureOf, failureOfSubmission } from './read-failure.ts';
import { type ClusterLines, type Submission, submitJar, submitSql } from './submit.ts';
import { tellTaskManagers } from './task-manager-log.ts';
import { triggerIdOf } from './trigger-id.ts';

export interface FlinkRunOptions {
  readonly lines: ClusterLines;
  readonly spec: RunSpec;
  readonly store: ObjectStore;
  readonly clock: Clock;
  /** The job's id in Flink. */
  readonly flinkJobId: string;
  /** The cluster is known to have taken it. */
  readonly isSubmitted: boolean;
  onSubmitted(): void;
  readonly readJar: (jar: { readonly uri: string; readonly sha256: string | null }) => Promise<Uint8Array>;
}

const LOOK_MS = 1_000;
const MEASURE_MS = 3_000;
const UNREACHABLE_LOOK_MS = 2_000;
const TRIES = 3;
/** Looks in a row in which a JobManager that answers does not know the job, before that is its end. */
const UNKNOWN_LOOKS = 4;
/** Checkpoints are shown from a cached graph (web.refresh-interval, 3 s by default). */
const REFRESH_MS = 3_500;
/** Short: whoever waits for it asks again. */
const KILL_MS = 10_000;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export class FlinkRun implements EngineRun {
  readonly runId: string;
  readonly ref: string;
  readonly #options: FlinkRunOptions;
  readonly #listener: RunListener;
  readonly #checkpoints: CheckpointObserver;
  readonly #copies: CopyWatch;
  #metrics: MetricsObserver;
  #flinkJobId: string;
  #isOver = false;
  #hasRun = false;
  #counts = { recordsIn: 0, recordsOut: 0 };
  #stateBytes = 0;
  #measuredMs = Number.NEGATIVE_INFINITY;
  #restartsSeenMs: number | null = null;
  #failuresSinceMs: number | null = null;
  #unknownLooks = 0;
  /** Path of the savepoint that our order to stop made. */
  #stoppedWith: string | null = null;
  #isKilled = false;
  #submitting: Promise<boolean> | null = null;

  constructor(options: FlinkRunOptions, listener: RunListener) {
    this.#options = options;
    this.#listener = listener;
    this.runId = options.spec.runId;
    this.#flinkJobId = options.flinkJobId;
    this.ref = JSON.stringify({ flinkJobId: options.flinkJobId, cluster: options.lines.name });
    this.#checkpoints = new CheckpointObserver(options.store, options.spec.store);
    this.#metrics = new MetricsObserver(options.lines.jobManager, options.flinkJobId);
    this.#copies = new CopyWatch(options.lines.jobManager, options.lines.name, labelOf(options.spec));
  }

  /** Begins to submit or to look. */
  begin(): void {
    void this.#live().catch((error: unknown) => {
      const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
      this.#log('error', `The console's watch of the job broke: ${message}`);
      this.#submitting = null;
      if (!this.#isOver) setTimeout(() => this.begin(), UNREACHABLE_LOOK_MS);
    });
  }

  async #live(): Promise<void> {
    if (!this.#options.isSubmitted) {
      this.#submitting ??= this.#submit();
      if (!(await this.#submitting)) return;
    }
    while (!this.#isOver) {
      const waitMs = await this.#look().catch((error: unknown) => {
        if (error instanceof FlinkUnreachable || error instanceof FlinkRefusal || error instanceof StoreError) return UNREACHABLE_LOOK_MS;
        throw error;
      });
      if (!this.#isOver) await pause(waitMs);
    }
  }

  /** False: it is over, nothing was begun. */
  async #submit(): Promise<boolean> {
    const { lines, spec } = this.#options;
    this.#log('info', `Submitting to the Flink cluster ${lines.name} as job ${this.#flinkJobId}.`);
    let last: Exclude<Submission, { kind: 'submitted' }> = { kind: 'unclear', message: '' };
    for (let attempt = 1; attempt <= TRIES && !this.#isOver && !this.#isKilled; attempt++) {
      const outcome = await this.#submitOnce(spec);
      if (outcome.kind === 'submitted') {
        this.#options.onSubmitted();
        this.#log('info', `The cluster has taken the job.`);
        return true;
      }
      last = outcome;
      this.#log('warn', `Not submitted: ${last.message}`);
      if (last.kind === 'refused' || last.kind === 'unreachable') break;
      await pause(UNREACHABLE_LOOK_MS);
    }
    if (this.#isOver || this.#isKilled) return false;
    // Whatever may still arrive of it is ended before the run counts as failed.
    if (last.kind === 'unclear') await this.#cancelAll().catch(() => {});
    this.#fail(last);
    return false;
  }

  async #submitOnce(spec: RunSpec): Promise<Submission> {
    if (!spec.flink?.jar) {
      return submitSql(this.#options.lines, spec, this.#options.store, (text) => this.#log('info', text));
    }
    let bytes: Uint8Array;
    try {
      bytes = await this.#options.readJar(spec.flink.jar);
    } catch (error) {
      return { kind: 'refused', message: `The jar ${spec.flink.jar.uri} cannot be read: ${(error as Error).message}`, detail: null };
    }
    return submitJar(this.#options.lines, spec, bytes);
  }

  #fail(last: Exclude<Submission, { kind: 'submitted' }>): void {
    const { spec, lines, clock } = this.#options;
    const failure = failureOfSubmission(last, lines.name, spec.restoreFrom !== null);
    this.#report({ type: 'failed', atMs: clock.nowMs(), failure });
    this.#end(failure.message);
  }

  async #look(): Promise<number> {
    const { lines, clock } = this.#options;
    const job = await lines.jobManager.job(this.#flinkJobId);
    if (this.#isOver) return 0;
    if (job === null) return this.#unknown();
    this.#unknownLooks = 0;
    const nowMs = clock.nowMs();
    const skewMs = nowMs - job.now;
    this.#failuresSinceMs ??= this.#options.isSubmitted ? job.now : 0;
    const all = await lines.jobManager.checkpoints(this.#flinkJobId);
    const isRunning =
      job.state === 'RUNNING' && job.vertices.length > 0 && job.vertices.every((one) => /^(RUNNING|FINISHED)$/.test(one.status));
    if (isRunning) this.#running(job, all);
    await this.#noteRestart(job);
    if (!this.#hasRun && TERMINAL.has(job.state) && job.state !== 'FAILED') this.#running(job, all);
    if (isRunning && nowMs - this.#measuredMs >= MEASURE_MS) await this.#measure(job, nowMs);
    await this.#tellCheckpoints(all, skewMs);
    if (TERMINAL.has(job.state)) await this.#ended(job, all, skewMs);
    return LOOK_MS;
  }

  /** The JobManager was started anew and forgot the job, or runs it under another id: then its name holds our label. */
  async #unknown(): Promise<number> {
    const { lines, spec } = this.#options;
    const [found] = await liveCopies(lines.jobManager, labelOf(spec));
    if (found !== undefined) {
      this.#log('warn', `The job is found again under the id ${found}.`);
      this.#flinkJobId = found;
      this.#metrics = new MetricsObserver(lines.jobManager, found);
      return 0;
    }
    this.#unknownLooks++;
    if (this.#unknownLooks < UNKNOWN_LOOKS) return LOOK_MS;
    this.#end(`The Flink cluster ${lines.name} no longer knows the job: it was started anew without high availability.`);
    return 0;
  }

  #running(job: FlinkJob, all: FlinkCheckpoints | null): void {
    if (this.#hasRun) return;
    this.#hasRun = true;
    const inputsOf = (id: string) => job.plan.nodes.find((node) => node.id === id)?.inputs ?? [];
    this.#report({
      type: 'running',
      atMs: this.#options.clock.nowMs(),
      restoredFrom: all?.latest.restored?.external_path ?? null,
      operators: job.vertices.map((vertex) => ({
        uid: vertex.id,
        kind: inputsOf(vertex.id).length === 0 ? 'source' : 'calc',
        description: vertex.name,
        inputs: inputsOf(vertex.id).map((input) => input.id),
        strategies: inputsOf(vertex.id).map((input) => input.ship_strategy ?? 'FORWARD'),
        parallelism: vertex.parallelism,
        isStateful: false,
      })),
    });
  }

  async #noteRestart(job: FlinkJob): Promise<void> {
    const atMs = job.timestamps.RESTARTING ?? 0;
    const before = this.#restartsSeenMs;
    this.#restartsSeenMs = atMs;
    // At the first look after an adoption the last one was told by a former supervisor.
    if (atMs === 0 || atMs === before || (before === null && this.#options.isSubmitted)) return;
    const exceptions = await this.#options.lines.jobManager.exceptions(this.#flinkJobId, 3);
    const failure = failureOf(exceptions, false);
    this.#log('warn', `Flink restarts the job by itself: ${failure.message}`);
    for (const entry of await tellTaskManagers(this.#options.lines.jobManager, exceptions)) this.#log('warn', entry);
    this.#report({ type: 'engine-restart', atMs: this.#options.clock.nowMs(), failure });
  }

  async #noteCopies(): Promise<void> {
    const message = await this.#copies.news();
    if (message === null) return;
    this.#log('error', message);
    this.#report({ type: 'notice', atMs: this.#options.clock.nowMs(), level: 'error', message });
  }

  async #measure(job: FlinkJob, nowMs: number): Promise<void> {
    this.#measuredMs = nowMs;
    await this.#noteCopies();
    const report = await this.#metrics.report(job, nowMs, this.#stateBytes);
    if (report.totals) this.#counts = { recordsIn: report.totals.recordsIn, recordsOut: report.totals.recordsOut };
    this.#report(report);
  }

  async #tellCheckpoints(all: FlinkCheckpoints | null, skewMs: number): Promise<void> {
    if (all === null) return;
    const newest = all.history.find((one) => one.status === 'COMPLETED' && !one.is_savepoint);
    if (newest) this.#stateBytes = newest.state_size;
    for (const report of await this.#checkpoints.reports(all, this.#counts, skewMs, this.#failuresSinceMs ?? 0)) this.#report(report);
  }

  async #ended(job: FlinkJob, all: FlinkCheckpoints | null, skewMs: number): Promise<void> {
    const atMs = this.#options.clock.nowMs();
    const { jobManager } = this.#options.lines;
    if (job.state === 'FAILED') {
      const isRestoring = this.#options.spec.restoreFrom !== null && !this.#hasRun;
      const exceptions = await jobManager.exceptions(this.#flinkJobId, 8);
      const failure = failureOf(exceptions, isRestoring);
      this.#log('error', `The job failed: ${failure.message}`);
      for (const entry of await tellTaskManagers(jobManager, exceptions)) this.#log('warn', entry);
      this.#report({ type: 'failed', atMs, failure });
      return this.#end(failure.message);
    }
    if (job.state === 'CANCELED') {
      if (!this.#isKilled) this.#log('warn', 'The job was canceled.');
      this.#report({ type: 'stopped', atMs, path: null });
      return this.#end('The job was canceled.');
    }
    let path = this.#stoppedWith ?? this.#pathOf(stopSavepoint(all)?.external_path);
    if (path === null) {
      await pause(REFRESH_MS);
      const again = await jobManager.checkpoints(this.#flinkJobId);
      await this.#tellCheckpoints(again, skewMs);
      path = this.#stoppedWith ?? this.#pathOf(stopSavepoint(again)?.external_path);
    }
    this.#log('info', path === null ? 'The job finished: all input was read.' : `The job stopped with the savepoint ${path}.`);
    this.#report(path === null ? { type: 'finished', atMs } : { type: 'stopped', atMs, path });
    this.#end('The job finished.');
  }

  #pathOf(place: string | null | undefined): string | null {
    return place ? (this.#checkpoints.pathOf(place) ?? place) : null;
  }

  triggerSnapshot(requestId: string, kind: SnapshotKind, directory: string | null): void {
    if (kind === 'checkpoint') this.#order(requestId, () => this.#orderCheckpoint(requestId));
    else this.#order(requestId, () => this.#orderSavepoint(requestId, directory, null));
  }

  stop(requestId: string, mode: StopMode, directory: string | null): void {
    if (mode === 'without') {
      this.#order(requestId, async () => {
        await this.#cancelAll();
        this.#answer(requestId, true, null, null);
      });
    } else this.#order(requestId, () => this.#orderSavepoint(requestId, directory, mode));
  }

  /** A refusal is the answer; while the cluster is not reached the order is tried again, and whoever waits gives up at its own time. */
  #order(requestId: string, work: () => Promise<void>): void {
    const attempt = async (): Promise<void> => {
      while (!this.#isOver) {
        try {
          return await work();
        } catch (error) {
          if (error instanceof FlinkRefusal) return this.#answer(requestId, false, null, error.message);
          if (!(error instanceof FlinkUnreachable || error instanceof StoreError)) throw error;
          await pause(UNREACHABLE_LOOK_MS);
        }
      }
    };
    void attempt().catch((error: unknown) => this.#answer(requestId, false, null, (error as Error).message));
  }

  async #orderCheckpoint(requestId: string): Promise<void> {
    await this.#options.lines.jobManager.triggerCheckpoint(this.#flinkJobId);
    this.#answer(requestId, true, null, null);
  }

  async #orderSavepoint(requestId: string, directory: string | null, stop: 'savepoint' | 'drain' | null): Promise<void> {
    const { spec, lines, clock } = this.#options;
    const { jobManager } = lines;
    const target = directory ?? spec.savepointDirectory;
    if (target === null) return this.#answer(requestId, false, null, 'The job has no folder for savepoints.');
    const triggerId = triggerIdOf(requestId);
    const order = { target: placeFor(spec, target), format: savepointFormatOf(spec.settings) ?? 'CANONICAL', triggerId } as const;
    const beganMs = clock.nowMs();
    let outcome = await jobManager.savepointOutcome(this.#flinkJobId, triggerId);
    while (outcome.kind === 'unknown' || outcome.kind === 'in-progress') {
      if (this.#isOver) return;
      if (outcome.kind === 'unknown') {
        if (stop === null) await jobManager.triggerSavepoint(this.#flinkJobId, order);
        else await jobManager.stopWithSavepoint(this.#flinkJobId, stop === 'drain', order);
      }
      await pause(LOOK_MS / 4);
      outcome = await jobManager.savepointOutcome(this.#flinkJobId, triggerId);
    }
    if (outcome.kind === 'failed') return this.#answer(requestId, false, null, `Flink made no savepoint: ${outcome.message}`);
    const path = this.#pathOf(outcome.location);
    if (outcome.location !== null) {
      const times = { createdMs: clock.nowMs(), durationMs: clock.nowMs() - beganMs };
      const report = await this.#checkpoints.at(outcome.location, null, times, this.#counts);
      if (report) this.#report(report);
    }
    if (stop !== null) this.#stoppedWith = path;
    this.#answer(requestId, true, path, null);
  }

  #answer(requestId: string, ok: boolean, path: string | null, message: string | null): void {
    if (message !== null) this.#log('warn', message);
    this.#report({ type: 'answer', requestId, ok, path, message });
  }

  async #cancelAll(): Promise<void> {
    const { lines, spec } = this.#options;
    const ids = new Set([this.#flinkJobId, ...(await liveCopies(lines.jobManager, labelOf(spec)))]);
    for (const id of ids) await lines.jobManager.cancel(id);
  }

  /** Resolves when the job is proven to be over. Throws when the cluster does not say so in time. */
  async kill(): Promise<void> {
    this.#isKilled = true;
    const { jobManager, name } = this.#options.lines;
    const deadline = performance.now() + KILL_MS;
    // What is being submitted may still arrive: its end is waited for.
    await this.#submitting;
    while (performance.now() < deadline) {
      if (this.#isOver) return;
      try {
        await this.#cancelAll();
        const job = await jobManager.job(this.#flinkJobId);
        const isOver = job === null || TERMINAL.has(job.state);
        if (isOver && (await liveCopies(jobManager, labelOf(this.#options.spec))).length === 0) {
          return this.#end('The job was canceled by the console.');
        }
      } catch (error) {
        if (!(error instanceof FlinkUnreachable)) throw error;
      }
      await pause(LOOK_MS / 4);
    }
    throw new Error(`The Flink cluster ${name} did not end the job ${this.#flinkJobId} within ${KILL_MS / 1000} s.`);
  }

  release(): void {
    this.#isOver = true;
  }

  #report(report: JobReport): void {
    if (!this.#isOver) this.#listener.onReport(report);
  }

  #end(message: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#listener.onEnded(message);
  }

  /** To the log of the run, and to whoever looks at it now. */
  #log(level: 'info' | 'warn' | 'error', message: string): void {
    const atMs = this.#options.clock.nowMs();
    const { logFile } = this.#options.spec;
    const line = message.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r');
    if (logFile !== null)
      appendFileSync(logFile, `${new Date(atMs).toISOString()} ${level.toUpperCase()} [flink] ${line}\n`, { mode: 0o600 });
    this.#report({ type: 'log', atMs, level, message });
  }
}
