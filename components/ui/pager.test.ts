import { describe, expect, it } from 'vitest';
import { pageNumbers } from './pager.tsx';

describe('page numbers', () => {
  it('show first, last and neighbours with gaps', () => {
    expect(pageNumbers(1, 26)).toEqual([1, 2, null, 26]);
    expect(pageNumbers(13, 26)).toEqual([1, null, 12, 13, 14, null, 26]);
    expect(pageNumbers(1, 1)).toEqual([1]);
    expect(pageNumbers(2, 3)).toEqual([1, 2, 3]);
  });
});
