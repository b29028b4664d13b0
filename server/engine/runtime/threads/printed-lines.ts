/**
 * Lines on their way from a thread to the one that prints them: gathered for a turn of the event loop, and never more than UNPRINTED_MAX
 * ahead of the printer. A thread that is further ahead waits, as it would if it wrote to the full pipe itself.
 */
import type { PrintedLine } from './thread-messages.ts';

const UNPRINTED_MAX = 8192;
const GATHERED_MAX = 512;

export class PrintedLines {
  readonly #send: (lines: readonly PrintedLine[]) => void;
  readonly #printed: Int32Array;
  readonly #thread: number;
  #gathered: PrintedLine[] = [];
  #sent = 0;

  /** `printed`: how many lines of each thread were printed, modulo 2^32. */
  constructor(printed: SharedArrayBuffer, thread: number, send: (lines: readonly PrintedLine[]) => void) {
    this.#printed = new Int32Array(printed);
    this.#thread = thread;
    this.#send = send;
  }

  add(line: PrintedLine): void {
    if (this.#gathered.push(line) === 1) setImmediate(() => this.flush());
    if (this.#gathered.length < GATHERED_MAX) return;
    this.flush();
    for (;;) {
      const printed = Atomics.load(this.#printed, this.#thread);
      if ((this.#sent - printed) >>> 0 <= UNPRINTED_MAX) return;
      Atomics.wait(this.#printed, this.#thread, printed);
    }
  }

  flush(): void {
    if (this.#gathered.length === 0) return;
    this.#sent = (this.#sent + this.#gathered.length) | 0;
    this.#send(this.#gathered);
    this.#gathered = [];
  }
}

/** The printer's side: `count` more lines of this thread are out. */
export function countPrinted(printed: SharedArrayBuffer, thread: number, count: number): void {
  const words = new Int32Array(printed);
  Atomics.add(words, thread, count);
  Atomics.notify(words, thread);
}
