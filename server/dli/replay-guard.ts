/**
 * Remembers the signatures of writes for as long as they would be accepted, so that a recorded request cannot be sent once more. The date in a
 * signature has whole seconds: a client that sends the same write twice within one second makes the same signature honestly, and so a
 * repetition within two seconds of the first passes. Reads change nothing and are not remembered. The memory is this process's: it
 * begins empty when the console is started.
 */
const HONEST_MS = 2_000;

export class ReplayGuard {
  readonly #keepMs: number;
  readonly #most: number;
  /** Signature to when it was first seen; a Map keeps the order of insertion, and so of age. */
  readonly #seen = new Map<string, number>();

  /** `keepMs`: how long a signature can be valid, from its first to its last moment. `most`: signatures held; the oldest go first. */
  constructor(keepMs: number, most = 100_000) {
    this.#keepMs = keepMs;
    this.#most = most;
  }

  /** False when the signature was seen before. Called for right signatures only. */
  admit(signature: string, nowMs: number): boolean {
    for (const [old, at] of this.#seen) {
      if (nowMs - at <= this.#keepMs && this.#seen.size < this.#most) break;
      this.#seen.delete(old);
    }
    const firstMs = this.#seen.get(signature);
    if (firstMs !== undefined) return nowMs - firstMs <= HONEST_MS;
    this.#seen.set(signature, nowMs);
    return true;
  }
}
