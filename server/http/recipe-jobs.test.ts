/** What the files of a recipe's job prove, also when its SQL was changed since and other files lie where it writes. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { NUMBER_COLUMN } from '../recipes/restart-recipes.ts';
import { type Browser, ConsoleFixture } from './console-fixture.ts';

let fixture: ConsoleFixture;
let ada: Browser;
beforeAll(async () => {
  fixture = await ConsoleFixture.open();
  ada = (await fixture.addUser('ada')).browser;
});
afterAll(() => fixture.close());

it('tells gaps and repetitions of orders, and nothing of files that are no orders', async () => {
  const { jobId } = (await ada.call('POST', '/recipes/fault-restart/jobs')).body;
  const { sql, version } = (await ada.call('GET', `/jobs/${jobId}`)).body.job;
  const key = /'path'\s*=\s*'obs:\/\/tidemark\/([^']+)'/.exec(sql)?.[1] as string;
  const { store } = fixture.context;
  await store.ensureBucket('tidemark');
  const put = (name: string, text: string) => store.put({ bucket: 'tidemark', key: `${key}/${name}` }, Buffer.from(text));
  const proof = async () => {
    const { status, body } = await ada.call('GET', `/jobs/${jobId}/recipe`);
    return [status, body.proof];
  };
  const order = (number: unknown) => `${JSON.stringify({ [NUMBER_COLUMN]: number })}\n`;
  expect(await proof()).toEqual([200, null]);
  await put('a', order(1) + order(3) + order(3));
  expect(await proof()).toEqual([200, { orders: 3, highest: 3, missing: 1, repeated: 1, files: 1 }]);
  for (const other of ['a,b,c\n', '[1]\n', 'null\n', order('x'), order(1.5)]) {
    await put('b', other);
    expect(await proof()).toEqual([200, null]);
  }
  const elsewhere = sql.replace(/obs:\/\/tidemark\/[^']+/, 'obs://tidemark');
  expect((await ada.call('PATCH', `/jobs/${jobId}`, { baseVersion: version, sql: elsewhere })).status).toBe(200);
  expect(await proof()).toEqual([200, null]);
});

it('keeps the first checkpoint ticked when it is the one that was imported', async () => {
  const { jobId } = (await ada.call('POST', '/recipes/import-checkpoint/jobs')).body;
  const { database } = fixture.context;
  const at = (ms: number) => new Date(1_000_000 + ms);
  const run = { jobId, number: 1, jobVersion: 1, generation: 1, engine: 'embedded', parallelism: 1, start: 'empty' };
  await database.run.create({ data: { ...run, startedAt: at(0), runningAt: at(1), endedAt: at(50), endCause: 'stopped' } });
  const snapshot = { jobId, name: 'chk-1', kind: 'checkpoint', origin: 'imported', engine: 'embedded', path: 'obs://tidemark/x/chk-1' };
  const { id } = await database.snapshot.create({ data: { ...snapshot, runNumber: 1, createdAt: at(90), durationMs: 1, sizeBytes: 1n } });
  const states = async () =>
    (await ada.call('GET', `/jobs/${jobId}/recipe`)).body.steps.map((one: { step: string; state: string }) => `${one.step} ${one.state}`);
  const done = ['start done', 'checkpoint done', 'stop-without done', 'import done', 'start-again now', 'prove later'];
  expect(await states()).toEqual(done);
  // Of another job it shows no checkpoint of this one.
  await database.snapshot.update({ where: { id }, data: { runNumber: null } });
  expect((await states())[1]).toBe('checkpoint now');
});
