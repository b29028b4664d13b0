/** Origins of snapshots, in the order of the filter. */
import type { SnapshotOrigin } from '../../server/contract/snapshot.ts';

export const SNAPSHOT_ORIGIN_WORDS: readonly SnapshotOrigin[] = ['checkpoint', 'stop', 'manual', 'imported', 'drain'];
