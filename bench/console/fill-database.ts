/**
 * A console's database of a house that has run for a while: N jobs in all statuses that need nobody, each with runs, snapshots and a long
 * ledger. Written with the product's own client while no server runs; sizes are the only thing that is made up.
 */
import type { Figure, Verdict } from '../../server/contract/primitives.ts';
import { openDatabase } from '../../server/db/open-database.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const STATUSES = ['job_init', 'job_cancel_success', 'job_finish', 'job_running_exception', 'job_submit_fail'] as const;
const ROWS_AT_ONCE = 1_000;
const SNAPSHOTS = 5;
const NOTHING: Figure = { value: 0, confidence: 'exact', basis: null };
const FIGURE = JSON.stringify(NOTHING);
const VERDICT: Verdict = 'ok';

const snapshotId = (job: number, snapshot: number): string =>
  `${job.toString(16).padStart(8, '0')}-0000-4000-8000-${snapshot.toString(16).padStart(12, '0')}`;

async function inParts<T>(count: number, row: (i: number) => T, write: (rows: T[]) => Promise<unknown>): Promise<void> {
  for (let from = 0; from < count; from += ROWS_AT_ONCE) {
    await write(Array.from({ length: Math.min(ROWS_AT_ONCE, count - from) }, (_, i) => row(from + i)));
  }
}

export interface FilledSizes {
  readonly jobs: number;
  readonly ledgerRows: number;
}

interface House {
  readonly projectId: string;
  readonly owner: { readonly id: string; readonly name: string };
  readonly firstId: number;
  readonly jobs: number;
  readonly nowMs: number;
}

const momentOf = (house: House, i: number): Date => new Date(house.nowMs - (i % 90) * DAY_MS - i);
const hasRun = (i: number): boolean => i % STATUSES.length !== 0;

function jobRow(house: House, i: number) {
  const name = `orders-${i}-${['by-hour', 'by_city', 'late', 'daily'][i % 4]}`;
  const at = momentOf(house, i);
  return {
    id: house.firstId + i,
    projectId: house.projectId,
    ownerId: house.owner.id,
    name,
    liveName: `${house.projectId}/${name}`,
    type: i % 10 === 0 ? 'flink_jar_job' : 'flink_opensource_sql_job',
    description: `Job ${i}`,
    folderKey: i.toString(36).padStart(6, '0'),
    queueName: 'default',
    cuNumber: 2,
    parallelism: 1,
    createdAt: at,
    updatedAt: at,
    status: STATUSES[i % STATUSES.length] as string,
    statusMessage: i % STATUSES.length === 3 ? 'The broker is gone.' : '',
    statusAt: at,
    startedAt: hasRun(i) ? at : null,
    endedAt: hasRun(i) ? new Date(at.getTime() + HOUR_MS) : null,
    hadState: hasRun(i),
    newestSnapshotId: hasRun(i) ? snapshotId(i, 0) : null,
    newestSnapshotAt: hasRun(i) ? at : null,
  };
}

function runRow(house: House, i: number) {
  const at = momentOf(house, i);
  return {
    jobId: house.firstId + i,
    number: 1,
    jobVersion: 1,
    generation: 1,
    engine: 'embedded',
    parallelism: 1,
    start: 'empty',
    startedAt: at,
    runningAt: at,
    endedAt: new Date(at.getTime() + HOUR_MS),
    endCause: 'stopped',
  };
}

function snapshotRow(house: House, n: number) {
  const i = Math.floor(n / SNAPSHOTS);
  const k = n % SNAPSHOTS;
  return {
    id: snapshotId(i, k),
    jobId: house.firstId + i,
    runNumber: 1,
    jobVersion: 1,
    name: `chk-${SNAPSHOTS - k}`,
    kind: 'checkpoint',
    origin: 'checkpoint',
    engine: 'embedded',
    path: `obs://tidemark/jobs/checkpoint/${i}/chk-${SNAPSHOTS - k}`,
    checkpointId: BigInt(SNAPSHOTS - k),
    generation: 1,
    createdAt: new Date(momentOf(house, i).getTime() - k * 60_000),
    durationMs: 40,
    sizeBytes: BigInt(10_000 + i),
    recordsIn: BigInt(i),
    recordsOut: BigInt(i),
  };
}

function ledgerRow(house: House, n: number) {
  return {
    jobId: house.firstId + (n % house.jobs),
    at: new Date(house.nowMs - n * 1_000),
    kind: 'start',
    runNumber: 1,
    who: house.owner.name,
    text: 'Started from chk-5.',
    lostJson: FIGURE,
    readAgainJson: FIGURE,
    doubledJson: FIGURE,
    verdict: VERDICT,
  };
}

function tagRow(house: House, n: number) {
  const value = n % 2 ? `team-${n % 40}` : n % 3 ? 'test' : 'prod';
  return { jobId: house.firstId + (n >> 1), key: n % 2 ? 'team' : 'env', value };
}

/** The data directory must have been started once, so that its project and administrator are there. */
export async function fillDatabase(dataDir: string, sql: string, sizes: FilledSizes): Promise<void> {
  const opened = await openDatabase({ dataDir, databaseUrl: null });
  const { client } = opened;
  const { jobs, ledgerRows } = sizes;
  try {
    const project = await client.project.findFirstOrThrow();
    const owner = await client.user.findFirstOrThrow();
    const newest = await client.job.aggregate({ _max: { id: true } });
    const house: House = { projectId: project.id, owner, firstId: (newest._max.id ?? 0) + 1, jobs, nowMs: Date.now() };
    const version = (i: number) => ({
      jobId: house.firstId + i,
      number: 1,
      sql,
      optionsJson: '{}',
      createdAt: momentOf(house, i),
      createdById: owner.id,
    });
    await inParts(
      jobs,
      (i) => jobRow(house, i),
      (data) => client.job.createMany({ data }),
    );
    await inParts(jobs, version, (data) => client.jobVersion.createMany({ data }));
    await inParts(
      jobs * 2,
      (n) => tagRow(house, n),
      (data) => client.tag.createMany({ data }),
    );
    await inParts(
      jobs,
      (i) => runRow(house, i),
      (data) => client.run.createMany({ data }),
    );
    await inParts(
      jobs * SNAPSHOTS,
      (n) => snapshotRow(house, n),
      (data) => client.snapshot.createMany({ data }),
    );
    await inParts(
      ledgerRows,
      (n) => ledgerRow(house, n),
      (data) => client.ledgerEntry.createMany({ data }),
    );
  } finally {
    await opened.close();
  }
}
