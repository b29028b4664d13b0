/** Packages over the API: versions, checksum, used by, refusals, rights, and what engines find. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPackage, type PackageFile, statPackage } from '../packages/package-files.ts';
import { type Browser, ConsoleFixture, ORIGIN } from './console-fixture.ts';
import { dispatch } from './dispatch.ts';

let fixture: ConsoleFixture;
let browser: Browser;
beforeAll(async () => {
  fixture = await ConsoleFixture.open();
  browser = (await fixture.addUser('eva')).browser;
});
afterAll(() => fixture.close());

const sha = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

async function upload(query: Record<string, string>, bytes: Uint8Array, by = browser, type = 'application/octet-stream') {
  const headers = { cookie: by.cookie, origin: ORIGIN, host: '127.0.0.1:3000', 'content-type': type };
  const url = `${ORIGIN}/api/v1/packages?${new URLSearchParams(query)}`;
  return fixture.send(new Request(url, { method: 'POST', headers, body: Uint8Array.from(bytes) }));
}

async function bytesOf(file: PackageFile): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of openPackage(fixture.context.store, file)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

// More than two parts of an upload, and no part like another.
const LARGE = Buffer.alloc(17 * 1024 * 1024 + 3, 0).map((_, index) => (index * 7 + (index >> 13)) & 255);

describe('packages', () => {
  it('keep every upload as a version, found by path and by name', async () => {
    const first = await upload({ group: 'udf', name: 'trip.jar', kind: 'jar', description: 'Trips' }, Buffer.from('one'));
    expect(first.status).toBe(201);
    const second = await upload({ group: 'udf', name: 'trip.jar', kind: 'jar', sha256: sha(LARGE) }, LARGE);
    expect(second.body).toMatchObject({ group: 'udf', description: 'Trips', isMine: true });
    const [newest, oldest] = second.body.versions;
    expect([newest.number, newest.status, newest.sizeBytes, newest.sha256]).toEqual([2, 'finished', LARGE.length, sha(LARGE)]);
    expect([oldest.number, oldest.sha256]).toEqual([1, sha(Buffer.from('one'))]);
    expect(newest.path).not.toBe(oldest.path);

    const { database } = fixture.context;
    const byName = (await statPackage(database, fixture.projectId, 'udf/trip.jar')) as PackageFile;
    expect(byName.number).toBe(2);
    expect(sha(await bytesOf(byName))).toBe(sha(LARGE));
    const byPath = (await statPackage(database, fixture.projectId, oldest.path.replace('obs:', 's3:'))) as PackageFile;
    expect((await bytesOf(byPath)).toString()).toBe('one');
    expect(await statPackage(database, fixture.projectId, 'trip.jar')).toBeNull();

    const answer = await dispatch(fixture.context, browser.request('GET', `/packages/${second.body.id}/versions/1/file`));
    expect([answer.status, await answer.text()]).toEqual([200, 'one']);
  });

  it('leave no file behind when the package is deleted, or the database fails, while a file comes', async () => {
    const { store, database } = fixture.context;
    const original = fixture.context;
    const put = store.put.bind(store);
    const keys: string[] = [];
    store.put = async (ref, body) => {
      keys.push(ref.key);
      await put(ref, body);
      if (keys.length === 1) await database.package.deleteMany({ where: { name: 'gone.jar' } });
      // The second: what is done then cannot be written down.
      else fixture.context.database.$transaction = () => Promise.reject(new Error('the database is away'));
    };
    const transaction = database.$transaction;
    try {
      expect((await upload({ name: 'gone.jar', kind: 'jar' }, Buffer.from('one'))).body.error.code).toBe('not-found');
      expect((await upload({ name: 'kept.jar', kind: 'jar' }, Buffer.from('two'))).status).toBe(500);
    } finally {
      store.put = put;
      database.$transaction = transaction;
      fixture.context = original;
    }
    for (const key of keys) expect(await store.head({ bucket: 'tidemark', key })).toBeNull();
    const [row] = (await browser.call('GET', '/packages?q=kept.jar')).body.items;
    expect(row.versions.map((version: { status: string }) => version.status)).toEqual(['failed']);
  });

  it('say at the end when the bytes in the store are not those uploaded', async () => {
    const { body } = await upload({ name: 'changed.jar', kind: 'jar' }, Buffer.from('right'));
    const file = (await statPackage(fixture.context.database, fixture.projectId, 'changed.jar')) as PackageFile;
    const path = file.path.replace('obs://', '');
    const slash = path.indexOf('/');
    await fixture.context.store.put({ bucket: path.slice(0, slash), key: path.slice(slash + 1) }, Buffer.from('wrong'));
    await expect(bytesOf(file)).rejects.toThrow(/is not the file that was uploaded/);
    expect(body.versions[0].sizeBytes).toBe(5);
  });

  it('refuse what is empty, cut on the way, or of another type, and keep nothing of it', async () => {
    const name = { name: 'cut.jar', kind: 'jar' };
    const cut = await upload({ ...name, sha256: sha(LARGE) }, LARGE.subarray(0, LARGE.length - 1));
    expect([cut.status, cut.body.error.message]).toEqual([400, expect.stringContaining(`not ${sha(LARGE)}`)]);
    expect((await upload(name, Buffer.alloc(0))).status).toBe(400);
    const failed = (await browser.call('GET', '/packages?q=cut')).body.items[0];
    expect(failed.versions.map((one: { status: string }) => one.status)).toEqual(['failed', 'failed']);
    const path = failed.versions[1].path.replace('obs://', '') as string;
    const ref = { bucket: path.slice(0, path.indexOf('/')), key: path.slice(path.indexOf('/') + 1) };
    expect(await fixture.context.store.head(ref)).toBeNull();
    expect(await statPackage(fixture.context.database, fixture.projectId, 'cut.jar')).toBeNull();
    expect((await upload({ name: 'cut.jar', kind: 'file' }, Buffer.from('x'))).body.error.code).toBe('invalid-request');
    expect((await upload({ name: '../x.jar', kind: 'jar' }, Buffer.from('x'))).status).toBe(400);
    expect((await upload(name, Buffer.from('x'), browser, 'application/json')).status).toBe(415);
  });

  it('are not deleted while a job names them, nor by another member', async () => {
    const made = (await upload({ group: 'jobs', name: 'main.jar', kind: 'jar' }, Buffer.from('main'))).body;
    await upload({ group: 'jobs', name: 'main.jar', kind: 'jar' }, Buffer.from('main 2'));
    const { path } = made.versions[0];
    const job = (await browser.call('POST', '/jobs', { name: 'jar-job', type: 'flink_jar_job', options: { entrypoint: path } })).body.job;
    const users = await browser.call('GET', `/packages/${made.id}/jobs`);
    expect(users.body).toEqual({ jobs: [{ jobId: job.id, name: 'jar-job', numbers: [1], isRunning: false }], hidden: 0 });
    const other = (await fixture.addUser('max')).browser;
    expect((await other.call('GET', `/packages/${made.id}/jobs`)).body).toEqual({ jobs: [], hidden: 1 });
    expect((await other.call('DELETE', `/packages/${made.id}`)).status).toBe(403);
    expect((await upload({ group: 'jobs', name: 'main.jar', kind: 'jar' }, Buffer.from('evil'), other)).status).toBe(403);

    expect((await browser.call('DELETE', `/packages/${made.id}`)).body.error).toMatchObject({ code: 'in-use' });
    expect((await browser.call('DELETE', `/packages/${made.id}/versions/1`)).body.error).toMatchObject({ code: 'in-use' });
    expect((await browser.call('DELETE', `/packages/${made.id}/versions/2`)).status).toBe(200);
    // DLI's way to name a package means its newest version, which is the first again.
    const dli = await browser.call('PATCH', `/jobs/${job.id}`, { baseVersion: 1, options: { entrypoint: 'jobs/main.jar' } });
    expect(dli.status).toBe(200);
    expect((await browser.call('DELETE', `/packages/${made.id}`)).body.error.message).toMatch(/used by 1 job/);
    await browser.call('PATCH', `/jobs/${job.id}`, { baseVersion: 2, options: { entrypoint: 'obs://elsewhere/x.jar' } });
    expect((await browser.call('DELETE', `/packages/${made.id}`)).status).toBe(200);
    expect(await statPackage(fixture.context.database, fixture.projectId, path)).toBeNull();
    const audit = await fixture.context.database.auditEntry.findMany({ where: { objectType: 'package', objectName: 'jobs/main.jar' } });
    expect(audit.map((entry) => `${entry.action} ${entry.result}`)).toEqual([
      'uploadResources done',
      'uploadResources done',
      'deleteResource refused',
      'uploadResources refused',
      'deleteResource refused',
      'deleteResource refused',
      'deleteResource done',
      'deleteResource refused',
      'deleteResource done',
    ]);
  });
});
