/**
 * What a supervisor asks of an engine. One run = one process (embedded) or one job of a cluster. Orders are given and not awaited: their
 * answers come as reports with the same `requestId`, so that an order outlives whoever gave it.
 */
import type { SnapshotKind } from '../engine/checkpoint/manifest.ts';
import type { JobReport, RunSpec } from '../engine/runtime/wire.ts';

export type StopMode = 'savepoint' | 'drain' | 'without';

export interface RunListener {
  /** In the order of sending. */
  onReport(report: JobReport): void;
  /** The run is proven to be over; the last call. `message` says how it ended, for people. */
  onEnded(message: string): void;
}

/** The line to a run. */
export interface EngineRun {
  readonly runId: string;
  /** By which the engine finds the run again; kept in the database. */
  readonly ref: string;
  triggerSnapshot(requestId: string, kind: SnapshotKind, directory: string | null): void;
  stop(requestId: string, mode: StopMode, directory: string | null): void;
  /** Ends it whatever it does, and resolves when it is proven to be over. */
  kill(): Promise<void>;
  /** Lets go of the line and leaves the run alone: it waits for another supervisor. */
  release(): void;
}

export interface RunDescription {
  readonly ref: string;
  /** Whether its process is there and provably this run's. */
  readonly isAlive: boolean;
}

export type SubmitOutcome =
  | { readonly kind: 'submitted'; readonly run: EngineRun }
  /** Nothing runs. */
  | { readonly kind: 'failed'; readonly message: string };

export type AdoptOutcome =
  | { readonly kind: 'adopted'; readonly run: EngineRun }
  /** Proven: nothing of this run goes on. */
  | { readonly kind: 'gone'; readonly message: string }
  /** It may be there and does not answer. `mayBeEnded`: it is on this machine and `kill` may end it; else it is waited for. */
  | { readonly kind: 'unreachable'; readonly message: string; readonly mayBeEnded: boolean };

export interface RunIdentity {
  readonly jobId: string;
  readonly runId: string;
  /** What `submit` gave; null when whoever submitted died before it was written down. */
  readonly ref: string | null;
}

export type EngineName = 'embedded' | 'flink';

export interface JobEngine {
  readonly name: EngineName;
  /** Its runs need no console: they are left alone when the console is stopped. */
  readonly runsOutlive: boolean;
  submit(spec: RunSpec, listener: RunListener): Promise<SubmitOutcome>;
  /** The line to a run of a former supervisor. */
  adopt(identity: RunIdentity, listener: RunListener): Promise<AdoptOutcome>;
  /** Without a line: ends what is provably this run. False when something is there that cannot be proven or ended. */
  kill(identity: RunIdentity): Promise<boolean>;
  describe(identity: RunIdentity): Promise<RunDescription>;
  /** Where the log of a run is written. */
  logFile(jobId: string, runId: string): string;
  /** Forgets what is kept locally of ended runs. */
  forget(jobId: string, runId: string): Promise<void>;
}

/** One of each; a job's queue says which. */
export type JobEngines = Readonly<Record<EngineName, JobEngine>>;
