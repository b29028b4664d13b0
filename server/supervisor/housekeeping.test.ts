import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MANIFEST_NAME, type ManifestTable } from '../engine/checkpoint/manifest.ts';
import { encodeManifest } from '../engine/checkpoint/manifest-codec.ts';
import { objectIn } from '../engine/checkpoint/snapshot-folder.ts';
import { masterKeyOf } from '../secrets/seal.ts';
import { folderAt } from '../snapshots/snapshot-place.ts';
import { MemoryObjectStore } from '../storage/memory-store.ts';
import { beginRun } from './begin-run.ts';
import type { SupervisorContext } from './context.ts';
import { FakeEngine, FakeWorld, manifestOf } from './fake-engine.ts';
import { purgeDeleted, retireSnapshots } from './housekeeping.ts';
import { loadFacts } from './job-facts.ts';
import { holdLease } from './leases.ts';
import { rebuildCatalogue } from './rebuild-catalogue.ts';
import { createJobFixture, type JobFixture, request, startRequest } from './supervisor-fixture.ts';

const FOLDER = 'obs://tidemark/jobs/checkpoint/1_abcd';
const DAY_MS = 86_400_000;

describe('retention', () => {
  let fixture: JobFixture;
  let store: MemoryObjectStore;
  let context: SupervisorContext;
  let nowMs = 1_000_000;

  beforeEach(async () => {
    nowMs = 1_000_000;
    fixture = await createJobFixture('', { checkpointsRetained: 2 });
    store = new MemoryObjectStore();
    const fake = new FakeEngine(new FakeWorld(store, () => nowMs));
    await store.ensureBucket('tidemark');
    context = {
      database: fixture.opened.client,
      provider: 'sqlite',
      clock: { nowMs: () => nowMs, monotonicMs: () => nowMs },
      engines: { embedded: fake, flink: fake },
      store,
      masterKey: masterKeyOf(new Uint8Array(32)),
      environment: {
        dataDir: '',
        objectStore: { spec: { kind: 'local', root: '' }, defaultBucket: 'tidemark', prefix: '' },
        allowPrivateAddresses: false,
      },
      holder: 'here/1',
      publish: () => {},
      stored: () => {},
      log: (_level, message) => {
        throw new Error(message);
      },
    };
  });
  afterEach(() => fixture.close());

  /** A checkpoint with a part of its own and parts shared with others. */
  async function checkpoint(number: number, shared: readonly string[], more: object = {}): Promise<string> {
    const path = `${FOLDER}/chk-${number}`;
    const folder = folderAt(store, path);
    const names = [`part-${number}`, ...shared.map((name) => `../shared/${name}`)];
    for (const name of names) await store.put(objectIn(folder, name), new Uint8Array([1]));
    const tables = names.map((name): ManifestTable => {
      const part = { path: name, size: 1, sha256: '0'.repeat(64) };
      return { operatorUid: 'a', table: name, formatVersion: 1, layout: {}, parts: [{ part, keyGroups: [] }], records: 1 };
    });
    const facts = { kind: 'checkpoint', trigger: 'periodic', checkpointId: number, createdMs: number, recordsIn: number } as const;
    await store.put(objectIn(folder, MANIFEST_NAME), encodeManifest({ ...manifestOf(SPEC, facts), tables }));
    const row = await fixture.opened.client.snapshot.create({
      data: {
        jobId: fixture.jobId,
        name: `chk-${number}`,
        kind: 'checkpoint',
        origin: 'checkpoint',
        engine: 'embedded',
        path,
        checkpointId: BigInt(number),
        createdAt: new Date(number),
        durationMs: 1,
        sizeBytes: 1n,
        ...more,
      },
    });
    return row.id;
  }

  const SPEC = { jobId: '1', jobName: 'j', generation: 1, runId: 'r', parallelism: 1, sql: '' };
  const keys = async () => (await store.list('tidemark', '')).objects.map((object) => object.key.slice('jobs/checkpoint/1_abcd/'.length));

  it('keeps the newest, pinned ones, one in use, and every object that a kept manifest names', async () => {
    await checkpoint(1, ['x'], { isPinned: true });
    await checkpoint(2, ['y']);
    await checkpoint(3, ['x', 'y', 'z'], { pinReason: 'run 2 began from it' });
    await checkpoint(4, ['w', 'z']);
    await checkpoint(5, ['z']);
    const newest = await checkpoint(6, ['z']);
    await fixture.opened.client.job.update({ where: { id: fixture.jobId }, data: { newestSnapshotId: newest } });
    expect(await retireSnapshots(context, fixture.jobId)).toBe(2);
    expect(await purgeDeleted(context)).toBe(2);
    // 2 and 4 went with what was theirs alone: w; y is still named by 3.
    expect(await keys()).toEqual([
      'chk-1/_metadata',
      'chk-1/part-1',
      'chk-3/_metadata',
      'chk-3/part-3',
      'chk-5/_metadata',
      'chk-5/part-5',
      'chk-6/_metadata',
      'chk-6/part-6',
      'shared/x',
      'shared/y',
      'shared/z',
    ]);
    expect(await retireSnapshots(context, fixture.jobId)).toBe(0);
  });

  it('keeps what a snapshot needs that another job has imported, also after it has left the list of its own job', async () => {
    const { client } = fixture.opened;
    const { id, ...job } = await client.job.findUniqueOrThrow({ where: { id: fixture.jobId } });
    const other = await client.job.create({ data: { ...job, name: 'other', liveName: 'other' } });
    const imported = await checkpoint(1, ['x']);
    await checkpoint(2, ['x', 'y']);
    for (const number of [3, 4]) await checkpoint(number, []);
    const { id: _, ...row } = await client.snapshot.findUniqueOrThrow({ where: { id: imported } });
    await client.snapshot.create({ data: { ...row, jobId: other.id, origin: 'imported' } });
    await retireSnapshots(context, id);
    expect(await purgeDeleted(context)).toBe(2);
    expect((await keys()).filter((key) => !/^chk-[34]/.test(key))).toEqual(['chk-1/_metadata', 'chk-1/part-1', 'shared/x']);
  });

  it('leaves the one that a run begins from in the moment a rule takes it', async () => {
    const { client } = fixture.opened;
    const chosen = await checkpoint(1, []);
    for (const number of [2, 3]) await checkpoint(number, []);
    // After the rule was asked, before its transaction.
    const $transaction = async (work: never) => {
      await client.snapshot.update({ where: { id: chosen }, data: { pinReason: 'run 2 began from it' } });
      return client.$transaction(work);
    };
    const database = new Proxy(client, { get: (of, name) => (name === '$transaction' ? $transaction : Reflect.get(of, name)) });
    expect(await retireSnapshots({ ...context, database }, fixture.jobId)).toBe(0);
    expect((await client.snapshot.findUniqueOrThrow({ where: { id: chosen } })).deletedAt).toBeNull();
  });

  it('lets no run begin from one that a rule took after it was chosen; the next try takes another', async () => {
    const { client } = fixture.opened;
    const kept = await checkpoint(1, []);
    const gone = await checkpoint(2, []);
    await client.job.update({ where: { id: fixture.jobId }, data: { hadState: true } });
    await holdLease(context, fixture.jobId);
    await request(fixture, startRequest());
    const begin = async () => {
      const facts = await loadFacts(context, fixture.jobId, { line: 'gone', claimed: null, order: { kind: 'none' } });
      return facts && beginRun(context, { ...facts, operation: null }, 'operation');
    };
    const get = store.get.bind(store);
    store.get = async (...args) => {
      await client.snapshot.update({ where: { id: gone }, data: { deletedAt: new Date(nowMs), expiresAt: new Date(nowMs) } });
      return get(...args);
    };
    expect((await begin())?.kind).toBe('not-now');
    expect(await client.run.count()).toBe(0);
    store.get = get;
    expect((await begin())?.kind).toBe('begun');
    expect((await client.run.findFirstOrThrow()).restoredFromId).toBe(kept);
  });

  it('waits for the end of the undo window before it deletes what a person deleted', async () => {
    const id = await checkpoint(1, []);
    await fixture.opened.client.snapshot.update({ where: { id }, data: { deletedAt: new Date(nowMs) } });
    nowMs += 7 * DAY_MS - 1;
    expect(await purgeDeleted(context)).toBe(0);
    expect(await keys()).toHaveLength(2);
    nowMs += 1;
    expect(await purgeDeleted(context)).toBe(1);
    expect(await keys()).toEqual([]);
  });

  it('deletes nothing of what is brought back, or deleted anew, while others are purged', async () => {
    const { client } = fixture.opened;
    const ids = [await checkpoint(1, []), await checkpoint(2, []), await checkpoint(3, [])];
    await client.snapshot.updateMany({ data: { deletedAt: new Date(nowMs) } });
    await client.snapshot.update({ where: { id: ids[0] as string }, data: { deletedAt: new Date(nowMs - 1) } });
    nowMs += 7 * DAY_MS;
    const remove = store.delete.bind(store);
    store.delete = async (ref) => {
      await client.snapshot.update({ where: { id: ids[1] as string }, data: { deletedAt: null, expiresAt: null } });
      await client.snapshot.update({ where: { id: ids[2] as string }, data: { deletedAt: new Date(nowMs) } });
      return remove(ref);
    };
    expect(await purgeDeleted(context)).toBe(1);
    expect(await keys()).toEqual(['chk-2/_metadata', 'chk-2/part-2', 'chk-3/_metadata', 'chk-3/part-3']);
    // What is being deleted is past its time for whoever asks to have it back.
    expect((await client.snapshot.findUniqueOrThrow({ where: { id: ids[0] as string } })).expiresAt).toEqual(new Date(nowMs));
  });

  /** As Flink lays them out, with a file beside that another checkpoint of the run may refer to. */
  async function flinkCheckpoint(runId: string, name: string): Promise<string> {
    const folder = folderAt(store, `${FOLDER}/${runId.replaceAll('-', '')}/chk-1`);
    const metadata = readFileSync(join(import.meta.dirname, '../snapshots/flink/fixtures/rocksdb-native.bin'));
    await store.put(objectIn(folder, MANIFEST_NAME), metadata);
    await store.put(objectIn(folder, 'a-file'), new Uint8Array([1]));
    const { client } = fixture.opened;
    const facts = { kind: 'checkpoint', origin: 'checkpoint', engine: 'flink', durationMs: 1, sizeBytes: 1n, createdAt: new Date(1) };
    const row = await client.snapshot.create({ data: { jobId: fixture.jobId, runNumber: 1, name, path: folder.uri, ...facts } });
    return row.id;
  }

  it("leaves Flink's checkpoints to Flink while their run goes on, and deletes them when it has ended", async () => {
    const { client } = fixture.opened;
    const id = '00000000-0000-4000-8000-000000000001';
    const facts = { jobVersion: 1, generation: 1, engine: 'flink', parallelism: 1, start: 'empty', startedAt: new Date(0) };
    await client.run.create({ data: { id, jobId: fixture.jobId, number: 1, ...facts } });
    const row = await flinkCheckpoint(id, 'chk-1');
    const past = new Date(nowMs - 8 * DAY_MS);
    await client.snapshot.update({ where: { id: row }, data: { deletedAt: past, expiresAt: past } });
    expect(await purgeDeleted(context)).toBe(0);
    expect(await keys()).toHaveLength(2);
    await client.run.update({ where: { id }, data: { endedAt: new Date(nowMs), endCause: 'stopped' } });
    expect(await purgeDeleted(context)).toBe(1);
    expect(await keys()).toEqual([]);
  });

  it("adopts Flink's snapshots of its own runs only", async () => {
    const { client } = fixture.opened;
    const job = await client.job.findUniqueOrThrow({ where: { id: fixture.jobId } });
    await client.lease.create({
      data: { jobId: job.id, holder: context.holder, generation: 1, acquiredAt: new Date(0), expiresAt: new Date(nowMs + DAY_MS) },
    });
    const id = '0a1b2c00-0000-4000-8000-000000000001';
    const facts = { jobVersion: 1, generation: 1, engine: 'flink', parallelism: 1, start: 'empty', startedAt: new Date(0) };
    await client.run.create({ data: { id, jobId: job.id, number: 1, ...facts } });
    const savepoint = readFileSync(join(import.meta.dirname, '../snapshots/flink/fixtures/rocksdb-canonical.bin'));
    for (const name of ['savepoint-0a1b2c-111111111111', 'savepoint-ffffff-222222222222']) {
      await store.put(objectIn(folderAt(store, `obs://tidemark/jobs/savepoint/${job.id}/${name}`), MANIFEST_NAME), savepoint);
    }
    expect(await rebuildCatalogue(context, job, 1)).toBe(1);
    const rows = await client.snapshot.findMany({ where: { jobId: job.id } });
    expect(rows).toMatchObject([{ name: 'savepoint-0a1b2c-111111111111', engine: 'flink', kind: 'savepoint', runNumber: 1 }]);
  });

  it('adopts what its own runs have stored, and not the savepoints of a job of that number on another console of the bucket', async () => {
    const { client } = fixture.opened;
    const job = await client.job.findUniqueOrThrow({ where: { id: fixture.jobId } });
    await client.lease.create({
      data: { jobId: job.id, holder: context.holder, generation: 1, acquiredAt: new Date(0), expiresAt: new Date(nowMs + DAY_MS) },
    });
    const run = { jobId: job.id, jobVersion: 1, generation: 1, engine: 'embedded', parallelism: 1, start: 'empty', startedAt: new Date(0) };
    await client.run.create({ data: { ...run, id: 'own-run', number: 1 } });
    const stored = [
      ['jobs/savepoint/1/2026-01-01_00-00-00', 'own-run'],
      ['jobs/savepoint/1/2026-01-02_00-00-00', 'run-of-another-console'],
      ['jobs/savepoint/1/2026-01-03_00-00-00', 'run-before-the-database-was-lost'],
      ['jobs/checkpoint/1_abcd/chk-9', 'run-before-the-database-was-lost'],
    ] as const;
    for (const [path, runId] of stored) {
      const kind = path.includes('savepoint') ? 'savepoint' : 'checkpoint';
      const facts = { kind, trigger: kind === 'savepoint' ? 'manual' : 'periodic', checkpointId: 9, createdMs: 9, recordsIn: 9 } as const;
      const folder = folderAt(store, `obs://tidemark/${path}`);
      await store.put(objectIn(folder, MANIFEST_NAME), encodeManifest(manifestOf({ ...SPEC, runId }, facts)));
    }
    expect(await rebuildCatalogue(context, job, 1)).toBe(3);
    const rows = await client.snapshot.findMany({ where: { jobId: job.id }, select: { path: true } });
    const adopted = stored.filter(([, runId]) => runId !== 'run-of-another-console').map(([path]) => `obs://tidemark/${path}`);
    expect(rows.map((row) => row.path).sort()).toEqual([...adopted].sort());
  });
});
