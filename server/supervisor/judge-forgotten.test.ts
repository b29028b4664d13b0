/** A Flink cluster that no longer knows a run: it goes on only where it is proven that it had not finished. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../db/open-database.ts';
import type { RunSpec } from '../engine/runtime/wire.ts';
import type { EngineRun, JobEngine, RunListener } from '../engines/contract.ts';
import { masterKeyOf } from '../secrets/seal.ts';
import { StoreError } from '../storage/contract.ts';
import { MemoryObjectStore } from '../storage/memory-store.ts';
import type { SupervisorContext } from './context.ts';
import { FakeEngine, FakeWorld } from './fake-engine.ts';
import { Supervisor } from './supervisor.ts';
import { createJobFixture, type JobFixture, until } from './supervisor-fixture.ts';

const table = (more: string) => `CREATE TABLE numbers (n INT) WITH ('connector' = 'kafka', 'topic' = 't'${more});`;
const BOUNDED = table(", 'scan.bounded.mode' = 'latest-offset'");
const ENDLESS = table('');
const metadata = readFileSync(new URL('../snapshots/flink/fixtures/kafka-checkpoint.bin', import.meta.url));

describe('a run that its Flink cluster forgot', () => {
  let fixture: JobFixture;
  let client: Database;
  let store: MemoryObjectStore;
  let supervisor: Supervisor;
  let isKnown: boolean;
  let listener: RunListener | null;
  let submitted: RunSpec[];
  /** Of what is asked next. */
  let failures = 0;
  const runId = randomUUID();

  async function prepare(sql: string): Promise<void> {
    fixture = await createJobFixture(sql, {});
    client = fixture.opened.client;
    await client.queue.updateMany({ data: { engine: 'flink', jobManagerUrl: 'http://127.0.0.1:1' } });
    await client.job.update({ where: { id: fixture.jobId }, data: { desired: 'running', status: 'job_running', hadState: true } });
    const graphJson = JSON.stringify([{ description: 'Source: numbers[1] -> Calc[2]' }]);
    await client.run.create({
      data: {
        id: runId,
        jobId: fixture.jobId,
        number: 1,
        jobVersion: 1,
        generation: 1,
        engine: 'flink',
        parallelism: 1,
        ...BEGUN,
        graphJson,
      },
    });
    supervisor = new Supervisor(context());
  }
  const BEGUN = { start: 'empty', startedAt: new Date(1_000), runningAt: new Date(2_000) };

  function context(): SupervisorContext {
    const line: EngineRun = { runId, ref: '', triggerSnapshot() {}, stop() {}, async kill() {}, release() {} };
    const flink: JobEngine = {
      name: 'flink',
      runsOutlive: true,
      async submit(spec) {
        submitted.push(spec);
        return { kind: 'submitted', run: { ...line, runId: spec.runId } };
      },
      async adopt(_identity, heard) {
        listener = heard;
        return isKnown ? { kind: 'adopted', run: line } : { kind: 'gone', message: 'The cluster no longer knows the job.' };
      },
      kill: async () => true,
      describe: async () => ({ ref: '', isAlive: false }),
      logFile: () => '/nowhere/run.log',
      async forget() {},
    };
    return {
      database: new Proxy(client, {
        get(target, name) {
          if (name === '$transaction' && failures-- > 0) return () => Promise.reject(new Error('database or disk is full'));
          return Reflect.get(target, name) as unknown;
        },
      }),
      provider: 'sqlite',
      clock: { nowMs: () => Date.now(), monotonicMs: () => Date.now() },
      engines: { embedded: new FakeEngine(new FakeWorld(store, () => Date.now())), flink },
      store,
      masterKey: masterKeyOf(new Uint8Array(32)),
      environment: {
        dataDir: fixture.dataDir,
        objectStore: { spec: { kind: 'local', root: '/nowhere' }, defaultBucket: 'tidemark', prefix: '' },
        allowPrivateAddresses: false,
      },
      holder: 'here/0',
      publish: () => {},
      stored: () => {},
      log: () => {},
    };
  }

  /** Its row; its metadata too when `isThere`. */
  async function snapshot(kind: 'checkpoint' | 'savepoint', isThere: boolean, name = 'one'): Promise<void> {
    const folder = `jobs/${kind}/${fixture.jobId}_abcd/${name}`;
    if (isThere) await store.put({ bucket: 'tidemark', key: `${folder}/_metadata` }, metadata);
    const origin = kind === 'savepoint' ? 'manual' : 'checkpoint';
    await client.snapshot.create({
      data: {
        jobId: fixture.jobId,
        runNumber: 1,
        jobVersion: 1,
        name: 'one',
        kind,
        origin,
        engine: 'flink',
        path: `obs://tidemark/${folder}`,
        ...MADE,
      },
    });
  }
  const MADE = {
    checkpointId: 1n,
    durationMs: 1,
    generation: 1,
    createdAt: new Date(3_000),
    sizeBytes: 1n,
    parallelism: 1,
    positionsJson: '[]',
  };

  beforeEach(async () => {
    store = new MemoryObjectStore();
    await store.ensureBucket('tidemark');
    isKnown = false;
    listener = null;
    submitted = [];
  });
  afterEach(async () => {
    await supervisor.abandon();
    await fixture.close();
  });

  /** Status, desire, how run 1 ended, and what the next run restores (undefined: there is none). */
  async function outcome() {
    const job = await until(
      'the job rests or goes on',
      () => client.job.findUniqueOrThrow({ where: { id: fixture.jobId } }),
      (one) => one.desired === 'stopped' || submitted.length > 0,
    );
    const run = await client.run.findUniqueOrThrow({ where: { id: runId } });
    return { desired: job.desired, cause: run.causeKey, message: job.statusMessage, restores: submitted.map((spec) => spec.restoreFrom) };
  }

  const ASKS = {
    desired: 'stopped',
    cause: 'flink-end-unknown',
    message: expect.stringMatching(/may have read all its input and finished\. It is not started again by itself/),
    restores: [],
  };

  it('waits for a person when it may have finished: its checkpoints are gone, and a savepoint made on the way is there', async () => {
    await prepare(BOUNDED);
    await snapshot('checkpoint', false);
    await snapshot('savepoint', true);
    supervisor.wake();
    expect(await outcome()).toEqual(ASKS);
  });

  it('takes the copy of a pinned checkpoint for no proof: it stays whatever Flink does', async () => {
    await prepare(BOUNDED);
    await snapshot('checkpoint', true, 'pinned-012345-chk-7');
    supervisor.wake();
    expect(await outcome()).toEqual(ASKS);
  });

  it('waits for a person when it was forgotten before the eyes of the console', async () => {
    isKnown = true;
    await prepare(BOUNDED);
    await snapshot('savepoint', true);
    await supervisor.look();
    await supervisor.settled();
    listener?.onEnded('The Flink cluster no longer knows the job.');
    expect(await outcome()).toEqual(ASKS);
  });

  it('goes on from a checkpoint that is left, for Flink deletes those of a finished job', async () => {
    await prepare(BOUNDED);
    await snapshot('checkpoint', true);
    supervisor.wake();
    const path = `obs://tidemark/jobs/checkpoint/${fixture.jobId}_abcd/one`;
    expect(await outcome()).toMatchObject({ desired: 'running', cause: null, restores: [path] });
  });

  it('goes on from a checkpoint that was never reported, when the reported ones are deleted since', async () => {
    isKnown = true;
    await prepare(BOUNDED);
    await snapshot('checkpoint', false);
    const folder = `jobs/checkpoint/${fixture.jobId}_abcd/${runId.replaceAll('-', '')}/chk-3`;
    await supervisor.look();
    await supervisor.settled();
    await store.put({ bucket: 'tidemark', key: `${folder}/_metadata` }, metadata);
    listener?.onEnded('The Flink cluster no longer knows the job.');
    expect(await outcome()).toMatchObject({ desired: 'running', cause: 'process-lost', restores: [`obs://tidemark/${folder}`] });
  });

  it('knows a source that never ends by either of its names in the graph', async () => {
    await prepare(ENDLESS);
    const graphJson = JSON.stringify([
      { description: 'Source: KafkaSource-default_catalog.default_database.numbers -> (Writer, Calc[10])' },
    ]);
    await client.run.update({ where: { id: runId }, data: { graphJson } });
    supervisor.wake();
    expect(await outcome()).toMatchObject({ desired: 'running', restores: [null] });
  });

  it('goes on when a source of it never ends', async () => {
    await prepare(ENDLESS);
    await snapshot('savepoint', true);
    supervisor.wake();
    const path = `obs://tidemark/jobs/savepoint/${fixture.jobId}_abcd/one`;
    expect(await outcome()).toMatchObject({ desired: 'running', restores: [path] });
  });

  it('is judged again when the store does not answer', async () => {
    await prepare(BOUNDED);
    await snapshot('checkpoint', true);
    const head = store.head.bind(store);
    let silences = 1;
    store.head = async (ref) => {
      if (silences-- > 0) throw new StoreError('unreachable', 'The store does not answer.');
      return head(ref);
    };
    isKnown = true;
    await supervisor.look();
    await supervisor.settled();
    listener?.onEnded('The Flink cluster no longer knows the job.');
    expect(await outcome()).toMatchObject({ desired: 'running', cause: 'process-lost' });
  });

  it('is finished when it said so while the database could not be written', async () => {
    await prepare(ENDLESS);
    isKnown = true;
    await supervisor.look();
    await supervisor.settled();
    failures = 2;
    listener?.onReport({ type: 'finished', atMs: 1 });
    listener?.onEnded('The job finished.');
    expect(await outcome()).toMatchObject({ desired: 'stopped', cause: null, restores: [] });
    expect(await client.run.findUniqueOrThrow({ where: { id: runId } })).toMatchObject({ endCause: 'finished' });
  });
});
