/** Values that a type has no word for: halves of surrogate pairs, timestamps finer than their precision. Apart, as the first half changes later code. */
import { expect, test } from 'vitest';
import type { FunctionContext } from '../functions/contract.ts';
import type { Expression } from '../planner/expression.ts';
import type { Batch } from '../types/batch.ts';
import { BatchBuilder } from '../types/batch-builder.ts';
import { rowAt, wholeValueAt } from '../types/row-access.ts';
import type { RowSchema, SqlType } from '../types/sql-type.ts';
import { ArrayValue, FineTimestamp, type Value } from '../types/value.ts';
import { compileCalc } from './compile.ts';
import { evaluate } from './interpreter.ts';

const context: FunctionContext = { timeZone: 'UTC', currentTimeMs: () => 0, random: () => 0, currentWatermarkMs: () => null };
const INT: SqlType = { kind: 'INT', nullable: true };
const BOOLEAN: SqlType = { kind: 'BOOLEAN', nullable: true };
const STRING: SqlType = { kind: 'VARCHAR', length: 2147483647, nullable: true };
const SCHEMA: RowSchema = [
  { name: 'n', type: INT },
  { name: 'text', type: STRING },
];

const input = (index: number): Expression => ({ kind: 'input', index, type: SCHEMA[index].type });
const literal = (value: Value, type: SqlType): Expression => ({ kind: 'literal', value, type });
const call = (name: string, type: SqlType, ...args: Expression[]): Expression => ({ kind: 'call', function: name, args, type });

function batchOf(...rows: (readonly [number, string])[]): Batch {
  const builder = new BatchBuilder(SCHEMA, 8);
  for (const [n, text] of rows) {
    builder.setNumber(0, n);
    builder.setText(1, text);
    builder.endRow();
  }
  return builder.finish();
}

const texts = (batch: Batch | null) =>
  rowAt(
    batch as Batch,
    0,
    [STRING, STRING, STRING].map((type) => ({ type })),
  );

test('half a surrogate pair is kept in a column and becomes ? where Flink looks at bytes, also in loops compiled before the first', () => {
  const part = call('SUBSTRING', STRING, input(1), literal(2, INT));
  const calc = compileCalc([input(1), part, call('UPPER', STRING, input(1))], null, SCHEMA, context);
  expect(texts(calc(batchOf([1, 'a😀'])))).toEqual(['a😀', '😀', 'A😀']);
  expect(texts(calc(batchOf([1, 'a\ud83d'])))).toEqual(['a\ud83d', '?', 'A\ud83d']);
});

test('what TO_TIMESTAMP reads beyond the millisecond is kept, compared and cast; other functions see milliseconds', () => {
  const type: SqlType = { kind: 'TIMESTAMP', precision: 3, nullable: true };
  const nine: SqlType = { ...type, precision: 9 };
  const fine = call('TO_TIMESTAMP', type, input(1), literal('yyyy-MM-dd HH:mm:ss', STRING));
  const milli = literal(1n, type);
  const columns: Expression[] = [
    fine,
    call('IF', type, call('>', BOOLEAN, input(0), literal(0, INT)), fine, milli),
    call('+', type, fine, literal(1000n, { kind: 'INTERVAL_DAY_TIME', nullable: false })),
    { kind: 'cast', arg: fine, type: nine, isTry: false },
    call('>', BOOLEAN, fine, milli),
    call('FLOOR', type, fine),
    { kind: 'cast', arg: fine, type: STRING, isTry: false },
    call('ARRAY', { kind: 'ARRAY', element: type, nullable: false }, fine),
  ];
  const floor = columns[5] as Extract<Expression, { kind: 'call' }>;
  columns[5] = { ...floor, options: { unit: 'SECOND' } };
  const calc = compileCalc(columns, null, SCHEMA, context);
  const batch = calc(batchOf([1, '1970-01-01 00:00:00.001000002'], [1, '1970-01-01 00:00:00.001'])) as Batch;
  const row = (at: number) => columns.map((column, i) => wholeValueAt(batch.columns[i], at, column.type));
  const expected = (value: (lane: bigint) => Value, all: bigint) => [
    ...[value(1n), value(1n), value(1001n), all, all > 1_000_000n, 0n, '1970-01-01 00:00:00.001', new ArrayValue([1n])],
  ];
  expect(row(0)).toEqual(expected((lane) => new FineTimestamp(lane, 2), 1_000_002n));
  expect(row(1)).toEqual(expected((lane) => lane, 1_000_000n));
  expect(columns.map((column) => evaluate(column, [1, '1970-01-01 00:00:00.001000002'], context))).toEqual(row(0));
  // The lane of nanoseconds does not outlive its batch.
  expect((calc(batchOf([1, '1970-01-01 00:00:00.001'])) as Batch).columns[0]).toMatchObject({ nanos: null });
});
