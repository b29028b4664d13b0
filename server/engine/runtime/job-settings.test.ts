import { expect, test } from 'vitest';
import { parseDurationMs, readJobSettings } from './job-settings.ts';

test.each([
  ['10 s', 10_000],
  ['500ms', 500],
  ['200', 200],
  ['3 min', 180_000],
  ['1 h', 3_600_000],
  ['2 days', 172_800_000],
  ['PT1M30S', 90_000],
  ['soon', null],
  ['-1 s', null],
])('duration %s', (text, ms) => {
  expect(parseDurationMs(text)).toBe(ms);
});

test('settings are read by their present and former keys', () => {
  const settings = readJobSettings({
    'state.checkpoints.dir': 'obs://b/c',
    'execution.checkpointing.mode': 'AT_LEAST_ONCE',
    'parallelism.default': '4',
    'table.local-time-zone': 'default',
  });
  expect(settings).toMatchObject({ checkpointDirectory: 'obs://b/c', mode: 'at-least-once', parallelism: 4, timeZone: null });
});
