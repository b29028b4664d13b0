/** The operators of a snapshot with what each of them holds, from its manifest. */
import type { SnapshotDetail } from '../contract/snapshot.ts';
import { stateByOperator } from './compare-operators.ts';
import type { SnapshotContext } from './context.ts';
import { describeFlinkOperators } from './flink/describe-flink.ts';
import { inspectSnapshot } from './inspect-snapshot.ts';
import { folderAt } from './snapshot-place.ts';

/** Empty when the manifest is no longer there, or is damaged. Throws StoreError when the store does not answer. */
export async function describeOperators(context: SnapshotContext, snapshotId: string): Promise<SnapshotDetail['operators']> {
  const row = await context.database.snapshot.findUniqueOrThrow({ where: { id: snapshotId } });
  const inspected = await inspectSnapshot(folderAt(context.store, row.path));
  if (inspected.kind === 'flink' && inspected.content.kind === 'flink') return describeFlinkOperators(inspected.content);
  if (inspected.kind !== 'embedded') return [];
  const held = stateByOperator(inspected.manifest);
  return inspected.manifest.plan.nodes
    .filter((node) => node.kind !== 'exchange')
    .map((node) => ({
      uid: node.uid,
      description: node.description,
      isStateful: node.isStateful,
      stateRecords: held.get(node.uid)?.records ?? (node.isStateful ? 0 : null),
      stateBytes: held.get(node.uid)?.bytes ?? (node.isStateful ? 0 : null),
    }));
}
