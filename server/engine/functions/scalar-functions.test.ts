/** What Flink 2.3 gives for arithmetic, casts and times; values are written as CAST(… AS STRING) shows them. */
import { describe, expect, test } from 'vitest';
import type { Expression } from '../planner/expression.ts';
import { castValue, tryCastValue } from './cast.ts';
import { canCast } from './cast-rules.ts';
import { findFunction } from './catalogue.ts';
import { DataError } from './contract.ts';
import { type Arg, cast, contextIn, resultType, run, typeOf } from './function-harness.ts';

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
