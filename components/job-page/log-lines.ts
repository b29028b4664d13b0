/** Lines of a log as a window: joined by their cursor without doubles, at most 5,000. */
import type { LogLine } from '../../server/contract/runs.ts';

export const LEVELS = ['debug', 'info', 'warn', 'error'] as const satisfies readonly LogLine['level'][];
const WINDOW = 5_000;

export interface LogFilter {
  level: LogLine['level'];
  search: string;
  run: number | null;
}

export function lineFits(line: LogLine, filter: Pick<LogFilter, 'level' | 'search'>): boolean {
  return LEVELS.indexOf(line.level) >= LEVELS.indexOf(filter.level) && line.text.toLowerCase().includes(filter.search.toLowerCase());
}

/** Both lists are in order; lines that come twice (same cursor) are kept once; the oldest fall out beyond the window. */
export function linesJoined(first: readonly LogLine[], second: readonly LogLine[]): LogLine[] {
  const end = first.at(-1)?.cursor ?? -1;
  const later = second.filter((line) => line.cursor > end);
  return [...first, ...later].slice(-WINDOW);
}
