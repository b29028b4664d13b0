/** Runs a plan in the simulated world: from the newest whole snapshot, until it ends or its fault kills it. */
// The job loads these when it needs them; here they are loaded before, for reading a file is no simulated effect.
import '../../checkpoint/retention.ts';
import '../../checkpoint/snapshot-writer.ts';
import '../job-folders.ts';
import '../restore.ts';

import { seededRandom } from '../../../effects/random.ts';
import { simulateTime } from '../../../effects/scheduler-simulated.ts';
import { MANIFEST_NAME } from '../../checkpoint/manifest.ts';
import { decodeManifest } from '../../checkpoint/manifest-codec.ts';
import type { PhysicalPlan } from '../../planner/physical-plan.ts';
import { createJob } from '../job.ts';
import type { Job, JobEnd, JobEnvironment } from '../job-contract.ts';
import type { JobReport, RunSpec } from '../wire.ts';
import { connectorsOf } from './simulated-connectors.ts';
import { beginLife, createWorld, type Fault, type Life, storeOfLife, type World } from './simulated-world.ts';

export const BUCKET = 'snapshots';
const STEPS_MAX = 200_000;

export interface LifeOptions {
  readonly parallelism: number;
  readonly fault?: Fault;
  readonly intervalMs?: number;
  readonly spec?: Partial<RunSpec>;
  readonly fail?: (operation: string, key: string) => Error | null;
  readonly fence?: () => Promise<boolean>;
  /** Called once the job runs; may order things of it. */
  readonly onRunning?: (job: Job, world: World) => void;
}

export interface LifeResult {
  /** Null when it died. */
  readonly end: JobEnd | null;
  readonly life: Life;
  readonly reports: readonly JobReport[];
}

export function newWorld(seed: number, inputs: World['inputs']): World {
  const random = seededRandom(seed);
  return createWorld(random, simulateTime(random, 1_700_000_000_000), inputs);
}

let runs = 0;

export async function live(world: World, plan: PhysicalPlan, options: LifeOptions): Promise<LifeResult> {
  const { time } = world;
  const life = beginLife(options.fault ?? null, time);
  const reports: JobReport[] = [];
  const spec = await specOf(world, options);
  const store = storeOfLife(world.store, life, options.fail);
  const environment: JobEnvironment = {
    clock: time.clock,
    scheduler: time.scheduler,
    random: world.random,
    store,
    dialer: { connect: () => Promise.reject(new Error('no network here')), resolve: () => Promise.reject(new Error('no network here')) },
    allowLocalFiles: true,
    connectorOf: connectorsOf(world, life),
    locate: async (uri) => {
      const prefix = uri.slice(`obs://${BUCKET}/`.length);
      return { store, bucket: BUCKET, prefix: `${prefix}/`, uri };
    },
    fence: options.fence ?? (async () => true),
    report: (report) => void (life.isDead() || reports.push(report)),
    print: () => {},
    turnMs: 0,
    threads: 1,
  };
  const job = createJob(spec, plan, environment);
  let end: JobEnd | null = null;
  void job.finished.then((result) => {
    end = result;
  });
  void job.start().then(() => options.onRunning?.(job, world));
  await time.run(() => end !== null || life.isDead(), STEPS_MAX);
  if (end === null && !life.isDead()) throw new Error(`The job came to a standstill after: ${life.trace.slice(-10).join('; ')}`);
  life.die();
  return { end, life, reports };
}

async function specOf(world: World, options: LifeOptions): Promise<RunSpec> {
  runs++;
  return {
    jobId: 'job',
    jobName: 'simulated',
    runId: `run${runs}`,
    generation: runs,
    sql: '',
    settings: {},
    parallelism: options.parallelism,
    checkpoint: {
      isEnabled: true,
      intervalMs: options.intervalMs ?? 15,
      mode: 'exactly-once',
      timeoutMs: 1_000_000,
      retained: 2,
      directory: `obs://${BUCKET}/job`,
    },
    savepointDirectory: `obs://${BUCKET}/savepoints`,
    restoreFrom: await newestSnapshot(world),
    allowNonRestoredState: false,
    startPosition: null,
    stateTtlMs: 0,
    memoryBudgetBytes: 2 ** 30,
    timeZone: 'UTC',
    store: { kind: 'local', root: '/nowhere' },
    allowPrivateAddresses: false,
    allowLocalFiles: true,
    graceMs: 0,
    logFile: null,
    controlSocket: null,
    ...options.spec,
  };
}

/** What a supervisor would choose: the newest folder with a whole manifest. */
export async function newestSnapshot(world: World): Promise<string | null> {
  let newest: { readonly id: number; readonly uri: string } | null = null;
  const { objects } = await world.store.list(BUCKET, '');
  for (const { key } of objects) {
    if (!key.endsWith(`/${MANIFEST_NAME}`)) continue;
    const decoded = decodeManifest(await world.store.get({ bucket: BUCKET, key }));
    if (decoded.kind !== 'manifest') continue;
    const { checkpointId } = decoded.manifest;
    if (!newest || checkpointId > newest.id)
      newest = { id: checkpointId, uri: `obs://${BUCKET}/${key.slice(0, -MANIFEST_NAME.length - 1)}` };
  }
  return newest?.uri ?? null;
}
