/** Which values of global variables a run begins with. */
import { expect, it } from 'vitest';
import { inEnglish } from '../contract/said.ts';
import { masterKeyOf } from '../secrets/seal.ts';
import { MemoryObjectStore } from '../storage/memory-store.ts';
import { beginRun } from './begin-run.ts';
import type { SupervisorContext } from './context.ts';
import { FakeEngine, FakeWorld } from './fake-engine.ts';
import { loadFacts } from './job-facts.ts';
import { holdLease } from './leases.ts';
import { createJobFixture, request, startRequest } from './supervisor-fixture.ts';

const SQL = "CREATE TABLE s (a INT) WITH ('connector' = 'datagen', 'number-of-rows' = '{{rows}}');";

it('a start by hand takes the present values, a restart keeps those of the run before it', async () => {
  const fixture = await createJobFixture(SQL, { runtimeConfiguration: { 'pipeline.name': '{{rows}} rows' } });
  try {
    const { client } = fixture.opened;
    const world = new FakeWorld(new MemoryObjectStore(), () => Date.now());
    const engine = new FakeEngine(world);
    const context: SupervisorContext = {
      database: client,
      provider: 'sqlite',
      clock: { nowMs: () => Date.now(), monotonicMs: () => Date.now() },
      engines: { embedded: engine, flink: engine },
      store: world.store,
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
    const begin = async (by: 'operation' | 'restart') => {
      await client.run.updateMany({ where: { endedAt: null }, data: { endedAt: new Date(), endCause: 'failed' } });
      const known = { line: 'gone', claimed: null, order: { kind: 'none' } } as const;
      const facts = await loadFacts(context, fixture.jobId, known);
      if (!facts) throw new Error('the job is gone');
      // Steps of the operation are another matter.
      const begun = await beginRun(context, { ...facts, operation: null }, by);
      if (begun.kind !== 'begun') return inEnglish(begun.message);
      return [begun.spec.sql.match(/'(\w+)'\)/)?.[1], begun.spec.settings['pipeline.name']];
    };
    await holdLease(context, fixture.jobId);
    await request(fixture, startRequest());
    expect(await begin('operation')).toContain('There is no global variable rows.');
    const { projectId } = await client.job.findUniqueOrThrow({ where: { id: fixture.jobId } });
    const now = new Date();
    const row = { projectId, name: 'rows', value: '5', createdAt: now, updatedAt: now, updatedBy: 'Ada' };
    const { id } = await client.globalVariable.create({ data: row });
    expect(await begin('operation')).toEqual(['5', '5 rows']);
    await client.globalVariable.update({ where: { id }, data: { value: '7' } });
    expect(await begin('restart')).toEqual(['5', '5 rows']);
    expect(await begin('operation')).toEqual(['7', '7 rows']);
    await client.globalVariable.delete({ where: { id } });
    expect(await begin('restart')).toEqual(['7', '7 rows']);
    const runs = await client.run.findMany({ orderBy: { number: 'asc' }, select: { variablesJson: true } });
    expect(runs.map((run) => JSON.parse(run.variablesJson))).toEqual([{ rows: '5' }, { rows: '5' }, { rows: '7' }, { rows: '7' }]);
  } finally {
    await fixture.close();
  }
});
