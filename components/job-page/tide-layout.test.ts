/** The tide line of a job of any age: every mark inside its lane, no two marks or labels of a lane over each other, and something to read. */
import { describe, expect, it } from 'vitest';
import type { TideAnswer } from '../../server/contract/runs.ts';
import { axisMarks, eventMarks, failureLabels, labelSides, runBars, type Scale, snapshotLane, textPx, toPx } from './tide-layout.ts';
import { failureBlocks, linesPath, tideEvents, tideLines } from './tide-model.ts';

const NOW = Date.UTC(2026, 10, 25, 12, 0, 0);
const MINUTE = 60_000;
const DAY = 86_400_000;
const figure = { value: 12, confidence: 'exact', basis: null } as const;

/** A job of that age with `runs` runs one after the other, a checkpoint every `every` ms, a savepoint at each stop; every third run failed. */
function jobOfAge(ageMs: number, runs: number, every: number): TideAnswer {
  const began = NOW - ageMs;
  const from = began - 1_000;
  const length = ageMs / runs;
  const tide: TideAnswer = {
    from,
    to: Math.max(NOW, from + MINUTE),
    now: NOW,
    observedAt: NOW,
    savedBefore: null,
    checkpoints: 0,
    runs: [],
    snapshots: [],
    events: [],
    exposure: [],
    ledger: [],
  };
  for (let n = 1; n <= runs; n += 1) {
    const startedAt = began + (n - 1) * length;
    const isLast = n === runs;
    const failed = n % 3 === 0;
    const endedAt = isLast ? null : startedAt + length * 0.98;
    tide.runs.push({
      number: n,
      jobVersion: n,
      engine: 'embedded',
      parallelism: 1,
      startedAt,
      runningAt: startedAt,
      endedAt,
      start: n === 1 ? 'empty' : 'snapshot',
      endCause: isLast ? null : failed ? 'failed' : 'stopped',
      failureMessage: null,
      failureSaid: [],
      restoredFrom: null,
      recordsIn: null,
      recordsOut: null,
      variables: {},
    });
    const end = endedAt ?? NOW;
    for (let at = startedAt + every; at < end; at += every) {
      const ok = tide.snapshots.length % 50 !== 49;
      tide.snapshots.push({ id: null, name: `chk-${at}`, kind: 'checkpoint', origin: 'checkpoint', at, ok, sizeBytes: 1, tookMs: 1 });
    }
    const entry = {
      who: '',
      said: [] as never[],
      text: `run ${n}`,
      snapshot: null,
      lost: figure,
      readAgain: figure,
      doubled: figure,
      verdict: 'ok',
    } as const;
    tide.ledger.push({ ...entry, id: 2 * n, at: startedAt, kind: 'start', runNumber: n, acceptedBy: null, positions: [] });
    if (endedAt === null) continue;
    tide.ledger.push({
      ...entry,
      id: 2 * n + 1,
      at: endedAt,
      kind: failed ? 'failure' : 'stop',
      runNumber: n,
      acceptedBy: null,
      positions: [],
    });
    if (!failed) {
      tide.snapshots.push({ id: null, name: `sp-${n}`, kind: 'savepoint', origin: 'stop', at: endedAt, ok: true, sizeBytes: 1, tookMs: 1 });
    }
  }
  return { ...tide, checkpoints: tide.snapshots.filter((one) => one.ok && one.kind === 'checkpoint').length };
}

/** Stretches must lie inside the lane and follow one another. */
function expectApart(spans: readonly { readonly from: number; readonly to: number }[], width: number, what: string): void {
  const sorted = [...spans].sort((a, b) => a.from - b.from);
  for (const [index, span] of sorted.entries()) {
    expect(span.from, `${what} ${index} begins in the lane`).toBeGreaterThanOrEqual(-0.01);
    expect(span.to, `${what} ${index} ends in the lane`).toBeLessThanOrEqual(width + 0.01);
    if (index > 0) expect(span.from, `${what} ${index} follows ${index - 1}`).toBeGreaterThanOrEqual(sorted[index - 1]!.to - 0.01);
  }
}

/** A label of `label.length` px beside a mark. */
const labelSpan = (mark: { from: number; to: number }, side: 'left' | 'right' | null, label: string) =>
  side === 'left'
    ? { from: mark.from - textPx(label), to: mark.from }
    : side === 'right'
      ? { from: mark.to, to: mark.to + textPx(label) }
      : mark;

const WORDS = { band: (n: number) => `${n} checkpoints`, savepoint: () => 'on stop', savepoints: (n: number) => `${n} savepoints` };

describe.each([
  ['5 s', 5_000, 1, 3_000],
  ['5 s, restarted twice', 5_000, 3, 1_000],
  ['2 min', 2 * MINUTE, 3, 3_000],
  ['2 min, restarted all the time', 2 * MINUTE, 40, 3_000],
  ['1 day', DAY, 5, 30_000],
  ['30 days', 30 * DAY, 200, 600_000],
])('a job of %s', (_age, ageMs, runs, every) => {
  const tide = jobOfAge(ageMs, runs, every);
  describe.each([1_020, 700, 250])('on %i px', (width) => {
    const scale: Scale = { from: tide.from, to: tide.to, width };

    it('has its events apart, each told once', () => {
      const events = tideEvents(tide, (_, text) => text);
      const marks = eventMarks(events, scale);
      expectApart(
        marks.map((mark) => ({ from: mark.left - 12, to: mark.left + 12 })),
        width,
        'event',
      );
      expect(marks.reduce((sum, mark) => sum + mark.events.length, 0)).toBe(events.length);
      if (tide.ledger.some((entry) => entry.kind === 'failure')) expect(marks.some((mark) => mark.kind === 'failure')).toBe(true);
    });

    it('has its runs apart, with labels that fit', () => {
      const bars = runBars(tide, scale, (run, n) => [n > 1 ? `${n} runs` : `run ${run.number} · v${run.jobVersion}`, String(run.number)]);
      expectApart(
        bars.map((bar) => ({ from: bar.left, to: bar.left + bar.width })),
        width,
        'run',
      );
      expect(bars.reduce((sum, bar) => sum + bar.runs, 0)).toBe(runs);
      for (const bar of bars) if (bar.label) expect(textPx(bar.label)).toBeLessThanOrEqual(bar.width);
    });

    it('has its snapshots apart, as ticks or as bands, and labels beside their marks', () => {
      const lane = snapshotLane(tide, scale, WORDS);
      expectApart(
        lane.bands.map((band) => ({ from: band.left, to: band.left + band.width })),
        width,
        'band',
      );
      for (const band of lane.bands) if (band.label) expect(textPx(band.label)).toBeLessThanOrEqual(band.width);
      const told = lane.ticks.length + lane.bands.reduce((sum, band) => sum + band.count, 0);
      expect(told).toBe(tide.checkpoints);
      expectApart(
        lane.bookmarks.flatMap((mark) => {
          const own = { from: mark.left - 8, to: mark.left + 8 };
          return mark.side ? [own, labelSpan(own, mark.side, mark.label)] : [own];
        }),
        width,
        'bookmark',
      );
      expectApart(
        lane.crosses.map((cross) => ({ from: cross.left - 6, to: cross.left + 6 })),
        width,
        'cross',
      );
    });

    it('has an axis to read, and labels of failures that lie on nothing', () => {
      const marks = axisMarks(scale, 8 * 3_600_000);
      expectApart(
        marks.map((mark) => ({ from: mark.left - 29, to: mark.left + 29 })),
        width,
        'axis',
      );
      expect(marks.length, 'some label on the axis').toBeGreaterThan(0);
      const blocks = failureBlocks(tide);
      const labels = failureLabels(blocks, scale, () => '12 read again');
      expectApart(
        labels.flatMap((label, index) => {
          const to = Math.max(4, toPx(scale, blocks[index]!.to));
          return label.side ? [labelSpan({ from: label.left, to }, label.side, label.label)] : [];
        }),
        width,
        'failure',
      );
    });
  });
});

describe('saw-tooth', () => {
  it('falls to zero at each good snapshot and stays empty between runs', () => {
    const tide = { ...jobOfAge(2 * MINUTE, 2, 20_000) };
    const [first, second] = tideLines(tide) ?? [];
    expect(first?.map((one) => [(one.at - tide.runs[0]!.startedAt) / 1_000, one.ageMs / 1_000]).slice(0, 4)).toEqual([
      [0, 0],
      [20, 20],
      [20, 0],
      [40, 20],
    ]);
    expect(second?.[0]).toEqual({ at: tide.runs[1]!.startedAt, ageMs: 0 });
    // 121 s on 605 px: the run begins after one second, its first snapshot comes 20 s later.
    expect(linesPath(tide, [first!.slice(0, 2)], 605, 60, 20_000)).toBe('M5.0 60L5.0 60.0L105.0 0.0L105.0 60Z');
  });

  it('counts from before the range where the run began before it', () => {
    const tide = jobOfAge(2 * MINUTE, 1, 200_000);
    const later = { ...tide, from: NOW - MINUTE, to: NOW, savedBefore: NOW - 90_000 };
    expect(tideLines(later)).toEqual([
      [
        { at: NOW - MINUTE, ageMs: 30_000 },
        { at: NOW, ageMs: 90_000 },
      ],
    ]);
  });

  it('is left to the buckets when only some snapshots are named', () => {
    expect(tideLines({ ...jobOfAge(DAY, 1, 30_000), checkpoints: 9_999 })).toBeNull();
  });
});

describe('sides of labels', () => {
  it('are the left, the right, or none', () => {
    const mark = (from: number, label = 'on stop') => ({ from, to: from + 16, label });
    expect(labelSides([mark(100)], 200)).toEqual(['left']);
    expect(labelSides([mark(0)], 200)).toEqual(['right']);
    expect(labelSides([mark(0), mark(40)], 200)).toEqual([null, 'right']);
    expect(labelSides([mark(0), mark(184)], 200)).toEqual(['right', 'left']);
    expect(labelSides([mark(10)], 40)).toEqual([null]);
  });
});
