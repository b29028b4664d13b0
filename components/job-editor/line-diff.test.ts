import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lineDiff } from './line-diff.ts';

describe('line diff', () => {
  it('sets changed lines beside each other and keeps the rest', () => {
    const rows = lineDiff(['a', 'b', 'c', 'd'], ['a', 'x', 'c', 'd', 'e']);
    expect(rows).toEqual([
      { left: 0, right: 0, same: true },
      { left: 1, right: 1, same: false },
      { left: 2, right: 2, same: true },
      { left: 3, right: 3, same: true },
      { left: null, right: 4, same: false },
    ]);
  });

  it('holds every line of both texts once and in order, and calls the same only what is equal', () => {
    const text = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 12 });
    fc.assert(
      fc.property(text, text, (before, after) => {
        const rows = lineDiff(before, after);
        expect(rows.flatMap((row) => row.left ?? [])).toEqual(before.map((_, index) => index));
        expect(rows.flatMap((row) => row.right ?? [])).toEqual(after.map((_, index) => index));
        for (const row of rows) if (row.same) expect(before[row.left!]).toBe(after[row.right!]);
        // Nothing that is equal throughout is shown as changed.
        if (before.join('\n') === after.join('\n') && before.length === after.length) expect(rows.every((row) => row.same)).toBe(true);
      }),
    );
  });
});
