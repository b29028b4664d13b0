/** Export and import of jobs: what travels, what does not, and what a hostile or broken archive can do (nothing). */
import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Browser, ConsoleFixture, ORIGIN } from './console-fixture.ts';
import { dispatch } from './dispatch.ts';

let fixture: ConsoleFixture;
let browser: Browser;
beforeAll(async () => {
  fixture = await ConsoleFixture.open();
  browser = (await fixture.addUser('eva')).browser;
});
afterAll(() => fixture.close());

const SQL = `CREATE TABLE s (a INT) WITH ('connector'='kafka', 'properties.sasl.jaas.config' = 'x password="canary''1";', 'topic'='t');
-- 'password' = 'canary2'
CREATE TABLE d (a INT) WITH ('connector'='jdbc','url'='jdbc:postgresql://u:canary3@h/db','password'='canary4');
INSERT INTO d SELECT a FROM s WHERE 'x' = 'y';`;

async function exported(body: unknown, by = browser): Promise<Uint8Array> {
  const response = await dispatch(fixture.context, by.request('POST', '/jobs/export', body));
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/zip']);
  expect(response.headers.get('content-disposition')).toMatch(/^attachment; filename="tidemark-jobs-[\d-]+T[\d-]+\.zip"$/);
  return new Uint8Array(await response.arrayBuffer());
}

async function imported(zip: Uint8Array, query = '', by = browser) {
  const headers = { cookie: by.cookie, origin: ORIGIN, host: '127.0.0.1:3000', 'content-type': 'application/zip' };
  const body = Uint8Array.from(zip);
  return fixture.send(new Request(`${ORIGIN}/api/v1/jobs/import${query}`, { method: 'POST', headers, body }));
}

const allJobs = () => fixture.context.database.job.count({ where: { deletedAt: null } });

describe('job archives', () => {
  it('carry versions, options and tags to another user, and no secret', async () => {
    const made = await browser.call('POST', '/jobs', {
      name: 'orders',
      description: 'd',
      sql: 'SELECT 1',
      options: { parallelism: 2, runtimeConfiguration: { 'my.api-key': 'canary5' } },
      tags: [{ key: 'team', value: 'a' }],
    });
    const { id } = made.body.job;
    await browser.call('PATCH', `/jobs/${id}`, { baseVersion: 1, sql: SQL, note: 'second' });
    const zip = await exported({ jobIds: [id] });
    const files = unzipSync(zip);
    const text = Object.entries(files)
      .map(([name, bytes]) => name + strFromU8(bytes))
      .join('\n');
    expect(text).not.toContain('canary');
    expect(text).toContain("'x' = 'y'");
    const other = await ConsoleFixture.open();
    try {
      const eve = (await other.addUser('eve')).browser;
      const headers = { cookie: eve.cookie, origin: ORIGIN, host: '127.0.0.1:3000', 'content-type': 'application/zip' };
      const send = (query: string) =>
        other.send(new Request(`${ORIGIN}/api/v1/jobs/import${query}`, { method: 'POST', headers, body: Uint8Array.from(zip) }));
      expect((await send('?dryRun=true')).body).toMatchObject({ dryRun: true, results: [{ outcome: 'made', jobId: null, versions: 2 }] });
      expect(await other.context.database.job.count()).toBe(0);
      const result = (await send('')).body.results[0];
      expect(result).toMatchObject({ name: 'orders', outcome: 'made', versions: 2 });
      expect(result.warnings[0]).toContain('properties.sasl.jaas.config');
      const job = (await eve.call('GET', `/jobs/${result.jobId}`)).body.job;
      expect(job).toMatchObject({
        status: 'job_init',
        version: 2,
        description: 'd',
        tags: [{ key: 'team', value: 'a' }],
        options: { parallelism: 2 },
      });
      expect((await eve.call('GET', `/jobs/${result.jobId}/versions/1`)).body.sql).toBe('SELECT 1');
      expect((await send('')).body.results[0]).toMatchObject({ outcome: 'skipped' });
      const audit = await other.context.database.auditEntry.findMany({ where: { action: 'importStreamJob' } });
      expect(audit.map((entry) => [entry.result, entry.objectId])).toEqual([['done', String(result.jobId)]]);
    } finally {
      await other.close();
    }
  });

  it('overwrite a job at rest only, and keep its history', async () => {
    const { id } = (await browser.call('POST', '/jobs', { name: 'again', sql: 'SELECT 1' })).body.job;
    const zip = await exported({ filter: { q: 'again' } });
    await browser.call('PATCH', `/jobs/${id}`, { baseVersion: 1, sql: 'SELECT 2' });
    const { database } = fixture.context;
    await database.job.update({ where: { id }, data: { status: 'job_running', desired: 'running' } });
    expect((await imported(zip, '?overwrite=true')).body.results).toMatchObject([{ outcome: 'refused', jobId: null }]);
    await database.job.update({ where: { id }, data: { status: 'job_cancel_success', desired: 'stopped', hadState: true } });
    expect((await imported(zip, '?overwrite=true')).body.results).toMatchObject([{ outcome: 'overwritten', jobId: id }]);
    expect((await browser.call('GET', `/jobs/${id}`)).body.job).toMatchObject({ version: 3, sql: 'SELECT 1', hadState: true });
    const stranger = (await fixture.addUser('sam')).browser;
    expect((await imported(zip, '?overwrite=true', stranger)).body.results).toMatchObject([{ outcome: 'refused' }]);
    expect((await stranger.call('POST', '/jobs/export', { jobIds: [id] })).status).toBe(404);
  });

  it('that are none, are damaged or would grow are refused whole', async () => {
    const before = await allJobs();
    const { id } = (await browser.call('POST', '/jobs', { name: 'bomb', sql: 'SELECT 1' })).body.job;
    const zip = await exported({ jobIds: [id] });
    await browser.call('POST', '/jobs/delete', { jobIds: [id] });
    await fixture.context.database.job.update({ where: { id }, data: { deletedAt: new Date(), liveName: null } });
    const files = unzipSync(zip);
    const withFile = (name: string, bytes: Uint8Array) => zipSync({ ...files, [name]: bytes });
    expect(await imported(strToU8('no zip'))).toMatchObject({ status: 400 });
    expect(await imported(zip.slice(0, zip.length - 30))).toMatchObject({ status: 400 });
    expect(await imported(zipSync({ 'a.txt': strToU8('x') }))).toMatchObject({ status: 400 });
    expect(await imported(withFile('pad', new Uint8Array(1_000_000)))).toMatchObject({ status: 413 });
    const many = Object.fromEntries(Array.from({ length: 20_001 }, (_, i) => [`f${i}`, new Uint8Array(0)]));
    expect(await imported(zipSync({ ...files, ...many }, { level: 0 }))).toMatchObject({ status: 413 });
    // The directory states a small size, the entry unpacks to more: what is beyond is never made.
    const liar = withFile('jobs/0001-bomb/version-1.sql', new Uint8Array(60_000).fill(32));
    const view = new DataView(liar.buffer, liar.byteOffset);
    for (let at = 0; at + 4 < liar.length; at++) {
      if (view.getUint32(at, true) === 0x02014b50 && view.getUint32(at + 24, true) === 60_000) view.setUint32(at + 24, 10, true);
    }
    const result = (await imported(liar, '?dryRun=true')).body;
    expect(result.results?.[0]?.outcome ?? result.error?.code).not.toBe('overwritten');
    const badJob = withFile('jobs/0001-bomb/job.json', strToU8('{"name":"bomb"}'));
    expect((await imported(badJob)).body.results).toMatchObject([{ name: 'bomb', outcome: 'refused' }]);
    expect(await allJobs()).toBe(before);
    expect(await fixture.send(browser.request('POST', '/jobs/import', {}))).toMatchObject({ status: 415 });
  });
});
