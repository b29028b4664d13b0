/** A row of a batch as the parts of a Kafka record. Ranges are valid until the next row is encoded. */
import { GrowingBuffer } from '../../formats/byte-sink.ts';
import type { Encoder } from '../../formats/contract.ts';
import { type Batch, type Column, DELETE, UPDATE_BEFORE } from '../../types/batch.ts';
import { isNullAt, kindAt, valueAt } from '../../types/row-access.ts';
import type { SqlType } from '../../types/sql-type.ts';
import { toMillis } from '../../types/timestamps.ts';
import type { MapValue } from '../../types/value.ts';
import type { BytesRange, RecordHeader } from './record-batch-writer.ts';

export interface EncodedPart {
  readonly columns: readonly number[];
  readonly encoder: Encoder;
}

export interface RecordEncoderSpec {
  readonly isUpsert: boolean;
  readonly value: EncodedPart;
  readonly key: EncodedPart | null;
  /** Columns of writable metadata, when the table has them. */
  readonly headers: number | null;
  readonly timestamp: number | null;
  readonly timestampType: SqlType | null;
}

export class RecordEncoder {
  readonly #spec: RecordEncoderSpec;
  readonly #keyBytes = new GrowingBuffer(1024);
  readonly #valueBytes = new GrowingBuffer(16 * 1024);
  #batch!: Batch;
  #keyView!: Batch;
  #valueView!: Batch;
  key: BytesRange | null = null;
  /** null = a tombstone. */
  value: BytesRange | null = null;
  headers: readonly RecordHeader[] | undefined = undefined;
  /** null = now. */
  timestampMs: number | null = null;

  constructor(spec: RecordEncoderSpec) {
    this.#spec = spec;
  }

  begin(batch: Batch): void {
    const { key, value, isUpsert } = this.#spec;
    const viewOf = (part: EncodedPart, kinds: Uint8Array | null): Batch => ({
      ...batch,
      kinds,
      columns: part.columns.map((index) => batch.columns[index]),
    });
    this.#batch = batch;
    this.#valueView = viewOf(value, isUpsert ? null : batch.kinds);
    if (key !== null) this.#keyView = viewOf(key, null);
  }

  encode(row: number): void {
    const { key, value, isUpsert, headers, timestamp, timestampType } = this.#spec;
    if (key !== null) this.key = encoded(key.encoder, this.#keyView, row, this.#keyBytes);
    const kind = kindAt(this.#batch, row);
    const isGone = isUpsert && (kind === DELETE || kind === UPDATE_BEFORE);
    this.value = isGone ? null : encoded(value.encoder, this.#valueView, row, this.#valueBytes);
    if (headers !== null) this.headers = headersAt(this.#batch.columns[headers], row);
    if (timestamp !== null && timestampType !== null) this.timestampMs = timestampAt(this.#batch.columns[timestamp], row, timestampType);
  }
}

function encoded(encoder: Encoder, view: Batch, row: number, out: GrowingBuffer): BytesRange {
  out.length = 0;
  encoder.encode(view, row, out);
  return { data: out.buffer, start: 0, end: out.length };
}

const HEADERS_TYPE: SqlType = { kind: 'NULL', nullable: true };

function headersAt(column: Column, row: number): readonly RecordHeader[] {
  const map = valueAt(column, row, HEADERS_TYPE) as MapValue | null;
  if (map === null) return [];
  return map.entries.flatMap(([key, value]) =>
    typeof key === 'string' ? [{ key: Buffer.from(key), value: value instanceof Uint8Array ? value : null }] : [],
  );
}

function timestampAt(column: Column, row: number, type: SqlType): number | null {
  if (isNullAt(column, row) || (type.kind !== 'TIMESTAMP' && type.kind !== 'TIMESTAMP_LTZ')) return null;
  return toMillis(valueAt(column, row, type) as bigint, type.precision);
}
