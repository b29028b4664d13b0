/**
 * Messages between the thread of a job and the threads of its subtasks. What must be answered is a `call`; everything else goes one way.
 * Rows never travel this way: they have their rings. Messages of one thread keep their order.
 */
import type { Barrier } from '../../checkpoint/coordinator.ts';
import type { ManifestTable } from '../../checkpoint/manifest.ts';
import type { SubtaskSnapshot } from '../../checkpoint/subtask-snapshot.ts';
import type { FolderAddress } from '../locate-folder.ts';
import type { SubtaskCounters } from '../subtask-counters.ts';
import type { JobFailure, JobReport, RunSpec } from '../wire.ts';

/** All a thread needs to make its subtasks. */
export interface ThreadData {
  readonly thread: number;
  readonly threads: number;
  readonly spec: RunSpec;
  /** The plan as JSON (checkpoint/value-json.ts): its values are no plain data. */
  readonly plan: string;
  readonly keyGroups: number;
  /** The manifest as it lies in the folder. */
  readonly restored: { readonly folder: FolderAddress; readonly manifest: Uint8Array } | null;
  /** Of the channels that begin or end in this thread. */
  readonly rings: readonly RingOfChannel[];
  readonly bells: SharedArrayBuffer;
  readonly budget: SharedArrayBuffer;
  /** Lines printed, one count a thread. */
  readonly printed: SharedArrayBuffer;
}

export interface RingOfChannel {
  /** Index in the graph's edges. */
  readonly edge: number;
  /** Subtasks. */
  readonly from: number;
  readonly to: number;
  readonly memory: SharedArrayBuffer;
}

/** With what each answers. */
export interface ThreadSteps {
  readonly prepare: { readonly ask: null; readonly answer: null };
  readonly recommit: { readonly ask: null; readonly answer: null };
  /** Below which generation; how many parts went. */
  readonly 'remove-abandoned': { readonly ask: number; readonly answer: number };
  readonly open: { readonly ask: null; readonly answer: readonly string[] };
  readonly 'commit-sinks': { readonly ask: number; readonly answer: null };
  readonly 'complete-sources': { readonly ask: number; readonly answer: null };
  readonly 'write-parts': {
    readonly ask: { readonly checkpointId: number; readonly folder: FolderAddress };
    readonly answer: readonly ManifestTable[];
  };
  readonly close: { readonly ask: null; readonly answer: null };
}

export type StepName = keyof ThreadSteps;

export type ThreadCall = {
  readonly [N in StepName]: { readonly type: 'call'; readonly id: number; readonly step: N; readonly ask: ThreadSteps[N]['ask'] };
}[StepName];

export type ThreadOrder =
  | ThreadCall
  | { readonly type: 'run' | 'drain' | 'resume' }
  | { readonly type: 'inject'; readonly barrier: Barrier }
  | { readonly type: 'abort'; readonly checkpointId: number }
  /** Nothing more of this snapshot is to be stored. */
  | { readonly type: 'give-up'; readonly checkpointId: number }
  /** The frozen state of one subtask is no longer needed. */
  | { readonly type: 'release'; readonly checkpointId: number; readonly task: number; readonly subtask: number };

export type SnapshotFacts = Omit<SubtaskSnapshot, 'release'>;

export interface PrintedLine {
  readonly table: string;
  readonly line: string;
  readonly toStandardError: boolean;
}

export type ThreadReport =
  | { readonly type: 'answer'; readonly id: number; readonly answer: ThreadSteps[StepName]['answer'] }
  | { readonly type: 'refused'; readonly id: number; readonly failure: JobFailure }
  /** Without its tables: they stay where they are, frozen, until released. */
  | { readonly type: 'acknowledge'; readonly snapshot: SnapshotFacts }
  | { readonly type: 'ended' }
  | { readonly type: 'failed'; readonly failure: JobFailure }
  /** An invariant broke; the thread has ended. */
  | { readonly type: 'crashed'; readonly name: string; readonly stack: string; readonly failure: JobFailure }
  | { readonly type: 'counters'; readonly counters: readonly SubtaskCounters[] }
  | { readonly type: 'print'; readonly lines: readonly PrintedLine[] }
  /** For the supervisor. */
  | { readonly type: 'report'; readonly report: JobReport }
  | Pick<Extract<JobReport, { type: 'log' }>, 'type' | 'level' | 'message'>;
