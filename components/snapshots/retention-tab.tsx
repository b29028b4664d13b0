'use client';
/** Retention rules: the default for all jobs (administrators), and one job's own, with what a rule would take before it is saved. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { JobRetention } from '../../server/contract/snapshot-storage.ts';
import { routeQuery } from '../client/queries.ts';
import { keys } from '../client/query-keys.ts';
import { call } from '../client/request.ts';
import { useI18n } from '../i18n/provider.tsx';
import { ErrorNotice } from '../job/error-notice.tsx';
import { JobPicker } from '../job/job-picker.tsx';
import { useIsAdmin } from '../shell/session.tsx';
import { Button } from '../ui/button.tsx';
import { TextField } from '../ui/field.tsx';
import { Card, Notice, SkeletonOf } from '../ui/surface.tsx';
import { useToast } from '../ui/toast.tsx';

export function RetentionTab() {
  const { t } = useI18n();
  const [jobId, setJobId] = useState<number | null>(null);
  const settings = useQuery(routeQuery('getSettings', keys.settings, {}));
  const rule = useQuery({
    ...routeQuery('getJobRetention', keys.retention(jobId ?? 0), { params: { jobId: jobId ?? 0 } }),
    enabled: jobId !== null,
    placeholderData: () => undefined,
  });
  const job = useQuery({
    ...routeQuery('getJob', keys.job(jobId ?? 0), { params: { jobId: jobId ?? 0 } }),
    enabled: jobId !== null,
    placeholderData: () => undefined,
  });
  const error = settings.error ?? rule.error;
  return (
    <div className="flex flex-col gap-3.5">
      <Notice kind="info">{t('store.retentionNote')}</Notice>
      {error ? <ErrorNotice error={error} /> : null}
      <div className="grid items-start gap-3.5 xl:grid-cols-2">
        <Card title={t('store.defaults')}>
          {settings.data ? (
            <Defaults key={JSON.stringify(settings.data)} settings={settings.data} />
          ) : (
            <SkeletonOf>
              <Defaults settings={NOT_YET} />
            </SkeletonOf>
          )}
        </Card>
        <Card title={t('store.forJob')}>
          <JobPicker
            label={t('store.job')}
            noneLabel={t('store.allJobs')}
            value={jobId}
            shown={job.data?.job ?? null}
            onChange={setJobId}
          />
          {rule.data ? <OwnRule key={`${jobId}-${JSON.stringify(rule.data.own)}`} rule={rule.data} /> : null}
        </Card>
      </div>
    </div>
  );
}

type Field = 'checkpointDays' | 'savepoints' | 'savepointDays';
const FIELDS: readonly Field[] = ['checkpointDays', 'savepoints', 'savepointDays'];
const WORDS = { checkpointDays: 'store.checkpointDays', savepoints: 'store.savepoints', savepointDays: 'store.savepointDays' } as const;
const SETTING: Record<Field, 'checkpointRetentionDays' | 'savepointsRetained' | 'savepointRetentionDays'> = {
  checkpointDays: 'checkpointRetentionDays',
  savepoints: 'savepointsRetained',
  savepointDays: 'savepointRetentionDays',
};

/** Null = empty; undefined = no whole number. */
function numberIn(text: string): number | null | undefined {
  if (text.trim() === '') return null;
  return /^\d{1,6}$/.test(text.trim()) ? Number(text.trim()) : undefined;
}

const NOT_YET = { checkpointRetentionDays: 0, savepointsRetained: 0, savepointRetentionDays: 0 };

function Defaults({ settings }: { settings: typeof NOT_YET }) {
  const { t } = useI18n();
  const toast = useToast();
  const client = useQueryClient();
  const isAdmin = useIsAdmin();
  const [text, setText] = useState<Record<Field, string>>({
    checkpointDays: String(settings.checkpointRetentionDays),
    savepoints: String(settings.savepointsRetained),
    savepointDays: String(settings.savepointRetentionDays),
  });
  const save = useMutation({
    mutationFn: () =>
      call('changeSettings', { body: Object.fromEntries(FIELDS.map((field) => [SETTING[field], numberIn(text[field]) ?? 0])) }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: keys.settings });
      void client.invalidateQueries({ queryKey: ['retention'] });
      toast({ title: t('store.savedRule') });
    },
  });
  const wrong = FIELDS.some((field) => numberIn(text[field]) === undefined);
  return (
    <div className="flex flex-col gap-3">
      {save.error ? <ErrorNotice error={save.error} /> : null}
      {FIELDS.map((field) => (
        <TextField
          key={field}
          label={t(WORDS[field])}
          hint={t('store.zero')}
          inputMode="numeric"
          className="max-w-[260px]"
          value={text[field]}
          disabled={!isAdmin}
          onChange={(event) => setText({ ...text, [field]: event.target.value })}
        />
      ))}
      <div>
        <Button
          look="primary"
          busy={save.isPending}
          offReason={!isAdmin ? t('store.adminOff') : wrong ? t('store.zero') : null}
          onClick={() => save.mutate()}
        >
          {t('store.saveRule')}
        </Button>
      </div>
    </div>
  );
}

function OwnRule({ rule }: { rule: JobRetention }) {
  const { t, f } = useI18n();
  const toast = useToast();
  const client = useQueryClient();
  const [checkpoints, setCheckpoints] = useState(String(rule.effective.checkpoints));
  const [text, setText] = useState<Record<Field, string>>(
    Object.fromEntries(FIELDS.map((field) => [field, rule.own[field] === null ? '' : String(rule.own[field])])) as Record<Field, string>,
  );
  const [goes, setGoes] = useState(rule.goes);
  const count = numberIn(checkpoints);
  const wrong = count === undefined || count === null || count < 1 || FIELDS.some((field) => numberIn(text[field]) === undefined);
  const send = (dryRun: boolean) =>
    call('setJobRetention', {
      params: { jobId: rule.jobId },
      body: {
        checkpoints: count ?? rule.effective.checkpoints,
        checkpointDays: numberIn(text.checkpointDays) ?? null,
        savepoints: numberIn(text.savepoints) ?? null,
        savepointDays: numberIn(text.savepointDays) ?? null,
        dryRun,
      },
    });
  const preview = useMutation({ mutationFn: () => send(true), onSuccess: (answer) => setGoes(answer.goes) });
  const save = useMutation({
    mutationFn: () => send(false),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: keys.retention(rule.jobId) });
      void client.invalidateQueries({ queryKey: keys.job(rule.jobId) });
      toast({ title: t('store.savedRule') });
    },
  });
  const error = preview.error ?? save.error;
  return (
    <div className="mt-3 flex flex-col gap-3">
      {error ? <ErrorNotice error={error} /> : null}
      <TextField
        label={t('store.checkpoints')}
        hint={t('store.checkpointsHint')}
        inputMode="numeric"
        className="max-w-[260px]"
        value={checkpoints}
        onChange={(event) => setCheckpoints(event.target.value)}
      />
      {FIELDS.map((field) => (
        <TextField
          key={field}
          label={t(WORDS[field])}
          hint={t('store.asDefault', { n: rule.defaults[field] })}
          inputMode="numeric"
          className="max-w-[260px]"
          value={text[field]}
          onChange={(event) => setText({ ...text, [field]: event.target.value })}
        />
      ))}
      <p role="status" className={goes.snapshots > 0 ? 'text-ctl text-warn' : 'text-ctl text-text-2'}>
        {goes.snapshots > 0
          ? t('store.goes', { n: goes.snapshots, size: f.bytes(goes.bytes), names: goes.names.join(', ') })
          : t('store.goesNone')}
      </p>
      <div className="flex gap-2">
        <Button busy={preview.isPending} offReason={wrong ? t('store.zero') : null} onClick={() => preview.mutate()}>
          {t('store.preview')}
        </Button>
        <Button look="primary" busy={save.isPending} offReason={wrong ? t('store.zero') : null} onClick={() => save.mutate()}>
          {t('store.saveRule')}
        </Button>
      </div>
    </div>
  );
}
