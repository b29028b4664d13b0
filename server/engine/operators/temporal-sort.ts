/**
 * ORDER BY a rowtime, perhaps with more columns behind it (Flink's RowTimeSortOperator): rows wait until the watermark has passed their time and then go out
 * in order; equal ones in order of arrival. A row not later than the newest time already sent is late: dropped and counted.
 *
 * State: the waiting rows under a running number, and the newest time sent.
 */
import { DataError } from '../functions/contract.ts';
import type { NodeOf } from '../planner/physical-plan.ts';
import type { KeyedTable } from '../state/keyed-table.ts';
import { type BatchLookup, CREATE } from '../state/table-loops.ts';
import { type Batch, type I64Column, INSERT } from '../types/batch.ts';
import { orderOf } from '../types/compare-values.ts';
import type { RowSchema } from '../types/sql-type.ts';
import { liveRows, selectRows } from './batch-view.ts';
import type { Operator, OperatorContext } from './contract.ts';
import { MixedOutput } from './mixed-output.ts';
import { RowStore, rowFields } from './row-store.ts';
import { TimeColumn } from './time-column.ts';

const NUMBER = { name: 'number', type: { kind: 'BIGINT', nullable: false } } as const;
const TIME_FIELD = { name: 'time', digest: 'time', type: { kind: 'DOUBLE', nullable: false } } as const;

export function createTemporalSort(node: NodeOf<'temporalSort'>, input: RowSchema): Operator {
  return new TemporalSort(node, input);
}

class TemporalSort implements Operator {
  readonly #node: NodeOf<'temporalSort'>;
  readonly #input: RowSchema;
  readonly #time: TimeColumn;
  #context!: OperatorContext;
  #table!: KeyedTable;
  #find!: BatchLookup;
  #kept!: RowStore;
  #output!: MixedOutput;
  #nextNumber = 0n;
  #sentMs = Number.NEGATIVE_INFINITY;
  #earliestMs = Number.POSITIVE_INFINITY;

  constructor(node: NodeOf<'temporalSort'>, input: RowSchema) {
    this.#node = node;
    this.#input = input;
    this.#time = new TimeColumn(input[node.time].type);
  }

  open(context: OperatorContext): void {
    this.#context = context;
    const fields = [TIME_FIELD, ...rowFields(this.#input, this.#node.stateFields)];
    this.#table = context.state.table({ name: 'rows', key: [], subKey: [NUMBER], fields, ttlMs: 0 });
    this.#find = this.#table.lookup([this.#input.length]);
    this.#kept = new RowStore(this.#table, 1, this.#input.length);
    this.#output = new MixedOutput(context.output, this.#kept);
    for (const sent of context.state.values.restored('sentMs')) if (typeof sent === 'number') this.#sentMs = Math.max(this.#sentMs, sent);
    this.#table.forEach((id) => {
      const number = this.#table.keyColumns[0].values[id] as bigint;
      if (number >= this.#nextNumber) this.#nextNumber = number + 1n;
      this.#earliestMs = Math.min(this.#earliestMs, this.#timeOf(id));
    });
  }

  process(batch: Batch): void {
    this.#time.read(batch.columns[this.#node.time] as I64Column);
    const live = liveRows(batch);
    const numbers = new BigInt64Array(batch.rows);
    const taken = new Int32Array(batch.selected);
    let count = 0;
    for (let i = 0; i < batch.selected; i++) {
      const row = live[i];
      if (this.#time.isNull(row))
        throw new DataError(`The time column ${this.#input[this.#node.time].name} of ORDER BY is NULL in a row; filter such rows out.`);
      if (this.#time.at(row) <= this.#sentMs) continue;
      numbers[row] = this.#nextNumber++;
      taken[count++] = row;
    }
    if (count < batch.selected) this.#context.metrics.lateRowsDropped(batch.selected - count);
    if (count === 0) return;
    const numbered: Batch = { ...batch, columns: [...batch.columns, { lane: 'i64', values: numbers, nulls: null }] };
    const found = new Int32Array(batch.rows);
    this.#find(selectRows(numbered, taken, count), found, CREATE);
    const ids = taken.subarray(0, count).map((row) => found[row]);
    const times = this.#table.fields[0].values as Float64Array;
    for (let i = 0; i < count; i++) {
      times[ids[i]] = this.#time.at(taken[i]);
      this.#earliestMs = Math.min(this.#earliestMs, times[ids[i]]);
    }
    this.#kept.save(batch, taken, ids, count);
  }

  processWatermark(watermarkMs: number): void {
    if (this.#earliestMs > watermarkMs) return;
    const due: number[] = [];
    this.#earliestMs = Number.POSITIVE_INFINITY;
    this.#table.forEach((id) => {
      if (this.#timeOf(id) <= watermarkMs) due.push(id);
      else this.#earliestMs = Math.min(this.#earliestMs, this.#timeOf(id));
    });
    due.sort((a, b) => this.#compare(a, b));
    for (const id of due) this.#output.add(~id, INSERT);
    this.#output.flush(null);
    this.#sentMs = this.#timeOf(due[due.length - 1]);
    for (const id of due) this.#table.delete(id);
  }

  #compare(a: number, b: number): number {
    const byTime = this.#timeOf(a) - this.#timeOf(b);
    if (byTime !== 0) return byTime;
    for (const { index, descending, nullsLast } of this.#node.orderBy) {
      const column = this.#table.fields[1 + index];
      const order = orderOf(descending, !nullsLast)(this.#table.valueOf(column, a), this.#table.valueOf(column, b));
      if (order !== 0) return order;
    }
    const [left, right] = [this.#table.keyColumns[0].values[a] as bigint, this.#table.keyColumns[0].values[b] as bigint];
    return left < right ? -1 : left > right ? 1 : 0;
  }

  #timeOf(id: number): number {
    return (this.#table.fields[0].values as Float64Array)[id];
  }

  snapshot(): void {
    if (this.#sentMs !== Number.NEGATIVE_INFINITY) this.#context.state.values.set('sentMs', this.#sentMs);
  }

  close(): void {}
}
