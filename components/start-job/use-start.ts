'use client';
/** State of a start: the choice and acceptance of each job, the previews (refreshed every 5 s), and the act. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { RestoreChoice, StartPreview } from '../../server/contract/start.ts';
import { routeQuery } from '../client/queries.ts';
import { keys } from '../client/query-keys.ts';
import { ApiError, call } from '../client/request.ts';
import { useI18n } from '../i18n/provider.tsx';
import { outcomeOf } from '../job/act-results.ts';
import type { DialogJob } from '../job/job-dialogs.tsx';
import { useToast } from '../ui/toast.tsx';
import type { Acceptance } from './preview-view.tsx';

const REFRESH_MS = 5_000;
const NOTHING: Acceptance = { typedName: '', allowDropped: false };

/** One job of the request: the choice, and what was shown and accepted. */
function startOf(jobId: number, choice: RestoreChoice, preview: StartPreview | undefined, { typedName, allowDropped }: Acceptance) {
  const shown = preview ? { verdict: preview.verdict, lost: preview.loss.lost.value, doubled: preview.loss.doubled.value } : null;
  return {
    jobId,
    choice,
    allowNonRestoredState: allowDropped,
    ...(shown ? { acceptance: { ...shown, ...(typedName ? { typedName } : {}) } } : {}),
  };
}

export function useStart(jobs: readonly DialogJob[], snapshotId: string | undefined, onDone: () => void) {
  const { t } = useI18n();
  const toast = useToast();
  const client = useQueryClient();
  const [choices, setChoices] = useState<Record<number, RestoreChoice>>(
    snapshotId && jobs[0] ? { [jobs[0].id]: { kind: 'snapshot', snapshotId } } : {},
  );
  const [accepted, setAccepted] = useState<Record<number, Acceptance>>({});
  const [left, setLeft] = useState<ReadonlySet<number>>(new Set());
  const choiceOf = (id: number): RestoreChoice => choices[id] ?? { kind: 'newest' };
  const asked = jobs.map((job) => ({ jobId: job.id, choice: choiceOf(job.id) }));
  const previews = useQuery({
    ...routeQuery('previewStart', keys.startPreview(asked), { body: { jobs: asked } }),
    refetchInterval: REFRESH_MS,
    staleTime: 0,
    enabled: jobs.length > 0,
  });
  const previewOf = (id: number): StartPreview | undefined => previews.data?.previews.find((one) => one.jobId === id);
  /** In a batch a job that would lose data is left out until its own dialog accepts it. */
  const isIn = (id: number) => !left.has(id) && (jobs.length === 1 || !(previewOf(id)?.needsName || previewOf(id)?.blockedBy));
  const start = useMutation({
    mutationFn: () =>
      call('startJobs', {
        body: {
          jobs: jobs
            .filter((job) => isIn(job.id))
            .map((job) => startOf(job.id, choiceOf(job.id), previewOf(job.id), accepted[job.id] ?? NOTHING)),
        },
      }),
    onError: (error) => {
      if (error instanceof ApiError && error.code === 'acceptance-needed') void previews.refetch();
    },
    onSuccess: ({ results }) => {
      const { done, refused } = outcomeOf(results);
      void client.invalidateQueries({ queryKey: keys.jobs });
      for (const job of jobs) void client.invalidateQueries({ queryKey: keys.job(job.id) });
      if (done > 0) toast({ title: t('start.done', { n: done }) });
      if (refused.length > 0 && jobs.length > 1)
        toast({ title: t('start.refused', { n: refused.length }), text: refused[0]?.message, bad: true });
      if (refused.length === 0 || jobs.length > 1) onDone();
      else void previews.refetch();
    },
  });
  const refusal = jobs.length === 1 ? start.data?.results.find((one) => one.outcome === 'refused') : undefined;
  return {
    previews,
    previewOf,
    choiceOf,
    isIn,
    acceptanceOf: (id: number) => accepted[id] ?? NOTHING,
    setChoice: (id: number, choice: RestoreChoice) => {
      start.reset();
      setChoices({ ...choices, [id]: choice });
      setAccepted({ ...accepted, [id]: NOTHING });
    },
    setAcceptance: (id: number, part: Partial<Acceptance>) => setAccepted({ ...accepted, [id]: { ...(accepted[id] ?? NOTHING), ...part } }),
    toggle: (id: number) => {
      const next = new Set(left);
      if (!next.delete(id)) next.add(id);
      setLeft(next);
    },
    start,
    refusal,
  };
}
export type Start = ReturnType<typeof useStart>;
