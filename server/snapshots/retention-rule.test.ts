import { describe, expect, it } from 'vitest';
import { expiredBy, type RetainedRow } from './retention-rule.ts';

const NOW = Date.UTC(2026, 10, 24);
const row = (id: string, origin: string, daysOld: number, change: Partial<RetainedRow> = {}): RetainedRow => ({
  id,
  origin,
  createdAt: new Date(NOW - daysOld * 86_400_000 - 1),
  isPinned: false,
  pinReason: null,
  ...change,
});
const ROWS = [
  row('c5', 'checkpoint', 0),
  row('s3', 'stop', 1),
  row('c4', 'checkpoint', 2, { pinReason: 'run 3 began from it' }),
  row('c3', 'checkpoint', 3),
  row('s2', 'manual', 10, { isPinned: true }),
  row('c2', 'checkpoint', 11),
  row('s1', 'imported', 40),
];
const gone = (rule: Partial<Parameters<typeof expiredBy>[0]>, newest: string | null = 'c5') =>
  expiredBy({ checkpoints: 1_000, checkpointDays: 0, savepoints: 0, savepointDays: 0, ...rule }, ROWS, newest, NOW).map((one) => one.id);

describe('retention', () => {
  it('takes by count and by age, and never the newest, a pinned one, or one in use', () => {
    expect(gone({})).toEqual([]);
    expect(gone({ checkpoints: 2 })).toEqual(['c3', 'c2']);
    expect(gone({ checkpoints: 1 })).toEqual(['c3', 'c2']);
    expect(gone({ checkpointDays: 2 })).toEqual(['c3', 'c2']);
    expect(gone({ checkpointDays: 4 })).toEqual(['c2']);
    expect(gone({ savepoints: 1 })).toEqual(['s1']);
    expect(gone({ savepointDays: 30 })).toEqual(['s1']);
    expect(gone({ savepointDays: 5 })).toEqual(['s1']);
    expect(gone({ checkpoints: 1, savepoints: 1 }, 's1')).toEqual(['c3', 'c2']);
  });
});
