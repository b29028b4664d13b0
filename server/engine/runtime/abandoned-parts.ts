/**
 * Takes away what killed attempts of a job's sinks left uncommitted (files in progress, uploads in parts).
 *
 * An attempt is over for good when a later one has committed: every snapshot it may still store is older than one that is kept, so that no start
 * takes it unasked. So a run that was restored from its own checkpoint directory cleans behind the attempts before the snapshot's, and behind all
 * attempts before its own as soon as its first snapshot is committed. What any kept snapshot names is left alone: those in the checkpoint and savepoint
 * directories and the others the supervisor knows. A manifest that cannot be read keeps everything. Failures are told and tried again with
 * the next commit; they never fail the job.
 */
import type { SnapshotFolder } from '../checkpoint/snapshot-folder.ts';
import type { RuntimeContext } from '../connectors/contract.ts';
import type { RestoredJob } from './restore.ts';
import type { RunSpec } from './wire.ts';

export interface AbandonedParts {
  /** After sinks have committed a snapshot. Does not wait. */
  onCommitted(): void;
  /** What is under way. */
  settled(): Promise<void>;
}

export async function createAbandonedParts(
  spec: RunSpec,
  removeAbandoned: (belowGeneration: number) => Promise<number>,
  restored: RestoredJob | null,
  locate: (uri: string) => Promise<SnapshotFolder>,
  log: RuntimeContext['log'],
): Promise<AbandonedParts> {
  let cleaned = 0;
  let work: Promise<void> = Promise.resolve();

  async function clean(below: number): Promise<void> {
    if (cleaned >= below) return;
    try {
      const gone = await removeAbandoned(below);
      cleaned = below;
      if (gone > 0) log('info', `Took away ${gone} uncommitted parts that earlier runs had left.`);
    } catch (error) {
      log('warn', `What earlier runs left uncommitted could not be taken away: ${(error as Error).message}`);
    }
  }
  const start = (below: number): void => {
    if (cleaned < below) work = work.then(() => clean(below));
  };

  if (restored && spec.checkpoint.directory !== null) {
    const directory = await locate(spec.checkpoint.directory);
    const { folder, manifest } = restored;
    if (folder.bucket === directory.bucket && folder.prefix.startsWith(directory.prefix)) start(manifest.generation);
  }
  return { onCommitted: () => start(spec.checkpoint.directory === null ? 0 : spec.generation), settled: () => work };
}
