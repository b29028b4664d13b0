'use client';
/** Trigger Savepoint: path preset to the job's folder, then progress in the row. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Flag } from 'lucide-react';
import { useRef, useState } from 'react';
import { routeQuery } from '../client/queries.ts';
import { keys } from '../client/query-keys.ts';
import { call } from '../client/request.ts';
import { useI18n } from '../i18n/provider.tsx';
import { ErrorNotice } from '../job/error-notice.tsx';
import type { DialogJob } from '../job/job-dialogs.tsx';
import { JobSubtitle } from '../job/job-subtitle.tsx';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { TextField } from '../ui/field.tsx';
import { Notice } from '../ui/surface.tsx';
import { useToast } from '../ui/toast.tsx';

export function SavepointDialog({ job, onClose }: { job: DialogJob; onClose(): void }) {
  const { t, f, said } = useI18n();
  const toast = useToast();
  const client = useQueryClient();
  const [path, setPath] = useState('');
  const go = useRef<HTMLButtonElement>(null);
  const full = useQuery(routeQuery('getJob', keys.job(job.id), { params: { jobId: job.id } }));
  const send = useMutation({
    mutationFn: () => call('triggerSavepoint', { params: { jobId: job.id }, body: { path: path.trim() } }),
    onSuccess: ({ results }) => {
      if (results.some((one) => one.outcome === 'refused')) return;
      toast({ title: t('savepoint.done', { name: job.name }) });
      void client.invalidateQueries({ queryKey: keys.jobs });
      void client.invalidateQueries({ queryKey: keys.operations });
      onClose();
    },
  });
  const refusal = send.data?.results.find((one) => one.outcome === 'refused');
  const refused = refusal && said(refusal.said, refusal.message);
  const detail = full.data?.job;
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('savepoint.title')}
      subtitle={<JobSubtitle job={job} />}
      closeLabel={t('common.close')}
      initialFocus={go}
      actions={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button ref={go} look="primary" icon={<Flag size={14} aria-hidden="true" />} busy={send.isPending} onClick={() => send.mutate()}>
            {t('savepoint.submit')}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {send.error ? <ErrorNotice error={send.error} /> : null}
        {refused ? <Notice kind="bad" live title={refused} /> : null}
        <TextField
          label={t('savepoint.path')}
          mono
          value={path}
          onChange={(event) => setPath(event.target.value)}
          hint={detail ? t('savepoint.pathHint', { folder: detail.savepointFolder }) : t('savepoint.pathHintPlain')}
          spellCheck={false}
        />
        <p className="text-ctl text-text-2">
          {detail?.stateBytes ? `${t('savepoint.size', { size: f.bytes(detail.stateBytes) })} ` : ''}
          {t('savepoint.note')}
        </p>
      </div>
    </Dialog>
  );
}
