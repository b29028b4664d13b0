import { describe, expect, it } from 'vitest';
import { splitCommand } from './command.ts';

describe('a command in the palette', () => {
  it('has a verb in either language, or none', () => {
    expect(splitCommand(' stop ord ')).toEqual({ act: 'stop', rest: 'ord' });
    expect(splitCommand('停止 ord')).toEqual({ act: 'stop', rest: 'ord' });
    expect(splitCommand('start')).toEqual({ act: 'start', rest: '' });
    expect(splitCommand('starter-job')).toEqual({ act: null, rest: 'starter-job' });
  });
});
