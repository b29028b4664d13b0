/**
 * Simulated time and order: one seed decides which of the waiting turns runs next; a turn takes 1 ms, and time
 * leaps to the next timer when no turn waits.
 *
 * Protocol: `yieldTurn` and `setTimer` only put work into two lists. `run` takes, again and again, one waiting turn or due timer by the seed's
 * choice (or, when no turn waits, the earliest timer, moving the clock to it), runs it, and lets all promise reactions settle by a real turn of the
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

interface Timer {
  readonly atMs: number;
  readonly order: number;
  readonly callback: () => void;
}

/** What a turn takes. */
const TURN_MS = 1;

export function simulateTime(random: RandomSource, startMs: number): SimulatedTime {
  let nowMs = startMs;
  let order = 0;
  const turns: (() => void)[] = [];
  const timers = new Set<Timer>();
  /** Real turns enough for chains of promise reactions and for modules already loaded. */
  const settle = async () => {
    for (let turn = 0; turn < 2; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
  };
  /** A standstill is believed only after some real time: a module may still be loading. */
  const hasWorkSoon = async () => {
    for (let wait = 0; wait < 20 && turns.length === 0 && timers.size === 0; wait++) await new Promise((resolve) => setTimeout(resolve, 5));
    return turns.length > 0 || timers.size > 0;
  };

  function takeTimer(): Timer | null {
    let earliest: Timer | null = null;
    for (const timer of timers) {
      if (!earliest || timer.atMs < earliest.atMs || (timer.atMs === earliest.atMs && timer.order < earliest.order)) earliest = timer;
    }
    const isDue = earliest !== null && earliest.atMs <= nowMs;
    // A timer that is due competes with the waiting turns; one that is not is waited for only when nothing else is left.
    if (!earliest || (turns.length > 0 && !(isDue && random.next() * (turns.length + 1) < 1))) return null;
    timers.delete(earliest);
    return earliest;
  }

  function runNext(): boolean {
    const timer = takeTimer();
    if (timer) {
      nowMs = Math.max(nowMs, timer.atMs);
      timer.callback();
      return true;
    }
    if (turns.length === 0) return false;
    nowMs += TURN_MS;
    const [turn] = turns.splice(Math.floor(random.next() * turns.length), 1);
    turn?.();
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
        if (!runNext() && !(await hasWorkSoon())) return isDone();
      }
      return isDone();
    },
  };
}
