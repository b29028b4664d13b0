/**
 * Open-addressing hash index from 32-bit hashes to ids, grown by extendible hashing so that no single step rehashes more than one segment.
 * A segment is an Int32Array of `capacity` pairs [hash, id + 1] (0 = free) followed by [entries, depth]. The directory is indexed by
 * the top bits of the hash; a segment of depth d is shared by all directory places that agree in the top d bits. A segment doubles up to
 * SEGMENT_MAX places and is split in two after that. Deletion shifts the run back, so there are no tombstones.
 * The index is derived data: it is never stored, but rebuilt on load. Lookups are generated code (table-loops.ts).
 */
const SEGMENT_MAX = 1 << 15;
const SEGMENT_MIN = 16;
const DEPTH_MAX = 20;
const LOAD_LIMIT = 0.6;

function createSegment(capacity: number, depth: number): Int32Array {
  const segment = new Int32Array(capacity * 2 + 2);
  segment[capacity * 2 + 1] = depth;
  return segment;
}

/** First place of a hash in a segment of `capacity` pairs; generated code uses the same expression. */
export const PLACE_SOURCE = '((Math.imul(h, 0x9e3779b1) >>> 9) & mask)';

function placeOf(hash: number, mask: number): number {
  return (Math.imul(hash, 0x9e3779b1) >>> 9) & mask;
}

function put(segment: Int32Array, hash: number, entry: number): void {
  const capacity = (segment.length - 2) >> 1;
  const mask = capacity - 1;
  let place = placeOf(hash, mask);
  while (segment[2 * place + 1] !== 0) place = (place + 1) & mask;
  segment[2 * place] = hash;
  segment[2 * place + 1] = entry;
  segment[2 * capacity]++;
}

export class KeyIndex {
  directory: Int32Array[] = [createSegment(SEGMENT_MIN, 0)];
  /** Directory place of hash h: (h >>> shift) & mask. */
  shift = 31;
  mask = 0;
  #depth = 0;
  readonly #onResize: (bytes: number) => void;

  /** `onResize` is told the change of size in bytes before memory is taken. */
  constructor(onResize: (bytes: number) => void) {
    this.#onResize = onResize;
    onResize(this.directory[0].byteLength);
  }

  insert(hash: number, id: number): void {
    let segment = this.directory[(hash >>> this.shift) & this.mask];
    while (segment[segment.length - 2] + 1 > ((segment.length - 2) >> 1) * LOAD_LIMIT) {
      this.#grow(hash, segment);
      segment = this.directory[(hash >>> this.shift) & this.mask];
    }
    put(segment, hash, id + 1);
  }

  remove(hash: number, id: number): void {
    const segment = this.directory[(hash >>> this.shift) & this.mask];
    const capacity = (segment.length - 2) >> 1;
    const mask = capacity - 1;
    let place = placeOf(hash, mask);
    while (segment[2 * place + 1] !== id + 1) {
      if (segment[2 * place + 1] === 0) throw new Error('record is not in the index');
      place = (place + 1) & mask;
    }
    segment[2 * capacity]--;
    let next = (place + 1) & mask;
    for (;;) {
      segment[2 * place + 1] = 0;
      for (;;) {
        if (segment[2 * next + 1] === 0) return;
        const home = placeOf(segment[2 * next], mask);
        // The entry may move back to the hole only when its home is not between the hole and itself.
        if (((next - home) & mask) >= ((next - place) & mask)) break;
        next = (next + 1) & mask;
      }
      segment[2 * place] = segment[2 * next];
      segment[2 * place + 1] = segment[2 * next + 1];
      place = next;
      next = (next + 1) & mask;
    }
  }

  /** Forgets all entries, keeps the memory of a small index. */
  clear(): void {
    if (this.directory.length === 1) {
      const [segment] = this.directory;
      segment.fill(0, 0, segment.length - 1);
      return;
    }
    this.#onResize(createSegment(SEGMENT_MIN, 0).byteLength - this.byteLength());
    this.directory = [createSegment(SEGMENT_MIN, 0)];
    this.#depth = 0;
    this.shift = 31;
    this.mask = 0;
  }

  byteLength(): number {
    let bytes = 0;
    for (const segment of new Set(this.directory)) bytes += segment.byteLength;
    return bytes;
  }

  #grow(hash: number, segment: Int32Array): void {
    const capacity = (segment.length - 2) >> 1;
    const depth = segment[segment.length - 1];
    this.#onResize(segment.byteLength);
    if (capacity < SEGMENT_MAX || depth >= DEPTH_MAX) this.#replace(hash, depth, segment, [createSegment(capacity * 2, depth)]);
    else {
      if (depth === this.#depth) this.#doubleDirectory();
      this.#replace(hash, depth, segment, [createSegment(capacity, depth + 1), createSegment(capacity, depth + 1)]);
    }
  }

  #doubleDirectory(): void {
    this.directory = this.directory.flatMap((segment) => [segment, segment]);
    this.#depth++;
    this.shift = 32 - this.#depth;
    this.mask = this.directory.length - 1;
  }

  /** Moves the entries of a segment to its one or two successors and puts these in its places of the directory. */
  #replace(hash: number, depth: number, old: Int32Array, successors: readonly Int32Array[]): void {
    const bit = 31 - depth;
    const isSplit = successors.length === 2;
    for (let at = 0; at < old.length - 2; at += 2) {
      if (old[at + 1] !== 0) put(successors[isSplit ? (old[at] >>> bit) & 1 : 0], old[at], old[at + 1]);
    }
    const span = 1 << (this.#depth - depth);
    const first = depth === 0 ? 0 : ((hash >>> (32 - depth)) << (this.#depth - depth)) >>> 0;
    for (let i = 0; i < span; i++) this.directory[first + i] = successors[isSplit && i >= span / 2 ? 1 : 0];
  }
}
