/**
 * Output of joins: pairs of a left row and a right row, each a row of a batch or of a table seen as a batch, -1 for NULL padding. Pairs are
 * collected and gathered column by column; a full buffer is emitted at once.
 */
import { BATCH_ROWS_MAX, type Batch, type ChangeKind, INSERT } from '../types/batch.ts';
import type { OperatorOutput } from './contract.ts';
import { gatherPadded } from './gather-padded.ts';

export class PairOutput {
  readonly #output: OperatorOutput;
  /** Semi and anti joins: rows of the left side alone. */
  readonly #isLeftOnly: boolean;
  readonly #left = new Int32Array(BATCH_ROWS_MAX);
  readonly #right = new Int32Array(BATCH_ROWS_MAX);
  readonly #kinds = new Uint8Array(BATCH_ROWS_MAX);
  #count = 0;
  #isAppend = true;
  #leftRows: Batch | null = null;
  #rightRows: Batch | null = null;

  constructor(output: OperatorOutput, isLeftOnly: boolean) {
    this.#output = output;
    this.#isLeftOnly = isLeftOnly;
  }

  /** What the rows of the pairs to come are rows of; both must stay as they are until `flush`. */
  start(left: Batch, right: Batch): void {
    this.#leftRows = left;
    this.#rightRows = right;
  }

  add(left: number, right: number, kind: ChangeKind): void {
    const at = this.#count;
    this.#left[at] = left;
    this.#right[at] = right;
    this.#kinds[at] = kind;
    if (kind !== INSERT) this.#isAppend = false;
    this.#count = at + 1;
    if (this.#count === BATCH_ROWS_MAX) this.flush();
  }

  flush(): void {
    const count = this.#count;
    if (count === 0) return;
    const columns = (this.#leftRows as Batch).columns.map((column) => gatherPadded(column, this.#left, count));
    if (!this.#isLeftOnly) for (const column of (this.#rightRows as Batch).columns) columns.push(gatherPadded(column, this.#right, count));
    const kinds = this.#isAppend ? null : this.#kinds.slice(0, count);
    this.#count = 0;
    this.#isAppend = true;
    this.#output.emit({ rows: count, columns, kinds, selection: null, selected: count, split: -1 });
  }
}
