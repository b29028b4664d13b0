/** What a job did after a snapshot: records it read that would be read again, and whether sinks committed anything since. */
import type { Figure } from '../contract/primitives.ts';
import type { SnapshotRow } from './catalogue.ts';
import type { SnapshotContext } from './context.ts';
import { estimate, NONE, unknown } from './figures.ts';

export interface RecordsSince {
  readonly readAgain: Figure;
  /** Sinks that commit with a checkpoint have shown records since: those come twice. */
  readonly committed: Figure;
}

const COUNTED = 'counted by the job up to its last report';

export async function recordsSince(context: SnapshotContext, row: SnapshotRow): Promise<RecordsSince> {
  const { database } = context;
  const run =
    row.runNumber === null ? null : await database.run.findUnique({ where: { jobId_number: { jobId: row.jobId, number: row.runNumber } } });
  if (!run) {
    const why = 'the snapshot is not of a run of this job';
    return { readAgain: unknown(why), committed: unknown(why) };
  }
  const later = await database.run.findMany({ where: { jobId: row.jobId, number: { gt: run.number } } });
  const endedWithIt = row.origin === 'stop' || row.origin === 'drain' || run.endCause === 'finished';
  const isLast = later.length === 0 && endedWithIt;
  const isNewest = (await newerSnapshots(context, row)).length === 0;
  if (isLast && isNewest) return { readAgain: NONE, committed: NONE };
  const ownIn = run.recordsIn === null ? null : Number(run.recordsIn) - Number(row.recordsIn ?? 0n);
  const laterIn = later.reduce<number | null>(
    (sum, one) => (sum === null || one.recordsIn === null ? null : sum + Number(one.recordsIn)),
    0,
  );
  const readAgain = ownIn === null || laterIn === null ? unknown('the job reported no counts') : estimate(ownIn + laterIn, COUNTED);
  return { readAgain, committed: await committedSince(context, row) };
}

/** Deleted ones count too: what they committed stays. */
async function newerSnapshots(context: SnapshotContext, row: SnapshotRow) {
  return context.database.snapshot.findMany({
    where: {
      jobId: row.jobId,
      NOT: { OR: [{ id: row.id }, { origin: 'imported' }, { origin: 'manual' }] },
      runNumber: { gte: row.runNumber ?? 0 },
      checkpointId: { gt: row.checkpointId ?? 0n },
    },
    select: { recordsOut: true, runNumber: true },
  });
}

async function committedSince(context: SnapshotContext, row: SnapshotRow): Promise<Figure> {
  const newer = await newerSnapshots(context, row);
  if (newer.length === 0) return NONE;
  const byRun = new Map<number, number>();
  for (const one of newer) byRun.set(one.runNumber ?? 0, Math.max(byRun.get(one.runNumber ?? 0) ?? 0, Number(one.recordsOut ?? 0n)));
  let total = 0;
  for (const [run, out] of byRun) total += run === row.runNumber ? out - Number(row.recordsOut ?? 0n) : out;
  return estimate(total, 'committed by later checkpoints');
}
