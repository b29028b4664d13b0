'use client';
/** Columns of the snapshot list, with the menu of a row. */
import { ChevronDown, CircleCheck, Copy, ListTree, Pin, PinOff, Play, ScanSearch, Trash2, Undo2 } from 'lucide-react';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { useMemo } from 'react';
import type { Snapshot } from '../../server/contract/snapshot.ts';
import { useNow } from '../client/live.tsx';
import { useI18n } from '../i18n/provider.tsx';
import { OriginTag } from '../job/origin-tag.tsx';
import { Button } from '../ui/button.tsx';
import type { DataColumn } from '../ui/data-table.tsx';
import { Menu } from '../ui/menu.tsx';
import { Tag } from '../ui/surface.tsx';
import type { SnapshotActs } from './snapshot-acts.ts';

export function useSnapshotColumns({
  withJob,
  acts,
  onDetail,
}: {
  withJob: boolean;
  acts: SnapshotActs;
  onDetail(snapshot: Snapshot): void;
}): readonly DataColumn<Snapshot>[] {
  const { t, f } = useI18n();
  return useMemo(() => {
    const columns: DataColumn<Snapshot>[] = [
      { id: 'name', header: t('snap.name'), minWidth: 160, rowHeader: true, cell: (one) => <Name snapshot={one} onDetail={onDetail} /> },
      { id: 'origin', header: t('snap.origin'), width: 112, cell: (one) => <OriginTag snapshot={one} /> },
      { id: 'made', header: t('snap.made'), width: 108, sortable: true, cell: (one) => <Made at={one.createdAt} /> },
      {
        id: 'size',
        header: t('snap.size'),
        width: 96,
        align: 'right',
        sortable: true,
        cell: (one) => <span title={f.bytesExact(one.sizeBytes)}>{f.bytes(one.sizeBytes)}</span>,
      },
      { id: 'took', header: t('snap.took'), width: 86, align: 'right', hide: 'max-2xl:hidden', cell: (one) => f.took(one.durationMs) },
      { id: 'version', header: t('snap.version'), width: 84, align: 'right', hide: 'max-xl:hidden', cell: (one) => f.full(one.jobVersion) },
      {
        id: 'positions',
        header: t('snap.positions'),
        width: 92,
        align: 'right',
        hide: 'max-2xl:hidden',
        cell: (one) => f.full(one.positionCount),
      },
      { id: 'proven', header: t('snap.proven'), width: 150, hide: 'max-lg:hidden', cell: (one) => <Proven snapshot={one} /> },
      { id: 'kept', header: t('snap.kept'), width: 104, hide: 'max-md:hidden', cell: (one) => <Kept snapshot={one} /> },
      {
        id: 'operation',
        header: t('col.operation'),
        width: 164,
        align: 'right',
        stick: 'right',
        cell: (one) => <RowActs snapshot={one} acts={acts} onDetail={onDetail} />,
      },
    ];
    if (withJob) columns.splice(1, 0, { id: 'job', header: t('snap.job'), width: 170, cell: (one) => <JobLink snapshot={one} /> });
    return columns;
  }, [t, f, withJob, acts, onDetail]);
}

function JobLink({ snapshot }: { snapshot: Snapshot }) {
  return (
    <Link href={`/jobs/${snapshot.jobId}`} prefetch={false} title={snapshot.jobName} className="hover:text-accent-text hover:underline">
      {snapshot.jobName}
    </Link>
  );
}

function Name({ snapshot, onDetail }: { snapshot: Snapshot; onDetail(snapshot: Snapshot): void }) {
  const { t } = useI18n();
  return (
    <span className="flex items-center gap-2">
      <button
        type="button"
        title={snapshot.path}
        onClick={() => onDetail(snapshot)}
        className="truncate rounded-[3px] font-mono text-second font-medium hover:text-accent-text hover:underline"
      >
        {snapshot.name}
      </button>
      {snapshot.isNewest ? <Tag hue="ok">{t('snap.newest')}</Tag> : null}
    </span>
  );
}

function Made({ at }: { at: number }) {
  const { t, f } = useI18n();
  const now = useNow();
  return <span title={f.precise(at)}>{now === null ? f.time(at) : t('snap.ago', { age: f.span(now - at) })}</span>;
}

function Proven({ snapshot }: { snapshot: Snapshot }) {
  const { t, f, said } = useI18n();
  const now = useNow();
  if (!snapshot.proven) return <span className="text-text-3">{t('snap.notProven')}</span>;
  if (!snapshot.proven.isGood) return <span className="text-bad">{said(snapshot.proven.said, snapshot.proven.message)}</span>;
  return (
    <span className="inline-flex items-center gap-1.5 text-ok">
      <CircleCheck size={14} aria-hidden="true" />
      {t('snap.provenAt', { age: f.span((now ?? snapshot.proven.at) - snapshot.proven.at), took: f.took(snapshot.proven.tookMs) })}
    </span>
  );
}

function Kept({ snapshot }: { snapshot: Snapshot }) {
  const { t, f, said } = useI18n();
  if (snapshot.undoUntil !== null) return <span className="text-warn">{t('snap.undoUntil', { time: f.time(snapshot.undoUntil) })}</span>;
  if (snapshot.isPinned) return <Tag title={said(snapshot.pinSaid, snapshot.pinReason ?? '')}>{t('snap.pinned')}</Tag>;
  return snapshot.keptUntil === null ? <span className="text-text-3">{t('snap.keptAlways')}</span> : f.time(snapshot.keptUntil);
}

function RowActs({ snapshot, acts, onDetail }: { snapshot: Snapshot; acts: SnapshotActs; onDetail(snapshot: Snapshot): void }) {
  const { t } = useI18n();
  const router = useRouter();
  if (snapshot.undoUntil !== null) {
    return (
      <Button look="link" size="sm" icon={<Undo2 size={14} aria-hidden="true" />} onClick={() => acts.undelete(snapshot)}>
        {t('snap.undelete')}
      </Button>
    );
  }
  return (
    <span className="inline-flex items-center justify-end gap-3">
      <Button look="link" size="sm" onClick={() => router.push(`/jobs/start?ids=${snapshot.jobId}&snapshot=${snapshot.id}`)}>
        {t('snap.startFrom')}
      </Button>
      <Menu
        trigger={
          <Button look="link" size="sm" className="gap-1!" aria-label={t('act.of', { act: t('common.more'), name: snapshot.name })}>
            {t('common.more')}
            <ChevronDown size={14} aria-hidden="true" />
          </Button>
        }
        entries={[
          {
            key: 'start',
            label: t('snap.startFrom'),
            icon: <Play size={14} />,
            onSelect: () => router.push(`/jobs/start?ids=${snapshot.jobId}&snapshot=${snapshot.id}`),
          },
          { key: 'detail', label: t('snap.details'), icon: <ListTree size={15} />, onSelect: () => onDetail(snapshot) },
          {
            key: 'copy',
            label: t('snap.copyPath'),
            icon: <Copy size={14} />,
            onSelect: () => void navigator.clipboard.writeText(snapshot.path),
          },
          {
            key: 'verify',
            label: t('store.verify'),
            icon: <ScanSearch size={15} />,
            offReason: snapshot.engine === 'embedded' ? null : t('import.engine.flink'),
            onSelect: () => acts.verify(snapshot),
          },
          { kind: 'line', key: 'line' },
          {
            key: 'pin',
            label: snapshot.isPinned ? t('snap.unpin') : t('snap.pin'),
            icon: snapshot.isPinned ? <PinOff size={15} /> : <Pin size={15} />,
            onSelect: () => acts.pin(snapshot),
          },
          {
            key: 'delete',
            label: t('snap.delete'),
            icon: <Trash2 size={15} />,
            danger: true,
            offReason: snapshot.isPinned ? t('snap.pinnedOff') : null,
            onSelect: () => acts.remove(snapshot),
          },
        ]}
      />
    </span>
  );
}
