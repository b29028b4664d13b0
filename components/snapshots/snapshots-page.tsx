'use client';
/** Snapshots over all jobs. */
import { PageHead } from '../shell/page-head.tsx';
import { SnapshotList } from './snapshot-list.tsx';

export function SnapshotsPage() {
  return (
    <>
      <PageHead title="nav.snapshots" />
      <div className="flex grow flex-col px-(--gutter) pb-5 max-md:pt-4">
        <SnapshotList />
      </div>
    </>
  );
}
