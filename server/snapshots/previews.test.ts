import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { IMPORT_CHECKS, importPreviewSchema } from '../contract/import.ts';
import { startPreviewSchema } from '../contract/start.ts';
import type { Dialer } from '../effects/dialer.ts';
import { MANIFEST_NAME, type Manifest } from '../engine/checkpoint/manifest.ts';
import { encodeManifest } from '../engine/checkpoint/manifest-codec.ts';
import { objectIn } from '../engine/checkpoint/snapshot-folder.ts';
import type { Connector, SplitAvailability } from '../engine/connectors/contract.ts';
import type { PhysicalPlan, PlanNode } from '../engine/planner/physical-plan.ts';
import { MemoryObjectStore } from '../storage/memory-store.ts';
import { manifestOf } from '../supervisor/fake-engine.ts';
import { createJobFixture, type JobFixture } from '../supervisor/supervisor-fixture.ts';
import { browse } from './browse.ts';
import { previewImport } from './check-import.ts';
import type { SnapshotContext } from './context.ts';
import type { LiveCount } from './live-counts.ts';
import { previewStart } from './preview-start.ts';
import { exposureNow, previewStop } from './preview-stop.ts';
import { folderAt } from './snapshot-place.ts';

const node = (more: object): PlanNode =>
  ({
    id: 1,
    inputs: [],
    schema: [],
    changelog: {},
    parallelism: null,
    isStateful: false,
    stateTtlMs: 0,
    stateFields: [],
    ...more,
  }) as unknown as PlanNode;
const source = node({
  uid: 'src',
  kind: 'source',
  description: 'Source',
  isStateful: true,
  table: { name: 'orders', connector: 'kafka', options: {} },
  reads: [],
});
const count = node({
  uid: 'agg',
  kind: 'groupAggregate',
  description: 'GroupAggregate',
  isStateful: true,
  stateFields: ['count(*)'],
  keys: [],
  aggregates: [],
  isInputChanging: false,
});
const sinkOf = (guarantee: string) =>
  node({
    uid: 'out',
    kind: 'sink',
    description: 'Sink',
    table: { name: 'totals', connector: 'x', options: {} },
    delivery: { guarantee, why: '' },
  });
const planOf = (nodes: readonly PlanNode[]): PhysicalPlan => ({ version: 1, nodes, keyGroups: 128, settings: {}, warnings: [] });

describe('previews', () => {
  let fixture: JobFixture;
  let store: MemoryObjectStore;
  let context: SnapshotContext;
  let held: SplitAvailability[] | Error;
  let plan: PhysicalPlan;
  let live: LiveCount | null;
  let nowMs: number;

  beforeEach(async () => {
    fixture = await createJobFixture('', {});
    live = null;
    nowMs = 5_000;
    store = new MemoryObjectStore();
    await store.ensureBucket('tidemark');
    held = [{ split: 'orders-0', earliest: '0', latest: '900', retentionMs: null }];
    plan = planOf([source, count, sinkOf('exactly-once')]);
    const kafka = {
      name: 'kafka',
      availability: async () => {
        if (held instanceof Error) throw held;
        return held;
      },
    } as unknown as Connector;
    context = {
      database: fixture.opened.client,
      clock: { nowMs: () => nowMs, monotonicMs: () => nowMs },
      store,
      dialer: {} as Dialer,
      connectorOf: (name) => (name === 'kafka' ? kafka : null),
      environment: { objectStore: { spec: { kind: 'local', root: '' }, defaultBucket: 'tidemark', prefix: '' } },
      counted: () => live,
      clusterOf: async () => null,
      connectionsOf: async () => ({}),
      variablesOf: async () => ({}),
      plan: async () => ({ kind: 'planned', plan }),
    };
  });
  afterEach(() => fixture.close());

  async function store_(path: string, number: number, change: (manifest: Manifest) => Manifest = (one) => one): Promise<void> {
    const folder = folderAt(store, path);
    const spec = { jobId: String(fixture.jobId), jobName: 'test-job', generation: 1, runId: 'r', parallelism: 1, sql: '' };
    const facts = { kind: 'checkpoint', trigger: 'periodic', checkpointId: number, createdMs: number, recordsIn: 400 } as const;
    const part = { path: 'part', size: 3, sha256: '0'.repeat(64) };
    const table = {
      operatorUid: 'agg',
      table: 't',
      formatVersion: 1,
      layout: {},
      parts: [{ part, keyGroups: [{ group: 0, offset: 0, length: 3, records: 7 }] }],
      records: 7,
    };
    const sources = [
      { operatorUid: 'src', table: 'orders', connector: 'kafka', splits: [{ split: 'orders-0', position: { offset: '400' } }] },
    ];
    const manifest: Manifest = {
      ...manifestOf(spec, facts),
      plan: planOf([source, count, sinkOf('exactly-once')]),
      tables: [table],
      sources,
    };
    await store.put(objectIn(folder, 'part'), new Uint8Array(3));
    await store.put(objectIn(folder, MANIFEST_NAME), encodeManifest(change(manifest)));
  }

  /** A run that made checkpoints and failed after 450 records. */
  async function ranWith(numbers: readonly number[]): Promise<void> {
    const { client } = fixture.opened;
    const jobId = fixture.jobId;
    const at = new Date(1);
    await client.run.create({
      data: {
        jobId,
        number: 1,
        jobVersion: 1,
        generation: 1,
        engine: 'embedded',
        parallelism: 1,
        start: 'empty',
        startedAt: at,
        endedAt: at,
        endCause: 'failed',
        recordsIn: 450n,
        recordsOut: 450n,
      },
    });
    for (const number of numbers) {
      const path = `obs://tidemark/jobs/checkpoint/1_abcd/chk-${number}`;
      await store_(path, number);
      const out = BigInt(400 + (number - 1) * 20);
      const data = {
        jobId,
        runNumber: 1,
        name: `chk-${number}`,
        kind: 'checkpoint',
        origin: 'checkpoint',
        engine: 'embedded',
        path,
        checkpointId: BigInt(number),
      };
      await client.snapshot.create({
        data: { ...data, createdAt: new Date(number), durationMs: 1, sizeBytes: 3n, recordsIn: 400n, recordsOut: out },
      });
    }
    await client.job.update({ where: { id: jobId }, data: { hadState: true } });
  }

  const start = async (choice: Parameters<typeof previewStart>[2] = { kind: 'newest' }) => {
    const preview = await previewStart(context, fixture.jobId, choice);
    startPreviewSchema.parse(preview);
    return preview;
  };

  it('a start from the newest snapshot: nothing lost, what was read since is read again, commits show it once', async () => {
    await ranWith([1, 2]);
    const preview = await start();
    expect(preview).toMatchObject({ verdict: 'warn', needsName: false, blockedBy: null, snapshot: { name: 'chk-2' } });
    expect(preview.loss).toMatchObject({ lost: { value: 0 }, readAgain: { value: 50 }, doubled: { value: 0 }, waiting: { value: 500 } });
    expect(preview.operators.map(({ uid, fate }) => [uid, fate])).toEqual([
      ['src', 'kept'],
      ['agg', 'kept'],
    ]);
    plan = planOf([source, count, sinkOf('at-least-once')]);
    expect((await start()).loss.doubled).toMatchObject({ value: 50, confidence: 'bound' });
    plan = planOf([source, count, sinkOf('idempotent')]);
    expect((await start()).loss.doubled).toMatchObject({ value: 0 });
  });

  it('an older snapshot doubles what a committing sink has shown since', async () => {
    await ranWith([1, 2]);
    const { id } = await fixture.opened.client.snapshot.findFirstOrThrow({ where: { name: 'chk-1' } });
    expect((await start({ kind: 'snapshot', snapshotId: id })).loss.doubled).toMatchObject({ value: 20, confidence: 'estimate' });
  });

  it('records that the source no longer holds are lost, and the name is asked for', async () => {
    await ranWith([1]);
    held = [{ split: 'orders-0', earliest: '512', latest: '900', retentionMs: null }];
    const preview = await start();
    expect(preview).toMatchObject({
      verdict: 'bad',
      needsName: true,
      loss: { lost: { value: 112, confidence: 'exact' }, waiting: { value: 388 } },
    });
    expect(preview.sentence).toContain('would lose 112 records');
    held = new Error('kafka-prod did not answer.');
    expect(await start()).toMatchObject({ verdict: 'unknown', needsName: true, loss: { lost: { value: null } } });
    held = [{ split: 'orders-0', earliest: '0', latest: '100', retentionMs: null }];
    expect(await start()).toMatchObject({ verdict: 'unknown', needsName: true });
  });

  it('passes over a damaged snapshot and says so; with none left nothing can start', async () => {
    await ranWith([1, 2]);
    await store.delete(objectIn(folderAt(store, 'obs://tidemark/jobs/checkpoint/1_abcd/chk-2'), 'part'));
    const preview = await start();
    expect(preview).toMatchObject({ snapshot: { name: 'chk-1' }, passedOver: [{ name: 'chk-2' }] });
    expect(preview.sentence).toContain('chk-2 cannot be used; chk-1 will be.');
    await store.delete(objectIn(folderAt(store, 'obs://tidemark/jobs/checkpoint/1_abcd/chk-1'), 'part'));
    expect((await start()).blockedBy).toContain('No snapshot can be restored.');
  });

  it('an empty start of a job with state, and state the SQL dropped, need the name', async () => {
    await ranWith([1]);
    expect(await start({ kind: 'empty' })).toMatchObject({
      needsName: true,
      verdict: 'bad',
      snapshot: null,
      discarded: { name: 'chk-1', rows: 7, bytes: 3 },
      loss: { lost: { value: 500, confidence: 'bound' }, readAgain: { value: 400, confidence: 'bound' } },
    });
    plan = planOf([source, sinkOf('exactly-once')]);
    const preview = await start();
    expect(preview.needsName).toBe(true);
    expect(preview.operators).toContainEqual(expect.objectContaining({ uid: 'agg', fate: 'dropped', stateRecords: 7, stateBytes: 3 }));
  });

  describe('what a start must be asked for', () => {
    const CHOICES = ['newest', 'snapshot', 'time', 'empty'] as const;
    const SOURCES = {
      reachable: () => [{ split: 'orders-0', earliest: '100', latest: '900', retentionMs: null }],
      unreachable: () => new Error('kafka-prod did not answer.'),
      'positions gone': () => [{ split: 'orders-0', earliest: '512', latest: '900', retentionMs: null }],
    };
    const SILENT = 'Table orders: kafka-prod did not answer.';
    const GIVES_UP = 'Starting empty gives up 7 rows of state, saved in chk-1. Up to 500 records that follow chk-1 may never be read';
    type Expected = [verdict: string, asks: 'nothing' | 'anyway' | 'name' | 'blocked', lost: number | null, sentence: string];
    const first: Expected = ['ok', 'nothing', 0, 'The job never finished a checkpoint.'];
    const firstUnsure: Expected = ['warn', 'anyway', 0, `${SILENT} Nothing can be lost`];
    const noTime: Expected = ['bad', 'blocked', null, 'A start time is only for a job without state.'];
    const noSnapshot: Expected = ['bad', 'blocked', 0, 'The chosen snapshot is no longer there.'];
    const TABLE: Readonly<Record<string, Readonly<Record<keyof typeof SOURCES, Readonly<Record<(typeof CHOICES)[number], Expected>>>>>> = {
      'never had state': {
        reachable: { newest: first, snapshot: noSnapshot, time: first, empty: first },
        unreachable: { newest: firstUnsure, snapshot: noSnapshot, time: firstUnsure, empty: firstUnsure },
        // It has no position that a source could have left behind.
        'positions gone': { newest: first, snapshot: noSnapshot, time: first, empty: first },
      },
      'had state': {
        reachable: {
          newest: ['warn', 'nothing', 0, 'Nothing will be lost. 50 records are read again;'],
          snapshot: ['warn', 'nothing', 0, 'Nothing will be lost. 50 records are read again;'],
          time: noTime,
          empty: ['bad', 'name', 500, GIVES_UP],
        },
        unreachable: {
          newest: ['unknown', 'name', null, `Not known what would be lost: ${SILENT} Records that follow chk-1 are lost if`],
          snapshot: ['unknown', 'name', null, `Not known what would be lost: ${SILENT} Records that follow chk-1 are lost if`],
          time: noTime,
          empty: ['bad', 'name', null, 'Starting empty gives up 7 rows of state, saved in chk-1. How many records that follow chk-1'],
        },
        'positions gone': {
          newest: ['bad', 'name', 112, 'This start would lose 112 records'],
          snapshot: ['bad', 'name', 112, 'This start would lose 112 records'],
          time: noTime,
          empty: ['bad', 'name', 500, GIVES_UP],
        },
      },
    };
    const cases = Object.entries(TABLE).flatMap(([past, sources]) =>
      Object.entries(sources).flatMap(([source, byChoice]) =>
        CHOICES.map((choice) => [past, source as keyof typeof SOURCES, choice, byChoice[choice]] as const),
      ),
    );
    it.each(cases)('%s, source %s, from %s', async (past, source, kind, [verdict, asks, lost, sentence]) => {
      if (past === 'had state') await ranWith([1]);
      held = SOURCES[source]();
      const snapshotId = (await fixture.opened.client.snapshot.findFirst())?.id ?? '0123456789abcdef';
      const preview = await start(kind === 'snapshot' ? { kind, snapshotId } : kind === 'time' ? { kind, at: 1 } : { kind });
      const asked = preview.blockedBy !== null ? 'blocked' : preview.needsName ? 'name' : preview.needsConfirmation ? 'anyway' : 'nothing';
      expect([preview.verdict, asked]).toEqual([verdict, asks]);
      if (asks !== 'blocked') expect(preview.loss.lost.value).toBe(lost);
      expect(preview.sentence).toContain(sentence);
    });
  });

  it('what a failure would cost goes on with the time since the last count, in the exposure and in the stop dialog', async () => {
    await ranWith([1]);
    const { client } = fixture.opened;
    const jobId = fixture.jobId;
    const at = (ms: number) => new Date(ms);
    // 800 a second since second 1; the snapshot of second 11 has not been followed by a stored count.
    await client.run.updateMany({
      where: { jobId },
      data: { endedAt: null, runningAt: at(1_000), tasksAt: at(10_000), recordsIn: 7_200n },
    });
    await client.snapshot.updateMany({ where: { jobId }, data: { createdAt: at(11_100), durationMs: 100, recordsIn: 8_000n } });
    await client.job.update({ where: { id: jobId }, data: { status: 'job_running', exposureRecords: 0n } });
    plan = planOf([source, count, sinkOf('at-least-once')]);
    const readAgain = async () => {
      const exposure = await exposureNow(context, jobId);
      const without = (await previewStop(context, jobId)).modes.find((one) => one.mode === 'without');
      expect(without?.readAgain).toEqual(exposure.readAgain);
      expect(without?.doubled).toMatchObject({ value: exposure.readAgain.value, confidence: 'bound' });
      return exposure.readAgain;
    };
    nowMs = 15_000;
    expect(await readAgain()).toMatchObject({ value: 3_200, confidence: 'estimate' });
    // A live count of the snapshot before this one gives its rate only; one that followed it gives the count.
    live = { atMs: 11_050, sinceSnapshot: 7_900, rate: 100 };
    expect(await readAgain()).toMatchObject({ value: 400 });
    live = { atMs: 14_500, sinceSnapshot: 2_000, rate: 1_000 };
    expect(await readAgain()).toMatchObject({ value: 2_500 });
    await client.run.updateMany({ where: { jobId }, data: { endedAt: at(15_000) } });
    expect((await exposureNow(context, jobId)).readAgain.value).toBeNull();
  });

  const importOf = async (path: string) => {
    const answer = await previewImport(context, fixture.jobId, path);
    importPreviewSchema.parse(answer.preview);
    expect(answer.preview.checks.map((check) => check.check)).toEqual(IMPORT_CHECKS);
    return { ...answer, results: answer.preview.checks.map((check) => check.result) };
  };

  it('makes the six checks of an import, however the path is written', async () => {
    await store_('obs://tidemark/mine/chk-9', 9);
    for (const path of [
      'obs://tidemark/mine/chk-9',
      's3://tidemark/mine/chk-9/',
      's3a://tidemark/mine/chk-9/_metadata',
      'tidemark/mine/chk-9',
    ]) {
      const answer = await importOf(path);
      expect(answer.results).toEqual(['pass', 'pass', 'pass', 'pass', 'pass', 'pass']);
      expect(answer.found).toMatchObject({ path: 'obs://tidemark/mine/chk-9', name: 'chk-9', checkpointId: 9 });
    }
    await store_('obs://tidemark/other/chk-9', 9, (one) => ({ ...one, jobId: '77', jobName: 'theirs' }));
    expect(await importOf('obs://tidemark/other/chk-9')).toMatchObject({
      results: ['pass', 'pass', 'fail', 'pass', 'pass', 'pass'],
      preview: { canImport: 'with-name' },
    });
    await store.delete({ bucket: 'tidemark', key: 'mine/chk-9/part' });
    expect(await importOf('obs://tidemark/mine/chk-9')).toMatchObject({ preview: { canImport: 'no' }, found: null });
  });

  it('takes a snapshot of the embedded engine for a Flink queue where its places are all it holds', async () => {
    const { client } = fixture.opened;
    const { projectId } = await client.job.findUniqueOrThrow({ where: { id: fixture.jobId } });
    await client.connection.create({ data: { projectId, name: 'cluster', kind: 'flink', configJson: '{}' } });
    await client.jobVersion.updateMany({ where: { jobId: fixture.jobId }, data: { optionsJson: '{"queueName":"cluster"}' } });
    await store_('obs://tidemark/mine/chk-9', 9);
    expect(await importOf('obs://tidemark/mine/chk-9')).toMatchObject({
      results: ['pass', 'pass', 'pass', 'fail', 'not-run', 'pass'],
      preview: { canImport: 'no', said: [{ code: 'said.move.state', values: { n: 7 } }] },
      found: null,
    });
    plan = planOf([source, sinkOf('exactly-once')]);
    await store_('obs://tidemark/mine/chk-10', 10, (one) => ({ ...one, plan, tables: [] }));
    expect(await importOf('obs://tidemark/mine/chk-10')).toMatchObject({ preview: { canImport: 'yes' }, found: { name: 'chk-10' } });
  });

  it("tells damage, nothing, and Flink's snapshots apart", async () => {
    await store_('obs://tidemark/mine/chk-9', 9);
    const ref = { bucket: 'tidemark', key: 'mine/chk-9/_metadata' };
    const bytes = Buffer.from(await store.get(ref));
    await store.put(ref, bytes.subarray(0, bytes.length - 1));
    expect((await importOf('obs://tidemark/mine/chk-9')).results[0]).toBe('fail');
    expect((await importOf('obs://tidemark/mine')).preview.sentence).toContain('No snapshot here');
    await store.put({ bucket: 'tidemark', key: 'flink/chk-3/_metadata' }, Uint8Array.of(0x49, 0x60, 0x67, 0x2d, 0, 0, 0, 6));
    expect((await importOf('obs://tidemark/flink/chk-3')).preview).toMatchObject({ engine: 'flink', kind: 'checkpoint', canImport: 'no' });
    const listed = await browse(context, 'obs://tidemark', null);
    expect(listed.entries.map((entry) => [entry.name, entry.snapshot])).toEqual([
      ['flink', null],
      ['mine', null],
    ]);
    expect((await browse(context, 'obs://tidemark/flink', null)).entries).toMatchObject([{ name: 'chk-3', snapshot: 'flink' }]);
  });
});
