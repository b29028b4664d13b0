/**
 * Brings a changelog into the order of the sink's key when it comes with another one (Flink's SinkUpsertMaterializer): all rows that now claim a key are
 * kept in order of arrival, and the newest is what the sink shows. A row that arrives gives +I for an unclaimed key, else +U. A row taken
 * back is looked for by its values, newest first: when it was what the sink shows, the one before it comes back as +U, or the key goes with -D;
 * an older one leaves in silence, and so does one that is not there.
 *
 * State: the rows, chained by the sink's key under a running number.
 */
import type { NodeOf } from '../planner/physical-plan.ts';
import type { KeyedTable } from '../state/keyed-table.ts';
import { type BatchLookup, CREATE, FIND } from '../state/table-loops.ts';
import { type Batch, DELETE, INSERT, UPDATE_AFTER, UPDATE_BEFORE } from '../types/batch.ts';
import { kindAt } from '../types/row-access.ts';
import type { RowSchema } from '../types/sql-type.ts';
import { liveRows, selectRows } from './batch-view.ts';
import type { Operator, OperatorContext } from './contract.ts';
import { MixedOutput } from './mixed-output.ts';
import { RowStore, rowFields } from './row-store.ts';

const NUMBER = { name: 'number', type: { kind: 'BIGINT', nullable: false } } as const;

export function createSinkUpsertMaterialize(node: NodeOf<'sinkUpsertMaterialize'>, input: RowSchema): Operator {
  return new SinkUpsertMaterialize(node, input);
}

class SinkUpsertMaterialize implements Operator {
  readonly #node: NodeOf<'sinkUpsertMaterialize'>;
  readonly #input: RowSchema;
  readonly #row = new Int32Array(1);
  #found = new Int32Array(0);
  #table!: KeyedTable;
  #find!: BatchLookup;
  #heads!: BatchLookup;
  #kept!: RowStore;
  #output!: MixedOutput;
  #nextNumber = 0n;

  constructor(node: NodeOf<'sinkUpsertMaterialize'>, input: RowSchema) {
    this.#node = node;
    this.#input = input;
  }

  open(context: OperatorContext): void {
    const { keys, stateTtlMs } = this.#node;
    const key = keys.map((index) => this.#input[index]);
    this.#table = context.state.table({
      name: 'rows',
      key,
      subKey: [NUMBER],
      fields: rowFields(this.#input, this.#node.stateFields),
      ttlMs: stateTtlMs,
    });
    this.#find = this.#table.lookup([...keys, this.#input.length]);
    this.#heads = this.#table.prefixLookup(keys);
    this.#kept = new RowStore(this.#table, 0, this.#input.length);
    this.#output = new MixedOutput(context.output, this.#kept);
    const numbers = this.#table.keyColumns[keys.length];
    this.#table.forEach((id) => {
      const number = numbers.values[id] as bigint;
      if (number >= this.#nextNumber) this.#nextNumber = number + 1n;
    });
  }

  process(batch: Batch): void {
    if (this.#found.length < batch.rows) this.#found = new Int32Array(batch.rows);
    const numbers = new BigInt64Array(batch.rows);
    const numbered: Batch = { ...batch, columns: [...batch.columns, { lane: 'i64', values: numbers, nulls: null }] };
    const live = liveRows(batch);
    for (let i = 0; i < batch.selected; i++) {
      const row = live[i];
      this.#row[0] = row;
      const kind = kindAt(batch, row);
      this.#heads(selectRows(batch, this.#row, 1), this.#found, FIND);
      const first = this.#found[row];
      const head = first === -1 || this.#node.stateTtlMs === 0 ? first : this.#table.firstLive(first);
      if (kind === DELETE || kind === UPDATE_BEFORE) this.#takeBack(batch, row, head);
      else {
        numbers[row] = this.#nextNumber++;
        this.#find(selectRows(numbered, this.#row, 1), this.#found, CREATE);
        this.#kept.save(batch, this.#row, Int32Array.of(this.#found[row]), 1);
        this.#output.add(row, head === -1 ? INSERT : UPDATE_AFTER);
      }
    }
    this.#output.flush(batch);
  }

  #takeBack(batch: Batch, row: number, head: number): void {
    if (head === -1) return;
    const tail = this.#table.tailOf(head);
    for (let id = tail; id !== -1; id = id === head ? -1 : this.#table.previous(id)) {
      if (!this.#kept.isSame(batch, ~id, row)) continue;
      if (id === tail && id === head) this.#output.add(row, DELETE);
      else if (id === tail) {
        this.#output.add(~this.#table.previous(id), UPDATE_AFTER);
        // The record may go within this batch: what is emitted is taken now.
        this.#output.flush(batch);
      }
      this.#table.delete(id);
      return;
    }
  }

  processWatermark(): void {}

  close(): void {}
}
