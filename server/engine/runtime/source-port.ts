/**
 * A source inside a subtask: asks its reader for one batch at a time and keeps the answer until the subtask has time for it.
 *
 * States: `free` (may be asked), `asking` (an answer is under way), `answered` (not yet consumed), `resting` (the reader said when to ask
 * again), `ended`. A barrier is taken only when no answer is under way or waiting: only then do the reader's positions say exactly
 * what was handed on. After the end barriers are still taken, with the final positions.
 *
 * Latency: behind a batch, but at most every half second, goes a marker with the time at which the reader handed that batch over. What it has waited
 * since, here for the subtask and on its way for others, is the latency of each node it comes through. An idle source sends none.
 */
import type { Clock } from '../../effects/clock.ts';
import type { Scheduler, TimerHandle } from '../../effects/scheduler.ts';
import type { Barrier } from '../checkpoint/coordinator.ts';
import type { PollResult, SourceReader, SplitPosition } from '../connectors/contract.ts';
import { BATCH_ROWS_MAX } from '../types/batch.ts';
import type { NodeRunner } from './node-runner.ts';

const MARKER_EVERY_MS = 500;

export class SourcePort {
  readonly runner: NodeRunner;
  readonly reader: SourceReader;
  isBlocked = false;
  readonly #clock: Clock;
  readonly #scheduler: Scheduler;
  readonly #signal: () => void;
  readonly #hasSplitWatermarks: boolean;
  #state: 'free' | 'asking' | 'answered' | 'resting' | 'ended' = 'free';
  #answer: PollResult | null = null;
  #answeredMs = 0;
  #markedMs = -Infinity;
  #failure: unknown = null;
  #rest: TimerHandle | null = null;
  #barrier: Barrier | null = null;
  #isHeld = false;
  #isDraining = false;
  #splits = 0;
  /** Positions as of each barrier still under way. */
  readonly #positionsAt = new Map<number, readonly SplitPosition[]>();

  constructor(
    runner: NodeRunner,
    reader: SourceReader,
    hasSplitWatermarks: boolean,
    { clock, scheduler }: { readonly clock: Clock; readonly scheduler: Scheduler },
    signal: () => void,
  ) {
    this.runner = runner;
    this.reader = reader;
    this.#hasSplitWatermarks = hasSplitWatermarks;
    this.#clock = clock;
    this.#scheduler = scheduler;
    this.#signal = signal;
  }

  get hasEnded(): boolean {
    return this.#state === 'ended';
  }

  get isResting(): boolean {
    return this.#state === 'resting';
  }

  inject(barrier: Barrier): void {
    this.#barrier = barrier;
    this.#signal();
  }

  /** Goes on after a barrier that held it (the stop it was for did not succeed). */
  resume(): void {
    this.#isHeld = false;
    this.#signal();
  }

  /** Behaves as if its input had ended. */
  drain(): void {
    this.#isDraining = true;
    this.#rest?.cancel();
    if (this.#state === 'resting') this.#state = 'free';
    this.#signal();
  }

  forget(checkpointId: number): void {
    if (this.#barrier && this.#barrier.checkpointId <= checkpointId) this.#barrier = null;
    this.#positionsAt.delete(checkpointId);
  }

  /** The barrier to be taken now, or null. Records the positions. */
  takeBarrier(): Barrier | null {
    const barrier = this.#barrier;
    if (!barrier || this.#state === 'asking' || this.#state === 'answered') return null;
    this.#barrier = null;
    this.#positionsAt.set(barrier.checkpointId, this.reader.positions());
    if (barrier.holdsSources) this.#isHeld = true;
    return barrier;
  }

  positionsAt(checkpointId: number): readonly SplitPosition[] {
    return this.#positionsAt.get(checkpointId) ?? this.reader.positions();
  }

  /** Hands what was answered to the node, or asks anew. True when rows or the end went on. */
  step(): boolean {
    if (this.#state === 'answered') {
      this.#state = 'free';
      return this.#consume();
    }
    if (this.#state !== 'free' || this.isBlocked || this.#isHeld || this.#barrier) return false;
    if (this.#isDraining) {
      this.#end();
      return true;
    }
    this.#ask();
    return false;
  }

  #ask(): void {
    this.#state = 'asking';
    this.reader.poll(BATCH_ROWS_MAX).then(
      (answer) => {
        this.#answer = answer;
        this.#answeredMs = this.#clock.nowMs();
        this.#state = 'answered';
        this.#signal();
      },
      (error) => {
        this.#failure = error ?? new Error('The source gave no reason.');
        this.#state = 'answered';
        this.#signal();
      },
    );
  }

  #consume(): boolean {
    if (this.#failure !== null) throw this.#failure;
    const answer = this.#answer as PollResult;
    this.#answer = null;
    switch (answer.kind) {
      case 'batch':
        if (this.#hasSplitWatermarks && answer.batch.split >= this.#splits) this.announceSplits();
        this.runner.emit(answer.batch);
        this.#markLatency();
        return true;
      case 'idle':
        if (this.#hasSplitWatermarks) this.announceSplits();
        this.#state = 'resting';
        this.#rest = this.#scheduler.setTimer(Math.max(1, answer.waitMs), () => {
          if (this.#state === 'resting') this.#state = 'free';
          this.#signal();
        });
        return false;
      case 'end':
        this.#end();
        return true;
    }
  }

  #markLatency(): void {
    const nowMs = this.#clock.monotonicMs();
    if (nowMs - this.#markedMs < MARKER_EVERY_MS) return;
    this.#markedMs = nowMs;
    this.runner.receiveLatency(this.#answeredMs);
  }

  announceSplits(): void {
    if (!this.#hasSplitWatermarks) return;
    const count = this.reader.positions().length;
    if (count === this.#splits) return;
    this.#splits = count;
    this.runner.emitSplits(count);
  }

  #end(): void {
    this.#state = 'ended';
    this.runner.emitWatermark(Number.MAX_SAFE_INTEGER);
    this.runner.emitEnd();
  }

  /** After the checkpoint is complete: the reader may tell the outside (a consumer group). Its failure costs nothing but lag shown there. */
  async complete(checkpointId: number): Promise<void> {
    const positions = this.#positionsAt.get(checkpointId);
    for (const id of this.#positionsAt.keys()) if (id <= checkpointId) this.#positionsAt.delete(id);
    if (positions) await this.reader.onCheckpointComplete?.(positions);
  }

  async close(): Promise<void> {
    this.#rest?.cancel();
    await this.reader.close();
  }
}
