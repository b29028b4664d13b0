import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addMonthsToDate, civilOf, daysOf, isoWeek } from './calendar.ts';
import { commonType, comparisonType } from './coercion.ts';
import { compareText, compareValues, valueKey, valuesEqual } from './compare-values.ts';
import { divideDecimals, formatDecimal, parseDecimal, rescale } from './decimal-arithmetic.ts';
import { formatDouble, formatFloat } from './format-number.ts';
import { castToText, formatRow } from './format-value.ts';
import { formatType, type SqlType } from './sql-type.ts';
import { findTimeZone, timeZoneOf } from './time-zone.ts';
import { changePrecision, formatTimestamp, parseTimestamp } from './timestamps.ts';
import { parseTypeText } from './type-text.ts';
import { ArrayValue, MapValue, RowValue, type Value } from './value.ts';
import { plainJson, reviveJson, valueFromJson, valueToJson } from './value-json.ts';

const type = (text: string): SqlType => parseTypeText(text) as SqlType;

describe('calendar', () => {
  test('days and dates turn into each other as Date does', () => {
    fc.assert(
      fc.property(fc.integer({ min: -800_000, max: 3_000_000 }), (days) => {
        const { year, month, day } = civilOf(days);
        expect(daysOf(year, month, day)).toBe(days);
        const date = new Date(days * 86_400_000);
        expect([year, month, day]).toEqual([date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()]);
      }),
    );
  });
  test('weeks at the turn of the year, and months with fewer days', () => {
    expect(isoWeek(daysOf(2025, 12, 29))).toEqual({ year: 2026, week: 1 });
    expect(isoWeek(daysOf(2027, 1, 3))).toEqual({ year: 2026, week: 53 });
    expect(civilOf(addMonthsToDate(daysOf(2024, 1, 31), 1))).toEqual({ year: 2024, month: 2, day: 29 });
    expect(civilOf(addMonthsToDate(daysOf(2026, 3, 31), -13))).toEqual({ year: 2025, month: 2, day: 28 });
  });
});

describe('time zones', () => {
  test('the offset is that of Intl on both sides of every change', () => {
    for (const id of ['Europe/Berlin', 'Australia/Lord_Howe', 'America/New_York', 'Asia/Kolkata']) {
      const zone = timeZoneOf(id);
      const show = new Intl.DateTimeFormat('en-GB', { timeZone: id, dateStyle: 'short', timeStyle: 'medium' });
      const utc = new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', dateStyle: 'short', timeStyle: 'medium' });
      for (let ms = Date.UTC(2026, 0, 1); ms < Date.UTC(2027, 0, 1); ms += 1_847_000 * 7)
        expect(utc.format(ms + zone.offsetAt(ms))).toBe(show.format(ms));
    }
    const berlin = timeZoneOf('Europe/Berlin');
    const change = Date.UTC(2026, 2, 29, 1);
    expect([berlin.offsetAt(change - 1), berlin.offsetAt(change)]).toEqual([3_600_000, 7_200_000]);
  });
  test('fixed offsets, unknown names', () => {
    expect(timeZoneOf('GMT+05:30').offsetAt(0)).toBe(19_800_000);
    expect(timeZoneOf('-08:00').offsetAt(0)).toBe(-28_800_000);
    expect(findTimeZone('Mars/Base')).toBeNull();
  });
  test('an overlap: earlier for java.time, later for java.util', () => {
    const zone = timeZoneOf('Europe/Berlin');
    const local = Date.UTC(2026, 9, 25, 2, 30);
    expect([zone.toUtc(local), zone.toUtcLate(local)]).toEqual([Date.UTC(2026, 9, 25, 0, 30), Date.UTC(2026, 9, 25, 1, 30)]);
    const gap = Date.UTC(2026, 2, 29, 2, 30);
    expect([zone.toUtc(gap), zone.toUtcLate(gap)]).toEqual([Date.UTC(2026, 2, 29, 1, 30), Date.UTC(2026, 2, 29, 1, 30)]);
  });
});

describe('numbers', () => {
  test('Java texts of doubles and floats', () => {
    expect([1, 0.1, 1e7, 9999999, 1e-3, 9.9e-4, -0, 1e21, 5e-324, 123456789.125].map(formatDouble)).toEqual([
      '1.0',
      '0.1',
      '1.0E7',
      '9999999.0',
      '0.001',
      '9.9E-4',
      '-0.0',
      '1.0E21',
      '5.0E-324',
      '1.23456789125E8',
    ]);
    expect([Math.fround(0.1), Math.fround(2.7182817), Math.fround(16777216), Math.fround(1e-10)].map(formatFloat)).toEqual([
      '0.1',
      '2.7182817',
      '1.6777216E7',
      '1.0E-10',
    ]);
  });
  test('texts of doubles read back', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(Number(formatDouble(value))).toBe(value);
      }),
    );
  });
  test('decimals: texts, half up, division to 38 digits', () => {
    expect(formatDecimal(-5n, 3)).toBe('-0.005');
    expect(parseDecimal('-1.50e1')).toEqual({ unscaled: -150n, scale: 1 });
    expect(parseDecimal('.')).toBeNull();
    expect([rescale(25n, 1, 0), rescale(-25n, 1, 0), rescale(24n, 1, 0)]).toEqual([3n, -3n, 2n]);
    expect(divideDecimals(1n, 0, 3n, 0, 6)).toBe(333333n);
    expect(divideDecimals(2n, 0, 3n, 0, 0)).toBe(1n);
    expect(divideDecimals(-(10n ** 37n), 0, 7n, 0, 6)).toBe(-1428571428571428571428571428571428571400000n);
  });
});

describe('timestamps', () => {
  test('parse and format are inverse at each precision', () => {
    for (const precision of [0, 3, 6, 9]) {
      const text = `1969-12-31 23:59:58${precision === 0 ? '' : `.${'123456789'.slice(0, precision)}`}`;
      expect(formatTimestamp(parseTimestamp(text, precision) as bigint, precision)).toBe(text);
    }
    expect(parseTimestamp('2026-13-01', 3)).toBeNull();
    expect(changePrecision(-1n, 9, 6)).toBe(-1n);
    expect(changePrecision(1_999n, 3, 0)).toBe(1_000n);
  });
});

describe('common types', () => {
  test.each([
    [['INT', 'BIGINT'], 'BIGINT'],
    [['INT NOT NULL', 'DECIMAL(5, 2) NOT NULL'], 'DECIMAL(12, 2) NOT NULL'],
    [['DECIMAL(38, 10)', 'DECIMAL(38, 0)'], 'DECIMAL(38, 0)'],
    [['FLOAT', 'INT'], 'FLOAT'],
    [['FLOAT', 'DECIMAL(3, 1)'], 'DOUBLE'],
    [['CHAR(1) NOT NULL', 'CHAR(6) NOT NULL'], 'VARCHAR(6) NOT NULL'],
    [['DATE', 'TIMESTAMP(6)'], 'TIMESTAMP(6)'],
    [['ARRAY<INT>', 'ARRAY<BIGINT>'], 'ARRAY<BIGINT>'],
    [['INT', 'STRING'], null],
    [['TIMESTAMP(3)', 'INT'], null],
  ])('%j', (types, expected) => {
    const common = commonType(types.map(type));
    expect(common === null ? null : formatType(common)).toBe(expected);
  });
  test('a number and a text compare as numbers; NULL fits all', () => {
    expect(comparisonType(type('INT'), type('STRING'))?.kind).toBe('DOUBLE');
    expect(comparisonType(type('TIMESTAMP(3)'), type('INT'))).toBeNull();
    expect(formatType(commonType([{ kind: 'NULL', nullable: true }, type('INT NOT NULL')]) as SqlType)).toBe('INT');
  });
});

const values: fc.Arbitrary<Value> = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 2 },
    fc.constant(null),
    fc.boolean(),
    fc.double(),
    fc.bigInt(),
    fc.string(),
    fc.uint8Array({ maxLength: 4 }),
    fc.array(tie('value'), { maxLength: 3 }).map((items) => new RowValue(items)),
    fc.array(tie('value'), { maxLength: 3 }).map((items) => new ArrayValue(items)),
    fc.uniqueArray(fc.string(), { maxLength: 3 }).map((keys) => new MapValue(keys.map((key) => [key, 1n]))),
  ),
})).value;

describe('values', () => {
  test('JSON gives back the same value, alone and inside a plan', () => {
    fc.assert(
      fc.property(values, (value) => {
        const text = JSON.stringify(valueToJson(value));
        expect(valuesEqual(valueFromJson(JSON.parse(text)), value)).toBe(true);
        const plan = JSON.parse(JSON.stringify({ value }, plainJson), reviveJson) as { value: Value };
        expect(valuesEqual(plan.value, value)).toBe(true);
      }),
    );
  });
  test('equal values have equal keys, others have not', () => {
    fc.assert(
      fc.property(values, values, (a, b) => {
        expect(valueKey(a) === valueKey(b)).toBe(valuesEqual(a, b));
      }),
    );
  });
  test('texts are ordered as their bytes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (a, b) => {
        expect(Math.sign(compareText(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
    );
    expect(compareValues(null, -1)).toBeLessThan(0);
    expect(compareValues(Number.NaN, Number.POSITIVE_INFINITY)).toBeGreaterThan(0);
  });
  test('the print form and the cast form', () => {
    const row: SqlType = {
      kind: 'ROW',
      fields: [
        { name: 'a', type: type('INT') },
        { name: 'b', type: type('BOOLEAN') },
      ],
      nullable: true,
    };
    const schema = [
      type('INT'),
      row,
      type('ARRAY<STRING>'),
      type('TIMESTAMP(3)'),
      type('TIMESTAMP_LTZ(3)'),
      type('DECIMAL(10, 8)'),
      type('BYTES'),
    ].map((fieldType, i) => ({ name: `c${i}`, type: fieldType }));
    const fields: Value[] = [
      1,
      new RowValue([null, true]),
      new ArrayValue(['x', null]),
      1_767_225_600_000n,
      5n,
      10n,
      new Uint8Array([255]),
    ];
    expect(formatRow(2, fields, schema)).toBe('+U[1, +I[null, true], [x, null], 2026-01-01T00:00, 1970-01-01T00:00:00.005Z, 1.0E-7, [-1]]');
    expect(castToText(fields[1], row, { timeZone: 'UTC' })).toBe('(NULL, TRUE)');
  });
});
