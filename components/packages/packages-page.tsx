'use client';
/** Package Management: jars and files by group, with their newest version, who uses them, upload and delete. */
import { useQuery } from '@tanstack/react-query';
import { Upload } from 'lucide-react';
import { useState } from 'react';
import type { Package, PackageKind } from '../../server/contract/packages.ts';
import { routeQuery } from '../client/queries.ts';
import { keys } from '../client/query-keys.ts';
import { useI18n } from '../i18n/provider.tsx';
import { ErrorNotice } from '../job/error-notice.tsx';
import { usePages } from '../job/pages.tsx';
import { PageHead } from '../shell/page-head.tsx';
import { Button } from '../ui/button.tsx';
import { DataTable } from '../ui/data-table.tsx';
import { TextField } from '../ui/field.tsx';
import { SelectField } from '../ui/select.tsx';
import { Empty } from '../ui/surface.tsx';
import { DeletePackage, type Deleting } from './delete-package.tsx';
import { usePackageColumns } from './package-columns.tsx';
import { PackageDetail } from './package-detail.tsx';
import { UploadDialog } from './upload-dialog.tsx';

export const KINDS: readonly PackageKind[] = ['jar', 'pyfile', 'file'];

export function PackagesPage() {
  const { t } = useI18n();
  const [q, setQ] = useState('');
  const [kind, setKind] = useState<PackageKind | ''>('');
  const [page, setPage] = useState({ page: 1, pageSize: 50 });
  const [uploading, setUploading] = useState<Package | 'new' | null>(null);
  const [shownId, setShownId] = useState<string | null>(null);
  const [deleting, setDeleting] = useState<Deleting | null>(null);
  const query = { ...page, q: q.trim(), ...(kind === '' ? {} : { kind }) };
  const { data, error, isPending, refetch } = useQuery(routeQuery('listPackages', keys.packages(query), { query }));
  const columns = usePackageColumns({
    onDetail: (one) => setShownId(one.id),
    onUpload: setUploading,
    onDelete: (one) => setDeleting({ of: one, number: null }),
  });
  const pager = usePages(page, data?.total, setPage);
  const shown = data?.items.find((one) => one.id === shownId) ?? null;
  const isFiltered = q.trim() !== '' || kind !== '';
  const upload = (
    <Button look="primary" icon={<Upload size={15} aria-hidden="true" />} onClick={() => setUploading('new')}>
      {t('pkg.upload')}
    </Button>
  );
  return (
    <>
      <PageHead title="nav.packages" actions={upload} />
      <div className="flex flex-wrap items-center gap-3 px-(--gutter) pb-3 max-md:pt-4">
        <Filters q={q} kind={kind} onQ={setQ} onKind={setKind} />
      </div>
      {error ? <ErrorNotice error={error} onRetry={() => void refetch()} className="m-(--gutter)" /> : null}
      <div className="grow border-t border-line-1 bg-surface">
        <DataTable
          label={t('nav.packages')}
          columns={columns}
          rows={data?.items ?? []}
          rowId={(one) => one.id}
          rowName={(one) => one.name}
          loading={isPending}
          empty={error ? null : <Empty action={isFiltered ? null : upload}>{isFiltered ? t('pkg.noneMatch') : t('pkg.none')}</Empty>}
        />
      </div>
      {pager}
      {uploading ? (
        <UploadDialog of={uploading === 'new' ? null : uploading} groups={data?.groups ?? []} onClose={() => setUploading(null)} />
      ) : null}
      {shown ? (
        <PackageDetail of={shown} onClose={() => setShownId(null)} onDelete={(number) => setDeleting({ of: shown, number })} />
      ) : null}
      {deleting ? <DeletePackage deleting={deleting} onClose={() => setDeleting(null)} /> : null}
    </>
  );
}

function Filters({
  q,
  kind,
  onQ,
  onKind,
}: {
  q: string;
  kind: PackageKind | '';
  onQ(q: string): void;
  onKind(kind: PackageKind | ''): void;
}) {
  const { t } = useI18n();
  return (
    <>
      <span className="w-[240px] max-w-full">
        <TextField
          label={<span className="sr-only">{t('pkg.find')}</span>}
          className="gap-0!"
          placeholder={t('pkg.find')}
          value={q}
          onChange={(event) => onQ(event.target.value)}
        />
      </span>
      <span className="w-[150px]">
        <SelectField
          hideLabel
          label={t('pkg.kind')}
          value={kind}
          onChange={(next) => onKind(next)}
          options={[{ value: '' as const, label: t('pkg.allKinds') }, ...KINDS.map((one) => ({ value: one, label: t(`pkg.kind.${one}`) }))]}
        />
      </span>
    </>
  );
}
