'use client';
/** Cost by job and orphan files: one look through the object store serves both. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { RefreshCw, Trash2, Undo2 } from 'lucide-react';
import Link from 'next/link';
import { type ReactNode, useState } from 'react';
import type { OrphanFile, SnapshotStorage, StorageOfJob } from '../../server/contract/snapshot-storage.ts';
import { routeQuery } from '../client/queries.ts';
import { keys } from '../client/query-keys.ts';
import { call } from '../client/request.ts';
import { useI18n } from '../i18n/provider.tsx';
import { ErrorNotice, errorText } from '../job/error-notice.tsx';
import { useIsAdmin } from '../shell/session.tsx';
import { Button } from '../ui/button.tsx';
import { type DataColumn, DataTable, PlainTable } from '../ui/data-table.tsx';
import { Card, Empty, Notice, Skeleton, Tag } from '../ui/surface.tsx';
import { useToast } from '../ui/toast.tsx';

function Looked({ children }: { children(storage: SnapshotStorage): ReactNode }) {
  const { t, f } = useI18n();
  const { data, error, isFetching, refetch } = useQuery({
    ...routeQuery('getSnapshotStorage', keys.snapshotStorage, {}),
    staleTime: 60_000,
  });
  return (
    <div className="flex grow flex-col gap-3.5">
      <div className="flex min-h-8 flex-wrap items-center gap-3 text-ctl text-text-2" role="status">
        {data
          ? t('store.scanned', { objects: data.totals.objects, size: f.bytes(data.totals.bytes), took: f.took(data.tookMs) })
          : error
            ? ''
            : t('store.scanning')}
        <Button size="sm" busy={isFetching} icon={<RefreshCw size={13} aria-hidden="true" />} onClick={() => void refetch()}>
          {t('store.again')}
        </Button>
      </div>
      {error ? <ErrorNotice error={error} onRetry={() => void refetch()} /> : null}
      {data && !data.isComplete ? <Notice kind="warn">{t('store.incomplete')}</Notice> : null}
      {data ? children(data) : error ? null : <Skeleton height={320} className="rounded-card" />}
    </div>
  );
}

export function CostTab() {
  return <Looked>{(storage) => <CostTable storage={storage} />}</Looked>;
}

function CostTable({ storage }: { storage: SnapshotStorage }) {
  const { t, f, said } = useI18n();
  const columns: readonly DataColumn<StorageOfJob>[] = [
    {
      id: 'job',
      header: t('store.job'),
      minWidth: 200,
      rowHeader: true,
      cell: (one) =>
        one.isDeleted ? (
          <span>
            {one.jobName} <Tag>{t('store.deletedJob')}</Tag>
          </span>
        ) : (
          <Link href={`/jobs/${one.jobId}?tab=snapshots`} prefetch={false} className="font-semibold hover:text-accent-text hover:underline">
            {one.jobName}
          </Link>
        ),
    },
    { id: 'bytes', header: t('store.bytes'), width: 110, align: 'right', cell: (one) => f.bytes(one.bytes) },
    { id: 'share', header: '', width: 140, hide: 'max-lg:hidden', cell: (one) => <Share part={one.bytes} whole={storage.totals.bytes} /> },
    { id: 'objects', header: t('store.objects'), width: 90, align: 'right', cell: (one) => f.full(one.objects) },
    {
      id: 'snapshots',
      header: t('store.snapshots'),
      width: 100,
      align: 'right',
      hide: 'max-md:hidden',
      cell: (one) => f.full(one.snapshots),
    },
    {
      id: 'orphans',
      header: t('store.orphanBytes'),
      width: 110,
      align: 'right',
      hide: 'max-md:hidden',
      cell: (one) => (one.unjudged === null ? f.bytes(one.orphanBytes) : '--'),
    },
    {
      id: 'note',
      header: t('store.note'),
      minWidth: 160,
      hide: 'max-xl:hidden',
      cell: (one) => (
        <span title={said(one.said, one.unjudged ?? '')} className="text-text-3">
          {said(one.said, one.unjudged ?? '')}
        </span>
      ),
    },
  ];
  return (
    <div className="overflow-hidden rounded-card border border-line-1 bg-surface">
      <DataTable
        label={t('store.tab.cost')}
        columns={columns}
        rows={storage.jobs}
        rowId={(one) => String(one.jobId)}
        rowName={(one) => one.jobName ?? ''}
        density="compact"
        empty={<Empty>{t('store.noCost')}</Empty>}
      />
    </div>
  );
}

function Share({ part, whole }: { part: number; whole: number }) {
  return (
    <span aria-hidden="true" className="block h-1.5 overflow-hidden rounded-full bg-line-1">
      <span className="block h-full rounded-full bg-accent" style={{ width: `${whole > 0 ? (100 * part) / whole : 0}%` }} />
    </span>
  );
}

export function OrphansTab() {
  return <Looked>{(storage) => <Orphans storage={storage} />}</Looked>;
}

const idOf = (file: OrphanFile): string => `${file.bucket}/${file.key}`;

function Orphans({ storage }: { storage: SnapshotStorage }) {
  const { t, f } = useI18n();
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set());
  const chosen = storage.orphans.filter((file) => picked.has(idOf(file)));
  const columns: readonly DataColumn<OrphanFile>[] = [
    {
      id: 'key',
      header: t('store.key'),
      minWidth: 300,
      rowHeader: true,
      cell: (file) => (
        <span title={`obs://${idOf(file)}`} className="font-mono text-second">
          {file.key}
        </span>
      ),
    },
    { id: 'job', header: t('store.job'), width: 190, hide: 'max-md:hidden', cell: (file) => file.jobName ?? file.jobId },
    { id: 'size', header: t('store.bytes'), width: 96, align: 'right', cell: (file) => f.bytes(file.sizeBytes) },
    { id: 'modified', header: t('store.modified'), width: 120, hide: 'max-lg:hidden', cell: (file) => f.time(file.modifiedAt) },
  ];
  return (
    <>
      <Notice kind="info">{t('store.orphanNote')}</Notice>
      <div className="overflow-hidden rounded-card border border-line-1 bg-surface">
        <DeleteBar chosen={chosen} onDone={() => setPicked(new Set())} />
        <DataTable
          label={t('store.tab.orphans')}
          columns={columns}
          rows={storage.orphans}
          rowId={idOf}
          rowName={(file) => file.key}
          density="compact"
          selection={{
            ids: picked,
            onChange: setPicked,
            selectAllLabel: t('common.selectAll'),
            selectLabel: (name) => t('common.select', { name }),
          }}
          empty={<Empty>{t('store.noOrphans')}</Empty>}
        />
      </div>
      {storage.deleted.length > 0 ? <DeletedFiles storage={storage} /> : null}
    </>
  );
}

function DeleteBar({ chosen, onDone }: { chosen: readonly OrphanFile[]; onDone(): void }) {
  const { t, f, said } = useI18n();
  const toast = useToast();
  const client = useQueryClient();
  const isAdmin = useIsAdmin();
  const refresh = () => void client.invalidateQueries({ queryKey: keys.snapshotStorage });
  const remove = useMutation({
    mutationFn: () => call('deleteOrphans', { body: { files: chosen.map(({ bucket, key }) => ({ bucket, key })) } }),
    onError: (error) => toast({ title: errorText(error, { t, said }), bad: true }),
    onSuccess: ({ deleted, kept }) => {
      refresh();
      onDone();
      const first = kept[0];
      if (first) toast({ title: t('store.keptN', { n: kept.length, reason: said(first.said, first.reason) }), bad: true });
      if (deleted.length === 0) return;
      toast({
        title: t('store.deletedN', { n: deleted.length }),
        action: { label: t('common.undo'), run: () => void call('undeleteOrphans', { body: { ids: deleted } }).then(refresh) },
      });
    },
  });
  const bytes = chosen.reduce((sum, file) => sum + file.sizeBytes, 0);
  return (
    <div className="flex min-h-12 items-center border-b border-line-1 px-4 py-2">
      <Button
        icon={<Trash2 size={14} aria-hidden="true" />}
        busy={remove.isPending}
        offReason={!isAdmin ? t('store.adminOff') : chosen.length === 0 ? t('store.deleteOff') : null}
        onClick={() => remove.mutate()}
      >
        {chosen.length === 0 ? t('common.delete') : t('store.deleteN', { n: chosen.length, size: f.bytes(bytes) })}
      </Button>
    </div>
  );
}

function DeletedFiles({ storage }: { storage: SnapshotStorage }) {
  const { t, f, said } = useI18n();
  const toast = useToast();
  const client = useQueryClient();
  const isAdmin = useIsAdmin();
  const undelete = useMutation({
    mutationFn: (id: string) => call('undeleteOrphans', { body: { ids: [id] } }),
    onError: (error) => toast({ title: errorText(error, { t, said }), bad: true }),
    onSettled: () => void client.invalidateQueries({ queryKey: keys.snapshotStorage }),
  });
  return (
    <Card title={t('store.deletedFiles')} flush>
      <PlainTable
        label={t('store.deletedFiles')}
        head={[
          { key: 'key', text: t('store.key') },
          { key: 'size', text: t('store.bytes'), align: 'right', width: 96 },
          { key: 'until', text: t('snap.kept'), width: 220 },
          { key: 'act', text: t('col.operation'), align: 'right', width: 130 },
        ]}
        rows={storage.deleted.map((file) => ({
          key: file.id,
          cells: [
            <span key="k" className="font-mono text-second break-all">
              {file.key}
            </span>,
            f.bytes(file.sizeBytes),
            file.keptBecause !== null ? said(file.keptSaid, file.keptBecause) : t('store.until', { time: f.time(file.undoUntil) }),
            <Button
              key="u"
              look="link"
              size="sm"
              icon={<Undo2 size={13} aria-hidden="true" />}
              offReason={isAdmin ? null : t('store.adminOff')}
              onClick={() => undelete.mutate(file.id)}
            >
              {t('store.bringBack')}
            </Button>,
          ],
        }))}
      />
    </Card>
  );
}
