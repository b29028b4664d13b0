/**
 * Messages between a supervisor and the process of a job (Node's IPC channel, JSON). The process is
 * `server/engine/main.ts`, forked detached from the console's own life: it goes on for `graceMs` when the channel closes, looks for
 * a new supervisor at its control socket, and stops (keeping its last checkpoint) when none came. Every message is schema-checked.
 */
import type { Manifest, SnapshotKind } from '../checkpoint/manifest.ts';
import type { PlanNode } from '../planner/physical-plan.ts';

/** By source table: its topic, and the next offset to read by partition. */
export type TableOffsets = Readonly<Record<string, { readonly topic: string; readonly offsets: Readonly<Record<string, number>> }>>;

/** All a job process needs to run; written to the job's run folder as `run.json` (mode 600) and read by the process. */
export interface RunSpec {
  readonly jobId: string;
  readonly jobName: string;
  readonly runId: string;
  /** Lease generation. */
  readonly generation: number;
  readonly sql: string;
  /** Settings that win over SET in the script. */
  readonly settings: Readonly<Record<string, string>>;
  readonly parallelism: number;
  readonly checkpoint: {
    readonly isEnabled: boolean;
    readonly intervalMs: number;
    readonly mode: 'exactly-once' | 'at-least-once';
    readonly timeoutMs: number;
    /** Number.MAX_SAFE_INTEGER: the run deletes none, whoever submitted it does. */
    readonly retained: number;
    /** `obs://bucket/jobs/checkpoint/<jobId>_…`; null = none can be taken. */
    readonly directory: string | null;
  };
  readonly savepointDirectory: string | null;
  /** Folder of the snapshot to restore from. */
  readonly restoreFrom: string | null;
  /** Folders of kept snapshots of the job that lie in neither directory: what they have still to commit is left alone. Absent = none. */
  readonly otherSnapshots?: readonly string[];
  /** State of operators that the plan no longer has is dropped instead of refused. */
  readonly allowNonRestoredState: boolean;
  /** Overrides scan.startup.* of Kafka sources when there is no snapshot to load: of all of them, or of the tables named. */
  readonly startPosition:
    | { readonly kind: 'timestamp'; readonly ms: number }
    | { readonly kind: 'offsets'; readonly tables: TableOffsets }
    | null;
  readonly stateTtlMs: number;
  readonly memoryBudgetBytes: number;
  readonly timeZone: string;
  readonly store: StoreSpec;
  readonly allowPrivateAddresses: boolean;
  /** Hosts and networks that may be dialed though they are private. Absent = none. */
  readonly allowedAddresses?: readonly string[];
  /** Connections that tables may name, with their secrets. Absent = none. */
  readonly connections?: ConnectionSet;
  /** False on a server: tables and snapshot folders may lie in buckets only, not on the machine's own disk. */
  readonly allowLocalFiles: boolean;
  readonly graceMs: number;
  readonly logFile: string | null;
  readonly controlSocket: string | null;
  /** For a run on an Apache Flink cluster; absent = it runs here. */
  readonly flink?: FlinkSpec;
}

export interface FlinkSpec {
  /** `obs://…`: where the compiled plans of the job's runs are kept. */
  readonly planFolder: string;
  /** Plan of the run that made the snapshot to restore; null = none. */
  readonly restorePlan: string | null;
  /** False: the first failure ends the run. */
  readonly restartsByItself: boolean;
  /** Null: the SQL is what runs. */
  readonly jar: {
    /** `obs://…` */
    readonly uri: string;
    /** Of the file as it was uploaded, lower-case hexadecimal; null = not known. */
    readonly sha256: string | null;
    /** Null = as the jar's manifest says. */
    readonly mainClass: string | null;
    readonly args: readonly string[];
  } | null;
}

export type StoreSpec =
  | { readonly kind: 'local'; readonly root: string }
  | {
      readonly kind: 's3';
      readonly endpoint: string | null;
      readonly region: string;
      readonly accessKey: string;
      readonly secretKey: string;
      readonly forcePathStyle: boolean;
    };

export interface ConnectionFacts {
  readonly kind: 'kafka' | 'postgresql' | 'object-store' | 'flink';
  /** As a table would write them; secrets included where a job runs, left out where it is only planned. */
  readonly options: Readonly<Record<string, string>>;
  /** Of an object store where a job runs: where `obs://` and `s3://` paths of the table lie. */
  readonly store: StoreSpec | null;
}

/** By name. */
export type ConnectionSet = Readonly<Record<string, ConnectionFacts>>;

/** Supervisor to process. */
export type JobOrder =
  | { readonly type: 'start'; readonly spec: RunSpec }
  | { readonly type: 'trigger-snapshot'; readonly requestId: string; readonly kind: SnapshotKind; readonly directory: string | null }
  /** With savepoint: the job stops only if it succeeds. Drain: sources end, windows fire, then the savepoint. */
  | {
      readonly type: 'stop';
      readonly requestId: string;
      readonly mode: 'savepoint' | 'drain' | 'without';
      readonly directory: string | null;
    }
  | { readonly type: 'ping'; readonly requestId: string };

export interface JobFailure {
  /** Root cause, one or two sentences for people. */
  readonly message: string;
  /** Groups equal causes: class or code plus operator. */
  readonly causeKey: string;
  readonly operatorUid: string | null;
  readonly isRetryable: boolean;
  readonly domain: 'user' | 'external' | 'internal';
  readonly stack: string | null;
}

export interface OperatorMetricsReport {
  readonly uid: string;
  readonly nodeId: number;
  readonly kind: PlanNode['kind'];
  readonly description: string;
  readonly parallelism: number;
  readonly recordsIn: number;
  readonly recordsOut: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** Share of wall time spent working, 0 to 1, since the last report. */
  readonly busy: number;
  readonly backpressured: number;
  /** ms; null before the first. */
  readonly watermarkMs: number | null;
  /** Longest lately from a source's reader through the operator, ms; null or absent = not measured, or no row came. */
  readonly latencyMs?: number | null;
  readonly stateBytes: number;
  readonly stateRecords: number;
  readonly lateRowsDropped: number;
  readonly subtasks: readonly {
    readonly subtask: number;
    readonly recordsIn: number;
    readonly recordsOut: number;
    readonly status: string;
  }[];
}

/** Process to supervisor. `atMs` is the sender's clock. */
export type JobReport =
  | { readonly type: 'ready'; readonly pid: number }
  | {
      readonly type: 'running';
      readonly atMs: number;
      readonly restoredFrom: string | null;
      readonly operators: readonly {
        readonly uid: string;
        readonly kind: string;
        readonly description: string;
        readonly inputs: readonly string[];
        /** How records come from each input, in Flink's words; absent = not told. */
        readonly strategies?: readonly string[];
        readonly parallelism: number;
        readonly isStateful: boolean;
      }[];
    }
  | { readonly type: 'checkpoint-started'; readonly atMs: number; readonly checkpointId: number; readonly kind: SnapshotKind }
  | {
      readonly type: 'checkpoint-completed';
      readonly atMs: number;
      readonly checkpointId: number;
      /** Folder; the manifest is already stored there. */
      readonly path: string;
      readonly summary: Pick<
        Manifest,
        'kind' | 'trigger' | 'createdMs' | 'durationMs' | 'totalBytes' | 'recordsIn' | 'recordsOut' | 'sources' | 'parallelism'
      >;
      /** Where the time went, ms. */
      readonly phases: { readonly start: number; readonly align: number; readonly write: number; readonly commit: number };
    }
  | { readonly type: 'checkpoint-failed'; readonly atMs: number; readonly checkpointId: number; readonly reason: string }
  | {
      readonly type: 'metrics';
      readonly atMs: number;
      readonly operators: readonly OperatorMetricsReport[];
      /** Of the job; absent = as its sources and sinks among the operators say. */
      readonly totals?: { readonly recordsIn: number; readonly recordsOut: number };
      readonly lagRecords: number | null;
      /** Null: the engine does not measure it by job. */
      readonly cpuSeconds: number | null;
      readonly rssBytes: number | null;
      readonly stateBytes: number;
    }
  | {
      readonly type: 'answer';
      readonly requestId: string;
      readonly ok: boolean;
      readonly path: string | null;
      readonly message: string | null;
    }
  /** A sink may have written records twice while the run went on. */
  | {
      readonly type: 'records-repeated';
      readonly atMs: number;
      readonly table: string;
      readonly recordsMax: number;
      readonly message: string;
    }
  /** Something about the run that people must see; it goes on. */
  | { readonly type: 'notice'; readonly atMs: number; readonly level: 'warn' | 'error'; readonly message: string }
  | { readonly type: 'log'; readonly atMs: number; readonly level: 'debug' | 'info' | 'warn' | 'error'; readonly message: string }
  /** Rows of print sinks, for the live view (bounded, oldest dropped). */
  | { readonly type: 'rows'; readonly table: string; readonly lines: readonly string[] }
  /** The engine restarted the job by itself after a fault, from its newest checkpoint; the run goes on. */
  | { readonly type: 'engine-restart'; readonly atMs: number; readonly failure: JobFailure }
  | { readonly type: 'finished'; readonly atMs: number }
  | { readonly type: 'stopped'; readonly atMs: number; readonly path: string | null }
  | { readonly type: 'failed'; readonly atMs: number; readonly failure: JobFailure };
