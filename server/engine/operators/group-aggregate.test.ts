import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AggregateCall, NodeOf } from '../planner/physical-plan.ts';
import { compareValues, valuesEqual } from '../types/compare-values.ts';
import type { RowSchema, SqlType } from '../types/sql-type.ts';
import { ArrayValue, type Value } from '../types/value.ts';
import { createGroupAggregate } from './group-aggregate.ts';
import { firstDifference, OperatorHarness, randomOf, type TestRow, tableOf } from './operator-harness.ts';

const BIGINT: SqlType = { kind: 'BIGINT', nullable: true };
const INT: SqlType = { kind: 'INT', nullable: true };
const DOUBLE: SqlType = { kind: 'DOUBLE', nullable: true };
const TEXT: SqlType = { kind: 'VARCHAR', length: 2147483647, nullable: true };
const BOOLEAN: SqlType = { kind: 'BOOLEAN', nullable: true };
const INPUT: RowSchema = [
  { name: 'k', type: TEXT },
  { name: 'b', type: BIGINT },
  { name: 'i', type: INT },
  { name: 'd', type: DOUBLE },
  { name: 's', type: TEXT },
  { name: 'f', type: BOOLEAN },
  { name: 'm', type: { kind: 'DECIMAL', precision: 10, scale: 2, nullable: true } },
];

/** `history`: all changes of the group since it was empty. */
type Model = (rows: readonly (readonly Value[])[], history: readonly TestRow[]) => Value;

/** Values in order of arrival; a value taken back takes the first that equals it along, whichever row it came with. */
function listOf(history: readonly TestRow[], index: number, takesNulls: boolean): Value[] {
  const list: Value[] = [];
  for (const { kind, values } of history) {
    if (values[index] === null && !takesNulls) continue;
    if (kind === 0 || kind === 2) list.push(values[index]);
    else
      list.splice(
        list.findIndex((value) => valuesEqual(value, values[index])),
        1,
      );
  }
  return list;
}

const column = (rows: readonly (readonly Value[])[], index: number): Value[] =>
  rows.map((row) => row[index]).filter((value) => value !== null);
const unique = (values: readonly Value[]): Value[] =>
  values.filter((value, at) => values.findIndex((other) => valuesEqual(value, other)) === at);
const best = (values: readonly Value[], sign: number): Value =>
  values.reduce<Value>((a, b) => (a === null || compareValues(b, a) * sign > 0 ? b : a), null);
const bigSum = (values: readonly Value[]): bigint => values.reduce<bigint>((a, b) => a + BigInt(b as bigint | number), 0n);
const orNull = (values: readonly Value[], make: () => Value): Value => (values.length === 0 ? null : make());

/** Calls, and what they are, computed from all rows of a group. `retracts` false: only right for inputs that grow. */
const CALLS: readonly { readonly call: Partial<AggregateCall>; readonly type: SqlType; readonly model: Model }[] = [
  { call: { function: 'COUNT_STAR', args: [] }, type: BIGINT, model: (rows) => BigInt(rows.length) },
  { call: { function: 'COUNT', args: [1] }, type: BIGINT, model: (rows) => BigInt(column(rows, 1).length) },
  {
    call: { function: 'COUNT', args: [4], filter: 5 },
    type: BIGINT,
    model: (rows) =>
      BigInt(
        column(
          rows.filter((row) => row[5] === true),
          4,
        ).length,
      ),
  },
  {
    call: { function: 'SUM', args: [1] },
    type: BIGINT,
    model: (rows) => orNull(column(rows, 1), () => BigInt.asIntN(64, bigSum(column(rows, 1)))),
  },
  {
    call: { function: 'SUM', args: [2] },
    type: INT,
    model: (rows) => orNull(column(rows, 2), () => Number(BigInt.asIntN(32, bigSum(column(rows, 2))))),
  },
  { call: { function: 'SUM0', args: [3] }, type: DOUBLE, model: (rows) => column(rows, 3).reduce<number>((a, b) => a + (b as number), 0) },
  {
    call: { function: 'AVG', args: [1] },
    type: BIGINT,
    model: (rows) => orNull(column(rows, 1), () => BigInt.asIntN(64, bigSum(column(rows, 1))) / BigInt(column(rows, 1).length)),
  },
  {
    call: { function: 'AVG', args: [2] },
    type: INT,
    model: (rows) => orNull(column(rows, 2), () => Number(bigSum(column(rows, 2)) / BigInt(column(rows, 2).length))),
  },
  {
    call: { function: 'SUM', args: [6] },
    type: { kind: 'DECIMAL', precision: 38, scale: 2, nullable: true },
    model: (rows) => orNull(column(rows, 6), () => bigSum(column(rows, 6))),
  },
  { call: { function: 'MIN', args: [1] }, type: BIGINT, model: (rows) => best(column(rows, 1), -1) },
  { call: { function: 'MAX', args: [4] }, type: TEXT, model: (rows) => best(column(rows, 4), 1) },
  {
    call: { function: 'MAX', args: [2], filter: 5 },
    type: INT,
    model: (rows) =>
      best(
        column(
          rows.filter((row) => row[5] === true),
          2,
        ),
        1,
      ),
  },
  { call: { function: 'MIN', args: [5] }, type: BOOLEAN, model: (rows) => best(column(rows, 5), -1) },
  { call: { function: 'COUNT', args: [4], isDistinct: true }, type: BIGINT, model: (rows) => BigInt(unique(column(rows, 4)).length) },
  {
    call: { function: 'SUM', args: [2], isDistinct: true, filter: 5 },
    type: INT,
    model: (rows) => {
      const values = unique(
        column(
          rows.filter((row) => row[5] === true),
          2,
        ),
      );
      return orNull(values, () => Number(BigInt.asIntN(32, bigSum(values))));
    },
  },
  { call: { function: 'FIRST_VALUE', args: [4] }, type: TEXT, model: (_, history) => listOf(history, 4, false)[0] ?? null },
  { call: { function: 'LAST_VALUE', args: [2] }, type: INT, model: (_, history) => listOf(history, 2, false).at(-1) ?? null },
  {
    call: { function: 'LISTAGG', args: [4], options: { separator: '/' } },
    type: TEXT,
    model: (rows, history) => orNull(column(rows, 4), () => listOf(history, 4, false).join('/')),
  },
  {
    call: { function: 'ARRAY_AGG', args: [2] },
    type: { kind: 'ARRAY', element: INT, nullable: true },
    model: (_, history) => new ArrayValue(listOf(history, 2, true)),
  },
];

function nodeOf(isInputChanging: boolean, keys: readonly number[] = [0], stateTtlMs = 0): NodeOf<'groupAggregate'> {
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
  const schema = [...keys.map((key) => INPUT[key]), ...aggregates.map(({ name, type }) => ({ name, type }))];
  const changelog = { insert: true, updateBefore: true, updateAfter: true, delete: isInputChanging };
  return {
    id: 1,
    uid: 'g',
    inputs: [0],
    schema,
    changelog,
    description: '',
    parallelism: null,
    isStateful: true,
    stateTtlMs,
    stateFields: [],
    kind: 'groupAggregate',
    keys,
    aggregates,
    isInputChanging,
    emitUpdateBefore: true,
  };
}

function randomRows(seed: number, count: number, retractShare: number): TestRow[] {
  const next = randomOf(seed);
  const live: (readonly Value[])[] = [];
  const rows: TestRow[] = [];
  for (let i = 0; i < count; i++) {
    if (live.length > 0 && next(100) < retractShare) {
      // The first equal row goes: what lists do.
      const victim = live[next(live.length)];
      live.splice(
        live.findIndex((row) => row.every((value, index) => valuesEqual(value, victim[index]))),
        1,
      );
      rows.push({ kind: next(2) === 0 ? 1 : 3, values: victim });
      continue;
    }
    const maybe = (value: Value): Value => (next(6) === 0 ? null : value);
    const values = [
      maybe(`k${next(5)}`),
      maybe(BigInt(next(50)) * 0x4000000000000n),
      maybe(next(3) * 1_000_000_000),
      maybe(next(40) / 4),
      maybe(`t${next(6)}`),
      maybe(next(2) === 0),
      maybe(BigInt(next(2000) - 1000)),
    ];
    live.push(values);
    rows.push({ kind: next(2) === 0 ? 0 : 2, values });
  }
  return rows;
}

/** Flink's row by row semantics, from all rows of the group each time. */
function expectedOf(rows: readonly TestRow[], keys: readonly number[]): TestRow[] {
  const groups = new Map<string, (readonly Value[])[]>();
  const histories = new Map<string, TestRow[]>();
  const expected: TestRow[] = [];
  for (const { kind, values } of rows) {
    const key = keys.map((index) => values[index]);
    const name = key.map(String).join();
    const before = groups.get(name) ?? [];
    const isRetract = kind === 1 || kind === 3;
    const at = before.findIndex((row) => row.every((value, index) => valuesEqual(value, values[index])));
    const after = isRetract ? before.filter((_, index) => index !== at) : [...before, values];
    groups.set(name, after);
    const past = before.length === 0 ? [] : (histories.get(name) as TestRow[]);
    const history = before.length === 0 && isRetract ? [] : [...past, { kind, values }];
    histories.set(name, history);
    const resultOf = (group: readonly (readonly Value[])[], changes: readonly TestRow[]): Value[] => [
      ...key,
      ...CALLS.map(({ model }) => model(group, changes)),
    ];
    if (before.length === 0) {
      if (after.length > 0) expected.push({ kind: 0, values: resultOf(after, history) });
    } else if (after.length === 0) expected.push({ kind: 3, values: resultOf(before, past) });
    else {
      const [old, now] = [resultOf(before, past), resultOf(after, history)];
      if (!old.every((value, index) => valuesEqual(value, now[index]))) expected.push({ kind: 1, values: old }, { kind: 2, values: now });
    }
  }
  return expected;
}

function feed(harness: OperatorHarness, rows: readonly TestRow[], seed: number, restarts: readonly number[]): void {
  const next = randomOf(seed);
  let at = 0;
  for (const parallelism of [...restarts, 0]) {
    const until = parallelism === 0 ? rows.length : at + next(rows.length - at);
    while (at < until) {
      const size = Math.min(until - at, 1 + next(next(3) === 0 ? 1500 : 40));
      harness.process(rows.slice(at, at + size));
      at += size;
    }
    if (parallelism > 0) harness.restart(parallelism);
  }
}

function harnessOf(node: NodeOf<'groupAggregate'>, parallelism = 1): OperatorHarness {
  return new OperatorHarness(
    { create: () => createGroupAggregate(node, INPUT), inputs: [INPUT], output: node.schema, keys: [node.keys] },
    parallelism,
  );
}

describe('groupAggregate', () => {
  test.each([
    ['rows only added', 0],
    ['rows taken back', 30],
    ['groups that empty and begin again', 48],
  ])('gives the changelog of the model, also through a restart: %s', (_, share) => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const rows = randomRows(seed, 700, share);
        for (const keys of [[0], []]) {
          const node = nodeOf(share > 0, keys);
          const harness = harnessOf(node);
          const input = share > 0 ? rows : rows.map((row): TestRow => ({ ...row, kind: 0 }));
          feed(harness, input, seed, [1]);
          expect(firstDifference(harness.rows, expectedOf(input, keys))).toBeNull();
        }
      }),
      { numRuns: 6 },
    );
  });

  test('gives the same table at any parallelism, changed on the way', () => {
    const rows = randomRows(7, 3000, 40);
    const harness = harnessOf(nodeOf(true), 3);
    feed(harness, rows, 3, [2, 5, 1]);
    expect(tableOf(harness.rows)).toEqual(tableOf(expectedOf(rows, [0])));
  });

  test('the same input gives the same bytes of state, and empty groups leave none', () => {
    const rows = randomRows(11, 2000, 45);
    const live = tableOf(rows.map(({ kind, values }) => ({ kind, values })));
    const harness = harnessOf(nodeOf(true));
    feed(harness, rows, 5, []);
    const undo = live.map(
      (text): TestRow => ({
        kind: 3,
        values: JSON.parse(text, (_, value) => (typeof value === 'string' && /^-?\d+n$/.test(value) ? BigInt(value.slice(0, -1)) : value)),
      }),
    );
    const stateOf = (one: OperatorHarness): string[] =>
      one.subtasks[0].state
        .freeze()
        .tables.flatMap((table) => table.groups.map((group) => Buffer.from(table.serialize(group).bytes).toString('hex')));
    const again = harnessOf(nodeOf(true));
    feed(again, rows, 5, []);
    expect(stateOf(again)).toEqual(stateOf(harness));
    harness.process(undo);
    expect(harness.subtasks[0].state.stateRecords()).toBe(0);
    expect(tableOf(harness.rows)).toEqual([]);
  });

  test('a row taken back from a group that is not there is passed over; without -U only what counts is sent', () => {
    const harness = harnessOf({ ...nodeOf(true), emitUpdateBefore: false });
    const row = ['k', 1n, 2, 3, 't', true, 5n];
    harness.process([{ kind: 3, values: row }]);
    expect(harness.rows).toEqual([]);
    harness.process([
      { kind: 0, values: row },
      { kind: 0, values: row },
      { kind: 3, values: row },
      { kind: 3, values: row },
    ]);
    expect(harness.rows.map(({ kind }) => kind)).toEqual([0, 2, 2, 3]);
  });

  test('state that expired starts anew', () => {
    const harness = harnessOf(nodeOf(false, [0], 1000));
    const row: TestRow = { kind: 0, values: ['k', 1n, 2, 3, 't', true, 5n] };
    harness.process([row]);
    harness.advanceTime(999);
    harness.process([row]);
    harness.advanceTime(1999);
    harness.process([row]);
    expect(harness.rows.map(({ kind, values }) => [kind, values[1]])).toEqual([
      [0, 1n],
      [1, 1n],
      [2, 2n],
      [0, 1n],
    ]);
  });
});
