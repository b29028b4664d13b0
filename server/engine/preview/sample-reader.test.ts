/** Times of made-up rows. */
import { expect, it } from 'vitest';
import { hurriedClock } from './sample-reader.ts';

it('lets five minutes pass in the two seconds of a sample, and stops at the real time', () => {
  let passedMs = 0;
  const at = 1_800_000_000_000;
  const clock = hurriedClock({ nowMs: () => at + passedMs, monotonicMs: () => 77.5 + passedMs });
  const times = [0, 0.01, 500, 1_999, 2_000, 2_500].map((ms) => {
    passedMs = ms;
    return clock.nowMs() - at;
  });
  expect(times).toEqual([-300_000, -299_999, -225_000, -150, 0, 2_500]);
  expect(clock.monotonicMs()).toBe(2_577.5);
});
