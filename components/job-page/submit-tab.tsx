'use client';
/** Commit Logs: the submission process and status changes of the job. */
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Job } from '../../server/contract/job.ts';
import { routeQuery } from '../client/queries.ts';
import { keys } from '../client/query-keys.ts';
import { useI18n } from '../i18n/provider.tsx';
import { ErrorNotice } from '../job/error-notice.tsx';
import { usePages } from '../job/pages.tsx';
import { Card, Empty } from '../ui/surface.tsx';
import { EventList } from './event-list.tsx';

export function SubmitTab({ job }: { job: Job }) {
  const { t } = useI18n();
  const [page, setPage] = useState({ page: 1, pageSize: 50 });
  const query = { ...page, kind: ['submit', 'status', 'act', 'engine'] as ('submit' | 'status' | 'act' | 'engine')[] };
  const { data, error, refetch } = useQuery(
    routeQuery('listJobEvents', keys.jobPart(job.id, 'events', query), { params: { jobId: job.id }, query }),
  );
  const pager = usePages(page, data?.total, setPage);
  return (
    <Card flush>
      {error ? <ErrorNotice error={error} onRetry={() => void refetch()} className="m-4" /> : null}
      {data?.total === 0 ? <Empty>{t('submit.none')}</Empty> : null}
      <EventList events={data?.items ?? []} />
      {pager}
    </Card>
  );
}
