import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FunctionContext } from '../functions/contract.ts';
import type { Expression } from '../planner/expression.ts';
import type { NodeOf } from '../planner/physical-plan.ts';
import type { RowSchema, SqlType } from '../types/sql-type.ts';
import { OperatorHarness, randomOf, type TestRow } from './operator-harness.ts';
import { createWatermark } from './watermark.ts';

const TIME: SqlType = { kind: 'TIMESTAMP', precision: 3, nullable: true };
const INPUT: RowSchema = [
  { name: 'ts', type: TIME },
  { name: 'w', type: TIME },
];
const FUNCTIONS: FunctionContext = { timeZone: 'UTC', currentTimeMs: () => 0, random: () => 0, currentWatermarkMs: () => null };

function nodeOf(intervalMs: number, idleTimeoutMs = 0): NodeOf<'watermark'> {
  const changelog = { insert: true, updateBefore: false, updateAfter: false, delete: false };
  const watermark: Expression = { kind: 'input', index: 1, type: TIME };
  return {
    id: 1,
    uid: 'w',
    inputs: [0],
    schema: INPUT,
    changelog,
    description: '',
    parallelism: null,
    isStateful: true,
    stateTtlMs: 0,
    stateFields: [],
    kind: 'watermark',
    rowtime: 0,
    watermark,
    intervalMs,
    idleTimeoutMs,
  };
}

function harnessOf(node: NodeOf<'watermark'>): OperatorHarness {
  return new OperatorHarness({ create: () => createWatermark(node, [...INPUT], FUNCTIONS), inputs: [INPUT], output: INPUT, keys: [[]] });
}

const row = (time: number, delay = 0): TestRow => ({ kind: 0, values: [BigInt(time), BigInt(time - delay)] });

describe('watermark assigner', () => {
  test('every row meets the lateness that it would meet with a watermark after each row', () => {
    fc.assert(
      fc.property(fc.integer(), fc.constantFrom(0, 1, 50, 200), fc.constantFrom(0, 1, 40, 300), (seed, interval, delay) => {
        const next = randomOf(seed);
        const rows = Array.from({ length: 400 }, (_, i) => row(Math.max(1, i * 20 - (next(4) === 0 ? next(50) * 10 : 0)), delay));
        const harness = harnessOf(nodeOf(interval));
        for (let at = 0; at < rows.length; ) {
          const part = rows.slice(at, at + 1 + next(90));
          harness.process(part);
          at += part.length;
          if (next(5) === 0) harness.restart(1);
        }
        // Flink, row by row: after each row, a watermark when it is more than the interval ahead of the last one.
        const exact: number[] = [];
        let current = 0;
        let last = 0;
        for (const { values } of rows) {
          exact.push(last);
          current = Math.max(current, Number(values[1]));
          if (current - last > interval) last = current;
        }
        const seen: number[] = [];
        let sent = 0;
        for (const event of harness.events) {
          if (typeof event === 'number') sent = event;
          else seen.push(sent);
        }
        expect(harness.rows).toEqual(rows);
        rows.forEach(({ values }, i) => {
          const time = Number(values[0]);
          // A watermark held back matters to no row behind it: late rows see exactly Flink's.
          if (time <= exact[i] + 1) expect(seen[i]).toBe(exact[i]);
          else expect(seen[i]).toBeLessThanOrEqual(exact[i]);
        });
        expect(sent).toBe(last);
      }),
      { numRuns: 60 },
    );
  });

  test('rows in order cost one watermark a batch', () => {
    const harness = harnessOf(nodeOf(200));
    harness.process(Array.from({ length: 2000 }, (_, i) => row(1000 + i * 10, 4000)));
    expect(harness.watermarks.length).toBe(1);
  });

  test('a watermark that moved less than the interval follows with the next tick of the clock', () => {
    const harness = harnessOf(nodeOf(200));
    harness.process([row(1000), row(1100)]);
    expect(harness.watermarks).toEqual([1000]);
    harness.advanceTime(200);
    expect(harness.watermarks).toEqual([1000, 1100]);
  });

  test('with splits the slowest counts, an idle one does not', () => {
    const harness = harnessOf(nodeOf(0, 500));
    const [{ operator }] = harness.subtasks;
    operator.processSplits?.(2);
    harness.process([row(1000)], 0, 0);
    expect(harness.watermarks).toEqual([]);
    harness.advanceTime(100);
    harness.process([row(700)], 0, 1);
    expect(harness.watermarks).toEqual([700]);
    harness.advanceTime(400);
    harness.process([row(2000)], 0, 0);
    expect(harness.watermarks).toEqual([700]);
    harness.advanceTime(700);
    expect(harness.watermarks).toEqual([700, 2000]);
  });

  test('a row without time fails the job', () => {
    expect(() => harnessOf(nodeOf(0)).process([{ kind: 0, values: [null, null] }])).toThrow(/rowtime column ts is NULL/);
  });
});
