import { describe, expect, it } from 'vitest';
import { stepsDone } from './coach-marks.tsx';

const snapshot = { id: '0123456789abcdef', name: 'sp' };
describe('the three coach marks', () => {
  it('tick off in order, and only a stop with a snapshot counts', () => {
    expect(stepsDone([])).toBe(0);
    expect(stepsDone([{ kind: 'start', at: 1, snapshot: null }])).toBe(1);
    expect(
      stepsDone([
        { kind: 'start', at: 1, snapshot: null },
        { kind: 'stop', at: 2, snapshot: null },
        { kind: 'start', at: 3, snapshot: null },
      ]),
    ).toBe(1);
    expect(
      stepsDone([
        { kind: 'stop', at: 2, snapshot },
        { kind: 'start', at: 1, snapshot: null },
      ]),
    ).toBe(2);
    expect(
      stepsDone([
        { kind: 'start', at: 3, snapshot },
        { kind: 'stop', at: 2, snapshot },
        { kind: 'start', at: 1, snapshot: null },
      ]),
    ).toBe(3);
  });
});
