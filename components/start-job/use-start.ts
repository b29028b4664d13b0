'use client';
/**
 * State of a start: the choice and acceptance of each job, the previews (refreshed every 5 s), and the act. A preview that has not come ten seconds
 * after it was asked for is "not known": the start may then go on only with the job's name typed, as with any verdict that counts as bad.
 */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import type { RestoreChoice, StartPreview } from '../../server/contract/start.ts';
import { actInChunks, CHUNK, inChunks, type Progress } from '../client/chunks.ts';
import { keys } from '../client/query-keys.ts';
import { ApiError, call } from '../client/request.ts';
import { useI18n } from '../i18n/provider.tsx';
import { outcomeOf } from '../job/act-results.ts';
import { errorText } from '../job/error-notice.tsx';
import type { DialogJob } from '../job/job-dialogs.tsx';
import { useBulkResults } from '../job/results-sheet.tsx';
import { useToast } from '../ui/toast.tsx';

export interface Acceptance {
  typedName: string;
  allowDropped: boolean;
  /** "Start anyway…" was pressed where the cost is not known. */
  anyway: boolean;
}

const REFRESH_MS = 5_000;
const LATE_MS = 10_000;
const NOTHING: Acceptance = { typedName: '', allowDropped: false, anyway: false };
const NOT_KNOWN = { verdict: 'unknown', lost: null, doubled: null } as const;

/** One job of the request: the choice, and what was shown and accepted. */
function startOf(jobId: number, choice: RestoreChoice, preview: StartPreview | undefined, { typedName, allowDropped, anyway }: Acceptance) {
  const shown = preview ? { verdict: preview.verdict, lost: preview.loss.lost.value, doubled: preview.loss.doubled.value } : NOT_KNOWN;
  return {
    jobId,
    choice,
    allowNonRestoredState: allowDropped,
    acceptance: { ...shown, ...(typedName ? { typedName } : {}), ...(anyway ? { anyway } : {}) },
  };
}

/** True from ten seconds after `key` was first waited for until it has come. */
function useLate(key: string, waiting: boolean): boolean {
  const [late, setLate] = useState('');
  useEffect(() => {
    if (!waiting) return;
    const timer = setTimeout(() => setLate(key), LATE_MS);
    return () => clearTimeout(timer);
  }, [key, waiting]);
  return waiting && late === key;
}

/** Choice, acceptance and place in the batch of each job. */
function useChoices(jobs: readonly DialogJob[], snapshotId: string | undefined) {
  const [choices, setChoices] = useState<Record<number, RestoreChoice>>(
    snapshotId && jobs[0] ? { [jobs[0].id]: { kind: 'snapshot', snapshotId } } : {},
  );
  const [accepted, setAccepted] = useState<Record<number, Acceptance>>({});
  const [left, setLeft] = useState<ReadonlySet<number>>(new Set());
  const [choosing, setChoosing] = useState(false);
  const setAcceptance = (id: number, part: Partial<Acceptance>) =>
    setAccepted((before) => ({ ...before, [id]: { ...(before[id] ?? NOTHING), ...part } }));
  return {
    choiceOf: (id: number): RestoreChoice => choices[id] ?? { kind: 'newest' },
    acceptanceOf: (id: number) => accepted[id] ?? NOTHING,
    setAcceptance,
    setChoice: (id: number, choice: RestoreChoice) => {
      setChoosing(true);
      setChoices((before) => ({ ...before, [id]: choice }));
      setAccepted((before) => ({ ...before, [id]: NOTHING }));
    },
    left,
    toggle: (id: number) => {
      const next = new Set(left);
      if (!next.delete(id)) next.add(id);
      setLeft(next);
    },
    /** The list of restore choices is asked for although the start is refused. */
    choosing,
    choose: () => setChoosing(true),
  };
}

/** The previews of all jobs with their choices, asked again while the dialog is open. */
function useStartPreviews(asked: readonly { readonly jobId: number; readonly choice: RestoreChoice }[]) {
  return useQuery({
    queryKey: keys.startPreview(asked),
    queryFn: async ({ signal }) => ({
      previews: await inChunks(asked, async (part) => (await call('previewStart', { body: { jobs: part } }, signal)).previews),
    }),
    refetchInterval: asked.length > CHUNK ? false : REFRESH_MS,
    staleTime: 0,
    // A preview of an earlier opening is no answer to this one.
    gcTime: 0,
    enabled: asked.length > 0,
  });
}

/** A name typed for a smaller loss does not accept a greater one. */
function useNameForLoss(loses: number, forget: () => void): void {
  const [accepted, setAccepted] = useState(0);
  if (loses === accepted) return;
  setAccepted(loses);
  if (loses > accepted) forget();
}

export function useStart(jobs: readonly DialogJob[], snapshotId: string | undefined, onDone: () => void) {
  const { t, said } = useI18n();
  const toast = useToast();
  const showResults = useBulkResults();
  const client = useQueryClient();
  const choices = useChoices(jobs, snapshotId);
  const asked = jobs.map((job) => ({ jobId: job.id, choice: choices.choiceOf(job.id) }));
  const previews = useStartPreviews(asked);
  const late = useLate(JSON.stringify(asked), !previews.data || previews.isPlaceholderData);
  const byJob = useMemo(() => new Map(previews.data?.previews.map((one) => [one.jobId, one])), [previews.data]);
  const previewOf = (id: number): StartPreview | undefined => byJob.get(id);
  /** What may be acted on: the answer to this choice, not the one before. */
  const settledOf = (id: number) => (previews.isPlaceholderData ? undefined : previewOf(id));
  /** In a batch a job whose start must be accepted is left out until its own dialog accepts it. */
  const isIn = (id: number) => !choices.left.has(id) && (jobs.length === 1 || canStartInBatch(previewOf(id)));
  const [progress, setProgress] = useState<Progress | null>(null);
  const start = useMutation({
    mutationFn: () => {
      const wanted = jobs
        .filter((job) => isIn(job.id))
        .map((job) => startOf(job.id, choices.choiceOf(job.id), settledOf(job.id), choices.acceptanceOf(job.id)));
      return actInChunks(
        wanted,
        (one) => one.jobId,
        async (part) => (await call('startJobs', { body: { jobs: part } })).results,
        setProgress,
        (error) => errorText(error, { t, said }),
      );
    },
    onError: (error) => {
      if (error instanceof ApiError && error.code === 'acceptance-needed') void previews.refetch();
    },
    onSuccess: (results) => {
      const { done, refused } = outcomeOf(results);
      void client.invalidateQueries({ queryKey: keys.jobs });
      for (const job of jobs) void client.invalidateQueries({ queryKey: keys.job(job.id) });
      if (done > 0) toast({ title: t('start.done', { n: done }) });
      if (refused.length > 0 && jobs.length > 1) showResults({ act: 'start', jobs, results });
      if (refused.length === 0 || jobs.length > 1) onDone();
      else void previews.refetch();
    },
  });
  const only = jobs.length === 1 ? jobs[0]!.id : null;
  useNameForLoss(only === null ? 0 : (settledOf(only)?.loss.lost.value ?? 0), () => {
    if (only !== null) choices.setAcceptance(only, { typedName: '' });
  });
  const { choosing, choose, choiceOf, acceptanceOf, setAcceptance, toggle } = choices;
  return {
    previews,
    previewOf,
    settledOf,
    late,
    isIn,
    choosing,
    choose,
    choiceOf,
    acceptanceOf,
    setAcceptance,
    toggle,
    setChoice: (id: number, choice: RestoreChoice) => {
      start.reset();
      choices.setChoice(id, choice);
    },
    start,
    progress: start.isPending && jobs.length > CHUNK ? (progress ?? { done: 0, total: jobs.length }) : null,
    refusal: jobs.length === 1 ? start.data?.find((one) => one.outcome === 'refused') : undefined,
  };
}
/** Not known yet counts as yes. */
export function canStartInBatch(preview: StartPreview | undefined): boolean {
  return !preview || !(preview.needsName || preview.needsConfirmation || preview.blockedBy !== null);
}

export type Start = ReturnType<typeof useStart>;

/** A start of one job that is refused for what it would lose: shown alone, without the choices, until they are asked for. */
export function isRefused(start: Start, jobs: readonly DialogJob[]): boolean {
  const preview = jobs.length === 1 ? start.previewOf(jobs[0]!.id) : undefined;
  return preview?.verdict === 'bad' && preview.blockedBy === null && !start.choosing;
}
