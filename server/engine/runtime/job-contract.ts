/** A job as the process that runs it sees it, and what the job needs of the world around it. */
import type { Clock } from '../../effects/clock.ts';
import type { Dialer } from '../../effects/dialer.ts';
import type { RandomSource } from '../../effects/random.ts';
import type { Scheduler } from '../../effects/scheduler.ts';
import type { ObjectStore } from '../../storage/contract.ts';
import type { SnapshotKind } from '../checkpoint/manifest.ts';
import type { SnapshotFolder } from '../checkpoint/snapshot-folder.ts';
import type { Connector } from '../connectors/contract.ts';
import type { JobFailure, JobReport } from './wire.ts';

/** What the subtasks of a job need, in whatever thread they run. */
export interface TaskEnvironment {
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly random: RandomSource;
  readonly store: ObjectStore;
  readonly dialer: Dialer;
  /** False: tables may not lie on the machine's own disk. */
  readonly allowLocalFiles: boolean;
  readonly connectorOf: (name: string) => Connector | null;
  readonly report: (report: JobReport) => void;
  /** Rows of print sinks and of queries. */
  readonly print: (table: string, line: string, toStandardError: boolean) => void;
  /** Longest time a subtask works without giving the event loop its turn, ms. */
  readonly turnMs: number;
  /** The folder a directory of the run specification means. */
  readonly locate: (uri: string) => Promise<SnapshotFolder>;
}

export interface JobEnvironment extends TaskEnvironment {
  /** How many threads subtasks may be spread over, this one not counted; 1 = all run in this one. */
  readonly threads: number;
  /** What each of them runs. Absent = threads/main.ts. */
  readonly threadProgram?: URL;
  /** False when a newer run of the job exists: asked right before a manifest is stored and before sinks commit. */
  readonly fence: () => Promise<boolean>;
}

export type JobEnd =
  /** All bounded input was read and all sinks have committed. */
  | { readonly kind: 'finished' }
  /** `path`: the savepoint, or null when stopped without. */
  | { readonly kind: 'stopped'; readonly path: string | null }
  | { readonly kind: 'failed'; readonly failure: JobFailure };

export type SnapshotAnswer = { readonly ok: true; readonly path: string | null } | { readonly ok: false; readonly message: string };

export type StopMode = 'savepoint' | 'drain' | 'without';

export interface Job {
  /** Restores, opens and runs; resolves when running or when that failed (see `finished`). */
  start(): Promise<void>;
  /** `directory`: where savepoints go; null = the run's own. */
  triggerSnapshot(kind: SnapshotKind, directory: string | null): Promise<SnapshotAnswer>;
  /** With `savepoint` and `drain` the job ends only when the savepoint is complete. */
  stop(mode: StopMode, directory: string | null): Promise<SnapshotAnswer>;
  /** Metrics since the start; shares since the last call. */
  metrics(): Extract<JobReport, { type: 'metrics' }>;
  readonly finished: Promise<JobEnd>;
}
