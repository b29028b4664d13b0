/** Counts of a job's open run from the database, and from its live reports where there are younger ones. */

import type { Figure } from '../contract/primitives.ts';
import { say } from '../contract/said.ts';
import type { SnapshotContext } from './context.ts';
import { exposureFigure, type RunCounts } from './exposure.ts';
import { unknown } from './figures.ts';

export async function readExposure(context: SnapshotContext, jobId: number): Promise<Figure> {
  const run = await context.database.run.findFirst({ where: { jobId, endedAt: null }, orderBy: { number: 'desc' } });
  if (!run) return unknown(say('said.basis.noRun'));
  const snapshot = await context.database.snapshot.findFirst({
    where: { jobId, runNumber: run.number, origin: { not: 'imported' }, recordsIn: { not: null } },
    orderBy: [{ createdAt: 'desc' }, { checkpointId: 'desc' }],
  });
  const nowMs = context.clock.nowMs();
  const beganMs = (run.runningAt ?? run.startedAt).getTime();
  // A snapshot is dated when it is complete; what it saves ends at its barrier.
  const saved = snapshot && {
    atMs: snapshot.createdAt.getTime() - (snapshot.durationMs ?? 0),
    records: Number(snapshot.recordsIn ?? 0n),
  };
  const stored = run.recordsIn === null || run.tasksAt === null ? null : { atMs: run.tasksAt.getTime(), records: Number(run.recordsIn) };
  const live = context.counted(jobId);
  // A live count from before the newest snapshot was complete is counted from the one before it: only its rate is of use.
  const isOfSaved = live !== null && (snapshot === null || live.atMs >= snapshot.createdAt.getTime());
  const counts: RunCounts = {
    beganMs,
    saved,
    reported: live && isOfSaved ? { atMs: live.atMs, records: (saved?.records ?? 0) + live.sinceSnapshot } : stored,
    rate: live?.rate ?? null,
  };
  return exposureFigure(counts, nowMs);
}
