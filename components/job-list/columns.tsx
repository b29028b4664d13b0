'use client';
/** Columns of the job list at 1440 px; narrower screens drop Created, Username and Duration. */
import Link from 'next/link';
import { useMemo } from 'react';
import type { JobSummary } from '../../server/contract/job.ts';
import { useNow } from '../client/live.tsx';
import { useI18n } from '../i18n/provider.tsx';
import { AgeChip } from '../job/age-chip.tsx';
import { ACTIVE_STATUSES } from '../job/status-look.ts';
import type { DataColumn } from '../ui/data-table.tsx';
import { RowActions } from './row-actions.tsx';
import { StatusCell } from './status-cell.tsx';

/** All but the acts, in the order of the plain view. */
export const COLUMN_IDS = [
  'id',
  'name',
  'type',
  'status',
  'description',
  'snapshot-age',
  'lag',
  'user',
  'created',
  'started',
  'duration',
  'queue',
  'cus',
  'tags',
  'version',
] as const;
export const OFF_BY_DEFAULT = ['description', 'queue', 'cus', 'tags', 'version'] as const;
const WIDE_ONLY = 'max-[1439px]:hidden';

export function DurationCell({ job }: { job: JobSummary }) {
  const { f } = useI18n();
  const now = useNow();
  if (job.startedAt === null) return <span className="text-text-3">--</span>;
  const end = job.endedAt !== null && !ACTIVE_STATUSES.has(job.status) ? job.endedAt : now;
  return end === null ? null : f.span(end - job.startedAt);
}

export function LagCell({ job }: { job: JobSummary }) {
  const { f } = useI18n();
  if (job.lagRecords === null || !ACTIVE_STATUSES.has(job.status)) return <span className="text-text-3">--</span>;
  return <span title={f.full(job.lagRecords)}>{f.count(job.lagRecords)}</span>;
}

/** `described`: the description has a column of its own. */
function NameCell({ job, compact, described }: { job: JobSummary; compact: boolean; described: boolean }) {
  return (
    <>
      <Link
        href={`/jobs/${job.id}`}
        prefetch={false}
        title={job.name}
        className="block truncate font-semibold hover:text-accent-text hover:underline"
      >
        {job.name}
      </Link>
      {job.description && !compact && !described ? (
        <span title={job.description} className="block truncate text-second font-normal text-text-3">
          {job.description}
        </span>
      ) : null}
    </>
  );
}

export function useColumns(
  compact: boolean,
  described: boolean,
  menuOf: number | null,
  onMenu: (id: number | null) => void,
): readonly DataColumn<JobSummary>[] {
  const { t, f } = useI18n();
  return useMemo(() => {
    const dim = (text: string) => <span className="text-text-2">{text}</span>;
    return [
      { id: 'id', header: t('col.id'), width: 60, sortable: true, cell: (job) => <span className="num text-text-2">{job.id}</span> },
      {
        id: 'name',
        header: t('col.name'),
        minWidth: 200,
        sortable: true,
        rowHeader: true,
        cell: (job) => <NameCell job={job} compact={compact} described={described} />,
      },
      { id: 'type', header: t('col.type'), width: 78, sortable: true, quietSort: true, cell: (job) => dim(t(`type.${job.type}`)) },
      { id: 'status', header: t('col.status'), width: 154, sortable: true, cell: (job) => <StatusCell job={job} compact={compact} /> },
      {
        id: 'description',
        header: t('col.description'),
        width: 220,
        sortable: true,
        quietSort: true,
        cell: (job) => <span title={job.description}>{dim(job.description || '--')}</span>,
      },
      {
        id: 'snapshot-age',
        header: t('col.snapshot-age'),
        width: 112,
        sortable: true,
        cell: (job) => <AgeChip job={job} exposure={job.exposureRecords} />,
      },
      { id: 'lag', header: t('col.lag'), width: 58, align: 'right', sortable: true, quietSort: true, cell: (job) => <LagCell job={job} /> },
      {
        id: 'user',
        header: t('col.user'),
        width: 80,
        hide: WIDE_ONLY,
        sortable: true,
        quietSort: true,
        cell: (job) => (
          <span title={job.owner.email} className="text-text-2">
            {job.owner.name}
          </span>
        ),
      },
      {
        id: 'created',
        header: t('col.created'),
        width: 78,
        sortable: true,
        hide: WIDE_ONLY,
        cell: (job) => (
          <span title={f.precise(job.createdAt)} className="text-text-2">
            {f.day(job.createdAt)}
          </span>
        ),
      },
      {
        id: 'started',
        header: t('col.started'),
        width: 96,
        sortable: true,
        cell: (job) => (
          <span title={f.precise(job.startedAt)} className="text-text-2">
            {f.time(job.startedAt)}
          </span>
        ),
      },
      {
        id: 'duration',
        header: t('col.duration'),
        width: 74,
        align: 'right',
        hide: WIDE_ONLY,
        sortable: true,
        quietSort: true,
        cell: (job) => <DurationCell job={job} />,
      },
      { id: 'queue', header: t('col.queue'), width: 110, sortable: true, quietSort: true, cell: (job) => dim(job.queueName) },
      { id: 'cus', header: t('col.cus'), width: 62, align: 'right', sortable: true, quietSort: true, cell: (job) => f.full(job.cuNumber) },
      {
        id: 'tags',
        header: t('col.tags'),
        width: 130,
        cell: (job) => dim(job.tags.map((tag) => `${tag.key}=${tag.value}`).join(', ') || '--'),
      },
      {
        id: 'version',
        header: t('col.version'),
        width: 74,
        align: 'right',
        sortable: true,
        quietSort: true,
        cell: (job) => f.full(job.version),
      },
      {
        id: 'operation',
        header: t('col.operation'),
        width: 158,
        align: 'right',
        stick: 'right',
        cell: (job) => <RowActions job={job} menuOpen={menuOf === job.id} onMenu={(open) => onMenu(open ? job.id : null)} />,
      },
    ];
  }, [t, f, compact, described, menuOf, onMenu]);
}
