import { describe, expect, it } from 'vitest';
import { COLUMN_IDS, OFF_BY_DEFAULT } from './columns.tsx';
import { addressOf, type ViewState, viewOf } from './list-view.ts';

const plain: ViewState = { hidden: new Set(OFF_BY_DEFAULT), compact: false, order: [] };

describe('view of the list', () => {
  it('is not in the address while it is plain', () => {
    expect(addressOf(plain)).toEqual({ cols: null, compact: null });
    expect(viewOf(plain, { cols: null, compact: null })).toEqual(plain);
  });

  it('comes back from the address with the same columns in the same order, whatever this browser keeps', () => {
    const chosen: ViewState = {
      hidden: new Set(COLUMN_IDS.filter((id) => !['name', 'queue', 'id'].includes(id))),
      compact: true,
      order: ['queue', 'name', 'id'],
    };
    const address = addressOf(chosen);
    expect(address).toEqual({ cols: ['queue', 'name', 'id'], compact: true });
    const elsewhere = viewOf({ hidden: new Set(['id']), compact: false, order: ['status'] }, address);
    expect([[...elsewhere.hidden].sort(), elsewhere.order, elsewhere.compact]).toEqual([[...chosen.hidden].sort(), chosen.order, true]);
  });

  it('never hides the name and passes over columns it does not know', () => {
    const view = viewOf(plain, { cols: ['weight', 'id'], compact: null });
    expect(view.hidden.has('name')).toBe(false);
    expect(view.order).toEqual(['id']);
    expect(viewOf(plain, { cols: ['weight'], compact: null })).toEqual(plain);
  });
});
