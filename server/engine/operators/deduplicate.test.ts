import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { NodeOf } from '../planner/physical-plan.ts';
import { valuesEqual } from '../types/compare-values.ts';
import type { RowSchema } from '../types/sql-type.ts';
import type { Value } from '../types/value.ts';
import { createDeduplicate } from './deduplicate.ts';
import { firstDifference, OperatorHarness, randomOf, type TestRow, tableOf } from './operator-harness.ts';

const INPUT: RowSchema = [
  { name: 'k', type: { kind: 'INT', nullable: true } },
  { name: 'ts', type: { kind: 'TIMESTAMP', precision: 3, nullable: true } },
  { name: 's', type: { kind: 'VARCHAR', length: 2147483647, nullable: true } },
  { name: 'd', type: { kind: 'DOUBLE', nullable: true } },
  { name: 'b', type: { kind: 'BOOLEAN', nullable: true } },
  { name: 'm', type: { kind: 'DECIMAL', precision: 30, scale: 2, nullable: true } },
];

function nodeOf(time: number | null, keep: 'first' | 'last', emitUpdateBefore: boolean): NodeOf<'deduplicate'> {
  const changelog = { insert: true, updateBefore: emitUpdateBefore, updateAfter: true, delete: false };
  return {
    id: 1,
    uid: 'd',
    inputs: [0],
    schema: INPUT,
    changelog,
    description: '',
    parallelism: null,
    isStateful: true,
    stateTtlMs: 0,
    stateFields: [],
    kind: 'deduplicate',
    keys: [0],
    time,
    keep,
    emitUpdateBefore,
  };
}

function expectedOf(rows: readonly TestRow[], { time, keep, emitUpdateBefore }: NodeOf<'deduplicate'>): TestRow[] {
  const kept = new Map<string, readonly Value[]>();
  const expected: TestRow[] = [];
  for (const { values } of rows) {
    const key = String(values[0]);
    const old = kept.get(key);
    if (old !== undefined) {
      if (time === null && (keep === 'first' || old.every((value, index) => valuesEqual(value, values[index])))) continue;
      const isLater = time !== null && (values[time] as bigint) >= (old[time] as bigint);
      if (time !== null && (keep === 'last') !== isLater) continue;
      if (emitUpdateBefore) expected.push({ kind: 1, values: old });
    }
    expected.push({ kind: old === undefined ? 0 : 2, values });
    kept.set(key, values);
  }
  return expected;
}

test.each([
  [1, 'last'],
  [1, 'first'],
  [null, 'last'],
  [null, 'first'],
] as const)('deduplicate by column %s keeps the %s row, through restarts', (time, keep) => {
  fc.assert(
    fc.property(fc.integer(), fc.boolean(), (seed, emitUpdateBefore) => {
      const next = randomOf(seed);
      const maybe = (value: Value): Value => (next(7) === 0 ? null : value);
      const rows = Array.from({ length: 3000 }, (_, i): TestRow => {
        const values = [
          maybe(next(60)),
          BigInt(i + next(30)),
          maybe('x'.repeat(next(50))),
          maybe(next(3) / 2),
          maybe(next(2) === 0),
          maybe(BigInt(next(4)) * 10n ** 20n),
        ];
        return { kind: 0, values: next(3) === 0 ? [values[0], 5n, null, null, null, null] : values };
      });
      const node = nodeOf(time, keep, emitUpdateBefore);
      const options = { create: () => createDeduplicate(node, INPUT), inputs: [INPUT], output: INPUT, keys: [[0]] };
      const single = new OperatorHarness(options);
      const many = new OperatorHarness(options, 3);
      for (let at = 0; at < rows.length; ) {
        const part = rows.slice(at, at + 1 + next(700));
        single.process(part);
        many.process(part);
        at += part.length;
        if (next(3) === 0) {
          single.restart(1);
          many.restart(1 + next(4));
        }
      }
      expect(firstDifference(single.rows, expectedOf(rows, node))).toBeNull();
      if (emitUpdateBefore) expect(tableOf(many.rows)).toEqual(tableOf(single.rows));
    }),
    { numRuns: 8 },
  );
});
