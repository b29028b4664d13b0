/**
 * Reads record batches (magic 2) in place: a cursor over what one fetch brought for one partition. It stands on one record after each
 * successful `next`, whose key, value and headers are ranges of `data`. Nothing is made per record.
 *
 * Protocol: batches lie one behind the other; the last may be cut off and is then fetched again. A batch may begin before the offset
 * asked for. Control batches carry no rows; of aborted transactions (known when only committed records are read) none is shown: a
 * producer's records count as aborted from the listed first offset to its abort marker. `position` is the offset to fetch next
 * when everything up to here was handed on; it also moves over what is not shown. Source: Kafka's DefaultRecordBatch and its Fetcher.
 */
import { compressionsAlgorithmsByBitmask, crc32c } from '@platformatic/kafka';
import { KafkaError } from './kafka-error.ts';
import { readInt64 } from './wire.ts';

export interface RecordsBuffer {
  readonly data: Buffer;
  readonly start: number;
  readonly end: number;
  /** Transactions that were aborted in this range; null when uncommitted records are read as well. */
  readonly aborted: readonly { readonly producerId: bigint; readonly firstOffset: number }[] | null;
}

export type TimestampType = 'CreateTime' | 'LogAppendTime';

/** The offset behind the last whole batch, or null when there is none: where to fetch on. */
export function endOfRecords(records: RecordsBuffer): number | null {
  const { data, end } = records;
  let last = -1;
  for (let at = records.start; end - at >= HEADER_BYTES; ) {
    const length = data.readInt32BE(at + 8) + 12;
    if (length < HEADER_BYTES || end - at < length) break;
    last = at;
    at += length;
  }
  return last < 0 ? null : readInt64(data, last) + data.readInt32BE(last + 23) + 1;
}

const HEADER_BYTES = 61;
const CRC_FROM = 21;
const LOG_APPEND_TIME = 8;
const TRANSACTIONAL = 16;
const CONTROL = 32;
const COMPRESSION = 7;

export class RecordCursor {
  /** Holds the ranges below: the fetched bytes, or those of a decompressed batch. */
  data: Buffer;
  offset = -1;
  /** ms since the epoch; -1 when the record has none. */
  timestampMs = -1;
  timestampType: TimestampType = 'CreateTime';
  leaderEpoch = -1;
  /** -1 = no key. */
  keyStart = -1;
  keyEnd = -1;
  /** -1 = no value (a tombstone). */
  valueStart = -1;
  valueEnd = -1;
  position: number;

  readonly #records: RecordsBuffer;
  readonly #name: string;
  readonly #checksCrc: boolean;
  readonly #abortedLeft: { readonly producerId: bigint; readonly firstOffset: number }[];
  readonly #abortedNow = new Set<bigint>();
  readonly #from: number;
  /** Next batch in #records. */
  #batchAt: number;
  #recordAt = 0;
  #recordsLeft = 0;
  #baseOffset = 0;
  #afterBatch = 0;
  #baseTimestamp = 0;
  #appendTimestamp = 0;
  #headersAt = 0;

  /** `name` is the partition's, for errors. */
  constructor(records: RecordsBuffer, from: number, name: string, checksCrc: boolean) {
    this.#records = records;
    this.data = records.data;
    this.#batchAt = records.start;
    this.#from = from;
    this.position = from;
    this.#name = name;
    this.#checksCrc = checksCrc;
    this.#abortedLeft = [...(records.aborted ?? [])].sort((a, b) => a.firstOffset - b.firstOffset);
  }

  /** Moves to the next record; the one it stood on counts as handed on. False at the end. */
  next(): boolean {
    for (;;) {
      while (this.#recordsLeft > 0) {
        this.#readRecord();
        if (this.offset >= this.#from) return true;
      }
      if (this.#afterBatch > this.position) this.position = this.#afterBatch;
      if (!this.#openBatch()) return false;
    }
  }

  /** Calls `visit` with each header of the current record. */
  forEachHeader(visit: (key: string, value: Uint8Array | null) => void): void {
    this.#at = this.#headersAt;
    const { data } = this;
    for (let left = this.#varint(); left > 0; left--) {
      const keyLength = this.#varint();
      const key = data.toString('utf8', this.#at, this.#at + keyLength);
      this.#at += keyLength;
      const length = this.#varint();
      visit(key, length < 0 ? null : data.subarray(this.#at, this.#at + length));
      if (length > 0) this.#at += length;
    }
  }

  /** Opens the next batch that has rows to show; false when there is no whole one. */
  #openBatch(): boolean {
    const { data, end } = this.#records;
    for (;;) {
      const at = this.#batchAt;
      if (end - at < HEADER_BYTES) return false;
      const length = data.readInt32BE(at + 8) + 12;
      if (end - at < length) return false;
      this.#batchAt = at + length;
      if (data[at + 16] !== 2)
        throw this.#corrupt(`a record batch of the old format ${data[at + 16]}, which is not read; rewrite the topic`);
      if (this.#checksCrc && crc32c(data.subarray(at + CRC_FROM, at + length)) !== data.readUInt32BE(at + 17)) {
        throw this.#corrupt(`a record batch at offset ${readInt64(data, at)} with a wrong checksum`);
      }
      this.#baseOffset = readInt64(data, at);
      this.#afterBatch = this.#baseOffset + data.readInt32BE(at + 23) + 1;
      const attributes = data.readInt16BE(at + CRC_FROM);
      if (this.#afterBatch <= this.#from) continue;
      if (this.#isHidden(attributes, at)) {
        this.position = this.#afterBatch;
        continue;
      }
      this.#enterBatch(attributes, at, length);
      return true;
    }
  }

  #enterBatch(attributes: number, at: number, length: number): void {
    const { data } = this.#records;
    this.leaderEpoch = data.readInt32BE(at + 12);
    this.#baseTimestamp = readInt64(data, at + 27);
    this.timestampType = (attributes & LOG_APPEND_TIME) !== 0 ? 'LogAppendTime' : 'CreateTime';
    this.#appendTimestamp = this.timestampType === 'LogAppendTime' ? readInt64(data, at + 35) : -1;
    this.#recordsLeft = data.readInt32BE(at + 57);
    const codec = attributes & COMPRESSION;
    if (codec === 0) {
      this.data = data;
      this.#recordAt = at + HEADER_BYTES;
      return;
    }
    const algorithm = compressionsAlgorithmsByBitmask[codec];
    if (algorithm === undefined) throw this.#corrupt(`a record batch with the unknown compression ${codec}`);
    try {
      const bytes = algorithm.decompressSync(data.subarray(at + HEADER_BYTES, at + length));
      this.data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    } catch (error) {
      throw this.#corrupt(`a record batch at offset ${this.#baseOffset} that cannot be decompressed (${(error as Error).message})`);
    }
    this.#recordAt = 0;
  }

  /** Control batches, and data of aborted transactions. */
  #isHidden(attributes: number, at: number): boolean {
    if ((attributes & (TRANSACTIONAL | CONTROL)) === 0) return false;
    const { data, aborted } = this.#records;
    const producerId = data.readBigInt64BE(at + 43);
    if ((attributes & CONTROL) !== 0) {
      this.#abortedNow.delete(producerId); // its commit or abort marker: either ends the transaction
      return true;
    }
    if (aborted === null) return false;
    while (this.#abortedLeft.length > 0 && this.#abortedLeft[0].firstOffset < this.#afterBatch) {
      this.#abortedNow.add((this.#abortedLeft.shift() as { readonly producerId: bigint }).producerId);
    }
    return this.#abortedNow.has(producerId);
  }

  #readRecord(): void {
    this.#at = this.#recordAt;
    this.#recordsLeft--;
    const length = this.#varint();
    this.#recordAt = this.#at + length;
    if (this.#recordAt > this.data.length || length < 6) throw this.#corrupt('a record that is cut off');
    this.#at++; // attributes of a record are unused
    const timestampDelta = this.#varint();
    this.offset = this.#baseOffset + this.#varint();
    this.timestampMs = this.#appendTimestamp >= 0 ? this.#appendTimestamp : this.#baseTimestamp + timestampDelta;
    const keyLength = this.#varint();
    this.keyStart = keyLength < 0 ? -1 : this.#at;
    if (keyLength > 0) this.#at += keyLength;
    this.keyEnd = this.#at;
    const valueLength = this.#varint();
    this.valueStart = valueLength < 0 ? -1 : this.#at;
    if (valueLength > 0) this.#at += valueLength;
    this.valueEnd = this.#at;
    this.#headersAt = this.#at;
    if (this.#at > this.#recordAt) throw this.#corrupt('a record whose parts are longer than it is');
  }

  #at = 0;

  /** Zigzag varint of up to 64 bits; exact within 2^53. */
  #varint(): number {
    const { data } = this;
    let byte = data[this.#at++];
    if (byte < 128) return (byte >>> 1) ^ -(byte & 1);
    let value = byte & 127;
    let scale = 128;
    do {
      byte = data[this.#at++];
      value += (byte & 127) * scale;
      scale *= 128;
    } while (byte >= 128);
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  #corrupt(what: string): KafkaError {
    return new KafkaError('protocol', `Partition ${this.#name} holds ${what}.`);
  }
}
