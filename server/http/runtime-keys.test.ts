/** Runtime Configuration is checked line by line: by the engine's rules, with global variables, and left to the cluster on a Flink queue. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DEFAULT_JOB_OPTIONS } from '../contract/job-options.ts';
import { settingsOfOptions } from '../contract/job-settings.ts';
import type { RuntimeKey } from '../contract/runtime-keys.ts';
import { type Browser, ConsoleFixture } from './console-fixture.ts';

let fixture: ConsoleFixture;
let admin: Browser;
beforeAll(async () => {
  fixture = await ConsoleFixture.open();
  admin = (await fixture.addUser('ada', 'admin')).browser;
});
afterAll(() => fixture.close());

const marksOf = async (text: string, queueName = 'default') => {
  const { body } = await admin.call('POST', '/runtime-keys/check', { text, queueName });
  return body.marks.map((mark: Record<string, unknown>) => [mark.line, mark.severity, mark.message, mark.replacement]);
};

it('marks what is no line, twice there, unknown, of another type, or without effect', async () => {
  await admin.call('POST', '/variables', { name: 'pause', value: '5 s' });
  const text = [
    '# a comment',
    'pipeline.name=a',
    'nothing',
    'execution.checkpointing.intervall=10 s',
    'execution.checkpointing.mode=never',
    'pipeline.object-reuse=true',
    'pipeline.name=b',
    'execution.checkpointing.min-pause={{pause}}',
    'execution.checkpointing.timeout={{paus}}',
  ].join('\n');
  const marks = await marksOf(text);
  expect(marks.map(([line, severity]: unknown[]) => [line, severity])).toEqual([
    [2, 'warning'],
    [3, 'error'],
    [4, 'error'],
    [5, 'error'],
    [6, 'warning'],
    [9, 'error'],
  ]);
  expect(marks[2][3]).toBe('execution.checkpointing.interval');
  expect(marks[3][2]).toContain('one of EXACTLY_ONCE, AT_LEAST_ONCE');
  expect(marks[5][2]).toContain('There is no global variable paus.');
});

it('leaves keys that only Flink knows to a Flink queue, and not values that are wrong everywhere', async () => {
  const { database } = fixture.context;
  await database.queue.create({ data: { projectId: fixture.projectId, name: 'cluster', engine: 'flink' } });
  expect(await marksOf('my.own=1\npipeline.object-reuse=true', 'cluster')).toEqual([]);
  expect(await marksOf('parallelism.default=many', 'cluster')).toHaveLength(1);
});

it('knows every key that a running parameter becomes, and says which it wins over', async () => {
  const { body } = await admin.call('GET', '/runtime-keys');
  const byKey = new Map((body.keys as RuntimeKey[]).map((one) => [one.key, one]));
  for (const key of Object.keys(settingsOfOptions(DEFAULT_JOB_OPTIONS)))
    expect([key, byKey.get(key)?.overrides ?? null]).not.toContain(null);
  expect(byKey.size).toBe(body.keys.length);
});
