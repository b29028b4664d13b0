'use client';
/** The list on a phone: a card a job, with status, lag, snapshot age and the More menu. */
import { Ellipsis } from 'lucide-react';
import Link from 'next/link';
import type { JobSummary } from '../../server/contract/job.ts';
import { useI18n } from '../i18n/provider.tsx';
import { AgeChip } from '../job/age-chip.tsx';
import { MoreMenu } from '../job/more-menu.tsx';
import { StatusWord } from '../job/status.tsx';
import { ACTIVE_STATUSES } from '../job/status-look.ts';
import { IconButton } from '../ui/button.tsx';
import { CheckBox } from '../ui/toggle.tsx';

export function JobCards({
  rows,
  selecting,
  selected,
  onToggle,
}: {
  rows: readonly JobSummary[];
  selecting: boolean;
  selected: ReadonlySet<string>;
  onToggle(job: JobSummary): void;
}) {
  const { t } = useI18n();
  return (
    <ul className="bg-surface" data-job-rows>
      {rows.map((job) => (
        <li key={job.id} className="flex gap-3 border-b border-line-1 px-4 py-2.5">
          {selecting ? (
            <CheckBox
              label={t('common.select', { name: job.name })}
              checked={selected.has(String(job.id))}
              onChange={() => onToggle(job)}
              className="mt-2.5"
            />
          ) : null}
          <Card job={job} />
        </li>
      ))}
    </ul>
  );
}

function Card({ job }: { job: JobSummary }) {
  const { t, f, said } = useI18n();
  return (
    <div className="min-w-0 grow">
      <div className="flex items-center gap-2">
        <Link href={`/jobs/${job.id}`} prefetch={false} className="grow truncate py-1 text-body font-semibold">
          {job.name}
        </Link>
        <MoreMenu
          job={job}
          trigger={
            <IconButton label={t('act.of', { act: t('common.more'), name: job.name })}>
              <Ellipsis size={17} aria-hidden="true" />
            </IconButton>
          }
        />
      </div>
      <div className="flex items-center gap-3 text-ctl">
        <StatusWord status={job.status} unreachableSince={job.unreachableSince} className="grow" />
        {job.lagRecords !== null && ACTIVE_STATUSES.has(job.status) ? (
          <span className="num shrink-0 text-text-2">{t('list.lag', { n: f.count(job.lagRecords) })}</span>
        ) : null}
        <AgeChip job={job} exposure={job.exposureRecords} suffix={t('list.ago')} />
      </div>
      {job.statusMessage ? <p className="mt-1 line-clamp-2 text-second text-text-3">{said(job.statusSaid, job.statusMessage)}</p> : null}
    </div>
  );
}
