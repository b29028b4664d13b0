import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TableColumnRead } from '../planner/physical-plan.ts';
import { DELETE, INSERT, UPDATE_AFTER, UPDATE_BEFORE } from '../types/batch.ts';
import { BatchBuilder } from '../types/batch-builder.ts';
import { kindAt, rowAt } from '../types/row-access.ts';
import type { RowSchema, SqlType } from '../types/sql-type.ts';
import { ArrayValue, MapValue, RowValue, type Value } from '../types/value.ts';
import { GrowingBuffer } from './byte-sink.ts';
import { BatchFullError } from './contract.ts';
import { FORMAT_NAMES, formatOf } from './registry.ts';

const N = { nullable: true } as const;
const INT: SqlType = { kind: 'INT', ...N };
const TEXT: SqlType = { kind: 'VARCHAR', length: 2147483647, ...N };
const context = { timeZone: 'UTC' };
const schemaOf = (types: Record<string, SqlType>): RowSchema => Object.entries(types).map(([name, type]) => ({ name, type }));
const readsOf = (schema: RowSchema): TableColumnRead[] => schema.map((field) => ({ path: [field.name], type: field.type }));
type Options = Record<string, string>;

function decodeAll(
  name: string,
  records: readonly (string | Uint8Array)[],
  schema: RowSchema,
  options: Options = {},
  reads = readsOf(schema),
): { kind: number; row: Value[] }[] {
  const decoder = formatOf(name)?.createDecoder(options, schema, reads, context);
  const builder = new BatchBuilder(
    reads.map((read, i) => ({ name: `c${i}`, type: read.type })),
    64,
  );
  for (const record of records) {
    const data = typeof record === 'string' ? new TextEncoder().encode(record) : record;
    decoder?.decode(data, 0, data.length, builder);
  }
  const batch = builder.finish();
  return Array.from({ length: batch.rows }, (_, i) => ({ kind: kindAt(batch, i), row: rowAt(batch, i, reads) }));
}

const decode = (name: string, records: readonly (string | Uint8Array)[], schema: RowSchema, options: Options = {}): Value[][] =>
  decodeAll(name, records, schema, options).map(({ row }) => row);

function encodeAll(
  name: string,
  rows: readonly Value[][],
  schema: RowSchema,
  options: Options = {},
  kinds: readonly number[] = [],
): string[] {
  const encoder = formatOf(name)?.createEncoder(options, schema, context);
  const builder = new BatchBuilder(schema, Math.max(1, rows.length));
  rows.forEach((row, i) => {
    row.forEach((value, column) => {
      builder.setValue(column, value);
    });
    builder.endRow((kinds[i] ?? INSERT) as 0);
  });
  const batch = builder.finish();
  return rows.map((_, i) => {
    const out = new GrowingBuffer(8);
    encoder?.encode(batch, i, out);
    return new TextDecoder().decode(out.toBytes());
  });
}

const WIDE = schemaOf({
  b: { kind: 'BOOLEAN', ...N },
  ti: { kind: 'TINYINT', ...N },
  si: { kind: 'SMALLINT', ...N },
  i: INT,
  l: { kind: 'BIGINT', ...N },
  f: { kind: 'FLOAT', ...N },
  d: { kind: 'DOUBLE', ...N },
  m: { kind: 'DECIMAL', precision: 10, scale: 3, ...N },
  big: { kind: 'DECIMAL', precision: 38, scale: 10, ...N },
  s: TEXT,
  date: { kind: 'DATE', ...N },
  t: { kind: 'TIME', precision: 0, ...N },
  ts: { kind: 'TIMESTAMP', precision: 3, ...N },
  ts9: { kind: 'TIMESTAMP', precision: 9, ...N },
  ltz: { kind: 'TIMESTAMP_LTZ', precision: 6, ...N },
  bin: { kind: 'VARBINARY', length: 99, ...N },
  arr: { kind: 'ARRAY', element: INT, ...N },
});
const bigInt = (min: bigint, max: bigint) => fc.bigInt({ min, max });
const orNull = (of: fc.Arbitrary<Value>) => fc.option(of, { freq: 5 });
const wideRow: fc.Arbitrary<Value[]> = fc.tuple(
  orNull(fc.boolean()),
  orNull(fc.integer({ min: -128, max: 127 })),
  orNull(fc.integer({ min: -32768, max: 32767 })),
  orNull(fc.integer()),
  orNull(bigInt(-(2n ** 63n), 2n ** 63n - 1n)),
  orNull(fc.float({ noNaN: true, noDefaultInfinity: true }).map((v) => Math.fround(v))),
  orNull(fc.double({ noNaN: true, noDefaultInfinity: true })),
  orNull(bigInt(-(10n ** 10n - 1n), 10n ** 10n - 1n)),
  orNull(bigInt(-(10n ** 38n - 1n), 10n ** 38n - 1n)),
  orNull(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 })),
  orNull(fc.integer({ min: -700_000, max: 2_000_000 })),
  orNull(fc.integer({ min: 0, max: 86_399 }).map((v) => v * 1000)),
  orNull(bigInt(-62_000_000_000_000n, 250_000_000_000_000n)),
  orNull(bigInt(-(9n * 10n ** 18n), 9n * 10n ** 18n)),
  orNull(bigInt(-62_000_000_000_000_000n, 250_000_000_000_000_000n)),
  orNull(fc.uint8Array({ maxLength: 9 })),
  orNull(fc.array(fc.integer(), { minLength: 1, maxLength: 4 }).map((v) => new ArrayValue(v))),
);

describe('every format', () => {
  it('has a name, and refuses an unknown option with the near one', () => {
    expect(FORMAT_NAMES).toEqual(['json', 'csv', 'raw', 'debezium-json', 'canal-json', 'maxwell-json', 'ogg-json']);
    const facts = formatOf('json')?.describe({ 'ignore-parse-error': 'true' }, WIDE);
    expect(facts?.problems[0]?.message).toMatch(/Did you mean 'json.ignore-parse-errors'/);
  });

  it.each<[string, Options]>([
    ['json', {}],
    ['json', { 'timestamp-format.standard': 'ISO-8601', 'encode.decimal-as-plain-number': 'true' }],
    ['json', { 'encode.ignore-null-fields': 'true' }],
    ['csv', { 'null-literal': 'N/A' }],
    ['csv', { 'null-literal': 'NULL', 'field-delimiter': '|', 'quote-character': "'", 'escape-character': '\\' }],
    ['debezium-json', {}],
    ['canal-json', {}],
    ['maxwell-json', {}],
    ['ogg-json', {}],
  ])('%s %j gives back what it wrote', (name, options) => {
    fc.assert(
      fc.property(fc.array(wideRow, { maxLength: 5 }), (rows) => {
        const records = encodeAll(name, rows, WIDE, options);
        expect(decode(name, records, WIDE, options)).toEqual(rows);
      }),
      { numRuns: 150 },
    );
  });
});

describe('json encoder', () => {
  it('writes values as Flink does', () => {
    const schema = schemaOf({
      d: { kind: 'DOUBLE', ...N },
      f: { kind: 'FLOAT', ...N },
      m: { kind: 'DECIMAL', precision: 10, scale: 2, ...N },
      s: TEXT,
      ltz: { kind: 'TIMESTAMP_LTZ', precision: 3, ...N },
      map: { kind: 'MAP', key: TEXT, value: INT, ...N },
      r: { kind: 'ROW', fields: [{ name: 'x', type: INT }], ...N },
      bin: { kind: 'VARBINARY', length: 9, ...N },
    });
    const row = [
      1e10,
      Math.fround(0.1),
      10000n,
      'a"\\\n\u0001é/',
      1769817600500n,
      new MapValue([['k', null]]),
      new RowValue([null]),
      Uint8Array.of(255, 0),
    ];
    expect(encodeAll('json', [row], schema)[0]).toBe(
      '{"d":1.0E10,"f":0.1,"m":1E+2,"s":"a\\"\\\\\\n\\u0001é/","ltz":"2026-01-31 00:00:00.5Z","map":{"k":null},"r":{"x":null},"bin":"/wA="}',
    );
    expect(
      encodeAll('json', [row], schema, {
        'encode.decimal-as-plain-number': 'true',
        'encode.ignore-null-fields': 'true',
        'timestamp-format.standard': 'ISO-8601',
      })[0],
    ).toBe('{"d":1.0E10,"f":0.1,"m":100,"s":"a\\"\\\\\\n\\u0001é/","ltz":"2026-01-31T00:00:00.5Z","map":{},"r":{},"bin":"/wA="}');
  });

  it('treats NULL keys of maps by the option', () => {
    const schema = schemaOf({ m: { kind: 'MAP', key: TEXT, value: INT, ...N } });
    const row = [
      new MapValue([
        ['a', 1],
        [null, 2],
      ]),
    ];
    expect(encodeAll('json', [row], schema, { 'map-null-key.mode': 'DROP' })).toEqual(['{"m":{"a":1}}']);
    expect(encodeAll('json', [row], schema, { 'map-null-key.mode': 'LITERAL', 'map-null-key.literal': 'none' })).toEqual([
      '{"m":{"a":1,"none":2}}',
    ]);
    expect(() => encodeAll('json', [row], schema)).toThrow(/NULL key/);
  });
});

describe('csv', () => {
  const schema = schemaOf({ id: INT, name: TEXT, n: INT });
  it('reads quotes, doubled quotes, escapes and comments', () => {
    expect(decode('csv', ['1,"a,b",2', '2,"say ""hi""",3', '3,,4'], schema)).toEqual([
      [1, 'a,b', 2],
      [2, 'say "hi"', 3],
      [3, '', 4],
    ]);
    const options = {
      'field-delimiter': ';',
      'quote-character': "'",
      'escape-character': '\\',
      'allow-comments': 'true',
      'null-literal': 'NULL',
    };
    expect(decode('csv', ["1;'a;b';NULL", '# no row', '4;x\\;y;0'], schema, options)).toEqual([
      [1, 'a;b', null],
      [4, 'x;y', 0],
    ]);
  });
  it('refuses what does not fit, and forgives where asked', () => {
    for (const record of ['x,a,1', '1,a', '1,a,2,3', '1,"a,2', '1,"a"b,2', ''])
      expect(() => decode('csv', [record], schema)).toThrow(/Malformed CSV record/);
    const lenient = { 'ignore-parse-errors': 'true' };
    expect(decode('csv', ['x,a,1', '1,a', '1,a,2,3', '1,"a,2'], schema, lenient)).toEqual([
      [null, 'a', 1],
      [1, 'a', null],
    ]);
  });
  it('finds the end of a record behind line ends inside quotes', () => {
    const decoder = formatOf('csv')?.createDecoder({}, schema, [], context);
    const data = new TextEncoder().encode('1,"a\nb ""x""\n",2\n3,it"s,4\n');
    const first = decoder?.recordEnd?.(data, 0, data.length) as number;
    expect(new TextDecoder().decode(data.subarray(0, first))).toBe('1,"a\nb ""x""\n",2');
    expect(decoder?.recordEnd?.(data, first + 1, data.length)).toBe(data.length - 1);
    expect(decoder?.recordEnd?.(data, 0, first)).toBe(-1);
    const plain = new TextEncoder().encode('a""b, "c,\n"",3\n');
    expect(decoder?.recordEnd?.(plain, 0, plain.length)).toBe(9);
    expect(decoder?.recordEnd?.(plain, 10, plain.length)).toBe(14);
  });
  it('quotes as Flink does', () => {
    const rows: Value[][] = [
      [1, 'plain', null],
      [2, 'two words', 3],
      [3, 'a-b', 3],
      [4, 'x'.repeat(25), 3],
      [5, 'q"', 3],
      [6, '', 3],
    ];
    expect(encodeAll('csv', rows, schema)).toEqual([
      '1,plain,',
      '2,"two words",3',
      '3,a-b,3',
      `4,"${'x'.repeat(25)}",3`,
      '5,"q""",3',
      '6,,3',
    ]);
    expect(encodeAll('csv', rows.slice(1, 2), schema, { 'disable-quote-character': 'true' })).toEqual(['2,two words,3']);
  });
});

describe('raw', () => {
  it('takes the record as its one value', () => {
    expect(decode('raw', ['  naïve 流 ', ''], schemaOf({ line: TEXT }))).toEqual([['  naïve 流 '], ['']]);
    expect(decode('raw', [Uint8Array.of(1, 0, 0, 0)], schemaOf({ n: INT }), { endianness: 'little-endian' })).toEqual([[1]]);
    expect(() => decode('raw', [Uint8Array.of(1)], schemaOf({ n: INT }))).toThrow(/takes 4 bytes/);
    expect(decode('raw', [Uint8Array.of(0x41, 0xdf)], schemaOf({ s: TEXT }), { charset: 'ISO-8859-1' })).toEqual([['Aß']]);
    expect(formatOf('raw')?.describe({}, schemaOf({ a: TEXT, b: TEXT })).problems).toHaveLength(1);
  });
});

describe('change formats', () => {
  const schema = schemaOf({ id: INT, name: TEXT });
  it('reads each kind of change', () => {
    const update = [
      { kind: UPDATE_BEFORE, row: [1, 'a'] },
      { kind: UPDATE_AFTER, row: [1, 'b'] },
    ];
    const row = { id: 1, name: 'a' };
    const now = { id: 1, name: 'b' };
    const cases: [string, unknown, unknown, unknown][] = [
      [
        'debezium-json',
        { before: null, after: row, op: 'r' },
        { before: row, after: now, op: 'u', ts_ms: 5 },
        { op: 'd', before: row, after: null },
      ],
      [
        'canal-json',
        { data: [row], type: 'INSERT' },
        { data: [now], old: [{ name: 'a' }], type: 'UPDATE' },
        { data: [row], type: 'DELETE' },
      ],
      ['maxwell-json', { data: row, type: 'insert' }, { data: now, old: { name: 'a' }, type: 'update' }, { data: row, type: 'delete' }],
      [
        'ogg-json',
        { before: null, after: row, op_type: 'I' },
        { before: row, after: now, op_type: 'U' },
        { before: row, after: null, op_type: 'D' },
      ],
    ];
    for (const [name, insert, updated, deleted] of cases) {
      const records = [insert, updated, deleted].map((record) => JSON.stringify(record, null, name === 'ogg-json' ? 1 : 0));
      expect(decodeAll(name, records, schema)).toEqual([{ kind: INSERT, row: [1, 'a'] }, ...update, { kind: DELETE, row: [1, 'a'] }]);
    }
  });

  it('keeps a former NULL of an update apart from a column that did not change', () => {
    const record = JSON.stringify({ data: [{ id: '1', name: 'b' }], old: [{ name: null }], type: 'UPDATE' });
    expect(decodeAll('canal-json', [record], schema)).toEqual([
      { kind: UPDATE_BEFORE, row: [1, null] },
      { kind: UPDATE_AFTER, row: [1, 'b'] },
    ]);
  });

  it('reads payloads with schema, metadata, filters and tombstones', () => {
    const reads: TableColumnRead[] = [
      { path: ['id'], type: INT },
      { path: ['t'], type: TEXT, metadata: 'value.source.table' },
      { path: ['at'], type: { kind: 'TIMESTAMP_LTZ', precision: 3, ...N }, metadata: 'ingestion-timestamp' },
      { path: ['name'], type: TEXT },
    ];
    const payload = { before: null, after: { id: 7, name: 'x' }, source: { table: 'products', ts_ms: 1 }, op: 'c', ts_ms: 1767225600500 };
    const records = [JSON.stringify({ schema: { a: 1 }, payload }), ''];
    expect(decodeAll('debezium-json', records, schema, { 'schema-include': 'true' }, reads)).toEqual([
      { kind: INSERT, row: [7, 'products', 1767225600500n, 'x'] },
    ]);
    const canal = (table: string) => JSON.stringify({ data: [{ id: 1 }, { id: 2 }], database: 'shop', table, type: 'INSERT' });
    expect(decode('canal-json', [canal('a1'), canal('b1')], schema, { 'table.include': 'a.*' })).toEqual([
      [1, null],
      [2, null],
    ]);
  });

  it('takes a record wholly or not at all', () => {
    const half = JSON.stringify({ before: { id: 1, name: null }, after: { id: 'x', name: 'b' }, op: 'u' });
    const fine = JSON.stringify({ before: null, after: { id: 2, name: 'c' }, op: 'c' });
    const builder = new BatchBuilder(schema, 64);
    const decoder = formatOf('debezium-json')?.createDecoder({}, schema, readsOf(schema), context);
    const bytes = (text: string) => new TextEncoder().encode(text);
    expect(() => decoder?.decode(bytes(half), 0, half.length, builder)).toThrow(/Malformed Debezium JSON record: field 'id'/);
    decoder?.decode(bytes(fine), 0, fine.length, builder);
    expect(rowAt(builder.finish(), 0, schema)).toEqual([2, 'c']);
    for (const broken of ['{"id":1}', '{"op":"u","before":null,"after":{}}', '{"op":"x"}', '{"op":"c","after":[1]}', 'null', '{"op":"c"']) {
      expect(() => decode('debezium-json', [broken], schema)).toThrow(/Malformed Debezium JSON record/);
      expect(decode('debezium-json', [broken, fine], schema, { 'ignore-parse-errors': 'true' })).toEqual([[2, 'c']]);
    }
  });

  it('asks for a new batch when a record of several rows does not fit', () => {
    const decoder = formatOf('canal-json')?.createDecoder({}, schema, readsOf(schema), context);
    const record = new TextEncoder().encode(JSON.stringify({ data: [{ id: 1 }, { id: 2 }], type: 'INSERT' }));
    const builder = new BatchBuilder(schema, 3);
    decoder?.decode(record, 0, record.length, builder);
    expect(() => decoder?.decode(record, 0, record.length, builder)).toThrow(BatchFullError);
    expect(builder.rows).toBe(2);
  });

  it('writes updates as delete and insert', () => {
    const rows: Value[][] = [
      [1, 'a'],
      [1, 'b'],
    ];
    expect(encodeAll('debezium-json', rows, schema, {}, [UPDATE_BEFORE, UPDATE_AFTER])).toEqual([
      '{"before":{"id":1,"name":"a"},"after":null,"op":"d"}',
      '{"before":null,"after":{"id":1,"name":"b"},"op":"c"}',
    ]);
    expect(encodeAll('maxwell-json', rows, schema, {}, [DELETE, INSERT])).toEqual([
      '{"data":{"id":1,"name":"a"},"type":"delete"}',
      '{"data":{"id":1,"name":"b"},"type":"insert"}',
    ]);
  });
});
