/** What Flink 2.3 gives for calls and casts; values are written as CAST(… AS STRING) shows them. */
import { describe, expect, test } from 'vitest';
import { evaluate } from '../codegen/interpreter.ts';
import type { Expression } from '../planner/expression.ts';
import { castToText } from '../types/format-value.ts';
import { formatType, type SqlType } from '../types/sql-type.ts';
import { parseTypeText } from '../types/type-text.ts';
import { ArrayValue, MapValue, type Value } from '../types/value.ts';
import { castValue, tryCastValue } from './cast.ts';
import { canCast } from './cast-rules.ts';
import { findFunction, functionNames } from './catalogue.ts';
import { DataError, type FunctionContext } from './contract.ts';

const contextIn = (timeZone: string): FunctionContext => ({
  timeZone,
  currentTimeMs: () => 1_767_225_600_123,
  random: () => 0.5,
  currentWatermarkMs: () => 1000,
});

function typeOf(text: string): SqlType {
  const type = parseTypeText(text);
  if (type === null) throw new Error(text);
  return type;
}

/** `[type, text]`: a literal given as text; a bare text is a STRING, a whole number an INT. */
type Arg = string | number | null | readonly [string, string | null] | Expression;

function expressionOf(arg: Arg, context: FunctionContext): Expression {
  if (arg !== null && typeof arg === 'object' && 'kind' in arg) return arg;
  if (arg === null) return { kind: 'literal', value: null, type: { kind: 'NULL', nullable: true } };
  if (typeof arg === 'number') return { kind: 'literal', value: arg, type: typeOf('INT NOT NULL') };
  if (typeof arg === 'string') return { kind: 'literal', value: arg, type: typeOf('STRING') };
  const type = typeOf(arg[0]);
  return { kind: 'literal', value: castValue(arg[1], typeOf('STRING'), type, context), type };
}

function bindCall(name: string, args: readonly Arg[], options: Record<string, string>, context: FunctionContext): Expression {
  const scalar = findFunction(name);
  if (scalar === null) throw new Error(`no ${name}`);
  const given = args.map((arg) => expressionOf(arg, context));
  const bound = scalar.bind(
    given.map((arg) => arg.type),
    given.map((arg) => (arg.kind === 'literal' ? arg.value : undefined)),
    options,
  );
  if ('refusal' in bound) throw new Error(bound.refusal);
  const cast = given.map((arg, i): Expression => ({ kind: 'cast', arg, type: bound.argumentTypes[i], isTry: false }));
  return { kind: 'call', function: scalar.name, args: cast, type: bound.type, options };
}

function run(name: string, args: readonly Arg[], options: Record<string, string> = {}, timeZone = 'UTC'): string | null {
  const context = contextIn(timeZone);
  const call = bindCall(name, args, options, context);
  const value = evaluate(call, [], context);
  return value === null ? null : castToText(value, call.type, context);
}

const resultType = (name: string, args: readonly Arg[], options: Record<string, string> = {}) =>
  formatType({ ...bindCall(name, args, options, contextIn('UTC')).type, nullable: true } as SqlType);

const cast = (text: string, from: string, to: string, timeZone = 'UTC'): string | null => {
  const context = contextIn(timeZone);
  const value = castValue(castValue(text, typeOf('STRING'), typeOf(from), context), typeOf(from), typeOf(to), context);
  return value === null ? null : castToText(value, typeOf(to), context);
};

const ints = (...values: (number | null)[]): Expression => ({ kind: 'literal', value: new ArrayValue(values), type: typeOf('ARRAY<INT>') });

describe('arithmetic', () => {
  test.each([
    ['+', [['INT', '2147483647'], 1], '-2147483648'],
    [
      '*',
      [
        ['BIGINT', '9223372036854775807'],
        ['BIGINT', '2'],
      ],
      '-2',
    ],
    [
      '+',
      [
        ['TINYINT', '-128'],
        ['TINYINT', '-1'],
      ],
      '127',
    ],
    ['/', [['INT', '-2147483648'], -1], '-2147483648'],
    ['/', [-7, 2], '-3'],
    ['%', [-7, 3], '-1'],
    [
      '/',
      [
        ['DOUBLE', '1'],
        ['DOUBLE', '0'],
      ],
      'Infinity',
    ],
    [
      '+',
      [
        ['DECIMAL(10, 2)', '99999999.99'],
        ['DECIMAL(20, 6)', '99999999999999.999999'],
      ],
      '100000099999999.989999',
    ],
    [
      '/',
      [
        ['DECIMAL(10, 2)', '12.34'],
        ['DECIMAL(20, 6)', '1234.567891'],
      ],
      '0.00999540008286186668692',
    ],
    [
      '/',
      [
        ['DECIMAL(38, 10)', '10'],
        ['DECIMAL(38, 10)', '3'],
      ],
      '3.333333',
    ],
    [
      '/',
      [
        ['DECIMAL(20, 0)', '2'],
        ['DECIMAL(20, 0)', '7'],
      ],
      '0.285714285714285714',
    ],
    [
      '*',
      [
        ['DECIMAL(38, 10)', '9999999999999999999999999999'],
        ['DECIMAL(38, 10)', '9999999999999999999999999999'],
      ],
      null,
    ],
    [
      '%',
      [
        ['DECIMAL(10, 2)', '-2.50'],
        ['DECIMAL(2, 1)', '0.7'],
      ],
      '-0.40',
    ],
    ['-', [['DECIMAL(10, 2)', '12.34']], '-12.34'],
  ] as [string, Arg[], string | null][])('%s %j', (name, args, expected) => expect(run(name, args)).toBe(expected));

  test.each([
    [
      '*',
      [
        ['DECIMAL(3, 3)', '0.908'],
        ['BIGINT', '1'],
      ],
      'DECIMAL(23, 3)',
    ],
    [
      '/',
      [
        ['DECIMAL(10, 2)', '1'],
        ['DECIMAL(20, 6)', '1'],
      ],
      'DECIMAL(37, 23)',
    ],
    [
      '+',
      [
        ['DECIMAL(38, 10)', '1'],
        ['DECIMAL(38, 10)', '1'],
      ],
      'DECIMAL(38, 9)',
    ],
    [
      '*',
      [
        ['DECIMAL(38, 10)', '1'],
        ['DECIMAL(38, 10)', '1'],
      ],
      'DECIMAL(38, 6)',
    ],
    ['%', [['BIGINT', '1'], 1], 'INT'],
    [
      '+',
      [
        ['TINYINT', '1'],
        ['SMALLINT', '1'],
      ],
      'SMALLINT',
    ],
    [
      '+',
      [
        ['FLOAT', '1'],
        ['DECIMAL(3, 1)', '1'],
      ],
      'DOUBLE',
    ],
    [
      '+',
      [['TIMESTAMP(6)', '2026-01-01 00:00:00'], { kind: 'literal', value: 1n, type: { kind: 'INTERVAL_DAY_TIME', nullable: false } }],
      'TIMESTAMP(6)',
    ],
    [
      'COALESCE',
      [
        ['DECIMAL(10, 2)', '1'],
        ['DECIMAL(20, 6)', '1'],
      ],
      'DECIMAL(20, 6)',
    ],
    [
      'GREATEST',
      [
        ['DATE', '2026-01-01'],
        ['TIMESTAMP(3)', '2026-01-01 00:00:00'],
      ],
      'TIMESTAMP(3)',
    ],
  ] as [string, Arg[], string][])('type of %s, %#', (name, args, expected) => expect(resultType(name, args)).toBe(expected));

  test('division by zero fails the row, for integers and decimals', () => {
    expect(() => run('/', [1, 0])).toThrow(DataError);
    expect(() =>
      run('%', [
        ['BIGINT', '1'],
        ['BIGINT', '0'],
      ]),
    ).toThrow(/by zero/i);
    expect(() =>
      run('/', [
        ['DECIMAL(5, 2)', '1'],
        ['DECIMAL(5, 2)', '0'],
      ]),
    ).toThrow(DataError);
  });

  test('what does not go together is refused with the types named', () => {
    const bound = findFunction('AND')?.bind([typeOf('INT'), typeOf('BOOLEAN')], [], {});
    expect(bound).toEqual({ refusal: expect.stringContaining('INT, BOOLEAN') });
    expect(findFunction('>')?.bind([typeOf('TIMESTAMP(3)'), typeOf('INT')], [], {})).toHaveProperty('refusal');
    expect(findFunction('LIKE')?.bind([typeOf('INT'), typeOf('STRING')], [], {})).toHaveProperty('refusal');
    expect(findFunction('SUBSTRING')?.bind([typeOf('STRING')], [], {})).toHaveProperty('refusal');
  });
});

describe('casts', () => {
  test.each([
    ['2147483648', 'BIGINT', 'INT', '-2147483648'],
    ['1000', 'INT', 'TINYINT', '-24'],
    ['1.7E308', 'DOUBLE', 'INT', '2147483647'],
    ['NaN', 'DOUBLE', 'BIGINT', '0'],
    ['-2.5', 'DOUBLE', 'DECIMAL(3, 0)', '-3'],
    ['123.456', 'DECIMAL(10, 3)', 'DECIMAL(4, 2)', null],
    ['9223372036854775807', 'BIGINT', 'FLOAT', '9.223372E18'],
    ['1e20', 'DOUBLE', 'STRING', '1.0E20'],
    ['1e23', 'DOUBLE', 'STRING', '9.999999999999999E22'],
    ['0.001', 'DOUBLE', 'STRING', '0.001'],
    ['-1e-4', 'FLOAT', 'STRING', '-1.0E-4'],
    ['12345678', 'DOUBLE', 'STRING', '1.2345678E7'],
    [' 42 ', 'STRING', 'INT', '42'],
    ['-3.7', 'STRING', 'INT', '-3'],
    ['t', 'STRING', 'BOOLEAN', 'TRUE'],
    ['流处理', 'STRING', 'CHAR(5)', '流处理  '],
    ['emoji 😀', 'STRING', 'VARCHAR(7)', 'emoji 😀'],
    ['2026-1-2', 'STRING', 'DATE', '2026-01-02'],
    ['2026-01-02 03:04:05.678901', 'STRING', 'TIMESTAMP(6)', '2026-01-02 03:04:05.678901'],
    ['2024-02-29 23:59:59.999999', 'TIMESTAMP(6)', 'TIMESTAMP(3)', '2024-02-29 23:59:59.999'],
    ['1969-12-31 23:59:59.999', 'TIMESTAMP(3)', 'TIMESTAMP(0)', '1970-01-01 00:00:00'],
    ['1900-01-01 18:00:00', 'TIMESTAMP(3)', 'DATE', '1900-01-02'],
    ['2026-01-31 12:34:56', 'TIMESTAMP(3)', 'TIME(0)', '12:34:56'],
  ])('%s: %s to %s', (text, from, to, expected) => expect(cast(text, from, to)).toBe(expected));

  test('a local time in a gap moves on, in an overlap it is the earlier instant', () => {
    const inBerlin = (text: string) => castValue(text, typeOf('STRING'), typeOf('TIMESTAMP_LTZ(3)'), contextIn('Europe/Berlin'));
    expect(inBerlin('2026-03-29 02:30:00')).toBe(BigInt(Date.UTC(2026, 2, 29, 1, 30)));
    expect(inBerlin('2026-10-25 02:30:00')).toBe(BigInt(Date.UTC(2026, 9, 25, 0, 30)));
    expect(cast('2026-01-31 00:00:00', 'TIMESTAMP_LTZ(3)', 'TIMESTAMP(3)', 'GMT+05:30')).toBe('2026-01-31 00:00:00.000');
  });

  test('what does not read fails CAST and is NULL for TRY_CAST', () => {
    for (const [text, to] of [
      ['abc', 'DOUBLE'],
      ['1e3', 'INT'],
      ['2147483648', 'INT'],
      ['-1', 'BOOLEAN'],
      ['2026-02-30', 'DATE'],
      ['1', 'TIMESTAMP(3)'],
    ]) {
      expect(() => castValue(text, typeOf('STRING'), typeOf(to), contextIn('UTC'))).toThrow(DataError);
      expect(tryCastValue(text, typeOf('STRING'), typeOf(to), contextIn('UTC'))).toBeNull();
    }
    expect(canCast(typeOf('TIMESTAMP(3)'), typeOf('INT'))).toBe(false);
  });
});

describe('texts', () => {
  test.each([
    ['SUBSTRING', ['emoji 😀 end', 7], '😀 end'],
    ['SUBSTRING', ['12345', -3, 2], '34'],
    ['SUBSTRING', ['Hello', 0, 2], 'He'],
    ['SUBSTRING', ['ab', -5, 2], ''],
    ['RIGHT', ['emoji 😀 end', 7], 'i 😀 end'],
    ['LPAD', ['ab', 5, 'xy'], 'xyxab'],
    ['LPAD', ['', 0, ''], null],
    ['POSITION', ['é', 'été', 2], '3'],
    ['INSTR', ['aaaa', 'aa', 1, 2], '2'],
    ['INSTR', ['aXbX', 'X', -1], '4'],
    ['INITCAP', ['éTé à ZüRich'], 'éTé à ZüRich'],
    ['ASCII', ['é'], '-61'],
    ['CHR', [164], '¤'],
    ['REPLACE', ['aaaa', 'aa', '<$&>'], '<$&><$&>'],
    ['OVERLAY', ['null', 'ZZ', 2, 4], 'nZZ'],
    ['CONCAT_WS', [',', 'a', ['STRING', null], 'z'], 'a,z'],
    ['CONCAT', ['a', ['STRING', null]], null],
    ['SPLIT_INDEX', ['a,b,,c', ',', 2], ''],
    ['SPLIT_INDEX', ['a,b', ',', 5], null],
    ['REGEXP_REPLACE', ['foobar', 'o(o)', '<$1>'], 'f<o>bar'],
    ['REGEXP_EXTRACT', ['foothebar', 'foo(.*?)(bar)', 2], 'bar'],
    ['REGEXP', ['Hello', '(?i)^hELLO$'], 'TRUE'],
    ['PARSE_URL', ['https://user:pw@flink.apache.org:8080/a/b.html?k1=v1&k2=v%202#frag', 'HOST'], 'flink.apache.org'],
    ['PARSE_URL', ['https://h/a?k1=v1&k2=v%202#frag', 'QUERY', 'k2'], 'v%202'],
    ['MD5', ['abc'], '900150983cd24fb0d6963f7d28e17f72'],
    ['URL_ENCODE', ["a b&ü'"], 'a+b%26%C3%BC%27'],
    ['TO_BASE64', ['hello world'], 'aGVsbG8gd29ybGQ='],
    ['STR_TO_MAP', ['k1=v1,k2=v2'], '{k1=v1, k2=v2}'],
    ['LIKE', ['line1\ntab', 'line1%tab'], 'TRUE'],
    ['LIKE', ['\n', '_'], 'FALSE'],
    ['LIKE', ['100%_done', '%\\%%'], 'TRUE'],
    ['SIMILAR TO', ['a,b,,c', '(a|b|c|,)*'], 'TRUE'],
    ['SIMILAR TO', ['a.b', 'a_b'], 'TRUE'],
    ['SIMILAR TO', ['axb', 'a.b'], 'FALSE'],
    ['IS_DIGIT', [['STRING', null]], 'FALSE'],
  ] as [string, Arg[], string | null][])('%s %j', (name, args, expected) => expect(run(name, args)).toBe(expected));
});

describe('times', () => {
  const ts = (text: string): Arg => ['TIMESTAMP(3)', text];
  const ltz = (text: string): Expression => ({ kind: 'literal', value: BigInt(Date.parse(text)), type: typeOf('TIMESTAMP_LTZ(3)') });

  test.each([
    ['EXTRACT', [ts('1969-12-31 23:59:59.999')], { unit: 'DAY' }, '1'],
    ['EXTRACT', [ts('1900-01-01 18:00:00')], { unit: 'HOUR' }, '-6'],
    ['EXTRACT', [['TIMESTAMP(6)', '2025-12-29 06:07:08.009010']], { unit: 'MICROSECOND' }, '9010'],
    ['EXTRACT', [['DATE', '2025-12-29']], { unit: 'ISOYEAR' }, '2026'],
    ['EXTRACT', [['DATE', '2000-12-31']], { unit: 'CENTURY' }, '20'],
    ['DAYOFWEEK', [['DATE', '2026-03-29']], {}, '1'],
    ['FLOOR', [ts('2026-05-17 12:34:56')], { unit: 'QUARTER' }, '2026-04-01 00:00:00.000'],
    ['CEIL', [ts('2026-05-17 12:34:56')], { unit: 'MONTH' }, '2026-06-01 00:00:00.000'],
    ['CEIL', [ts('2026-05-01 00:00:00')], { unit: 'MONTH' }, '2026-05-01 00:00:00.000'],
    ['TIMESTAMPADD', [1, ts('2026-01-31 00:00:00')], { unit: 'MONTH' }, '2026-02-28 00:00:00.000'],
    ['TIMESTAMPDIFF', [ts('2026-01-31 12:00:00'), ts('2026-02-28 11:00:00')], { unit: 'MONTH' }, '0'],
    ['TIMESTAMPDIFF', [ts('2026-01-01 05:30:00'), ts('2026-01-01 00:00:00')], { unit: 'HOUR' }, '-5'],
    ['DATE_FORMAT', [ts('2026-01-02 13:04:05.678'), "EEE dd MMM yy hh:mm a 'at' SSS"], {}, 'Fri 02 Jan 26 01:04 PM at 678'],
    ['TO_TIMESTAMP', ['02/Jan/2026 03:04', 'dd/MMM/yyyy HH:mm'], {}, '2026-01-02 03:04:00.000'],
    ['TO_TIMESTAMP', ['2026-02-30'], {}, '2026-02-28 00:00:00.000'],
    ['TO_TIMESTAMP', ['2026-02-30', 'yyyy-MM-dd HH:mm:ss'], {}, '2026-03-02 00:00:00.000'],
    ['TO_TIMESTAMP', ['2026-01-02T03:04:05', 'yyyy-MM-dd HH:mm:ss'], {}, null],
    ['TO_DATE', ['2026-02-30', 'yyyy-M-d'], {}, '2026-03-02'],
    ['TO_DATE', ['abc', 'yyyy-M-d'], {}, '+1705471-09-27'],
    ['TO_TIMESTAMP_LTZ', ['2026-01-02 03:04:05', 'yyyy-MM-dd HH:mm:ss', 'Asia/Shanghai'], {}, '2026-01-01 19:04:05.000'],
    ['TO_TIMESTAMP_LTZ', [['BIGINT', '1767225600'], 0], {}, '2026-01-01 00:00:00.000'],
    ['UNIX_TIMESTAMP', ['bad text'], {}, '-9223372036854775808'],
    ['CONVERT_TZ', ['2026-04-05 01:45:00', 'Australia/Lord_Howe', 'UTC'], {}, '2026-04-04 15:15:00'],
    ['CONVERT_TZ', ['2026-01-02T03:04:05', 'UTC', 'Asia/Tokyo'], {}, null],
  ] as [string, Arg[], Record<string, string>, string | null][])('%s %j %j', (name, args, options, expected) =>
    expect(run(name, args, options)).toBe(expected),
  );

  test('instants count by the session zone, with the offset at the value', () => {
    const zone = 'Europe/Berlin';
    expect(run('FLOOR', [ltz('2026-10-25T00:30:00Z')], { unit: 'DAY' }, zone)).toBe('2026-10-25 00:00:00.000');
    // 02:30 summer time goes to 03:00 of that same offset, which the clock shows as 02:00 winter time.
    expect(run('CEIL', [ltz('2026-10-25T00:30:00Z')], { unit: 'HOUR' }, zone)).toBe('2026-10-25 02:00:00.000');
    expect(run('EXTRACT', [ltz('2026-03-29T01:30:00Z')], { unit: 'HOUR' }, zone)).toBe('3');
    expect(run('DATE_FORMAT', [ltz('2026-01-31T23:30:00Z'), 'yyyy-MM-dd'], {}, zone)).toBe('2026-02-01');
    expect(run('UNIX_TIMESTAMP', ['2026-04-05 01:45:00'], {}, 'Australia/Lord_Howe')).toBe('1775315700');
    expect(run('FROM_UNIXTIME', [['BIGINT', '1000000000'], 'yyyy-MM-dd HH:mm'], {}, 'Australia/Lord_Howe')).toBe('2001-09-09 12:16');
  });
});

describe('JSON', () => {
  const json = '{"a":1.50,"b":"x","c":[1,{"n":2},null],"d":{"z":1,"e":null}}';
  test.each([
    ['JSON_VALUE', [json, '$.a'], {}, '1.50'],
    ['JSON_VALUE', ['{"a": 1e2}', '$.a'], {}, '1E+2'],
    ['JSON_VALUE', [json, '$.c'], {}, null],
    ['JSON_VALUE', [json, '$.x', 7], { onEmpty: 'DEFAULT' }, null],
    ['JSON_VALUE', [json, 'lax $.x', 7], { onEmpty: 'DEFAULT', returning: 'INT' }, '7'],
    ['JSON_VALUE', [json, 'strict $.x', -1], { onError: 'DEFAULT', returning: 'INT' }, '-1'],
    ['JSON_VALUE', ['{"a": [1, 2, 3]}', '$.a[-1]'], {}, '3'],
    ['JSON_QUERY', [json, '$.d'], {}, '{"e":null,"z":1}'],
    ['JSON_QUERY', [json, '$.b'], {}, null],
    ['JSON_QUERY', [json, '$.b'], { wrapper: 'CONDITIONAL' }, '["x"]'],
    ['JSON_QUERY', [json, '$.b'], { onError: 'EMPTY ARRAY' }, '[]'],
    ['JSON_QUERY', [json, '$.c[*].n'], {}, '[2]'],
    ['JSON_QUERY', ['{"a": [{"n": 1}, {"n": 2}]}', '$.a[?(@.n > 1)]'], {}, '[{"n":2}]'],
    ['JSON_QUERY', ['{"a":[1,2]}', '$.a'], { returning: 'ARRAY<STRING>' }, '[1, 2]'],
    ['JSON_QUERY', ['null', '$.x'], { onError: 'EMPTY ARRAY' }, '[]'],
    ['JSON_EXISTS', ['{"a": null}', '$.a'], {}, 'FALSE'],
    ['JSON_EXISTS', [json, '$.c[1].n'], {}, 'TRUE'],
    ['JSON_OBJECT', ['b', 1, 'a', ['STRING', null]], {}, '{"a":null,"b":1}'],
    ['JSON_OBJECT', ['b', ['STRING', null]], { onNull: 'ABSENT' }, '{}'],
    ['JSON_ARRAY', [1, ['INT', null], 'x"y'], {}, '[1,"x\\"y"]'],
    ['JSON_STRING', [['DECIMAL(5, 2)', '12.30']], {}, '12.30'],
    ['TRY_PARSE_JSON', ['{"a":1,"a":2}'], {}, null],
    ['IS JSON OBJECT', ['[1]'], {}, 'FALSE'],
  ] as [string, Arg[], Record<string, string>, string | null][])('%s %j %j', (name, args, options, expected) =>
    expect(run(name, args, options)).toBe(expected),
  );

  test('built JSON inside JSON_OBJECT goes in as it is, a text as a text', () => {
    const context = contextIn('UTC');
    const inner: Expression = {
      kind: 'call',
      function: 'JSON_ARRAY',
      args: [{ kind: 'literal', value: 1, type: typeOf('INT') }],
      type: typeOf('STRING'),
    };
    const key = (value: Value): Expression => ({ kind: 'literal', value, type: typeOf('STRING') });
    const outer: Expression = {
      kind: 'call',
      function: 'JSON_OBJECT',
      args: [key('a'), inner, key('b'), key('[1]')],
      type: typeOf('STRING'),
    };
    expect(evaluate(outer, [], context)).toBe('{"a":[1],"b":"[1]"}');
  });
});

describe('collections', () => {
  test.each([
    ['ARRAY_CONTAINS', [ints(3, null, 1), ['INT', null]], 'TRUE'],
    ['ARRAY_DISTINCT', [ints(3, null, 1, 3)], '[3, NULL, 1]'],
    ['ARRAY_POSITION', [ints(3, null, 1, 3), 1], '3'],
    ['ARRAY_REMOVE', [ints(3, null, 1, 3), 3], '[NULL, 1]'],
    ['ARRAY_SLICE', [ints(3, null, 1, 3), -2], '[1, 3]'],
    ['ARRAY_SLICE', [ints(1, 2, 3), 2, 3], '[2, 3]'],
    ['ARRAY_SORT', [ints(3, null, 1)], '[NULL, 1, 3]'],
    ['ARRAY_EXCEPT', [ints(2, 2, 2, 3), ints(3)], '[2]'],
    ['ARRAY_INTERSECT', [ints(3, null, 1, 3), ints(3, 1)], '[3, 1]'],
    ['ARRAY_MAX', [ints(null, -5, 3)], '3'],
    ['ARRAY_JOIN', [ints(1, null, 2), '-', 'NULL'], '1-NULL-2'],
    ['ITEM', [ints(1, 2), 5], null],
    [
      'CARDINALITY',
      [
        {
          kind: 'literal',
          value: new MapValue([['a', 1]]),
          type: { kind: 'MAP', key: typeOf('STRING'), value: typeOf('INT'), nullable: true },
        },
      ],
      '1',
    ],
  ] as [string, Arg[], string | null][])('%s', (name, args, expected) => expect(run(name, args)).toBe(expected));
});

test('every function has a signature, and NULL for a strict one without evaluate', () => {
  for (const name of functionNames()) {
    const scalar = findFunction(name);
    expect(scalar?.signature, name).not.toBe('');
    expect(name, name).toBe(name.toUpperCase());
  }
  expect(run('UPPER', [null])).toBeNull();
});
