/**
 * The kept rows of one side of a regular join, and how they are found again (Flink's JoinRecordStateView and its outer twin):
 *
 *   key       the unique key lies within the join key: one record a join key
 *   unique    one record a join key and unique key
 *   sequence  rows are only added: each gets a number
 *   row       rows are taken back by value: one record a row, with a count of equal ones
 *   count     only the number of rows of a join key matters (right side of a semi or anti join without further condition)
 *
 * `copies` is how often the record's row is there, 0 for records to be deleted at the end of the batch: within a batch ids stay valid.
 * `matches` (sides that are padded or only tested for existence) is the number of rows on the other side that meet the row.
 */
import type { NodeBase } from '../planner/physical-plan.ts';
import type { StateField } from '../state/contract.ts';
import type { KeyedTable } from '../state/keyed-table.ts';
import { type BatchLookup, CREATE } from '../state/table-loops.ts';
import { type Batch, DELETE, UPDATE_BEFORE } from '../types/batch.ts';
import { laneOf, type RowSchema } from '../types/sql-type.ts';
import { liveRows } from './batch-view.ts';
import type { OperatorContext } from './contract.ts';
import { SEQUENCE_FIELD, Sequence } from './sequence.ts';
import { RowLayout } from './stored-rows.ts';

export interface JoinSideOptions {
  readonly name: 'left' | 'right';
  readonly schema: RowSchema;
  /** By column. */
  readonly meanings: readonly string[];
  readonly keys: readonly number[];
  readonly unique: readonly number[] | null;
  readonly isChanging: boolean;
  readonly tracksMatches: boolean;
  readonly isCountedOnly: boolean;
  readonly ttlMs: number;
}

type Access = 'key' | 'unique' | 'sequence' | 'row' | 'count';

const COPIES: StateField = { name: 'copies', digest: 'copies', type: { kind: 'INT', nullable: false } };
const MATCHES: StateField = { name: 'matches', digest: 'matches', type: { kind: 'DOUBLE', nullable: false } };

function accessOf({ unique, keys, isChanging, isCountedOnly }: JoinSideOptions): Access {
  if (isCountedOnly) return 'count';
  if (unique !== null) return unique.every((column) => keys.includes(column)) ? 'key' : 'unique';
  return isChanging ? 'row' : 'sequence';
}

export class JoinSide {
  readonly #options: JoinSideOptions;
  readonly #access: Access;
  readonly #layout: RowLayout;
  readonly #subKeys: readonly number[];
  readonly #sequence = new Sequence();
  table!: KeyedTable;
  #own!: BatchLookup;
  #write!: (batch: Batch, rows: Int32Array, ids: Int32Array, count: number) => void;
  #ids = new Int32Array(0);
  #writtenRows = new Int32Array(0);
  #writtenIds = new Int32Array(0);

  constructor(options: JoinSideOptions) {
    const { schema, keys, unique } = options;
    this.#options = options;
    this.#access = accessOf(options);
    const others = schema.map((_, index) => index).filter((index) => !keys.includes(index));
    this.#subKeys =
      this.#access === 'row' ? others : this.#access === 'unique' ? (unique ?? []).filter((index) => !keys.includes(index)) : [];
    this.#layout = new RowLayout(schema, keys, this.#subKeys, options.meanings);
  }

  open(context: OperatorContext): void {
    const { name, keys, schema, tracksMatches, ttlMs } = this.#options;
    const isNumbered = this.#access === 'sequence';
    this.table = context.state.table({
      name,
      key: this.#layout.key,
      subKey: isNumbered ? [SEQUENCE_FIELD] : this.#layout.subKey,
      fields: [COPIES, ...(tracksMatches ? [MATCHES] : []), ...(this.#access === 'count' ? [] : this.#layout.fields)],
      ttlMs,
    });
    this.#own = this.table.lookup([...keys, ...(isNumbered ? [schema.length] : this.#subKeys)]);
    if (this.#access !== 'count') this.#write = this.#layout.writer(this.table);
    if (isNumbered) this.#sequence.open(context.state.values, `${name}Sequence`);
  }

  /** Lookup with the other side's rows: the first record of the join key, or -1. */
  finder(keys: readonly number[]): BatchLookup {
    return this.table.chains === null ? this.table.lookup(keys) : this.table.prefixLookup(keys);
  }

  /** The next record of a key: see `KeyedTable.next`; null where a key has one record. */
  get nextIds(): Int32Array | null {
    return this.table.chains === null ? null : (this.table.chains.next.values as Int32Array);
  }

  get copies(): Int32Array {
    return this.table.fields[0].values as Int32Array;
  }

  get matches(): Float64Array {
    return this.table.fields[1].values as Float64Array;
  }

  /** The kept rows as a batch; without columns to speak of where only the count is kept. */
  view(): Batch {
    if (this.#access !== 'count') return this.#layout.view(this.table);
    return { rows: this.table.idLimit, columns: [], kinds: null, selection: null, selected: 0, split: -1 };
  }

  /** Takes the batch's rows in, and those taken back out. `matchCounts[row]` is what the row met, where the side tracks it. */
  apply(batch: Batch, matchCounts: Float64Array): void {
    this.#fit(batch.rows);
    this.#own(this.#access === 'sequence' ? this.#sequence.extend(batch) : batch, this.#ids, CREATE);
    const live = liveRows(batch);
    const { kinds } = batch;
    const ids = this.#ids;
    const { copies } = this;
    const matches = this.#options.tracksMatches ? this.matches : null;
    const isCounted = this.#access === 'row' || this.#access === 'count';
    let written = 0;
    let emptied = 0;
    for (let i = 0; i < batch.selected; i++) {
      const row = live[i];
      const id = ids[row];
      if (kinds !== null && (kinds[row] === UPDATE_BEFORE || kinds[row] === DELETE)) {
        copies[id] = isCounted ? Math.max(0, copies[id] - 1) : 0;
        if (copies[id] === 0) emptied++;
        continue;
      }
      copies[id] = isCounted ? copies[id] + 1 : 1;
      if (matches !== null) matches[id] = matchCounts[row];
      this.#writtenRows[written] = row;
      this.#writtenIds[written++] = id;
    }
    if (this.#access !== 'count') this.#write(batch, this.#writtenRows, this.#writtenIds, written);
    if (emptied > 0) this.#dropEmptied(batch, live);
  }

  #dropEmptied(batch: Batch, live: Int32Array): void {
    for (let i = 0; i < batch.selected; i++) {
      const id = this.#ids[live[i]];
      if (this.table.meta.nulls[id] === 1 && this.copies[id] === 0) this.table.delete(id);
    }
  }

  #fit(rows: number): void {
    if (rows <= this.#ids.length) return;
    const size = Math.max(2048, rows);
    this.#ids = new Int32Array(size);
    this.#writtenRows = new Int32Array(size);
    this.#writtenIds = new Int32Array(size);
  }

  snapshot(): void {
    if (this.#access === 'sequence') this.#sequence.snapshot();
  }
}

/** What the columns of one side mean, by column. */
export function sideMeanings(node: Pick<NodeBase, 'stateFields'>, side: 'left' | 'right'): readonly string[] {
  return node.stateFields.filter((field) => field.startsWith(`${side}.`));
}

/** Keys of both sides must hash alike; the planner casts them to one type. */
export function requireSameLanes(left: RowSchema, leftKeys: readonly number[], right: RowSchema, rightKeys: readonly number[]): void {
  leftKeys.forEach((key, index) => {
    const [a, b] = [left[key].type, right[rightKeys[index]].type];
    if (laneOf(a) !== laneOf(b)) throw new Error(`join key ${index} has other lanes left and right: ${a.kind}, ${b.kind}`);
  });
}
