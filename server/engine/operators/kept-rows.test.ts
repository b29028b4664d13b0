import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { NodeOf, PlanNode } from '../planner/physical-plan.ts';
import type { ChangeKind } from '../types/batch.ts';
import { valuesEqual } from '../types/compare-values.ts';
import type { RowSchema } from '../types/sql-type.ts';
import type { Value } from '../types/value.ts';
import { createChangelogNormalize } from './changelog-normalize.ts';
import { firstDifference, OperatorHarness, randomOf, type TestRow, tableOf } from './operator-harness.ts';
import { createSinkUpsertMaterialize } from './sink-upsert-materialize.ts';
import { createTemporalSort } from './temporal-sort.ts';

const INPUT: RowSchema = [
  { name: 'k', type: { kind: 'INT', nullable: true } },
  { name: 'ts', type: { kind: 'TIMESTAMP', precision: 3, nullable: true } },
  { name: 's', type: { kind: 'VARCHAR', length: 2147483647, nullable: true } },
];

const base = {
  id: 1,
  uid: 'o',
  inputs: [0],
  schema: INPUT,
  changelog: { insert: true, updateBefore: true, updateAfter: true, delete: true },
  description: '',
  parallelism: null,
  isStateful: true,
  stateTtlMs: 0,
  stateFields: [],
} as const satisfies Partial<PlanNode>;

const same = (a: readonly Value[], b: readonly Value[]) => a.every((value, index) => valuesEqual(value, b[index]));

/** Feeds rows in pieces, with restarts at other parallelisms between them. */
function feed(harness: OperatorHarness, rows: readonly TestRow[], next: (limit: number) => number): void {
  for (let from = 0; from < rows.length; ) {
    const to = Math.min(rows.length, from + 1 + next(200));
    harness.process(rows.slice(from, to));
    if (next(4) === 0) harness.restart(1);
    from = to;
  }
}

test('changelogNormalize makes a full changelog of upserts, deletions and repeated rows, through restarts', () => {
  fc.assert(
    fc.property(fc.integer(), fc.boolean(), (seed, emitUpdateBefore) => {
      const next = randomOf(seed);
      const rows = Array.from({ length: 800 }, (): TestRow => {
        const kind = ([0, 2, 2, 3, 1] as const)[next(5)];
        return { kind, values: [next(20), BigInt(next(3)), next(5) === 0 ? null : `v${next(3)}`] };
      });
      const expected: TestRow[] = [];
      const kept = new Map<string, readonly Value[]>();
      for (const { kind, values } of rows) {
        const key = String(values[0]);
        const old = kept.get(key);
        if (kind === 1) continue;
        if (kind === 3) {
          if (old) expected.push({ kind: 3, values: old });
          kept.delete(key);
          continue;
        }
        if (old && same(old, values)) continue;
        if (old && emitUpdateBefore) expected.push({ kind: 1, values: old });
        expected.push({ kind: old ? 2 : 0, values });
        kept.set(key, values);
      }
      const node: NodeOf<'changelogNormalize'> = { ...base, kind: 'changelogNormalize', keys: [0], emitUpdateBefore };
      const harness = new OperatorHarness({
        create: () => createChangelogNormalize(node, INPUT),
        inputs: [INPUT],
        output: INPUT,
        keys: [[0]],
      });
      feed(harness, rows, next);
      expect(firstDifference(harness.rows, expected)).toBeNull();
    }),
    { numRuns: 20 },
  );
});

test('sinkUpsertMaterialize shows the newest row that still claims a key, through restarts', () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const next = randomOf(seed);
      const claims = new Map<number, (readonly Value[])[]>();
      const rows: TestRow[] = [];
      const expected: TestRow[] = [];
      for (let i = 0; i < 600; i++) {
        const key = next(8);
        const list = claims.get(key) ?? [];
        claims.set(key, list);
        if (list.length > 0 && next(3) === 0) {
          const values = list[next(list.length)] as readonly Value[];
          rows.push({ kind: (next(2) === 0 ? 1 : 3) as ChangeKind, values });
          const at = list.findLastIndex((one) => same(one, values));
          const wasShown = at === list.length - 1;
          list.splice(at, 1);
          if (wasShown && list.length === 0) expected.push({ kind: 3, values });
          else if (wasShown) expected.push({ kind: 2, values: list[list.length - 1] as readonly Value[] });
        } else {
          const values = [key, BigInt(next(4)), `v${next(3)}`];
          rows.push({ kind: (next(2) === 0 ? 0 : 2) as ChangeKind, values });
          expected.push({ kind: list.length === 0 ? 0 : 2, values });
          list.push(values);
        }
      }
      rows.push({ kind: 3, values: [3, 99n, 'never there'] });
      const node: NodeOf<'sinkUpsertMaterialize'> = { ...base, kind: 'sinkUpsertMaterialize', keys: [0] };
      const create = () => createSinkUpsertMaterialize(node, INPUT);
      const harness = new OperatorHarness({ create, inputs: [INPUT], output: INPUT, keys: [[0]] });
      feed(harness, rows, next);
      expect(firstDifference(harness.rows, expected)).toBeNull();
    }),
    { numRuns: 20 },
  );
});

test('sinkUpsertMaterialize goes on at another parallelism', () => {
  const node: NodeOf<'sinkUpsertMaterialize'> = { ...base, kind: 'sinkUpsertMaterialize', keys: [0] };
  const create = () => createSinkUpsertMaterialize(node, INPUT);
  const harness = new OperatorHarness({ create, inputs: [INPUT], output: INPUT, keys: [[0]] }, 2);
  const older = Array.from({ length: 50 }, (_, key): TestRow => ({ kind: 0, values: [key, 1n, 'older'] }));
  const newer = Array.from({ length: 50 }, (_, key): TestRow => ({ kind: 2, values: [key, 2n, 'newer'] }));
  harness.process([...older, ...newer]);
  harness.restart(3);
  harness.rows.length = 0;
  harness.process(newer.map((row) => ({ ...row, kind: 3 })));
  expect(tableOf(harness.rows)).toEqual(tableOf(older));
});

test('temporalSort gives rows in order of time, then of the other columns, and drops late ones, through restarts', () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const next = randomOf(seed);
      const node: NodeOf<'temporalSort'> = {
        ...base,
        kind: 'temporalSort',
        time: 1,
        orderBy: [
          { index: 1, descending: false, nullsLast: false },
          { index: 0, descending: true, nullsLast: true },
        ],
      };
      const harness = new OperatorHarness({ create: () => createTemporalSort(node, INPUT), inputs: [INPUT], output: INPUT, keys: [[]] });
      const waiting: TestRow[] = [];
      const expected: TestRow[] = [];
      let sent = -1n;
      let late = 0;
      for (let step = 0; step < 40; step++) {
        const rows = Array.from({ length: next(30) }, (): TestRow => {
          return { kind: 0, values: [next(6) === 0 ? null : next(5), BigInt(step * 10 + next(60) - 20), `${next(100)}`] };
        }).filter(({ values }) => (values[1] as bigint) >= 0n);
        harness.process(rows);
        for (const row of rows) {
          if ((row.values[1] as bigint) <= sent) late++;
          else waiting.push(row);
        }
        const watermark = step * 10 + 5;
        harness.processWatermark(watermark);
        const due = waiting.filter(({ values }) => (values[1] as bigint) <= BigInt(watermark));
        for (const row of due) waiting.splice(waiting.indexOf(row), 1);
        const rank = (row: TestRow) => (row.values[0] === null ? -1 : (row.values[0] as number));
        due.sort((a, b) => Number((a.values[1] as bigint) - (b.values[1] as bigint)) || rank(b) - rank(a));
        expected.push(...due);
        if (due.length > 0) sent = due[due.length - 1]?.values[1] as bigint;
        if (next(5) === 0) harness.restart(1);
      }
      expect(firstDifference(harness.rows, expected)).toBeNull();
      expect(harness.lateRows).toBe(late);
    }),
    { numRuns: 20 },
  );
});
