'use client';
/**
 * What is being edited: SQL and options over the saved version; how many changes there are, kept as a draft in this browser every 2 s; saving with the
 * base version. A version that another saved meanwhile is merged in field by field; a field that both changed is a conflict and never overwritten unseen.
 */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import type { Job } from '../../server/contract/job.ts';
import type { JobOptions } from '../../server/contract/job-options.ts';
import { keys } from '../client/query-keys.ts';
import { ApiError, call } from '../client/request.ts';
import { useI18n } from '../i18n/provider.tsx';
import { useToast } from '../ui/toast.tsx';
import { changedOptions, type Edited, type EditedField, mergeDraft } from './merge-draft.ts';

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

/** The draft over the newest saved version: a version of another is merged in as soon as it is known. */
function useMerged(job: Job) {
  const [base, setBase] = useState<Edited & { readonly version: number }>(job);
  const [mine, setMine] = useState<Edited>({ sql: job.sql, options: job.options });
  const [both, setBoth] = useState<readonly EditedField[]>([]);
  const [agreed, setAgreed] = useState(job.version);
  const [rebasedOn, setRebasedOn] = useState<number | null>(null);
  if (job.version > base.version) {
    const result = mergeDraft(base, mine, job);
    const twice = [...new Set([...both, ...result.both])];
    setBase(job);
    setMine(result.merged);
    setBoth(twice);
    setRebasedOn(job.version);
    // Where a field was changed twice, saving over it is asked for first.
    if (twice.length === 0) setAgreed(job.version);
  }
  /** What was sent is saved; what was typed since stays. */
  const saved = (sent: Edited, job: Job) => {
    setBase(job);
    setMine((now) => mergeDraft(sent, now, job).merged);
    setBoth([]);
    setAgreed(job.version);
    setRebasedOn(null);
  };
  return { mine, setMine, base, both, agreed, rebasedOn, saved };
}

export function useDraft(job: Job) {
  const { t } = useI18n();
  const toast = useToast();
  const client = useQueryClient();
  const { mine, setMine, base, both, rebasedOn, agreed, saved } = useMerged(job);
  const { sql, options } = mine;
  const patch = useMemo(() => changedOptions(base.options, options), [base.options, options]);
  const changes = Object.keys(patch).length + (sql === base.sql ? 0 : 1);

  const [stored, setStored] = useStored(job.id, job.version, changes, { sql, options: patch, version: base.version });

  const save = useMutation({
    mutationFn: (baseVersion: number) =>
      call('updateJob', {
        params: { jobId: job.id },
        body: { baseVersion, ...(sql === base.sql ? {} : { sql }), ...(Object.keys(patch).length > 0 ? { options: patch } : {}) },
      }),
    onMutate: () => mine,
    onError: (error) => {
      if (error instanceof ApiError && error.code === 'version-conflict') void client.invalidateQueries({ queryKey: keys.job(job.id) });
    },
    onSuccess: (answer, _base, sent) => {
      saved(sent, answer.job);
      client.setQueryData(keys.job(job.id), { job: answer.job });
      void client.invalidateQueries({ queryKey: keys.jobs });
      localStorage.removeItem(draftKey(job.id));
      setStored(null);
      const applied = answer.appliedNow.length > 0 ? t('edit.appliedNow', { what: answer.appliedNow.join(', ') }) : undefined;
      toast({ title: t('edit.saved', { n: answer.job.version }), text: answer.needsRestart ? t('edit.restartNote') : applied });
    },
  });
  const refused =
    save.error instanceof ApiError && save.error.code === 'version-conflict'
      ? (save.error.details as { version?: number; savedBy?: string } | undefined)
      : undefined;
  const conflict = refused?.version && refused.version > agreed ? refused : both.length > 0 ? { version: base.version } : undefined;
  return {
    sql,
    setSql: (sql: string) => setMine((before) => ({ ...before, sql })),
    options,
    changeOptions: (part: Partial<JobOptions>) => setMine((before) => ({ ...before, options: { ...before.options, ...part } })),
    setOptions: (options: JobOptions) => setMine((before) => ({ ...before, options })),
    patch,
    changes,
    /** The newest version that may be written over. */
    base: agreed,
    save,
    conflict,
    /** Fields that another changed too. */
    both,
    /** The version under the changes, when it was saved by another meanwhile and no field is changed twice. */
    rebasedOn: changes > 0 && both.length === 0 ? rebasedOn : null,
    stored: changes === 0 ? stored : null,
    takeStored: () => {
      if (!stored) return;
      setMine({ sql: stored.sql, options: { ...job.options, ...stored.options } });
      setStored(null);
    },
    dropStored: () => {
      localStorage.removeItem(draftKey(job.id));
      setStored(null);
    },
  };
}
export type Draft = ReturnType<typeof useDraft>;
