'use client';
/** Keeps notices of a job, a rule or both back for a while. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { routeQuery } from '../client/queries.ts';
import { keys } from '../client/query-keys.ts';
import { call } from '../client/request.ts';
import { useI18n } from '../i18n/provider.tsx';
import { ErrorNotice } from '../job/error-notice.tsx';
import { JobsPicker } from '../job/jobs-picker.tsx';
import { useIsAdmin } from '../shell/session.tsx';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { DurationField } from '../ui/duration-field.tsx';
import { TextField } from '../ui/field.tsx';
import { SelectField } from '../ui/select.tsx';
import { useToast } from '../ui/toast.tsx';
import { useUnits } from './units.ts';

const MOST_SECONDS = 43_200 * 60;

export function SilenceDialog({
  jobId = null,
  jobName,
  ruleId = null,
  onClose,
}: {
  /** Null: the viewer chooses. */
  jobId?: number | null;
  jobName?: string;
  ruleId?: string | null;
  onClose(): void;
}) {
  const { t, f } = useI18n();
  const toast = useToast();
  const client = useQueryClient();
  const isAdmin = useIsAdmin();
  const units = useUnits();
  const [jobs, setJobs] = useState<readonly number[]>([]);
  const [rule, setRule] = useState(ruleId ?? '');
  const [seconds, setSeconds] = useState(2 * 3_600);
  const [reason, setReason] = useState('');
  const rules = useQuery(routeQuery('listAlarmRules', keys.alarmRules, {}));
  const silenced = jobId ?? jobs[0] ?? null;
  const send = useMutation({
    mutationFn: () =>
      call('createAlarmSilence', {
        body: { jobId: silenced, ruleId: rule === '' ? null : rule, minutes: Math.ceil(seconds / 60), reason },
      }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: keys.alarms });
      toast({ title: t('silence.done', { time: f.time(Date.now() + seconds * 1000) }) });
      onClose();
    },
  });
  const isOutside = !(seconds >= 60 && seconds <= MOST_SECONDS);
  const range = t('rule.range', { from: f.spanWords(60_000), to: f.spanWords(MOST_SECONDS * 1000) });
  const off = isOutside ? range : silenced === null && !isAdmin ? t('rule.needsJob') : null;
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('silence.title')}
      subtitle={jobName}
      closeLabel={t('common.close')}
      width={520}
      actions={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button look="primary" busy={send.isPending} offReason={off} onClick={() => send.mutate()}>
            {t('alarm.silence')}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {send.error ? <ErrorNotice error={send.error} /> : null}
        {jobId === null ? (
          <JobsPicker ids={jobs} onChange={(ids) => setJobs(ids.slice(-1))} label={t('silence.job')} emptyText={t('silence.everyJob')} />
        ) : null}
        <SelectField
          label={t('silence.rule')}
          value={rule}
          options={[
            { value: '', label: t('silence.everyRule') },
            ...(rules.data?.rules ?? []).map((one) => ({ value: one.id, label: one.name })),
          ]}
          onChange={setRule}
        />
        <DurationField
          label={t('silence.for')}
          seconds={seconds}
          onChange={setSeconds}
          unitLabel={t('unit.label')}
          units={units}
          hint={t('silence.note')}
          error={isOutside ? range : null}
        />
        <TextField
          label={t('silence.reason')}
          hint={t('silence.reasonHint')}
          maxLength={200}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
        />
      </div>
    </Dialog>
  );
}
