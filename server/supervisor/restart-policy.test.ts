import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BREAKER, decideRestart, type EndedRun, FIRST_MS, MOST_MS } from './restart-policy.ts';

const ON = { restartWhenException: true, resumeMaxNum: -1 };

/** Newest first. */
function runs(count: number, change: (index: number) => Partial<EndedRun> = () => ({})): EndedRun[] {
  return Array.from({ length: count }, (_, index) => ({
    number: count - index,
    start: index === count - 1 ? 'empty' : 'auto-restart',
    endCause: 'failed',
    causeKey: `cause-${index}`,
    message: null,
    startedMs: (count - index) * 10_000,
    endedMs: (count - index) * 10_000 + 1,
    hasProgress: false,
    ...change(index),
  }));
}

describe('restart policy', () => {
  it('waits twice as long after each failure without progress, never longer than the most', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.double({ min: 0, max: 0.999, noNaN: true }), (failures, jitter) => {
        const history = runs(failures);
        const decision = decideRestart(history, ON, jitter);
        const wait = Math.min(MOST_MS, FIRST_MS * 2 ** (failures - 1));
        const waited = decision.kind === 'restart' ? decision.atMs - (history[0]?.endedMs ?? 0) : -1;
        expect(waited).toBeGreaterThanOrEqual(wait);
        expect(waited).toBeLessThanOrEqual(wait * 1.2 + 1);
      }),
    );
  });

  it('begins with the shortest wait again after progress', () => {
    const history = runs(8, (index) => ({ hasProgress: index === 0 }));
    expect(decideRestart(history, ON, 0)).toEqual({ kind: 'restart', atMs: (history[0]?.endedMs ?? 0) + FIRST_MS, attempt: 1 });
  });

  it('opens the breaker after the same cause again and again, not when causes change or there was progress', () => {
    const same = (count: number, progressAt = -1) => runs(count, (index) => ({ causeKey: 'kafka', hasProgress: index === progressAt }));
    expect(decideRestart(same(BREAKER), ON, 0).kind).toBe('restart');
    expect(decideRestart(same(BREAKER + 1), ON, 0)).toMatchObject({ kind: 'give-up', why: 'breaker' });
    expect(decideRestart(same(BREAKER + 3, 2), ON, 0).kind).toBe('restart');
    const other = runs(BREAKER + 1, (index) => ({ causeKey: index === 2 ? 'other' : 'kafka' }));
    expect(decideRestart(other, ON, 0).kind).toBe('restart');
  });

  it('counts restarts of the last hour', () => {
    const limited = { ...ON, resumeMaxNum: 2 };
    expect(decideRestart(runs(2), limited, 0).kind).toBe('restart');
    expect(decideRestart(runs(3), limited, 0)).toMatchObject({ kind: 'give-up', why: 'attempts' });
    const longAgo = runs(3, (index) => (index === 0 ? { startedMs: 4_000_000, endedMs: 4_000_001 } : {}));
    expect(decideRestart(longAgo, limited, 0).kind).toBe('restart');
  });

  it('goes on after the console was stopped even when automatic restart is off', () => {
    const off = { ...ON, restartWhenException: false };
    expect(
      decideRestart(
        runs(1, () => ({ endCause: 'superseded' })),
        off,
        0,
      ),
    ).toEqual({ kind: 'resume' });
    expect(decideRestart(runs(1), off, 0)).toMatchObject({ kind: 'give-up', why: 'off' });
  });
});
