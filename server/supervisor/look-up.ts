/** Rows that many jobs want in one turn are read together. */

/** Keys of one read. */
const KEYS_MOST = 250;

interface Wanting<V> {
  resolve(value: V | undefined): void;
  reject(error: unknown): void;
}

export class LookUp<K, V> {
  readonly #read: (keys: readonly K[]) => Promise<ReadonlyMap<K, V>>;
  #wanted = new Map<K, Wanting<V>[]>();

  /** `read`: the values of those keys that have one. */
  constructor(read: (keys: readonly K[]) => Promise<ReadonlyMap<K, V>>) {
    this.#read = read;
  }

  /** Read after this call, never before. */
  get(key: K): Promise<V | undefined> {
    return new Promise((resolve, reject) => {
      if (this.#wanted.size === 0) setImmediate(() => this.#readAll());
      const wanting = this.#wanted.get(key) ?? [];
      wanting.push({ resolve, reject });
      this.#wanted.set(key, wanting);
    });
  }

  #readAll(): void {
    const wanted = [...this.#wanted];
    this.#wanted = new Map();
    for (let from = 0; from < wanted.length; from += KEYS_MOST) void this.#readSome(wanted.slice(from, from + KEYS_MOST));
  }

  async #readSome(some: readonly (readonly [K, readonly Wanting<V>[]])[]): Promise<void> {
    try {
      const values = await this.#read(some.map(([key]) => key));
      for (const [key, wanting] of some) for (const one of wanting) one.resolve(values.get(key));
    } catch (error) {
      for (const [, wanting] of some) for (const one of wanting) one.reject(error);
    }
  }
}
