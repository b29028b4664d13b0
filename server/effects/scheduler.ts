/** Timers and turns of the event loop behind an interface, so that a simulation decides what runs when. */
export interface TimerHandle {
  cancel(): void;
}

export interface Scheduler {
  /** Calls back once, at or after `delayMs`; never inside this call. */
  setTimer(delayMs: number, callback: () => void): TimerHandle;
  /** Lets sockets, timers and messages have their turn, then goes on. */
  yieldTurn(): Promise<void>;
}

/** Node's setTimeout takes 31 bits; longer waits are cut into pieces. */
const TIMER_MAX_MS = 2 ** 31 - 1;

export const systemScheduler: Scheduler = {
  setTimer(delayMs, callback) {
    let remaining = Math.max(0, delayMs);
    let handle: ReturnType<typeof setTimeout>;
    const arm = () => {
      const piece = Math.min(remaining, TIMER_MAX_MS);
      remaining -= piece;
      handle = setTimeout(() => (remaining > 0 ? arm() : callback()), piece);
    };
    arm();
    return { cancel: () => clearTimeout(handle) };
  },
  yieldTurn: () => new Promise((resolve) => setImmediate(resolve)),
};
