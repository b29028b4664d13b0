'use client';
/** Alarms that have ended, newest first: what, which job, when, for how long, how it ended. `jobId` narrows it to one job, with what fires now. */
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import type { Alarm } from '../../server/contract/alarms.ts';
import { routeQuery } from '../client/queries.ts';
import { keys } from '../client/query-keys.ts';
import { useI18n } from '../i18n/provider.tsx';
import { ErrorNotice } from '../job/error-notice.tsx';
import { usePages } from '../job/pages.tsx';
import { type DataColumn, DataTable } from '../ui/data-table.tsx';
import { Empty, Tag } from '../ui/surface.tsx';
import { AlarmDetail, AlarmName, JobLink } from './alarm-cells.tsx';
import { SentTo } from './sent-to.tsx';
import { resolutionText } from './words.ts';

function useColumns(ofJob: boolean): readonly DataColumn<Alarm>[] {
  const { t, f, said } = useI18n();
  return useMemo(() => {
    const columns: (DataColumn<Alarm> | null)[] = [
      { id: 'what', header: t('alarm.what'), minWidth: 230, rowHeader: true, cell: (one) => <AlarmName alarm={one} /> },
      ofJob ? null : { id: 'job', header: t('alarm.job'), minWidth: 140, cell: (one) => <JobLink alarm={one} /> },
      {
        id: 'detail',
        header: t('alarm.detail'),
        minWidth: 200,
        cell: (one) => <AlarmDetail alarm={one} />,
      },
      {
        id: 'since',
        header: t('alarm.since'),
        width: 104,
        cell: (one) => <span title={f.precise(one.firedAt)}>{f.time(one.firedAt)}</span>,
      },
      {
        id: 'lasted',
        header: t('alarm.lasted'),
        width: 90,
        align: 'right',
        cell: (one) => (one.resolvedAt === null ? '--' : f.span(one.resolvedAt - one.firedAt)),
      },
      {
        id: 'how',
        header: t('alarm.how'),
        minWidth: 150,
        cell: (one) =>
          one.resolvedAt === null ? (
            <Tag hue="bad">{t('jobAlarm.firing')}</Tag>
          ) : (
            <span title={f.precise(one.resolvedAt)}>{resolutionText(one, said)}</span>
          ),
      },
      { id: 'sent', header: t('alarm.sent'), width: 140, hide: 'max-lg:hidden', cell: (one) => <SentTo alarm={one} /> },
    ];
    return columns.filter((column) => column !== null);
  }, [t, f, ofJob, said]);
}

export function HistoryTab({ jobId }: { jobId?: number }) {
  const { t } = useI18n();
  const [page, setPage] = useState({ page: 1, pageSize: 20 });
  const query = { ...page, ...(jobId === undefined ? { state: 'resolved' as const } : { jobId }) };
  const { data, error, isPending, refetch } = useQuery(routeQuery('listAlarms', keys.alarmList(query), { query }));
  const columns = useColumns(jobId !== undefined);
  const pager = usePages(page, data?.total, setPage);
  return (
    <>
      {error ? <ErrorNotice error={error} onRetry={() => void refetch()} className="m-(--gutter)" /> : null}
      <DataTable
        label={t(jobId === undefined ? 'alarm.tab.history' : 'jobAlarm.history')}
        columns={columns}
        rows={data?.items ?? []}
        rowId={(one) => one.id}
        rowName={(one) => one.jobName}
        loading={isPending}
        skeletonRows={3}
        empty={error ? null : <Empty>{t(jobId === undefined ? 'alarm.noHistory' : 'jobAlarm.noHistory')}</Empty>}
      />
      {data && data.total > 10 ? pager : null}
    </>
  );
}
