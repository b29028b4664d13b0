'use client';
/** The body and the buttons of a start, for the dialog and for the page. */
import { Info, Play } from 'lucide-react';
import type { Ref } from 'react';
import { useI18n } from '../i18n/provider.tsx';
import { ErrorNotice } from '../job/error-notice.tsx';
import type { DialogJob } from '../job/job-dialogs.tsx';
import { StatusWord } from '../job/status.tsx';
import { Button } from '../ui/button.tsx';
import { Notice, Skeleton, Tag } from '../ui/surface.tsx';
import { CheckBox } from '../ui/toggle.tsx';
import { PreviewLoading, PreviewView } from './preview-view.tsx';
import { RestoreChoiceList } from './restore-choice.tsx';
import type { Start } from './use-start.ts';

export function StartHead({ job, start }: { job: DialogJob; start: Start }) {
  const { t } = useI18n();
  const capacity = start.previewOf(job.id)?.capacity;
  return (
    <span className="flex flex-wrap items-center gap-x-3.5 gap-y-1">
      <span className="font-semibold text-text-1">{job.name}</span>
      <StatusWord status={job.status} />
      <span className="num">ID {job.id}</span>
      <span>{t(`type.${job.type}`)}</span>
      <span>{job.queueName}</span>
      {capacity ? (
        <span>
          {capacity.freeCus === null
            ? t('start.cusUnlimited', { needed: capacity.neededCus })
            : t('start.cus', { needed: capacity.neededCus, free: capacity.freeCus })}
        </span>
      ) : null}
    </span>
  );
}

export function StartBody({ jobs, start }: { jobs: readonly DialogJob[]; start: Start }) {
  const job = jobs[0]!;
  const preview = start.previewOf(job.id);
  const error = start.previews.error ?? start.start.error;
  return (
    <div className="flex flex-col gap-4">
      {error ? <ErrorNotice error={error} onRetry={() => void start.previews.refetch()} /> : null}
      {start.refusal ? <Notice kind="bad" live title={start.refusal.message} /> : null}
      {jobs.length > 1 ? (
        <Batch jobs={jobs} start={start} />
      ) : (
        <div className="grid gap-x-6 gap-y-5 lg:grid-cols-[304px_1fr]">
          <RestoreChoiceList
            job={job}
            choice={start.choiceOf(job.id)}
            preview={preview}
            onChoice={(choice) => start.setChoice(job.id, choice)}
          />
          <div className={`min-w-0 lg:border-l lg:border-line-1 lg:pl-6 ${start.previews.isPlaceholderData ? 'opacity-60' : ''}`}>
            {preview ? (
              <PreviewView
                preview={preview}
                acceptance={start.acceptanceOf(job.id)}
                onAcceptance={(part) => start.setAcceptance(job.id, part)}
              />
            ) : error ? null : (
              <PreviewLoading />
            )}
          </div>
        </div>
      )}
    </div>
  );
}

function Batch({ jobs, start }: { jobs: readonly DialogJob[]; start: Start }) {
  const { t } = useI18n();
  return (
    <ul aria-label={t('start.jobs')} className="divide-y divide-line-1 rounded-card border border-line-1">
      {jobs.map((job) => {
        const preview = start.previewOf(job.id);
        const blocked = Boolean(preview?.needsName || preview?.blockedBy);
        return (
          <li key={job.id} className="flex items-start gap-3 px-4 py-3 text-ctl">
            <CheckBox
              label={t('common.select', { name: job.name })}
              checked={start.isIn(job.id)}
              onChange={() => !blocked && start.toggle(job.id)}
              className="mt-px"
            />
            <div className="min-w-0 grow">
              <div className="flex items-center gap-3">
                <span className="truncate font-semibold">{job.name}</span>
                <StatusWord status={job.status} />
                {blocked ? <Tag hue="bad">{t('start.unticked')}</Tag> : null}
              </div>
              <div className="mt-0.5 text-second text-text-2">
                {preview ? (preview.blockedBy ?? preview.sentence) : <Skeleton width={260} />}
              </div>
            </div>
            <span className="shrink-0 font-mono text-second text-text-3">{preview?.snapshot?.name ?? ''}</span>
          </li>
        );
      })}
    </ul>
  );
}

export function StartNote() {
  const { t } = useI18n();
  return (
    <span className="flex items-center gap-1.5">
      <Info size={14} aria-hidden="true" />
      {t('start.checkedAgain')}
    </span>
  );
}

export function StartButton({ jobs, start, ref }: { jobs: readonly DialogJob[]; start: Start; ref?: Ref<HTMLButtonElement> }) {
  const { t, f } = useI18n();
  const icon = <Play size={14} aria-hidden="true" />;
  if (jobs.length > 1) {
    const n = jobs.filter((job) => start.isIn(job.id)).length;
    const off = !start.previews.data ? t('start.checkingWait') : n === 0 ? t('start.none') : null;
    return (
      <Button
        {...(ref ? { ref } : {})}
        look="primary"
        icon={icon}
        busy={start.start.isPending}
        offReason={off}
        onClick={() => start.start.mutate()}
      >
        {t('start.submitMany', { n })}
      </Button>
    );
  }
  const job = jobs[0]!;
  const preview = start.previewOf(job.id);
  const lost = preview?.loss.lost.value ?? 0;
  const dangerous = Boolean(preview?.needsName);
  const dropped = preview?.operators.some((one) => one.fate === 'dropped') ?? false;
  const off =
    !preview || start.previews.isPlaceholderData
      ? t('start.checkingWait')
      : (preview.blockedBy ??
        (dangerous && start.acceptanceOf(job.id).typedName !== job.name
          ? t('start.needsName')
          : dropped && !start.acceptanceOf(job.id).allowDropped
            ? preview.sentence
            : null));
  const word = !dangerous
    ? t('start.submit')
    : preview?.choice.kind === 'empty'
      ? t('start.submitEmpty')
      : lost > 0
        ? t('start.submitLose', { n: f.full(lost) })
        : t('start.submitAnyway');
  return (
    <Button
      {...(ref ? { ref } : {})}
      look={dangerous ? 'danger' : 'primary'}
      icon={icon}
      busy={start.start.isPending}
      offReason={off}
      onClick={() => start.start.mutate()}
    >
      {word}
    </Button>
  );
}
