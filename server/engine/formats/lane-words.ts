/** 64-bit lanes seen as pairs of 32-bit words (low, high; little-endian), so that numbers below 2^53 need no bigint. */
export interface BigIntColumnWords {
  readonly values: BigInt64Array;
  readonly words: Int32Array;
}

const NONE: BigIntColumnWords = { values: new BigInt64Array(0), words: new Int32Array(0) };

/** Remembers the view of the lane seen last: columns come again and again. */
export class LaneWordsView {
  #last = NONE;

  of(values: BigInt64Array): BigIntColumnWords {
    if (this.#last.values !== values) this.#last = { values, words: new Int32Array(values.buffer, values.byteOffset, values.length * 2) };
    return this.#last;
  }
}
