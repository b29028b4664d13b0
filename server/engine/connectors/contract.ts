/**
 * What a connector gives the engine. A connector validates its options when the script is checked (no I/O), answers questions
 * about the outside world when a start is previewed, and reads or writes at run time.
 */
import type { Clock } from '../../effects/clock.ts';
import type { Dialer } from '../../effects/dialer.ts';
import type { ObjectStore } from '../../storage/contract.ts';
import type { ChangelogMode, PlanTable, SinkDelivery, TableColumnRead } from '../planner/physical-plan.ts';
import type { Batch } from '../types/batch.ts';
import type { RowSchema, SqlType } from '../types/sql-type.ts';

export interface OptionProblem {
  /** The option's key as written, or null when one is missing. */
  readonly option: string | null;
  /** One sentence: what, and what to do (with a near name when one is close). */
  readonly message: string;
  /** Nobody answered: whether anything is wrong is not known, and asking again may help. */
  readonly isUnreachable?: boolean;
}

export interface MetadataColumn {
  readonly key: string;
  readonly type: SqlType;
  readonly isWritable: boolean;
}

/** Static facts of one declared table; made without I/O. */
export interface TableFacts {
  readonly problems: readonly OptionProblem[];
  /** Options known to Flink that have no effect here. */
  readonly warnings: readonly OptionProblem[];
  /** What is wrong only where jobs may not touch the machine's own files. Absent = nothing. */
  readonly localFileProblems?: readonly OptionProblem[];
  /** What a scan of it emits. Upsert kinds need ChangelogNormalize, which the planner adds. */
  readonly sourceChangelog: ChangelogMode | null;
  /** What it accepts as a sink, or null when it is no sink. */
  readonly sinkChangelog: ChangelogMode | null;
  readonly isBounded: boolean;
  /** Watermarks are kept per split and merged (Kafka), not behind the source (files). */
  readonly hasSplitWatermarks: boolean;
  readonly metadata: readonly MetadataColumn[];
  readonly delivery: SinkDelivery;
  /** Short text for the graph: `Kafka · topic orders`, `Files · obs://…`. */
  readonly summary: string;
}

export interface SinkOwner {
  /** Lower-case hex digits, unique to the checkpoint directory, the job and the sink. */
  readonly id: string;
  /** Lease generation of this attempt; those of lower ones are fenced. */
  readonly generation: number;
}

export interface RuntimeContext {
  readonly subtask: number;
  readonly parallelism: number;
  readonly clock: Clock;
  readonly dialer: Dialer;
  readonly store: ObjectStore;
  readonly timeZone: string;
  /** False where a job may not touch the machine's own files (a shared server): only buckets are left. Absent = true. */
  readonly allowLocalFiles?: boolean;
  /** Job-wide unique prefix for consumer groups, transactional ids and file names: `tm-<jobId>`. */
  readonly jobPrefix: string;
  /** Unique per run attempt; part of names of files not yet committed. */
  readonly attempt: string;
  /** Of a sink whose job is fenced: what names it for ever, over all attempts. Absent = what it leaves outside cannot be told from others'. */
  readonly owner?: SinkOwner;
  /** One line for the job's log. */
  log(level: 'debug' | 'info' | 'warn' | 'error', message: string): void;
  /** Up to `records` of this sink may now be there twice, without a restart: told to people as an event of the job. Absent: the log alone has it. */
  mayRepeat?(records: number, message: string): void;
  /** Rows of `print` sinks. */
  print(line: string, toStandardError: boolean): void;
}

/** Position of one split (Kafka partition, file, datagen range): JSON, kept in snapshots, shown in previews. */
export interface SplitPosition {
  /** Stable name: `orders-3` (topic-partition), the file's path, `0` for datagen. */
  readonly split: string;
  readonly position: Readonly<Record<string, string | number | boolean | null>>;
}

export type PollResult =
  | { readonly kind: 'batch'; readonly batch: Batch }
  /** Nothing now; `waitMs` is how long not to ask again, unless `ready` fires. */
  | { readonly kind: 'idle'; readonly waitMs: number }
  | { readonly kind: 'end' };

export interface SourceReader {
  /** `restored`: all positions of this source in the snapshot, of all former subtasks; null = no snapshot. The reader picks its own by split. */
  open(restored: readonly SplitPosition[] | null): Promise<void>;
  /** Resolves fast when data is at hand. The batch is valid until the next call. */
  poll(rowsMax: number): Promise<PollResult>;
  /** Positions after the last batch handed out; synchronous, called between polls. */
  positions(): readonly SplitPosition[];
  /** A checkpoint with these positions is complete (Kafka: commit offsets to the group). Errors are logged, not thrown. */
  onCheckpointComplete?(positions: readonly SplitPosition[]): Promise<void>;
  /** Records behind the end of the source, when known; for the lag chart. */
  lag?(): { readonly records: number; readonly bySplit: readonly { readonly split: string; readonly lag: number }[] } | null;
  close(): Promise<void>;
}

/**
 * A sink writer. `write` is synchronous and only buffers; the task awaits `ready()` before the next batch, which is how a sink
 * holds back the job. At a barrier the task calls `prepare`, which resolves only after all that was written is acknowledged or
 * staged; its answer goes into the snapshot. After the manifest is published the runtime calls `commit` with it. After a
 * restore `commit` is called again with what the snapshot holds, before any write: it must be idempotent, and throws when it
 * cannot prove that the data is visible.
 */
export interface SinkWriter {
  open(): Promise<void>;
  write(batch: Batch): void;
  /** Resolves at once while buffers have room. Rejects with the reason when a write failed for good. */
  ready(): Promise<void> | null;
  /** `epoch` = checkpoint id. Bounded jobs get a last one at the end of input. */
  prepare(epoch: number): Promise<readonly Committable[]>;
  commit(committables: readonly Committable[]): Promise<void>;
  /**
   * Takes away what attempts of this sink below a generation left uncommitted, but for what `retained` names: the committables of all
   * snapshots that are kept, asked for only when something was found. Returns how many went. Called for one subtask, while the sink writes.
   */
  removeAbandoned?(belowGeneration: number, retained: () => Promise<readonly Committable[]>): Promise<number>;
  close(): Promise<void>;
}

/** JSON kept in the snapshot. */
export interface Committable {
  readonly kind: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** What the outside world holds for a split, for the start preview. Counts as decimal strings where they may pass 2^53. */
export interface SplitAvailability {
  readonly split: string;
  /** First position that can still be read, next position to be written; null = unknown to this kind of source. */
  readonly earliest: string | null;
  readonly latest: string | null;
  readonly retentionMs: number | null;
}

export interface Connector {
  /** `kafka`, `filesystem`, … */
  readonly name: string;
  /** Checks options and schema without I/O. */
  describe(table: PlanTable): TableFacts;
  createReader?(table: PlanTable, reads: readonly TableColumnRead[], context: RuntimeContext): SourceReader;
  /** `schema`: columns of the batches by the sink's names: physical ones and metadata that can be written, in the order they are declared. */
  createWriter?(table: PlanTable, schema: RowSchema, context: RuntimeContext): SinkWriter;
  /** Asks the outside world, with the deadline given; throws an Error with one sentence for people. */
  availability?(table: PlanTable, context: RuntimeContext, deadlineMs: number): Promise<readonly SplitAvailability[]>;
  /** Finds what would fail at the start: missing topic or table, refused credentials, bucket not reachable. */
  probe?(table: PlanTable, role: 'source' | 'sink', context: RuntimeContext, deadlineMs: number): Promise<OptionProblem | null>;
}

/** A failure at the seam to the outside: the message is one sentence for people; `isRetryable` steers the restart policy. */
export class ConnectorError extends Error {
  override readonly name = 'ConnectorError';
  readonly isRetryable: boolean;
  constructor(message: string, isRetryable: boolean, options?: ErrorOptions) {
    super(message, options);
    this.isRetryable = isRetryable;
  }
}
