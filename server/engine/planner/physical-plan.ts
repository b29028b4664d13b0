/**
 * The physical plan: a DAG of operators with stable uids, as JSON. It is what the runtime instantiates, what every snapshot
 * stores, what `explain` prints and what the console draws. Nodes stand in topological order (inputs before users).
 *
 * uid = hash(target or view lineage, operator kind, keys, window, inputs' table names, ordinal among equals); it contains no
 * counter, no projected column, no filter, no aggregate list, no option, no alias and no parallelism (engine.md section 7).
 */
import type { RowSchema, SqlType } from '../types/sql-type.ts';
import type { Expression } from './expression.ts';

export const PLAN_VERSION = 1;

export interface PhysicalPlan {
  readonly version: typeof PLAN_VERSION;
  readonly nodes: readonly PlanNode[];
  /** Maximum parallelism = number of key groups; fixed for the life of a job's state. */
  readonly keyGroups: number;
  /** Effective settings of the job after SET, in Flink's keys. */
  readonly settings: Readonly<Record<string, string>>;
  readonly warnings: readonly PlanWarning[];
}

export interface PlanWarning {
  readonly message: string;
  readonly line: number;
  readonly column: number;
}

/** Which change kinds a node may emit (Flink's ChangelogMode). Upsert = updateAfter without updateBefore. */
export interface ChangelogMode {
  readonly insert: boolean;
  readonly updateBefore: boolean;
  readonly updateAfter: boolean;
  readonly delete: boolean;
}

export interface NodeBase {
  readonly id: number;
  readonly uid: string;
  readonly inputs: readonly number[];
  readonly schema: RowSchema;
  readonly changelog: ChangelogMode;
  /** One line for people, in Flink's style: `GroupAggregate(groupBy=[user_id], select=[user_id, COUNT(*) AS n])`. */
  readonly description: string;
  /** 1 for operators that must not be split (global aggregates, single sinks); null = the job's parallelism. */
  readonly parallelism: number | null;
  /** True when the operator keeps keyed or operator state that a restart needs. */
  readonly isStateful: boolean;
  /** State time-to-live in ms (Idle State Retention Time / table.exec.state.ttl); 0 = for ever. */
  readonly stateTtlMs: number;
  /** Digest of each state field by meaning, e.g. `sum(price) filter(kind = 'buy')`: restore matches fields by it. */
  readonly stateFields: readonly string[];
}

export interface TableColumnRead {
  /** Physical column and nested fields below it, e.g. ['bid', 'auction']; the decoder yields NULL when a parent is NULL. */
  readonly path: readonly string[];
  readonly type: SqlType;
  /** Set when this is a metadata column: the connector's or format's metadata key. */
  readonly metadata?: string;
}

/** A declared table as the connectors see it. Secrets in `options` are resolved by the runtime, never stored in a plan. */
export interface PlanTable {
  readonly name: string;
  readonly connector: string;
  readonly options: Readonly<Record<string, string>>;
  /** All physical columns in declaration order (formats such as csv need the order). */
  readonly physical: RowSchema;
  /** Metadata columns that can be written (sinks). */
  readonly metadata: readonly { readonly key: string; readonly name: string; readonly type: SqlType }[];
  readonly primaryKey: readonly string[];
  readonly partitionKeys: readonly string[];
}

export interface SortKey {
  readonly index: number;
  readonly descending: boolean;
  readonly nullsLast: boolean;
}

/** An aggregate over pre-projected input columns. */
export interface AggregateCall {
  /** Canonical name: COUNT, COUNT_STAR, SUM, SUM0, AVG, MIN, MAX, FIRST_VALUE, LAST_VALUE, LISTAGG, COLLECT, STDDEV_POP, … */
  readonly function: string;
  readonly args: readonly number[];
  readonly isDistinct: boolean;
  /** Index of a BOOLEAN input column; only rows where it is TRUE count. */
  readonly filter: number | null;
  readonly type: SqlType;
  /** Literals that are syntax, such as LISTAGG's separator. */
  readonly options?: Readonly<Record<string, string | number | boolean | null>>;
  readonly digest: string;
  readonly name: string;
}

/** sizes, slide, step, gap and offset in ms. */
export type WindowSpec =
  | { readonly kind: 'TUMBLE'; readonly sizeMs: number; readonly offsetMs: number }
  | { readonly kind: 'HOP'; readonly sizeMs: number; readonly slideMs: number; readonly offsetMs: number }
  | { readonly kind: 'CUMULATE'; readonly sizeMs: number; readonly stepMs: number; readonly offsetMs: number }
  | { readonly kind: 'SESSION'; readonly gapMs: number };

export type WindowProperty = 'window_start' | 'window_end' | 'window_time';
export type TimeDomain = 'rowtime' | 'proctime';
export type JoinKind = 'inner' | 'left' | 'right' | 'full' | 'semi' | 'anti';

export type PlanNode = NodeBase &
  (
    | { readonly kind: 'source'; readonly table: PlanTable; readonly reads: readonly TableColumnRead[] }
    | { readonly kind: 'values'; readonly rows: readonly (readonly Expression[])[] }
    | { readonly kind: 'calc'; readonly projection: readonly Expression[]; readonly condition: Expression | null }
    /** Output column `rowtime` becomes the time attribute; `watermark` is evaluated per row, in ms of event time. */
    | {
        readonly kind: 'watermark';
        readonly rowtime: number;
        readonly watermark: Expression;
        /** pipeline.auto-watermark-interval / scan.watermark.*; 200 by default. */
        readonly intervalMs: number;
        /** table.exec.source.idle-timeout; 0 = never idle. */
        readonly idleTimeoutMs: number;
      }
    /** The only node that moves rows between subtasks. */
    | {
        readonly kind: 'exchange';
        readonly distribution:
          | { readonly kind: 'hash'; readonly keys: readonly number[] }
          | { readonly kind: 'single' }
          | { readonly kind: 'broadcast' };
      }
    | { readonly kind: 'union' }
    | {
        readonly kind: 'groupAggregate';
        readonly keys: readonly number[];
        readonly aggregates: readonly AggregateCall[];
        /** Input has -U or -D: accumulators must retract, and a count of rows decides when a key disappears. */
        readonly isInputChanging: boolean;
        readonly emitUpdateBefore: boolean;
      }
    /** Adds window_start, window_end, window_time behind the input columns (a row may appear in several windows). */
    | {
        readonly kind: 'windowTableFunction';
        readonly window: WindowSpec;
        readonly time: number;
        readonly domain: TimeDomain;
        readonly partitionKeys: readonly number[];
      }
    /** Output: keys, then aggregates, then `properties`. `windowed` input: windows attached already (cascade) at these columns. */
    | {
        readonly kind: 'windowAggregate';
        readonly window: WindowSpec;
        readonly time: number;
        readonly domain: TimeDomain;
        readonly keys: readonly number[];
        readonly aggregates: readonly AggregateCall[];
        readonly properties: readonly WindowProperty[];
        readonly isInputChanging: boolean;
        readonly attached: { readonly start: number; readonly end: number } | null;
        /** Windows of a TIMESTAMP_LTZ: window_start and window_end are wall-clock times of the session's time zone, watermarks are instants. */
        readonly isZoned: boolean;
      }
    | {
        readonly kind: 'deduplicate';
        readonly keys: readonly number[];
        /** Time column the order goes by; null for processing time. */
        readonly time: number | null;
        readonly keep: 'first' | 'last';
        readonly emitUpdateBefore: boolean;
      }
    | {
        readonly kind: 'rank';
        readonly rankFunction: 'ROW_NUMBER' | 'RANK' | 'DENSE_RANK';
        readonly partitionKeys: readonly number[];
        readonly orderBy: readonly SortKey[];
        /** 1-based, inclusive. */
        readonly rankStart: number;
        readonly rankEnd: number;
        readonly outputRank: boolean;
        readonly strategy: 'append' | 'retract';
        readonly emitUpdateBefore: boolean;
      }
    | {
        readonly kind: 'join';
        readonly joinKind: JoinKind;
        readonly leftKeys: readonly number[];
        readonly rightKeys: readonly number[];
        /** One flag a key pair: true where NULL equals NULL (IS NOT DISTINCT FROM). */
        readonly nullSafe: readonly boolean[];
        /** Over left columns then right columns; null = the keys alone decide. */
        readonly condition: Expression | null;
        /** Unique keys of each side, when known: state keeps one row a key. */
        readonly leftUnique: readonly number[] | null;
        readonly rightUnique: readonly number[] | null;
        /** The side's input has -U or -D: a row that is taken back must be found by value. */
        readonly isLeftChanging: boolean;
        readonly isRightChanging: boolean;
      }
    | {
        readonly kind: 'windowJoin';
        readonly joinKind: JoinKind;
        readonly leftWindowEnd: number;
        readonly rightWindowEnd: number;
        readonly leftKeys: readonly number[];
        readonly rightKeys: readonly number[];
        readonly nullSafe: readonly boolean[];
        /** Window columns are wall-clock times of the session's time zone; see windowAggregate. */
        readonly isZoned: boolean;
        readonly condition: Expression | null;
      }
    | {
        readonly kind: 'intervalJoin';
        readonly joinKind: JoinKind;
        readonly leftKeys: readonly number[];
        readonly rightKeys: readonly number[];
        readonly nullSafe: readonly boolean[];
        readonly leftTime: number;
        readonly rightTime: number;
        /** left.time - right.time lies in [lower, upper], ms. */
        readonly lowerMs: number;
        readonly upperMs: number;
        readonly condition: Expression | null;
      }
    | {
        readonly kind: 'windowRank';
        readonly windowEnd: number;
        readonly partitionKeys: readonly number[];
        readonly orderBy: readonly SortKey[];
        readonly rankStart: number;
        readonly rankEnd: number;
        readonly outputRank: boolean;
        readonly isZoned: boolean;
      }
    | {
        readonly kind: 'windowDeduplicate';
        readonly windowEnd: number;
        readonly keys: readonly number[];
        readonly time: number;
        readonly keep: 'first' | 'last';
        readonly isZoned: boolean;
      }
    /** ORDER BY and LIMIT kept as state (a retracting sort-limit), or ORDER BY rowtime. */
    | {
        readonly kind: 'sortLimit';
        readonly orderBy: readonly SortKey[];
        readonly offset: number;
        readonly limit: number | null;
        /** Input has -U or -D: rows below the limit are kept too, for they may move up. */
        readonly isInputChanging: boolean;
        readonly emitUpdateBefore: boolean;
      }
    | { readonly kind: 'temporalSort'; readonly time: number; readonly orderBy: readonly SortKey[] }
    /** GROUPING SETS: each input row once per set, columns not in the set NULL, then the grouping id (BIGINT). */
    | { readonly kind: 'expand'; readonly sets: readonly { readonly keep: readonly number[]; readonly groupingId: number }[] }
    | {
        readonly kind: 'unnest';
        readonly array: Expression;
        readonly joinKind: 'inner' | 'left';
        readonly withOrdinality: boolean;
        readonly condition: Expression | null;
      }
    /** Upsert or duplicated changelog -> full changelog by key (Flink's ChangelogNormalize). */
    | { readonly kind: 'changelogNormalize'; readonly keys: readonly number[]; readonly emitUpdateBefore: boolean }
    | { readonly kind: 'dropUpdateBefore' }
    /** Orders a changelog by the sink's key when it comes with another one (Flink's SinkUpsertMaterializer). */
    | { readonly kind: 'sinkUpsertMaterialize'; readonly keys: readonly number[] }
    | { readonly kind: 'sink'; readonly table: PlanTable; readonly delivery: SinkDelivery }
  );

export type NodeKind = PlanNode['kind'];
export type NodeOf<K extends NodeKind> = Extract<PlanNode, { kind: K }>;

/** What readers of a sink see after a restored restart (DESIGN section 6). `why` names the line that weakens it, or is empty. */
export interface SinkDelivery {
  readonly guarantee: 'exactly-once' | 'idempotent' | 'at-least-once' | 'none';
  readonly why: string;
}
