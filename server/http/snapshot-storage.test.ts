/** Cost, orphan files, retention rules and the full check of a snapshot, over the API and a real local object store. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MANIFEST_NAME } from '../engine/checkpoint/manifest.ts';
import { encodeManifest } from '../engine/checkpoint/manifest-codec.ts';
import { StoreError } from '../storage/contract.ts';
import { manifestOf } from '../supervisor/fake-engine.ts';
import { type Browser, ConsoleFixture } from './console-fixture.ts';

let fixture: ConsoleFixture;
let admin: Browser;
let member: Browser;
let jobId = 0;
let folder = '';
beforeAll(async () => {
  fixture = await ConsoleFixture.open();
  admin = (await fixture.addUser('ada', 'admin')).browser;
  member = (await fixture.addUser('max')).browser;
  // Files are written now; two days later they are no longer young.
  fixture.clock.nowValue = Date.now() + 2 * 86_400_000;
  const job = (await admin.call('POST', '/jobs', { name: 'orders', sql: 'SELECT 1' })).body.job;
  jobId = job.id;
  folder = (job.checkpointFolder as string).replace('obs://tidemark/', '');
  await fixture.context.store.ensureBucket('tidemark');
});
afterAll(() => fixture.close());

const put = (key: string, text: string) => fixture.context.store.put({ bucket: 'tidemark', key: `${folder}/${key}` }, Buffer.from(text));

/** A checkpoint with one part, in the store and in the catalogue. */
async function checkpoint(number: number, daysOld: number): Promise<string> {
  const part = { path: `part-${number}`, size: 4, sha256: createHash('sha256').update('part').digest('hex') };
  await put(`chk-${number}/part-${number}`, 'part');
  const facts = { kind: 'checkpoint', trigger: 'periodic', checkpointId: number, createdMs: 1, recordsIn: number } as const;
  const spec = { jobId: String(jobId), jobName: 'orders', generation: 1, runId: 'r', parallelism: 1, sql: '' };
  const tables = [{ operatorUid: 'a', table: 't', formatVersion: 1, layout: {}, parts: [{ part, keyGroups: [] }], records: 1 }];
  const manifest = encodeManifest({ ...manifestOf(spec, facts), tables });
  await fixture.context.store.put({ bucket: 'tidemark', key: `${folder}/chk-${number}/${MANIFEST_NAME}` }, manifest);
  const row = await fixture.context.database.snapshot.create({
    data: {
      jobId,
      name: `chk-${number}`,
      kind: 'checkpoint',
      origin: 'checkpoint',
      engine: 'embedded',
      path: `obs://tidemark/${folder}/chk-${number}`,
      createdAt: new Date(fixture.clock.nowValue - daysOld * 86_400_000),
      durationMs: 1,
      sizeBytes: 4n,
    },
  });
  return row.id;
}

const storage = async (by = admin) => (await by.call('GET', '/snapshots/storage')).body;
const orphanKeys = async () => (await storage()).orphans.map((file: { key: string }) => file.key.slice(folder.length + 1));

describe('storage of snapshots', () => {
  it('counts what lies in a job’s folders and finds what no manifest names', async () => {
    await checkpoint(1, 3);
    await put('chk-2/part-2', 'never completed');
    await put('shared/left', 'left behind');
    // By it a run that slept knows that it has a successor.
    await put('_lease/000000000000002', '{}');
    const all = await storage();
    expect(all.jobs).toEqual([expect.objectContaining({ jobId, jobName: 'orders', objects: 5, snapshots: 1, orphans: 2, unjudged: null })]);
    expect(all.isComplete).toBe(true);
    expect(await orphanKeys()).toEqual(expect.arrayContaining(['chk-2/part-2', 'shared/left']));
    expect((await storage(member)).jobs).toEqual([]);
  });

  it('never takes what is young, of a live run, or beside a manifest that cannot be read', async () => {
    fixture.clock.nowValue -= 1.5 * 86_400_000;
    expect(await orphanKeys()).toEqual([]);
    fixture.clock.nowValue += 1.5 * 86_400_000;
    await fixture.context.database.job.update({ where: { id: jobId }, data: { status: 'job_running', desired: 'running' } });
    expect((await storage()).jobs[0]).toMatchObject({ orphans: 0, unjudged: expect.stringContaining('runs') });
    const file = { bucket: 'tidemark', key: `${folder}/shared/left` };
    expect((await admin.call('POST', '/snapshots/orphans/delete', { files: [file] })).body).toMatchObject({
      deleted: [],
      kept: [{ key: file.key }],
    });
    await fixture.context.database.job.update({ where: { id: jobId }, data: { status: 'job_cancel_success', desired: 'stopped' } });
    await put(`chk-9/${MANIFEST_NAME}`, 'cut');
    expect((await storage()).jobs[0].unjudged).toContain('chk-9/_metadata cannot be read');
    await fixture.context.store.delete({ bucket: 'tidemark', key: `${folder}/chk-9/${MANIFEST_NAME}` });
  });

  it('deletes with undo, for administrators, and only what is an orphan now', async () => {
    const left = { bucket: 'tidemark', key: `${folder}/shared/left` };
    const named = { bucket: 'tidemark', key: `${folder}/chk-1/part-1` };
    expect((await member.call('POST', '/snapshots/orphans/delete', { files: [left] })).status).toBe(403);
    const lease = { bucket: 'tidemark', key: `${folder}/_lease/000000000000002` };
    const answer = (
      await admin.call('POST', '/snapshots/orphans/delete', { files: [left, lease, named, { bucket: 'tidemark', key: 'else/where' }] })
    ).body;
    expect([answer.deleted.length, answer.kept.map((one: { key: string }) => one.key)]).toEqual([1, [lease.key, named.key, 'else/where']]);
    expect(await orphanKeys()).toEqual(['chk-2/part-2']);
    expect((await storage()).deleted).toEqual([
      expect.objectContaining({ key: left.key, deletedBy: 'ada', undoUntil: fixture.clock.nowValue + 7 * 86_400_000 }),
    ]);
    expect(await fixture.context.store.head(left)).not.toBeNull();
    expect((await admin.call('POST', '/snapshots/orphans/undelete', { ids: answer.deleted })).status).toBe(200);
    expect((await orphanKeys()).length).toBe(2);
  });

  it('verifies every byte and no longer offers what is damaged', async () => {
    const id = await checkpoint(3, 0);
    expect((await admin.call('POST', `/snapshots/${id}/verify`)).body.proven).toMatchObject({ isGood: true });
    await put('chk-3/part-3', 'prat');
    expect((await admin.call('POST', `/snapshots/${id}/verify`)).body.proven).toMatchObject({ isGood: false });
    expect((await member.call('POST', `/snapshots/${id}/verify`)).status).toBe(404);
    expect((await admin.call('GET', '/snapshots?proven=yes')).body.total).toBe(0);
    expect(
      (await admin.call('GET', '/snapshots?q=ORD&engine=embedded&olderThan=48')).body.items.map((one: { name: string }) => one.name),
    ).toEqual(['chk-1']);
    // Nor does the job point to it again when something else of it changes: a rule would keep it and take the good one.
    const good = (await admin.call('GET', '/snapshots?q=chk-1')).body.items[0].id;
    for (const isPinned of [true, false]) await admin.call('PATCH', `/snapshots/${good}`, { isPinned });
    expect((await fixture.context.database.job.findUniqueOrThrow({ where: { id: jobId } })).newestSnapshotId).toBe(good);
    const rule = { checkpoints: 1, checkpointDays: 1, savepoints: null, savepointDays: null, dryRun: true };
    expect((await admin.call('PUT', `/jobs/${jobId}/retention`, rule)).body.goes.names).not.toContain('chk-1');
  });

  it('brings back what was deleted, but not once its files are on their way out', async () => {
    const id = await checkpoint(6, 0);
    await admin.call('DELETE', `/snapshots/${id}`);
    expect((await admin.call('POST', `/snapshots/${id}/undelete`)).body).toMatchObject({ undoUntil: null });
    await admin.call('DELETE', `/snapshots/${id}`);
    const { database, clock } = fixture.context;
    await database.snapshot.update({ where: { id }, data: { expiresAt: new Date(clock.nowMs()) } });
    const refused = await admin.call('POST', `/snapshots/${id}/undelete`);
    expect([refused.status, refused.body.error.code]).toEqual([409, 'in-use']);
    expect((await database.snapshot.findUniqueOrThrow({ where: { id } })).deletedAt).not.toBeNull();
  });

  it('tells what a retention rule would take before it is saved', async () => {
    // The newest never goes by a rule.
    const newest = await checkpoint(4, 0);
    await admin.call('POST', `/snapshots/${newest}/verify`);
    const body = { checkpointDays: 1, savepoints: null, savepointDays: null };
    const dry = (await admin.call('PUT', `/jobs/${jobId}/retention`, { ...body, dryRun: true })).body;
    expect(dry).toMatchObject({ goes: { snapshots: 1, bytes: 4, names: ['chk-1'] }, effective: { checkpoints: 5, checkpointDays: 1 } });
    expect((await admin.call('GET', `/jobs/${jobId}/retention`)).body).toMatchObject({
      own: { checkpointDays: null },
      goes: { snapshots: 0 },
    });
    expect((await member.call('PUT', `/jobs/${jobId}/retention`, body)).status).toBe(404);
    expect((await admin.call('PUT', `/jobs/${jobId}/retention`, { ...body, checkpoints: 9 })).body.effective).toMatchObject({
      checkpoints: 9,
      checkpointDays: 1,
    });
    expect((await admin.call('GET', `/jobs/${jobId}`)).body.job.options.checkpointsRetained).toBe(9);
    await admin.call('PATCH', '/settings', { savepointsRetained: 3 });
    expect((await admin.call('GET', `/jobs/${jobId}/retention`)).body).toMatchObject({
      defaults: { savepoints: 3 },
      effective: { savepoints: 3 },
    });
  });

  it('answers while the clock is set back, snapshots go, and folders of others lie there', async () => {
    const { clock, context } = fixture;
    const { store } = context;
    await store.put({ bucket: 'tidemark', key: 'jobs/savepoint/99999999999/x' }, Buffer.from('of another'));
    let isOver = false;
    // What a running job and its retention do all the time.
    const churn = (async () => {
      for (let number = 100; !isOver; number++) {
        for (const name of ['part', MANIFEST_NAME]) await put(`chk-${number}/${name}`, 'x');
        for (const name of [MANIFEST_NAME, 'part']) await store.delete({ bucket: 'tidemark', key: `${folder}/chk-${number}/${name}` });
      }
    })();
    const wall = clock.nowMs;
    clock.nowMs = () => clock.nowValue--;
    const real = clock.monotonicMs;
    clock.monotonicMs = () => performance.now();
    try {
      for (let look = 0; look < 40; look++) {
        const answer = await admin.call('GET', '/snapshots/storage');
        expect([answer.status, answer.body.jobs.map((one: { jobId: number }) => one.jobId)]).toEqual([200, [jobId]]);
      }
    } finally {
      clock.nowMs = wall;
      clock.monotonicMs = real;
      isOver = true;
      await churn;
    }
    expect(fixture.logged).toEqual([]);
    const id = await checkpoint(5, 0);
    await context.database.snapshot.update({ where: { id }, data: { durationMs: -3 } });
    expect((await admin.call('GET', `/snapshots/${id}`)).body.durationMs).toBe(0);
  });

  it('says a store in whose way others are is the store’s answer, not a defect', async () => {
    const { store } = fixture.context;
    const list = store.list.bind(store);
    try {
      for (const code of ['conflict', 'corrupt'] as const) {
        store.list = () => Promise.reject(new StoreError(code, 'The file became shorter while it was read.'));
        expect((await admin.call('GET', '/snapshots/storage')).body.error).toMatchObject({
          code: 'store-unreachable',
          message: expect.stringContaining('shorter'),
        });
      }
    } finally {
      store.list = list;
    }
  });

  it('stops looking when the time is over, and says so', async () => {
    const { clock } = fixture;
    const real = clock.monotonicMs;
    let asked = 0;
    clock.monotonicMs = () => 30_000 * asked++;
    expect(await storage().finally(() => Object.assign(clock, { monotonicMs: real }))).toMatchObject({ isComplete: false, jobs: [] });
  });
});
