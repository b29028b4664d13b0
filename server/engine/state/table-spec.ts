/** How an operator describes a state table, and how this room fails. Part of contract.ts, apart so that the tables do not import what imports them. */
import type { RowSchema, SqlType } from '../types/sql-type.ts';

export interface TableSpec {
  /** Stable within the operator: `accumulators`, `left`, `distinct.0`. */
  readonly name: string;
  /** Columns of the key, hashed for the key group. A global table has none. */
  readonly key: RowSchema;
  /** Further key columns that do not take part in the key group (window end, value of a DISTINCT, sequence number). */
  readonly subKey: RowSchema;
  readonly fields: readonly StateField[];
  /** 0 = for ever. Expiry is by processing time since the last write, in ms. */
  readonly ttlMs: number;
}

export interface StateField {
  /** Unique in the table. */
  readonly name: string;
  /** Restore matches by it; see NodeBase.stateFields. */
  readonly digest: string;
  readonly type: SqlType;
  /** A column of kept rows: rows that were stored without it hold NULL there, and cannot be restored where its type allows none. Others start at zero. */
  readonly isColumn?: true;
  /** The digest by place of such a column: snapshots of an engine that did not know its meaning have it. */
  readonly placed?: string;
}

/** A table of slices of time: its records belong to a slice, and slices are dropped as a whole (sliced-table.ts). No TTL. */
export interface SliceSpec {
  readonly name: string;
  readonly key: RowSchema;
  /** As in TableSpec; none by default. */
  readonly subKey?: RowSchema;
  readonly fields: readonly StateField[];
}

/** One table as it was at the barrier. */
export interface FrozenTable {
  readonly name: string;
  readonly formatVersion: number;
  /** Schema and digests, for the manifest. */
  readonly layout: Readonly<Record<string, unknown>>;
  /** Groups that hold records, ascending. */
  readonly groups: readonly number[];
  /** Bytes of one group; may be called once a group, in any order. */
  serialize(group: number): { readonly bytes: Uint8Array; readonly records: number };
  /** After all groups were written, or the checkpoint was given up. */
  release(): void;
}

export class StateError extends Error {
  override readonly name = 'StateError';
  readonly code: 'incompatible' | 'corrupt' | 'budget';
  constructor(code: StateError['code'], message: string) {
    super(message);
    this.code = code;
  }
}
