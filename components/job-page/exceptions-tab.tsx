'use client';
/** Exceptions grouped by cause, then what happened, newest first. */
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Job } from '../../server/contract/job.ts';
import { routeQuery } from '../client/queries.ts';
import { keys } from '../client/query-keys.ts';
import { useI18n } from '../i18n/provider.tsx';
import { ErrorNotice } from '../job/error-notice.tsx';
import { usePages } from '../job/pages.tsx';
import { Card, Empty, Tag } from '../ui/surface.tsx';
import { EventList } from './event-list.tsx';

export function ExceptionsTab({ job }: { job: Job }) {
  const { t, f, said } = useI18n();
  const { data, error, refetch } = useQuery(
    routeQuery('listExceptions', keys.jobPart(job.id, 'exceptions'), { params: { jobId: job.id } }),
  );
  const [page, setPage] = useState({ page: 1, pageSize: 50 });
  const query = {
    ...page,
    kind: ['exception', 'restart', 'fallback', 'breaker', 'checkpoint-failed', 'engine'] as (
      | 'exception'
      | 'restart'
      | 'fallback'
      | 'breaker'
      | 'checkpoint-failed'
      | 'engine'
    )[],
  };
  const events = useQuery(routeQuery('listJobEvents', keys.jobPart(job.id, 'events', query), { params: { jobId: job.id }, query }));
  const pager = usePages(page, events.data?.total, setPage);
  return (
    <>
      <Card flush>
        {error ? <ErrorNotice error={error} onRetry={() => void refetch()} className="m-4" /> : null}
        {data?.groups.length === 0 ? <Empty>{t('exc.none')}</Empty> : null}
        <ul>
          {data?.groups.map((group) => (
            <li key={group.causeKey} className="border-b border-line-1 px-[18px] py-3 last:border-0">
              <div className="flex items-start gap-3 text-ctl">
                <Tag hue="exc">{f.full(group.count)}×</Tag>
                <span className="min-w-0 grow font-medium break-words">{said(group.said, group.message)}</span>
                <span className="num shrink-0 text-right text-second text-text-3">
                  {t('exc.last')} {f.exact(group.lastAt)}
                  <span className="block">
                    {t('exc.first')} {f.exact(group.firstAt)}
                  </span>
                </span>
              </div>
              {group.detail ? (
                <details className="mt-1.5">
                  <summary className="link w-fit text-second">{t('exc.detail')}</summary>
                  <pre className="mt-2 overflow-x-auto rounded-ctl bg-sunken p-3 font-mono text-hint">{group.detail}</pre>
                </details>
              ) : null}
            </li>
          ))}
        </ul>
      </Card>
      {events.data && events.data.total > 0 ? (
        <Card title={t('exc.events')} flush>
          <EventList events={events.data.items} />
          {pager}
        </Card>
      ) : null}
    </>
  );
}
