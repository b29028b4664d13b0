/**
 * The memory that a job's state may take: every table reserves what it allocates, so that a job fails with a clear message instead of the process.
 * The count lies in shared memory where the job's subtasks run in several threads.
 */
import { StateError } from './table-spec.ts';

/** Of the shared count. */
export const COUNT_BYTES = BigInt64Array.BYTES_PER_ELEMENT;

export class MemoryBudget {
  readonly limitBytes: number;
  readonly #used: BigInt64Array;

  /** `shared`: COUNT_BYTES that all threads of the job count in, zero at first. */
  constructor(limitBytes: number, shared: SharedArrayBuffer | null = null) {
    this.limitBytes = limitBytes;
    this.#used = shared ? new BigInt64Array(shared) : new BigInt64Array(1);
  }

  get usedBytes(): number {
    return Number(Atomics.load(this.#used, 0));
  }

  /** Throws StateError('budget') and reserves nothing when the limit would be passed. `what` names the table. */
  reserve(bytes: number, what: string): void {
    const before = Number(Atomics.add(this.#used, 0, BigInt(bytes)));
    if (before + bytes > this.limitBytes) {
      this.release(bytes);
      throw new StateError(
        'budget',
        `State of ${what} needs ${bytes} more bytes, but ${before} of the job's ${this.limitBytes} bytes of state memory are in use. ` +
          'Raise the memory of the job, its parallelism, or set a state time-to-live (table.exec.state.ttl).',
      );
    }
  }

  release(bytes: number): void {
    Atomics.sub(this.#used, 0, BigInt(bytes));
  }
}
