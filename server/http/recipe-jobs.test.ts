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
