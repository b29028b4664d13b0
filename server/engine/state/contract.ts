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
import type { KeyedTable } from './keyed-table.ts';
import type { SlicedTable } from './sliced-table.ts';
import type { FrozenTable, SliceSpec, TableSpec } from './table-spec.ts';

export type { FrozenTable, SliceSpec, StateField, TableSpec } from './table-spec.ts';
export { StateError } from './table-spec.ts';

/** State of one operator of one subtask; `operators/` declares its tables in `open`. */
export interface OperatorState {
  readonly keyGroups: number;
  /** Groups this subtask owns, [first, last]. */
  readonly firstGroup: number;
  readonly lastGroup: number;
  /** Declares a table and gets it back with restored contents. Call once per name, in `open`. */
  table(spec: TableSpec): KeyedTable;
  /** The same for a table of slices. */
  sliced(spec: SliceSpec): SlicedTable;
  /** Small non-keyed values (offsets, max timestamps, counters), JSON; restored from all former subtasks. */
  readonly values: OperatorValues;
}

export interface OperatorValues {
  /** What former subtasks stored under this name; empty on a fresh start. */
  restored(name: string): readonly unknown[];
  set(name: string, value: unknown): void;
}

/** The runtime's side of a subtask's state; implemented by state/operator-state.ts. */
export interface OperatorStateStore extends OperatorState {
  /** Before `open`: hands over stored groups of one table. Throws StateError when layout and digests cannot be read at all. */
  load(table: string, formatVersion: number, layout: Readonly<Record<string, unknown>>, group: number, bytes: Uint8Array): void;
  loadValues(values: Readonly<Record<string, unknown>>): void;
  freeze(): { readonly tables: readonly FrozenTable[]; readonly values: Readonly<Record<string, unknown>> };
  /** After `open`: what restored state was not taken over as it was (fields added or dropped, tables no longer declared), for people. */
  restoreNotes(): readonly string[];
  /** Bytes now held, for metrics and the job's budget. */
  stateBytes(): number;
  stateRecords(): number;
}

// state/operator-state.ts: createOperatorState(options: OperatorStateOptions { uid, keyGroups, firstGroup, lastGroup, nowMs(): number, budget: MemoryBudget }): OperatorStateStore
// state/memory-budget.ts: class MemoryBudget(limitBytes, shared?) { usedBytes, reserve, release }; one for all operators of a job
// state/hash.ts: HASH_VERSION; compileHash(schema, keyIndexes): (batch, out: Int32Array) => void — 32-bit hash of each live row, written at the row's own index
// state/key-groups.ts: keyGroupOf(hash, keyGroups), groupRange(subtask, parallelism, keyGroups): { first, last }, subtaskOf(group, parallelism, keyGroups)
// state/keyed-table.ts: class KeyedTable: lookup(keyIndexes) -> (batch, ids, mode), fields[i] (StateColumn: values, ints, nulls), touch, delete, chains; its head comment is the manual
// state/table-loops.ts: FIND, FIND_FOR_WRITE, CREATE (lookup modes)
// state/value-codec.ts: writeValue, readValue, canonicalText(value, type) (a Map key that equal values share), isSameValue
