import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AggregateCall, NodeOf, WindowSpec } from '../planner/physical-plan.ts';
import { compareValues, valuesEqual } from '../types/compare-values.ts';
import type { RowSchema, SqlType } from '../types/sql-type.ts';
import type { Value } from '../types/value.ts';
import { OperatorHarness, randomOf, rowText, type TestRow } from './operator-harness.ts';
import { createWindowAggregate } from './window-aggregate.ts';
import { createWindowTableFunction } from './window-table-function.ts';

const BIGINT: SqlType = { kind: 'BIGINT', nullable: true };
const TEXT: SqlType = { kind: 'VARCHAR', length: 2147483647, nullable: true };
const TIME: SqlType = { kind: 'TIMESTAMP', precision: 3, nullable: true, attribute: 'rowtime' };
const INSTANT: SqlType = { kind: 'TIMESTAMP_LTZ', precision: 3, nullable: true, attribute: 'rowtime' };
const PLAIN: SqlType = { kind: 'TIMESTAMP', precision: 3, nullable: false };
const INPUT: RowSchema = [
  { name: 'k', type: TEXT },
  { name: 'v', type: BIGINT },
  { name: 's', type: TEXT },
  { name: 'ts', type: TIME },
];

type Rows = readonly (readonly Value[])[];
const values = (rows: Rows, index: number): Value[] => rows.map((row) => row[index]).filter((value) => value !== null);
const sum = (list: readonly Value[]): Value => (list.length === 0 ? null : list.reduce<bigint>((a, b) => a + (b as bigint), 0n));
const unique = (list: readonly Value[]): Value[] => list.filter((value, at) => list.findIndex((other) => valuesEqual(value, other)) === at);

const CALLS: readonly { readonly call: Partial<AggregateCall>; readonly type: SqlType; readonly model: (rows: Rows) => Value }[] = [
  { call: { function: 'COUNT_STAR' }, type: BIGINT, model: (rows) => BigInt(rows.length) },
  { call: { function: 'SUM', args: [1] }, type: BIGINT, model: (rows) => sum(values(rows, 1)) },
  {
    call: { function: 'MAX', args: [2] },
    type: TEXT,
    model: (rows) => values(rows, 2).reduce<Value>((a, b) => (a === null || compareValues(b, a) > 0 ? b : a), null),
  },
  {
    call: { function: 'MIN', args: [1] },
    type: BIGINT,
    model: (rows) => values(rows, 1).reduce<Value>((a, b) => (a === null || compareValues(b, a) < 0 ? b : a), null),
  },
  { call: { function: 'COUNT', args: [2], isDistinct: true }, type: BIGINT, model: (rows) => BigInt(unique(values(rows, 2)).length) },
  { call: { function: 'SUM', args: [1], isDistinct: true }, type: BIGINT, model: (rows) => sum(unique(values(rows, 1))) },
];

interface Shape {
  readonly window: WindowSpec;
  readonly keys: readonly number[];
  readonly isInputChanging?: boolean;
  readonly domain?: 'rowtime' | 'proctime';
  readonly input?: RowSchema;
  readonly attached?: { readonly start: number; readonly end: number };
}

function nodeOf({ window, keys, isInputChanging = false, domain = 'rowtime', input = INPUT, attached }: Shape): NodeOf<'windowAggregate'> {
  const aggregates = CALLS.map(
    ({ call, type }, index): AggregateCall => ({
      function: '',
      args: [],
      isDistinct: false,
      filter: null,
      type,
      digest: `a${index}`,
      name: `a${index}`,
      ...call,
    }),
  );
  const schema = [
    ...keys.map((key) => input[key]),
    ...aggregates.map(({ name, type }) => ({ name, type })),
    { name: 'window_start', type: PLAIN },
    { name: 'window_end', type: PLAIN },
    { name: 'window_time', type: input[3].type },
  ];
  const changelog = { insert: true, updateBefore: false, updateAfter: false, delete: false };
  const base = {
    id: 1,
    uid: 'w',
    inputs: [0],
    schema,
    changelog,
    description: '',
    parallelism: null,
    isStateful: true,
    stateTtlMs: 0,
    stateFields: [],
  };
  return {
    ...base,
    kind: 'windowAggregate',
    window,
    time: 3,
    domain,
    keys,
    aggregates,
    properties: ['window_start', 'window_end', 'window_time'],
    isInputChanging,
    attached: attached ?? null,
    isZoned: input[3].type.kind === 'TIMESTAMP_LTZ',
  };
}

type Bounds = readonly [start: number, end: number];

function windowsOf(window: WindowSpec, time: number): Bounds[] {
  const floor = (width: number, offset: number): number => Math.floor((time - offset) / width) * width + offset;
  const found: Bounds[] = [];
  if (window.kind === 'TUMBLE') found.push([floor(window.sizeMs, window.offsetMs), floor(window.sizeMs, window.offsetMs) + window.sizeMs]);
  if (window.kind === 'HOP')
    for (let start = floor(window.slideMs, window.offsetMs); start > time - window.sizeMs; start -= window.slideMs)
      found.push([start, start + window.sizeMs]);
  if (window.kind === 'CUMULATE') {
    const start = floor(window.sizeMs, window.offsetMs);
    for (let end = start + window.stepMs; end <= start + window.sizeMs; end += window.stepMs) if (end > time) found.push([start, end]);
  }
  return found;
}

const isRetract = ({ kind }: TestRow): boolean => kind === 1 || kind === 3;

interface OpenWindow {
  readonly key: string;
  readonly first: readonly Value[];
  readonly start: number;
  readonly end: number;
  readonly rows: (readonly Value[])[];
}

/** Windows and sessions, kept row by row. */
class WindowModel {
  readonly #shape: Shape;
  #open: OpenWindow[] = [];
  #watermark = -Infinity;
  late = 0;

  constructor(shape: Shape) {
    this.#shape = shape;
  }

  /** True when the row stands in each open window that a change of it would go to. */
  holds(row: TestRow): boolean {
    const time = Number(row.values[3]);
    const key = rowText(this.#shape.keys.map((index) => row.values[index]));
    const { window } = this.#shape;
    const ends = windowsOf(window, time).map(([, end]) => end);
    const own = this.#open.filter(
      (one) => one.key === key && (window.kind === 'SESSION' ? one.start <= time && one.end > time : ends.includes(one.end)),
    );
    const isHeld = (one: OpenWindow): boolean =>
      one.rows.some((other) => other.every((value, index) => valuesEqual(value, row.values[index])));
    return own.length > 0 && own.every(isHeld);
  }

  process(row: TestRow): void {
    const time = Number(row.values[3]);
    const { window, keys } = this.#shape;
    const first = keys.map((key) => row.values[key]);
    const key = rowText(first);
    const own: OpenWindow[] = [];
    if (window.kind === 'SESSION') {
      const touched = this.#open.filter((one) => one.key === key && one.start <= time + window.gapMs && one.end >= time);
      const end = Math.max(time + window.gapMs, ...touched.map((one) => one.end));
      if (touched.length > 0 || end - 1 > this.#watermark) {
        const merged = {
          key,
          first,
          start: Math.min(time, ...touched.map((one) => one.start)),
          end,
          rows: touched.flatMap((one) => one.rows),
        };
        this.#open = [...this.#open.filter((one) => !touched.includes(one)), merged];
        own.push(merged);
      }
    } else {
      for (const [start, end] of windowsOf(window, time)) {
        if (end - 1 <= this.#watermark) continue;
        let found = this.#open.find((one) => one.key === key && one.end === end && one.start === start);
        if (!found) {
          found = { key, first, start, end, rows: [] };
          this.#open.push(found);
        }
        own.push(found);
      }
    }
    if (own.length === 0) this.late++;
    for (const one of own) {
      if (!isRetract(row)) one.rows.push(row.values);
      else
        one.rows.splice(
          one.rows.findIndex((other) => other.every((value, index) => valuesEqual(value, row.values[index]))),
          1,
        );
    }
  }

  /** Result rows that the watermark makes due, as texts by the end of their window. */
  processWatermark(watermark: number): string[] {
    this.#watermark = watermark;
    const due = this.#open.filter((one) => one.end - 1 <= watermark).sort((a, b) => a.end - b.end);
    this.#open = this.#open.filter((one) => one.end - 1 > watermark);
    return due
      .filter((one) => one.rows.length > 0)
      .map((one) =>
        rowText([...one.first, ...CALLS.map(({ model }) => model(one.rows)), BigInt(one.start), BigInt(one.end), BigInt(one.end - 1)]),
      );
  }
}

/** The first rows that only one side has. */
function difference(actual: readonly TestRow[], expected: readonly string[]): string[] {
  const left = actual.map(({ values: row }) => rowText(row)).sort();
  const right = [...expected].sort();
  const at = left.findIndex((text, index) => text !== right[index]);
  if (at === -1 && left.length === right.length) return [];
  return [`got ${left.at(at) ?? 'nothing'}`, `wanted ${right.at(at) ?? 'nothing'}`];
}

function randomRows(seed: number, count: number, retractShare: number): TestRow[] {
  const next = randomOf(seed);
  const live: (readonly Value[])[] = [];
  return Array.from({ length: count }, (_, index): TestRow => {
    if (live.length > 0 && next(100) < retractShare) return { kind: next(2) === 0 ? 1 : 3, values: live.splice(next(live.length), 1)[0] };
    // Mostly forward, sometimes far back; whole tens so that edges of windows and sessions are met.
    const time = Math.max(0, index * 10 + (next(6) === 0 ? -next(120) * 10 : next(20) * 10)) - 500;
    const row = [
      next(9) === 0 ? null : `k${next(4)}`,
      next(6) === 0 ? null : BigInt(next(12)),
      next(6) === 0 ? null : `t${next(5)}`,
      BigInt(time),
    ];
    live.push(row);
    return { kind: 0, values: row };
  });
}

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

test('windowTableFunction gives a row for each window of a row', () => {
  const window: WindowSpec = { kind: 'HOP', sizeMs: 200, slideMs: 100, offsetMs: 0 };
  const schema: RowSchema = [
    ...INPUT,
    { name: 'window_start', type: PLAIN },
    { name: 'window_end', type: PLAIN },
    { name: 'window_time', type: TIME },
  ];
  const base = {
    id: 1,
    uid: 't',
    inputs: [0],
    schema,
    changelog: { insert: true, updateBefore: false, updateAfter: false, delete: false },
    description: '',
    parallelism: null,
    isStateful: false,
    stateTtlMs: 0,
    stateFields: [],
  };
  const node: NodeOf<'windowTableFunction'> = {
    ...base,
    kind: 'windowTableFunction',
    window,
    time: 3,
    domain: 'rowtime',
    partitionKeys: [],
  };
  const harness = new OperatorHarness({
    create: () => createWindowTableFunction(node, INPUT),
    inputs: [INPUT],
    output: schema,
    keys: [[0]],
  });
  const rows = randomRows(9, 3000, 0);
  harness.process(rows);
  expect(harness.rows.map(({ values: row }) => rowText(row))).toEqual(
    rows.flatMap(({ values: row }) =>
      windowsOf(window, Number(row[3])).map(([start, end]) => rowText([...row, BigInt(start), BigInt(end), BigInt(end - 1)])),
    ),
  );
});
