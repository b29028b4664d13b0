/** Types from samples: what fits all values, and never more than that. */
import { describe, expect, it } from 'vitest';
import { merge, type Shape, shapeOf, timestampStandard, typeText } from './json-shape.ts';

function typeOf(...values: unknown[]): string {
  const shape = values.map(shapeOf).reduce(merge, { kind: 'null' } as Shape);
  return typeText(shape, timestampStandard(shape), (name) => name);
}

describe('the type of a sample', () => {
  it.each([
    [[1, null, 2], 'BIGINT'],
    [[1, 2.5], 'DOUBLE'],
    [[1, 1e30], 'DECIMAL(38, 0)'],
    [[true, null], 'BOOLEAN'],
    [[1, 'a'], 'STRING'],
    [[true, 1], 'STRING'],
    [[null], 'STRING'],
    [['2026-11-25 10:00:00', '2026-11-25 10:00:00.123'], 'TIMESTAMP(3)'],
    [['2026-11-25T10:00:00Z'], 'TIMESTAMP_LTZ(3)'],
    [['2026-11-25 10:00:00', 'soon'], 'STRING'],
    [['2026-11-25 10:00:00', '2026-11-25T10:00:00'], 'STRING'],
    [[[1], [], [2.5]], 'ARRAY<DOUBLE>'],
    [[{ a: 1 }, { b: 'x' }], 'ROW<a BIGINT, b STRING>'],
    [[{ a: { b: [null] } }, { a: null }], 'ROW<a ROW<b ARRAY<STRING>>>'],
    [[{}], 'STRING'],
    [[{ a: 1 }, [1]], 'STRING'],
  ] as [unknown[], string][])('of %j is %s', (values, type) => expect(typeOf(...values)).toBe(type));

  it('reads one form of timestamps in one table', () => {
    const row = { a: '2026-11-25T10:00:00', b: '2026-11-25T10:00:00Z', c: '2026-11-25 10:00:00' };
    expect(typeOf(row)).toBe('ROW<a TIMESTAMP(3), b TIMESTAMP_LTZ(3), c STRING>');
  });
});
