/**
 * A console's database of a house that has run for a while: N jobs in all statuses that need nobody, each with runs, snapshots and a long
 * ledger. Written with the product's own client while no server runs; sizes are the only thing that is made up.
 */
import type { Figure, Verdict } from '../../server/contract/primitives.ts';
import { openDatabase } from '../../server/db/open-database.ts';

const DAY_MS = 86_400_000;
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

/** The data directory must have been started once, so that its project and administrator are there. */
export async function fillDatabase(dataDir: string, sql: string, sizes: FilledSizes): Promise<void> {
  const opened = await openDatabase({ dataDir, databaseUrl: null });
  const { client } = opened;
  const now = Date.now();
  try {
    const project = await client.project.findFirstOrThrow();
    const owner = await client.user.findFirstOrThrow();
    const first = ((await client.job.aggregate({ _max: { id: true } }))._max.id ?? 0) + 1;
    const at = (i: number) => new Date(now - (i % 90) * DAY_MS - i);
    await inParts(
      sizes.jobs,
      (i) => {
        const name = `orders-${i}-${['by-hour', 'by_city', 'late', 'daily'][i % 4]}`;
        const hasRun = i % STATUSES.length !== 0;
        return {
          id: first + i,
          projectId: project.id,
          ownerId: owner.id,
          name,
          liveName: `${project.id}/${name}`,
          type: i % 10 === 0 ? 'flink_jar_job' : 'flink_opensource_sql_job',
          description: `Job ${i}`,
          folderKey: i.toString(36).padStart(6, '0'),
          queueName: 'default',
          cuNumber: 2,
          parallelism: 1,
          createdAt: at(i),
          updatedAt: at(i),
          status: STATUSES[i % STATUSES.length] as string,
          statusMessage: i % STATUSES.length === 3 ? 'The broker is gone.' : '',
          statusAt: at(i),
          startedAt: hasRun ? at(i) : null,
          endedAt: hasRun ? new Date(at(i).getTime() + 3_600_000) : null,
          hadState: hasRun,
          newestSnapshotId: hasRun ? snapshotId(i, 0) : null,
          newestSnapshotAt: hasRun ? at(i) : null,
        };
      },
      (data) => client.job.createMany({ data }),
    );
    await inParts(
      sizes.jobs,
      (i) => ({ jobId: first + i, number: 1, sql, optionsJson: '{}', createdAt: at(i), createdById: owner.id }),
      (data) => client.jobVersion.createMany({ data }),
    );
    await inParts(
      sizes.jobs * 2,
      (i) => ({ jobId: first + (i >> 1), key: i % 2 ? 'team' : 'env', value: i % 2 ? `team-${i % 40}` : i % 3 ? 'test' : 'prod' }),
      (data) => client.tag.createMany({ data }),
    );
    await inParts(
      sizes.jobs,
      (i) => ({
        jobId: first + i,
        number: 1,
        jobVersion: 1,
        generation: 1,
        engine: 'embedded',
        parallelism: 1,
        start: 'empty',
        startedAt: at(i),
        runningAt: at(i),
        endedAt: new Date(at(i).getTime() + 3_600_000),
        endCause: 'stopped',
      }),
      (data) => client.run.createMany({ data }),
    );
    await inParts(
      sizes.jobs * SNAPSHOTS,
      (n) => {
        const i = Math.floor(n / SNAPSHOTS);
        const k = n % SNAPSHOTS;
        return {
          id: snapshotId(i, k),
          jobId: first + i,
          runNumber: 1,
          jobVersion: 1,
          name: `chk-${SNAPSHOTS - k}`,
          kind: 'checkpoint',
          origin: 'checkpoint',
          engine: 'embedded',
          path: `obs://tidemark/jobs/checkpoint/${i}/chk-${SNAPSHOTS - k}`,
          checkpointId: BigInt(SNAPSHOTS - k),
          generation: 1,
          createdAt: new Date(at(i).getTime() - k * 60_000),
          durationMs: 40,
          sizeBytes: BigInt(10_000 + i),
          recordsIn: BigInt(i),
          recordsOut: BigInt(i),
        };
      },
      (data) => client.snapshot.createMany({ data }),
    );
    await inParts(
      sizes.ledgerRows,
      (n) => ({
        jobId: first + (n % sizes.jobs),
        at: new Date(now - n * 1_000),
        kind: 'start',
        runNumber: 1,
        who: owner.name,
        text: 'Started from chk-5.',
        lostJson: FIGURE,
        readAgainJson: FIGURE,
        doubledJson: FIGURE,
        verdict: VERDICT,
      }),
      (data) => client.ledgerEntry.createMany({ data }),
    );
  } finally {
    await opened.close();
  }
}
