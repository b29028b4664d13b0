'use client';
/** One row of figures: what a failure this moment would cost, then lag, records, state, watermark, restarts; each with its unit and a note. */
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
import { cx } from '../ui/class-names.ts';
import { Skeleton } from '../ui/surface.tsx';

/** `metrics`: newest measurements; a name that is absent was not measured. */
export function FiguresRow({ job, metrics }: { job: Job; metrics: MetricValues }) {
  const { t, f } = useI18n();
  const active = ACTIVE_STATUSES.has(job.status);
  const live = (n: number | null | undefined) => (active ? (n ?? null) : null);
  const lag = live(metrics.lagRecords ?? job.lagRecords);
  const state = metrics.stateBytes ?? job.stateBytes;
  const watermark = live(metrics.watermarkLagMs);
  const measured = live(metrics.recordsInRate) !== null;
  const rate = (n: number | null) => (n === null ? '--' : f.count(n < 10 ? Math.round(n * 10) / 10 : Math.round(n)));
  // What `--` means depends on whether anything is measured at all.
  const missing = (reason: string) => (!active ? t('job.noteNotRunning') : measured ? reason : t('job.noteSoon'));
  return (
    <dl className="grid grid-cols-2 overflow-hidden rounded-card border border-line-1 bg-surface md:grid-cols-6 xl:grid-cols-[minmax(340px,2.4fr)_repeat(6,minmax(0,1fr))]">
      <div className={EXPOSURE}>{active ? <ExposureNow job={job} /> : <Rest job={job} />}</div>
      <Fact
        label={t('job.lag')}
        value={f.count(lag)}
        unit={lag === null ? undefined : t('common.records')}
        note={lag === null ? missing(t('job.noteNoLag')) : t('job.noteLag')}
      />
      <Fact
        label={t('job.recordsIn')}
        value={rate(live(metrics.recordsInRate))}
        unit={measured ? t('job.perSecond') : undefined}
        note={measured ? t('job.noteIn') : missing('')}
      />
      <Fact
        label={t('job.recordsOut')}
        value={rate(live(metrics.recordsOutRate))}
        unit={measured ? t('job.perSecond') : undefined}
        note={measured ? t('job.noteOut') : missing('')}
      />
      <Fact label={t('job.state')} value={f.bytes(state)} note={state === null ? missing(t('job.noteSoon')) : t('job.noteState')} />
      <Fact
        label={t('job.watermark')}
        value={f.took(watermark)}
        note={watermark === null ? missing(t('job.noteNoWatermark')) : t('job.noteWatermark')}
      />
      <Fact label={t('job.restarts')} value={f.full(job.restartCount)} note={t('job.noteRestarts')} />
    </dl>
  );
}

/** Notes may take two lines; both are there from the start. */
const NOTE = 'text-hint text-text-3 min-h-8';
const EXPOSURE = 'col-span-full min-w-0 bg-selected px-4 py-3 xl:col-span-1';

function Fact({ label, value, unit, note }: { label: string; value: string; unit?: string | undefined; note: ReactNode }) {
  return (
    <div className="min-w-0 border-t border-line-1 px-4 py-3 not-last:border-r max-xl:px-3.5 xl:border-t-0 xl:border-r-0! xl:border-l">
      <dt className="text-second font-medium text-text-2">{label}</dt>
      <dd>
        <div className="num tight text-fact font-[590] whitespace-nowrap">
          {value}
          {unit ? <span className="ml-1 text-second font-normal tracking-normal text-text-2">{unit}</span> : null}
        </div>
        <div className={NOTE}>{note}</div>
      </dd>
    </div>
  );
}

/** A job that does not run: its newest snapshot. */
function Rest({ job }: { job: Job }) {
  const { t } = useI18n();
  return (
    <>
      <dt className="text-second font-medium text-text-2">{t('start.newest')}</dt>
      <dd>
        <div className="text-fact font-[590]">
          <AgeChip job={job} />
        </div>
        <div className="flex gap-2 text-hint text-text-3">
          <span className={cx('min-w-0 truncate', job.newestSnapshot && 'font-mono')}>
            {job.newestSnapshot?.name ?? t('job.noSnapshot')}
          </span>
          <GuideLink jobId={job.id} />
        </div>
      </dd>
    </>
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
    <>
      <dt className="flex items-center gap-2 text-second font-medium text-text-2">
        <AgeIcon state={ageState(job, now).state} />
        {t('job.ifFailed')}
      </dt>
      <dd>
        {/* Figure above word: "not known" and "≤ 41,208" take as much room as "0". */}
        <div className="flex min-h-[43px] gap-x-4">
          {data ? (
            (['lost', 'readAgain', 'doubled'] as const).map((kind) => (
              <span key={kind} className="min-w-[72px] whitespace-nowrap">
                <FigureValue kind={kind} figure={data[kind]} className="tight block text-fact font-[590]" />{' '}
                <span className="block text-second text-text-2">{t(`loss.${kind}Low`)}</span>
              </span>
            ))
          ) : (
            <Skeleton width={260} height={22} />
          )}
        </div>
        <div className="flex gap-2 text-hint text-text-3">
          <span className="min-w-0 truncate">
            {data?.snapshot && now > 0
              ? t('job.fromSnapshot', { name: data.snapshot.name, age: f.span(now - data.snapshot.at) })
              : t('job.noSnapshot')}
          </span>
          <GuideLink jobId={job.id} />
        </div>
      </dd>
    </>
  );
}

/** To the restart guide, answered for this job. */
function GuideLink({ jobId }: { jobId: number }) {
  const { t } = useI18n();
  return (
    <Link href={`/guide?job=${jobId}`} prefetch={false} className="shrink-0 text-accent-text underline-offset-3 hover:underline">
      {t('guide.link')}
    </Link>
  );
}
