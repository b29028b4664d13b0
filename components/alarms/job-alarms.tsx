'use client';
/** Alarms of one job: the rules that look at it and whether they fire, its alarms so far, and a way to mute it. */
import { useQuery } from '@tanstack/react-query';
import { BellOff } from 'lucide-react';
import { useState } from 'react';
import { isInScope } from '../../server/contract/alarm-scope.ts';
import type { Job } from '../../server/contract/job.ts';
import { routeQuery } from '../client/queries.ts';
import { keys } from '../client/query-keys.ts';
import { useI18n } from '../i18n/provider.tsx';
import { ErrorNotice } from '../job/error-notice.tsx';
import { Button, ButtonLink } from '../ui/button.tsx';
import { PlainTable } from '../ui/data-table.tsx';
import { Card, Empty, Notice, Tag } from '../ui/surface.tsx';
import { HistoryTab } from './history-tab.tsx';
import { SilenceDialog } from './silence-dialog.tsx';
import { useEndSilence } from './silences-tab.tsx';
import { conditionText, SEVERITY_HUE, scopeText } from './words.ts';

export function JobAlarms({ job }: { job: Job }) {
  const { t } = useI18n();
  const [muting, setMuting] = useState(false);
  return (
    <>
      <Muted jobId={job.id} />
      <Card
        flush
        title={t('jobAlarm.rules')}
        actions={
          <>
            <ButtonLink size="sm" href="/alarms?tab=rules">
              {t('jobAlarm.all')}
            </ButtonLink>
            <Button size="sm" icon={<BellOff size={14} aria-hidden="true" />} onClick={() => setMuting(true)}>
              {t('silence.mute')}
            </Button>
          </>
        }
      >
        <Rules job={job} />
      </Card>
      <Card flush title={t('jobAlarm.history')}>
        <div className="pt-2">
          <HistoryTab jobId={job.id} />
        </div>
      </Card>
      {muting ? <SilenceDialog jobId={job.id} jobName={job.name} onClose={() => setMuting(false)} /> : null}
    </>
  );
}

/** Silences in force that reach this job. */
function Muted({ jobId }: { jobId: number }) {
  const { t, f } = useI18n();
  const end = useEndSilence();
  const { data } = useQuery(routeQuery('listAlarmSilences', keys.alarmSilences, {}));
  const active = (data?.silences ?? []).filter((one) => one.isActive && (one.jobId === null || one.jobId === jobId));
  return active.map((one) => (
    <Notice
      key={one.id}
      kind="warn"
      title={t('silence.muted', { time: f.time(one.until), name: one.by })}
      action={
        <Button size="sm" onClick={() => end(one.id)}>
          {t('silence.end')}
        </Button>
      }
    >
      {[one.ruleName ?? t('silence.everyRule'), one.reason].filter(Boolean).join(' · ')}
    </Notice>
  ));
}

function Rules({ job }: { job: Job }) {
  const { t, f } = useI18n();
  const { data, error, refetch } = useQuery(routeQuery('listAlarmRules', keys.alarmRules, {}));
  const channels = useQuery(routeQuery('listAlarmChannels', keys.alarmChannels, {}));
  const query = { state: 'firing' as const, jobId: job.id, pageSize: 100 };
  const firing = useQuery(routeQuery('listAlarms', keys.alarmList(query), { query }));
  const firingIds = new Set((firing.data?.items ?? []).map((alarm) => alarm.ruleId));
  const names = new Map((channels.data?.channels ?? []).map((channel) => [channel.id, channel.name]));
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} className="m-4" />;
  if (!data) return <div className="h-24" aria-busy="true" />;
  const state = (isEnabled: boolean, isFiring: boolean) =>
    isFiring ? (
      <Tag hue="bad">{t('jobAlarm.firing')}</Tag>
    ) : (
      <Tag hue={isEnabled ? 'ok' : 'off'}>{t(isEnabled ? 'jobAlarm.quiet' : 'jobAlarm.off')}</Tag>
    );
  const own = job.options.alarmEnabled
    ? [
        {
          key: 'own',
          cells: [
            t('alarm.ownRule'),
            t('alarm.cond.exception'),
            t('jobAlarm.own'),
            job.options.smnTopic || t('alarm.nobody'),
            <Tag key="v" hue="bad">
              {t('alarm.severity.critical')}
            </Tag>,
            state(true, firingIds.has(null)),
          ],
        },
      ]
    : [];
  const rules = data.rules.filter((rule) => isInScope(rule.scope, job));
  return (
    <div className="pt-2">
      <PlainTable
        label={t('jobAlarm.rules')}
        head={[
          { key: 'name', text: t('rule.name') },
          { key: 'when', text: t('rule.when') },
          { key: 'scope', text: t('rule.which') },
          { key: 'channels', text: t('rule.channels') },
          { key: 'severity', text: t('rule.severity') },
          { key: 'state', text: t('jobAlarm.state') },
        ]}
        rows={[
          ...own,
          ...rules.map((rule) => ({
            key: rule.id,
            cells: [
              <span key="n" className="font-semibold">
                {rule.name}
              </span>,
              conditionText(rule.condition, t, f),
              scopeText(rule.scope, t),
              rule.channelIds.map((id) => names.get(id) ?? '--').join(', ') || t('alarm.nobody'),
              <Tag key="v" hue={SEVERITY_HUE[rule.severity]}>
                {t(`alarm.severity.${rule.severity}`)}
              </Tag>,
              state(rule.isEnabled, firingIds.has(rule.id)),
            ],
          })),
        ]}
        empty={<Empty>{t('jobAlarm.none')}</Empty>}
      />
    </div>
  );
}
