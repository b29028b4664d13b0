/**
 * Rows that many jobs want in one turn are read together, some at a time and one read after the other: those who wait for a read go on in one
 * turn, and Prisma makes one query of what they ask by a key then, which has a limit of values.
 */

/** Keys of one read. */
const KEYS_MOST = 64;

interface Wanting<V> {
  resolve(value: V | undefined): void;
  reject(error: unknown): void;
}

export class LookUp<K, V> {
  readonly #read: (keys: readonly K[]) => Promise<ReadonlyMap<K, V>>;
  readonly #wanted = new Map<K, Wanting<V>[]>();
  #isReading = false;

  /** `read`: the values of those keys that have one. */
  constructor(read: (keys: readonly K[]) => Promise<ReadonlyMap<K, V>>) {
    this.#read = read;
  }

  /** Read after this call, never before. */
  get(key: K): Promise<V | undefined> {
    return new Promise((resolve, reject) => {
      const wanting = this.#wanted.get(key) ?? [];
      wanting.push({ resolve, reject });
      this.#wanted.set(key, wanting);
      if (this.#isReading) return;
      this.#isReading = true;
      setImmediate(() => void this.#readAll());
    });
  }

  async #readAll(): Promise<void> {
    while (this.#wanted.size > 0) {
      const some = [...this.#wanted].slice(0, KEYS_MOST);
      for (const [key] of some) this.#wanted.delete(key);
      await this.#readSome(some);
      // Those who went on ask what they need before the next ones do.
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.#isReading = false;
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
