/**
 * Reads Java's DataOutput encoding from bytes that nobody vouches for. Every read is checked against the bytes that are left before anything
 * is allocated; the first that does not fit throws MetadataFault with the offset and what was wanted there. Readers built on it let the fault
 * pass; inspect-metadata.ts alone catches it. Integers are big-endian; sizes and counts come out as non-negative safe integers.
 */

/** The bytes are not what their format says; `offset` is where the field that does not fit begins. */
export class MetadataFault extends Error {
  override readonly name = 'MetadataFault';
  readonly offset: number;
  constructor(offset: number, message: string) {
    super(message);
    this.offset = offset;
  }
}

export class MetadataCursor {
  readonly #bytes: Buffer;
  #offset = 0;
  #depth = 0;
  readonly #maxDepth: number;

  /** `maxDepth`: how deep handles may hold handles; Flink itself nests three. */
  constructor(bytes: Uint8Array, maxDepth = 8) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#maxDepth = maxDepth;
  }

  get offset(): number {
    return this.#offset;
  }

  get left(): number {
    return this.#bytes.length - this.#offset;
  }

  fail(message: string, offset = this.#offset): never {
    throw new MetadataFault(offset, message);
  }

  #take(count: number, what: string): number {
    if (count > this.left) this.fail(`${what} needs ${count} bytes and ${this.left} are left`);
    const at = this.#offset;
    this.#offset += count;
    return at;
  }

  u8(what: string): number {
    return this.#bytes.readUInt8(this.#take(1, what));
  }

  u16(what: string): number {
    return this.#bytes.readUInt16BE(this.#take(2, what));
  }

  i32(what: string): number {
    return this.#bytes.readInt32BE(this.#take(4, what));
  }

  bigint(what: string): bigint {
    return this.#bytes.readBigInt64BE(this.#take(8, what));
  }

  bool(what: string): boolean {
    const at = this.#offset;
    const value = this.u8(what);
    if (value > 1) this.fail(`${what} is ${value}, neither 0 nor 1`, at);
    return value === 1;
  }

  /** A long whose value a double holds exactly. */
  i64(what: string): number {
    const at = this.#offset;
    const value = Number(this.bigint(what));
    if (!Number.isSafeInteger(value)) this.fail(`${what} is ${value}, beyond any real value`, at);
    return value;
  }

  /** A long that counts bytes or numbers checkpoints. */
  size(what: string): number {
    const at = this.#offset;
    const value = this.i64(what);
    if (value < 0) this.fail(`${what} is ${value}, less than zero`, at);
    return value;
  }

  /** Number of elements that follow, each of at least `bytesEach` bytes. */
  count(what: string, bytesEach: number): number {
    const at = this.#offset;
    const value = this.i32(what);
    if (value < 0) this.fail(`${what} is ${value}, less than zero`, at);
    if (value * bytesEach > this.left) this.fail(`${what} is ${value}, more than the ${this.left} bytes left can hold`, at);
    return value;
  }

  /** Reads `count(…)` and that many elements. */
  many<T>(what: string, bytesEach: number, read: () => T): T[] {
    const count = this.count(what, bytesEach);
    const all: T[] = [];
    for (let index = 0; index < count; index++) all.push(read());
    return all;
  }

  /** A view, not a copy. */
  bytes(count: number, what: string): Uint8Array {
    const at = this.#take(count, what);
    return this.#bytes.subarray(at, at + count);
  }

  /** An `i32` length and that many bytes. */
  block(what: string): Uint8Array {
    return this.bytes(this.count(`length of ${what}`, 1), what);
  }

  /** What DataOutput.writeUTF wrote: two bytes of length, then modified UTF-8. */
  utf(what: string): string {
    const start = this.#offset;
    return decodeModifiedUtf8(this.bytes(this.u16(`length of ${what}`), what), (reason) => this.fail(`${what} ${reason}`, start));
  }

  /** Runs `read` one level deeper, and refuses what nests deeper than any real file. */
  nested<T>(read: () => T): T {
    if (this.#depth >= this.#maxDepth) this.fail(`handles are nested more than ${this.#maxDepth} deep`);
    this.#depth++;
    const value = read();
    this.#depth--;
    return value;
  }

  end(what: string): void {
    if (this.left > 0) this.fail(`${this.left} bytes follow ${what}, where the file should end`);
  }
}

/** Java's form (java.io.DataInput): NUL in two bytes, characters beyond the base plane as two surrogates of three bytes each. */
function decodeModifiedUtf8(bytes: Uint8Array, refuse: (reason: string) => never): string {
  const units: number[] = [];
  const tail = (at: number): number => {
    const byte = bytes[at];
    if (byte === undefined || (byte & 0xc0) !== 0x80) refuse('is not modified UTF-8');
    return byte & 0x3f;
  };
  for (let at = 0; at < bytes.length; ) {
    const lead = bytes[at] as number;
    if (lead < 0x80 && lead !== 0) {
      units.push(lead);
      at += 1;
    } else if ((lead & 0xe0) === 0xc0) {
      units.push(((lead & 0x1f) << 6) | tail(at + 1));
      at += 2;
    } else if ((lead & 0xf0) === 0xe0) {
      units.push(((lead & 0x0f) << 12) | (tail(at + 1) << 6) | tail(at + 2));
      at += 3;
    } else refuse('is not modified UTF-8');
  }
  let text = '';
  for (let at = 0; at < units.length; at += 4096) text += String.fromCharCode(...units.slice(at, at + 4096));
  return text;
}
