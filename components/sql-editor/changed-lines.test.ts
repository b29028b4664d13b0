import { describe, expect, it } from 'vitest';
import { changedLines } from './changed-lines.ts';

describe('changed lines', () => {
  it('are those between the equal ends that the saved text does not have', () => {
    expect([...changedLines(['a', 'b', 'c'], ['a', 'x', 'c'])]).toEqual([1]);
    expect([...changedLines(['a', 'b'], ['a', 'new', 'b'])]).toEqual([1]);
    expect([...changedLines(['a', 'b', 'c', 'd'], ['a', 'x', 'b', 'y', 'd'])]).toEqual([1, 3]);
    expect([...changedLines(['a'], ['a'])]).toEqual([]);
  });
});
