'use client';
/** Delete: a name is typed for each job that has state; snapshots stay 7 days unless ticked. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { usePathname, useRouter } from 'next/navigation';
import { useState } from 'react';
import { inChunks } from '../client/chunks.ts';
import { keys } from '../client/query-keys.ts';
import { call } from '../client/request.ts';
import { useI18n } from '../i18n/provider.tsx';
import { outcomeOf } from '../job/act-results.ts';
import { ErrorNotice } from '../job/error-notice.tsx';
import type { DialogJob } from '../job/job-dialogs.tsx';
import { useBulkResults } from '../job/results-sheet.tsx';
import { StatusWord } from '../job/status.tsx';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { TextField } from '../ui/field.tsx';
import { useToast } from '../ui/toast.tsx';
import { CheckLine } from '../ui/toggle.tsx';

export function DeleteDialog({ jobs, onClose }: { jobs: readonly DialogJob[]; onClose(): void }) {
  const { t } = useI18n();
  const toast = useToast();
  const showResults = useBulkResults();
  const router = useRouter();
  const path = usePathname();
  const client = useQueryClient();
  const [typed, setTyped] = useState<Record<string, string>>({});
  const [snapshots, setSnapshots] = useState(false);
  const missing = jobs.filter((job) => job.hadState && typed[job.id] !== job.name);
  const remove = useMutation({
    mutationFn: () =>
      inChunks(
        jobs.map((job) => job.id),
        async (jobIds) => (await call('deleteJobs', { body: { jobIds, deleteSnapshots: snapshots, confirmations: typed } })).results,
      ),
    onSuccess: (results) => {
      const { done, refused } = outcomeOf(results);
      if (done > 0) toast({ title: t('delete.done', { n: done }) });
      if (refused.length > 0 && jobs.length > 1) showResults({ act: 'delete', jobs, results });
      else if (refused.length > 0) toast({ title: t('delete.refused', { n: refused.length }), text: refused[0]?.message, bad: true });
      void client.invalidateQueries({ queryKey: keys.jobs });
      if (refused.length === 0 && jobs.some((job) => path.startsWith(`/jobs/${job.id}`))) router.push('/jobs');
      onClose();
    },
  });
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('delete.title')}
      subtitle={jobs.length === 1 ? t('delete.one') : t('delete.many', { n: jobs.length })}
      closeLabel={t('common.close')}
      actions={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button
            look="danger"
            busy={remove.isPending}
            offReason={missing.length > 0 ? t('delete.needsName') : null}
            onClick={() => remove.mutate()}
          >
            {t('common.delete')}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {remove.error ? <ErrorNotice error={remove.error} /> : null}
        <JobsToDelete jobs={jobs} typed={typed} onType={(id, name) => setTyped({ ...typed, [id]: name })} />
        <p className="text-ctl text-text-2">{t('delete.note')}</p>
        <CheckLine checked={snapshots} onChange={setSnapshots} label={t('delete.snapshots')} note={t('delete.snapshotsNote')} />
      </div>
    </Dialog>
  );
}

interface JobsToDeleteProps {
  readonly jobs: readonly DialogJob[];
  readonly typed: Readonly<Record<string, string>>;
  onType(id: number, name: string): void;
}

/** The name is asked for where state goes with the job. */
function JobsToDelete({ jobs, typed, onType }: JobsToDeleteProps) {
  const { t } = useI18n();
  return (
    <ul className="divide-y divide-line-1 rounded-card border border-line-1">
      {jobs.map((job) => (
        <li key={job.id} className="flex flex-col gap-2 px-4 py-3 text-ctl">
          <span className="flex items-center gap-3">
            <span className="truncate font-semibold">{job.name}</span>
            <StatusWord status={job.status} />
            <span className="num ml-auto text-text-3">ID {job.id}</span>
          </span>
          {job.hadState ? (
            <TextField
              label={t('delete.type', { name: job.name })}
              mono
              autoComplete="off"
              value={typed[job.id] ?? ''}
              onChange={(event) => onType(job.id, event.target.value)}
            />
          ) : null}
        </li>
      ))}
    </ul>
  );
}
