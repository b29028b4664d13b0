/** For tests: messages of a channel from a seed, so that two threads can make the same ones, and their meaning as text, to compare. */
import type { RandomSource } from '../../../effects/random.ts';
import { encodeJson } from '../../checkpoint/value-json.ts';
import type { Batch, BytesColumn, ChangeKind, Column } from '../../types/batch.ts';
import { BatchBuilder } from '../../types/batch-builder.ts';
import { forEachLiveRow, kindAt, rowAt } from '../../types/row-access.ts';
import { laneOf, type RowSchema, type SqlType } from '../../types/sql-type.ts';
import { ArrayValue, MapValue, RowValue, type Value } from '../../types/value.ts';
import type { ChannelMessage } from '../channel.ts';

const TEXT: SqlType = { kind: 'VARCHAR', length: 100, nullable: true };
const INT: SqlType = { kind: 'INT', nullable: true };
const WIDE: SqlType = { kind: 'DECIMAL', precision: 38, scale: 3, nullable: true };
const NESTED: SqlType = {
  kind: 'ROW',
  nullable: true,
  fields: [
    { name: 'tags', type: { kind: 'ARRAY', element: TEXT, nullable: true } },
    { name: 'counts', type: { kind: 'MAP', key: TEXT, value: INT, nullable: true } },
    { name: 'amount', type: WIDE },
  ],
};
const TYPES: readonly SqlType[] = [
  { kind: 'BOOLEAN', nullable: true },
  { kind: 'TINYINT', nullable: true },
  { kind: 'SMALLINT', nullable: true },
  INT,
  { kind: 'BIGINT', nullable: true },
  { kind: 'FLOAT', nullable: true },
  { kind: 'DOUBLE', nullable: true },
  { kind: 'DECIMAL', precision: 18, scale: 2, nullable: true },
  WIDE,
  { kind: 'CHAR', length: 3, nullable: true },
  TEXT,
  { kind: 'BINARY', length: 4, nullable: true },
  { kind: 'VARBINARY', length: 50, nullable: true },
  { kind: 'DATE', nullable: true },
  { kind: 'TIME', precision: 3, nullable: true },
  { kind: 'TIMESTAMP', precision: 9, nullable: true },
  { kind: 'TIMESTAMP_LTZ', precision: 3, nullable: true },
  { kind: 'INTERVAL_YEAR_MONTH', nullable: true },
  { kind: 'INTERVAL_DAY_TIME', nullable: true },
  { kind: 'MULTISET', element: TEXT, nullable: true },
  { kind: 'ARRAY', element: NESTED, nullable: true },
  { kind: 'MAP', key: INT, value: { kind: 'ARRAY', element: WIDE, nullable: true }, nullable: true },
  NESTED,
  { kind: 'NULL', nullable: true },
];

export const ALL_TYPES: RowSchema = TYPES.map((type, index) => ({ name: `c${index}`, type }));

const below = (random: RandomSource, limit: number) => Math.floor(random.next() * limit);
const chance = (random: RandomSource, share: number) => random.next() < share;

function randomText(random: RandomSource): string {
  return Array.from({ length: below(random, 12) }, () => ['a', 'ß', '流', '🌊', '"'][below(random, 5)]).join('');
}

function randomBytes(random: RandomSource): Uint8Array {
  return Uint8Array.from({ length: below(random, 40) }, () => below(random, 256));
}

function randomBigInt(random: RandomSource, bits: number): bigint {
  const half = () => BigInt(below(random, 2 ** 32));
  return BigInt.asIntN(bits, (half() << 96n) | (half() << 64n) | (half() << 32n) | half());
}

function randomValue(random: RandomSource, type: SqlType): Value {
  if (type.kind === 'NULL' || chance(random, 0.15)) return null;
  switch (type.kind) {
    case 'ARRAY':
      return new ArrayValue(Array.from({ length: below(random, 4) }, () => randomValue(random, type.element)));
    case 'MAP':
      return new MapValue(Array.from({ length: below(random, 4) }, () => [randomValue(random, type.key), randomValue(random, type.value)]));
    case 'MULTISET':
      return new MapValue(Array.from({ length: below(random, 4) }, () => [randomValue(random, type.element), 1 + below(random, 9)]));
    case 'ROW':
      return new RowValue(type.fields.map((field) => randomValue(random, field.type)));
    case 'DECIMAL':
      return randomBigInt(random, type.precision <= 18 ? 59 : 126);
  }
  switch (laneOf(type)) {
    case 'bool':
      return chance(random, 0.5);
    case 'i32':
      return below(random, 2 ** 32) | 0;
    case 'i64':
      return randomBigInt(random, 64);
    case 'f64':
      return [0, -0, Number.NaN, Number.POSITIVE_INFINITY, random.next() * 1e9][below(random, 5)];
    default:
      return type.kind === 'CHAR' || type.kind === 'VARCHAR' ? randomText(random) : randomBytes(random);
  }
}

/** Rows in any order of bytes and sharing them, as a column may have them after a projection. */
function shuffleBytes(column: Column, rows: number, random: RandomSource): Column {
  if (column.lane !== 'bytes' || !chance(random, 0.3)) return column;
  const order = Array.from({ length: rows }, () => below(random, Math.max(1, rows)));
  const shuffled: BytesColumn = {
    lane: 'bytes',
    data: column.data,
    offsets: Int32Array.from(order, (row) => column.offsets[row]),
    lengths: Int32Array.from(order, (row) => column.lengths[row]),
    nulls: column.nulls && Uint8Array.from(order, (row) => column.nulls?.[row] ?? 0),
  };
  return shuffled;
}

export function randomBatch(random: RandomSource, schema: RowSchema, rowsMax: number): Batch {
  const rows = below(random, rowsMax + 1);
  const builder = new BatchBuilder(schema, Math.max(1, rows));
  const hasKinds = chance(random, 0.5);
  const nullable = schema.map(() => chance(random, 0.7));
  for (let row = 0; row < rows; row++) {
    schema.forEach(({ type }, column) => {
      const value = randomValue(random, type);
      if (value === null && !nullable[column] && laneOf(type) !== 'obj') builder.setValue(column, defaultOf(type));
      else builder.setValue(column, value);
    });
    builder.endRow((hasKinds ? below(random, 4) : 0) as ChangeKind);
  }
  const batch = builder.finish(chance(random, 0.2) ? below(random, 9) : -1);
  const columns = batch.columns.map((column) => shuffleBytes(column, rows, random));
  if (chance(random, 0.5)) return { ...batch, columns };
  const selection = Int32Array.from(Array.from({ length: rows }, (_, row) => row).filter(() => chance(random, 0.4)));
  return { ...batch, columns, selection, selected: selection.length };
}

function defaultOf(type: SqlType): Value {
  const lane = laneOf(type);
  if (lane === 'bool') return false;
  if (lane === 'i64') return 0n;
  if (lane === 'bytes') return type.kind === 'CHAR' || type.kind === 'VARCHAR' ? '' : new Uint8Array();
  return 0;
}

export function randomMessage(random: RandomSource, schema: RowSchema, rowsMax: number): ChannelMessage {
  switch (below(random, 7)) {
    case 0:
      return { kind: 'watermark', watermarkMs: [Number.MAX_SAFE_INTEGER, -1, below(random, 2 ** 45)][below(random, 3)] };
    case 1:
      return { kind: 'idle', isIdle: chance(random, 0.5) };
    case 2:
      return {
        kind: 'barrier',
        barrier: { checkpointId: below(random, 2 ** 40), isAligned: chance(random, 0.5), holdsSources: chance(random, 0.5) },
      };
    case 3:
      return { kind: 'latency', readMs: below(random, 2 ** 45) };
    default:
      return { kind: 'batch', batch: randomBatch(random, schema, rowsMax) };
  }
}

/** Equal texts, equal messages; columns that no live row names do not count. */
export function meaningOf(message: ChannelMessage, schema: RowSchema): string {
  if (message.kind !== 'batch') return encodeJson(message);
  const { batch } = message;
  const rows: unknown[] = [];
  forEachLiveRow(batch, (row) => rows.push([row, kindAt(batch, row), rowAt(batch, row, schema)]));
  return encodeJson({ rows: batch.rows, selected: batch.selected, split: batch.split, live: rows });
}
