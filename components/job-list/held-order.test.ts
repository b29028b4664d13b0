import { describe, expect, it } from 'vitest';
import { heldRows } from './held-order.ts';

const rows = (ids: string) => ids.split('').map((id) => ({ id, at: ids }));
const idOf = (row: { id: string }) => row.id;

describe('rows under the hand', () => {
  it('keep their places while their cells are the newest', () => {
    const { shown, changed } = heldRows(rows('cab'), idOf, ['a', 'b', 'c']);
    expect(shown.map((row) => row.id).join('')).toBe('abc');
    expect(shown.every((row) => row.at === 'cab')).toBe(true);
    expect(changed).toBe(3);
  });

  it('leave when they are gone; new ones wait and are counted', () => {
    expect(heldRows(rows('ac'), idOf, ['a', 'b', 'c'])).toMatchObject({ shown: [{ id: 'a' }, { id: 'c' }], changed: 0 });
    expect(heldRows(rows('abcd'), idOf, ['a', 'b', 'c'])).toMatchObject({ shown: [{ id: 'a' }, { id: 'b' }, { id: 'c' }], changed: 1 });
  });
});
