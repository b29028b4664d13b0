'use client';
/** Overview: jobs by status, what would be read again most, who needs somebody, capacity, and ways to be prepared. */
import { useQuery } from '@tanstack/react-query';
import { ArrowRight, BellRing } from 'lucide-react';
import Link from 'next/link';
import type { ReactNode } from 'react';
import type { JobStatus, ListJobsAnswer } from '../../server/contract/job.ts';
import { routeQuery } from '../client/queries.ts';
import { keys } from '../client/query-keys.ts';
import { useI18n } from '../i18n/provider.tsx';
import { AgeChip } from '../job/age-chip.tsx';
import { ErrorNotice } from '../job/error-notice.tsx';
import { useJobDialogs } from '../job/job-dialogs.tsx';
import { StatusMark } from '../job/status.tsx';
import { ALL_STATUSES } from '../job/status-look.ts';
import { PageHead } from '../shell/page-head.tsx';
import { Button } from '../ui/button.tsx';
import { Card, Empty, Skeleton } from '../ui/surface.tsx';

const EVERY_MS = 10_000;
const SHOWN = 6;
const BAD: readonly JobStatus[] = ['job_running_exception', 'job_submit_fail', 'job_cancel_fail'];

const useJobs = (name: string, query: Record<string, unknown>) =>
  useQuery({
    ...routeQuery('listJobs', keys.jobList({ overview: name }), { query: { pageSize: SHOWN, ...query } }),
    refetchInterval: EVERY_MS,
  });

export function OverviewPage() {
  const { t } = useI18n();
  const all = useJobs('all', { pageSize: 1 });
  return (
    <>
      <PageHead title="nav.overview" />
      <div className="flex flex-col gap-3.5 px-(--gutter) pb-5 max-md:pt-4">
        {all.error ? <ErrorNotice error={all.error} onRetry={() => void all.refetch()} /> : null}
        <Card title={t('over.jobs')}>{all.data ? <Counts answer={all.data} /> : <Skeleton height={56} />}</Card>
        <div className="grid items-start gap-3.5 xl:grid-cols-2">
          <Exposure />
          <Attention />
          <Capacity />
          <Help />
        </div>
      </div>
    </>
  );
}

function Counts({ answer }: { answer: ListJobsAnswer }) {
  const { t, f } = useI18n();
  const dialogs = useJobDialogs();
  if (answer.total === 0) {
    return (
      <Empty
        action={
          <Button look="primary" onClick={() => dialogs.show({ kind: 'create', jobs: [] })}>
            {t('over.create')}
          </Button>
        }
      >
        {t('over.none')}
      </Empty>
    );
  }
  const shown = ALL_STATUSES.flatMap((status) => answer.counts.filter((one) => one.status === status && one.count > 0));
  return (
    <ul className="flex flex-wrap gap-x-8 gap-y-3">
      {shown.map(({ status, count }) => (
        <li key={status}>
          <Link href={`/jobs?status=${status.slice('job_'.length)}`} prefetch={false} className="group block rounded-[3px]">
            <span className="num tight block text-[26px]/8 font-semibold">{f.count(count)}</span>
            <span className="flex items-center gap-1.5 text-second text-text-2 group-hover:underline">
              <StatusMark status={status} />
              {t(`status.${status}`)}
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}

function Rows({ children }: { children: ReactNode }) {
  return <ul className="divide-y divide-line-1">{children}</ul>;
}

function JobLink({ id, name }: { id: number; name: string }) {
  return (
    <Link href={`/jobs/${id}`} prefetch={false} className="min-w-0 grow truncate font-medium hover:text-accent-text hover:underline">
      {name}
    </Link>
  );
}

function Exposure() {
  const { t, f } = useI18n();
  const { data } = useJobs('exposure', { status: ['job_running'], sort: 'exposure' });
  return (
    <Card title={t('over.exposure')} note={t('over.exposureNote')}>
      {data === undefined ? <Skeleton height={120} /> : null}
      {data?.items.length === 0 ? <p className="py-4 text-ctl text-text-3">{t('over.exposureNone')}</p> : null}
      <Rows>
        {(data?.items ?? []).map((job) => (
          <li key={job.id} className="flex min-h-9 items-center gap-4 text-ctl">
            <JobLink id={job.id} name={job.name} />
            <AgeChip job={job} />
            <span className="num w-[84px] shrink-0 text-right font-semibold" title={t('over.records')}>
              {f.count(job.exposureRecords)}
            </span>
          </li>
        ))}
      </Rows>
    </Card>
  );
}

function Attention() {
  const { t, f } = useI18n();
  const bad = useJobs('bad', { status: BAD, sort: 'status' });
  const query = { state: 'firing' as const, pageSize: SHOWN };
  const alarms = useQuery({ ...routeQuery('listAlarms', keys.alarmList(query), { query }), refetchInterval: EVERY_MS });
  const isEmpty = bad.data?.items.length === 0 && alarms.data?.items.length === 0;
  return (
    <Card title={t('over.attention')}>
      {bad.data === undefined ? <Skeleton height={120} /> : null}
      {isEmpty ? <p className="py-4 text-ctl text-text-3">{t('over.attentionNone')}</p> : null}
      <Rows>
        {(bad.data?.items ?? []).map((job) => (
          <li key={job.id} className="flex min-h-9 items-center gap-3 text-ctl" title={job.statusMessage}>
            <StatusMark status={job.status} />
            <JobLink id={job.id} name={job.name} />
            <span className="shrink-0 text-second text-text-3">{t(`status.${job.status}`)}</span>
          </li>
        ))}
        {(alarms.data?.items ?? []).map((alarm) => (
          <li key={alarm.id} className="flex min-h-9 items-center gap-3 text-ctl" title={alarm.detail}>
            <BellRing size={14} className="shrink-0 text-warn" aria-hidden="true" />
            <JobLink id={alarm.jobId} name={alarm.jobName} />
            <span className="shrink-0 text-second text-text-3">
              {t('over.alarm', { name: alarm.ruleName })} · {f.time(alarm.firedAt)}
            </span>
          </li>
        ))}
      </Rows>
    </Card>
  );
}

function Capacity() {
  const { t, f } = useI18n();
  const { data } = useQuery({ ...routeQuery('listQueues', keys.queues, {}), refetchInterval: 30_000 });
  return (
    <Card title={t('over.capacity')}>
      {data === undefined ? <Skeleton height={80} /> : null}
      <Rows>
        {(data?.queues ?? []).map((queue) => (
          <li key={queue.name} className="flex min-h-9 items-center gap-4 text-ctl">
            <Link href="/queues" prefetch={false} className="min-w-0 grow truncate font-medium hover:text-accent-text hover:underline">
              {queue.name}
            </Link>
            <span className="num shrink-0 text-text-2">
              {queue.cus === null
                ? t('queue.unlimited')
                : t('over.free', { free: f.full(Math.max(0, queue.cus - queue.usedCus)), total: f.full(queue.cus) })}
            </span>
          </li>
        ))}
      </Rows>
    </Card>
  );
}

function Help() {
  const { t } = useI18n();
  const links = [
    { href: '/guide', text: t('over.guide') },
    { href: '/templates?kind=recipe', text: t('over.recipes') },
    { href: '/snapshots?tab=cost', text: t('over.snapshots') },
  ];
  return (
    <Card title={t('over.help')}>
      <Rows>
        {links.map((link) => (
          <li key={link.href} className="flex min-h-9 items-center text-ctl">
            <Link href={link.href} prefetch={false} className="flex grow items-center gap-2 font-medium text-accent-text hover:underline">
              <span className="grow">{link.text}</span>
              <ArrowRight size={14} aria-hidden="true" />
            </Link>
          </li>
        ))}
      </Rows>
    </Card>
  );
}
