import { describe, expect, it } from 'vitest';
import { compareOperators, comparePositions } from './compare-snapshots.ts';

const operator = (uid: string, stateRecords: number | null) => ({
  uid,
  description: `op ${uid}`,
  isStateful: true,
  stateRecords,
  stateBytes: stateRecords,
});
const position = (split: string, offset: number | null) => ({
  source: 'orders',
  operatorUid: 'src',
  split,
  position: String(offset ?? 'start'),
  offset,
});

describe('two snapshots', () => {
  it('are matched by uid and by split, and what only one has is named', () => {
    expect(compareOperators([operator('a', 5), operator('gone', 1)], [operator('a', 9), operator('new', 2)])).toEqual([
      { uid: 'a', description: 'op a', left: { records: 5, bytes: 5 }, right: { records: 9, bytes: 9 } },
      { uid: 'gone', description: 'op gone', left: { records: 1, bytes: 1 }, right: null },
      { uid: 'new', description: 'op new', left: null, right: { records: 2, bytes: 2 } },
    ]);
    const positions = comparePositions([position('0', 100), position('1', null)], [position('0', 180), position('1', 7), position('2', 3)]);
    const rows = (text: string) => [{ ...position('0/1', null), position: text }];
    expect(comparePositions(rows('1,633'), rows('2,752'))[0]?.change).toBe(1_119);
    expect(positions.map(({ split, left, right, change }) => [split, left, right, change])).toEqual([
      ['0', '100', '180', 80],
      ['1', 'start', '7', null],
      ['2', null, '3', null],
    ]);
  });
});
