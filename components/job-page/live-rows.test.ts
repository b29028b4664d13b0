import { describe, expect, it } from 'vitest';
import { rowsAdded } from './live-rows.tsx';

describe('live rows', () => {
  it('keep the newest 200 with growing ids', () => {
    const many = rowsAdded(
      [],
      'out',
      Array.from({ length: 150 }, (_, index) => `+I[${index}]`),
    );
    const more = rowsAdded(
      many,
      'out',
      Array.from({ length: 100 }, (_, index) => `+U[${index}]`),
    );
    expect(more).toHaveLength(200);
    expect(more[0]?.id).toBe(51);
    expect(more.at(-1)).toEqual({ id: 250, table: 'out', text: '+U[99]' });
  });
});
