'use client';
/** Restart guide: 32 events answered for the job that is chosen (`?job=`), or for a job as it is made. */
import { useQuery } from '@tanstack/react-query';
import { usePathname, useRouter, useSearchParams } from 'next/navigation';
import type { Guide } from '../../server/contract/guide.ts';
import type { Job } from '../../server/contract/job.ts';
import { routeQuery } from '../client/queries.ts';
import { keys } from '../client/query-keys.ts';
import { useI18n } from '../i18n/provider.tsx';
import { ErrorNotice } from '../job/error-notice.tsx';
import { JobPicker } from '../job/job-picker.tsx';
import { PageHead } from '../shell/page-head.tsx';
import { ButtonLink } from '../ui/button.tsx';
import { Notice, Skeleton } from '../ui/surface.tsx';
import { TabPanel, Tabs } from '../ui/tabs.tsx';
import { GuideList } from './guide-list.tsx';
import { countsOf, GUIDE_TABS, type GuideTab, shownIn } from './guide-shown.ts';

function useGuide(jobId: number | null) {
  const general = useQuery({ ...routeQuery('getGuide', keys.guide(null), {}), enabled: jobId === null });
  const own = useQuery({
    ...routeQuery('getJobGuide', keys.guide(jobId ?? 0), { params: { jobId: jobId ?? 0 } }),
    enabled: jobId !== null,
    placeholderData: () => undefined,
    refetchInterval: 30_000,
  });
  return jobId === null ? general : own;
}

export function GuidePage() {
  const { t } = useI18n();
  const router = useRouter();
  const path = usePathname();
  const params = useSearchParams();
  const asked = Number(params.get('job'));
  const jobId = Number.isInteger(asked) && asked > 0 ? asked : null;
  const tab: GuideTab = GUIDE_TABS.find((one) => one === params.get('show')) ?? 'all';
  const guide = useGuide(jobId);
  const job = useQuery({
    ...routeQuery('getJob', keys.job(jobId ?? 0), { params: { jobId: jobId ?? 0 } }),
    enabled: jobId !== null,
    placeholderData: () => undefined,
  });
  const go = (next: { job?: number | null; show?: GuideTab }) => {
    const query = new URLSearchParams();
    const nextJob = next.job === undefined ? jobId : next.job;
    if (nextJob !== null) query.set('job', String(nextJob));
    const show = next.show ?? tab;
    if (show !== 'all') query.set('show', show);
    router.replace(query.size > 0 ? `${path}?${query}` : path, { scroll: false });
  };
  return (
    <>
      <PageHead title="nav.guide" note={t('guide.lead')} />
      <div className="flex flex-wrap items-end gap-x-4 gap-y-2 px-(--gutter) pb-3 max-md:pt-4">
        <JobPicker
          label={t('guide.for')}
          noneLabel={t('guide.asMade')}
          value={jobId}
          shown={job.data?.job ?? null}
          onChange={(next) => go({ job: next })}
        />
        {job.data ? (
          <ButtonLink look="link" href={`/jobs/${job.data.job.id}`}>
            {t('guide.openJob', { name: job.data.job.name })}
          </ButtonLink>
        ) : null}
      </div>
      <Tabs
        value={tab}
        onChange={(next) => go({ show: next as GuideTab })}
        label={t('nav.guide')}
        className="grow"
        tabs={GUIDE_TABS.map((one) => ({
          value: one,
          label: t(`guide.tab.${one}`),
          count: guide.data ? String(shownIn(one, guide.data.answers).length) : undefined,
        }))}
      >
        <TabPanel value={tab} className="flex flex-col gap-3.5 px-(--gutter) py-4">
          {guide.error ? <ErrorNotice error={guide.error} onRetry={() => void guide.refetch()} /> : null}
          {guide.data ? <Answers guide={guide.data} tab={tab} job={job.data?.job ?? null} /> : guide.error ? null : <Loading />}
        </TabPanel>
      </Tabs>
    </>
  );
}

function Answers({ guide, tab, job }: { guide: Guide; tab: GuideTab; job: Job | null }) {
  const { t } = useI18n();
  const counts = countsOf(guide.answers);
  return (
    <>
      <Notice kind={guide.job === null ? 'info' : counts.risk === 0 ? 'ok' : 'warn'} live>
        {guide.job === null ? t('guide.asMadeNote') : t('guide.summary', { ...counts, all: guide.answers.length })}
      </Notice>
      <GuideList answers={shownIn(tab, guide.answers)} all={guide.answers.length} job={job} />
    </>
  );
}

function Loading() {
  const { t } = useI18n();
  return (
    <>
      <Notice kind="off" live>
        {t('guide.checking')}
      </Notice>
      <Skeleton height={640} className="rounded-card" />
    </>
  );
}
