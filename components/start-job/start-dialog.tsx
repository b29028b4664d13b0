'use client';
/** Start Flink Jobs over the list. The first focus is Start Now only when nothing is lost. */
import { useEffect, useRef } from 'react';
import { useI18n } from '../i18n/provider.tsx';
import type { DialogJob } from '../job/job-dialogs.tsx';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { StartBody, StartButton, StartHead, StartNote } from './start-panel.tsx';
import { isRefused, useStart } from './use-start.ts';

export function StartDialog({
  jobs,
  snapshotId,
  onClose,
}: {
  jobs: readonly DialogJob[];
  snapshotId: string | undefined;
  onClose(): void;
}) {
  const { t } = useI18n();
  const start = useStart(jobs, snapshotId, onClose);
  const cancel = useRef<HTMLButtonElement>(null);
  const go = useRef<HTMLButtonElement>(null);
  const safe = jobs.every((job) => start.settledOf(job.id)?.verdict === 'ok');
  // The first focus waits on Cancel until the verdict stands.
  useEffect(() => {
    if (safe && document.activeElement === cancel.current) go.current?.focus();
  }, [safe]);
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('start.title')}
      subtitle={jobs.length === 1 ? <StartHead job={jobs[0]!} start={start} /> : null}
      closeLabel={t('common.close')}
      hangs={jobs.length === 1}
      width={jobs.length > 1 ? 760 : isRefused(start, jobs) ? 860 : 1120}
      initialFocus={jobs[0]?.hadState === false ? go : cancel}
      footNote={<StartNote jobs={jobs} start={start} />}
      actions={
        <>
          <Button ref={cancel} onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <StartButton ref={go} jobs={jobs} start={start} />
        </>
      }
    >
      <StartBody jobs={jobs} start={start} />
    </Dialog>
  );
}
