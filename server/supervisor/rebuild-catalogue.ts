/**
 * Puts into the catalogue what lies in the folders of a job and is not in it: snapshots whose report was lost with a supervisor, or all of
 * them after the database was lost. Runs are told by their generation; a savepoint is the job's when one of its runs made it.
 */

import type { DatabaseTransaction } from '../db/open-database.ts';
import { flinkSummary } from '../snapshots/flink/flink-summary.ts';
import { foldersOf } from '../snapshots/job-folders.ts';
import { listSnapshotsBelow, type StoredSnapshot } from '../snapshots/list-snapshots.ts';
import { folderAt } from '../snapshots/snapshot-place.ts';
import { optionsOf } from './build-run-spec.ts';
import type { SupervisorContext } from './context.ts';
import type { JobRow } from './job-facts.ts';
import { onJob } from './job-transactions.ts';
import { registerSnapshot } from './snapshot-record.ts';
import { tellJob } from './tell.ts';

type StoredFlink = Extract<StoredSnapshot, { engine: 'flink' }>;

/** What Flink names its savepoints by, and the console its copies of pinned checkpoints: six digits of the job's id. */
const SAVEPOINT = /\/(?:savepoint|pinned)-([0-9a-f]{6})-[0-9a-z-]+$/;

/**
 * A snapshot's run is told by Flink's job id, of which a savepoint's name holds the beginning; one of no run of this job is another installation's.
 * Counts of records are not in Flink's metadata: they are those of the run when it was last reported.
 */
async function registerFlink(tx: DatabaseTransaction, jobId: number, stored: StoredFlink, atMs: number): Promise<boolean> {
  const { path, content, createdMs, flinkJobId } = stored;
  const runs = await tx.run.findMany({ where: { jobId, engine: 'flink' }, orderBy: { number: 'desc' } });
  const beginning = flinkJobId ?? SAVEPOINT.exec(path)?.[1];
  const run = beginning === undefined ? undefined : runs.find((one) => one.id.replaceAll('-', '').startsWith(beginning));
  if (!run) return false;
  const counts = { recordsIn: Number(run.recordsIn ?? 0n), recordsOut: Number(run.recordsOut ?? 0n) };
  const summary = flinkSummary(content, { createdMs, durationMs: 0, ...counts });
  const whose = { generation: run.generation, runNumber: run.number, jobVersion: run.jobVersion };
  const facts = { engine: 'flink', path, checkpointId: content.checkpointId, summary, keyGroups: null, sqlSha256: null } as const;
  return (await registerSnapshot(tx, jobId, { ...facts, ...whose }, atMs)) !== null;
}

/** Returns how many were added. Throws StoreError when the store does not answer. `version`: whose bucket is looked in. */
export async function rebuildCatalogue(context: SupervisorContext, job: JobRow, version: number): Promise<number> {
  const { database, store } = context;
  const row = await database.jobVersion.findUniqueOrThrow({ where: { jobId_number: { jobId: job.id, number: version } } });
  const folders = foldersOf(context.environment.objectStore, job, optionsOf(row).bucket);
  const rows = await database.snapshot.findMany({ where: { jobId: job.id }, select: { path: true } });
  const known = new Set(rows.map((snapshot) => snapshot.path));
  const isOfJob = (one: StoredSnapshot): boolean => one.engine === 'flink' || one.manifest.jobId === String(job.id);
  const checkpoints = (await listSnapshotsBelow(folderAt(store, folders.checkpoints), known)).filter(isOfJob);
  const savepoints = (await listSnapshotsBelow(folderAt(store, folders.savepoints), known)).filter(isOfJob);
  // The folder of savepoints is named by the job's number alone: another installation on the same bucket has a job of that number too.
  const runs = await database.run.findMany({ where: { jobId: job.id }, select: { id: true } });
  const attempts = new Set(runs.map((run) => run.id));
  for (const one of checkpoints) if (one.engine !== 'flink') attempts.add(one.manifest.attempt);
  const found = [...checkpoints, ...savepoints.filter((one) => one.engine === 'flink' || attempts.has(one.manifest.attempt))];
  if (found.length === 0) return 0;
  return onJob(context, job.id, async (tx) => {
    const nowMs = context.clock.nowMs();
    let added = 0;
    for (const stored of found) {
      if (stored.engine === 'flink') {
        if (await registerFlink(tx, job.id, stored, nowMs)) added++;
        continue;
      }
      const { path, manifest } = stored;
      const run = await tx.run.findFirst({ where: { jobId: job.id, generation: manifest.generation }, orderBy: { number: 'desc' } });
      const { checkpointId, keyGroups, sqlSha256, generation } = manifest;
      const facts = { engine: 'embedded', path, checkpointId, summary: manifest, keyGroups, sqlSha256, generation } as const;
      const whose = { runNumber: run?.number ?? null, jobVersion: run?.jobVersion ?? null };
      if (await registerSnapshot(tx, job.id, { ...facts, ...whose }, nowMs)) added++;
    }
    await tellJob(tx, job.id, nowMs);
    return added;
  });
}
