/**
 * The records of a sub-keyed table that share a key, as one doubly linked list a key: in order of insertion, unless the operator moves a record.
 * Chains are derived data: stored groups hold the records of a chain side by side in order, and loading appends them again.
 */
import { KeyIndex } from './key-index.ts';
import { StateColumn } from './state-column.ts';

const LINK_TYPE = { kind: 'INT', nullable: false } as const;

export class KeyChains {
  readonly index: KeyIndex;
  /** First record by chain number. */
  heads = new Int32Array(16);
  readonly next: StateColumn;
  readonly previous: StateColumn;
  #tails = new Int32Array(16);
  #lengths = new Int32Array(16);
  /** Chain number of each record. */
  #chainOf = new Int32Array(16);
  #free: number[] = [];
  #count = 0;

  constructor(capacity: number, onResize: (bytes: number) => void) {
    this.index = new KeyIndex(onResize);
    this.next = new StateColumn(LINK_TYPE, capacity);
    this.previous = new StateColumn(LINK_TYPE, capacity);
  }

  /** Finds the chain of a key by its hash, or -1; `isSameKey` compares with the chain's first record. */
  find(keyHash: number, isSameKey: (head: number) => boolean): number {
    const segment = this.index.directory[(keyHash >>> this.index.shift) & this.index.mask];
    const mask = ((segment.length - 2) >> 1) - 1;
    for (let place = (Math.imul(keyHash, 0x9e3779b1) >>> 9) & mask; segment[2 * place + 1] !== 0; place = (place + 1) & mask) {
      const chain = segment[2 * place + 1] - 1;
      if (segment[2 * place] === keyHash && isSameKey(this.heads[chain])) return chain;
    }
    return -1;
  }

  /** Appends the record to `chain`, or to a new one when it is -1. `before` is called with a neighbour before its links change. */
  append(id: number, chain: number, keyHash: number, before: (id: number) => void): void {
    if (id >= this.#chainOf.length) this.#chainOf = grown(this.#chainOf, id + 1);
    const next = this.next.values;
    const previous = this.previous.values;
    next[id] = -1;
    if (chain === -1) {
      const created = this.#create();
      this.index.insert(keyHash, created);
      this.heads[created] = id;
      this.#tails[created] = id;
      this.#lengths[created] = 1;
      this.#chainOf[id] = created;
      previous[id] = -1;
      return;
    }
    const tail = this.#tails[chain];
    before(tail);
    next[tail] = id;
    previous[id] = tail;
    this.#tails[chain] = id;
    this.#lengths[chain]++;
    this.#chainOf[id] = chain;
  }

  remove(id: number, keyHash: number, before: (id: number) => void): void {
    const chain = this.#chainOf[id];
    this.#detach(id, chain, before);
    if (--this.#lengths[chain] === 0) {
      this.index.remove(keyHash, chain);
      this.#free.push(chain);
    }
  }

  /** Moves a record directly in front of `successor`, or to the end when it is -1. Both are of one chain. */
  move(id: number, successor: number, before: (id: number) => void): void {
    const chain = this.#chainOf[id];
    if (id === successor) return;
    this.#detach(id, chain, before);
    before(id);
    const next = this.next.values;
    const previous = this.previous.values;
    const predecessor = successor === -1 ? this.#tails[chain] : Number(previous[successor]);
    next[id] = successor;
    previous[id] = predecessor;
    if (predecessor === -1) this.heads[chain] = id;
    else {
      before(predecessor);
      next[predecessor] = id;
    }
    if (successor === -1) this.#tails[chain] = id;
    else {
      before(successor);
      previous[successor] = id;
    }
  }

  chainOf(id: number): number {
    return this.#chainOf[id];
  }

  headOf(id: number): number {
    return this.heads[this.#chainOf[id]];
  }

  tailOf(id: number): number {
    return this.#tails[this.#chainOf[id]];
  }

  lengthOf(id: number): number {
    return this.#lengths[this.#chainOf[id]];
  }

  clear(): void {
    this.index.clear();
    this.#free = [];
    this.#count = 0;
  }

  #detach(id: number, chain: number, before: (id: number) => void): void {
    const next = this.next.values;
    const previous = this.previous.values;
    const successor = Number(next[id]);
    const predecessor = Number(previous[id]);
    if (predecessor === -1) this.heads[chain] = successor;
    else {
      before(predecessor);
      next[predecessor] = successor;
    }
    if (successor === -1) this.#tails[chain] = predecessor;
    else {
      before(successor);
      previous[successor] = predecessor;
    }
  }

  #create(): number {
    const reused = this.#free.pop();
    if (reused !== undefined) return reused;
    const chain = this.#count++;
    if (chain >= this.heads.length) {
      this.heads = grown(this.heads, chain + 1);
      this.#tails = grown(this.#tails, chain + 1);
      this.#lengths = grown(this.#lengths, chain + 1);
    }
    return chain;
  }
}

function grown(array: Int32Array<ArrayBuffer>, needed: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(Math.max(needed, array.length * 2));
  larger.set(array);
  return larger;
}
