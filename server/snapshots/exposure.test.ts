import { describe, expect, it } from 'vitest';
import { exposureFigure, type RunCounts, recordsAtRisk } from './exposure.ts';

const BEGAN = 100_000;
const run: RunCounts = { beganMs: BEGAN, saved: null, reported: null, rate: null };

describe('records read since the newest snapshot', () => {
  it.each<[string, Partial<RunCounts>, number, number | null]>([
    [
      'four seconds after a snapshot that no report has followed, 800 a second',
      { saved: { atMs: 110_000, records: 8_000 }, reported: { atMs: 109_500, records: 7_600 } },
      114_000,
      3_200,
    ],
    [
      'a report that followed it, half a second ago',
      { saved: { atMs: 110_000, records: 8_000 }, reported: { atMs: 112_000, records: 9_600 } },
      112_500,
      2_000,
    ],
    [
      'the rate of the last report before that of the whole run',
      { saved: { atMs: 110_000, records: 8_000 }, reported: { atMs: 112_000, records: 8_010 }, rate: 5 },
      114_000,
      20,
    ],
    ['a source that rests', { saved: { atMs: 110_000, records: 8_000 }, reported: { atMs: 112_000, records: 8_000 }, rate: 0 }, 114_000, 0],
    ['no snapshot yet', { reported: { atMs: 102_000, records: 1_600 } }, 103_000, 2_400],
    ['nothing told yet', {}, 101_000, null],
    ['a snapshot of the first half second and nothing else', { saved: { atMs: 100_500, records: 400 } }, 102_000, null],
  ])('%s', (_, counts, nowMs, records) => {
    expect(recordsAtRisk({ ...run, ...counts }, nowMs)).toBe(records);
  });

  it('is said as about, and as not known where nobody has counted', () => {
    const counts = { ...run, saved: { atMs: 110_000, records: 8_000 } };
    expect(exposureFigure(counts, 112_000)).toMatchObject({ value: 1_600, confidence: 'estimate' });
    expect(exposureFigure({ ...counts, rate: 0 }, 112_000)).toMatchObject({ value: 0, confidence: 'estimate' });
    expect(exposureFigure(run, 112_000)).toMatchObject({ value: null, confidence: 'unknown' });
    expect(exposureFigure(null, 112_000).value).toBeNull();
  });
});
