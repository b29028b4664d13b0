'use client';
/** One snapshot: path, positions of every source, operators with their state. */
import { useQuery } from '@tanstack/react-query';
import type { Snapshot, SnapshotDetail as SnapshotDetailAnswer } from '../../server/contract/snapshot.ts';
import { routeQuery } from '../client/queries.ts';
import { keys } from '../client/query-keys.ts';
import { useI18n } from '../i18n/provider.tsx';
import { ErrorNotice } from '../job/error-notice.tsx';
import { OriginTag } from '../job/origin-tag.tsx';
import { PlainTable } from '../ui/data-table.tsx';
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
        {data ? <Tables detail={data} /> : error ? null : <Skeleton height={220} />}
      </div>
    </Dialog>
  );
}

function Tables({ detail }: { detail: SnapshotDetailAnswer }) {
  const { t, f } = useI18n();
  return (
    <>
      <Box>
        <PlainTable
          label={t('snap.positions')}
          head={[
            { key: 'source', text: t('snap.source') },
            { key: 'split', text: t('snap.split') },
            { key: 'position', text: t('snap.position'), align: 'right' },
          ]}
          rows={detail.positions.map((one) => ({
            key: `${one.operatorUid}-${one.split}`,
            cells: [
              <span key="s" className="font-mono text-second">
                {one.source}
              </span>,
              one.split,
              one.position,
            ],
          }))}
        />
      </Box>
      <Box>
        <PlainTable
          label={t('start.operator')}
          head={[
            { key: 'operator', text: t('start.operator') },
            { key: 'records', text: t('snap.records'), align: 'right' },
            { key: 'size', text: t('snap.size'), align: 'right' },
          ]}
          rows={detail.operators.map((one) => ({
            key: one.uid,
            cells: [
              <span key="d" title={one.uid}>
                {one.description}
              </span>,
              f.count(one.stateRecords),
              f.bytes(one.stateBytes),
            ],
          }))}
        />
      </Box>
    </>
  );
}

function Box({ children }: { children: React.ReactNode }) {
  return <div className="overflow-hidden rounded-card border border-line-1">{children}</div>;
}
