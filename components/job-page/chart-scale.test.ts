import { describe, expect, it } from 'vitest';
import { axisLabels, topOf } from './chart-scale.ts';

const labels = (quantity: Parameters<typeof topOf>[0], max: number, locale: 'en' | 'zh' = 'en') =>
  axisLabels(quantity, topOf(quantity, max), locale);

describe('scale of a chart', () => {
  it('has whole counts and round rates', () => {
    expect(labels('count', 0)).toEqual(['0', '1', '2']);
    expect(labels('count', 3)).toEqual(['0', '2', '4']);
    expect(labels('rate', 0.3)).toEqual(['0', '0.2', '0.4']);
    expect(labels('rate', 1_599.8)).toEqual(['0', '1,000', '2,000']);
    expect(labels('count', 22_140)).toEqual(['0', '20 K', '40 K']);
    expect(labels('count', 22_140, 'zh')).toEqual(['0', '20,000', '40,000']);
    expect(labels('count', 1_238_000)).toEqual(['0', '1 M', '2 M']);
    expect(labels('count', 1_238_000, 'zh')).toEqual(['0', '100 万', '200 万']);
  });

  it('writes bytes in powers of 1,024', () => {
    expect(labels('bytes', 3_700)).toEqual(['0', '2 KiB', '4 KiB']);
    expect(labels('bytes', 412 * 1024 ** 2)).toEqual(['0', '256 MiB', '512 MiB']);
    expect(labels('bytes', 700)).toEqual(['0', '0.5 KiB', '1 KiB']);
    expect(labels('bytes', 0)).toEqual(['0', '1 B', '2 B']);
  });

  it('writes durations in one unit, shares of the whole', () => {
    expect([topOf('share', 0.3), topOf('share', 1.7)]).toEqual([1, 2]);
    expect(labels('duration', 75)).toEqual(['0', '50 ms', '100 ms']);
    expect(labels('duration', 600)).toEqual(['0', '0.5 s', '1 s']);
    expect(labels('duration', 45_000, 'zh')).toEqual(['0', '30 秒', '60 秒']);
    expect(labels('duration', 3 * 60_000)).toEqual(['0', '2 min', '4 min']);
    expect(labels('duration', 3 * 86_400_000)).toEqual(['0', '2 d', '4 d']);
    expect(labels('share', 0.014)).toEqual(['0', '50 %', '100 %']);
  });

  it('holds its largest value and leaves no more than half of the height empty, but where the least scale does', () => {
    for (const quantity of ['count', 'rate', 'bytes', 'duration'] as const) {
      for (let max = 2; max < 1e12; max *= 1.37) {
        const top = topOf(quantity, max);
        expect([quantity, max, top >= max * (1 - 1e-9)]).toEqual([quantity, max, true]);
        expect([quantity, max, top <= max * 2.51]).toEqual([quantity, max, true]);
      }
    }
  });
});
