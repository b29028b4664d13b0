'use client';
/** Runtime Configuration of the More menu: what may change while the job runs (alarm and automatic restart). */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { JobType } from '../../server/contract/job.ts';
import type { JobOptions } from '../../server/contract/job-options.ts';
import { routeQuery } from '../client/queries.ts';
import { keys } from '../client/query-keys.ts';
import { call } from '../client/request.ts';
import { useI18n } from '../i18n/provider.tsx';
import { ErrorNotice } from '../job/error-notice.tsx';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Skeleton } from '../ui/surface.tsx';
import { useToast } from '../ui/toast.tsx';
import { optionPatch, optionProblems } from './option-problems.ts';
import { ParameterPanel } from './parameter-panel.tsx';

export function RuntimeDialog({ job, onClose }: { job: { id: number; name: string; type: JobType }; onClose(): void }) {
  const { t } = useI18n();
  const toast = useToast();
  const client = useQueryClient();
  const full = useQuery(routeQuery('getJob', keys.job(job.id), { params: { jobId: job.id } }));
  const [changes, setChanges] = useState<Partial<JobOptions>>({});
  const saved = full.data?.job.options;
  const options = saved ? { ...saved, ...changes } : null;
  const problems = options ? optionProblems(options, job.type, t) : {};
  const save = useMutation({
    mutationFn: () =>
      call('updateJob', {
        params: { jobId: job.id },
        body: { baseVersion: full.data!.job.version, options: optionPatch(saved!, options!) },
      }),
    onSuccess: (answer) => {
      client.setQueryData(keys.job(job.id), { job: answer.job });
      toast({ title: t('runtime.done'), text: t('runtime.note') });
      onClose();
    },
  });
  const problem = Object.values(problems)[0] ?? null;
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('runtime.title')}
      subtitle={<span className="font-semibold text-text-1">{job.name}</span>}
      closeLabel={t('common.close')}
      width={480}
      bodyClass="px-1.5!"
      footNote={t('runtime.note')}
      actions={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button look="primary" busy={save.isPending} offReason={options ? problem : t('common.loading')} onClick={() => save.mutate()}>
            {t('common.ok')}
          </Button>
        </>
      }
    >
      {full.error ? <ErrorNotice error={full.error} onRetry={() => void full.refetch()} className="mx-4" /> : null}
      {save.error ? <ErrorNotice error={save.error} className="mx-4" /> : null}
      {options ? (
        <ParameterPanel
          options={options}
          type={job.type}
          problems={problems}
          onChange={(part) => setChanges({ ...changes, ...part })}
          groups={['after-failure']}
        />
      ) : (
        <Skeleton height={180} />
      )}
    </Dialog>
  );
}
