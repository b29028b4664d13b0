/**
 * Flink 1.20 behind a proxy with TLS and a password: the whole life of a SQL job as on 2.3. Its snapshots hold no uids (metadata version 4), so no compiled
 * plan is kept and operators are found again by their place in the graph.
 */
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FlinkCluster, startFlink } from '../../e2e/servers/flink.ts';
import { type FlinkGate, startGate } from '../../e2e/servers/flink-gate.ts';
import { parseEnvironment } from '../config/environment.ts';
import { connectionSecretContext } from '../connections/read-connections.ts';
import { testConnection } from '../connections/test-connection.ts';
import { connectionConfigSchema } from '../contract/connections.ts';
import { systemClock } from '../effects/clock.ts';
import { createDialer } from '../effects/real-dialer.ts';
import { loadMasterKey } from '../secrets/load-master-key.ts';
import { seal } from '../secrets/seal.ts';
import { Secret } from '../secrets/secret.ts';
import { PlannerThread } from '../services/planner-thread.ts';
import { createPreviews } from '../snapshots/create-previews.ts';
import { type InspectedSnapshot, inspectSnapshot } from '../snapshots/inspect-snapshot.ts';
import { LiveCounts } from '../snapshots/live-counts.ts';
import { folderAt } from '../snapshots/snapshot-place.ts';
import { createStore } from '../storage/create-store.ts';
import {
  copiedAll,
  copiesOf,
  createFlinkJob,
  endSupervisor,
  eventsOf,
  hasStatus,
  jobsIn,
  madeCheckpoint,
  Numbers,
  numbersSql,
  runsOf,
  snapshotsOf,
  startSupervisor,
  upTo,
} from './flink-fixture.ts';
import { type JobFixture, request, startRequest, until } from './supervisor-fixture.ts';

const brokers = process.env.TIDEMARK_TEST_KAFKA as string;
const scratch = mkdtempSync(join(tmpdir(), 'tidemark-flink-'));
const ACCOUNT = { user: 'console', password: 'pass:word é' };
let cluster: FlinkCluster;
let gate: FlinkGate;
let numbers: Numbers;
let fixture: JobFixture;
let supervisor: ChildProcess;

beforeAll(async () => {
  cluster = await startFlink(join(scratch, 'flink'), { version: '1.20.3', taskManagerMemory: '1600m', slots: 4, hasKafka: true });
  gate = await startGate(join(scratch, 'gate'), cluster, ACCOUNT);
  numbers = new Numbers(brokers, `flink-120-${Date.now()}`);
  await numbers.create(2);
  fixture = await createFlinkJob(gate, numbersSql(brokers, numbers.topic), {});
  mkdirSync(join(fixture.dataDir, 'objects', 'results'), { recursive: true });
  const { client } = fixture.opened;
  const { id } = await client.connection.findFirstOrThrow();
  const secretSealed = seal(loadMasterKey(fixture.dataDir, null), connectionSecretContext(id), new Secret(ACCOUNT.password));
  await client.connection.update({ where: { id }, data: { configJson: JSON.stringify(configOf()), secretSealed } });
  supervisor = startSupervisor(fixture.dataDir);
});
afterAll(async () => {
  if (supervisor) await endSupervisor(supervisor, 'SIGTERM');
  await fixture?.close();
  await gate?.close();
  await cluster?.stop();
  rmSync(scratch, { recursive: true, force: true });
});

const configOf = (more: object = {}) =>
  connectionConfigSchema.parse({
    ...{ kind: 'flink', jobManagerUrl: gate.rest, gatewayUrl: gate.gateway, authentication: 'basic', username: ACCOUNT.user },
    ...{ caCertificates: gate.ca, ...more },
  });

const checkpointed = (run: number) => madeCheckpoint(fixture, run);
const copied = () => copiedAll(fixture, numbers);
const statesOfJobs = async () => (await jobsIn(cluster, fixture)).map((job) => job.state).sort();

async function start(choice: Parameters<typeof startRequest>[0] | { readonly snapshotId: string } = 'newest'): Promise<void> {
  const wanted =
    typeof choice === 'string'
      ? startRequest(choice)
      : ({ ...startRequest(), choice: { kind: 'snapshot', ...choice }, ...choice } as ReturnType<typeof startRequest>);
  await request(fixture, wanted);
  await hasStatus(fixture, 'job_running', 120_000);
}

async function stop(mode: 'savepoint' | 'drain' | 'without') {
  await request(fixture, { kind: 'stop', mode });
  await hasStatus(fixture, 'job_cancel_success', 120_000);
  return (await snapshotsOf(fixture)).at(-1);
}

async function contentOf(path: string) {
  const inspected: InspectedSnapshot = await inspectSnapshot(
    folderAt(createStore({ kind: 'local', root: join(fixture.dataDir, 'objects') }), path),
  );
  if (inspected.kind !== 'flink' || inspected.content.kind !== 'flink') throw new Error(`${path} is ${inspected.kind}`);
  return inspected.content;
}

describe('a SQL job on Flink 1.20 behind TLS and a password', () => {
  it('shakes hands, and says what is refused', async () => {
    const dialer = createDialer({ allowPrivateAddresses: true });
    const tested = async (config: ReturnType<typeof configOf>, password: string) => {
      const { steps } = await testConnection(config, new Secret(password), dialer, systemClock);
      const failed = steps.find((step) => step.result === 'fail');
      return failed ? `${failed.step}: ${failed.message}` : (steps.find((step) => step.step === 'signed-in')?.message ?? '');
    };
    expect(await tested(configOf(), ACCOUNT.password)).toMatch(/^Flink 1\.20\.3: \d of 4 slots free on 1 TaskManagers/);
    expect(await tested(configOf(), 'wrong')).toMatch(/401: the sign-in of the connection is refused/);
    expect(await tested(configOf({ authentication: 'none', username: '' }), '')).toMatch(/401: the sign-in of the connection is refused/);
    expect(await tested(configOf({ caCertificates: '' }), ACCOUNT.password)).toMatch(/certificate/i);
  });

  it('refuses a savepoint that a newer Flink made, and starts nothing', async () => {
    const path = `obs://tidemark/jobs/savepoint/${fixture.jobId}/savepoint-newer`;
    const store = createStore({ kind: 'local', root: join(fixture.dataDir, 'objects') });
    await store.ensureBucket('tidemark');
    const made = readFileSync(new URL('../snapshots/flink/fixtures/kafka-canonical.bin', import.meta.url));
    await store.put({ bucket: 'tidemark', key: `${path.replace('obs://tidemark/', '')}/_metadata` }, made);
    const { client } = fixture.opened;
    const whose = { jobId: fixture.jobId, name: 'savepoint-newer', kind: 'savepoint', origin: 'imported', engine: 'flink', path };
    const row = await client.snapshot.create({ data: { ...whose, createdAt: new Date(), durationMs: 1, sizeBytes: 1n } });
    const { blockedBy } = await withPreviews((previews) => previews.previewStart(fixture.jobId, { kind: 'snapshot', snapshotId: row.id }));
    expect(blockedBy).toMatch(/^The snapshot was made by Flink 2\.1 or newer, and the cluster is Flink 1\.20\.3, which cannot read it/);
    await client.snapshot.delete({ where: { id: row.id } });
    expect(await statesOfJobs()).toEqual([]);
  });

  it('lives as on 2.3: a TaskManager lost, stop with savepoint, restore, cancel, import of the latest checkpoint, drain', async () => {
    await numbers.send(300);
    await start();
    await checkpointed(1);
    await cluster.kill('taskmanager');
    await cluster.start('taskmanager');
    await numbers.send(100);
    await copied();
    await until(
      "Flink's restart is told",
      () => eventsOf(fixture),
      (all) => all.some((event) => event.kind === 'engine' && /restarts the job by itself/.test(event.message)),
    );
    expect(await runsOf(fixture)).toHaveLength(1);

    const savepoint = await stop('savepoint');
    expect(savepoint).toMatchObject({ kind: 'savepoint', origin: 'stop', engine: 'flink', runNumber: 1 });
    const content = await contentOf(savepoint?.path as string);
    expect(content).toMatchObject({ version: 4, oldestFlink: '1.16', isSelfContained: true, unread: [] });
    expect(content.properties).toMatchObject({ type: 'savepoint', format: 'CANONICAL', postAction: 'SUSPEND' });
    const positions = JSON.parse(savepoint?.positionsJson ?? '[]') as { offset: number }[];
    expect(positions.reduce((sum, one) => sum + one.offset, 0)).toBe(numbers.sent);

    await numbers.send(100);
    await start();
    expect((await runsOf(fixture)).at(-1)).toMatchObject({ number: 2, start: 'snapshot', restoredFromId: savepoint?.id });
    await checkpointed(2);
    await copied();
    await stop('without');

    const latest = (await snapshotsOf(fixture))
      .filter((one) => one.runNumber === 2 && one.kind === 'checkpoint' && one.purgedAt === null)
      .at(-1);
    const { preview } = await withPreviews((previews) => previews.previewImport(fixture.jobId, latest?.path as string));
    expect(preview.checks.map((one) => [one.check, one.result]).slice(0, 3)).toEqual([
      ['manifest-whole', 'pass'],
      ['files-present', 'pass'],
      ['belongs-to-job', 'pass'],
    ]);
    expect(preview.canImport).toBe('yes');
    await numbers.send(100);
    await start({ snapshotId: latest?.id as string });
    await checkpointed(3);
    await copied();
    expect((await runsOf(fixture)).at(-1)).toMatchObject({ number: 3, restoredFromId: latest?.id });

    const drained = await stop('drain');
    expect(drained).toMatchObject({ kind: 'savepoint', origin: 'drain', runNumber: 3 });
    expect((await contentOf(drained?.path as string)).properties).toMatchObject({ postAction: 'TERMINATE' });
    expect(copiesOf(fixture)).toEqual(upTo(numbers.sent));
    expect(await statesOfJobs()).toEqual(['CANCELED', 'FINISHED', 'FINISHED']);
    expect(gate.counts.passed).toBeGreaterThan(100);
  });
});

async function withPreviews<T>(ask: (previews: ReturnType<typeof createPreviews>) => Promise<T>): Promise<T> {
  const environment = parseEnvironment({ TIDEMARK_DATA_DIR: fixture.dataDir }, fixture.dataDir);
  if (!environment.ok) throw new Error(environment.problems.join(' '));
  const planner = new PlannerThread(60_000);
  try {
    const masterKey = loadMasterKey(fixture.dataDir, null);
    const options = { database: fixture.opened.client, clock: systemClock, environment: environment.value, masterKey, planner };
    return await ask(createPreviews({ ...options, counts: new LiveCounts() }));
  } finally {
    await planner.close();
  }
}
