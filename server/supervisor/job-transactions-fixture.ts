/** For tests: many jobs whose lease this supervisor holds, and a process that dies while it changes them. */
import { writeSync } from 'node:fs';
import { type OpenedDatabase, openDatabase } from '../db/open-database.ts';
import { masterKeyOf } from '../secrets/seal.ts';
import { MemoryObjectStore } from '../storage/memory-store.ts';
import type { SupervisorContext } from './context.ts';
import { FakeEngine, FakeWorld } from './fake-engine.ts';
import { onJob } from './job-transactions.ts';
import { addJobEvent } from './tell.ts';

type Opened = Pick<OpenedDatabase, 'client' | 'provider'>;

export const HOLDER = 'here/1';
export const NOW_MS = 5_000;

export function contextOn(opened: Opened, onStored: () => void = () => {}): SupervisorContext {
  const store = new MemoryObjectStore();
  const fake = new FakeEngine(new FakeWorld(store, () => NOW_MS));
  return {
    database: opened.client,
    provider: opened.provider,
    clock: { nowMs: () => NOW_MS, monotonicMs: () => NOW_MS },
    engines: { embedded: fake, flink: fake },
    store,
    masterKey: masterKeyOf(new Uint8Array(32)),
    environment: {
      dataDir: '',
      objectStore: { spec: { kind: 'local', root: '' }, defaultBucket: 'tidemark', prefix: '' },
      allowPrivateAddresses: false,
    },
    holder: HOLDER,
    publish: () => {},
    stored: onStored,
    log: () => {},
  };
}

/** Ids of `count` jobs like the fixture's, with their leases. */
export async function manyJobs({ opened, jobId }: { readonly opened: Opened; readonly jobId: number }, count: number): Promise<number[]> {
  const { id: _id, ...like } = await opened.client.job.findUniqueOrThrow({ where: { id: jobId } });
  const rows = Array.from({ length: count }, (_, index) => ({ ...like, name: `job-${index}`, liveName: `job-${index}` }));
  const made = await opened.client.job.createManyAndReturn({ data: rows, select: { id: true } });
  const lease = { holder: HOLDER, generation: 1, acquiredAt: new Date(0), expiresAt: new Date(99_000) };
  await opened.client.lease.createMany({ data: made.map(({ id }) => ({ jobId: id, ...lease })) });
  return made.map(({ id }) => id).sort((a, b) => a - b);
}

/** A change that is seen in the events of the job and in the stream. */
export function noted(context: SupervisorContext, jobId: number, then: () => void = () => {}): Promise<void> {
  return onJob(context, jobId, async (tx) => {
    await addJobEvent(tx, jobId, { kind: 'engine', level: 'info', message: [], runNumber: jobId }, NOW_MS);
    then();
  });
}

/** The program: changes the jobs, says of each that it was done, and dies inside the change of one. Arguments: data directory, that job, jobs. */
if (process.argv[1]?.endsWith('job-transactions-fixture.ts')) {
  const [dataDir = '', fatal = '', ...jobs] = process.argv.slice(2);
  const context = contextOn(await openDatabase({ dataDir, databaseUrl: null }));
  const die = (jobId: string) => () => {
    if (jobId === fatal) process.kill(process.pid, 'SIGKILL');
  };
  await Promise.all(jobs.map((jobId) => noted(context, Number(jobId), die(jobId)).then(() => writeSync(1, `${jobId}\n`))));
}
