import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TableColumnRead } from '../../planner/physical-plan.ts';
import { BatchBuilder } from '../../types/batch-builder.ts';
import { rowAt } from '../../types/row-access.ts';
import type { RowSchema, SqlType } from '../../types/sql-type.ts';
import { ArrayValue, MapValue, RowValue, type Value } from '../../types/value.ts';
import { JsonDecoder } from './decoder.ts';
import { JsonReader } from './json-node.ts';
import { JSON_RULES, readJsonOptions } from './options.ts';

const N = { nullable: true } as const;
const TEXT: SqlType = { kind: 'VARCHAR', length: 2147483647, ...N };
const INT: SqlType = { kind: 'INT', ...N };
const BIGINT: SqlType = { kind: 'BIGINT', ...N };
const DOUBLE: SqlType = { kind: 'DOUBLE', ...N };

const decimal = (precision: number, scale: number): SqlType => ({ kind: 'DECIMAL', precision, scale, ...N });
const timestamp = (precision: number): SqlType => ({ kind: 'TIMESTAMP', precision, ...N });

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function decoderFor(reads: readonly TableColumnRead[], options: Record<string, string> = {}) {
  const schema: RowSchema = reads.map((read, i) => ({ name: `c${i}`, type: read.type }));
  const decoder = new JsonDecoder(reads, readJsonOptions('json', options, JSON_RULES).json);
  return { decoder, schema, builder: () => new BatchBuilder(schema, 16) };
}

function decode(json: string, reads: readonly TableColumnRead[], options: Record<string, string> = {}): Value[][] {
  const { decoder, schema, builder } = decoderFor(reads, options);
  const into = builder();
  const data = bytes(`garbage${json}123`);
  decoder.decode(data, 7, data.length - 3, into);
  const batch = into.finish();
  return Array.from({ length: batch.rows }, (_, row) => rowAt(batch, row, schema));
}

const one = (json: string, type: SqlType, options: Record<string, string> = {}): Value =>
  decode(json, [{ path: ['a'], type }], options)[0]?.[0] as Value;

// Fields of the property test: the text as it may be written, and the value it stands for.
interface Written {
  readonly text: string;
  readonly value: Value;
}
const ENTRIES = {
  s: TEXT,
  i: INT,
  l: BIGINT,
  d: DOUBLE,
  m: decimal(10, 2),
  big: decimal(30, 5),
  t: timestamp(3),
  t6: timestamp(6),
  b: { kind: 'BOOLEAN', ...N } as SqlType,
  date: { kind: 'DATE', ...N } as SqlType,
};
const pad = (n: number, width = 2): string => String(n).padStart(width, '0');

const writtenText: fc.Arbitrary<Written> = fc
  .array(
    fc.record({
      unit: fc.oneof(fc.string({ unit: 'grapheme', maxLength: 3 }), fc.constantFrom('"', '\\', '\n', '/', 'é', '😀', '\u0001')),
      escapes: fc.boolean(),
    }),
    { maxLength: 8 },
  )
  .map((parts) => {
    const value = parts.map((part) => part.unit).join('');
    const text = parts
      .map(({ unit, escapes }) =>
        escapes
          ? [...unit]
              .flatMap((c) => c.split(''))
              .map((c) => `\\u${pad16(c)}`)
              .join('')
          : JSON.stringify(unit).slice(1, -1),
      )
      .join('');
    return { text: `"${text}"`, value };
  });
const pad16 = (character: string): string => character.charCodeAt(0).toString(16).padStart(4, '0');
const writtenInt = fc.integer().map((value): Written => ({ text: String(value), value }));
const writtenLong = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value): Written => ({ text: String(value), value }));
const writtenDouble = fc
  .double({ noNaN: true, noDefaultInfinity: true })
  .map((value): Written => ({ text: Object.is(value, -0) ? '-0' : String(value).replace('e+', 'E'), value }));
const writtenDecimal = (digits: number, scale: number) =>
  fc
    .tuple(fc.bigInt({ min: -(10n ** BigInt(digits) - 1n), max: 10n ** BigInt(digits) - 1n }), fc.boolean())
    .map(([unscaled, short]): Written => {
      const size = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0');
      const text = `${unscaled < 0n ? '-' : ''}${size.slice(0, -scale)}.${size.slice(-scale)}`;
      return { text: short ? text.replace(/\.?0+$/, '') : text, value: unscaled };
    });
const writtenTimestamp = (micro: boolean) =>
  fc.tuple(fc.integer({ min: -2_000_000_000_000, max: 4_000_000_000_000 }), fc.integer({ min: 0, max: 999 })).map(([ms, us]): Written => {
    const iso = new Date(ms).toISOString().slice(0, 23).replace('T', ' ');
    return micro ? { text: `"${iso}${pad(us, 3)}"`, value: BigInt(ms) * 1000n + BigInt(us) } : { text: `"${iso}"`, value: BigInt(ms) };
  });
const writtenBoolean = fc.boolean().map((value): Written => ({ text: String(value), value }));
const writtenDate = fc
  .integer({ min: -30000, max: 60000 })
  .map((value): Written => ({ text: `"${new Date(value * 86_400_000).toISOString().slice(0, 10)}"`, value }));
const orNull = (of: fc.Arbitrary<Written>) =>
  fc.option(fc.oneof({ weight: 9, arbitrary: of }, { weight: 1, arbitrary: fc.constant<Written>({ text: 'null', value: null }) }), {
    nil: undefined,
    freq: 6,
  });
const anyRow = fc.record({
  s: orNull(writtenText),
  i: orNull(writtenInt),
  l: orNull(writtenLong),
  d: orNull(writtenDouble),
  m: orNull(writtenDecimal(10, 2)),
  big: orNull(writtenDecimal(30, 5)),
  t: orNull(writtenTimestamp(false)),
  t6: orNull(writtenTimestamp(true)),
  b: orNull(writtenBoolean),
  date: orNull(writtenDate),
});
const junk = fc.jsonValue().map((value) => JSON.stringify(value));
const spaces = fc.constantFrom('', '', ' ', '\t', '\r ');

/** One object of some fields in any order, unread ones between them, spaces anywhere. */
const written = fc
  .record({
    outer: anyRow,
    inner: anyRow,
    extra: fc.array(fc.tuple(fc.constantFrom('x', 'in', 'ss', 'élan', 'a"b'), junk), { maxLength: 3 }),
    order: fc.infiniteStream(fc.nat()),
    gap: spaces,
    hasInner: fc.constantFrom('object', 'null', 'absent'),
  })
  .map(({ outer, inner, extra, order, gap, hasInner }) => {
    const shuffle = (parts: string[]): string => {
      const keyed = parts.map((part) => ({ part, key: order.next().value as number }));
      return `{${gap}${keyed
        .toSorted((a, b) => a.key - b.key)
        .map((entry) => entry.part)
        .join(`${gap},${gap}`)}${gap}}`;
    };
    const fields = (row: Record<string, Written | undefined>) =>
      Object.entries(row).flatMap(([key, entry]) => (entry ? [`"${key}"${gap}:${gap}${entry.text}`] : []));
    const junkFields = [...new Map(extra)].map(([key, text]) => `${JSON.stringify(key)}:${text}`);
    const own = [...fields(outer), ...junkFields];
    if (hasInner === 'object') own.push(`"inner":${gap}${shuffle([...fields(inner), ...junkFields])}`);
    if (hasInner === 'null') own.push('"inner":null');
    const writtenValue = (row: Record<string, Written | undefined>, key: string): Value => row[key]?.value ?? null;
    const names = Object.keys(ENTRIES);
    const expected = [
      ...names.map((key) => writtenValue(outer, key)),
      ...names.map((key) => (hasInner === 'object' ? writtenValue(inner, key) : null)),
    ];
    return { json: gap + shuffle(own) + gap, expected };
  });

const READS: TableColumnRead[] = [
  ...Object.entries(ENTRIES).map(([name, type]) => ({ path: [name], type })),
  ...Object.entries(ENTRIES).map(([name, type]) => ({ path: ['inner', name], type })),
];

describe('json decoder, properties', () => {
  it('reads what was written, whatever the order, spacing and escapes', () => {
    fc.assert(
      fc.property(written, ({ json, expected }) => {
        expect(decode(json, READS)).toEqual([expected]);
      }),
      { numRuns: 1500 },
    );
  });

  it('lets the scanner accept no damaged record that the exact reader would read otherwise', () => {
    const { decoder, schema, builder } = decoderFor(READS);
    const fast = builder();
    const slow = builder();
    const damage = fc.tuple(
      fc.nat(),
      fc.constantFrom(...bytes('"\\{}[],:.-+0123456789eEtfnul \n\u0001x'), 0xff, 0xc3),
      fc.constantFrom('replace', 'remove', 'cut'),
    );
    fc.assert(
      fc.property(written, damage, ({ json }, [at, byte, kind]) => {
        const whole = [...bytes(json)];
        const position = at % whole.length;
        if (kind === 'replace') whole[position] = byte;
        else if (kind === 'remove') whole.splice(position, 1);
        else whole.length = position;
        const data = Uint8Array.from([...whole, ...bytes('"}],0')]);
        fast.reset();
        slow.reset();
        if (!decoder.scanRow(data, 0, whole.length, fast)) return;
        fast.endRow();
        const tree = new JsonReader(data, 0, whole.length).readWhole();
        decoder.setRow(tree as Map<string, never>, slow);
        slow.endRow();
        expect(rowAt(fast.finish(), 0, schema)).toEqual(rowAt(slow.finish(), 0, schema));
      }),
      { numRuns: 4000 },
    );
  });
});

describe('json decoder, conversions of Flink', () => {
  it.each<[string, SqlType, Value]>([
    ['{"a":7.9}', INT, 7],
    ['{"a":"7"}', INT, 7],
    ['{"a":" 12 "}', BIGINT, 12n],
    ['{"a":1}', TEXT, '1'],
    ['{"a":7.0}', TEXT, '7.0'],
    ['{"a":true}', TEXT, 'true'],
    ['{"a":{"z": 1, "y":[1, "x"]}}', TEXT, '{"z":1,"y":[1,"x"]}'],
    ['{"a":"TRUE"}', { kind: 'BOOLEAN', ...N }, true],
    ['{"a":"yes"}', { kind: 'BOOLEAN', ...N }, false],
    ['{"a":12.345}', decimal(10, 2), 1235n],
    ['{"a":-0.005}', decimal(10, 2), -1n],
    ['{"a":123456789.5}', decimal(10, 2), null],
    ['{"a":1e2}', decimal(10, 2), 10000n],
    ['{"a":1e999999999}', decimal(38, 2), null],
    ['{"a":"2.50"}', decimal(10, 2), 250n],
    ['{"a":"NaN"}', DOUBLE, Number.NaN],
    ['{"a":"12:34:56.9"}', { kind: 'TIME', precision: 0, ...N }, 45_296_000],
    ['{"a":"2026-01-31 00:00:00.123456789"}', timestamp(9), 1769817600123456789n],
    ['{"a":"2026-01-31 00:00:00.5Z"}', { kind: 'TIMESTAMP_LTZ', precision: 3, ...N }, 1769817600500n],
    ['{"a":"SGVsbG8="}', { kind: 'VARBINARY', length: 99, ...N }, bytes('Hello')],
    ['{"a":[3,null,1]}', { kind: 'ARRAY', element: INT, ...N }, new ArrayValue([3, null, 1])],
    [
      '{"a":{"k":1,"":null}}',
      { kind: 'MAP', key: TEXT, value: INT, ...N },
      new MapValue([
        ['k', 1],
        ['', null],
      ]),
    ],
    [
      '{"a":{"x":1.5}}',
      {
        kind: 'ROW',
        fields: [
          { name: 'x', type: DOUBLE },
          { name: 'y', type: TEXT },
        ],
        ...N,
      },
      new RowValue([1.5, null]),
    ],
    ['{"\\u0061":5}', INT, 5],
    ['{"a":1,"a":2}', INT, 2],
    ['{"a":"x\ty"}', TEXT, 'x\ty'],
  ])('%s', (json, type, value) => {
    expect(one(json, type)).toEqual(value);
  });

  it('reads ISO-8601 where asked, and refuses the other standard', () => {
    const options = { 'timestamp-format.standard': 'ISO-8601' };
    expect(one('{"a":"2026-01-31T12:34"}', timestamp(3), options)).toBe(1769862840000n);
    expect(() => one('{"a":"2026-01-31 12:34:56"}', timestamp(3), options)).toThrow(/field 'a'.*no timestamp such as 2026-01-31T/);
    expect(() => one('{"a":"2026-01-31T12:34:56"}', timestamp(3))).toThrow(/no timestamp/);
    expect(() => one('{"a":"2026-02-30"}', { kind: 'DATE', ...N })).toThrow(/no date/);
  });

  it('names record, field and place of what is wrong', () => {
    expect(() => decode('{"a":1,"b":}', [{ path: ['a'], type: INT }])).toThrow(
      'Malformed JSON record: there is \'}\' where a value should be (at byte 12). Record: {"a":1,"b":}',
    );
    expect(() => one('{"a":{"x":"y"}}', INT)).toThrow(/field 'a': an object cannot be read as a value of INT/);
    expect(() => one('{"a":99999999999}', INT)).toThrow(/out of the range of INT/);
    for (const broken of ['', 'plain', 'null', '{"a":1', '{"a":1}}', '{"a":1} x', '{"a":01}', '[1,2]', '{"a":"\\x"}', '"{}"'])
      expect(() => one(broken, INT)).toThrow(/Malformed JSON record/);
  });

  it('ignores parse errors by field and by record', () => {
    const reads = [
      { path: ['a'], type: INT },
      { path: ['b', 'c'], type: INT },
      { path: ['s'], type: TEXT },
    ];
    const lenient = { 'ignore-parse-errors': 'true' };
    expect(decode('{"a":"x","b":7,"s":"ok"}', reads, lenient)).toEqual([[null, null, 'ok']]);
    for (const broken of ['{"a":1', 'null', '', '[1,2]']) expect(decode(broken, reads, lenient)).toEqual([]);
    expect(decode('[{"a":1},{"a":2,"s":"x"}]', reads)).toEqual([
      [1, null, null],
      [2, null, 'x'],
    ]);
  });

  it('fails on a missing field where asked, not on a NULL one or below a NULL parent', () => {
    const reads = [
      { path: ['a'], type: INT },
      { path: ['b', 'c'], type: INT },
    ];
    const strict = { 'fail-on-missing-field': 'true' };
    expect(decode('{"a":null,"b":{"c":1}}', reads, strict)).toEqual([[null, 1]]);
    expect(decode('{"a":1,"b":null}', reads, strict)).toEqual([[1, null]]);
    expect(() => decode('{"a":1,"b":{}}', reads, strict)).toThrow(/field 'b.c' is missing/);
    expect(() => decode('{"b":{"c":1}}', reads, strict)).toThrow(/field 'a' is missing/);
  });
});
