/**
 * How threads wake each other: each has one word of shared memory. Whoever has put something where the thread will look counts it up and
 * notifies; the thread looks everywhere, then waits for the word to differ from what it was before it looked. So nothing is missed, and the
 * thread is never blocked: its event loop goes on serving sockets and timers while it waits (Atomics.waitAsync).
 */

/** One bell a thread. */
export function allocateBells(threads: number): SharedArrayBuffer {
  return new SharedArrayBuffer(threads * Int32Array.BYTES_PER_ELEMENT);
}

export class Bells {
  readonly #words: Int32Array;

  constructor(memory: SharedArrayBuffer) {
    this.#words = new Int32Array(memory);
  }

  ring(thread: number): void {
    Atomics.add(this.#words, thread, 1);
    Atomics.notify(this.#words, thread);
  }

  /** Calls `look` now and after each ring of this thread's bell, until the returned function is called. Calls may be one for several rings. */
  listen(thread: number, look: () => void): () => void {
    let isOver = false;
    const wait = () => {
      while (!isOver) {
        const before = Atomics.load(this.#words, thread);
        look();
        const waiting = Atomics.waitAsync(this.#words, thread, before);
        if (!waiting.async) continue;
        void waiting.value.then(wait);
        return;
      }
    };
    wait();
    return () => {
      isOver = true;
      this.ring(thread);
    };
  }
}
