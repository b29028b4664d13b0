/** The memory that a job's state may take: every table reserves what it allocates, so that a job fails with a clear message instead of the process. */
import { StateError } from './table-spec.ts';

export class MemoryBudget {
  readonly limitBytes: number;
  #used = 0;

  constructor(limitBytes: number) {
    this.limitBytes = limitBytes;
  }

  get usedBytes(): number {
    return this.#used;
  }

  /** Throws StateError('budget') and reserves nothing when the limit would be passed. `what` names the table. */
  reserve(bytes: number, what: string): void {
    if (this.#used + bytes > this.limitBytes) {
      throw new StateError(
        'budget',
        `State of ${what} needs ${bytes} more bytes, but ${this.#used} of the job's ${this.limitBytes} bytes of state memory are in use. ` +
          'Raise the memory of the job, its parallelism, or set a state time-to-live (table.exec.state.ttl).',
      );
    }
    this.#used += bytes;
  }

  release(bytes: number): void {
    this.#used -= bytes;
  }
}
