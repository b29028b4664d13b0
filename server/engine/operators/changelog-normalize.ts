/**
 * Upsert or repeated changes -> full changelog by key (Flink's ChangelogNormalize): the last row of each key is kept. The first row of a key gives
 * +I; another one -U (where asked for) and +U; the same one again gives nothing, unless state expires. A deletion gives -D of what is kept, and
 * nothing where nothing is. Rows taken back as -U carry no news: the row that replaces them does.
 *
 * Kept rows are written at the end of a batch; until then the newest row of a key is remembered by its place in the batch.
 */
import type { NodeOf } from '../planner/physical-plan.ts';
import type { KeyedTable } from '../state/keyed-table.ts';
import { type BatchLookup, CREATE } from '../state/table-loops.ts';
import { BATCH_ROWS_MAX, type Batch, DELETE, INSERT, UPDATE_AFTER, UPDATE_BEFORE } from '../types/batch.ts';
import { kindAt } from '../types/row-access.ts';
import type { RowSchema } from '../types/sql-type.ts';
import { liveRows } from './batch-view.ts';
import type { Operator, OperatorContext } from './contract.ts';
import { MixedOutput } from './mixed-output.ts';
import { RowStore, rowFields } from './row-store.ts';

const HAS_FIELD = { name: 'has', digest: 'has', type: { kind: 'BOOLEAN', nullable: false } } as const;

export function createChangelogNormalize(node: NodeOf<'changelogNormalize'>, input: RowSchema): Operator {
  return new ChangelogNormalize(node, input);
}

class ChangelogNormalize implements Operator {
  readonly #node: NodeOf<'changelogNormalize'>;
  readonly #input: RowSchema;
  #table!: KeyedTable;
  #find!: BatchLookup;
  #kept!: RowStore;
  #output!: MixedOutput;
  #found = new Int32Array(BATCH_ROWS_MAX);
  /** By record: 1 + the newest row of this batch, 0 = none. */
  #newest = new Int32Array(1024);
  readonly #touched = new Set<number>();

  constructor(node: NodeOf<'changelogNormalize'>, input: RowSchema) {
    this.#node = node;
    this.#input = input;
  }

  open(context: OperatorContext): void {
    const { keys, stateTtlMs } = this.#node;
    const key = keys.map((index) => this.#input[index]);
    const fields = [HAS_FIELD, ...rowFields(this.#input, this.#node.stateFields)];
    this.#table = context.state.table({ name: 'rows', key, subKey: [], fields, ttlMs: stateTtlMs });
    this.#find = this.#table.lookup(keys);
    this.#kept = new RowStore(this.#table, 1, this.#input.length);
    this.#output = new MixedOutput(context.output, this.#kept);
  }

  process(batch: Batch): void {
    if (this.#found.length < batch.rows) this.#found = new Int32Array(batch.rows);
    this.#find(batch, this.#found, CREATE);
    if (this.#newest.length < this.#table.idLimit) this.#newest = new Int32Array(this.#table.idLimit * 2);
    const has = this.#table.fields[0].values as Uint8Array;
    const live = liveRows(batch);
    for (let i = 0; i < batch.selected; i++) {
      const row = live[i];
      const id = this.#found[row];
      this.#touched.add(id);
      const kind = kindAt(batch, row);
      if (kind === UPDATE_BEFORE) continue;
      const previous = this.#newest[id] > 0 ? this.#newest[id] - 1 : ~id;
      if (kind === DELETE) {
        if (has[id] === 1) this.#output.add(previous, DELETE);
        has[id] = 0;
      } else {
        this.#take(batch, row, id, has[id] === 1 ? previous : null);
        has[id] = 1;
      }
    }
    this.#output.flush(batch);
    this.#save(batch, has);
  }

  #take(batch: Batch, row: number, id: number, previous: number | null): void {
    if (previous === null) this.#output.add(row, INSERT);
    else {
      if (this.#node.stateTtlMs === 0 && this.#kept.isSame(batch, previous, row)) return;
      if (this.#node.emitUpdateBefore) this.#output.add(previous, UPDATE_BEFORE);
      this.#output.add(row, UPDATE_AFTER);
    }
    this.#newest[id] = row + 1;
  }

  #save(batch: Batch, has: Uint8Array): void {
    const ids: number[] = [];
    const rows: number[] = [];
    for (const id of this.#touched) {
      if (has[id] === 0) this.#table.delete(id);
      else if (this.#newest[id] > 0) {
        ids.push(id);
        rows.push(this.#newest[id] - 1);
      }
      this.#newest[id] = 0;
    }
    this.#touched.clear();
    this.#kept.save(batch, Int32Array.from(rows), Int32Array.from(ids), ids.length);
  }

  processWatermark(): void {}

  close(): void {}
}
