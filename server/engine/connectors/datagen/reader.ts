/**
 * The datagen source of one subtask. Rows are numbered over the whole source; they are cut into strides, one a subtask: stride s of n
 * makes rows s, s + n, s + 2n, … A split is a stride (`s/n`), its position the rows it has made. Restored at another parallelism the
 * strides stay as they were cut: each subtask carries on with those that fall to it.
 * Rows come evenly over time by the clock: `rows-per-second` is for all strides together.
 */
import type { PlanTable, TableColumnRead } from '../../planner/physical-plan.ts';
import { BATCH_ROWS_MAX } from '../../types/batch.ts';
import { BatchBuilder } from '../../types/batch-builder.ts';
import type { RowField } from '../../types/sql-type.ts';
import { RowValue, type Value } from '../../types/value.ts';
import type { PollResult, RuntimeContext, SourceReader, SplitPosition } from '../contract.ts';
import type { DatagenSpec } from './describe.ts';
import type { FieldSpec } from './field-options.ts';
import { type Generate, generatorOf } from './generator.ts';

interface Stride {
  readonly index: number;
  readonly count: number;
  emitted: number;
  /** Rows this stride makes in all; Infinity without end. */
  readonly total: number;
}

/** Rows that are due at once at most after a pause: one second's worth. */
const CATCH_UP_MS = 1000;

export class DatagenReader implements SourceReader {
  readonly #spec: DatagenSpec;
  readonly #context: RuntimeContext;
  readonly #builder: BatchBuilder;
  readonly #generators: readonly Generate[];
  #strides: Stride[] = [];
  #turn = 0;
  /** Rows due before `#pacedFromMs` are counted in #pacedRows. */
  #pacedFromMs = 0;
  #pacedRows = 0;

  constructor(spec: DatagenSpec, physical: PlanTable['physical'], reads: readonly TableColumnRead[], context: RuntimeContext) {
    this.#spec = spec;
    this.#context = context;
    this.#builder = new BatchBuilder(reads.map((read, i): RowField => ({ name: `c${i}`, type: read.type })));
    this.#generators = reads.map((read) => {
      const field = spec.fields[physical.findIndex((column) => column.name === read.path[0])] as FieldSpec;
      return nestedGenerator(field, read.path.slice(1), () => context.clock.nowMs());
    });
  }

  async open(restored: readonly SplitPosition[] | null): Promise<void> {
    const { subtask, parallelism, clock } = this.#context;
    if (restored === null || restored.length === 0) this.#strides = [this.#stride(subtask, parallelism, 0)];
    else {
      this.#strides = restored
        .toSorted((a, b) => (a.split < b.split ? -1 : 1))
        .filter((_, i) => i % parallelism === subtask)
        .map(({ split, position }) => {
          const [index, count] = split.split('/').map(Number) as [number, number];
          return this.#stride(index, count, Number(position.emitted));
        });
    }
    this.#pacedFromMs = clock.monotonicMs();
  }

  async poll(rowsMax: number): Promise<PollResult> {
    const open = this.#strides.filter((stride) => stride.emitted < stride.total);
    if (open.length === 0) return { kind: 'end' };
    const share = open.reduce((sum, stride) => sum + 1 / stride.count, 0);
    const due = this.#dueRows(share);
    if (due < 1) return { kind: 'idle', waitMs: Math.max(1, Math.ceil(1000 / (this.#spec.rowsPerSecond * share))) };
    const stride = open[this.#turn++ % open.length] as Stride;
    const rows = Math.min(rowsMax, BATCH_ROWS_MAX, due, stride.total - stride.emitted);
    this.#builder.reset();
    for (let i = 0; i < rows; i++) {
      const row = (stride.emitted + i) * stride.count + stride.index;
      for (let column = 0; column < this.#generators.length; column++)
        this.#builder.setValue(column, (this.#generators[column] as Generate)(row));
      this.#builder.endRow();
    }
    stride.emitted += rows;
    this.#pacedRows += rows;
    return { kind: 'batch', batch: this.#builder.finish() };
  }

  positions(): readonly SplitPosition[] {
    return this.#strides.map(({ index, count, emitted }) => ({ split: `${index}/${count}`, position: { emitted } }));
  }

  async close(): Promise<void> {}

  #stride(index: number, count: number, emitted: number): Stride {
    const { totalRows } = this.#spec;
    return {
      index,
      count,
      emitted,
      total: totalRows === null ? Number.POSITIVE_INFINITY : Math.max(0, Math.ceil((totalRows - index) / count)),
    };
  }

  #dueRows(share: number): number {
    const rate = (this.#spec.rowsPerSecond * share) / 1000;
    const now = this.#context.clock.monotonicMs();
    const elapsed = now - this.#pacedFromMs;
    const due = Math.floor(elapsed * rate + 1) - this.#pacedRows;
    const most = Math.max(1, Math.floor(CATCH_UP_MS * rate));
    if (due <= most) return due;
    this.#pacedFromMs = now;
    this.#pacedRows = 1 - most;
    return most;
  }
}

function nestedGenerator(spec: FieldSpec, path: readonly string[], nowMs: () => number): Generate {
  const generate = generatorOf(spec, nowMs);
  if (path.length === 0) return generate;
  const indexes: number[] = [];
  let { type } = spec;
  for (const name of path) {
    if (type.kind !== 'ROW') throw new Error(`${name} is no field of a row.`);
    const index: number = type.fields.findIndex((field) => field.name === name);
    indexes.push(index);
    type = (type.fields[index] as RowField).type;
  }
  return (row) =>
    indexes.reduce<Value>((value, index) => (value instanceof RowValue ? (value.fields[index] ?? null) : null), generate(row));
}
