'use client';
/** The newest snapshots of the job: name, time, origin, how long, size. */
import { useQuery } from '@tanstack/react-query';
import type { Job } from '../../server/contract/job.ts';
import { routeQuery } from '../client/queries.ts';
import { keys } from '../client/query-keys.ts';
import { useI18n } from '../i18n/provider.tsx';
import { ErrorNotice } from '../job/error-notice.tsx';
import { OriginTag } from '../job/origin-tag.tsx';
import { ButtonLink } from '../ui/button.tsx';
import { PlainTable } from '../ui/data-table.tsx';
import { Card, Empty } from '../ui/surface.tsx';

export function RecentCheckpoints({ job }: { job: Job }) {
  const { t, f } = useI18n();
  const query = { jobId: job.id, pageSize: 8 };
  const { data, error, refetch } = useQuery(routeQuery('listSnapshots', keys.snapshotList(query), { query }));
  return (
    <Card
      title={t('job.tab.snapshots')}
      note={data ? t('snap.totals', { n: data.totals.kept, size: f.bytes(data.totals.bytes), pinned: data.totals.pinned }) : ''}
      flush
      actions={
        <ButtonLink look="link" size="sm" href={`/jobs/${job.id}?tab=snapshots`}>
          {t('graph.open')}
        </ButtonLink>
      }
    >
      {error ? <ErrorNotice error={error} onRetry={() => void refetch()} className="m-4" /> : null}
      <PlainTable
        label={t('job.tab.snapshots')}
        head={[
          { key: 'name', text: t('snap.name') },
          { key: 'origin', text: t('snap.origin') },
          { key: 'made', text: t('snap.made') },
          { key: 'took', text: t('snap.took'), align: 'right' },
          { key: 'size', text: t('snap.size'), align: 'right' },
        ]}
        rows={(data?.items ?? []).map((one) => ({
          key: one.id,
          cells: [
            <span key="n" className="block max-w-[190px] truncate font-mono text-second" title={one.path}>
              {one.name}
            </span>,
            <OriginTag key="o" snapshot={one} />,
            <span key="m" className="num whitespace-nowrap" title={f.precise(one.createdAt)}>
              {f.exact(one.createdAt)}
            </span>,
            f.took(one.durationMs),
            f.bytes(one.sizeBytes),
          ],
        }))}
        empty={data ? <Empty>{t('snap.empty')}</Empty> : <div className="h-40" />}
      />
    </Card>
  );
}
