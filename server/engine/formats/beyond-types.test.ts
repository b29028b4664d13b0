/** What Flink's formats do with values that a type has no word for: halves of surrogate pairs, timestamps finer than their precision. */
import { describe, expect, it } from 'vitest';
import { INSERT } from '../types/batch.ts';
import { BatchBuilder } from '../types/batch-builder.ts';
import { rowAt } from '../types/row-access.ts';
import type { RowSchema } from '../types/sql-type.ts';
import { GrowingBuffer } from './byte-sink.ts';
import { formatOf } from './registry.ts';

const TEXT: RowSchema = [{ name: 's', type: { kind: 'VARCHAR', length: 2147483647, nullable: true } }];
const TIME: RowSchema = [{ name: 't', type: { kind: 'TIMESTAMP', precision: 3, nullable: true } }];
const context = { timeZone: 'UTC' };

function written(name: string, text: string, options: Record<string, string> = {}): Uint8Array {
  const builder = new BatchBuilder(TEXT, 1);
  builder.setText(0, text);
  builder.endRow(INSERT);
  const out = new GrowingBuffer(8);
  formatOf(name)?.createEncoder(options, TEXT, context).encode(builder.finish(), 0, out);
  return out.toBytes();
}

function writtenTime(name: string, ms: bigint, nanos: number): string {
  const batch = { rows: 1, kinds: null, selection: null, selected: 1, split: -1 };
  const column = { lane: 'i64', values: BigInt64Array.of(ms), nulls: null, nanos: Int32Array.of(nanos) } as const;
  const out = new GrowingBuffer(8);
  formatOf(name)
    ?.createEncoder({}, TIME, context)
    .encode({ ...batch, columns: [column] }, 0, out);
  return Buffer.from(out.toBytes()).toString();
}

describe('half a surrogate pair', () => {
  const half = 'a\ud83d퟿b\ude00';

  it('is escaped by json, ? in raw, refused by csv', () => {
    expect(Buffer.from(written('json', half)).toString()).toBe('{"s":"a\\uD83D퟿b\\uDE00"}');
    expect(Buffer.from(written('raw', half)).toString()).toBe('a?퟿b?');
    expect(Buffer.from(written('raw', 'é\ud83d', { charset: 'ISO-8859-1' }))).toEqual(Buffer.from([0xe9, 63]));
    expect(Buffer.from(written('raw', 'é\ud83d', { charset: 'UTF-16LE' }))).toEqual(Buffer.from('é\ufffd', 'utf16le'));
    expect(() => written('csv', half)).toThrow(/half of a surrogate pair, which csv cannot hold: "a\\ud83d퟿b\\ude00"/);
  });

  it('is read from an escape of json', () => {
    const decoder = formatOf('json')?.createDecoder({}, TEXT, [{ path: ['s'], type: TEXT[0].type }], context);
    const builder = new BatchBuilder(TEXT, 1);
    const data = new TextEncoder().encode('{"s":"a\\ud83d퟿b\\ude00 \\ud83d\\ude00"}');
    decoder?.decode(data, 0, data.length, builder);
    expect(rowAt(builder.finish(), 0, TEXT)).toEqual([`${half} 😀`]);
  });
});

describe('a timestamp finer than its precision', () => {
  it('is written whole', () => {
    expect(writtenTime('json', 1n, 2)).toBe('{"t":"1970-01-01 00:00:00.001000002"}');
    expect(writtenTime('csv', 253_402_300_799_999n, 999_999)).toBe('"9999-12-31 23:59:59.999999999"');
    expect(writtenTime('json', -1n, 0)).toBe('{"t":"1969-12-31 23:59:59.999"}');
  });
});
