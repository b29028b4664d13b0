'use client';
/** One row of figures: what a failure this moment would cost, then lag, records, state, watermark, restarts. */
import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import type { ReactNode } from 'react';
import type { Job } from '../../server/contract/job.ts';
import type { MetricValues } from '../../server/contract/metrics.ts';
import { useNow } from '../client/live.tsx';
import { routeQuery } from '../client/queries.ts';
import { keys } from '../client/query-keys.ts';
import { useI18n } from '../i18n/provider.tsx';
import { AgeChip, AgeIcon } from '../job/age-chip.tsx';
import { FigureValue } from '../job/figures.tsx';
import { ageState } from '../job/snapshot-age.ts';
import { ACTIVE_STATUSES } from '../job/status-look.ts';
import { Skeleton } from '../ui/surface.tsx';

export function FiguresRow({ job, metrics }: { job: Job; metrics: MetricValues }) {
  const { t, f } = useI18n();
  const active = ACTIVE_STATUSES.has(job.status);
  const live = (n: number | undefined) => (active ? n : undefined);
  return (
    <div className="grid grid-cols-2 overflow-hidden rounded-card border border-line-1 bg-surface md:grid-cols-3 xl:grid-cols-[minmax(330px,2.4fr)_repeat(6,1fr)]">
      <Exposure job={job} active={active} />
      <Fact
        label={t('job.lag')}
        value={f.count(live(metrics.lagRecords) ?? (active ? job.lagRecords : null))}
        note={job.lagRecords === null ? t('job.noLag') : t('common.records')}
      />
      <Fact label={t('job.recordsIn')} value={f.rate(live(metrics.recordsInRate))} note={t('chart.in')} />
      <Fact label={t('job.recordsOut')} value={f.rate(live(metrics.recordsOutRate))} note={t('job.toSinks')} />
      <Fact label={t('job.state')} value={f.bytes(live(metrics.stateBytes) ?? job.stateBytes)} note={t('job.ofState')} />
      <Fact label={t('job.watermark')} value={f.took(live(metrics.watermarkLagMs))} note={t('job.behind')} />
      <Fact label={t('job.restarts')} value={f.full(job.restartCount)} note={t('job.restartsNote')} />
    </div>
  );
}

function Fact({ label, value, note }: { label: string; value: string; note: ReactNode }) {
  return (
    <div className="min-w-0 border-line-1 px-4 py-3 max-xl:border-t md:border-l">
      <div className="truncate text-second font-medium text-text-2">{label}</div>
      <div className="num tight truncate text-fact font-[590]">{value}</div>
      <div className="truncate text-hint text-text-3">{note}</div>
    </div>
  );
}

function Exposure({ job, active }: { job: Job; active: boolean }) {
  return active ? <ExposureNow job={job} /> : <Rest job={job} />;
}

/** A job that does not run: its newest snapshot. */
function Rest({ job }: { job: Job }) {
  const { t } = useI18n();
  return (
    <div className="bg-selected px-4 py-3 max-md:col-span-2 max-xl:md:col-span-3">
      <div className="text-second font-medium text-text-2">{t('start.newest')}</div>
      <div className="text-fact font-[590]">
        <AgeChip job={job} />
      </div>
      <div className="flex text-hint text-text-3">
        <span className="truncate font-mono">{job.newestSnapshot?.name ?? t('job.noSnapshot')}</span>
        <GuideLink jobId={job.id} />
      </div>
    </div>
  );
}

function ExposureNow({ job }: { job: Job }) {
  const { t, f } = useI18n();
  const now = useNow() ?? 0;
  const { data } = useQuery({
    ...routeQuery('getJobExposure', keys.jobPart(job.id, 'exposure'), { params: { jobId: job.id } }),
    refetchInterval: 5_000,
  });
  return (
    <div className="bg-selected px-4 py-3 max-md:col-span-2 max-xl:md:col-span-3">
      <div className="flex items-center gap-2 text-second font-medium text-text-2">
        <AgeIcon state={ageState(job, now).state} />
        {t('job.ifFailed')}
      </div>
      {data ? (
        <div className="flex flex-wrap items-baseline gap-x-5">
          {(['lost', 'readAgain', 'doubled'] as const).map((kind) => (
            <span key={kind} className="whitespace-nowrap">
              <FigureValue kind={kind} figure={data[kind]} className="tight text-fact font-[590]" />{' '}
              <span className="text-second text-text-2">{t(`loss.${kind}Low`)}</span>
            </span>
          ))}
        </div>
      ) : (
        <Skeleton width={260} height={22} />
      )}
      <div className="text-hint text-text-3">
        {data?.snapshot && now > 0
          ? t('job.fromSnapshot', { name: data.snapshot.name, age: f.span(now - data.snapshot.at) })
          : t('job.noSnapshot')}
        <GuideLink jobId={job.id} />
      </div>
    </div>
  );
}

/** To the restart guide, answered for this job. */
function GuideLink({ jobId }: { jobId: number }) {
  const { t } = useI18n();
  return (
    <Link href={`/guide?job=${jobId}`} prefetch={false} className="ml-2 shrink-0 text-accent-text underline-offset-3 hover:underline">
      {t('guide.link')}
    </Link>
  );
}
