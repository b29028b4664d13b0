/** Joins, Top-N and deduplication within attached windows, against models that keep the rows of a window as a list. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { FunctionContext } from '../functions/contract.ts';
import type { Expression } from '../planner/expression.ts';
import type { NodeOf, PlanNode } from '../planner/physical-plan.ts';
import { compareValues } from '../types/compare-values.ts';
import type { RowSchema, SqlType } from '../types/sql-type.ts';
import type { Next, Row } from './change-stream.ts';
import { OperatorHarness, randomOf, rowText, type TestRow } from './operator-harness.ts';
import { createWindowDeduplicate } from './window-deduplicate.ts';
import { createWindowJoin } from './window-join.ts';
import { createWindowRank } from './window-rank.ts';

const context: FunctionContext = { timeZone: 'UTC', currentTimeMs: () => 0, random: () => 0, currentWatermarkMs: () => null };
const TIME: SqlType = { kind: 'TIMESTAMP', precision: 3, nullable: false };
const INT: SqlType = { kind: 'INT', nullable: true };
const BIGINT: SqlType = { kind: 'BIGINT', nullable: false };
/** Key, value, time of the row, end of its window, number of the row. */
const INPUT: RowSchema = [
  { name: 'k', type: { kind: 'VARCHAR', length: 2147483647, nullable: true } },
  { name: 'v', type: INT },
  { name: 'ts', type: TIME },
  { name: 'window_end', type: TIME },
  { name: 'id', type: BIGINT },
];
const PADDING: Row = INPUT.map(() => null);
const SIZE_MS = 100;

const base = {
  id: 1,
  uid: 'w',
  inputs: [0, 1],
  changelog: { insert: true, updateBefore: false, updateAfter: false, delete: false },
  description: '',
  parallelism: null,
  isStateful: true,
  stateTtlMs: 0,
  stateFields: [],
} as const satisfies Partial<PlanNode>;

interface Run {
  readonly next: Next;
  readonly harness: OperatorHarness;
  readonly inputs: number;
  /** The output of a window by its rows in order of arrival, by input. */
  expected(rows: readonly (readonly Row[])[]): readonly Row[];
}

/** Rows in disorder, watermarks and restarts; each watermark must bring what the model makes of the windows that it completes. */
function run({ next, harness, inputs, expected }: Run): void {
  const windows = new Map<number, Row[][]>();
  let watermark = -1;
  let late = 0;
  let id = 0n;
  const fire = (upTo: number): void => {
    harness.rows.length = 0;
    harness.processWatermark(upTo);
    watermark = upTo;
    const due = [...windows.keys()].filter((end) => end - 1 <= upTo).sort((a, b) => a - b);
    const rows = due.flatMap((end) => expected(windows.get(end) as Row[][]));
    for (const end of due) windows.delete(end);
    expect(harness.rows.map(({ values }) => rowText(values)).sort()).toEqual(rows.map(rowText).sort());
    expect(harness.rows.every(({ kind }) => kind === 0)).toBe(true);
  };
  for (let step = 0; step < 40; step++) {
    const input = next(inputs);
    const rows = Array.from({ length: next(30) }, (): TestRow => {
      const time = Math.max(0, step * 20 - 60 + next(120));
      const end = time - (time % SIZE_MS) + SIZE_MS;
      const key = next(8) === 0 ? null : ['', 'a', 'bc'][next(3)];
      const values: Row = [key, next(8) === 0 ? null : next(4), BigInt(time), BigInt(end), id++];
      if (end - 1 <= watermark) late++;
      else {
        if (!windows.has(end)) windows.set(end, [[], []]);
        windows.get(end)?.[input].push(values);
      }
      return { kind: 0, values };
    });
    harness.process(rows, input);
    if (next(4) === 0) fire(watermark + 1 + next(90));
    if (next(8) === 0) harness.restart(1 + next(3));
  }
  fire(Number.MAX_SAFE_INTEGER);
  expect(harness.lateRows).toBe(late);
  expect(harness.subtasks.every(({ state }) => state.stateRecords() === 0)).toBe(true);
}

const IS_LESS: Expression = {
  kind: 'call',
  function: '<',
  args: [
    { kind: 'input', index: 1, type: INT },
    { kind: 'input', index: INPUT.length + 1, type: INT },
  ],
  type: { kind: 'BOOLEAN', nullable: true },
};

test.each(['inner', 'left', 'right', 'full', 'semi', 'anti'] as const)('%s window join, through restarts', (joinKind) => {
  fc.assert(
    fc.property(fc.integer(), fc.boolean(), fc.boolean(), (seed, isNullSafe, isConditional) => {
      const isOneSided = joinKind === 'semi' || joinKind === 'anti';
      const node: NodeOf<'windowJoin'> = {
        ...base,
        kind: 'windowJoin',
        schema: isOneSided ? INPUT : [...INPUT, ...INPUT],
        joinKind,
        leftWindowEnd: 3,
        rightWindowEnd: 3,
        leftKeys: [0],
        rightKeys: [0],
        nullSafe: [isNullSafe],
        isZoned: false,
        condition: isConditional ? IS_LESS : null,
      };
      const isMatch = (l: Row, r: Row): boolean => {
        const isEqual = l[0] === r[0] && (l[0] !== null || isNullSafe);
        return isEqual && (!isConditional || (l[1] !== null && r[1] !== null && (l[1] as number) < (r[1] as number)));
      };
      const expected = ([left, right]: readonly (readonly Row[])[]): Row[] => {
        const hasMatch = left.map((l) => right.some((r) => isMatch(l, r)));
        if (isOneSided) return left.filter((_, index) => hasMatch[index] === (joinKind === 'semi'));
        const rows = left.flatMap((l) => right.filter((r) => isMatch(l, r)).map((r): Row => [...l, ...r]));
        if (joinKind === 'left' || joinKind === 'full')
          rows.push(...left.filter((_, index) => !hasMatch[index]).map((l): Row => [...l, ...PADDING]));
        if (joinKind === 'right' || joinKind === 'full')
          rows.push(...right.filter((r) => !left.some((l) => isMatch(l, r))).map((r): Row => [...PADDING, ...r]));
        return rows;
      };
      const create = () => createWindowJoin(node, [INPUT, INPUT], context);
      const harness = new OperatorHarness({ create, inputs: [INPUT, INPUT], output: node.schema, keys: [[0], [0]] }, 2);
      run({ next: randomOf(seed), harness, inputs: 2, expected });
    }),
    { numRuns: 8 },
  );
});

function partitions(rows: readonly Row[]): Row[][] {
  const byKey = new Map<string, Row[]>();
  for (const row of rows) byKey.set(String(row[0]), [...(byKey.get(String(row[0])) ?? []), row]);
  return [...byKey.values()];
}

test('window Top-N, through restarts', () => {
  fc.assert(
    fc.property(fc.integer(), fc.boolean(), fc.boolean(), (seed, outputRank, descending) => {
      const next = randomOf(seed);
      const rankStart = 1 + next(2);
      const rankEnd = rankStart + next(4);
      const node: NodeOf<'windowRank'> = {
        ...base,
        kind: 'windowRank',
        schema: outputRank ? [...INPUT, { name: 'rn', type: BIGINT }] : INPUT,
        windowEnd: 3,
        partitionKeys: [0],
        orderBy: [{ index: 1, descending, nullsLast: descending }],
        rankStart,
        rankEnd,
        outputRank,
        isZoned: false,
      };
      const expected = ([rows]: readonly (readonly Row[])[]): Row[] =>
        partitions(rows).flatMap((partition) =>
          partition
            .sort((a, b) => compareValues(a[1], b[1]) * (descending ? -1 : 1))
            .map((row, index): Row => (outputRank ? [...row, BigInt(index + 1)] : row))
            .slice(rankStart - 1, rankEnd),
        );
      const create = () => createWindowRank(node, INPUT);
      const harness = new OperatorHarness({ create, inputs: [INPUT], output: node.schema, keys: [[0]] }, 2);
      run({ next, harness, inputs: 1, expected });
    }),
    { numRuns: 10 },
  );
});

test.each(['first', 'last'] as const)('window deduplication keeps the %s row, through restarts', (keep) => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const node: NodeOf<'windowDeduplicate'> = {
        ...base,
        kind: 'windowDeduplicate',
        schema: INPUT,
        windowEnd: 3,
        keys: [0],
        time: 2,
        keep,
        isZoned: false,
      };
      const isBetter = (row: Row, kept: Row): boolean =>
        keep === 'first' ? (row[2] as bigint) < (kept[2] as bigint) : (row[2] as bigint) >= (kept[2] as bigint);
      const expected = ([rows]: readonly (readonly Row[])[]): Row[] =>
        partitions(rows).map((partition) => partition.reduce((kept, row) => (isBetter(row, kept) ? row : kept)));
      const create = () => createWindowDeduplicate(node, INPUT);
      const harness = new OperatorHarness({ create, inputs: [INPUT], output: INPUT, keys: [[0]] }, 2);
      run({ next: randomOf(seed), harness, inputs: 1, expected });
    }),
    { numRuns: 10 },
  );
});

test('windows of instants end at local times of the session', () => {
  const node: NodeOf<'windowDeduplicate'> = {
    ...base,
    kind: 'windowDeduplicate',
    schema: INPUT,
    windowEnd: 3,
    keys: [0],
    time: 2,
    keep: 'last',
    isZoned: true,
  };
  const create = () => createWindowDeduplicate(node, INPUT);
  const harness = new OperatorHarness({ create, inputs: [INPUT], output: INPUT, keys: [[0]], timeZone: 'Asia/Shanghai' });
  const end = 8 * 3_600_000 + SIZE_MS;
  harness.process([{ kind: 0, values: ['a', 1, 5n, BigInt(end), 0n] }]);
  harness.processWatermark(SIZE_MS - 2);
  expect(harness.rows).toEqual([]);
  harness.processWatermark(SIZE_MS - 1);
  expect(harness.rows).toHaveLength(1);
});
