import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MANIFEST_NAME } from '../engine/checkpoint/manifest.ts';
import { encodeManifest } from '../engine/checkpoint/manifest-codec.ts';
import { MemoryObjectStore } from '../storage/memory-store.ts';
import type { SupervisorContext } from './context.ts';
import { manifestOf } from './fake-engine.ts';
import { purgeOrphans } from './purge-orphans.ts';
import { createJobFixture, type JobFixture } from './supervisor-fixture.ts';

const DAY_MS = 86_400_000;
const FOLDER = 'jobs/checkpoint/1_abcd';

describe('files that no manifest names', () => {
  let fixture: JobFixture;
  let store: MemoryObjectStore;
  let context: SupervisorContext;
  let nowMs = 0;
  beforeEach(async () => {
    fixture = await createJobFixture('', {});
    store = new MemoryObjectStore();
    await store.ensureBucket('tidemark');
    nowMs = Date.now() + 8 * DAY_MS;
    // Only what purging looks at.
    context = {
      database: fixture.opened.client,
      clock: { nowMs: () => nowMs, monotonicMs: () => nowMs },
      store,
      log: (_level: string, message: string) => {
        throw new Error(message);
      },
    } as unknown as SupervisorContext;
  });
  afterEach(() => fixture.close());

  async function deleted(name: string, purgeAtMs: number): Promise<void> {
    const key = `${FOLDER}/${name}`;
    await store.put({ bucket: 'tidemark', key }, new Uint8Array([1]));
    const info = await store.head({ bucket: 'tidemark', key });
    await fixture.opened.client.orphanFile.create({
      data: {
        projectId: 'p',
        jobId: fixture.jobId,
        bucket: 'tidemark',
        key,
        sizeBytes: 1n,
        modifiedAt: new Date(info?.modifiedMs ?? 0),
        deletedAt: new Date(purgeAtMs - 7 * DAY_MS),
        deletedBy: 'eva',
        purgeAt: new Date(purgeAtMs),
      },
    });
  }
  async function openRun(): Promise<void> {
    const facts = { jobVersion: 1, generation: 1, engine: 'embedded', parallelism: 1, start: 'empty', startedAt: new Date(nowMs) };
    await fixture.opened.client.run.create({ data: { jobId: fixture.jobId, number: 1, ...facts } });
  }
  const there = async (name: string) => (await store.head({ bucket: 'tidemark', key: `${FOLDER}/${name}` })) !== null;

  it('go when their time is over, and not before', async () => {
    await deleted('shared/due', nowMs);
    await deleted('shared/later', nowMs + 1);
    expect(await purgeOrphans(context)).toBe(1);
    expect([await there('shared/due'), await there('shared/later')]).toEqual([false, true]);
  });

  it('stay when a manifest names them by then, and the row says why', async () => {
    await deleted('chk-1/part', nowMs);
    const facts = { kind: 'checkpoint', trigger: 'periodic', checkpointId: 1, createdMs: 1, recordsIn: 1 } as const;
    const spec = { jobId: '1', jobName: 'j', generation: 1, runId: 'r', parallelism: 1, sql: '' };
    const part = { path: 'part', size: 1, sha256: '0'.repeat(64) };
    const tables = [{ operatorUid: 'a', table: 't', formatVersion: 1, layout: {}, parts: [{ part, keyGroups: [] }], records: 1 }];
    const manifest = encodeManifest({ ...manifestOf(spec, facts), tables });
    await store.put({ bucket: 'tidemark', key: `${FOLDER}/chk-1/${MANIFEST_NAME}` }, manifest);
    expect(await purgeOrphans(context)).toBe(0);
    expect(await there('chk-1/part')).toBe(true);
    const row = await fixture.opened.client.orphanFile.findFirstOrThrow();
    expect(row.keptBecause).toContain('a manifest names it');
  });

  it('leave no row behind when they went and the process ended before it said so', async () => {
    await deleted('shared/due', nowMs);
    await store.delete({ bucket: 'tidemark', key: `${FOLDER}/shared/due` });
    expect(await purgeOrphans(context)).toBe(0);
    expect(await fixture.opened.client.orphanFile.count()).toBe(0);
  });

  it('stay when they are brought back, or a run begins, while others of the folder go', async () => {
    const { client } = fixture.opened;
    for (const [index, name] of ['a', 'b', 'c'].entries()) await deleted(`shared/${name}`, nowMs - 10 + index);
    const remove = store.delete.bind(store);
    store.delete = async (ref) => {
      await remove(ref);
      await client.orphanFile.deleteMany({ where: { key: `${FOLDER}/shared/b` } });
      await openRun();
    };
    expect(await purgeOrphans(context)).toBe(1);
    expect([await there('shared/a'), await there('shared/b'), await there('shared/c')]).toEqual([false, true, true]);
    expect(await client.orphanFile.findMany({ select: { keptBecause: true } })).toEqual([{ keptBecause: 'The job runs.' }]);
  });

  it('stay while a run of the job is open', async () => {
    await deleted('shared/due', nowMs);
    await openRun();
    expect(await purgeOrphans(context)).toBe(0);
    expect(await there('shared/due')).toBe(true);
  });
});
