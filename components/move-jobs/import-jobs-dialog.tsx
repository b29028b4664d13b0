'use client';
/** Import Job: a zip is read and told job by job what an import would do; only then it is done. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ImportJobsAnswer } from '../../server/contract/job-archive.ts';
import { keys } from '../client/query-keys.ts';
import { callRaw } from '../client/request.ts';
import { useI18n } from '../i18n/provider.tsx';
import { ErrorNotice } from '../job/error-notice.tsx';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Field } from '../ui/field.tsx';
import { Tag } from '../ui/surface.tsx';
import { CheckLine } from '../ui/toggle.tsx';

const HUE = { made: 'ok', overwritten: 'warn', skipped: 'off', refused: 'bad' } as const;

/** The chosen file, what an import of it would do or did, and the import itself. */
function useImportJobs() {
  const client = useQueryClient();
  const [file, setFile] = useState<File | null>(null);
  const [overwrite, setOverwrite] = useState(false);
  const send = useMutation({
    mutationFn: async (ask: { file: File; overwrite: boolean; dryRun: boolean }) => {
      const body = new Blob([ask.file], { type: 'application/zip' });
      const response = await callRaw('importJobs', { query: { dryRun: ask.dryRun, overwrite: ask.overwrite }, body });
      return (await response.json()) as ImportJobsAnswer;
    },
    onSuccess: (answer) => {
      if (!answer.dryRun) void client.invalidateQueries({ queryKey: keys.jobs });
    },
  });
  const read = (next: File | null, over: boolean) => {
    setFile(next);
    setOverwrite(over);
    if (next) send.mutate({ file: next, overwrite: over, dryRun: true });
    else send.reset();
  };
  return { file, overwrite, send, read };
}

export function ImportJobsDialog({ onClose }: { onClose(): void }) {
  const { t } = useI18n();
  const { file, overwrite, send, read } = useImportJobs();
  const done = send.data !== undefined && !send.data.dryRun;
  const able = send.data?.results.filter((one) => one.outcome === 'made' || one.outcome === 'overwritten').length ?? 0;
  return (
    <Dialog
      open
      onClose={onClose}
      width={640}
      title={t('act.import')}
      closeLabel={t('common.close')}
      footNote={t('importJobs.note')}
      actions={
        done ? (
          <Button look="primary" onClick={onClose}>
            {t('common.close')}
          </Button>
        ) : (
          <>
            <Button onClick={onClose}>{t('common.cancel')}</Button>
            <Button
              look="primary"
              busy={send.isPending}
              offReason={able > 0 ? null : t('importJobs.nothing')}
              onClick={() => file && send.mutate({ file, overwrite, dryRun: false })}
            >
              {t('importJobs.submit', { n: able })}
            </Button>
          </>
        )
      }
    >
      <div className="flex flex-col gap-4">
        {done ? null : (
          <>
            <Field label={t('importJobs.file')} hint={t('importJobs.fileHint')}>
              {({ id, describedBy }) => (
                <input
                  id={id}
                  type="file"
                  accept=".zip,application/zip"
                  aria-describedby={describedBy}
                  onChange={(event) => read(event.target.files?.[0] ?? null, overwrite)}
                  className="text-ctl file:mr-3 file:h-8 file:rounded-ctl file:border file:border-line-2 file:bg-surface file:px-3 file:text-ctl file:text-text-1"
                />
              )}
            </Field>
            <CheckLine checked={overwrite} onChange={(next) => read(file, next)} label={t('importJobs.overwrite')} />
          </>
        )}
        {send.error ? <ErrorNotice error={send.error} /> : null}
        {send.data ? <Results answer={send.data} /> : null}
      </div>
    </Dialog>
  );
}

function Results({ answer }: { answer: ImportJobsAnswer }) {
  const { t, said } = useI18n();
  return (
    <ul aria-label={t('importJobs.results')} aria-live="polite" className="divide-y divide-line-1 rounded-card border border-line-1">
      {answer.results.map((one) => (
        <li key={one.name} className="px-3.5 py-2 text-ctl">
          <span className="flex items-center gap-3">
            <span className="min-w-0 grow truncate font-semibold">{one.name}</span>
            <Tag hue={HUE[one.outcome]}>{t(`importJobs.${answer.dryRun ? 'would' : 'did'}.${one.outcome}`)}</Tag>
          </span>
          {one.message ? <span className="block text-second text-text-2">{said(one.said, one.message)}</span> : null}
          {one.warnings.map((warning, index) => (
            <span key={warning} className="block text-second text-warn">
              {said(one.warningsSaid[index], warning)}
            </span>
          ))}
        </li>
      ))}
    </ul>
  );
}
