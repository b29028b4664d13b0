/** The log file of a run: one line an entry, newlines escaped, rotated by size (`job.log`, `job.log.1`, …). */
import { appendFileSync, existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

const FILE_BYTES_MAX = 10 * 1024 * 1024;
const FILES_MAX = 5;

export interface JobLog {
  write(atMs: number, level: 'debug' | 'info' | 'warn' | 'error', message: string): void;
}

/**
 * A log that cannot be written (disk full) never stops the job: the entry has gone to the supervisor as a report, too. Once it can be written
 * again, a line says how many are missing.
 */
export function openJobLog(file: string | null): JobLog {
  if (file === null) return { write: () => {} };
  makeFolderOf(file);
  let size = existsSync(file) ? statSync(file).size : 0;
  let missing = 0;
  let cause = '';
  return {
    write(atMs, level, message) {
      const text = message.replaceAll('\\', '\\\\').replaceAll('\r', '\\r').replaceAll('\n', '\\n');
      const line = `${new Date(atMs).toISOString()} ${level.toUpperCase().padEnd(5)} ${text}\n`;
      try {
        if (size + line.length > FILE_BYTES_MAX) {
          rotate(file);
          size = 0;
        }
        const text = missing === 0 ? line : gapLine(atMs, missing, cause) + line;
        appendFileSync(file, text, { mode: 0o600 });
        size += Buffer.byteLength(text);
        missing = 0;
      } catch (error) {
        missing++;
        cause = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
      }
    },
  };
}

function makeFolderOf(file: string): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
  } catch {
    // The first entry tells why, and is counted as missing.
  }
}

function gapLine(atMs: number, missing: number, cause: string): string {
  const what = missing === 1 ? '1 entry is' : `${missing} entries are`;
  return `${new Date(atMs).toISOString()} WARN  ${what} missing here: the log could not be written (${cause}).\n`;
}

function rotate(file: string): void {
  rmSync(`${file}.${FILES_MAX - 1}`, { force: true });
  for (let number = FILES_MAX - 2; number >= 1; number--) {
    if (existsSync(`${file}.${number}`)) renameSync(`${file}.${number}`, `${file}.${number + 1}`);
  }
  if (existsSync(file)) renameSync(file, `${file}.1`);
}
