import { expect, test } from 'vitest';
import type { NodeOf } from '../planner/physical-plan.ts';
import { compileHash } from '../state/hash.ts';
import { keyGroupOf, subtaskOf } from '../state/key-groups.ts';
import type { ChangeKind } from '../types/batch.ts';
import { BatchBuilder } from '../types/batch-builder.ts';
import { forEachLiveRow, kindAt, rowAt } from '../types/row-access.ts';
import type { RowSchema } from '../types/sql-type.ts';
import type { Value } from '../types/value.ts';
import { createDropUpdateBefore } from './drop-update-before.ts';
import { createExpand } from './expand.ts';
import { OperatorHarness, randomOf, rowText, type TestRow } from './operator-harness.ts';
import { copyBatch, createPartitioner } from './partition-batch.ts';

const SCHEMA: RowSchema = [
  { name: 'a', type: { kind: 'INT', nullable: true } },
  { name: 'b', type: { kind: 'VARCHAR', length: 2147483647, nullable: true } },
  { name: 'c', type: { kind: 'ARRAY', element: { kind: 'INT', nullable: true }, nullable: true } },
];
const BASE = {
  id: 1,
  uid: 'x',
  inputs: [0],
  changelog: { insert: true, updateBefore: true, updateAfter: true, delete: true },
  description: '',
  parallelism: null,
  isStateful: false,
  stateTtlMs: 0,
  stateFields: [],
};

function randomRows(count: number): TestRow[] {
  const next = randomOf(4);
  return Array.from({ length: count }, (): TestRow => {
    const values: Value[] = [next(5) === 0 ? null : next(100), next(5) === 0 ? null : 'é'.repeat(next(40)), null];
    return { kind: next(4) as ChangeKind, values };
  });
}

test('a partition holds, in order, the live rows of the key groups of its subtask, and owns its buffers', () => {
  const rows = randomRows(2000);
  const builder = new BatchBuilder(SCHEMA, 2048);
  const fill = (): void => {
    builder.reset();
    for (const { kind, values } of rows) {
      values.forEach((value, index) => {
        builder.setValue(index, value);
      });
      builder.endRow(kind);
    }
  };
  fill();
  const batch = builder.finish();
  batch.selection = Int32Array.from({ length: 1000 }, (_, i) => i * 2);
  batch.selected = 1000;
  const hashes = new Int32Array(2000);
  compileHash(SCHEMA, [0, 1])(batch, hashes);
  const parts: string[][] = [[], [], []];
  const owned = copyBatch(batch, SCHEMA);
  createPartitioner(
    SCHEMA,
    [0, 1],
    3,
    128,
  )(batch, (subtask, part) => {
    builder.columns.forEach((column) => {
      if (column.lane === 'bytes') column.data.fill(63);
    });
    forEachLiveRow(part, (row) => parts[subtask].push(`${kindAt(part, row)}${rowText(rowAt(part, row, SCHEMA))}`));
    fill();
  });
  const expected: string[][] = [[], [], []];
  const all: string[] = [];
  rows.forEach(({ kind, values }, index) => {
    if (index % 2 !== 0) return;
    expected[subtaskOf(keyGroupOf(hashes[index], 128), 3, 128)].push(`${kind}${rowText(values)}`);
    all.push(rowText(values));
  });
  expect(parts).toEqual(expected);
  const copied: string[] = [];
  forEachLiveRow(owned, (row) => copied.push(rowText(rowAt(owned, row, SCHEMA))));
  expect(copied).toEqual(all);
});

test('expand gives each row once a set, with the columns that the set does not keep as NULL', () => {
  const schema: RowSchema = [...SCHEMA, { name: 'id', type: { kind: 'BIGINT', nullable: false } }];
  const sets = [
    { keep: [0, 1, 2], groupingId: 0 },
    { keep: [0, 2], groupingId: 1 },
    { keep: [], groupingId: 7 },
  ];
  const node: NodeOf<'expand'> = { ...BASE, schema, kind: 'expand', sets };
  const harness = new OperatorHarness({ create: () => createExpand(node, SCHEMA), inputs: [SCHEMA], output: schema, keys: [[]] });
  const rows = randomRows(2000);
  harness.process(rows);
  expect(harness.rows).toEqual(
    rows.flatMap(({ kind, values }) =>
      sets.map(({ keep, groupingId }) => ({
        kind,
        values: [...values.map((value, index) => (keep.includes(index) ? value : null)), BigInt(groupingId)],
      })),
    ),
  );
});

test('dropUpdateBefore drops -U and nothing else', () => {
  const harness = new OperatorHarness({ create: createDropUpdateBefore, inputs: [SCHEMA], output: SCHEMA, keys: [[]] });
  const rows = randomRows(500);
  harness.process(rows);
  expect(harness.rows).toEqual(rows.filter(({ kind }) => kind !== 1));
});

test('a text goes to the subtask, and arrives, as Flink sends it: with ? for half a surrogate pair', () => {
  const builder = new BatchBuilder(SCHEMA, 64);
  for (let i = 0; i < 64; i++) {
    builder.setNumber(0, i);
    builder.setText(1, i % 2 === 0 ? `k${i}\ud83d` : `k${i - 1}?`);
    builder.setNull(2);
    builder.endRow();
  }
  const seen = new Map<string, number[]>();
  createPartitioner(
    SCHEMA,
    [1],
    3,
    128,
  )(builder.finish(), (subtask, part) => {
    forEachLiveRow(part, (row) => {
      const text = String(rowAt(part, row, SCHEMA)[1]);
      seen.set(text, [...(seen.get(text) ?? []), subtask]);
    });
  });
  expect(seen.size).toBe(32);
  for (const [text, [first, second]] of seen) expect([text.endsWith('?'), second]).toEqual([true, first]);
  expect(new Set([...seen.values()].flat()).size).toBe(3);
});
