/** Kafka's classic (non-flexible) encoding, as far as fetch and produce need it: big-endian numbers, int16 strings, int32 arrays. */

const BIG_32 = 4294967296;

export class WireWriter {
  #buffer = Buffer.alloc(512);
  #length = 0;

  get bytes(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }

  int8(value: number): this {
    this.#buffer.writeInt8(value, this.#grow(1));
    return this;
  }
  int16(value: number): this {
    this.#buffer.writeInt16BE(value, this.#grow(2));
    return this;
  }
  int32(value: number): this {
    this.#buffer.writeInt32BE(value, this.#grow(4));
    return this;
  }
  /** Whole numbers between -2^53 and 2^53. */
  int64(value: number): this {
    this.#buffer.writeBigInt64BE(BigInt(value), this.#grow(8));
    return this;
  }
  text(value: string | null): this {
    if (value === null) return this.int16(-1);
    const bytes = Buffer.from(value);
    this.int16(bytes.length);
    bytes.copy(this.#buffer, this.#grow(bytes.length));
    return this;
  }

  #grow(bytes: number): number {
    const at = this.#length;
    this.#length += bytes;
    if (this.#length > this.#buffer.length) {
      const grown = Buffer.alloc(Math.max(this.#length, this.#buffer.length * 2));
      this.#buffer.copy(grown, 0, 0, at);
      this.#buffer = grown;
    }
    return at;
  }
}

export class WireReader {
  readonly data: Buffer;
  at: number;
  constructor(data: Buffer, at: number) {
    this.data = data;
    this.at = at;
  }

  int16(): number {
    this.at += 2;
    return this.data.readInt16BE(this.at - 2);
  }
  int32(): number {
    this.at += 4;
    return this.data.readInt32BE(this.at - 4);
  }
  int64(): number {
    this.at += 8;
    return readInt64(this.data, this.at - 8);
  }
  bigInt64(): bigint {
    this.at += 8;
    return this.data.readBigInt64BE(this.at - 8);
  }
  text(): string | null {
    const length = this.int16();
    if (length < 0) return null;
    this.at += length;
    return this.data.toString('utf8', this.at - length, this.at);
  }
  array<T>(read: () => T): T[] {
    const items: T[] = [];
    for (let left = this.int32(); left > 0; left--) items.push(read());
    return items;
  }
}

/** An int64 as a number: offsets and times are below 2^53. */
export function readInt64(data: Buffer, at: number): number {
  return data.readInt32BE(at) * BIG_32 + data.readUInt32BE(at + 4);
}
