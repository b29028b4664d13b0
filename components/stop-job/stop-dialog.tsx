'use client';
/** Stop Job: each way of stopping with its price; Trigger savepoint is the default. With several jobs there is a choice a row. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Flag, Info, Square } from 'lucide-react';
import { useMemo, useRef, useState } from 'react';
import type { StopMode, StopPreview } from '../../server/contract/stop.ts';
import { actInChunks, CHUNK, inChunks, type Progress } from '../client/chunks.ts';
import { keys } from '../client/query-keys.ts';
import { call } from '../client/request.ts';
import { useI18n } from '../i18n/provider.tsx';
import { outcomeOf } from '../job/act-results.ts';
import { AgeChip } from '../job/age-chip.tsx';
import { ErrorNotice, errorText } from '../job/error-notice.tsx';
import type { DialogJob } from '../job/job-dialogs.tsx';
import { BulkProgress, useBulkResults } from '../job/results-sheet.tsx';
import { StatusWord } from '../job/status.tsx';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Notice, Skeleton } from '../ui/surface.tsx';
import { useToast } from '../ui/toast.tsx';
import { ManyJobs } from './many-jobs.tsx';
import { ModeTable } from './mode-table.tsx';
import { SinkTable } from './sink-table.tsx';

const REFRESH_MS = 5_000;

function useStop(jobs: readonly DialogJob[], onDone: () => void) {
  const { t, said } = useI18n();
  const toast = useToast();
  const showResults = useBulkResults();
  const client = useQueryClient();
  const [sent, setProgress] = useState<Progress | null>(null);
  const [modes, setModes] = useState<Record<number, StopMode>>({});
  const jobIds = jobs.map((job) => job.id);
  const previews = useQuery({
    queryKey: keys.stopPreview(jobIds),
    queryFn: async ({ signal }) => ({
      previews: await inChunks(jobIds, async (part) => (await call('previewStop', { body: { jobIds: part } }, signal)).previews),
    }),
    refetchInterval: jobIds.length > CHUNK ? false : REFRESH_MS,
    staleTime: 0,
    // A preview of an earlier opening is no answer to this one.
    gcTime: 0,
  });
  const byJob = useMemo(() => new Map(previews.data?.previews.map((one) => [one.jobId, one])), [previews.data]);
  const previewOf = (id: number): StopPreview | undefined => byJob.get(id);
  const modeOf = (id: number): StopMode => modes[id] ?? previewOf(id)?.defaultMode ?? 'savepoint';
  const stop = useMutation({
    mutationFn: () =>
      actInChunks(
        jobIds,
        (jobId) => jobId,
        async (part) => (await call('stopJobs', { body: { jobs: part.map((jobId) => ({ jobId, mode: modeOf(jobId) })) } })).results,
        setProgress,
        (error) => errorText(error, { t, said }),
      ),
    onSuccess: (results) => {
      const { done, refused } = outcomeOf(results);
      void client.invalidateQueries({ queryKey: keys.jobs });
      void client.invalidateQueries({ queryKey: keys.operations });
      const show = () => showResults({ act: 'stop', jobs, results });
      if (done > 0)
        toast({ title: t('stop.done', { n: done }), ...(jobs.length > 1 ? { action: { label: t('results.show'), run: show } } : {}) });
      if (refused.length > 0 && jobs.length > 1) show();
      else if (refused.length > 0)
        toast({ title: t('stop.refused', { n: refused.length }), text: said(refused[0]?.said, refused[0]?.message ?? ''), bad: true });
      onDone();
    },
  });
  const setMode = (id: number, mode: StopMode) => setModes((before) => ({ ...before, [id]: mode }));
  const progress = stop.isPending && jobs.length > CHUNK ? (sent ?? { done: 0, total: jobs.length }) : null;
  return { previews, previewOf, modeOf, setMode, stop, progress };
}

export function StopDialog({ jobs, onClose }: { jobs: readonly DialogJob[]; onClose(): void }) {
  const { t } = useI18n();
  const { previews, previewOf, modeOf, setMode, stop, progress } = useStop(jobs, onClose);
  const go = useRef<HTMLButtonElement>(null);
  const job = jobs[0]!;
  const mode = modeOf(job.id);
  const chosen = jobs.map((one) => ({
    mode: modeOf(one.id),
    preview: previewOf(one.id)?.modes.find((other) => other.mode === modeOf(one.id)),
  }));
  const costs = chosen.some(
    ({ preview }) => preview && ((preview.readAgain.value ?? 1) > 0 || (preview.doubled.value ?? 1) > 0 || (preview.lost.value ?? 1) > 0),
  );
  const danger = chosen.some((one) => one.mode === 'without') && costs;
  const blocked = chosen.some(({ preview }) => preview && !preview.isAllowed) ? t('stop.nothingToSave') : undefined;
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('stop.title')}
      subtitle={jobs.length === 1 ? t('stop.one') : t('stop.many', { n: jobs.length })}
      mark={<Square size={15} className="fill-off-mark text-off-mark" aria-hidden="true" />}
      closeLabel={t('common.close')}
      width={780}
      initialFocus={go}
      footNote={t('stop.basis')}
      actions={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button
            ref={go}
            look={danger ? 'danger' : 'primary'}
            icon={mode === 'without' ? <Square size={13} aria-hidden="true" /> : <Flag size={14} aria-hidden="true" />}
            busy={stop.isPending}
            offReason={blocked}
            onClick={() => stop.mutate()}
          >
            {t(`stop.submit.${mode}`)}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {previews.error ? <ErrorNotice error={previews.error} onRetry={() => void previews.refetch()} /> : null}
        {progress ? <BulkProgress {...progress} /> : null}
        {stop.error ? <ErrorNotice error={stop.error} /> : null}
        {jobs.length === 1 ? (
          <OneJob job={job} preview={previewOf(job.id)} mode={mode} onMode={(next) => setMode(job.id, next)} />
        ) : (
          <ManyJobs jobs={jobs} previewOf={previewOf} modeOf={modeOf} onMode={setMode} />
        )}
        <p className="flex gap-2 text-second text-text-2">
          <Info size={15} className="mt-px shrink-0" aria-hidden="true" />
          {t('stop.failNote')}
        </p>
      </div>
    </Dialog>
  );
}

function OneJob({
  job,
  preview,
  mode,
  onMode,
}: {
  job: DialogJob;
  preview: StopPreview | undefined;
  mode: StopMode;
  onMode(mode: StopMode): void;
}) {
  const { t } = useI18n();
  return (
    <>
      <div className="flex items-center gap-3.5 rounded-card border border-line-1 px-4 py-2.5 text-ctl">
        <span className="max-w-[50%] shrink-0 truncate font-semibold">{job.name}</span>
        <StatusWord status={job.status} className="shrink-0" />
        <span className="min-w-0 grow truncate text-text-2">{job.description}</span>
        <AgeChip job={job} />
      </div>
      {preview ? (
        <>
          <ModeTable preview={preview} mode={mode} onMode={onMode} />
          <SinkTable preview={preview} />
        </>
      ) : (
        <>
          <Notice kind="off" live>
            {t('stop.checking')}
          </Notice>
          <Skeleton height={200} />
        </>
      )}
    </>
  );
}
