import { describe, expect, it } from 'vitest';
import type { LogLine } from '../../server/contract/runs.ts';
import { lineFits, linesJoined } from './log-lines.ts';

const line = (cursor: number, level: LogLine['level'] = 'info', text = 'Checkpoint 7 done'): LogLine => ({
  cursor,
  at: null,
  level,
  source: 'job',
  text,
});

describe('log lines', () => {
  it('are joined by cursor without doubles', () => {
    expect(linesJoined([line(0), line(10)], [line(10), line(25)]).map((one) => one.cursor)).toEqual([0, 10, 25]);
  });

  it('fit a level and everything above it, and a search in any case', () => {
    expect(lineFits(line(1, 'warn'), { level: 'info', search: 'checkpoint' })).toBe(true);
    expect(lineFits(line(1, 'debug'), { level: 'info', search: '' })).toBe(false);
    expect(lineFits(line(1), { level: 'debug', search: 'restored' })).toBe(false);
  });
});
