/**
 * Takes away what killed attempts of a job's sinks left uncommitted (files in progress, uploads in parts).
 *
 * An attempt is over for good when a later one has committed: every snapshot it may still store is older than one that is kept, so that no start
 * takes it unasked. So a run that was restored from its own checkpoint directory cleans behind the attempts before the snapshot's, and behind all
 * attempts before its own as soon as its first snapshot is committed. What any kept snapshot names is left alone: those in the checkpoint and savepoint
 * directories and the others the supervisor knows. A manifest that cannot be read keeps everything. Failures are told and tried again with
 * the next commit; they never fail the job.
 */
import { createHash } from 'node:crypto';
import type { SnapshotFolder } from '../checkpoint/snapshot-folder.ts';
import type { Committable, SinkOwner } from '../connectors/contract.ts';
import type { RestoredJob } from './restore.ts';
import type { BuildOptions, BuiltJob } from './subtask-build.ts';
import type { RunSpec } from './wire.ts';

const ID_DIGITS = 16;

/** Without a checkpoint directory runs are not fenced, so that none may touch what another left. */
export function ownersOf(spec: RunSpec): ((uid: string) => SinkOwner) | null {
  const { directory } = spec.checkpoint;
  if (directory === null) return null;
  const { generation, jobId } = spec;
  return (uid) => {
    const id = createHash('sha256')
      .update(JSON.stringify([directory, jobId, uid]))
      .digest('hex')
      .slice(0, ID_DIGITS);
    return { id, generation };
  };
}

export interface AbandonedParts {
  /** After sinks have committed a snapshot. Does not wait. */
  onCommitted(): void;
  /** What is under way. */
  settled(): Promise<void>;
}

export async function createAbandonedParts(
  spec: RunSpec,
  built: BuiltJob,
  restored: RestoredJob | null,
  locate: (uri: string) => Promise<SnapshotFolder>,
  log: BuildOptions['log'],
): Promise<AbandonedParts> {
  const writers = built.subtasks
    .flatMap((subtask) => subtask.parts.sinks)
    .filter(({ runner, writer }) => runner.subtask === 0 && writer.removeAbandoned !== undefined)
    .map(({ writer }) => writer);
  let cleaned = 0;
  let work: Promise<void> = Promise.resolve();

  const retained = async (): Promise<readonly Committable[]> =>
    (await import('./retained-committables.ts')).retainedCommittables(spec, locate);

  async function clean(below: number): Promise<void> {
    if (cleaned >= below) return;
    try {
      let gone = 0;
      for (const writer of writers) gone += (await writer.removeAbandoned?.(below, retained)) ?? 0;
      cleaned = below;
      if (gone > 0) log('info', `Took away ${gone} uncommitted parts that earlier runs had left.`);
    } catch (error) {
      log('warn', `What earlier runs left uncommitted could not be taken away: ${(error as Error).message}`);
    }
  }
  const start = (below: number): void => {
    if (writers.length > 0 && cleaned < below) work = work.then(() => clean(below));
  };

  if (restored && spec.checkpoint.directory !== null && writers.length > 0) {
    const directory = await locate(spec.checkpoint.directory);
    const { folder, manifest } = restored;
    if (folder.bucket === directory.bucket && folder.prefix.startsWith(directory.prefix)) start(manifest.generation);
  }
  return { onCommitted: () => start(spec.checkpoint.directory === null ? 0 : spec.generation), settled: () => work };
}
