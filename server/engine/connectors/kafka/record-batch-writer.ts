/**
 * Builds one record batch (magic 2) for one partition. Records are encoded as they come; `seal` fills the header in when the batch is
 * sent, because producer id, epoch and sequence are known only then, and may change before it is sent again.
 */
import { compressionsAlgorithms, crc32c } from '@platformatic/kafka';
import { GrowingBuffer, writeBytes } from '../../formats/byte-sink.ts';
import type { ProducerIdentity } from './kafka-port.ts';

export type Compression = keyof typeof compressionsAlgorithms;

export interface BytesRange {
  readonly data: Uint8Array;
  readonly start: number;
  readonly end: number;
}

export interface RecordHeader {
  readonly key: Uint8Array;
  readonly value: Uint8Array | null;
}

const HEADER_BYTES = 61;
const NO_HEADERS: readonly RecordHeader[] = [];

export class RecordBatchWriter {
  readonly #out: GrowingBuffer;
  readonly #compression: Compression;
  #records = 0;
  #firstTimestamp = 0;
  #maxTimestamp = 0;
  #sealable: Buffer | null = null;

  constructor(compression: Compression, capacity: number) {
    this.#out = new GrowingBuffer(capacity);
    this.#out.length = HEADER_BYTES;
    this.#compression = compression;
  }

  get records(): number {
    return this.#records;
  }
  /** Before compression. */
  get bytes(): number {
    return this.#out.length;
  }

  append(timestampMs: number, key: BytesRange | null, value: BytesRange | null, headers: readonly RecordHeader[] = NO_HEADERS): void {
    if (this.#records === 0) {
      this.#firstTimestamp = timestampMs;
      this.#maxTimestamp = timestampMs;
    } else if (timestampMs > this.#maxTimestamp) this.#maxTimestamp = timestampMs;
    const delta = timestampMs - this.#firstTimestamp;
    const keyLength = key === null ? -1 : key.end - key.start;
    const valueLength = value === null ? -1 : value.end - value.start;
    let length = 1 + sizeOf(delta) + sizeOf(this.#records) + sizedLength(keyLength) + sizedLength(valueLength) + sizeOf(headers.length);
    for (const header of headers) length += sizedLength(header.key.length) + sizedLength(header.value?.length ?? -1);
    const out = this.#out;
    out.ensure(length + 10);
    writeVarint(length, out);
    out.buffer[out.length++] = 0;
    writeVarint(delta, out);
    writeVarint(this.#records, out);
    writeVarint(keyLength, out);
    if (key !== null) writeBytes(key.data, key.start, key.end, out);
    writeVarint(valueLength, out);
    if (value !== null) writeBytes(value.data, value.start, value.end, out);
    writeVarint(headers.length, out);
    for (const header of headers) {
      writeVarint(header.key.length, out);
      writeBytes(header.key, 0, header.key.length, out);
      writeVarint(header.value?.length ?? -1, out);
      if (header.value !== null) writeBytes(header.value, 0, header.value.length, out);
    }
    this.#records++;
  }

  /** The batch as bytes; may be called again with another identity. Nothing may be appended afterwards. */
  seal(identity: ProducerIdentity, sequence: number): Uint8Array {
    this.#sealable ??= this.#compressed();
    const batch = this.#sealable;
    batch.writeBigInt64BE(0n, 0);
    batch.writeInt32BE(batch.length - 12, 8);
    batch.writeInt32BE(-1, 12);
    batch.writeInt8(2, 16);
    batch.writeInt16BE(compressionsAlgorithms[this.#compression].bitmask, 21);
    batch.writeInt32BE(this.#records - 1, 23);
    batch.writeBigInt64BE(BigInt(this.#firstTimestamp), 27);
    batch.writeBigInt64BE(BigInt(this.#maxTimestamp), 35);
    batch.writeBigInt64BE(identity.id, 43);
    batch.writeInt16BE(identity.epoch, 51);
    batch.writeInt32BE(sequence, 53);
    batch.writeInt32BE(this.#records, 57);
    batch.writeUInt32BE(crc32c(batch.subarray(21)), 17);
    return batch;
  }

  #compressed(): Buffer {
    const { buffer, length } = this.#out;
    const all = Buffer.from(buffer.buffer, buffer.byteOffset, length);
    if (this.#compression === 'none') return all;
    const packed = compressionsAlgorithms[this.#compression].compressSync(all.subarray(HEADER_BYTES));
    return Buffer.concat([all.subarray(0, HEADER_BYTES), packed]);
  }
}

function sizedLength(length: number): number {
  return sizeOf(length) + Math.max(0, length);
}

function zigzag(value: number): number {
  return value >= 0 ? value * 2 : -value * 2 - 1;
}

/** Bytes of a zigzag varint. */
function sizeOf(value: number): number {
  let left = zigzag(value);
  let bytes = 1;
  while (left >= 128) {
    left = Math.floor(left / 128);
    bytes++;
  }
  return bytes;
}

/** Room was made before. */
function writeVarint(value: number, out: GrowingBuffer): void {
  let left = zigzag(value);
  const { buffer } = out;
  while (left >= 128) {
    buffer[out.length++] = (left % 128) | 128;
    left = Math.floor(left / 128);
  }
  buffer[out.length++] = left;
}
