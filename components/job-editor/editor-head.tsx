'use client';
/** Head of the edit page: name, status, unsaved changes, Save As, Save, Start; the note about a running job; conflict and draft notices. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { CircleDot, Play, Save } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import type { Job } from '../../server/contract/job.ts';
import { OPTIONS_APPLIED_ON_SAVE } from '../../server/contract/job-options.ts';
import { keys } from '../client/query-keys.ts';
import { call } from '../client/request.ts';
import type { PlainKey } from '../i18n/dictionary.ts';
import { useI18n } from '../i18n/provider.tsx';
import { offReason } from '../job/acts.ts';
import { ErrorNotice } from '../job/error-notice.tsx';
import { useJobDialogs } from '../job/job-dialogs.tsx';
import { NAME_MAX, useNameCheck } from '../job/name-check.ts';
import { StatusWord } from '../job/status.tsx';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { TextField } from '../ui/field.tsx';
import { Kbd, Notice } from '../ui/surface.tsx';
import type { Draft } from './use-draft.ts';

interface EditorHeadProps {
  readonly job: Job;
  readonly draft: Draft;
  readonly blocked: string | null;
  onStart(): void;
  /** Null: the job has no SQL to draw. */
  readonly onStaticGraph: (() => void) | null;
}

export function EditorHead({ job, draft, blocked, onStart, onStaticGraph }: EditorHeadProps) {
  const { t } = useI18n();
  const [copying, setCopying] = useState(false);
  const off = offReason('start', job.status);
  return (
    <>
      <div className="flex min-h-[58px] shrink-0 flex-wrap items-center gap-x-3 gap-y-2 bg-surface px-(--gutter) py-2">
        <h1 className="tight max-w-[320px] truncate text-page">{job.name}</h1>
        <StatusWord status={job.status} unreachableSince={job.unreachableSince} className="text-ctl" />
        <span className="num text-second text-text-2">
          ID {job.id} · {t(`type.${job.type}`)} · {job.queueName}
        </span>
        <div className="ml-auto flex flex-wrap items-center gap-2">
          <span
            role="status"
            className="mr-2 flex min-w-[140px] items-center max-md:mr-0 max-md:min-w-0 justify-end gap-1.5 text-second font-medium text-warn"
          >
            {draft.changes > 0 ? (
              <>
                <CircleDot size={14} aria-hidden="true" />
                {t('edit.unsaved', { n: draft.changes })}
              </>
            ) : null}
          </span>
          {onStaticGraph ? (
            <Button look="quiet" className="max-lg:hidden" onClick={onStaticGraph}>
              {t('edit.staticGraph')}
            </Button>
          ) : null}
          <Button onClick={() => setCopying(true)}>{t('edit.saveAs')}</Button>
          <Button
            icon={<Save size={14} aria-hidden="true" />}
            busy={draft.save.isPending}
            offReason={draft.changes === 0 ? null : blocked}
            onClick={() => draft.changes > 0 && draft.save.mutate(draft.base)}
          >
            {t('edit.save')}{' '}
            <span className="max-md:hidden">
              <Kbd>⌘S</Kbd>
            </span>
          </Button>
          <Button look="primary" icon={<Play size={14} aria-hidden="true" />} offReason={off ? t(off) : blocked} onClick={onStart}>
            {draft.changes > 0 ? t('edit.saveStart') : t('edit.start')}
          </Button>
        </div>
      </div>
      <Notices job={job} draft={draft} />
      {copying ? <SaveAs job={job} onClose={() => setCopying(false)} /> : null}
    </>
  );
}

function Notices({ job, draft }: { job: Job; draft: Draft }) {
  const { t, f } = useI18n();
  const dialogs = useJobDialogs();
  const names = Object.keys(draft.patch) as (keyof typeof draft.patch)[];
  const live = names.filter((name) => OPTIONS_APPLIED_ON_SAVE.has(name)).length;
  const restart = draft.changes - live;
  const flat = 'rounded-none! px-(--gutter)!';
  return (
    <>
      {job.runningVersion === null ? null : (
        <Notice
          kind="info"
          className={flat}
          action={
            <Button look="link" size="sm" onClick={() => dialogs.show({ kind: 'stop', jobs: [job] })}>
              {t('act.stop')}
            </Button>
          }
        >
          {job.runningVersion === job.version
            ? t('edit.running', { n: job.runningVersion })
            : t('edit.runningOlder', { n: job.runningVersion, m: job.version })}{' '}
          {draft.changes > 0 ? t('edit.needRestart', { n: restart, m: live }) : null}
        </Notice>
      )}
      {draft.stored ? (
        <Notice
          kind="warn"
          className={flat}
          action={
            <span className="flex gap-4">
              <Button look="link" size="sm" onClick={draft.takeStored}>
                {t('edit.draftUse')}
              </Button>
              <Button look="link" size="sm" onClick={draft.dropStored}>
                {t('edit.draftDrop')}
              </Button>
            </span>
          }
        >
          {t('edit.draft', { time: f.time(draft.stored.at) })}
        </Notice>
      ) : null}
      <VersionNotices draft={draft} className={flat} />
    </>
  );
}

/** What another saved meanwhile, and why the last save did not come about. */
function VersionNotices({ draft, className }: { draft: Draft; className: string }) {
  const { t } = useI18n();
  return (
    <>
      {draft.rebasedOn !== null && !draft.conflict ? (
        <Notice kind="info" live className={className}>
          {t('edit.rebased', { n: draft.rebasedOn, m: draft.changes })}
        </Notice>
      ) : null}
      {draft.conflict?.version ? (
        <Notice
          kind="warn"
          live
          className={className}
          action={
            <Button size="sm" onClick={() => draft.save.mutate(draft.conflict!.version!)}>
              {t('edit.overwrite', { n: draft.conflict.version + 1 })}
            </Button>
          }
        >
          {draft.conflict.savedBy
            ? t('edit.conflict', { who: draft.conflict.savedBy, n: draft.conflict.version })
            : t('edit.conflictPlain', { n: draft.conflict.version })}{' '}
          {draft.both.length > 0
            ? t('edit.both', { fields: draft.both.map((name) => (name === 'sql' ? 'SQL' : t(`options.${name}` as PlainKey))).join(', ') })
            : null}
        </Notice>
      ) : draft.save.error ? (
        <ErrorNotice error={draft.save.error} className={className} />
      ) : null}
    </>
  );
}

function SaveAs({ job, onClose }: { job: Job; onClose(): void }) {
  const { t } = useI18n();
  const router = useRouter();
  const client = useQueryClient();
  const [name, setName] = useState(`${job.name}-copy`.slice(0, NAME_MAX));
  const check = useNameCheck(name);
  const copy = useMutation({
    mutationFn: () => call('copyJob', { params: { jobId: job.id }, body: { name } }),
    onSuccess: (answer) => {
      void client.invalidateQueries({ queryKey: keys.jobs });
      onClose();
      router.push(`/jobs/${answer.job.id}/edit`);
    },
  });
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('edit.saveAsTitle')}
      closeLabel={t('common.close')}
      actions={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button look="primary" busy={copy.isPending} offReason={check.isRight ? null : check.problem} onClick={() => copy.mutate()}>
            {t('edit.saveAs')}
          </Button>
        </>
      }
    >
      {copy.error ? <ErrorNotice error={copy.error} /> : null}
      <TextField
        label={t('create.name')}
        required
        value={name}
        maxLength={NAME_MAX}
        onChange={(event) => setName(event.target.value)}
        error={check.problem}
        hint={check.hint}
        reserve
      />
      <p className="mt-2 text-second text-text-2">{t('edit.saveAsNote')}</p>
    </Dialog>
  );
}
