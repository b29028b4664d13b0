/** Preview of a query, from the request to the process and back: rows with their kinds, nothing written, budgets, stop. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PreviewEvent } from '../contract/preview.ts';
import { type Browser, ConsoleFixture } from './console-fixture.ts';
import { dispatch } from './dispatch.ts';

let fixture: ConsoleFixture;
let browser: Browser;
beforeAll(async () => {
  fixture = await ConsoleFixture.open();
  browser = (await fixture.addUser('eva')).browser;
});
afterAll(() => fixture.close());

async function open(body: unknown): Promise<ReadableStreamDefaultReader<Uint8Array>> {
  const response = await dispatch(fixture.context, browser.request('POST', '/sql/preview', body));
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/x-ndjson; charset=utf-8']);
  return (response.body as ReadableStream<Uint8Array>).getReader();
}

/** Events up to the one that `isLast` takes, or all. */
async function read(reader: ReadableStreamDefaultReader<Uint8Array>, isLast: (event: PreviewEvent) => boolean = () => false) {
  const events: PreviewEvent[] = [];
  const decoder = new TextDecoder();
  let pending = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return events;
    pending += decoder.decode(value, { stream: true });
    const lines = pending.split('\n');
    pending = lines.pop() ?? '';
    for (const line of lines) events.push(JSON.parse(line) as PreviewEvent);
    if (events.some(isLast)) return events;
  }
}

const rowsOf = (events: readonly PreviewEvent[]) =>
  events.flatMap((event) =>
    event.type === 'rows' ? event.rows.map((row) => `${row.kind} ${row.values.map((value) => value ?? 'NULL').join('|')}`) : [],
  );

const FILES = `CREATE TABLE orders (id INT, shop STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector'='filesystem','path'='obs://lake/in','format'='json');
CREATE TABLE totals (shop STRING, n BIGINT) WITH ('connector'='filesystem','path'='obs://lake/out','format'='json');
CREATE TABLE ids (id INT) WITH ('connector'='no-such-connector');
INSERT INTO ids SELECT id FROM orders;
INSERT INTO totals SELECT shop, COUNT(*) FROM orders GROUP BY shop;
SELECT id + 1 FROM orders;`;

function lakeFolder(): string {
  const { spec } = fixture.context.environment.objectStore;
  if (spec.kind !== 'local') throw new Error('the fixture has a local store');
  return join(spec.root, 'lake');
}

describe('preview', () => {
  it('shows the rows of one INSERT on live data with their kinds, and writes nothing', async () => {
    mkdirSync(join(lakeFolder(), 'in'), { recursive: true });
    const line = (id: number, shop: string) => JSON.stringify({ id, shop, ts: `2026-01-01 10:00:0${id}` });
    writeFileSync(join(lakeFolder(), 'in', 'a.json'), `${line(1, 'a')}\n${line(2, 'b')}\n${line(3, 'a')}\n`);
    const events = await read(await open({ sql: FILES, statement: 1 }));
    expect(events[0]).toMatchObject({
      type: 'started',
      sink: 'totals',
      columns: [
        { name: 'shop', type: 'STRING' },
        { name: 'n', type: 'BIGINT NOT NULL' },
      ],
    });
    expect(rowsOf(events)).toEqual(['+I a|1', '+I b|1', '-U a|1', '+U a|2']);
    expect(events.at(-1)).toMatchObject({ type: 'end', reason: 'finished', total: 4, recordsIn: 3 });
    expect(existsSync(join(lakeFolder(), 'out'))).toBe(false);
    expect(readdirSync(lakeFolder())).toEqual(['in']);
  });

  it('takes a SELECT by its number, and says when there is none', async () => {
    const events = await read(await open({ sql: FILES, statement: 2 }));
    expect(events[0]).toMatchObject({ type: 'started', sink: null });
    expect(rowsOf(events).sort()).toEqual(['+I 2', '+I 3', '+I 4']);
    const none = await read(await open({ sql: FILES, statement: 3 }));
    expect(none).toMatchObject([{ type: 'end', reason: 'failed' }]);
    expect(none[0]).toHaveProperty('message', expect.stringContaining('There is no query number 4: the script has 3.'));
  });

  it('runs on given rows and on made-up ones without asking anything outside, and closes windows', async () => {
    const sql = `CREATE TABLE clicks (who STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
      WITH ('connector'='filesystem','path'='obs://nowhere/at/all','format'='json');
      SELECT window_start, who, COUNT(*) FROM TABLE(TUMBLE(TABLE clicks, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY window_start, window_end, who;`;
    const samples = {
      clicks: [
        { who: 'x', ts: '2026-01-01 10:00:01' },
        { who: null, ts: '2026-01-01T10:00:02' },
        { who: 'x', ts: '2026-01-01 10:01:01' },
      ],
    };
    const given = await read(await open({ sql, source: 'sample', samples }));
    expect(rowsOf(given).sort()).toEqual(['+I 2026-01-01T10:00|NULL|1', '+I 2026-01-01T10:00|x|1', '+I 2026-01-01T10:01|x|1']);
    const made = await read(await open({ sql, source: 'sample', rows: 5 }));
    expect(rowsOf(made).length).toBe(5);
    expect(made.at(-1)).toMatchObject({ type: 'end', reason: 'rows', total: 5 });
    expect(existsSync(join(lakeFolder(), '..', 'nowhere'))).toBe(false);
  });

  it('tells the watermark, ends when it is stopped, and lets a user have two', async () => {
    const sql = `CREATE TABLE ticks (n INT, ts AS CURRENT_TIMESTAMP, WATERMARK FOR ts AS ts) WITH ('connector'='datagen','rows-per-second'='5');
      SELECT n FROM ticks;`;
    const readers = [await open({ sql }), await open({ sql })];
    const third = await browser.call('POST', '/sql/preview', { sql });
    expect(third).toMatchObject({ status: 429, body: { error: { code: 'too-many-requests' } } });
    const hasWatermark = (event: PreviewEvent) => event.type === 'rows' && event.watermarkAt !== null;
    const first = await read(readers[0]!, hasWatermark);
    expect(first.some(hasWatermark)).toBe(true);
    const { id } = first[0] as Extract<PreviewEvent, { type: 'started' }>;
    const stranger = (await fixture.addUser('sam')).browser;
    expect((await stranger.call('POST', `/sql/preview/${id}/stop`)).status).toBe(404);
    expect((await browser.call('POST', `/sql/preview/${id}/stop`)).status).toBe(200);
    expect((await read(readers[0]!)).at(-1)).toMatchObject({ type: 'end', reason: 'stopped' });
    await readers[1]!.cancel();
    expect((await read(await open({ sql, seconds: 1 }))).at(-1)).toMatchObject({ type: 'end', reason: 'time' });
  });

  it('ends when it needs more memory than it may take', async () => {
    const sql = `CREATE TABLE t (a STRING) WITH ('connector'='datagen','rows-per-second'='1000000','fields.a.length'='1000');
      SELECT a, COUNT(*) FROM t GROUP BY a HAVING COUNT(*) > 1000;`;
    const end = (await read(await open({ sql, seconds: 60 }))).at(-1);
    expect(end).toMatchObject({ type: 'end', reason: 'memory' });
  });

  it('reads the saved version of a job the caller may see, and of no other', async () => {
    const made = await browser.call('POST', '/jobs', { name: 'previewed', sql: FILES });
    const { id } = made.body.job;
    expect(rowsOf(await read(await open({ jobId: id, statement: 2 }))).length).toBe(3);
    const stranger = (await fixture.addUser('tom')).browser;
    expect((await stranger.call('POST', '/sql/preview', { jobId: id })).status).toBe(404);
  });
});
