/**
 * Keyed and operator state behind one interface. State lives in tables of fixed-width columns plus a byte heap, cut into key groups.
 *
 * - key group = hash(key columns) & (keyGroups - 1); the hash (hash.ts, HASH_VERSION, test vectors) also routes rows at an exchange, so
 *   that a row always meets the subtask that owns its group: subtask i of P owns groups ceil(i*G/P) .. ceil((i+1)*G/P) - 1.
 * - Snapshot: the task calls `freeze` on every table at a barrier; what it returns stays as it was at that moment while the operator goes on,
 *   and is serialised afterwards, group by group (copy-on-write below, so the barrier itself is short).
 * - Restore: `load` gets groups (possibly from several subtasks of a run at another parallelism) before the operator's `open`.
 * - Matching on restore is by operator uid, table name and field digest: a field that the new plan adds starts at its default, one that it
 *   dropped is forgotten (and said so), a changed key or type refuses.
 */
import type { RowSchema } from '../types/sql-type.ts';

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
  readonly type: import('../types/sql-type.ts').SqlType;
}

/** State of one operator of one subtask; `operators/` declares its tables in `open`. */
export interface OperatorState {
  readonly keyGroups: number;
  /** Groups this subtask owns, [first, last]. */
  readonly firstGroup: number;
  readonly lastGroup: number;
  /** Declares a table and gets it back with restored contents. Call once per name, in `open`. */
  table(spec: TableSpec): import('./keyed-table.ts').KeyedTable;
  /** Small non-keyed values (offsets, max timestamps, counters), JSON; restored from all former subtasks. */
  readonly values: OperatorValues;
}

export interface OperatorValues {
  /** What former subtasks stored under this name; empty on a fresh start. */
  restored(name: string): readonly unknown[];
  set(name: string, value: unknown): void;
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

/** The runtime's side of a subtask's state; implemented by state/operator-state.ts. */
export interface OperatorStateStore extends OperatorState {
  /** Before `open`: hands over stored groups of one table. Throws StateError when layout and digests cannot be read at all. */
  load(table: string, formatVersion: number, layout: Readonly<Record<string, unknown>>, group: number, bytes: Uint8Array): void;
  loadValues(values: Readonly<Record<string, unknown>>): void;
  freeze(): { readonly tables: readonly FrozenTable[]; readonly values: Readonly<Record<string, unknown>> };
  /** Bytes now held, for metrics and the job's budget. */
  stateBytes(): number;
  stateRecords(): number;
}

export class StateError extends Error {
  override readonly name = 'StateError';
  readonly code: 'incompatible' | 'corrupt' | 'budget';
  constructor(code: StateError['code'], message: string) {
    super(message);
    this.code = code;
  }
}
// state/operator-state.ts: export function createOperatorState(options: { uid, keyGroups, firstGroup, lastGroup, nowMs(): number, budget: MemoryBudget }): OperatorStateStore
// state/hash.ts: HASH_VERSION; compileHash(schema, keyIndexes): (batch, out: Int32Array) => void — 32-bit hash per live row; hashing goes by value, never by lane capacity
// state/key-groups.ts: keyGroupOf(hash, keyGroups), groupRange(subtask, parallelism, keyGroups), subtaskOf(group, parallelism, keyGroups)
