'use client';
/** Start Flink Jobs as a page of its own: /jobs/start?ids=1,2. */
import { useQueries } from '@tanstack/react-query';
import { useRouter, useSearchParams } from 'next/navigation';
import { routeQuery } from '../client/queries.ts';
import { keys } from '../client/query-keys.ts';
import { useI18n } from '../i18n/provider.tsx';
import { ErrorNotice } from '../job/error-notice.tsx';
import type { DialogJob } from '../job/job-dialogs.tsx';
import { PageHead } from '../shell/page-head.tsx';
import { Button } from '../ui/button.tsx';
import { Empty } from '../ui/surface.tsx';
import { PreviewLoading } from './preview-view.tsx';
import { StartBody, StartButton, StartHead, StartNote } from './start-panel.tsx';
import { useStart } from './use-start.ts';

export function StartPage() {
  const { t } = useI18n();
  const params = useSearchParams();
  const ids = (params.get('ids') ?? '')
    .split(',')
    .map(Number)
    .filter((id) => Number.isInteger(id) && id > 0);
  const found = useQueries({ queries: ids.map((id) => routeQuery('getJob', keys.job(id), { params: { jobId: id } })) });
  const failed = found.find((one) => one.error);
  const jobs = found.flatMap((one) => (one.data ? [one.data.job] : []));
  return (
    <>
      <PageHead title="start.title" />
      <div className="mx-(--gutter) mb-6 rounded-card border border-line-1 bg-surface p-[22px]">
        {ids.length === 0 ? (
          <Empty>{t('start.noJobs')}</Empty>
        ) : failed ? (
          <ErrorNotice error={failed.error} />
        ) : jobs.length < ids.length ? (
          <PreviewLoading />
        ) : (
          <Form jobs={jobs} snapshotId={params.get('snapshot') ?? undefined} />
        )}
      </div>
    </>
  );
}

function Form({ jobs, snapshotId }: { jobs: readonly DialogJob[]; snapshotId: string | undefined }) {
  const { t } = useI18n();
  const router = useRouter();
  const back = () => router.push(jobs.length === 1 ? `/jobs/${jobs[0]?.id}` : '/jobs');
  const start = useStart(jobs, snapshotId, back);
  return (
    <div className="flex flex-col gap-5">
      {jobs.length === 1 ? (
        <div className="text-ctl text-text-2">
          <StartHead job={jobs[0]!} start={start} />
        </div>
      ) : null}
      <StartBody jobs={jobs} start={start} />
      <div className="flex flex-wrap items-center justify-end gap-2 border-t border-line-1 pt-4">
        <div className="mr-auto text-second text-text-3">
          <StartNote jobs={jobs} start={start} />
        </div>
        <Button onClick={back}>{t('common.cancel')}</Button>
        <StartButton jobs={jobs} start={start} />
      </div>
    </div>
  );
}
