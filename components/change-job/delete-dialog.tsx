'use client';
/** Delete: a name is typed for each job that has state; snapshots stay 7 days unless ticked. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { usePathname, useRouter } from 'next/navigation';
import { useState } from 'react';
import { actInChunks, CHUNK, type Progress } from '../client/chunks.ts';
import { keys } from '../client/query-keys.ts';
import { call } from '../client/request.ts';
import { useI18n } from '../i18n/provider.tsx';
import { outcomeOf } from '../job/act-results.ts';
import { ErrorNotice, errorText } from '../job/error-notice.tsx';
import type { DialogJob } from '../job/job-dialogs.tsx';
import { BulkProgress, useBulkResults } from '../job/results-sheet.tsx';
import { StatusWord } from '../job/status.tsx';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { TextField } from '../ui/field.tsx';
import { ScrollRegion } from '../ui/scroll-region.tsx';
import { useToast } from '../ui/toast.tsx';
import { CheckLine } from '../ui/toggle.tsx';

/** More jobs with state than this are confirmed by their number. */
const NAMES_TYPED = 5;
const LISTED = 100;

/** Deletes in portions; `confirmations` are the names of the jobs with state, by id. */
function useDelete(
  jobs: readonly DialogJob[],
  confirmations: Readonly<Record<string, string>>,
  deleteSnapshots: boolean,
  onDone: () => void,
) {
  const { t, said } = useI18n();
  const toast = useToast();
  const showResults = useBulkResults();
  const router = useRouter();
  const path = usePathname();
  const client = useQueryClient();
  const [progress, setProgress] = useState<Progress | null>(null);
  const remove = useMutation({
    mutationFn: () =>
      actInChunks(
        jobs.map((job) => job.id),
        (jobId) => jobId,
        async (jobIds) => {
          const own = Object.fromEntries(jobIds.flatMap((id) => (confirmations[id] === undefined ? [] : [[id, confirmations[id]]])));
          return (await call('deleteJobs', { body: { jobIds, deleteSnapshots, confirmations: own } })).results;
        },
        setProgress,
        (error) => errorText(error, { t, said }),
      ),
    onSuccess: (results) => {
      const { done, refused } = outcomeOf(results);
      const show = () => showResults({ act: 'delete', jobs, results });
      const action = jobs.length > 1 ? { action: { label: t('results.show'), run: show } } : {};
      if (done > 0) toast({ title: t('delete.done', { n: done }), ...action });
      if (refused.length > 0 && jobs.length > 1) show();
      else if (refused.length > 0)
        toast({ title: t('delete.refused', { n: refused.length }), text: said(refused[0]?.said, refused[0]?.message ?? ''), bad: true });
      void client.invalidateQueries({ queryKey: keys.jobs });
      if (refused.length === 0 && jobs.some((job) => path.startsWith(`/jobs/${job.id}`))) router.push('/jobs');
      onDone();
    },
  });
  return { remove, progress: remove.isPending && jobs.length > CHUNK ? (progress ?? { done: 0, total: jobs.length }) : null };
}

export function DeleteDialog({ jobs, onClose }: { jobs: readonly DialogJob[]; onClose(): void }) {
  const { t } = useI18n();
  const [typed, setTyped] = useState<Record<string, string>>({});
  const [snapshots, setSnapshots] = useState(false);
  const [count, setCount] = useState('');
  const stateful = jobs.filter((job) => job.hadState);
  // A few names are typed one by one; of many the number is.
  const byCount = stateful.length > NAMES_TYPED;
  const missing = byCount ? count.trim() !== String(stateful.length) : stateful.some((job) => typed[job.id] !== job.name);
  const confirmations = byCount ? Object.fromEntries(stateful.map((job) => [job.id, job.name])) : typed;
  const { remove, progress } = useDelete(jobs, confirmations, snapshots, onClose);
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
            offReason={missing ? t(byCount ? 'delete.needsCount' : 'delete.needsName') : null}
            onClick={() => remove.mutate()}
          >
            {t('common.delete')}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {progress ? <BulkProgress {...progress} /> : null}
        {remove.error ? <ErrorNotice error={remove.error} /> : null}
        <JobsToDelete jobs={jobs} typed={typed} onType={byCount ? null : (id, name) => setTyped({ ...typed, [id]: name })} />
        {byCount ? (
          <TextField
            label={t('delete.typeCount', { n: stateful.length })}
            mono
            autoComplete="off"
            inputMode="numeric"
            value={count}
            onChange={(event) => setCount(event.target.value)}
          />
        ) : null}
        <p className="text-ctl text-text-2">{t('delete.note')}</p>
        <CheckLine checked={snapshots} onChange={setSnapshots} label={t('delete.snapshots')} note={t('delete.snapshotsNote')} />
      </div>
    </Dialog>
  );
}

interface JobsToDeleteProps {
  readonly jobs: readonly DialogJob[];
  readonly typed: Readonly<Record<string, string>>;
  /** Null = no name is typed here. */
  readonly onType: ((id: number, name: string) => void) | null;
}

/** The name is asked for where state goes with the job. */
function JobsToDelete({ jobs, typed, onType }: JobsToDeleteProps) {
  const { t } = useI18n();
  return (
    <ScrollRegion label={t('delete.title')} className="max-h-[40vh] overflow-y-auto rounded-card border border-line-1">
      <ul className="divide-y divide-line-1">
        {jobs.slice(0, LISTED).map((job) => (
          <li key={job.id} className="flex flex-col gap-2 px-4 py-3 text-ctl">
            <span className="flex items-center gap-3">
              <span className="truncate font-semibold">{job.name}</span>
              <StatusWord status={job.status} />
              <span className="num ml-auto text-text-3">ID {job.id}</span>
            </span>
            {job.hadState && onType ? (
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
        {jobs.length > LISTED ? (
          <li className="px-4 py-3 text-ctl text-text-2">{t('common.andMore', { n: jobs.length - LISTED })}</li>
        ) : null}
      </ul>
    </ScrollRegion>
  );
}
