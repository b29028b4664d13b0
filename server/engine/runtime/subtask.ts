/**
 * One subtask: a loop that does one piece of work at a time, so that its operators are never entered twice.
 *
 * Order of a round: due timers, orders (commit, abort, drain), then one message of the next port that has one; then it waits until all its
 * outputs have room and its sinks are ready. Ports are the sources of the task and its incoming channels.
 *
 * Barriers: the first barrier of a checkpoint on a port blocks that port (when aligned) until the barrier came on all ports; then every
 * operator brings its state in order (top down, rows it still emits go before the barrier), the barrier goes into all outgoing channels, sinks
 * prepare, state is frozen and handed to the coordinator, and the ports are free again. A barrier that was given up is ignored everywhere.
 */
import type { Clock } from '../../effects/clock.ts';
import type { Scheduler } from '../../effects/scheduler.ts';
import type { Barrier } from '../checkpoint/coordinator.ts';
import type { SubtaskSnapshot } from '../checkpoint/subtask-snapshot.ts';
import type { OperatorStateStore } from '../state/contract.ts';
import type { ChannelReader, ChannelWriter } from './channel.ts';
import type { Activity, NodeRunner } from './node-runner.ts';
import type { SinkPort } from './sink-port.ts';
import type { SourcePort } from './source-port.ts';
import type { TimerQueue } from './timer-queue.ts';

export interface ChannelPort {
  readonly channel: ChannelReader;
  readonly runner: NodeRunner;
  readonly lane: number;
  isBlocked: boolean;
  hasEnded: boolean;
}

export interface SubtaskParts {
  readonly task: number;
  readonly subtask: number;
  /** In topological order. */
  readonly runners: readonly NodeRunner[];
  readonly states: ReadonlyMap<NodeRunner, OperatorStateStore>;
  readonly sources: readonly SourcePort[];
  readonly sinks: readonly SinkPort[];
  readonly inputs: readonly ChannelPort[];
  readonly outputs: readonly ChannelWriter[];
  readonly timers: TimerQueue;
  readonly activity: Activity;
}

export interface SubtaskOptions {
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  /** Longest time without giving the event loop its turn, ms; 0 = a turn after each piece of work. */
  readonly turnMs: number;
  readonly acknowledge: (snapshot: SubtaskSnapshot) => void;
  readonly onEnded: () => void;
}

interface Alignment {
  readonly barrier: Barrier;
  readonly missing: Set<ChannelPort | SourcePort>;
}

export class Subtask {
  readonly parts: SubtaskParts;
  /** Time spent working and waiting for room since the start, ms. */
  busyMs = 0;
  backpressuredMs = 0;
  /** All its input has ended and was worked off. */
  hasEnded = false;
  readonly #options: SubtaskOptions;
  readonly #orders: { readonly run: () => Promise<void>; readonly refuse: (error: Error) => void }[] = [];
  #alignment: Alignment | null = null;
  /** Checkpoints up to this one were given up or are done. */
  #closedUpTo = 0;
  #wake: (() => void) | null = null;
  #isSignalled = false;
  #isCancelled = false;
  #nextPort = 0;

  constructor(parts: SubtaskParts, options: SubtaskOptions) {
    this.parts = parts;
    this.#options = options;
    for (const port of parts.inputs) port.channel.onMessage = this.signal;
  }

  readonly signal = (): void => {
    this.#isSignalled = true;
    this.#wake?.();
  };

  /** Runs inside the loop, between two pieces of work; rejects when the order failed or the subtask is gone. */
  order<T>(action: () => T | Promise<T>): Promise<T> {
    if (this.#isCancelled) return Promise.reject(new Error('The job has stopped.'));
    return new Promise((resolve, reject) => {
      const run = async () => {
        try {
          resolve(await action());
        } catch (error) {
          reject(error);
        }
      };
      this.#orders.push({ run, refuse: reject });
      this.signal();
    });
  }

  cancel(): void {
    this.#isCancelled = true;
    for (const { refuse } of this.#orders.splice(0)) refuse(new Error('The job has stopped.'));
    this.signal();
  }

  abort(checkpointId: number): Promise<void> {
    return this.order(() => {
      this.#closedUpTo = Math.max(this.#closedUpTo, checkpointId);
      for (const source of this.parts.sources) source.forget(checkpointId);
      if (this.#alignment && this.#alignment.barrier.checkpointId <= checkpointId) this.#endAlignment();
    });
  }

  async run(): Promise<void> {
    const { clock, scheduler, turnMs } = this.#options;
    let turnStart = clock.monotonicMs();
    while (!this.#isCancelled) {
      this.#isSignalled = false;
      const start = clock.monotonicMs();
      const worked = await this.#round();
      const end = clock.monotonicMs();
      if (worked) {
        this.busyMs += end - start;
        await this.#waitForRoom(end);
      }
      this.#noteEnd();
      if (worked || this.#isSignalled) {
        if (clock.monotonicMs() - turnStart >= turnMs) {
          await scheduler.yieldTurn();
          turnStart = clock.monotonicMs();
        } else if (!worked) await null;
        continue;
      }
      if (this.#isCancelled) break;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        if (this.#isSignalled) resolve();
      });
      this.#wake = null;
    }
  }

  async #round(): Promise<boolean> {
    let worked = this.parts.timers.fireDue();
    while (this.#orders.length > 0 && !this.#isCancelled) {
      await this.#orders.shift()?.run();
      worked = true;
    }
    if (this.#isCancelled) return false;
    const { inputs, sources } = this.parts;
    const ports = inputs.length + sources.length;
    for (let tried = 0; tried < ports; tried++) {
      const index = this.#nextPort;
      this.#nextPort = (index + 1) % ports;
      const moved =
        index < inputs.length
          ? this.#readChannel(inputs[index] as ChannelPort)
          : this.#readSource(sources[index - inputs.length] as SourcePort);
      if (moved === 'barrier') await this.#snapshotWhenAligned();
      if (moved !== 'nothing') return true;
    }
    return worked;
  }

  #readSource(port: SourcePort): 'nothing' | 'work' | 'barrier' {
    const barrier = port.takeBarrier();
    if (barrier) return this.#acceptBarrier(port, barrier) ? 'barrier' : 'work';
    return port.step() ? 'work' : 'nothing';
  }

  #readChannel(port: ChannelPort): 'nothing' | 'work' | 'barrier' {
    if (port.isBlocked) return 'nothing';
    const message = port.channel.take();
    switch (message?.kind) {
      case undefined:
        return 'nothing';
      case 'batch':
        port.runner.receiveBatch(message.batch, port.lane);
        return 'work';
      case 'watermark':
        port.runner.receiveWatermark(port.lane, message.watermarkMs);
        return 'work';
      case 'idle':
        port.runner.receiveIdle(port.lane, message.isIdle);
        return 'work';
      case 'latency':
        port.runner.receiveLatency(message.readMs);
        return 'work';
      case 'end':
        port.hasEnded = true;
        port.runner.receiveEnd();
        return 'work';
      case 'barrier':
        return this.#acceptBarrier(port, message.barrier) ? 'barrier' : 'work';
    }
  }

  #acceptBarrier(port: ChannelPort | SourcePort, barrier: Barrier): boolean {
    if (barrier.checkpointId <= this.#closedUpTo) return false;
    if (this.#alignment && this.#alignment.barrier.checkpointId !== barrier.checkpointId) this.#endAlignment();
    this.#alignment ??= { barrier, missing: new Set([...this.parts.inputs, ...this.parts.sources]) };
    this.#alignment.missing.delete(port);
    if (barrier.isAligned) port.isBlocked = true;
    return true;
  }

  #endAlignment(): void {
    this.#alignment = null;
    for (const port of this.parts.inputs) port.isBlocked = false;
    for (const port of this.parts.sources) port.isBlocked = false;
  }

  async #snapshotWhenAligned(): Promise<void> {
    if (!this.#alignment || this.#alignment.missing.size > 0) return;
    const { barrier } = this.#alignment;
    const { runners, sinks, outputs, activity } = this.parts;
    for (const runner of runners) {
      activity.current = runner;
      runner.operator?.snapshot?.();
    }
    activity.current = null;
    for (const output of outputs) output.send({ kind: 'barrier', barrier });
    for (const sink of sinks) {
      activity.current = sink.runner;
      await sink.prepare(barrier.checkpointId);
    }
    activity.current = null;
    this.#closedUpTo = barrier.checkpointId;
    this.#endAlignment();
    this.#options.acknowledge(this.#freeze(barrier.checkpointId));
  }

  #freeze(checkpointId: number): SubtaskSnapshot {
    const { task, subtask, runners, states, sources, sinks } = this.parts;
    const positions = new Map(sources.map((port) => [port.runner, port.positionsAt(checkpointId)]));
    const committables = new Map(sinks.map((port) => [port.runner, port.committablesUpTo(checkpointId)]));
    const operators = runners.map((runner) => {
      const frozen = states.get(runner)?.freeze();
      return {
        uid: runner.node.uid,
        subtask,
        tables: frozen?.tables ?? [],
        values: frozen?.values ?? {},
        watermarkMs: runner.watermarkMs,
        positions: positions.get(runner) ?? null,
        committables: committables.get(runner) ?? null,
      };
    });
    const recordsIn = sources.reduce((sum, port) => sum + port.runner.recordsOut, 0);
    const recordsOut = sinks.reduce((sum, port) => sum + port.runner.recordsIn, 0);
    const release = () => {
      for (const { tables } of operators) for (const table of tables) table.release();
    };
    return { checkpointId, task, subtask, operators, recordsIn, recordsOut, release };
  }

  async #waitForRoom(startMs: number): Promise<void> {
    let waited = false;
    for (const output of this.parts.outputs) {
      if (output.hasRoom) continue;
      waited = true;
      await output.whenRoom();
    }
    for (const sink of this.parts.sinks) {
      const ready = sink.writer.ready();
      if (!ready) continue;
      waited = true;
      this.parts.activity.current = sink.runner;
      await ready;
      this.parts.activity.current = null;
    }
    if (waited) this.backpressuredMs += this.#options.clock.monotonicMs() - startMs;
  }

  #noteEnd(): void {
    if (this.hasEnded || !this.parts.inputs.every((port) => port.hasEnded) || !this.parts.sources.every((port) => port.hasEnded)) return;
    this.hasEnded = true;
    this.#options.onEnded();
  }
}
