/** What the property test cannot see: which buffers a calc passes on, and that laziness and hostile texts hold. */
import { describe, expect, test } from 'vitest';
import { DataError, type FunctionContext } from '../functions/contract.ts';
import type { Expression } from '../planner/expression.ts';
import { type Batch, type BytesColumn, DELETE, INSERT } from '../types/batch.ts';
import { BatchBuilder } from '../types/batch-builder.ts';
import { rowAt } from '../types/row-access.ts';
import type { RowSchema, SqlType } from '../types/sql-type.ts';
import type { Value } from '../types/value.ts';
import { compileCalc } from './compile.ts';

const context: FunctionContext = { timeZone: 'UTC', currentTimeMs: () => 0, random: () => 0, currentWatermarkMs: () => null };
const INT: SqlType = { kind: 'INT', nullable: true };
const BOOLEAN: SqlType = { kind: 'BOOLEAN', nullable: true };
const STRING: SqlType = { kind: 'VARCHAR', length: 2147483647, nullable: true };
const SCHEMA: RowSchema = [
  { name: 'n`); throw 1; //', type: INT },
  { name: 'text', type: STRING },
];

const input = (index: number): Expression => ({ kind: 'input', index, type: SCHEMA[index].type });
const literal = (value: Value, type: SqlType): Expression => ({ kind: 'literal', value, type });
const call = (name: string, type: SqlType, ...args: Expression[]): Expression => ({ kind: 'call', function: name, args, type });

function batchOf(...rows: (readonly [Value, Value])[]): Batch {
  const builder = new BatchBuilder(SCHEMA, 8);
  rows.forEach((row, at) => {
    row.forEach((value, index) => {
      builder.setValue(index, value);
    });
    builder.endRow(at === 1 ? DELETE : INSERT);
  });
  return builder.finish(7);
}

function shown(batch: Batch | null, schema: RowSchema): Value[][] {
  if (batch === null) return [];
  const rows =
    batch.selection === null ? Array.from({ length: batch.rows }, (_, i) => i) : Array.from(batch.selection.subarray(0, batch.selected));
  return rows.map((row) => rowAt(batch, row, schema));
}

describe('compileCalc', () => {
  test('passes input columns on, keeps kinds and split, and makes only a selection of a filter', () => {
    const calc = compileCalc([input(1), input(0)], call('>', BOOLEAN, input(0), literal(1, INT)), SCHEMA, context);
    const batch = batchOf([1, 'a'], [2, 'b'], [null, 'c'], [3, 'd']);
    const output = calc(batch) as Batch;
    expect(output.columns).toEqual([batch.columns[1], batch.columns[0]]);
    expect(output.columns[0]).toBe(batch.columns[1]);
    expect(output.kinds).toBe(batch.kinds);
    expect(output.split).toBe(7);
    expect(Array.from((output.selection as Int32Array).subarray(0, output.selected))).toEqual([1, 3]);
    expect(calc(batchOf([0, 'a']))).toBeNull();
    expect((calc(batchOf([2, 'a'], [3, 'b'])) as Batch).selection).toBeNull();
  });

  test('a part of a text lies in the bytes of the text', () => {
    const part = call('SPLIT_INDEX', STRING, input(1), literal('/', STRING), literal(1, INT));
    const calc = compileCalc([part], null, SCHEMA, context);
    const batch = batchOf([1, 'a/bc/d'], [2, 'x'], [3, null], [4, 'é/ü']);
    const output = calc(batch) as Batch;
    expect((output.columns[0] as BytesColumn).data).toBe((batch.columns[1] as BytesColumn).data);
    expect(shown(output, [{ name: 'p', type: STRING }])).toEqual([['bc'], [null], [null], ['ü']]);
  });

  test('a branch that is not taken does not fail, the one taken does', () => {
    const inverse = call('/', INT, literal(6, INT), input(0));
    const isZero = call('=', BOOLEAN, input(0), literal(0, INT));
    const guarded: Expression = {
      kind: 'case',
      // biome-ignore lint/suspicious/noThenProperty: the plan's word for a branch's result
      branches: [{ when: isZero, then: literal(-1, INT) }],
      otherwise: inverse,
      type: INT,
    };
    const schema = [{ name: 'q', type: INT }];
    const rows = batchOf([0, null], [3, null], [null, null]);
    expect(shown(compileCalc([guarded], null, SCHEMA, context)(rows), schema)).toEqual([[-1], [2], [null]]);
    expect(
      shown(
        compileCalc([input(0)], call('OR', BOOLEAN, isZero, call('>', BOOLEAN, inverse, literal(1, INT))), SCHEMA, context)(rows),
        schema,
      ),
    ).toEqual([[0], [3]]);
    expect(() => compileCalc([inverse], null, SCHEMA, context)(rows)).toThrow(DataError);
  });

  test('texts of the query are data, whatever they hold', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: meant to look like source
    const hostile = "`${process.exit(1)}'\"; throw new Error('run'); //\\";
    const equals = call('=', BOOLEAN, input(1), literal(hostile, STRING));
    const joined = call('||', STRING, input(1), literal(hostile, STRING));
    const output = compileCalc([joined], equals, SCHEMA, context)(batchOf([1, hostile], [2, 'x']));
    expect(shown(output, [{ name: 'j', type: STRING }])).toEqual([[hostile + hostile]]);
  });

  test('buffers grow with the batch and are used again', () => {
    const calc = compileCalc([call('UPPER', STRING, input(1)), call('+', INT, input(0), literal(1, INT))], null, SCHEMA, context);
    const schema = [
      { name: 'u', type: STRING },
      { name: 'p', type: INT },
    ];
    for (const rows of [1, 5000, 3]) {
      const builder = new BatchBuilder(SCHEMA, rows);
      for (let i = 0; i < rows; i++) {
        if (i % 3 === 2) builder.setNull(0);
        else builder.setNumber(0, i);
        builder.setText(1, `text ${i} ${'y'.repeat(40)}`);
        builder.endRow();
      }
      const output = shown(calc(builder.finish()), schema);
      expect(output).toHaveLength(rows);
      expect(output.at(-1)).toEqual([`TEXT ${rows - 1} ${'Y'.repeat(40)}`, (rows - 1) % 3 === 2 ? null : rows]);
    }
  });
});
