'use client';
/** Versions of a package with checksum and path, and the jobs that use it. */
import { useQuery } from '@tanstack/react-query';
import { Copy, Download, Trash2 } from 'lucide-react';
import Link from 'next/link';
import type { Package } from '../../server/contract/packages.ts';
import { urlOf } from '../client/endpoints.ts';
import { routeQuery } from '../client/queries.ts';
import { keys } from '../client/query-keys.ts';
import { useI18n } from '../i18n/provider.tsx';
import { ErrorNotice } from '../job/error-notice.tsx';
import { IconButton } from '../ui/button.tsx';
import { PlainTable } from '../ui/data-table.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { useToast } from '../ui/toast.tsx';

export function PackageDetail({ of, onClose, onDelete }: { of: Package; onClose(): void; onDelete(number: number): void }) {
  const { t, f } = useI18n();
  return (
    <Dialog open onClose={onClose} title={of.name} subtitle={of.description || of.group} closeLabel={t('common.close')} width={940}>
      <div className="flex flex-col gap-4">
        <div className="overflow-hidden rounded-card border border-line-1">
          <PlainTable
            label={t('pkg.versions')}
            minWidth={820}
            head={[
              { key: 'n', text: t('pkg.version'), align: 'right', width: 80 },
              { key: 'status', text: t('pkg.status'), width: 100 },
              { key: 'size', text: t('pkg.size'), align: 'right', width: 90 },
              { key: 'sha', text: t('pkg.sha') },
              { key: 'created', text: t('pkg.created'), width: 110 },
              { key: 'used', text: t('pkg.usedBy'), width: 90 },
              { key: 'act', text: t('col.operation'), align: 'right', width: 120 },
            ]}
            rows={of.versions.map((version) => ({
              key: version.id,
              cells: [
                f.full(version.number),
                version.status === 'failed' ? (
                  <span key="s" className="text-bad" title={version.message}>
                    {t('pkg.status.failed')}
                  </span>
                ) : (
                  t(`pkg.status.${version.status}`)
                ),
                f.bytes(version.sizeBytes),
                <span key="h" title={`${version.sha256}\n${version.path}`} className="font-mono text-second">
                  {version.sha256 === '' ? '--' : `${version.sha256.slice(0, 16)}…`}
                </span>,
                f.time(version.createdAt),
                version.usedBy === 0 ? t('pkg.usedByNone') : t('pkg.usedByN', { n: version.usedBy }),
                <VersionActs key="a" of={of} version={version} onDelete={() => onDelete(version.number)} />,
              ],
            }))}
          />
        </div>
        <Users of={of} />
      </div>
    </Dialog>
  );
}

function VersionActs({ of, version, onDelete }: { of: Package; version: Package['versions'][number]; onDelete(): void }) {
  const { t } = useI18n();
  const toast = useToast();
  const name = `${of.name} ${version.number}`;
  const isThere = version.status === 'finished';
  return (
    <span className="inline-flex">
      <IconButton
        label={t('act.of', { act: t('pkg.copyPath'), name })}
        offReason={isThere ? null : t('pkg.status.failed')}
        onClick={() => void navigator.clipboard.writeText(version.path).then(() => toast({ title: t('pkg.copied') }))}
      >
        <Copy size={14} aria-hidden="true" />
      </IconButton>
      {isThere ? (
        <a
          href={urlOf('downloadPackage', { id: of.id, number: version.number })}
          download={of.name}
          aria-label={t('act.of', { act: t('pkg.download'), name })}
          title={t('pkg.download')}
          className="grid size-8 place-items-center rounded-ctl hover:bg-hover"
        >
          <Download size={14} aria-hidden="true" />
        </a>
      ) : null}
      <IconButton
        label={t('act.of', { act: t('pkg.delete'), name })}
        offReason={!of.isMine ? t('pkg.notYours') : version.usedBy > 0 ? t('pkg.inUse') : null}
        onClick={onDelete}
      >
        <Trash2 size={14} aria-hidden="true" />
      </IconButton>
    </span>
  );
}

function Users({ of }: { of: Package }) {
  const { t } = useI18n();
  const { data, error, refetch } = useQuery(routeQuery('listPackageUsers', keys.packagePart(of.id, 'jobs'), { params: { id: of.id } }));
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (!data) return null;
  return (
    <section aria-label={t('pkg.jobs')}>
      <h3 className="mb-1.5 text-ctl font-semibold">{t('pkg.jobs')}</h3>
      {data.jobs.length === 0 && data.hidden === 0 ? <p className="text-second text-text-3">{t('pkg.usedByNone')}</p> : null}
      <ul className="flex flex-col gap-1 text-ctl">
        {data.jobs.map((job) => (
          <li key={job.jobId} className="flex gap-3">
            <Link href={`/jobs/${job.jobId}`} prefetch={false} className="font-medium hover:text-accent-text hover:underline">
              {job.name}
            </Link>
            <span className="text-text-3">
              {t('pkg.version')} {job.numbers.join(', ')}
            </span>
          </li>
        ))}
        {data.hidden > 0 ? <li className="text-text-3">{t('pkg.usedByHidden', { n: data.hidden })}</li> : null}
      </ul>
    </section>
  );
}
