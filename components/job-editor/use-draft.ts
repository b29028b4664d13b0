'use client';
/**
 * What is being edited: SQL and options over the saved version; how many changes there are, kept as a draft in this browser every 2 s; saving with the
 * base version, so that a newer one in between is a conflict and never overwritten unseen.
 */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import type { Job } from '../../server/contract/job.ts';
import type { JobOptions } from '../../server/contract/job-options.ts';
import { keys } from '../client/query-keys.ts';
import { ApiError, call } from '../client/request.ts';
import { useI18n } from '../i18n/provider.tsx';
import { useToast } from '../ui/toast.tsx';

const DRAFT_MS = 2_000;
const DRAFT_DAYS = 7;

interface StoredDraft {
  at: number;
  version: number;
  sql: string;
  options: Partial<JobOptions>;
}
const draftKey = (jobId: number) => `tidemark-draft-${jobId}`;

export function readDraft(text: string | null, version: number, now: number): StoredDraft | null {
  if (!text) return null;
  try {
    const draft = JSON.parse(text) as StoredDraft;
    return draft.version === version && now - draft.at < DRAFT_DAYS * 86_400_000 ? draft : null;
  } catch {
    return null;
  }
}

function changedOptions(saved: JobOptions, options: JobOptions): Partial<JobOptions> {
  const names = (Object.keys(options) as (keyof JobOptions)[]).filter(
    (name) => JSON.stringify(saved[name]) !== JSON.stringify(options[name]),
  );
  return Object.fromEntries(names.map((name) => [name, options[name]])) as Partial<JobOptions>;
}

/** The draft found in this browser for this version; while there are changes they are written down, and the browser asks before it leaves. */
function useStored(jobId: number, version: number, changes: number, draft: Omit<StoredDraft, 'at'>) {
  const [stored, setStored] = useState<StoredDraft | null>(null);
  const text = JSON.stringify(draft);
  useEffect(() => setStored(readDraft(localStorage.getItem(draftKey(jobId)), version, Date.now())), [jobId, version]);
  useEffect(() => {
    if (changes === 0) return;
    const write = () => localStorage.setItem(draftKey(jobId), JSON.stringify({ ...(JSON.parse(text) as object), at: Date.now() }));
    const timer = setTimeout(write, DRAFT_MS);
    return () => clearTimeout(timer);
  }, [changes, text, jobId]);
  useEffect(() => {
    if (changes === 0) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [changes]);
  return [stored, setStored] as const;
}

export function useDraft(job: Job) {
  const { t } = useI18n();
  const toast = useToast();
  const client = useQueryClient();
  const [sql, setSql] = useState(job.sql);
  const [options, setOptions] = useState(job.options);
  const [base, setBase] = useState(job.version);
  const patch = useMemo(() => changedOptions(job.options, options), [job.options, options]);
  const changes = Object.keys(patch).length + (sql === job.sql ? 0 : 1);

  const [stored, setStored] = useStored(job.id, job.version, changes, { sql, options: patch, version: base });

  const save = useMutation({
    mutationFn: (baseVersion: number) =>
      call('updateJob', {
        params: { jobId: job.id },
        body: { baseVersion, ...(sql === job.sql ? {} : { sql }), ...(Object.keys(patch).length > 0 ? { options: patch } : {}) },
      }),
    onSuccess: (answer) => {
      client.setQueryData(keys.job(job.id), { job: answer.job });
      void client.invalidateQueries({ queryKey: keys.jobs });
      localStorage.removeItem(draftKey(job.id));
      setStored(null);
      setOptions(answer.job.options);
      setBase(answer.job.version);
      const applied = answer.appliedNow.length > 0 ? t('edit.appliedNow', { what: answer.appliedNow.join(', ') }) : undefined;
      toast({ title: t('edit.saved', { n: answer.job.version }), text: answer.needsRestart ? t('edit.restartNote') : applied });
    },
  });
  const conflict =
    save.error instanceof ApiError && save.error.code === 'version-conflict'
      ? (save.error.details as { version?: number; savedBy?: string } | undefined)
      : undefined;
  return {
    sql,
    setSql,
    options,
    changeOptions: (part: Partial<JobOptions>) => setOptions((before) => ({ ...before, ...part })),
    setOptions,
    patch,
    changes,
    base,
    save,
    conflict,
    stored: changes === 0 ? stored : null,
    takeStored: () => {
      if (!stored) return;
      setSql(stored.sql);
      setOptions({ ...job.options, ...stored.options });
      setStored(null);
    },
    dropStored: () => {
      localStorage.removeItem(draftKey(job.id));
      setStored(null);
    },
  };
}
export type Draft = ReturnType<typeof useDraft>;
