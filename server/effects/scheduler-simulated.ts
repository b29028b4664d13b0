/**
 * Simulated time and order: one seed decides which of the waiting turns runs next; time moves only when no turn waits.
 *
 * Protocol: `yieldTurn` and `setTimer` only put work into two lists. `run` takes, again and again, one waiting turn by the seed's choice
 * (or, when none waits, the earliest timer, moving the clock to it), runs it, and lets all promise reactions settle by a real turn of the
 * event loop before it chooses again. So an execution depends on nothing but the seed, as long as nothing else awaits real I/O.
 */
import type { Clock } from './clock.ts';
import type { RandomSource } from './random.ts';
import type { Scheduler } from './scheduler.ts';

export interface SimulatedTime {
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  /** Runs until `isDone`, or until nothing is left to run; true when done. */
  run(isDone: () => boolean, stepsMax: number): Promise<boolean>;
}

export function simulateTime(random: RandomSource, startMs: number): SimulatedTime {
  let nowMs = startMs;
  let order = 0;
  const turns: (() => void)[] = [];
  const timers = new Set<{ readonly atMs: number; readonly order: number; readonly callback: () => void }>();
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

  function runNext(): boolean {
    if (turns.length > 0) {
      const [turn] = turns.splice(Math.floor(random.next() * turns.length), 1);
      turn?.();
      return true;
    }
    let earliest: { readonly atMs: number; readonly order: number; readonly callback: () => void } | null = null;
    for (const timer of timers) {
      if (!earliest || timer.atMs < earliest.atMs || (timer.atMs === earliest.atMs && timer.order < earliest.order)) earliest = timer;
    }
    if (!earliest) return false;
    timers.delete(earliest);
    nowMs = Math.max(nowMs, earliest.atMs);
    earliest.callback();
    return true;
  }

  return {
    clock: { nowMs: () => nowMs, monotonicMs: () => nowMs - startMs },
    scheduler: {
      setTimer(delayMs, callback) {
        const timer = { atMs: nowMs + Math.max(0, delayMs), order: order++, callback };
        timers.add(timer);
        return { cancel: () => void timers.delete(timer) };
      },
      yieldTurn: () => new Promise((resolve) => turns.push(resolve)),
    },
    async run(isDone, stepsMax) {
      for (let step = 0; step < stepsMax; step++) {
        await settle();
        if (isDone()) return true;
        if (!runNext()) return isDone();
      }
      return isDone();
    },
  };
}
