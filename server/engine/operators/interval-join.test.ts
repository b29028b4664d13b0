/** Interval joins: without late rows the result is the relational one; with them, what is emitted is still right and every outer row shows once. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FunctionContext } from '../functions/contract.ts';
import type { Expression } from '../planner/expression.ts';
import type { NodeOf } from '../planner/physical-plan.ts';
import type { RowSchema, SqlType } from '../types/sql-type.ts';
import type { Value } from '../types/value.ts';
import type { Next, Row } from './change-stream.ts';
import { createIntervalJoin } from './interval-join.ts';
import { OperatorHarness, randomOf, rowText, type TestRow } from './operator-harness.ts';

const context: FunctionContext = { timeZone: 'UTC', currentTimeMs: () => 0, random: () => 0, currentWatermarkMs: () => null };
const INT: SqlType = { kind: 'INT', nullable: true };
const TIME: SqlType = { kind: 'TIMESTAMP', precision: 3, nullable: true, attribute: 'rowtime' };
const LEFT: RowSchema = [
  { name: 'id', type: { kind: 'BIGINT', nullable: false } },
  { name: 'k', type: INT },
  { name: 'v', type: INT },
  { name: 'ts', type: TIME },
];
const RIGHT: RowSchema = [
  { name: 'ts', type: TIME },
  { name: 'k', type: INT },
  { name: 'v', type: INT },
  { name: 'id', type: { kind: 'BIGINT', nullable: false } },
];
const IS_LESS: Expression = {
  kind: 'call',
  function: '<',
  args: [
    { kind: 'input', index: 2, type: INT },
    { kind: 'input', index: 6, type: INT },
  ],
  type: { kind: 'BOOLEAN', nullable: true },
};

type JoinNode = NodeOf<'intervalJoin'>;
type Kind = 'inner' | 'left' | 'right' | 'full';

function nodeOf(joinKind: Kind, lowerMs: number, upperMs: number, condition: Expression | null): JoinNode {
  return {
    id: 1,
    uid: 'i',
    inputs: [0, 1],
    schema: [...LEFT, ...RIGHT],
    changelog: { insert: true, updateBefore: false, updateAfter: false, delete: false },
    description: '',
    parallelism: null,
    isStateful: true,
    stateTtlMs: 0,
    stateFields: [],
    kind: 'intervalJoin',
    joinKind,
    leftKeys: [1],
    rightKeys: [1],
    nullSafe: [false],
    leftTime: 3,
    rightTime: 0,
    lowerMs,
    upperMs,
    condition,
  };
}

const harnessOf = (node: JoinNode, parallelism: number) =>
  new OperatorHarness(
    { create: () => createIntervalJoin(node, [LEFT, RIGHT], context), inputs: [LEFT, RIGHT], output: node.schema, keys: [[1], [1]] },
    parallelism,
  );

function isMatch(node: JoinNode, left: Row, right: Row): boolean {
  const difference = Number(left[3] as bigint) - Number(right[0] as bigint);
  const isEqual = left[1] !== null && left[1] === right[1] && difference >= node.lowerMs && difference <= node.upperMs;
  return isEqual && (node.condition === null || (left[2] !== null && right[2] !== null && (left[2] as number) < (right[2] as number)));
}

function expectedRows(node: JoinNode, left: readonly Row[], right: readonly Row[]): string[] {
  const rows: Row[] = left.flatMap((l) => right.filter((r) => isMatch(node, l, r)).map((r) => [...l, ...r]));
  if (node.joinKind === 'left' || node.joinKind === 'full')
    for (const l of left) if (!right.some((r) => isMatch(node, l, r))) rows.push([...l, null, null, null, null]);
  if (node.joinKind === 'right' || node.joinKind === 'full')
    for (const r of right) if (!left.some((l) => isMatch(node, l, r))) rows.push([null, null, null, null, ...r]);
  return rows.map(rowText).sort();
}

const textsOf = (rows: readonly TestRow[]) => rows.map(({ values }) => rowText(values)).sort();

/** Feeds both sides; `lateness` is how far rows may lie behind the watermark, 0 for none. */
function feed(next: Next, lateness: number, harnesses: readonly OperatorHarness[]): { left: Row[]; right: Row[] } {
  const sides: [Row[], Row[]] = [[], []];
  let watermark = 0;
  let id = 0n;
  const maybe = (value: Value): Value => (next(8) === 0 ? null : value);
  for (let step = 0; step < 40; step++) {
    const input = next(2);
    const rows = Array.from({ length: next(12) }, (): TestRow => {
      const time = BigInt(Math.max(0, watermark + 1 - next(1 + lateness) + next(80)));
      const [key, value, number] = [maybe(next(3)), maybe(next(4)), id++];
      return { kind: 0, values: input === 0 ? [number, key, value, time] : [time, key, value, number] };
    });
    sides[input].push(...rows.map(({ values }) => values));
    for (const harness of harnesses) harness.process(rows, input);
    if (next(3) === 0) {
      watermark += 1 + next(60);
      for (const harness of harnesses) harness.processWatermark(watermark);
    }
    if (next(8) === 0) for (const harness of harnesses) harness.restart(harness === harnesses[0] ? 1 : 1 + next(4));
  }
  for (const harness of harnesses) harness.processWatermark(Number.MAX_SAFE_INTEGER);
  expect(harnesses.every(({ subtasks }) => subtasks.every(({ state }) => state.stateRecords() === 0))).toBe(true);
  return { left: sides[0], right: sides[1] };
}

function randomNode(joinKind: Kind, next: Next): JoinNode {
  const lowerMs = next(200) - 120;
  return nodeOf(joinKind, lowerMs, lowerMs + next(150), next(2) === 0 ? IS_LESS : null);
}

describe.each(['inner', 'left', 'right', 'full'] as const)('%s interval join, through restarts', (joinKind) => {
  test('of rows that are not late gives the pairs within the bounds', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const next = randomOf(seed);
        const node = randomNode(joinKind, next);
        const [single, many] = [harnessOf(node, 1), harnessOf(node, 3)];
        const { left, right } = feed(next, 0, [single, many]);
        expect(textsOf(single.rows)).toEqual(expectedRows(node, left, right));
        expect(textsOf(many.rows)).toEqual(expectedRows(node, left, right));
      }),
      { numRuns: 10 },
    );
  });

  test('of late rows gives no wrong pair, and each outer row in pairs or padded once', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const next = randomOf(seed);
        const node = randomNode(joinKind, next);
        const harness = harnessOf(node, 2);
        const { left, right } = feed(next, 150, [harness]);
        const rows = harness.rows.map(({ values }) => values);
        const pairs = rows.filter((row) => row[0] !== null && row[7] !== null);
        expect(pairs.every((row) => isMatch(node, row.slice(0, 4), row.slice(4)))).toBe(true);
        expect(new Set(pairs.map(rowText)).size).toBe(pairs.length);
        const shown = (column: number, other: number, ids: readonly Value[]): void => {
          for (const id of ids) {
            const own = rows.filter((row) => row[column] === id);
            expect(own.filter((row) => row[other] === null)).toHaveLength(own.some((row) => row[other] !== null) ? 0 : 1);
          }
        };
        if (joinKind === 'left' || joinKind === 'full')
          shown(
            0,
            7,
            left.map((row) => row[0]),
          );
        if (joinKind === 'right' || joinKind === 'full')
          shown(
            7,
            0,
            right.map((row) => row[3]),
          );
      }),
      { numRuns: 10 },
    );
  });
});

test('the watermark that is passed on lies before all pairs to come', () => {
  const node = nodeOf('inner', -30, 70, null);
  const harness = harnessOf(node, 1);
  const operator = harness.subtasks[0].operator;
  harness.process([{ kind: 0, values: [1n, 1, 1, 131n] }]);
  harness.process([{ kind: 0, values: [61n, 1, 1, 1n] }], 1);
  harness.processWatermark(130);
  harness.rows.length = 0;
  harness.process([{ kind: 0, values: [161n, 1, 1, 2n] }], 1);
  harness.process([{ kind: 0, values: [2n, 1, 1, 131n] }]);
  const times = harness.rows.flatMap(({ values }) => [Number(values[3] as bigint), Number(values[4] as bigint)]);
  expect(harness.rows).toHaveLength(3);
  expect(Math.min(...times)).toBe(61);
  expect(operator.delayWatermark?.(130)).toBe(60);
  expect(operator.delayWatermark?.(Number.MAX_SAFE_INTEGER)).toBe(Number.MAX_SAFE_INTEGER);
});
