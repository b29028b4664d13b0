/** The generated code against the interpreter: random expressions over random batches with NULLs and selections. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canCast } from '../functions/cast-rules.ts';
import { findFunction } from '../functions/catalogue.ts';
import { DataError, type FunctionContext } from '../functions/contract.ts';
import type { Expression } from '../planner/expression.ts';
import { type Batch, type Column, INSERT } from '../types/batch.ts';
import { BatchBuilder } from '../types/batch-builder.ts';
import { commonType } from '../types/coercion.ts';
import { valuesEqual } from '../types/compare-values.ts';
import { rowAt, valueAt } from '../types/row-access.ts';
import type { RowSchema, SqlType } from '../types/sql-type.ts';
import type { Value } from '../types/value.ts';
import { compileCalc, compileExpression, compileJoinCondition } from './compile.ts';
import { evaluate } from './interpreter.ts';

const context: FunctionContext = {
  timeZone: 'Europe/Berlin',
  currentTimeMs: () => 1_767_225_600_000,
  random: () => 0.25,
  currentWatermarkMs: () => null,
};

const type = (kind: 'BOOLEAN' | 'TINYINT' | 'SMALLINT' | 'INT' | 'BIGINT' | 'FLOAT' | 'DOUBLE' | 'DATE'): SqlType => ({
  kind,
  nullable: true,
});
const decimal = (precision: number, scale: number): SqlType => ({ kind: 'DECIMAL', precision, scale, nullable: true });
const text: SqlType = { kind: 'VARCHAR', length: 2147483647, nullable: true };
const timestamp = (precision: number): SqlType => ({ kind: 'TIMESTAMP', precision, nullable: true });
const instant: SqlType = { kind: 'TIMESTAMP_LTZ', precision: 3, nullable: true };
const interval: SqlType = { kind: 'INTERVAL_DAY_TIME', nullable: true };

const SCHEMA: RowSchema = [
  type('BOOLEAN'),
  type('BOOLEAN'),
  type('TINYINT'),
  type('SMALLINT'),
  type('INT'),
  type('INT'),
  type('BIGINT'),
  type('BIGINT'),
  type('FLOAT'),
  type('DOUBLE'),
  decimal(7, 2),
  decimal(18, 4),
  decimal(30, 6),
  text,
  text,
  type('DATE'),
  timestamp(3),
  timestamp(6),
  instant,
  interval,
].map((fieldType, index) => ({ name: `c${index}`, type: fieldType }));

const texts = fc.oneof(fc.constantFrom('', 'a', 'abc', 'é流😀', 'a/b/c', '12', '%_'), fc.string({ unit: 'grapheme', maxLength: 12 }));

function anyValueOf(sqlType: SqlType): fc.Arbitrary<Value> {
  const bounded = (digits: number) => {
    const limit = 10n ** BigInt(digits) - 1n;
    return fc.oneof(fc.bigInt({ min: -limit, max: limit }), fc.constantFrom(0n, 1n, -1n, limit, -limit));
  };
  switch (sqlType.kind) {
    case 'BOOLEAN':
      return fc.boolean();
    case 'TINYINT':
      return fc.integer({ min: -128, max: 127 });
    case 'SMALLINT':
      return fc.integer({ min: -32768, max: 32767 });
    case 'INT':
      return fc.oneof(fc.integer(), fc.integer({ min: -3, max: 3 }), fc.constantFrom(-2147483648, 2147483647));
    case 'BIGINT':
      return fc.oneof(
        fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
        fc.bigInt({ min: -3n, max: 3n }),
        fc.constantFrom(-(2n ** 63n), 2n ** 63n - 1n, 2n ** 53n + 1n),
      );
    case 'FLOAT':
      return fc.double({ noDefaultInfinity: true }).map(Math.fround);
    case 'DOUBLE':
      return fc.oneof(fc.double(), fc.constantFrom(0, -0, 1.5, Number.NaN, Number.POSITIVE_INFINITY));
    case 'DECIMAL':
      return bounded(sqlType.precision);
    case 'DATE':
      return fc.integer({ min: -30_000, max: 60_000 });
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return fc
        .bigInt({ min: -2_000_000_000_000n, max: 4_000_000_000_000n })
        .map((value) => (sqlType.precision === 6 ? value * 1000n + (value % 7n) : value));
    case 'INTERVAL_DAY_TIME':
      return fc.bigInt({ min: -10_000_000_000n, max: 10_000_000_000n });
    default:
      return texts;
  }
}

const withNull = (sqlType: SqlType) => fc.option(anyValueOf(sqlType), { freq: 4, nil: null });

/** A call over arguments, coerced as the binder does it; null when the function does not take them. */
function callOf(name: string, args: readonly Expression[], options: Record<string, string> = {}): Expression | null {
  const scalar = findFunction(name);
  if (scalar === null) throw new Error(name);
  const literals = args.map((arg) => (arg.kind === 'literal' ? arg.value : undefined));
  const bound = scalar.bind(
    args.map((arg) => arg.type),
    literals,
    options,
  );
  if ('refusal' in bound) return null;
  const cast = args.map((arg, i) => castTo(arg, bound.argumentTypes[i]));
  return { kind: 'call', function: scalar.name, args: cast, type: bound.type, options };
}

function castTo(arg: Expression, to: SqlType): Expression {
  const same = JSON.stringify({ ...arg.type, nullable: true }) === JSON.stringify({ ...to, nullable: true });
  return same ? arg : { kind: 'cast', arg, type: to, isTry: false };
}

const leaf: fc.Arbitrary<Expression> = fc.oneof(
  { weight: 4, arbitrary: fc.nat(SCHEMA.length - 1).map((index): Expression => ({ kind: 'input', index, type: SCHEMA[index].type })) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(...SCHEMA.map((field) => field.type))
      .chain((sqlType) => withNull(sqlType).map((value): Expression => ({ kind: 'literal', value, type: sqlType }))),
  },
);

const BINARY = ['+', '-', '*', '/', '%', '=', '<>', '<', '<=', '>', '>=', 'AND', 'OR', 'COALESCE', 'IFNULL', 'NULLIF', '||', 'GREATEST'];
const DISTINCT = ['IS DISTINCT FROM', 'IN', 'NOT IN', 'LIKE', 'CONCAT_WS'];
const UNARY = [
  'NOT',
  'IS NULL',
  'IS NOT NULL',
  'IS TRUE',
  'IS NOT TRUE',
  'IS FALSE',
  'IS NOT FALSE',
  '-',
  'ABS',
  'SIGN',
  'CHAR_LENGTH',
  'UPPER',
  'TRIM',
  'YEAR',
  'HOUR',
];
const TARGETS = [
  ...new Map(SCHEMA.map((field) => [JSON.stringify(field.type), field.type])).values(),
  { kind: 'VARCHAR', length: 3, nullable: true } as SqlType,
];
const int = (value: number): Expression => ({ kind: 'literal', value, type: { kind: 'INT', nullable: false } });
const string = (value: string): Expression => ({ kind: 'literal', value, type: { kind: 'CHAR', length: value.length, nullable: false } });

/** `a = x OR a = y OR …` over constants, as the binder writes IN. */
function membership(operand: Expression, count: number): fc.Arbitrary<Expression> {
  return fc.array(withNull(operand.type), { minLength: count + 1, maxLength: count + 1 }).map((items) => {
    const terms = items.map((value) => callOf('=', [operand, { kind: 'literal', value, type: operand.type }]) as Expression);
    return terms.reduce((left, right) => callOf('OR', [left, right]) as Expression);
  });
}

function nodeOver(child: fc.Arbitrary<Expression>): fc.Arbitrary<Expression> {
  const orFirst = (build: (args: readonly Expression[]) => Expression | null) => (args: readonly Expression[]) => build(args) ?? args[0];
  const pair = fc.tuple(child, child);
  return fc.oneof(
    fc.tuple(fc.constantFrom(...BINARY, ...DISTINCT), pair).map(([name, args]) => orFirst((a) => callOf(name, a))(args)),
    fc.tuple(fc.constantFrom(...UNARY), child).map(([name, arg]) => orFirst((a) => callOf(name, a))([arg])),
    fc
      .tuple(fc.constantFrom(...TARGETS), child, fc.boolean())
      .map(([to, arg, isTry]): Expression => (canCast(arg.type, to) ? { kind: 'cast', arg, type: to, isTry } : arg)),
    fc.tuple(child, child, child).map(([when, a, b]) => {
      const common = commonType([a.type, b.type]);
      if (when.type.kind !== 'BOOLEAN' || common === null) return a;
      // biome-ignore lint/suspicious/noThenProperty: the plan's word for a branch's result
      return { kind: 'case', branches: [{ when, then: castTo(a, common) }], otherwise: castTo(b, common), type: common } as Expression;
    }),
    fc.tuple(child, child, child).map(orFirst((args) => callOf('IF', args))),
    fc.tuple(leaf, fc.nat(40)).chain(([operand, count]) => membership(operand, count)),
    fc.tuple(child, fc.integer({ min: 0, max: 3 })).map(([arg, n]) => callOf('SPLIT_INDEX', [arg, string('/'), int(n)]) ?? arg),
    fc
      .tuple(child, fc.integer({ min: -2, max: 4 }), fc.integer({ min: 0, max: 4 }))
      .map(([arg, start, length]) => callOf('SUBSTRING', [arg, int(start), int(length)]) ?? arg),
    fc
      .tuple(child, fc.constantFrom('a%', '%a', '%a%', 'abc', '_b%'))
      .map(([arg, pattern]) => callOf('LIKE', [arg, string(pattern)]) ?? arg),
    fc
      .tuple(child, fc.constantFrom('yyyy-MM-dd', 'HH:mm', 'ss.SSS'))
      .map(([arg, pattern]) => callOf('DATE_FORMAT', [arg, string(pattern)]) ?? arg),
  );
}

const expression: fc.Arbitrary<Expression> = nodeOver(
  fc.oneof({ weight: 2, arbitrary: leaf }, { weight: 3, arbitrary: nodeOver(fc.oneof(leaf, nodeOver(leaf))) }),
);

interface Rows {
  readonly batch: Batch;
  readonly rows: readonly (readonly Value[])[];
}

function batchOf(rows: readonly (readonly Value[])[], live: readonly boolean[] | null): Rows {
  const builder = new BatchBuilder(SCHEMA, Math.max(rows.length, 1));
  for (const row of rows) {
    row.forEach((value, index) => {
      builder.setValue(index, value);
    });
    builder.endRow(INSERT);
  }
  const batch = builder.finish();
  if (live !== null) {
    const selection = rows.flatMap((_, index) => (live[index] ? [index] : []));
    batch.selection = Int32Array.from(selection);
    batch.selected = selection.length;
  }
  return { batch, rows: rows.map((_, index) => rowAt(batch, index, SCHEMA)) };
}

const rowsOf = fc.array(fc.tuple(...SCHEMA.map((field) => withNull(field.type))), { minLength: 1, maxLength: 6 });
const batches = fc
  .tuple(rowsOf, fc.option(fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }), { nil: null }))
  .map(([rows, live]) => batchOf(rows, live));

type Outcome<T> = { readonly value: T } | { readonly failed: true };

function outcomeOf<T>(run: () => T): Outcome<T> {
  try {
    return { value: run() };
  } catch (error) {
    if (error instanceof DataError) return { failed: true };
    throw error;
  }
}

function liveRows(batch: Batch): number[] {
  if (batch.selection === null) return Array.from({ length: batch.rows }, (_, index) => index);
  return Array.from(batch.selection.subarray(0, batch.selected));
}

/** What a calc must give, by the interpreter: the live rows' indexes and values, or failure. */
function expectedCalc(
  projection: readonly Expression[],
  condition: Expression | null,
  { batch, rows }: Rows,
): Outcome<Map<number, Value[]>> {
  return outcomeOf(() => {
    const result = new Map<number, Value[]>();
    for (const row of liveRows(batch)) {
      if (condition !== null && evaluate(condition, rows[row], context) !== true) continue;
      result.set(
        row,
        projection.map((part) => evaluate(part, rows[row], context)),
      );
    }
    return result;
  });
}

describe('generated code equals the interpreter', () => {
  test('calc: condition and projections, the same compiled stage over several batches', () => {
    fc.assert(
      fc.property(
        fc.array(expression, { minLength: 1, maxLength: 3 }),
        fc.option(expression, { nil: null }),
        fc.array(batches, { minLength: 1, maxLength: 3 }),
        (projection, candidate, inputs) => {
          const condition = candidate?.type.kind === 'BOOLEAN' ? candidate : null;
          const calc = compileCalc(projection, condition, SCHEMA, context);
          for (const input of inputs) {
            const expected = expectedCalc(projection, condition, input);
            const actual = outcomeOf(() => calc(input.batch));
            if ('failed' in expected || 'failed' in actual) {
              expect('failed' in actual).toBe('failed' in expected);
              continue;
            }
            const output = actual.value;
            expect(output === null ? [] : liveRows(output)).toEqual([...expected.value.keys()]);
            for (const [row, values] of expected.value) {
              values.forEach((value, at) => {
                const got = valueAt((output as Batch).columns[at] as Column, row, projection[at].type);
                if (!sameShown(got, value))
                  expect({ got, row, projection: projection[at] }).toEqual({ got: value, row, projection: projection[at] });
              });
            }
          }
        },
      ),
      { numRuns: 1500 },
    );
  });

  test('single expressions and join conditions', () => {
    fc.assert(
      fc.property(expression, batches, (part, input) => {
        const run = compileExpression(part, SCHEMA, context);
        const joins = part.type.kind === 'BOOLEAN' ? compileJoinCondition(shiftOdd(part), SCHEMA, SCHEMA, context) : null;
        for (const row of liveRows(input.batch)) {
          const expected = outcomeOf(() => evaluate(part, input.rows[row], context));
          const actual = outcomeOf(() => run(input.batch, row));
          expect('failed' in actual).toBe('failed' in expected);
          if ('value' in expected && 'value' in actual && !valuesEqual(actual.value, expected.value))
            expect(actual.value).toEqual(expected.value);
          if (joins !== null && 'value' in expected) expect(joins(input.batch, row, input.batch, row)).toBe(expected.value === true);
        }
      }),
      { numRuns: 500 },
    );
  });
});

/** Moves inputs with odd index to the right side of a join of the schema with itself. */
function shiftOdd(part: Expression): Expression {
  switch (part.kind) {
    case 'input':
      return part.index % 2 === 1 ? { ...part, index: part.index + SCHEMA.length } : part;
    case 'literal':
      return part;
    case 'cast':
    case 'field':
      return { ...part, arg: shiftOdd(part.arg) };
    case 'call':
      return { ...part, args: part.args.map(shiftOdd) };
    case 'case':
      return {
        ...part,
        // biome-ignore lint/suspicious/noThenProperty: the plan's word for a branch's result
        branches: part.branches.map(({ when, then }) => ({ when: shiftOdd(when), then: shiftOdd(then) })),
        otherwise: shiftOdd(part.otherwise),
      };
  }
}

/** A column holds texts as UTF-8, so a lone surrogate comes back as U+FFFD. */
function sameShown(got: Value, expected: Value): boolean {
  if (typeof expected === 'string') return got === Buffer.from(expected).toString();
  return valuesEqual(got, expected);
}
