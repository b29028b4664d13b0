/**
 * The log of a run: text files that its process writes, one line an entry: `2026-11-24T20:41:07.123Z INFO message`, with newlines of a message
 * escaped. Lines without that head go on with the level of the line before. Files are rotated by size (`x.log` is the newest, `x.log.1` the one
 * before, …) and read as one text, oldest first; cursors are byte offsets in it, so that older and newer lines are found without
 * reading all. They hold across a rotation until the oldest file is dropped.
 */

import { type FileHandle, open } from 'node:fs/promises';
import { isAbsolute, join, relative } from 'node:path';
import type { z } from 'zod';
import type { UserCall } from '../auth/caller.ts';
import { requireJob } from '../auth/job-access.ts';
import { Refusal } from '../contract/errors.ts';
import { LOG_LEVELS, type LogLine, type logsQuerySchema } from '../contract/runs.ts';
import { say } from '../contract/said.ts';
import type { ConsoleContext } from './context.ts';

/** How much of a file one request reads at most. */
const WINDOW_BYTES = 8 * 1024 * 1024;
const LINE_MOST = 20_000;
const HEAD = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z)\s+(DEBUG|INFO|WARN|ERROR)\s+(?:\[([^\]]{1,80})\]\s+)?(.*)$/i;

export function parseLogLines(bytes: Buffer, offset: number): LogLine[] {
  const lines: LogLine[] = [];
  let level: LogLine['level'] = 'info';
  let source = '';
  for (let start = 0; start < bytes.length; ) {
    const newline = bytes.indexOf(10, start);
    const end = newline < 0 ? bytes.length : newline;
    const text = bytes.toString('utf8', start, Math.min(end, start + LINE_MOST)).replace(/\r$/, '');
    const head = HEAD.exec(text);
    if (head) {
      level = (head[2] ?? 'info').toLowerCase() as LogLine['level'];
      source = head[3] ?? '';
    }
    const at = head ? Date.parse(head[1] ?? '') : Number.NaN;
    lines.push({ cursor: offset + start, at: Number.isNaN(at) ? null : at, level, source, text: head ? unescaped(head[4] ?? '') : text });
    start = end + 1;
  }
  return lines;
}

const ESCAPES: Readonly<Record<string, string>> = { '\\n': '\n', '\\r': '\r', '\\\\': '\\' };
const unescaped = (text: string): string => text.replace(/\\[\\nr]/g, (written) => ESCAPES[written] ?? written);

interface LogFile {
  readonly handle: FileHandle;
  /** Offset of its first byte in the whole text. */
  readonly from: number;
  readonly size: number;
}

/** The files of a log as one text. */
class LogText {
  readonly #files: readonly LogFile[];
  readonly size: number;

  private constructor(files: readonly LogFile[], size: number) {
    this.#files = files;
    this.size = size;
  }

  static async open(path: string): Promise<LogText> {
    const handles: FileHandle[] = [];
    for (let number = 0; ; number++) {
      try {
        handles.unshift(await open(number === 0 ? path : `${path}.${number}`, 'r'));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') break;
        throw error;
      }
    }
    const files: LogFile[] = [];
    let from = 0;
    for (const handle of handles) {
      const { size } = await handle.stat();
      files.push({ handle, from, size });
      from += size;
    }
    return new LogText(files, from);
  }

  /** Bytes [from, to). */
  async read(from: number, to: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    for (const file of this.#files) {
      const start = Math.max(from, file.from);
      const end = Math.min(to, file.from + file.size);
      if (start >= end) continue;
      const buffer = Buffer.alloc(end - start);
      const { bytesRead } = await file.handle.read(buffer, 0, buffer.length, start - file.from);
      parts.push(buffer.subarray(0, bytesRead));
    }
    return Buffer.concat(parts);
  }

  async close(): Promise<void> {
    await Promise.all(this.#files.map((file) => file.handle.close()));
  }
}

/** Whole lines only: what precedes the first newline of a window in the middle of the file is cut off. */
function wholeLines(bytes: Buffer, offset: number, isFileStart: boolean): { bytes: Buffer; offset: number } {
  if (isFileStart) return { bytes, offset };
  const first = bytes.indexOf(10) + 1;
  return { bytes: bytes.subarray(first), offset: offset + first };
}

type LogsQuery = z.output<typeof logsQuerySchema> & { readonly jobId: number };

export async function getJobLogs(context: ConsoleContext, call: UserCall, query: LogsQuery) {
  await requireJob(context.database, call.caller, query.jobId);
  const run = await context.database.run.findFirst({
    where: { jobId: query.jobId, ...(query.run === undefined ? {} : { number: query.run }) },
    orderBy: { number: 'desc' },
  });
  const nothing = { run: run?.number ?? null, lines: [], hasOlder: false, end: 0 };
  if (!run?.logPath) return nothing;
  const root = join(context.environment.dataDir, 'logs');
  const inside = relative(root, run.logPath);
  if (isAbsolute(inside) || inside.startsWith('..')) throw new Refusal('not-found', say('said.no.logFile'));
  const log = await LogText.open(run.logPath);
  try {
    return { run: run.number, ...(await readLines(log, query)) };
  } finally {
    await log.close();
  }
}

async function readLines(log: LogText, query: LogsQuery): Promise<{ lines: LogLine[]; hasOlder: boolean; end: number }> {
  const { size } = log;
  const isForward = query.after !== undefined;
  const from = isForward ? Math.min(query.after ?? 0, size) : Math.max(0, Math.min(query.before ?? size, size) - WINDOW_BYTES);
  const to = isForward ? Math.min(size, from + WINDOW_BYTES) : Math.min(query.before ?? size, size);
  const raw = await log.read(from, to);
  // A line that is being written has no end yet: forward reading leaves it for the next time.
  const complete = isForward ? raw.subarray(0, raw.lastIndexOf(10) + 1) : raw;
  const window = wholeLines(complete, from, from === 0 || isForward);
  const least = LOG_LEVELS.indexOf(query.level);
  const search = query.search.toLowerCase();
  const matching = parseLogLines(window.bytes, window.offset).filter(
    (line) => LOG_LEVELS.indexOf(line.level) >= least && (search === '' || line.text.toLowerCase().includes(search)),
  );
  const lines = isForward ? matching.slice(0, query.limit) : matching.slice(-query.limit);
  const last = lines.at(-1);
  // Forward: go on behind the last line given, or behind all that was looked at.
  const cut = isForward && matching.length > lines.length && last;
  const end = cut ? nextCursor(matching, last) : window.offset + window.bytes.length;
  return { lines, hasOlder: window.offset > 0 || matching.length > lines.length, end };
}

function nextCursor(lines: readonly LogLine[], last: LogLine): number {
  return lines[lines.indexOf(last) + 1]?.cursor ?? last.cursor;
}
