'use client';
/** Import Savepoint: a path or the bucket browser at the left, the six checks at the right. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { routeQuery } from '../client/queries.ts';
import { keys } from '../client/query-keys.ts';
import { call } from '../client/request.ts';
import { useI18n } from '../i18n/provider.tsx';
import { ErrorNotice, errorText } from '../job/error-notice.tsx';
import type { DialogJob } from '../job/job-dialogs.tsx';
import { JobSubtitle } from '../job/job-subtitle.tsx';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { TextField } from '../ui/field.tsx';
import { Notice } from '../ui/surface.tsx';
import { useToast } from '../ui/toast.tsx';
import { BucketBrowser } from './bucket-browser.tsx';
import { ImportChecks, sentenceOf } from './import-checks.tsx';

const PAUSE_MS = 400;

function useImport(job: DialogJob, onDone: () => void) {
  const i18n = useI18n();
  const { t, said } = i18n;
  const toast = useToast();
  const client = useQueryClient();
  const [path, setPath] = useState('');
  const [asked, setAsked] = useState('');
  const [typed, setTyped] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => setAsked(path.trim()), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [path]);
  const preview = useQuery({
    ...routeQuery('previewImport', keys.jobPart(job.id, 'import', asked), { params: { jobId: job.id }, body: { path: asked } }),
    enabled: asked !== '',
    retry: false,
    placeholderData: (old) => old,
  });
  const refresh = () => {
    void client.invalidateQueries({ queryKey: keys.jobs });
    void client.invalidateQueries({ queryKey: keys.job(job.id) });
    void client.invalidateQueries({ queryKey: keys.snapshots });
  };
  const undo = useMutation({
    mutationFn: (imported: string) => call('undoImport', { params: { jobId: job.id }, body: { path: imported } }),
    onError: (error) => toast({ title: errorText(error, i18n), bad: true }),
    onSuccess: () => {
      toast({ title: t('import.undone', { name: job.name }) });
      refresh();
    },
  });
  const send = useMutation({
    mutationFn: () =>
      call('importSavepoint', {
        params: { jobId: job.id },
        body: { path: preview.data?.path ?? asked, ...(typed ? { typedName: typed } : {}) },
      }),
    onSuccess: ({ results }) => {
      const refused = results.find((one) => one.outcome === 'refused');
      if (refused) return;
      const done = preview.data?.path ?? asked;
      toast({
        title: t('import.done', { name: job.name }),
        text: done,
        action: { label: t('common.undo'), run: () => undo.mutate(done) },
      });
      refresh();
      onDone();
    },
  });
  const refusal = send.data?.results.find((one) => one.outcome === 'refused');
  const refused = refusal && said(refusal.said, refusal.message);
  const choose = (next: string) => {
    setPath(next);
    setAsked(next);
    setTyped('');
    send.reset();
  };
  return { path, setPath, asked, choose, preview, typed, setTyped, send, refused };
}

export function ImportDialog({ job, onClose }: { job: DialogJob; onClose(): void }) {
  const i18n = useI18n();
  const { t } = i18n;
  const { path, setPath, asked, choose, preview, typed, setTyped, send, refused } = useImport(job, onClose);
  const answer = asked === '' || path.trim() !== asked ? undefined : preview.data;
  const notes = answer?.checks.some((one) => one.result === 'note') ?? false;
  const off = !answer
    ? t('import.choose')
    : answer.canImport === 'no'
      ? sentenceOf(answer, i18n)
      : answer.canImport === 'with-name' && typed !== job.name
        ? t('start.needsName')
        : null;
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('import.title')}
      subtitle={
        <JobSubtitle job={job}>
          <span className="num">ID {job.id}</span>
        </JobSubtitle>
      }
      closeLabel={t('common.close')}
      width={1000}
      actions={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button
            look={answer?.canImport === 'with-name' ? 'danger' : 'primary'}
            busy={send.isPending}
            offReason={off}
            onClick={() => send.mutate()}
          >
            {answer?.canImport === 'with-name' || notes ? t('import.submitAnyway') : t('import.submit')}
          </Button>
        </>
      }
    >
      <div className="grid min-h-[420px] gap-6 lg:grid-cols-[430px_1fr]">
        <Place job={job} path={path} chosen={asked} onPath={setPath} onChoose={choose} />
        <div className="flex min-w-0 flex-col gap-3 lg:border-l lg:border-line-1 lg:pl-6">
          {preview.error && asked !== '' ? <ErrorNotice error={preview.error} onRetry={() => void preview.refetch()} /> : null}
          {send.error ? <ErrorNotice error={send.error} /> : null}
          {refused ? <Notice kind="bad" live title={refused} /> : null}
          <ImportChecks job={job} preview={answer} asked={asked !== ''} pending={preview.isFetching} />
          {answer?.canImport === 'with-name' ? (
            <TextField
              label={t('common.typeName', { name: job.name })}
              mono
              autoComplete="off"
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
            />
          ) : null}
        </div>
      </div>
    </Dialog>
  );
}

/** Where the snapshot is: a path, or a folder picked in the bucket. */
function Place({
  job,
  path,
  chosen,
  onPath,
  onChoose,
}: {
  job: DialogJob;
  path: string;
  chosen: string;
  onPath(path: string): void;
  onChoose(path: string): void;
}) {
  const { t } = useI18n();
  const full = useQuery(routeQuery('getJob', keys.job(job.id), { params: { jobId: job.id } }));
  return (
    <div className="flex min-w-0 flex-col gap-3">
      <TextField
        label={t('import.path')}
        hint={t('import.pathHint')}
        mono
        value={path}
        onChange={(event) => onPath(event.target.value)}
        placeholder="obs://bucket/jobs/checkpoint/…"
        autoComplete="off"
        spellCheck={false}
      />
      {full.data ? (
        <BucketBrowser
          startAt={full.data.job.checkpointFolder}
          jobFolder={full.data.job.checkpointFolder}
          chosen={chosen}
          onChoose={onChoose}
        />
      ) : null}
    </div>
  );
}
