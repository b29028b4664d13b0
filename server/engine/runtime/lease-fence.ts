/**
 * The fence in the object store: every run leaves an object named by its generation below `_lease/` in the checkpoint directory. A run is
 * fenced when it sees one of a higher generation. Nothing is overwritten, so two runs that start at once cannot hide each other; a run deletes
 * only generations below its own. (The supervisor's lease in the database decides who may start; this stops one that slept through it.)
 */
import { LEASES, objectsBelow, type SnapshotFolder, subfolder } from '../checkpoint/snapshot-folder.ts';

const DIGITS = 15;

/** Announces this generation; the answer tells at any time whether it is still the highest. */
export async function takeLease(directory: SnapshotFolder, generation: number, runId: string): Promise<() => Promise<boolean>> {
  const leases = subfolder(directory, LEASES);
  const name = String(generation).padStart(DIGITS, '0');
  const own = leases.prefix + name;
  await directory.store.ensureBucket(directory.bucket);
  const lease = { bucket: leases.bucket, key: own };
  const body = Buffer.from(JSON.stringify({ generation, runId }), 'utf8');
  await directory.store.put(lease, body);
  // A second lock for a run that is stopped between asking this fence and storing its manifest, where the store can create conditionally.
  await directory.store.probeConditionalCreate?.(lease, body);
  for (const key of await objectsBelow(leases)) if (key < own) await directory.store.delete({ bucket: leases.bucket, key });
  return async () => (await objectsBelow(leases)).every((key) => key <= own);
}
