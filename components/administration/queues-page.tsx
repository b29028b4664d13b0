'use client';
/** Queues: engine, capacity, what is in use. */
import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { routeQuery } from '../client/queries.ts';
import { keys } from '../client/query-keys.ts';
import { useI18n } from '../i18n/provider.tsx';
import { ErrorNotice } from '../job/error-notice.tsx';
import { PageHead } from '../shell/page-head.tsx';
import { PlainTable } from '../ui/data-table.tsx';
import { Card, Empty } from '../ui/surface.tsx';

export function QueuesPage() {
  const { t, f } = useI18n();
  const { data, error, refetch } = useQuery({ ...routeQuery('listQueues', keys.queues, {}), refetchInterval: 10_000 });
  return (
    <>
      <PageHead title="nav.queues" />
      <div className="px-(--gutter) pb-5 max-md:pt-4">
        <Card flush>
          {error ? <ErrorNotice error={error} onRetry={() => void refetch()} className="m-4" /> : null}
          <PlainTable
            label={t('nav.queues')}
            head={[
              { key: 'name', text: t('queue.name') },
              { key: 'engine', text: t('queue.engine') },
              { key: 'description', text: t('queue.description') },
              { key: 'cus', text: t('queue.cus'), align: 'right' },
              { key: 'used', text: t('queue.used'), align: 'right' },
              { key: 'free', text: t('queue.free'), align: 'right' },
              { key: 'jobs', text: t('queue.jobs'), align: 'right' },
            ]}
            rows={(data?.queues ?? []).map((queue) => ({
              key: queue.name,
              cells: [
                <span key="n" className="font-semibold">
                  {queue.name}
                </span>,
                t(`import.engine.${queue.engine}`),
                queue.description || '--',
                queue.cus === null ? t('queue.unlimited') : f.full(queue.cus),
                f.full(queue.usedCus),
                queue.cus === null ? '--' : f.full(Math.max(0, queue.cus - queue.usedCus)),
                <Link
                  key="j"
                  href={`/jobs?status=running&queue=${encodeURIComponent(queue.name)}`}
                  prefetch={false}
                  className="text-accent-text hover:underline"
                >
                  {f.full(queue.runningJobs)}
                </Link>,
              ],
            }))}
            empty={data ? <Empty>{t('queue.none')}</Empty> : <div className="h-24" />}
          />
        </Card>
      </div>
    </>
  );
}
