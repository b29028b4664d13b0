/** The state of one operator of one subtask: its declared tables and values, restored before `open`, frozen at a barrier. */
import type { FrozenTable, OperatorStateStore, OperatorValues, SliceSpec, TableSpec } from './contract.ts';
import { StateError } from './contract.ts';
import { KeyedTable, type TableOptions } from './keyed-table.ts';
import type { MemoryBudget } from './memory-budget.ts';
import { SlicedTable } from './sliced-table.ts';
import { readLayout, type TableLayout } from './table-format.ts';
import { TableImage } from './table-image.ts';
import { type FieldMatch, loadGroup, matchFields } from './table-load.ts';

export interface OperatorStateOptions {
  readonly uid: string;
  /** A power of two. */
  readonly keyGroups: number;
  readonly firstGroup: number;
  readonly lastGroup: number;
  readonly nowMs: () => number;
  readonly budget: MemoryBudget;
}

interface StoredTable {
  readonly layout: TableLayout;
  readonly isSliced: boolean;
  readonly bytes: Uint8Array;
}

export function createOperatorState(options: OperatorStateOptions): OperatorStateStore {
  return new OperatorStateBackend(options);
}

class OperatorStateBackend implements OperatorStateStore {
  readonly keyGroups: number;
  readonly firstGroup: number;
  readonly lastGroup: number;
  readonly values: OperatorValues;
  readonly #options: OperatorStateOptions;
  readonly #tables = new Map<string, KeyedTable | SlicedTable>();
  readonly #stored = new Map<string, StoredTable[]>();
  readonly #restoredValues = new Map<string, unknown[]>();
  readonly #values = new Map<string, unknown>();
  readonly #notes = new Set<string>();

  constructor(options: OperatorStateOptions) {
    if ((options.keyGroups & (options.keyGroups - 1)) !== 0) throw new Error(`key groups must be a power of two, not ${options.keyGroups}`);
    this.#options = options;
    this.keyGroups = options.keyGroups;
    this.firstGroup = options.firstGroup;
    this.lastGroup = options.lastGroup;
    this.values = {
      restored: (name) => this.#restoredValues.get(name) ?? [],
      set: (name, value) => {
        this.#values.set(name, value);
      },
    };
  }

  table(spec: TableSpec): KeyedTable {
    const table = new KeyedTable(spec, this.#declare(spec.name));
    this.#tables.set(spec.name, table);
    for (const stored of this.#claim(spec.name, false)) {
      const match = matchFields(stored.layout, table);
      loadGroup(table, stored.layout, match, stored.bytes);
      this.#note(table.options.label, match);
    }
    return table;
  }

  sliced(spec: SliceSpec): SlicedTable {
    const options = this.#declare(spec.name);
    const table = new SlicedTable(spec, options);
    this.#tables.set(spec.name, table);
    for (const stored of this.#claim(spec.name, true)) this.#note(options.label, table.load(stored.layout, stored.bytes));
    return table;
  }

  load(table: string, formatVersion: number, layout: Readonly<Record<string, unknown>>, group: number, bytes: Uint8Array): void {
    if (group < this.firstGroup || group > this.lastGroup) throw new Error(`key group ${group} is not one of this subtask`);
    const parsed = readLayout(layout, formatVersion, this.#labelOf(table));
    const list = this.#stored.get(table) ?? [];
    list.push({ layout: parsed, isSliced: layout.isSliced === true, bytes });
    this.#stored.set(table, list);
  }

  loadValues(values: Readonly<Record<string, unknown>>): void {
    for (const [name, value] of Object.entries(values)) this.#restoredValues.set(name, [...(this.#restoredValues.get(name) ?? []), value]);
  }

  freeze(): { readonly tables: readonly FrozenTable[]; readonly values: Readonly<Record<string, unknown>> } {
    const tables = [...this.#tables.values()].map((table) => (table instanceof SlicedTable ? table.freeze() : new TableImage(table)));
    return { tables, values: structuredClone(Object.fromEntries(this.#values)) };
  }

  restoreNotes(): readonly string[] {
    const forgotten = [...this.#stored.keys()].map((name) => `${this.#labelOf(name)}: no longer used, its state is dropped`);
    return [...this.#notes, ...forgotten];
  }

  stateBytes(): number {
    let bytes = 0;
    for (const table of this.#tables.values()) bytes += table.byteSize;
    return bytes;
  }

  stateRecords(): number {
    let records = 0;
    for (const table of this.#tables.values()) records += table.records;
    return records;
  }

  #labelOf(table: string): string {
    return `${this.#options.uid}/${table}`;
  }

  #declare(name: string): TableOptions {
    if (this.#tables.has(name)) throw new Error(`state table ${name} is declared twice`);
    const { keyGroups, budget, nowMs } = this.#options;
    return { label: this.#labelOf(name), keyGroups, budget, nowMs };
  }

  /** Takes the stored groups of a table; what nobody claims is reported as dropped. */
  #claim(name: string, isSliced: boolean): readonly StoredTable[] {
    const stored = this.#stored.get(name) ?? [];
    this.#stored.delete(name);
    if (stored.some((group) => group.isSliced !== isSliced)) {
      throw new StateError(
        'incompatible',
        `State of ${this.#labelOf(name)} was stored by another kind of operator: it cannot be taken over.`,
      );
    }
    return stored;
  }

  #note(label: string, match: FieldMatch): void {
    for (const field of match.added) {
      const since = field.isColumn ? 'is NULL in rows kept before' : 'counts from this snapshot on';
      this.#notes.add(`${label}: ${field.digest} is new and ${since}`);
    }
    for (const field of match.dropped) this.#notes.add(`${label}: ${field.digest} is no longer used, its state is dropped`);
  }
}
