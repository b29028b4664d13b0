import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { WindowSpec } from '../planner/physical-plan.ts';
import type { RowSchema } from '../types/sql-type.ts';
import type { Value } from '../types/value.ts';
import { OperatorHarness, randomOf, rowText, type TestRow } from './operator-harness.ts';
import { createWindowAggregate } from './window-aggregate.ts';
import { type Bounds, difference, INPUT, INSTANT, isRetract, nodeOf, PLAIN, randomRows, type Shape, WindowModel } from './window-model.ts';

const SHAPES: readonly (readonly [string, Shape])[] = [
  ['TUMBLE', { window: { kind: 'TUMBLE', sizeMs: 100, offsetMs: 0 }, keys: [0] }],
  ['TUMBLE with offset, no key', { window: { kind: 'TUMBLE', sizeMs: 100, offsetMs: -30 }, keys: [] }],
  ['HOP', { window: { kind: 'HOP', sizeMs: 300, slideMs: 100, offsetMs: 10 }, keys: [0] }],
  ['HOP with a slide that does not divide the size', { window: { kind: 'HOP', sizeMs: 250, slideMs: 100, offsetMs: 0 }, keys: [0, 2] }],
  ['HOP with gaps', { window: { kind: 'HOP', sizeMs: 50, slideMs: 200, offsetMs: 0 }, keys: [0] }],
  ['CUMULATE', { window: { kind: 'CUMULATE', sizeMs: 400, stepMs: 100, offsetMs: 20 }, keys: [0] }],
  ['SESSION', { window: { kind: 'SESSION', gapMs: 60 }, keys: [0] }],
  ['SESSION without key', { window: { kind: 'SESSION', gapMs: 20 }, keys: [] }],
];

describe('windowAggregate', () => {
  test.each(SHAPES.flatMap(([name, shape]) => [[name, shape, false] as const, [`${name}, rows taken back`, shape, true] as const]))(
    '%s',
    (_, shape, isInputChanging) => {
      fc.assert(
        fc.property(fc.integer(), fc.integer({ min: 1, max: 3 }), (seed, parallelism) => {
          const next = randomOf(seed);
          const rows = randomRows(seed, 500, isInputChanging ? 25 : 0);
          const node = nodeOf({ ...shape, isInputChanging });
          const harness = new OperatorHarness(
            { create: () => createWindowAggregate(node, INPUT), inputs: [INPUT], output: node.schema, keys: [node.keys] },
            shape.keys.length === 0 ? 1 : parallelism,
          );
          const model = new WindowModel(shape);
          let watermark = -1000;
          for (let at = 0; at < rows.length; ) {
            const taken = rows.slice(at, at + 1 + next(40));
            const part = taken.filter((row) => {
              const isKept = !isRetract(row) || model.holds(row);
              if (isKept) model.process(row);
              return isKept;
            });
            harness.process(part);
            at += taken.length;
            if (next(3) === 0) {
              watermark = Math.max(watermark + 1, at * 10 - 500 - next(40) * 10);
              harness.rows.length = 0;
              harness.processWatermark(watermark);
              expect(difference(harness.rows, model.processWatermark(watermark))).toEqual([]);
            }
            if (next(8) === 0) harness.restart(shape.keys.length === 0 ? 1 : 1 + next(3));
          }
          harness.rows.length = 0;
          harness.processWatermark(Number.MAX_SAFE_INTEGER);
          expect(difference(harness.rows, model.processWatermark(Number.MAX_SAFE_INTEGER))).toEqual([]);
          expect(harness.lateRows).toBe(model.late);
          expect(harness.subtasks.map(({ state }) => state.stateRecords())).toEqual(harness.subtasks.map(() => 0));
        }),
        { numRuns: 8 },
      );
    },
  );

  test('fires windows in order of their ends, and the same input gives the same output', () => {
    const run = (): string[] => {
      const node = nodeOf({ window: { kind: 'HOP', sizeMs: 300, slideMs: 100, offsetMs: 0 }, keys: [0] });
      const harness = new OperatorHarness({
        create: () => createWindowAggregate(node, INPUT),
        inputs: [INPUT],
        output: node.schema,
        keys: [[0]],
      });
      harness.process(randomRows(3, 800, 0));
      harness.processWatermark(Number.MAX_SAFE_INTEGER);
      const ends = harness.rows.map(({ values: row }) => Number(row.at(-2)));
      expect(ends).toEqual([...ends].sort((a, b) => a - b));
      return harness.rows.map(({ values: row }) => rowText(row));
    };
    expect(run()).toEqual(run());
  });

  test('windows of TIMESTAMP_LTZ follow local days, also where the clock changes', () => {
    const input = INPUT.map((field, index) => (index === 3 ? { name: 'ts', type: INSTANT } : field));
    const day = 86_400_000;
    const node = nodeOf({ window: { kind: 'TUMBLE', sizeMs: day, offsetMs: 0 }, keys: [], input });
    const harness = new OperatorHarness({
      create: () => createWindowAggregate(node, input),
      inputs: [input],
      output: node.schema,
      keys: [[]],
      timeZone: 'Europe/Berlin',
    });
    // 2026-10-25 has 25 hours in Berlin: it lasts from 24 October 22:00 to 25 October 23:00 UTC.
    const start = Date.UTC(2026, 9, 24, 22);
    const at = (ms: number): TestRow => ({ kind: 0, values: ['k', 1n, 't', BigInt(ms)] });
    harness.process([at(start), at(start + 25 * 3_600_000 - 1), at(start + 25 * 3_600_000)]);
    harness.processWatermark(start + 25 * 3_600_000 - 2);
    expect(harness.rows).toEqual([]);
    harness.processWatermark(start + 25 * 3_600_000 - 1);
    expect(harness.rows.map(({ values: row }) => [row[0], ...row.slice(-3)])).toEqual([
      [2n, BigInt(Date.UTC(2026, 9, 25)), BigInt(Date.UTC(2026, 9, 26)), BigInt(start + 25 * 3_600_000 - 1)],
    ]);
  });

  test('processing time: the clock names the window, timers fire it, also after a restart', () => {
    for (const window of [
      { kind: 'TUMBLE', sizeMs: 100, offsetMs: 0 },
      { kind: 'SESSION', gapMs: 100 },
    ] as const) {
      const node = nodeOf({ window, keys: [0], domain: 'proctime' });
      const harness = new OperatorHarness({
        create: () => createWindowAggregate(node, INPUT),
        inputs: [INPUT],
        output: node.schema,
        keys: [[0]],
      });
      const row: TestRow = { kind: 0, values: ['k', 1n, 't', null] };
      harness.advanceTime(10);
      harness.process([row, row]);
      harness.advanceTime(20);
      harness.process([row]);
      harness.restart(2);
      harness.advanceTime(98);
      expect(harness.rows).toEqual([]);
      harness.advanceTime(200);
      expect(harness.rows.map(({ values: out }) => [out[1], ...out.slice(-3, -1)])).toEqual([
        window.kind === 'TUMBLE' ? [3n, 0n, 100n] : [3n, 10n, 120n],
      ]);
    }
  });

  test('attached windows are taken as they are, sessions by their start and end', () => {
    const input: RowSchema = [...INPUT, { name: 'ws', type: PLAIN }, { name: 'we', type: PLAIN }];
    const run = (window: WindowSpec, bounds: readonly Bounds[], watermarks: readonly number[]): (Value | undefined)[][] => {
      const node = nodeOf({ window, keys: [0], input, attached: { start: 4, end: 5 } });
      const harness = new OperatorHarness({
        create: () => createWindowAggregate(node, input),
        inputs: [input],
        output: node.schema,
        keys: [[0]],
      });
      for (const [start, end] of bounds)
        harness.process([{ kind: 0, values: ['k', 1n, 't', BigInt(end - 1), BigInt(start), BigInt(end)] }]);
      for (const watermark of watermarks) harness.processWatermark(watermark);
      return harness.rows.map(({ values: row }) => [row[1], row.at(-3), row.at(-2)]);
    };
    const hop = { kind: 'HOP', sizeMs: 200, slideMs: 100, offsetMs: 0 } as const;
    expect(
      run(
        hop,
        [
          [0, 200],
          [0, 200],
          [100, 300],
        ],
        [199],
      ),
    ).toEqual([[2n, 0n, 200n]]);
    expect(
      run(
        { kind: 'SESSION', gapMs: 50 },
        [
          [0, 70],
          [5, 70],
          [5, 70],
        ],
        [100],
      ),
    ).toEqual([
      [1n, 0n, 70n],
      [2n, 5n, 70n],
    ]);
  });
});
