/** What a failure at this moment costs when the job is restored from its newest snapshot: nothing lost, some records read again, perhaps doubled. */
import type { Figure } from '../contract/primitives.ts';
import type { Manifest } from '../engine/checkpoint/manifest.ts';
import { COUNTED_ON } from '../snapshots/exposure.ts';
import { basisOf } from '../snapshots/figures.ts';
import { inspectSnapshot } from '../snapshots/inspect-snapshot.ts';
import { folderAt } from '../snapshots/snapshot-place.ts';
import { StoreError } from '../storage/contract.ts';
import type { SupervisorContext } from './context.ts';
import type { JobRow } from './job-facts.ts';
import { type Cost, NONE, UNKNOWN } from './ledger.ts';

/** `exposure`: records read from the newest snapshot to the failure; null = not known. */
export async function costOfFailure(context: SupervisorContext, job: JobRow, exposure: number | null): Promise<Cost> {
  // A supervisor that never had a line to the run knows what was stored last; 0 is what a checkpoint stores, before anything is counted again.
  const records = exposure ?? (job.exposureRecords ? Number(job.exposureRecords) : null);
  const readAgain: Figure = records === null ? UNKNOWN : { value: Math.round(records), confidence: 'estimate', ...basisOf(COUNTED_ON) };
  const snapshot =
    job.newestSnapshotId === null ? null : await context.database.snapshot.findUnique({ where: { id: job.newestSnapshotId } });
  if (!snapshot) return { lost: NONE, readAgain, doubled: readAgain };
  try {
    const inspected = await inspectSnapshot(folderAt(context.store, snapshot.path));
    const doubled = inspected.kind === 'embedded' && !mayDouble(inspected.manifest) ? NONE : readAgain;
    return { lost: NONE, readAgain, doubled };
  } catch (error) {
    if (error instanceof StoreError) return { lost: NONE, readAgain, doubled: readAgain };
    throw error;
  }
}

/** Some sink shows records again that are processed again. */
function mayDouble(manifest: Manifest): boolean {
  return manifest.plan.nodes.some(
    (node) => node.kind === 'sink' && node.delivery.guarantee !== 'exactly-once' && node.delivery.guarantee !== 'idempotent',
  );
}
