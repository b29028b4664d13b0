'use client';
/** Snapshots of one job or of all: start from, pin, delete with undo, positions and operators. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Job } from '../../server/contract/job.ts';
import type { Snapshot, SnapshotOrigin } from '../../server/contract/snapshot.ts';
import { routeQuery } from '../client/queries.ts';
import { keys } from '../client/query-keys.ts';
import { call } from '../client/request.ts';
import { useI18n } from '../i18n/provider.tsx';
import { ErrorNotice, errorText } from '../job/error-notice.tsx';
import { usePages } from '../job/pages.tsx';
import { DataTable } from '../ui/data-table.tsx';
import { SelectField } from '../ui/select.tsx';
import { Empty } from '../ui/surface.tsx';
import { useToast } from '../ui/toast.tsx';
import { CheckLine } from '../ui/toggle.tsx';
import { SNAPSHOT_ORIGIN_WORDS } from './origins.ts';
import { useSnapshotColumns } from './snapshot-columns.tsx';
import { SnapshotDetail } from './snapshot-detail.tsx';

export function useSnapshotActs() {
  const { t } = useI18n();
  const toast = useToast();
  const client = useQueryClient();
  const refresh = () => {
    void client.invalidateQueries({ queryKey: keys.snapshots });
    void client.invalidateQueries({ queryKey: keys.jobs });
  };
  const onError = (error: Error) => toast({ title: errorText(error, t('common.offline')), bad: true });
  const undelete = useMutation({
    mutationFn: (snapshot: Snapshot) => call('undeleteSnapshot', { params: { id: snapshot.id } }),
    onError,
    onSuccess: (snapshot) => {
      refresh();
      toast({ title: t('snap.restored', { name: snapshot.name }) });
    },
  });
  const remove = useMutation({
    mutationFn: (snapshot: Snapshot) => call('deleteSnapshot', { params: { id: snapshot.id } }),
    onError,
    onSuccess: (snapshot) => {
      refresh();
      toast({
        title: t('snap.deleted', { name: snapshot.name }),
        action: { label: t('common.undo'), run: () => undelete.mutate(snapshot) },
      });
    },
  });
  const pin = useMutation({
    mutationFn: (snapshot: Snapshot) => call('changeSnapshot', { params: { id: snapshot.id }, body: { isPinned: !snapshot.isPinned } }),
    onError,
    onSuccess: refresh,
  });
  return { undelete: undelete.mutate, remove: remove.mutate, pin: pin.mutate };
}

export function SnapshotList({ job }: { job?: Job }) {
  const { t, f } = useI18n();
  const [origin, setOrigin] = useState<SnapshotOrigin | ''>('');
  const [deleted, setDeleted] = useState(false);
  const [sort, setSort] = useState('-made');
  const [page, setPage] = useState({ page: 1, pageSize: 50 });
  const [shown, setShown] = useState<Snapshot | null>(null);
  const acts = useSnapshotActs();
  const query = {
    ...page,
    ...(job ? { jobId: job.id } : {}),
    ...(origin ? { origin } : {}),
    deleted: deleted ? ('yes' as const) : ('no' as const),
    sort: sort.replace('-', '') as 'made' | 'size',
    order: sort.startsWith('-') ? ('desc' as const) : ('asc' as const),
  };
  const { data, error, isPending, refetch } = useQuery(routeQuery('listSnapshots', keys.snapshotList(query), { query }));
  const columns = useSnapshotColumns({ withJob: !job, acts, onDetail: setShown });
  const pager = usePages(page, data?.total, setPage);
  return (
    <section
      className="flex min-w-0 grow flex-col overflow-hidden rounded-card border border-line-1 bg-surface"
      aria-label={t('snap.label')}
    >
      <div className="flex min-h-12 flex-wrap items-center gap-4 border-b border-line-1 px-4 py-2">
        <span className="w-[170px]">
          <SelectField
            hideLabel
            label={t('snap.filter.origin')}
            value={origin}
            onChange={(next) => {
              setOrigin(next);
              setPage({ ...page, page: 1 });
            }}
            options={[
              { value: '' as const, label: t('snap.filter.all') },
              ...SNAPSHOT_ORIGIN_WORDS.map((one) => ({ value: one, label: t(`origin.${one}`) })),
            ]}
          />
        </span>
        <CheckLine checked={deleted} onChange={setDeleted} label={t('snap.showDeleted')} />
        <span className="ml-auto text-second text-text-3">
          {data ? t('snap.totals', { n: data.totals.kept, size: f.bytes(data.totals.bytes), pinned: data.totals.pinned }) : ''}
        </span>
      </div>
      {error ? <ErrorNotice error={error} onRetry={() => void refetch()} className="m-4" /> : null}
      <DataTable
        label={t('snap.label')}
        columns={columns}
        rows={data?.items ?? []}
        rowId={(one) => one.id}
        rowName={(one) => one.name}
        density="compact"
        sort={sort}
        onSort={setSort}
        loading={isPending}
        empty={error ? null : <Empty>{origin || deleted ? t('snap.emptyFiltered') : t('snap.empty')}</Empty>}
      />
      {pager}
      {shown ? <SnapshotDetail snapshot={shown} onClose={() => setShown(null)} /> : null}
    </section>
  );
}
