/** Top-N and sorted limits against a model that sorts all rows anew: after every batch the changelog so far must leave the rows in range. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { NodeOf, PlanNode, SortKey } from '../planner/physical-plan.ts';
import { orderOf } from '../types/compare-values.ts';
import type { RowSchema } from '../types/sql-type.ts';
import type { Value } from '../types/value.ts';
import { ChangeStream, type Next, type Row } from './change-stream.ts';
import type { Operator } from './contract.ts';
import { OperatorHarness, randomOf, rowText, type TestRow, tableOf } from './operator-harness.ts';
import { createRank } from './rank.ts';
import { createSortLimit } from './sort-limit.ts';

const INPUT: RowSchema = [
  { name: 'p', type: { kind: 'INT', nullable: true } },
  { name: 's', type: { kind: 'VARCHAR', length: 2147483647, nullable: true } },
  { name: 'n', type: { kind: 'BIGINT', nullable: true } },
  { name: 'd', type: { kind: 'DOUBLE', nullable: true } },
  { name: 'm', type: { kind: 'DECIMAL', precision: 30, scale: 2, nullable: true } },
];
const RANKED: RowSchema = [...INPUT, { name: 'rn', type: { kind: 'BIGINT', nullable: false } }];

const base = {
  id: 1,
  uid: 'r',
  inputs: [0],
  schema: INPUT,
  changelog: { insert: true, updateBefore: true, updateAfter: true, delete: true },
  description: '',
  parallelism: null,
  isStateful: true,
  stateTtlMs: 0,
  stateFields: [],
} as const satisfies Partial<PlanNode>;

/** Few values: ties and equal rows come up. */
function rowMaker(next: Next): () => Row {
  const maybe = (value: Value): Value => (next(8) === 0 ? null : value);
  return () => [
    maybe(next(4)),
    maybe(['', 'a', 'ab', 'é', '𝄞'][next(5)]),
    maybe(BigInt(next(4)) - 2n),
    maybe([-0, 0, Number.NaN, 1.5][next(4)]),
    maybe(BigInt(next(3)) * 10n ** 20n),
  ];
}

function randomOrder(next: Next): SortKey[] {
  return [1, 2, 3, 4]
    .filter(() => next(2) === 0)
    .map((index) => ({ index, descending: next(2) === 0, nullsLast: next(2) === 0 }))
    .reverse();
}

/** Rows in range with their ranks; `present` is in order of arrival. */
function ranksOf(present: readonly Row[], keys: readonly number[], orderBy: readonly SortKey[], start: number, end: number): Row[] {
  const partitions = new Map<string, Row[]>();
  for (const row of present) {
    const key = rowText(keys.map((index) => row[index]));
    partitions.set(key, [...(partitions.get(key) ?? []), row]);
  }
  const compare = (a: Row, b: Row): number => {
    for (const { index, descending, nullsLast } of orderBy) {
      const order = orderOf(descending, !nullsLast)(a[index], b[index]);
      if (order !== 0) return order;
    }
    return 0;
  };
  return [...partitions.values()].flatMap((rows) =>
    rows
      .sort(compare)
      .map((row, index): Row => [...row, BigInt(index + 1)])
      .slice(start - 1, end),
  );
}

/** What upserts by partition and rank leave. */
function upsertedTable(rows: readonly TestRow[]): string[] {
  const table = new Map<string, string>();
  for (const { kind, values } of rows) {
    const key = rowText([values[0], values[5]]);
    if (kind === 3) table.delete(key);
    else table.set(key, rowText(values));
  }
  return [...table.values()].sort();
}

interface Setting {
  readonly create: () => Operator;
  readonly keys: readonly number[];
  readonly output: RowSchema;
  readonly isChanging: boolean;
  readonly isUpsert: boolean;
  expected(present: readonly Row[]): Row[];
}

function check(setting: Setting, next: Next): void {
  const { create, keys, output, isChanging, isUpsert } = setting;
  const options = { create, inputs: [INPUT], output, keys: [keys] };
  const stream = new ChangeStream({ makeRow: rowMaker(next), unique: null, isChanging, next });
  const harnesses = [new OperatorHarness(options), new OperatorHarness(options, keys.length === 0 ? 1 : 3)];
  for (let round = 0; round < 12; round++) {
    const changes = stream.take(1 + next(40));
    const expected = setting
      .expected([...stream.present])
      .map(rowText)
      .sort();
    for (const harness of harnesses) {
      harness.process(changes);
      expect(isUpsert ? upsertedTable(harness.rows) : tableOf(harness.rows)).toEqual(expected);
    }
    if (next(3) > 0) continue;
    harnesses[0].restart(1);
    harnesses[1].restart(keys.length === 0 ? 1 : 1 + next(4));
  }
}

test.each(['append', 'retract'] as const)('Top-N, %s strategy, through restarts', (strategy) => {
  fc.assert(
    fc.property(fc.integer(), fc.boolean(), fc.boolean(), (seed, outputRank, isUpsert) => {
      const next = randomOf(seed);
      const rankStart = 1 + next(3);
      const rankEnd = rankStart + next(4);
      const partitionKeys = isUpsert || next(4) > 0 ? [0] : [];
      const orderBy = randomOrder(next);
      const schema = outputRank ? RANKED : INPUT;
      const node: NodeOf<'rank'> = {
        ...base,
        schema,
        kind: 'rank',
        rankFunction: 'ROW_NUMBER',
        partitionKeys,
        orderBy,
        rankStart,
        rankEnd,
        outputRank,
        strategy,
        emitUpdateBefore: !isUpsert,
      };
      check(
        {
          create: () => createRank(node, INPUT),
          keys: partitionKeys,
          output: schema,
          isChanging: strategy === 'retract',
          isUpsert: isUpsert && outputRank,
          expected: (present) => {
            const rows = ranksOf(present, partitionKeys, orderBy, rankStart, rankEnd);
            return outputRank ? rows : rows.map((row) => row.slice(0, -1));
          },
        },
        next,
      );
    }),
    { numRuns: 30 },
  );
});

test.each([false, true])('ORDER BY and LIMIT, input changing: %s, through restarts', (isInputChanging) => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const next = randomOf(seed);
      const orderBy = next(3) === 0 ? [] : randomOrder(next);
      const offset = next(4);
      const limit = next(4) === 0 ? null : 1 + next(5);
      const node: NodeOf<'sortLimit'> = { ...base, kind: 'sortLimit', orderBy, offset, limit, isInputChanging, emitUpdateBefore: true };
      check(
        {
          create: () => createSortLimit(node, INPUT),
          keys: [],
          output: INPUT,
          isChanging: isInputChanging,
          isUpsert: false,
          expected: (present) =>
            ranksOf(present, [], orderBy, offset + 1, limit === null ? Infinity : offset + limit).map((row) => row.slice(0, -1)),
        },
        next,
      );
    }),
    { numRuns: 20 },
  );
});

test('expired rows are forgotten, whatever comes meanwhile', () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const next = randomOf(seed);
      const node: NodeOf<'rank'> = {
        ...base,
        schema: RANKED,
        stateTtlMs: 100,
        kind: 'rank',
        rankFunction: 'ROW_NUMBER',
        partitionKeys: [0],
        orderBy: randomOrder(next),
        rankStart: 1,
        rankEnd: 4,
        outputRank: true,
        strategy: 'retract',
        emitUpdateBefore: true,
      };
      const harness = new OperatorHarness({ create: () => createRank(node, INPUT), inputs: [INPUT], output: RANKED, keys: [[0]] });
      const stream = new ChangeStream({ makeRow: rowMaker(next), unique: null, isChanging: true, next });
      for (let round = 0; round < 20; round++) {
        harness.process(stream.take(1 + next(20)));
        harness.advanceTime(harness.nowMs + next(60));
      }
      harness.advanceTime(harness.nowMs + 100);
      const before = harness.rows.length;
      const row: Row = [1, 'z', 0n, 0, 0n];
      harness.process([{ kind: 0, values: row }]);
      expect(harness.rows.slice(before)).toEqual([{ kind: 0, values: [...row, 1n] }]);
    }),
    { numRuns: 20 },
  );
});
