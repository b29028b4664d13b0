/** Two snapshots side by side: operators by uid and positions by source and split, each with what changed from the first to the second. */
import type { SnapshotDetail } from '../../server/contract/snapshot.ts';

export interface ComparedOperator {
  readonly uid: string;
  readonly description: string;
  /** Null = it is not in that snapshot. */
  readonly left: { readonly records: number | null; readonly bytes: number | null } | null;
  readonly right: { readonly records: number | null; readonly bytes: number | null } | null;
}

export interface ComparedPosition {
  readonly key: string;
  readonly source: string;
  readonly split: string;
  readonly left: string | null;
  readonly right: string | null;
  /** Records or bytes between the two, where positions are numbers. */
  readonly change: number | null;
}

const keysOfBoth = <T>(left: ReadonlyMap<string, T>, right: ReadonlyMap<string, T>): string[] => [
  ...new Set([...left.keys(), ...right.keys()]),
];

export function compareOperators(left: SnapshotDetail['operators'], right: SnapshotDetail['operators']): ComparedOperator[] {
  const leftBy = new Map(left.map((one) => [one.uid, one]));
  const rightBy = new Map(right.map((one) => [one.uid, one]));
  return keysOfBoth(leftBy, rightBy).map((uid) => {
    const before = leftBy.get(uid);
    const after = rightBy.get(uid);
    return {
      uid,
      description: (after ?? before)?.description ?? uid,
      left: before ? { records: before.stateRecords, bytes: before.stateBytes } : null,
      right: after ? { records: after.stateRecords, bytes: after.stateBytes } : null,
    };
  });
}

/** As a number of the source, or a count that the position is written as (rows that a generator has made). */
function numberOf(one: SnapshotDetail['positions'][number] | undefined): number | null {
  if (one === undefined) return null;
  return one.offset ?? (/^\d{1,3}(,\d{3})*$/.test(one.position) ? Number(one.position.replaceAll(',', '')) : null);
}

export function comparePositions(left: SnapshotDetail['positions'], right: SnapshotDetail['positions']): ComparedPosition[] {
  const keyOf = (one: SnapshotDetail['positions'][number]) => `${one.operatorUid} ${one.split}`;
  const leftBy = new Map(left.map((one) => [keyOf(one), one]));
  const rightBy = new Map(right.map((one) => [keyOf(one), one]));
  return keysOfBoth(leftBy, rightBy).map((key) => {
    const before = leftBy.get(key);
    const after = rightBy.get(key);
    const from = numberOf(before);
    const to = numberOf(after);
    return {
      key,
      source: (after ?? before)?.source ?? '',
      split: (after ?? before)?.split ?? '',
      left: before?.position ?? null,
      right: after?.position ?? null,
      change: from === null || to === null ? null : to - from,
    };
  });
}
