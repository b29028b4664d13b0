/**
 * Puts into the catalogue what lies in the folders of a job and is not in it: snapshots whose report was lost with a supervisor, or all of
 * them after the database was lost. Runs are told by their generation.
 */

import { listSnapshotsBelow } from '../snapshots/list-snapshots.ts';
import { folderAt } from '../snapshots/snapshot-place.ts';
import { foldersOf, optionsOf } from './build-run-spec.ts';
import type { SupervisorContext } from './context.ts';
import type { JobRow } from './job-facts.ts';
import { onJob } from './leases.ts';
import { registerSnapshot } from './snapshot-record.ts';
import { tellJob } from './tell.ts';

/** Returns how many were added. Throws StoreError when the store does not answer. `version`: whose bucket is looked in. */
export async function rebuildCatalogue(context: SupervisorContext, job: JobRow, version: number): Promise<number> {
  const { database, store } = context;
  const row = await database.jobVersion.findUniqueOrThrow({ where: { jobId_number: { jobId: job.id, number: version } } });
  const folders = foldersOf(context.environment.objectStore, job, optionsOf(row).bucket);
  const rows = await database.snapshot.findMany({ where: { jobId: job.id }, select: { path: true } });
  const known = new Set(rows.map((snapshot) => snapshot.path));
  const found = [
    ...(await listSnapshotsBelow(folderAt(store, folders.checkpoints), known)),
    ...(await listSnapshotsBelow(folderAt(store, folders.savepoints), known)),
  ].filter(({ manifest }) => manifest.jobId === String(job.id));
  if (found.length === 0) return 0;
  return onJob(context, job.id, async (tx) => {
    const nowMs = context.clock.nowMs();
    let added = 0;
    for (const { path, manifest } of found) {
      const run = await tx.run.findFirst({ where: { jobId: job.id, generation: manifest.generation }, orderBy: { number: 'desc' } });
      const { checkpointId, keyGroups, sqlSha256, generation } = manifest;
      const facts = { path, checkpointId, summary: manifest, keyGroups, sqlSha256, generation };
      const whose = { runNumber: run?.number ?? null, jobVersion: run?.jobVersion ?? null };
      if (await registerSnapshot(tx, job.id, { ...facts, ...whose }, nowMs)) added++;
    }
    await tellJob(tx, job.id, nowMs);
    return added;
  });
}
