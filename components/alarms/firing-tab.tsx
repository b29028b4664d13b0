'use client';
/** What fires now: what, which job, how bad, since when, who was told; acknowledge, silence, open the job. */
import { useQuery } from '@tanstack/react-query';
import { BellOff } from 'lucide-react';
import { useMemo, useState } from 'react';
import type { Alarm } from '../../server/contract/alarms.ts';
import { useNow } from '../client/live.tsx';
import { routeQuery } from '../client/queries.ts';
import { keys } from '../client/query-keys.ts';
import { useI18n } from '../i18n/provider.tsx';
import { ErrorNotice } from '../job/error-notice.tsx';
import { usePages } from '../job/pages.tsx';
import { Button, ButtonLink } from '../ui/button.tsx';
import { type DataColumn, DataTable } from '../ui/data-table.tsx';
import { Empty } from '../ui/surface.tsx';
import { AcknowledgeDialog } from './acknowledge-dialog.tsx';
import { AlarmDetail, AlarmName, JobLink } from './alarm-cells.tsx';
import { SentTo } from './sent-to.tsx';
import { SilenceDialog } from './silence-dialog.tsx';
import { ruleNameOf } from './words.ts';

function Since({ at }: { at: number }) {
  const { f } = useI18n();
  const now = useNow();
  return (
    <span title={f.precise(at)}>
      {f.time(at)}
      <span className="block text-second text-text-3">{now === null ? '' : f.span(now - at)}</span>
    </span>
  );
}

interface Acts {
  onAcknowledge(alarm: Alarm): void;
  onSilence(alarm: Alarm): void;
}

function useColumns(acts: Acts): readonly DataColumn<Alarm>[] {
  const { t } = useI18n();
  return useMemo(() => {
    const label = (act: string, alarm: Alarm) => t('alarm.ofAlarm', { act, rule: ruleNameOf(alarm, t), name: alarm.jobName });
    return [
      { id: 'what', header: t('alarm.what'), minWidth: 230, rowHeader: true, cell: (one) => <AlarmName alarm={one} /> },
      { id: 'job', header: t('alarm.job'), minWidth: 150, cell: (one) => <JobLink alarm={one} /> },
      {
        id: 'detail',
        header: t('alarm.detail'),
        minWidth: 220,
        cell: (one) => <AlarmDetail alarm={one} />,
      },
      { id: 'since', header: t('alarm.since'), width: 110, cell: (one) => <Since at={one.firedAt} /> },
      { id: 'sent', header: t('alarm.sent'), width: 140, hide: 'max-lg:hidden', cell: (one) => <SentTo alarm={one} /> },
      {
        id: 'operation',
        header: t('col.operation'),
        width: 230,
        align: 'right',
        stick: 'right',
        cell: (one) => (
          <span className="inline-flex gap-3">
            <Button
              look="link"
              size="sm"
              aria-label={label(t('alarm.acknowledge'), one)}
              offReason={one.acknowledged ? t('alarm.ackOff') : null}
              onClick={() => acts.onAcknowledge(one)}
            >
              {t('alarm.acknowledge')}
            </Button>
            <Button look="link" size="sm" aria-label={label(t('alarm.silence'), one)} onClick={() => acts.onSilence(one)}>
              {t('alarm.silence')}
            </Button>
            <ButtonLink look="link" size="sm" href={`/jobs/${one.jobId}`}>
              {t('alarm.open')}
            </ButtonLink>
          </span>
        ),
      },
    ];
  }, [t, acts]);
}

export function FiringTab({ rules }: { rules: number | undefined }) {
  const { t } = useI18n();
  const [page, setPage] = useState({ page: 1, pageSize: 50 });
  const [acknowledging, setAcknowledging] = useState<Alarm | null>(null);
  const [silencing, setSilencing] = useState<Alarm | null>(null);
  const query = { ...page, state: 'firing' as const };
  const { data, error, isPending, refetch } = useQuery({
    ...routeQuery('listAlarms', keys.alarmList(query), { query }),
    refetchInterval: 15_000,
  });
  const acts = useMemo(() => ({ onAcknowledge: setAcknowledging, onSilence: setSilencing }), []);
  const columns = useColumns(acts);
  const pager = usePages(page, data?.total, setPage);
  return (
    <>
      {error ? <ErrorNotice error={error} onRetry={() => void refetch()} className="m-(--gutter)" /> : null}
      <DataTable
        label={t('alarm.tab.firing')}
        columns={columns}
        rows={data?.items ?? []}
        rowId={(one) => one.id}
        rowName={(one) => one.jobName}
        loading={isPending}
        skeletonRows={3}
        empty={
          error ? null : (
            <Empty icon={<BellOff size={18} aria-hidden="true" />}>
              {rules ? t('alarm.noneFiring', { n: rules }) : t('alarm.noRules')}
            </Empty>
          )
        }
      />
      {data && data.total > page.pageSize ? pager : null}
      {acknowledging ? <AcknowledgeDialog alarm={acknowledging} onClose={() => setAcknowledging(null)} /> : null}
      {silencing ? (
        <SilenceDialog jobId={silencing.jobId} jobName={silencing.jobName} ruleId={silencing.ruleId} onClose={() => setSilencing(null)} />
      ) : null}
    </>
  );
}
