/**
 * A sink inside a subtask: the writer, and what it has prepared but not yet committed.
 *
 * Protocol: `prepare` adds the epoch's committables to those of epochs whose checkpoint was given up, so that every snapshot holds all that is
 * still open; `commit` commits what belongs to the completed checkpoint and older ones, in order, and forgets it only when that succeeded.
 */
import type { Committable, SinkWriter } from '../connectors/contract.ts';
import type { NodeRunner } from './node-runner.ts';

export class SinkPort {
  readonly runner: NodeRunner;
  readonly writer: SinkWriter;
  #pending: { readonly epoch: number; readonly committables: readonly Committable[] }[] = [];

  constructor(runner: NodeRunner, writer: SinkWriter) {
    this.runner = runner;
    this.writer = writer;
  }

  async prepare(epoch: number): Promise<void> {
    const committables = await this.writer.prepare(epoch);
    this.#pending.push({ epoch, committables });
  }

  /** All that a snapshot of this epoch must hold. */
  committablesUpTo(epoch: number): readonly Committable[] {
    return this.#pending.filter((entry) => entry.epoch <= epoch).flatMap((entry) => entry.committables);
  }

  async commit(epoch: number): Promise<void> {
    const committables = this.committablesUpTo(epoch);
    await this.writer.commit(committables);
    this.#pending = this.#pending.filter((entry) => entry.epoch > epoch);
  }
}
