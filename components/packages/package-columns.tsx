'use client';
/** Columns of the packages, in DLI's order, with the menu of a row. */
import { ChevronDown, Copy, ListTree, Trash2, Upload } from 'lucide-react';
import { useMemo } from 'react';
import type { Package } from '../../server/contract/packages.ts';
import { useI18n } from '../i18n/provider.tsx';
import { Button } from '../ui/button.tsx';
import type { DataColumn } from '../ui/data-table.tsx';
import { Menu } from '../ui/menu.tsx';
import { Tag } from '../ui/surface.tsx';
import { useToast } from '../ui/toast.tsx';

interface Acts {
  onDetail(one: Package): void;
  onUpload(one: Package): void;
  onDelete(one: Package): void;
}

export const usesOf = (one: Package): number => one.versions.reduce((sum, version) => sum + version.usedBy, 0);

export function usePackageColumns(acts: Acts): readonly DataColumn<Package>[] {
  const { t, f } = useI18n();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the acts are made anew by each render of the page and only called.
  return useMemo(
    () => [
      { id: 'group', header: t('pkg.group'), width: 130, hide: 'max-md:hidden', cell: (one) => one.group || '--' },
      {
        id: 'name',
        header: t('pkg.name'),
        minWidth: 200,
        rowHeader: true,
        cell: (one) => (
          <button
            type="button"
            title={one.description}
            onClick={() => acts.onDetail(one)}
            className="max-w-full truncate rounded-[3px] font-semibold hover:text-accent-text hover:underline"
          >
            {one.name}
          </button>
        ),
      },
      { id: 'kind', header: t('pkg.kind'), width: 80, hide: 'max-md:hidden', cell: (one) => t(`pkg.kind.${one.kind}`) },
      { id: 'status', header: t('pkg.status'), width: 110, cell: (one) => <StatusTag one={one} /> },
      { id: 'version', header: t('pkg.version'), width: 84, align: 'right', cell: (one) => f.full(one.versions[0]?.number) },
      {
        id: 'size',
        header: t('pkg.size'),
        width: 96,
        align: 'right',
        hide: 'max-lg:hidden',
        cell: (one) => f.bytes(one.versions[0]?.sizeBytes),
      },
      {
        id: 'used',
        header: t('pkg.usedBy'),
        width: 104,
        hide: 'max-lg:hidden',
        cell: (one) =>
          usesOf(one) === 0 ? <span className="text-text-3">{t('pkg.usedByNone')}</span> : t('pkg.usedByN', { n: usesOf(one) }),
      },
      { id: 'owner', header: t('pkg.owner'), width: 120, hide: 'max-xl:hidden', cell: (one) => one.owner.name },
      { id: 'created', header: t('pkg.created'), width: 110, hide: 'max-xl:hidden', cell: (one) => f.time(one.createdAt) },
      { id: 'updated', header: t('pkg.updated'), width: 110, hide: 'max-xl:hidden', cell: (one) => f.time(one.updatedAt) },
      {
        id: 'operation',
        header: t('col.operation'),
        width: 90,
        align: 'right',
        stick: 'right',
        cell: (one) => <RowMenu one={one} acts={acts} />,
      },
    ],
    [t, f],
  );
}

function StatusTag({ one }: { one: Package }) {
  const { t } = useI18n();
  const status = one.versions[0]?.status ?? 'failed';
  const hue = { finished: 'ok', uploading: 'accent', failed: 'bad' } as const;
  return (
    <Tag hue={hue[status]} title={one.versions[0]?.message ?? ''}>
      {t(`pkg.status.${status}`)}
    </Tag>
  );
}

function RowMenu({ one, acts }: { one: Package; acts: Acts }) {
  const { t } = useI18n();
  const toast = useToast();
  const newest = one.versions.find((version) => version.status === 'finished');
  return (
    <Menu
      trigger={
        <Button look="link" size="sm" className="gap-1!" aria-label={t('act.of', { act: t('common.more'), name: one.name })}>
          {t('common.more')}
          <ChevronDown size={14} aria-hidden="true" />
        </Button>
      }
      entries={[
        { key: 'detail', label: t('pkg.details'), icon: <ListTree size={15} />, onSelect: () => acts.onDetail(one) },
        {
          key: 'upload',
          label: t('pkg.newVersion'),
          icon: <Upload size={14} />,
          offReason: one.isMine ? null : t('pkg.notYours'),
          onSelect: () => acts.onUpload(one),
        },
        {
          key: 'copy',
          label: t('pkg.copyPath'),
          icon: <Copy size={14} />,
          offReason: newest ? null : t('pkg.status.failed'),
          onSelect: () => void navigator.clipboard.writeText(newest?.path ?? '').then(() => toast({ title: t('pkg.copied') })),
        },
        { kind: 'line', key: 'line' },
        {
          key: 'delete',
          label: t('pkg.delete'),
          icon: <Trash2 size={14} />,
          danger: true,
          offReason: !one.isMine ? t('pkg.notYours') : usesOf(one) > 0 ? t('pkg.inUse') : null,
          onSelect: () => acts.onDelete(one),
        },
      ]}
    />
  );
}
