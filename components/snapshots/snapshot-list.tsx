'use client';
/** Snapshots of one job or of all: find, start from, pin, verify, delete with undo, compare two, positions and operators. */
import { useQuery } from '@tanstack/react-query';
import { GitCompare } from 'lucide-react';
import { useState } from 'react';
import type { Job } from '../../server/contract/job.ts';
import type { Snapshot } from '../../server/contract/snapshot.ts';
import { routeQuery } from '../client/queries.ts';
import { keys } from '../client/query-keys.ts';
import { useI18n } from '../i18n/provider.tsx';
import { ErrorNotice } from '../job/error-notice.tsx';
import { usePages } from '../job/pages.tsx';
import { Button } from '../ui/button.tsx';
import { DataTable } from '../ui/data-table.tsx';
import { Empty } from '../ui/surface.tsx';
import { CompareDialog } from './compare-dialog.tsx';
import { useSnapshotActs } from './snapshot-acts.ts';
import { useSnapshotColumns } from './snapshot-columns.tsx';
import { SnapshotDetail } from './snapshot-detail.tsx';
import { isFiltered, NO_FILTER, queryOfFilter, SnapshotFilters } from './snapshot-filters.tsx';

export function SnapshotList({ job }: { job?: Job }) {
  const { t, f } = useI18n();
  const [filter, setFilter] = useState(NO_FILTER);
  const [sort, setSort] = useState('-made');
  const [page, setPage] = useState({ page: 1, pageSize: 50 });
  const [shown, setShown] = useState<Snapshot | null>(null);
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set());
  const [comparing, setComparing] = useState<readonly [Snapshot, Snapshot] | null>(null);
  const query = {
    ...page,
    ...queryOfFilter(filter),
    ...(job ? { jobId: job.id } : {}),
    sort: sort.replace('-', '') as 'made' | 'size',
    order: sort.startsWith('-') ? ('desc' as const) : ('asc' as const),
  };
  const { data, error, isPending, refetch } = useQuery(routeQuery('listSnapshots', keys.snapshotList(query), { query }));
  const columns = useSnapshotColumns({ withJob: !job, acts: useSnapshotActs(), onDetail: setShown });
  const pager = usePages(page, data?.total, setPage);
  const rows = data?.items ?? [];
  const [one, other] = rows.filter((row) => picked.has(row.id)).sort((a, b) => a.createdAt - b.createdAt);
  const pair = one && other && picked.size === 2 ? ([one, other] as const) : null;
  return (
    <section
      className="flex min-w-0 grow flex-col overflow-hidden rounded-card border border-line-1 bg-surface"
      aria-label={t('snap.label')}
    >
      <div className="flex min-h-12 flex-wrap items-center gap-x-3 gap-y-2 border-b border-line-1 px-4 py-2">
        <CompareButton isOn={pair !== null} onClick={() => setComparing(pair)} />
        <SnapshotFilters
          filter={filter}
          onChange={(next) => {
            setFilter(next);
            setPage({ ...page, page: 1 });
          }}
        />
        {/* As wide while it is asked for: the line must not break when it comes. */}
        <span className="ml-auto min-w-[260px] text-right text-second text-text-3 max-md:text-left">
          {data ? t('snap.totals', { n: data.totals.kept, size: f.bytes(data.totals.bytes), pinned: data.totals.pinned }) : '\u00a0'}
        </span>
      </div>
      {error ? <ErrorNotice error={error} onRetry={() => void refetch()} className="m-4" /> : null}
      <div className="grow">
        <DataTable
          label={t('snap.label')}
          columns={columns}
          rows={rows}
          rowId={(row) => row.id}
          rowName={(row) => row.name}
          density="compact"
          sort={sort}
          onSort={setSort}
          loading={isPending}
          selection={{
            ids: picked,
            onChange: setPicked,
            selectAllLabel: t('common.selectAll'),
            selectLabel: (name) => t('common.select', { name }),
          }}
          empty={error ? null : <Empty>{isFiltered(filter) ? t('snap.emptyFiltered') : t('snap.empty')}</Empty>}
        />
      </div>
      {pager}
      {shown ? <SnapshotDetail snapshot={shown} onClose={() => setShown(null)} /> : null}
      {comparing ? <CompareDialog left={comparing[0]} right={comparing[1]} onClose={() => setComparing(null)} /> : null}
    </section>
  );
}

function CompareButton({ isOn, onClick }: { isOn: boolean; onClick(): void }) {
  const { t } = useI18n();
  return (
    <Button size="sm" icon={<GitCompare size={14} aria-hidden="true" />} offReason={isOn ? null : t('store.compareOff')} onClick={onClick}>
      {t('store.compare')}
    </Button>
  );
}
