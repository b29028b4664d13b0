/** For the tests of window operators: windows and sessions row by row, the plain way, with random inputs. */
import type { AggregateCall, NodeOf, WindowSpec } from '../planner/physical-plan.ts';
import { compareValues, valuesEqual } from '../types/compare-values.ts';
import type { RowSchema, SqlType } from '../types/sql-type.ts';
import type { Value } from '../types/value.ts';
import { randomOf, rowText, type TestRow } from './operator-harness.ts';

const BIGINT: SqlType = { kind: 'BIGINT', nullable: true };
const TEXT: SqlType = { kind: 'VARCHAR', length: 2147483647, nullable: true };
export const TIME: SqlType = { kind: 'TIMESTAMP', precision: 3, nullable: true, attribute: 'rowtime' };
export const INSTANT: SqlType = { kind: 'TIMESTAMP_LTZ', precision: 3, nullable: true, attribute: 'rowtime' };
export const PLAIN: SqlType = { kind: 'TIMESTAMP', precision: 3, nullable: false };
export const INPUT: RowSchema = [
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

export interface Shape {
  readonly window: WindowSpec;
  readonly keys: readonly number[];
  readonly isInputChanging?: boolean;
  readonly domain?: 'rowtime' | 'proctime';
  readonly input?: RowSchema;
  readonly attached?: { readonly start: number; readonly end: number };
}

export function nodeOf({
  window,
  keys,
  isInputChanging = false,
  domain = 'rowtime',
  input = INPUT,
  attached,
}: Shape): NodeOf<'windowAggregate'> {
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

export type Bounds = readonly [start: number, end: number];

export function windowsOf(window: WindowSpec, time: number): Bounds[] {
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

export const isRetract = ({ kind }: TestRow): boolean => kind === 1 || kind === 3;

interface OpenWindow {
  readonly key: string;
  readonly first: readonly Value[];
  readonly start: number;
  readonly end: number;
  readonly rows: (readonly Value[])[];
}

/** Windows and sessions, kept row by row. */
export class WindowModel {
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

  takeDue(watermark: number): OpenWindow[] {
    this.#watermark = watermark;
    const due = this.#open.filter((one) => one.end - 1 <= watermark).sort((a, b) => a.end - b.end);
    this.#open = this.#open.filter((one) => one.end - 1 > watermark);
    return due;
  }

  /** Result rows that the watermark makes due, as texts by the end of their window. */
  processWatermark(watermark: number): string[] {
    return this.takeDue(watermark)
      .filter((one) => one.rows.length > 0)
      .map((one) =>
        rowText([...one.first, ...CALLS.map(({ model }) => model(one.rows)), BigInt(one.start), BigInt(one.end), BigInt(one.end - 1)]),
      );
  }
}

/** The first rows that only one side has. */
export function difference(actual: readonly TestRow[], expected: readonly string[]): string[] {
  const left = actual.map(({ values: row }) => rowText(row)).sort();
  const right = [...expected].sort();
  const at = left.findIndex((text, index) => text !== right[index]);
  if (at === -1 && left.length === right.length) return [];
  return [`got ${left.at(at) ?? 'nothing'}`, `wanted ${right.at(at) ?? 'nothing'}`];
}

export function randomRows(seed: number, count: number, retractShare: number): TestRow[] {
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
