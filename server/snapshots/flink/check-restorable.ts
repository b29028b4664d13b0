/** Whether Flink can be given a snapshot: its metadata whole, and the files it refers to there. */

import { recognise } from '../../contract/recognise.ts';
import { say } from '../../contract/said.ts';
import type { SnapshotFolder } from '../../engine/checkpoint/snapshot-folder.ts';
import { StoreError } from '../../storage/contract.ts';
import { inspectSnapshot, partsProblem, type Restorable } from '../inspect-snapshot.ts';
import { checkFlinkFiles } from './describe-flink.ts';

export async function checkRestorableFlink(folder: SnapshotFolder): Promise<Restorable> {
  try {
    const found = await inspectSnapshot(folder);
    if (found.kind === 'none') return { kind: 'not-restorable', reason: say('said.broken.gone') };
    if (found.kind !== 'flink') return { kind: 'not-restorable', reason: say('said.broken.flinkNot') };
    const { content } = found;
    if (content.kind === 'problem')
      return { kind: 'not-restorable', reason: say('said.broken.flinkDamaged', { reason: content.reason, offset: content.offset }) };
    const problem = partsProblem(await checkFlinkFiles(folder, content.files));
    return problem === null ? { kind: 'restorable', engine: 'flink', flink: content } : { kind: 'not-restorable', reason: problem };
  } catch (error) {
    if (error instanceof StoreError) return { kind: 'unreachable', reason: recognise(error.message) };
    throw error;
  }
}
