/**
 * Record ids in the order of a comparison, in blocks: finding a place takes a binary search, adding and removing move at most one block. Derived
 * data: an operator rebuilds it from the records it finds.
 */
const BLOCK_IDS = 256;

/** < 0, 0 or > 0: where a record that is looked for stands against record `id`. */
export type Probe = (id: number) => number;

export class SortedIds {
  #blocks: number[][] = [];
  size = 0;

  /** `ids` in order. */
  static of(ids: readonly number[]): SortedIds {
    const sorted = new SortedIds();
    for (let from = 0; from < ids.length; from += BLOCK_IDS) sorted.#blocks.push(ids.slice(from, from + BLOCK_IDS));
    sorted.size = ids.length;
    return sorted;
  }

  /** Number of records that stand before what `probe` looks for. */
  rankOf(probe: Probe): number {
    const block = this.#blockOf(probe);
    let rank = 0;
    for (let i = 0; i < block; i++) rank += this.#blocks[i].length;
    return block < this.#blocks.length ? rank + placeIn(this.#blocks[block], probe) : rank;
  }

  /** Adds a record so that it stands at `place`, from 0 on. */
  insertAt(place: number, id: number): void {
    this.size++;
    let at = place;
    for (let i = 0; i < this.#blocks.length; i++) {
      const block = this.#blocks[i];
      if (at <= block.length) {
        block.splice(at, 0, id);
        if (block.length > 2 * BLOCK_IDS) this.#blocks.splice(i + 1, 0, block.splice(BLOCK_IDS));
        return;
      }
      at -= block.length;
    }
    this.#blocks.push([id]);
  }

  removeAt(place: number): void {
    let at = place;
    for (let i = 0; i < this.#blocks.length; i++) {
      const block = this.#blocks[i];
      if (at < block.length) {
        block.splice(at, 1);
        if (block.length === 0) this.#blocks.splice(i, 1);
        this.size--;
        return;
      }
      at -= block.length;
    }
    throw new Error(`no record at place ${place}`);
  }

  /** The record at a place, -1 behind the last. */
  at(place: number): number {
    let at = place;
    for (const block of this.#blocks) {
      if (at < block.length) return block[at];
      at -= block.length;
    }
    return -1;
  }

  /** The first block whose last record does not stand before what `probe` looks for. */
  #blockOf(probe: Probe): number {
    let low = 0;
    let high = this.#blocks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const block = this.#blocks[middle];
      if (probe(block[block.length - 1]) > 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function placeIn(block: readonly number[], probe: Probe): number {
  let low = 0;
  let high = block.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (probe(block[middle]) > 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
