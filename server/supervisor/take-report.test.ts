import { afterEach, expect, it } from 'vitest';
import { masterKeyOf } from '../secrets/seal.ts';
import { MemoryObjectStore } from '../storage/memory-store.ts';
import type { SupervisorContext } from './context.ts';
import { FakeEngine, FakeWorld } from './fake-engine.ts';
import { createJobFixture, type JobFixture } from './supervisor-fixture.ts';
import { takeRepetition } from './take-report.ts';

let fixture: JobFixture;
afterEach(() => fixture.close());

it('records that a sink may have written twice are an event of the job', async () => {
  fixture = await createJobFixture('', {});
  const { client } = fixture.opened;
  const store = new MemoryObjectStore();
  const fake = new FakeEngine(new FakeWorld(store, () => 5000));
  const context: SupervisorContext = {
    database: client,
    clock: { nowMs: () => 5000, monotonicMs: () => 5000 },
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
  const run = await client.run.create({ data: begun });
  const message = "Kafka had forgotten the producer of topic 'orders'; up to 7 records under way may be written twice.";
  await takeRepetition(context, run, { type: 'records-repeated', atMs: 4000, table: 'orders_out', recordsMax: 7, message });
  const events = await client.jobEvent.findMany({ where: { jobId } });
  expect(events).toMatchObject([{ kind: 'engine', level: 'warn', message: `Sink orders_out: ${message}`, runNumber: 3 }]);
});
