/** Wall-clock time behind an interface, so that a simulation can hold it still or make it jump. */
export interface Clock {
  /** ms since the epoch. */
  nowMs(): number;
  /** Monotonic ms, for durations. */
  monotonicMs(): number;
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
};
