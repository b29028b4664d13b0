'use client';
/** Silences: who keeps which notices back, until when and why; one under way can be ended. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { AlarmSilence } from '../../server/contract/alarms.ts';
import { routeQuery } from '../client/queries.ts';
import { keys } from '../client/query-keys.ts';
import { call } from '../client/request.ts';
import { useI18n } from '../i18n/provider.tsx';
import { ErrorNotice, errorText } from '../job/error-notice.tsx';
import { Button } from '../ui/button.tsx';
import { type DataColumn, DataTable } from '../ui/data-table.tsx';
import { Empty, Tag } from '../ui/surface.tsx';
import { useToast } from '../ui/toast.tsx';
import type { Making } from './making.ts';
import { SilenceDialog } from './silence-dialog.tsx';

/** Ends a silence; errors are told. */
export function useEndSilence(): (id: string) => void {
  const { t, said } = useI18n();
  const toast = useToast();
  const client = useQueryClient();
  const { mutate } = useMutation({
    mutationFn: (id: string) => call('endAlarmSilence', { params: { id } }),
    onError: (error) => toast({ title: errorText(error, { t, said }), bad: true }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: keys.alarms });
      toast({ title: t('silence.ended') });
    },
  });
  return mutate;
}

function useColumns(): readonly DataColumn<AlarmSilence>[] {
  const { t, f } = useI18n();
  const end = useEndSilence();
  return useMemo(
    () => [
      { id: 'job', header: t('silence.job'), minWidth: 160, rowHeader: true, cell: (one) => one.jobName ?? t('silence.everyJob') },
      { id: 'rule', header: t('silence.rule'), minWidth: 140, cell: (one) => one.ruleName ?? t('silence.everyRule') },
      { id: 'until', header: t('silence.until'), width: 150, cell: (one) => <span title={f.precise(one.until)}>{f.time(one.until)}</span> },
      { id: 'state', header: t('jobAlarm.state'), width: 90, cell: (one) => <State silence={one} /> },
      { id: 'by', header: t('silence.by'), width: 130, cell: (one) => one.by },
      { id: 'reason', header: t('silence.reason'), minWidth: 160, hide: 'max-lg:hidden', cell: (one) => one.reason || '--' },
      {
        id: 'operation',
        header: t('col.operation'),
        width: 110,
        align: 'right',
        stick: 'right',
        cell: (one) =>
          one.isActive ? (
            <Button
              look="link"
              size="sm"
              aria-label={t('act.of', { act: t('silence.end'), name: one.jobName ?? t('silence.everyJob') })}
              onClick={() => end(one.id)}
            >
              {t('silence.end')}
            </Button>
          ) : null,
      },
    ],
    [t, f, end],
  );
}

function State({ silence }: { silence: AlarmSilence }) {
  const { t } = useI18n();
  return silence.isActive ? <Tag hue="warn">{t('silence.active')}</Tag> : <Tag>{t('silence.over')}</Tag>;
}

export function SilencesTab({ making }: { making: Making }) {
  const { t } = useI18n();
  const { data, error, isPending, refetch } = useQuery(routeQuery('listAlarmSilences', keys.alarmSilences, {}));
  const columns = useColumns();
  return (
    <>
      {error ? <ErrorNotice error={error} onRetry={() => void refetch()} className="m-(--gutter)" /> : null}
      <DataTable
        label={t('alarm.tab.silences')}
        columns={columns}
        rows={data?.silences ?? []}
        rowId={(one) => one.id}
        rowName={(one) => one.jobName ?? t('silence.everyJob')}
        loading={isPending}
        skeletonRows={3}
        density="compact"
        empty={error ? null : <Empty>{t('silence.empty')}</Empty>}
      />
      {making.isOpen ? <SilenceDialog onClose={making.close} /> : null}
    </>
  );
}
