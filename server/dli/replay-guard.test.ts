import { describe, expect, it } from 'vitest';
import { ReplayGuard } from './replay-guard.ts';

describe('replay guard', () => {
  it('lets the same second pass, refuses a repetition for as long as the signature holds, and forgets after', () => {
    const guard = new ReplayGuard(1_800_000);
    expect(guard.admit('a', 0)).toBe(true);
    expect(guard.admit('a', 900)).toBe(true);
    expect(guard.admit('a', 2_001)).toBe(false);
    // A refused repetition does not begin a new grace.
    expect(guard.admit('a', 3_000)).toBe(false);
    expect(guard.admit('a', 1_800_000)).toBe(false);
    expect(guard.admit('b', 1_800_000)).toBe(true);
    expect(guard.admit('a', 1_800_001)).toBe(true);
  });

  it('holds a bounded number of signatures, the newest', () => {
    const guard = new ReplayGuard(1_000_000, 3);
    for (const [index, one] of ['a', 'b', 'c', 'd'].entries()) guard.admit(one, index);
    expect(guard.admit('d', 10_000)).toBe(false);
    expect(guard.admit('a', 10_000)).toBe(true);
  });
});
