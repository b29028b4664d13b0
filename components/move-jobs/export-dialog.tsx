'use client';
/** Export Job: what is selected, or all of the list's filter, as one zip. */
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { ARCHIVE_JOBS_MAX } from '../../server/contract/archive-limit.ts';
import { callRaw } from '../client/request.ts';
import { useI18n } from '../i18n/provider.tsx';
import { ErrorNotice } from '../job/error-notice.tsx';
import type { DialogJob } from '../job/job-dialogs.tsx';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { CheckLine } from '../ui/toggle.tsx';

/** Names that are shown. */
const LISTED = 100;

/** Hands a file of the server to the browser's downloads. */
async function download(response: Response, otherwise: string): Promise<void> {
  const named = /filename="?([^";]+)/.exec(response.headers.get('content-disposition') ?? '')?.[1];
  const url = URL.createObjectURL(await response.blob());
  const link = document.createElement('a');
  link.href = url;
  link.download = named ?? otherwise;
  link.click();
  URL.revokeObjectURL(url);
}

export function ExportDialog({
  jobs,
  filter,
  onClose,
}: {
  jobs: readonly DialogJob[];
  /** With no job picked: the filter of the list. */
  filter: unknown;
  onClose(): void;
}) {
  const { t } = useI18n();
  const [all, setAll] = useState(true);
  const send = useMutation({
    mutationFn: async () => {
      const which = jobs.length > 0 ? { jobIds: jobs.map((job) => job.id) } : { filter: filter ?? {} };
      await download(await callRaw('exportJobs', { body: { ...which, versions: all ? 'all' : 'newest' } }), 'jobs.zip');
    },
    onSuccess: onClose,
  });
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('act.export')}
      subtitle={jobs.length > 0 ? t('list.selected', { n: jobs.length }) : t('export.filtered')}
      closeLabel={t('common.close')}
      footNote={t('export.note')}
      actions={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button
            look="primary"
            busy={send.isPending}
            offReason={jobs.length > ARCHIVE_JOBS_MAX ? t('export.most', { n: ARCHIVE_JOBS_MAX }) : null}
            onClick={() => send.mutate()}
          >
            {t('export.submit')}
          </Button>
        </>
      }
    >
      {send.error ? <ErrorNotice error={send.error} className="mb-3" /> : null}
      {jobs.length > 0 ? (
        <ul className="mb-3 max-h-[220px] overflow-y-auto rounded-card border border-line-1">
          {jobs.slice(0, LISTED).map((job) => (
            <li key={job.id} className="truncate border-b border-line-1 px-3.5 py-1.5 text-ctl last:border-0">
              {job.name}
            </li>
          ))}
          {jobs.length > LISTED ? (
            <li className="px-3.5 py-1.5 text-ctl text-text-2">{t('common.andMore', { n: jobs.length - LISTED })}</li>
          ) : null}
        </ul>
      ) : null}
      <CheckLine checked={all} onChange={setAll} label={t('export.versions')} />
    </Dialog>
  );
}
