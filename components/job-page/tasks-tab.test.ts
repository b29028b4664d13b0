import { describe, expect, it } from 'vitest';
import { skewOf } from '../job/skew.ts';

describe('skew', () => {
  it('is the largest over the median', () => {
    expect(skewOf([10, 10, 10, 40])).toBe(4);
    expect(skewOf([10, 20])).toBeCloseTo(20 / 15);
    expect(skewOf([7])).toBeNull();
    expect(skewOf([0, 0, 9])).toBeNull();
  });
});
