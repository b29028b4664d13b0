/** What the restart guide knows of a job: read from the database, the plan and the start preview by server/services/get-guide.ts. */
import type { JobOptions } from '../contract/job-options.ts';
import type { Figure } from '../contract/primitives.ts';

/** Where a source begins when no snapshot says. made: rows exist only as they are read. */
export type Startup = 'latest' | 'whole' | 'group' | 'position' | 'made';

export interface GuideSource {
  readonly name: string;
  readonly startup: Startup;
  /** The source drops records with time (a topic with retention). */
  readonly drops: boolean;
}

export interface GuideSink {
  readonly name: string;
  readonly guarantee: 'exactly-once' | 'idempotent' | 'at-least-once' | 'none';
}

export interface GuidePlan {
  readonly statefulOperators: number;
  readonly sources: readonly GuideSource[];
  readonly sinks: readonly GuideSink[];
  readonly keyGroups: number;
}

export type GuideOptions = Pick<
  JobOptions,
  | 'checkpointEnabled'
  | 'checkpointIntervalSeconds'
  | 'checkpointsRetained'
  | 'restartWhenException'
  | 'resumeMaxNum'
  | 'resumeCheckpoint'
  | 'checkpointPath'
>;

export interface GuideFacts {
  readonly isJar: boolean;
  readonly engine: 'embedded' | 'flink';
  readonly isRunning: boolean;
  readonly hadState: boolean;
  readonly options: GuideOptions;
  /** Null: a Jar job, or SQL that does not plan. */
  readonly plan: GuidePlan | null;
  /** Snapshots that can be used, newest first. */
  readonly snapshots: readonly { readonly name: string; readonly recordsIn: number | null }[];
  /** Records read after the newest snapshot, as a start or restart from it at this moment would read them again. */
  readonly readAgain: Figure;
  /** Records behind the positions of the newest snapshot that the sources no longer hold. */
  readonly gone: Figure;
  /** Until the first position leaves its source; null = not known, or never. */
  readonly safeForMs: number | null;
  readonly failedSince: number;
  /** The run under way: what it began from, and whether it has a checkpoint of its own. */
  readonly run: { readonly startedFrom: string | null; readonly hasOwn: boolean } | null;
  /** What a start from the newest snapshot does to each operator, when the job was edited since; null = it was not. */
  readonly edit: { readonly kept: number; readonly fresh: number; readonly dropped: number } | null;
  readonly hasCheckpointAlarm: boolean;
  /** Other jobs with the same Checkpoint Path. */
  readonly sharesPathWith: readonly string[];
  readonly undoDays: number;
}
