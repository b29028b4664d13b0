import { describe, expect, it } from 'vitest';
import { STRIP_WIDTH, stripParts } from './strip-parts.ts';

describe('a position strip', () => {
  it('fills its width, and shows the smallest part with 8 px at least', () => {
    const parts = stripParts(8_412_077, 0, 8_412_078);
    expect(parts.lost).toBe(0);
    expect(parts.waiting).toBeGreaterThanOrEqual(8);
    expect(parts.held + parts.waiting).toBeCloseTo(STRIP_WIDTH);
  });

  it('shows what is gone when the source begins after the snapshot', () => {
    const parts = stripParts(8_401_203, 8_488_590, 9_940_118);
    expect(parts.held).toBe(0);
    expect(parts.lost).toBeGreaterThan(8);
    expect(parts.lost).toBeLessThan(parts.waiting);
  });

  it('is empty when nothing is held and nothing waits', () => {
    expect(stripParts(5, 5, 5)).toEqual({ held: 0, lost: 0, waiting: 0 });
  });
});
