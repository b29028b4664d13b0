'use client';
/** Count tabs: the status filter, with what is worst at the right. */
import Link from 'next/link';
import type { JobStatus, ListJobsAnswer } from '../../server/contract/job.ts';
import { useI18n } from '../i18n/provider.tsx';
import { AgeIcon } from '../job/age-chip.tsx';
import { StatusMark } from '../job/status.tsx';
import { ALL_STATUSES, STATUS_TABS } from '../job/status-look.ts';
import { Tabs } from '../ui/tabs.tsx';

const OTHER = ALL_STATUSES.filter((status) => !STATUS_TABS.includes(status));

/** Which tab a status filter stands for; a mixture stands for none. */
function tabOf(status: readonly JobStatus[]): string {
  if (status.length === 0) return 'all';
  if (status.length === 1 && STATUS_TABS.includes(status[0]!)) return status[0]!;
  return status.length === OTHER.length && OTHER.every((one) => status.includes(one)) ? 'other' : 'mixed';
}

export function StatusTabs({
  status,
  answer,
  onChange,
}: {
  status: readonly JobStatus[];
  answer: ListJobsAnswer | undefined;
  onChange(status: readonly JobStatus[]): void;
}) {
  const { t, f } = useI18n();
  const count = (of: readonly JobStatus[]) =>
    answer?.counts.filter((one) => of.includes(one.status)).reduce((sum, one) => sum + one.count, 0);
  const text = (n: number | undefined) => (n === undefined ? ' ' : f.count(n));
  const worst = answer?.worstExposure;
  const tabs = [
    { value: 'all', label: t('list.all'), count: text(count(ALL_STATUSES)) },
    ...STATUS_TABS.map((one) => ({ value: one, label: t(`status.${one}`), mark: <StatusMark status={one} />, count: text(count([one])) })),
    { value: 'other', label: t('list.other'), count: text(count(OTHER)) },
  ];
  return (
    <div className="flex items-end">
      <Tabs
        className="grow"
        label={t('list.tabs')}
        value={tabOf(status)}
        tabs={tabs}
        onChange={(value) => onChange(value === 'all' ? [] : value === 'other' ? OTHER : [value as JobStatus])}
      />
      <div className="flex h-10 shrink-0 items-center gap-2 border-b border-line-1 pr-(--gutter) text-second text-text-2 max-xl:hidden">
        {worst ? (
          <>
            {t('list.worst')}
            <Link
              href={`/jobs/${worst.jobId}`}
              prefetch={false}
              title={worst.name}
              className="num inline-flex items-center gap-1.5 font-semibold text-text-1 hover:underline"
            >
              <AgeIcon state={worst.ageMs > 600_000 ? 'stale' : worst.ageMs > 150_000 ? 'ageing' : 'fresh'} />
              {f.span(worst.ageMs)}
            </Link>
          </>
        ) : null}
      </div>
    </div>
  );
}
