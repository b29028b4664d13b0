import { afterEach, expect, it } from 'vitest';
import type { JobReport } from '../engine/runtime/wire.ts';
import { masterKeyOf } from '../secrets/seal.ts';
import { MemoryObjectStore } from '../storage/memory-store.ts';
import type { SupervisorContext } from './context.ts';
import { FakeEngine, FakeWorld } from './fake-engine.ts';
import type { RunRow } from './job-facts.ts';
import { MetricsRecorder } from './metrics-recorder.ts';
import { createJobFixture, type JobFixture } from './supervisor-fixture.ts';
import { takeEnd, takeRepetition, takeRunning } from './take-report.ts';

let fixture: JobFixture;
afterEach(() => fixture.close());

const NOW_MS = 5_000;

/** A supervisor's context that holds the job's lease, and a run as it was begun. */
async function begin(): Promise<{ context: SupervisorContext; run: RunRow }> {
  fixture = await createJobFixture('', {});
  const { client } = fixture.opened;
  const store = new MemoryObjectStore();
  const fake = new FakeEngine(new FakeWorld(store, () => NOW_MS));
  const context: SupervisorContext = {
    database: client,
    provider: 'sqlite',
    clock: { nowMs: () => NOW_MS, monotonicMs: () => NOW_MS },
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
    log: () => {},
  };
  const { jobId } = fixture;
  await client.lease.create({ data: { jobId, holder: 'here/1', generation: 1, acquiredAt: new Date(0), expiresAt: new Date(99_000) } });
  const begun = {
    jobId,
    number: 3,
    jobVersion: 1,
    generation: 1,
    engine: 'embedded',
    parallelism: 1,
    start: 'empty',
    startedAt: new Date(0),
  };
  await client.job.update({ where: { id: jobId }, data: { status: 'job_submitting', desired: 'running' } });
  return { context, run: await client.run.create({ data: begun }) };
}

const RUNNING = { type: 'running', atMs: 0, restoredFrom: null, operators: [] } as const;

const reportOf = (atMs: number, recordsIn: number): Extract<JobReport, { type: 'metrics' }> => ({
  type: 'metrics',
  atMs,
  operators: [
    {
      uid: 's',
      nodeId: 1,
      kind: 'source',
      description: 'orders',
      parallelism: 1,
      recordsIn,
      recordsOut: recordsIn,
      bytesIn: 0,
      bytesOut: 0,
      busy: 0,
      backpressured: 0,
      watermarkMs: null,
      stateBytes: 0,
      stateRecords: 0,
      lateRowsDropped: 0,
      subtasks: [],
    },
  ],
  lagRecords: null,
  cpuSeconds: 0,
  rssBytes: 0,
  stateBytes: 0,
});

it('a run that is lost after it ran tells what is read again, though its row was read before it ran', async () => {
  const { context, run } = await begin();
  const metrics = new MetricsRecorder(run.jobId, 0);
  await takeRunning(context, run, RUNNING, metrics);
  metrics.take(reportOf(1_000, 100));
  metrics.saved({ createdMs: 2_000, durationMs: 0, recordsIn: 200, totalBytes: 1 });
  metrics.take(reportOf(5_000, 500));
  await takeEnd(context, run, { cause: 'lost', failure: null }, metrics);
  const [entry] = await fixture.opened.client.ledgerEntry.findMany({ where: { jobId: run.jobId, kind: 'failure' } });
  expect(JSON.parse(entry?.readAgainJson ?? '{}')).toMatchObject({ value: 300, confidence: 'estimate' });
  expect(JSON.parse(entry?.doubledJson ?? '{}')).toMatchObject({ value: 300 });
});

it('a run that is lost before anything was counted does not claim that nothing is read again', async () => {
  const { context, run } = await begin();
  const metrics = new MetricsRecorder(run.jobId, 0);
  await takeRunning(context, run, RUNNING, metrics);
  await fixture.opened.client.job.update({ where: { id: run.jobId }, data: { exposureRecords: 0n } });
  await takeEnd(context, run, { cause: 'lost', failure: null }, metrics);
  const [entry] = await fixture.opened.client.ledgerEntry.findMany({ where: { jobId: run.jobId, kind: 'failure' } });
  expect(JSON.parse(entry?.readAgainJson ?? '{}')).toMatchObject({ value: null, confidence: 'unknown' });
});

it('records that a sink may have written twice are an event of the job', async () => {
  const { context, run } = await begin();
  const { jobId } = run;
  const message = "Kafka had forgotten the producer of topic 'orders'; up to 7 records under way may be written twice.";
  await takeRepetition(context, run, { type: 'records-repeated', atMs: 4000, table: 'orders_out', recordsMax: 7, message });
  const events = await fixture.opened.client.jobEvent.findMany({ where: { jobId, kind: 'engine' } });
  expect(events).toMatchObject([{ kind: 'engine', level: 'warn', message: `Sink orders_out: ${message}`, runNumber: 3 }]);
});
