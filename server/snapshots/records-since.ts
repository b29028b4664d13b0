/** What a job did after a snapshot: records it read that would be read again, and whether sinks committed anything since. */

import type { Figure } from '../contract/primitives.ts';
import { say } from '../contract/said.ts';
import type { Manifest } from '../engine/checkpoint/manifest.ts';
import type { SnapshotRow } from './catalogue.ts';
import type { SnapshotContext } from './context.ts';
import { estimate, NONE, unknown } from './figures.ts';

type Origin = Pick<Manifest, 'jobId' | 'generation'>;

export interface RecordsSince {
  readonly readAgain: Figure;
  /** Sinks that commit with a checkpoint have shown records since: those come twice. */
  readonly committed: Figure;
}

const COUNTED = say('said.basis.counted');

export async function recordsSince(context: SnapshotContext, row: SnapshotRow, manifest: Origin): Promise<RecordsSince> {
  const { database } = context;
  const run = await runOf(context, row, manifest);
  if (!run) {
    const why = say('said.basis.foreign');
    return { readAgain: unknown(why), committed: unknown(why) };
  }
  const later = await database.run.findMany({ where: { jobId: row.jobId, number: { gt: run.number } } });
  const endedWithIt = row.origin === 'stop' || row.origin === 'drain' || run.endCause === 'finished';
  const isLast = later.length === 0 && endedWithIt;
  const newer = await newerSnapshots(context, row, run.number);
  const isNewest = newer.length === 0;
  if (isLast && isNewest) return { readAgain: NONE, committed: NONE };
  const ownIn = run.recordsIn === null ? null : Number(run.recordsIn) - Number(row.recordsIn ?? 0n);
  const laterIn = later.reduce<number | null>(
    (sum, one) => (sum === null || one.recordsIn === null ? null : sum + Number(one.recordsIn)),
    0,
  );
  const readAgain = ownIn === null || laterIn === null ? unknown(say('said.basis.noCounts')) : estimate(ownIn + laterIn, COUNTED);
  return { readAgain, committed: committedSince(row, run.number, newer) };
}

/** The run that made it; an imported one is told by its generation when it is of this job. */
async function runOf(context: SnapshotContext, row: SnapshotRow, manifest: Origin) {
  const { jobId } = row;
  if (row.runNumber !== null) return context.database.run.findUnique({ where: { jobId_number: { jobId, number: row.runNumber } } });
  if (manifest.jobId !== String(jobId)) return null;
  return context.database.run.findFirst({ where: { jobId, generation: manifest.generation }, orderBy: { number: 'desc' } });
}

/** Deleted ones count too: what they committed stays. */
async function newerSnapshots(context: SnapshotContext, row: SnapshotRow, runNumber: number) {
  return context.database.snapshot.findMany({
    where: {
      jobId: row.jobId,
      NOT: { OR: [{ id: row.id }, { origin: 'imported' }, { origin: 'manual' }] },
      runNumber: { gte: runNumber },
      checkpointId: { gt: row.checkpointId ?? 0n },
    },
    select: { recordsOut: true, runNumber: true },
  });
}

function committedSince(row: SnapshotRow, runNumber: number, newer: Awaited<ReturnType<typeof newerSnapshots>>): Figure {
  if (newer.length === 0) return NONE;
  const byRun = new Map<number, number>();
  for (const one of newer) byRun.set(one.runNumber ?? 0, Math.max(byRun.get(one.runNumber ?? 0) ?? 0, Number(one.recordsOut ?? 0n)));
  let total = 0;
  for (const [run, out] of byRun) total += run === runNumber ? out - Number(row.recordsOut ?? 0n) : out;
  return estimate(total, say('said.basis.committed'));
}
