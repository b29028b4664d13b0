/** The process' own terminal. Lines of standard output are gathered and written in blocks: a `print` sink may write millions. */
import { writeSync } from 'node:fs';
import type { Terminal } from './command.ts';

const BLOCK_CHARACTERS = 64 * 1024;

export interface StandardTerminal extends Terminal {
  /** Writes what is gathered. */
  flush(): void;
}

export function createStandardTerminal(): StandardTerminal {
  let gathered: string[] = [];
  let length = 0;
  let isPlanned = false;
  const flush = () => {
    isPlanned = false;
    if (length === 0) return;
    const text = gathered.join('');
    gathered = [];
    length = 0;
    writeAll(1, text);
  };
  return {
    environment: process.env,
    // `npm run` goes to the package's folder first; paths are meant from where the user is.
    workingDirectory: (process.env.npm_lifecycle_event === 'tidemark' && process.env.INIT_CWD) || process.cwd(),
    out(line) {
      gathered.push(line, '\n');
      length += line.length + 1;
      if (length >= BLOCK_CHARACTERS) flush();
      else if (!isPlanned) {
        isPlanned = true;
        setImmediate(flush);
      }
    },
    note(line) {
      writeAll(2, `${line}\n`);
    },
    flush,
  };
}

/** Writes to a file descriptor to the end, also where it is a pipe that is full for a moment; a reader that is gone ends the process. */
function writeAll(descriptor: number, text: string): void {
  const bytes = Buffer.from(text, 'utf8');
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (let written = 0; written < bytes.length; ) {
    try {
      written += writeSync(descriptor, bytes, written);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EAGAIN') Atomics.wait(pause, 0, 0, 5);
      else if (code === 'EPIPE') process.exit(1);
      else throw error;
    }
  }
}
