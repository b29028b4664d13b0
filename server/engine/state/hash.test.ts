import { expect, test } from 'vitest';
import { BatchBuilder } from '../types/batch-builder.ts';
import type { RowSchema, SqlType } from '../types/sql-type.ts';
import { ArrayValue, RowValue, type Value } from '../types/value.ts';
import { compileHash, HASH_VERSION } from './hash.ts';
import { groupRange, keyGroupOf, subtaskOf } from './key-groups.ts';

const type = (kind: 'INT' | 'BIGINT' | 'DOUBLE' | 'BOOLEAN'): SqlType => ({ kind, nullable: true });
const TEXT: SqlType = { kind: 'VARCHAR', length: 2147483647, nullable: true };
const decimal = (precision: number): SqlType => ({ kind: 'DECIMAL', precision, scale: 2, nullable: true });

function hashOf(types: readonly SqlType[], values: readonly Value[]): number {
  const schema: RowSchema = types.map((t, i) => ({ name: `c${i}`, type: t }));
  const builder = new BatchBuilder(schema, 2);
  values.forEach((value, index) => {
    builder.setValue(index, value);
  });
  builder.endRow();
  const out = new Int32Array(2);
  compileHash(
    schema,
    types.map((_, i) => i),
  )(builder.finish(), out);
  return out[0];
}

test('hash values are those of HASH_VERSION 1: stored state depends on them', () => {
  expect(HASH_VERSION).toBe(1);
  const vectors: readonly (readonly [readonly SqlType[], readonly Value[]])[] = [
    [[], []],
    [[type('INT')], [null]],
    [[type('INT')], [0]],
    [[type('INT')], [-5]],
    [[type('BIGINT')], [9007199254740993n]],
    [[type('DOUBLE')], [1.5]],
    [[type('BOOLEAN')], [true]],
    [[TEXT], ['']],
    [[TEXT], ['grüße 漢字']],
    [
      [type('INT'), TEXT],
      [7, 'abc'],
    ],
    [[{ kind: 'ARRAY', element: type('INT'), nullable: true }], [new ArrayValue([1, null, 3])]],
    [[{ kind: 'ROW', fields: [{ name: 'a', type: TEXT }], nullable: true }], [new RowValue(['x'])]],
  ];
  expect(vectors.map(([types, values]) => hashOf(types, values))).toMatchInlineSnapshot(`
    [
      -2035744887,
      -1231161603,
      -1758510426,
      1721979805,
      -1024579974,
      661776689,
      546512400,
      -660626202,
      193205499,
      -1371834312,
      436446512,
      939494352,
    ]
  `);
});

test('the lane of a number and the bits of NaN make no difference', () => {
  expect(hashOf([type('INT')], [-5])).toBe(hashOf([type('BIGINT')], [-5n]));
  expect(hashOf([decimal(10)], [-12345n])).toBe(hashOf([decimal(30)], [-12345n]));
  const bits = new Float64Array(new BigUint64Array([0xfff8000000000001n]).buffer);
  expect(hashOf([type('DOUBLE')], [bits[0]])).toBe(hashOf([type('DOUBLE')], [Number.NaN]));
  expect(hashOf([TEXT, TEXT], ['ab', 'c'])).not.toBe(hashOf([TEXT, TEXT], ['a', 'bc']));
});

test('every group belongs to exactly the subtask whose range holds it', () => {
  for (const parallelism of [1, 2, 3, 5, 7, 128]) {
    for (let group = 0; group < 128; group++) {
      const subtask = subtaskOf(group, parallelism, 128);
      const { first, last } = groupRange(subtask, parallelism, 128);
      expect(group >= first && group <= last).toBe(true);
    }
  }
  expect(keyGroupOf(-1, 128)).toBe(127);
});
