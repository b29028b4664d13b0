/** Collects output rows of an operator that remembers rows: each is a row of the batch or a kept one (row-store.ts), with its change kind. */
import { BATCH_ROWS_MAX, type Batch, type ChangeKind } from '../types/batch.ts';
import type { OperatorOutput } from './contract.ts';
import type { RowStore } from './row-store.ts';

export class MixedOutput {
  readonly #output: OperatorOutput;
  readonly #kept: RowStore;
  #sources = new Int32Array(BATCH_ROWS_MAX);
  #kinds = new Uint8Array(BATCH_ROWS_MAX);
  #count = 0;

  constructor(output: OperatorOutput, kept: RowStore) {
    this.#output = output;
    this.#kept = kept;
  }

  /** `source` at or above 0 is a row of the batch, below 0 the record ~source. */
  add(source: number, kind: ChangeKind): void {
    if (this.#count === this.#sources.length) {
      const sources = new Int32Array(this.#count * 2);
      sources.set(this.#sources);
      this.#sources = sources;
      const kinds = new Uint8Array(this.#count * 2);
      kinds.set(this.#kinds);
      this.#kinds = kinds;
    }
    this.#sources[this.#count] = source;
    this.#kinds[this.#count++] = kind;
  }

  /** Emits all; kept rows must still be as they were when added. `batch` may be null when none of its rows was added. */
  flush(batch: Batch | null): void {
    for (let from = 0; from < this.#count; from += BATCH_ROWS_MAX) {
      const to = Math.min(this.#count, from + BATCH_ROWS_MAX);
      const sources = this.#sources.subarray(from, to);
      const rows = to - from;
      const columns = this.#kept.columns(batch, sources, rows);
      const kinds = this.#kinds.slice(from, to);
      this.#output.emit({ rows, columns, kinds, selection: null, selected: rows, split: -1 });
    }
    this.#count = 0;
  }
}
