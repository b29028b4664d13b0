/** What a job's pages read: runs, ledger, exceptions, time series, the tide line, logs. */
import { appendFileSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exposureAges } from '../services/get-tide.ts';
import { type Browser, ConsoleFixture } from './console-fixture.ts';

let fixture: ConsoleFixture;
let browser: Browser;
let jobId: number;
/** The test's noon, on a whole ten minutes. */
const T = Date.UTC(2026, 10, 24, 20, 30);
const at = (seconds: number) => new Date(T + seconds * 1_000);
const zero = JSON.stringify({ value: 0, confidence: 'exact', basis: null });

beforeAll(async () => {
  fixture = await ConsoleFixture.open();
  browser = (await fixture.addUser('ann')).browser;
  jobId = (await browser.call('POST', '/jobs', { name: 'history' })).body.job.id;
  const { database } = fixture.context;
  const logPath = join(fixture.context.environment.dataDir, 'logs', 'run-2.log');
  mkdirSync(join(logPath, '..'), { recursive: true });
  const snapshot = { jobId, kind: 'checkpoint', origin: 'checkpoint', engine: 'embedded', durationMs: 5, sizeBytes: 10n };
  const first = await database.snapshot.create({ data: { ...snapshot, name: 'chk-1', path: 'obs://t/1', createdAt: at(30) } });
  await database.snapshot.create({ data: { ...snapshot, name: 'chk-2', path: 'obs://t/2', createdAt: at(130) } });
  const run = { jobId, jobVersion: 1, generation: 1, engine: 'embedded', parallelism: 1 };
  await database.run.create({ data: { ...run, number: 1, start: 'empty', startedAt: at(0), endedAt: at(60), endCause: 'failed' } });
  await database.run.create({ data: { ...run, number: 2, start: 'auto-restart', restoredFromId: first.id, startedAt: at(100), logPath } });
  for (const [seconds, records] of [
    [10, 5],
    [20, 9],
    [110, 7],
  ] as const) {
    const values = { exposureRecords: { min: 1, max: records, sum: records, count: 1 }, cpu: { min: 0, max: 4, sum: 4, count: 2 } };
    await database.metricPoint.create({ data: { jobId, resolutionSeconds: 10, at: at(seconds), valuesJson: JSON.stringify(values) } });
  }
  const event = { jobId, kind: 'exception', level: 'error', message: 'The bucket refused the write.', causeKey: 'bucket' };
  await database.jobEvent.create({ data: { ...event, at: at(50) } });
  await database.jobEvent.create({ data: { ...event, at: at(60), message: 'The bucket refused again.' } });
  await database.jobEvent.create({ data: { ...event, at: at(40), kind: 'checkpoint-failed', causeKey: null, message: 'chk-2' } });
  const ledger = {
    jobId,
    kind: 'auto-restart',
    who: 'supervisor',
    text: 'x',
    lostJson: zero,
    readAgainJson: zero,
    doubledJson: zero,
    verdict: 'ok',
  };
  await database.ledgerEntry.create({ data: { ...ledger, at: at(100), snapshotId: first.id, snapshotName: 'chk-1' } });
});
afterAll(() => fixture.close());

const get = async (path: string) => {
  const answer = await browser.call('GET', `/jobs/${jobId}${path}`);
  expect([path, answer.status, answer.body.error]).toEqual([path, 200, undefined]);
  return answer.body;
};

describe('history', () => {
  it('tells runs with what they began from, and exceptions by cause', async () => {
    const runs = (await get('/runs')).items;
    expect(runs.map((run: { number: number }) => run.number)).toEqual([2, 1]);
    expect(runs[0].restoredFrom).toMatchObject({ name: 'chk-1', origin: 'checkpoint' });
    expect((await get('/exceptions')).groups).toMatchObject([
      { causeKey: 'bucket', count: 2, firstAt: T + 50_000, lastAt: T + 60_000, message: 'The bucket refused again.' },
    ]);
    expect((await get('/ledger')).items[0]).toMatchObject({ snapshot: { name: 'chk-1' }, lost: { value: 0 } });
    expect((await get('/events?kind=exception')).total).toBe(2);
  });

  it('folds time series to the points that are drawn: means, and the worst where that counts', async () => {
    fixture.clock.nowValue = T + 200_000;
    const fine = await get(`/metrics?from=${T}&to=${T + 120_000}&points=12`);
    expect(fine.resolutionMs).toBe(10_000);
    expect(fine.series.exposureRecords).toEqual([null, 5, 9, null, null, null, null, null, null, null, null, 7]);
    const coarse = await get(`/metrics?from=${T}&to=${T + 120_000}&points=2&names=exposureRecords,cpu`);
    expect(coarse.series).toEqual({ exposureRecords: [9, 7], cpu: [2, 2] });
    expect((await browser.call('GET', `/jobs/${jobId}/metrics?from=5&to=5`)).status).toBe(400);
  });

  it('draws the tide: age since the newest good snapshot while a run is alive, nothing between runs', async () => {
    fixture.clock.nowValue = T + 200_000;
    const tide = await get(`/tide?from=${T}&to=${T + 160_000}&points=16`);
    expect(tide.runs.map((run: { number: number }) => run.number)).toEqual([1, 2]);
    expect(tide.snapshots.map((each: { name: string; ok: boolean }) => [each.name, each.ok])).toEqual([
      ['chk-1', true],
      ['chk-2', false],
      ['chk-2', true],
    ]);
    const ages = new Map(tide.exposure.map((each: { at: number; maxAgeMs: number }) => [(each.at - T) / 1_000, each.maxAgeMs / 1_000]));
    expect([ages.get(20), ages.get(30), ages.get(50)]).toEqual([30, 10, 30]);
    expect([ages.has(60), ages.has(90)]).toEqual([false, false]);
    expect([ages.get(100), ages.get(120), ages.get(130), ages.get(150)]).toEqual([10, 30, 10, 30]);
  });

  it('begins at the first run and is a minute long at least', async () => {
    const tide = await get(`/tide?from=${T - 3_600_000}&to=${T + 5_000}&points=16`);
    const began = tide.runs[0].startedAt;
    expect([tide.from, tide.to]).toEqual([began - 1_000, began + 59_000]);
    const metrics = await get(`/metrics?from=${T - 3_600_000}&to=${T + 160_000}&points=16&names=recordsInRate`);
    expect(metrics.from).toBeGreaterThan(T - 60_000);
  });

  it('counts the age before a snapshot inside a bucket, not only at its end', () => {
    expect(exposureAges([{ from: 0, to: 100 }], [90], [0], 100)).toEqual([90]);
    expect(exposureAges([{ from: 0, to: 100 }], [10], [0], 100)).toEqual([90]);
    expect(exposureAges([{ from: 50, to: 60 }], [], [0, 100], 100)).toEqual([10, null]);
  });
});

describe('logs', () => {
  it('reads the end, older lines, newer lines as they come, and only whole ones', async () => {
    const file = join(fixture.context.environment.dataDir, 'logs', 'run-2.log');
    const line = (n: number, level: string) => `2026-11-24T20:41:0${n}.000Z ${level} [source] line ${n}\n`;
    writeFileSync(file, `${line(1, 'INFO') + line(2, 'ERROR')}    at somewhere\n${line(3, 'WARN')}`);
    const texts = (body: { lines: { text: string }[] }) => body.lines.map((each) => each.text);
    const end = await get('/logs?limit=2');
    expect([texts(end), end.hasOlder, end.run]).toEqual([['    at somewhere', 'line 3'], true, 2]);
    expect(texts(await get(`/logs?before=${end.lines[0].cursor}`))).toEqual(['line 1', 'line 2']);
    // A stack goes with the line it belongs to.
    expect(texts(await get('/logs?level=error'))).toEqual(['line 2', '    at somewhere']);
    expect(texts(await get('/logs?search=LINE%203'))).toEqual(['line 3']);
    appendFileSync(file, `${line(4, 'INFO')}2026-11-24T20:41:05.000Z INFO [sou`);
    const more = await get(`/logs?after=${end.end}`);
    expect(texts(more)).toEqual(['line 4']);
    appendFileSync(file, 'rce] line 5\n');
    expect(texts(await get(`/logs?after=${more.end}`))).toEqual(['line 5']);
    const paged = await get('/logs?after=0&limit=2');
    expect([texts(paged), texts(await get(`/logs?after=${paged.end}&limit=2`))]).toEqual([
      ['line 1', 'line 2'],
      ['    at somewhere', 'line 3'],
    ]);
  });

  it('reads rotated files as one text, and messages of several lines as they were', async () => {
    const file = join(fixture.context.environment.dataDir, 'logs', 'run-2.log');
    const line = (text: string) => `2026-11-24T20:41:07.000Z INFO  ${text}\n`;
    writeFileSync(file, line('one') + line('two'));
    const before = await get('/logs');
    renameSync(file, `${file}.1`);
    writeFileSync(file, line('three\\n  at C:\\\\x'));
    const texts = (body: { lines: { text: string }[] }) => body.lines.map((each) => each.text);
    expect(texts(await get('/logs'))).toEqual(['one', 'two', 'three\n  at C:\\x']);
    expect(texts(await get(`/logs?after=${before.end}`))).toEqual(['three\n  at C:\\x']);
  });

  it('reads no file outside the log folder', async () => {
    await fixture.context.database.run.updateMany({ where: { jobId, number: 2 }, data: { logPath: '/etc/passwd' } });
    expect((await browser.call('GET', `/jobs/${jobId}/logs`)).status).toBe(404);
    expect((await get('/logs?run=1')).lines).toEqual([]);
  });
});
