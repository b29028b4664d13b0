'use client';
/** One snapshot: path, positions of every source, operators with their state. */
import { useQuery } from '@tanstack/react-query';
import type { Snapshot } from '../../server/contract/snapshot.ts';
import { routeQuery } from '../client/queries.ts';
import { keys } from '../client/query-keys.ts';
import { useI18n } from '../i18n/provider.tsx';
import { ErrorNotice } from '../job/error-notice.tsx';
import { OriginTag } from '../job/origin-tag.tsx';
import { SnapshotTables } from '../job/snapshot-tables.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Facts, Skeleton } from '../ui/surface.tsx';

export function SnapshotDetail({ snapshot, onClose }: { snapshot: Snapshot; onClose(): void }) {
  const { t, f } = useI18n();
  const { data, error, refetch } = useQuery(routeQuery('getSnapshot', [...keys.snapshots, snapshot.id], { params: { id: snapshot.id } }));
  return (
    <Dialog
      open
      onClose={onClose}
      title={<span className="font-mono">{snapshot.name}</span>}
      subtitle={
        <span className="flex items-center gap-2">
          {snapshot.jobName} <OriginTag snapshot={snapshot} />
        </span>
      }
      closeLabel={t('common.close')}
      width={860}
    >
      <div className="flex flex-col gap-4">
        <Facts
          columns={2}
          items={[
            { label: t('snap.made'), value: f.exact(snapshot.createdAt) },
            { label: t('snap.size'), value: f.bytesExact(snapshot.sizeBytes) },
            { label: t('snap.version'), value: f.full(snapshot.jobVersion) },
            { label: t('task.parallel'), value: f.full(snapshot.parallelism) },
            { label: t('snap.path'), value: snapshot.path, mono: true },
          ]}
        />
        {error ? <ErrorNotice error={error} onRetry={() => void refetch()} /> : null}
        {data ? <SnapshotTables positions={data.positions} operators={data.operators} /> : error ? null : <Skeleton height={220} />}
      </div>
    </Dialog>
  );
}
