/** Processing-time timers of one subtask: equal times of one node fold into one; they fire between two pieces of work, earliest first. */
import type { Clock } from '../../effects/clock.ts';
import type { Scheduler, TimerHandle } from '../../effects/scheduler.ts';
import type { NodeRunner } from './node-runner.ts';

export class TimerQueue {
  readonly #clock: Clock;
  readonly #scheduler: Scheduler;
  readonly #onDue: () => void;
  readonly #pending = new Map<number, Set<NodeRunner>>();
  #armed: { readonly timeMs: number; readonly handle: TimerHandle } | null = null;

  constructor(clock: Clock, scheduler: Scheduler, onDue: () => void) {
    this.#clock = clock;
    this.#scheduler = scheduler;
    this.#onDue = onDue;
  }

  register(runner: NodeRunner, timeMs: number): void {
    const runners = this.#pending.get(timeMs) ?? new Set();
    this.#pending.set(timeMs, runners.add(runner));
    if (!this.#armed || timeMs < this.#armed.timeMs) this.#arm(timeMs);
  }

  /** Fires everything due; true when something was. */
  fireDue(): boolean {
    if (!this.#armed || this.#armed.timeMs > this.#clock.nowMs()) return false;
    const nowMs = this.#clock.nowMs();
    const due = [...this.#pending.keys()].filter((timeMs) => timeMs <= nowMs).sort((a, b) => a - b);
    for (const timeMs of due) {
      const runners = this.#pending.get(timeMs) ?? [];
      this.#pending.delete(timeMs);
      for (const runner of runners) runner.processTimer(timeMs);
    }
    this.#armed?.handle.cancel();
    this.#armed = null;
    if (this.#pending.size > 0) this.#arm(Math.min(...this.#pending.keys()));
    return due.length > 0;
  }

  close(): void {
    this.#armed?.handle.cancel();
    this.#armed = null;
    this.#pending.clear();
  }

  #arm(timeMs: number): void {
    this.#armed?.handle.cancel();
    // The wall clock may be behind the timer (or have been set back): then wait again.
    const handle = this.#scheduler.setTimer(Math.max(0, timeMs - this.#clock.nowMs()), () => {
      if (this.#clock.nowMs() < timeMs) this.#arm(timeMs);
      else this.#onDue();
    });
    this.#armed = { timeMs, handle };
  }
}
