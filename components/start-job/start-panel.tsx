'use client';
/** The body and the buttons of a start, for the dialog and for the page. */
import { Info, Play } from 'lucide-react';
import type { Ref } from 'react';
import { useNow } from '../client/live.tsx';
import { useI18n } from '../i18n/provider.tsx';
import { ErrorNotice } from '../job/error-notice.tsx';
import type { DialogJob } from '../job/job-dialogs.tsx';
import { BulkProgress } from '../job/results-sheet.tsx';
import { StatusWord } from '../job/status.tsx';
import { Button } from '../ui/button.tsx';
import { Notice, Skeleton, Tag } from '../ui/surface.tsx';
import { CheckBox } from '../ui/toggle.tsx';
import { PreviewLoading, PreviewView } from './preview-view.tsx';
import { RestoreChoiceList } from './restore-choice.tsx';
import { canStartInBatch, isRefused, type Start } from './use-start.ts';
import { NotKnown, TypedName, useVerdictWords } from './verdict.tsx';

export function StartHead({ job, start }: { job: DialogJob; start: Start }) {
  const { t, f } = useI18n();
  const now = useNow();
  const preview = start.previewOf(job.id);
  if (isRefused(start, [job])) {
    const from = preview?.snapshot;
    return (
      <span className="flex flex-wrap items-center gap-x-3.5 gap-y-1">
        <span className="font-semibold text-text-1">{job.name}</span>
        <StatusWord status={job.status} />
        <span className="num">ID {job.id}</span>
        {from && now !== null ? (
          <span className="num">
            {t('start.from', { name: from.name, time: f.time(from.createdAt), age: f.span(now - from.createdAt) })}
          </span>
        ) : null}
      </span>
    );
  }
  const capacity = preview?.capacity;
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
  const { said } = useI18n();
  const job = jobs[0]!;
  const error = start.previews.error ?? start.start.error;
  const refused = isRefused(start, jobs);
  return (
    <div className="flex flex-col gap-4">
      {error ? <ErrorNotice error={error} onRetry={() => void start.previews.refetch()} /> : null}
      {start.progress ? <BulkProgress {...start.progress} /> : null}
      {start.refusal ? <Notice kind="bad" live title={said(start.refusal.said, start.refusal.message)} /> : null}
      {jobs.length > 1 ? (
        <Batch jobs={jobs} start={start} />
      ) : refused ? (
        <Cost job={job} start={start} refused />
      ) : (
        <div className="grid gap-x-6 gap-y-5 lg:grid-cols-[304px_1fr]">
          <RestoreChoiceList
            job={job}
            choice={start.choiceOf(job.id)}
            preview={start.previewOf(job.id)}
            onChoice={(choice) => start.setChoice(job.id, choice)}
          />
          <div className="min-w-0 lg:border-l lg:border-line-1 lg:pl-6">
            <Cost job={job} start={start} refused={false} />
          </div>
        </div>
      )}
    </div>
  );
}

/** The right side: what this choice costs; old figures stay, dimmed, while those of another choice are read. */
function Cost({ job, start, refused }: { job: DialogJob; start: Start; refused: boolean }) {
  const preview = start.previewOf(job.id);
  const acceptance = start.acceptanceOf(job.id);
  const { t } = useI18n();
  const retry = () => void start.previews.refetch();
  const notKnown = start.late || (start.previews.isError && !start.settledOf(job.id));
  return (
    <div className="flex flex-col gap-4">
      {notKnown ? (
        <>
          <NotKnown onRetry={retry} onAnyway={acceptance.anyway ? null : () => start.setAcceptance(job.id, { anyway: true })} />
          {acceptance.anyway ? (
            <TypedName
              jobName={job.name}
              label={t('start.accept', { name: job.name })}
              value={acceptance.typedName}
              onChange={(typedName) => start.setAcceptance(job.id, { typedName })}
            />
          ) : null}
        </>
      ) : null}
      {preview ? (
        <div
          className={start.previews.isPlaceholderData ? 'opacity-60' : undefined}
          aria-busy={start.previews.isPlaceholderData || undefined}
        >
          <PreviewView
            preview={preview}
            refused={refused}
            acceptance={acceptance}
            onAcceptance={(part) => start.setAcceptance(job.id, part)}
            onRetry={retry}
          />
        </div>
      ) : start.previews.isError ? null : (
        <PreviewLoading quiet={notKnown} />
      )}
    </div>
  );
}

function Batch({ jobs, start }: { jobs: readonly DialogJob[]; start: Start }) {
  const { t } = useI18n();
  const words = useVerdictWords();
  return (
    <ul aria-label={t('start.jobs')} className="divide-y divide-line-1 rounded-card border border-line-1">
      {jobs.map((job) => {
        const preview = start.previewOf(job.id);
        const blocked = preview ? !canStartInBatch(preview) : false;
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
                {blocked ? (
                  <Tag hue={preview?.needsConfirmation ? 'warn' : 'bad'}>
                    {t(preview?.needsConfirmation ? 'start.untickedUnsure' : 'start.unticked')}
                  </Tag>
                ) : null}
              </div>
              <div className="mt-0.5 text-second text-text-2">
                {preview ? `${words(preview).title} ${words(preview).rest}` : <Skeleton width={260} />}
              </div>
            </div>
            <span className="shrink-0 font-mono text-second text-text-3">{preview?.snapshot?.name ?? ''}</span>
          </li>
        );
      })}
    </ul>
  );
}

/** Under the body: that positions are read again, or the way to the choices of a start that was refused. */
export function StartNote({ jobs, start }: { jobs: readonly DialogJob[]; start: Start }) {
  const { t } = useI18n();
  if (isRefused(start, jobs)) {
    return (
      <Button look="link" onClick={start.choose}>
        {t('start.chooseAnother')}
      </Button>
    );
  }
  return (
    <span className="flex items-center gap-1.5">
      <Info size={14} aria-hidden="true" />
      {t('start.checkedAgain')}
    </span>
  );
}

export function StartButton({ jobs, start, ref }: { jobs: readonly DialogJob[]; start: Start; ref?: Ref<HTMLButtonElement> }) {
  const { t } = useI18n();
  const many = jobs.length > 1;
  const n = jobs.filter((job) => start.isIn(job.id)).length;
  const one = useOneStart(jobs[0]!, start);
  const off = many ? (!start.previews.data ? t('start.checkingWait') : n === 0 ? t('start.none') : null) : one.off;
  return (
    <Button
      {...(ref ? { ref } : {})}
      look={!many && one.dangerous ? 'danger' : 'primary'}
      icon={<Play size={14} aria-hidden="true" />}
      busy={start.start.isPending}
      offReason={off}
      onClick={() => start.start.mutate()}
    >
      {many ? t('start.submitMany', { n }) : one.word}
    </Button>
  );
}

/** The button of one job: its word carries the cost, and it is off until what must be typed is typed. */
function useOneStart(job: DialogJob, start: Start): { word: string; off: string | null; dangerous: boolean } {
  const { t, f, said } = useI18n();
  const verdict = useVerdictWords();
  const preview = start.settledOf(job.id);
  const { typedName, allowDropped, anyway } = start.acceptanceOf(job.id);
  const named = typedName === job.name;
  if (!preview) {
    if (!anyway) return { word: t('start.submit'), off: t('start.checkingWait'), dangerous: false };
    return { word: t('start.submitAnyway'), off: named ? null : t('start.needsName'), dangerous: true };
  }
  if (preview.needsConfirmation && preview.blockedBy === null) {
    return { word: t('start.submitAnyway'), off: anyway ? null : t('start.needsAnyway'), dangerous: false };
  }
  const dangerous = preview.needsName && preview.blockedBy === null;
  const lost = preview.loss.lost.value ?? 0;
  const dropped = preview.operators.some((one) => one.fate === 'dropped');
  const off =
    (preview.blockedBy && said(preview.blockedSaid, preview.blockedBy)) ??
    (dangerous && !named ? t('start.needsName') : dropped && !allowDropped ? verdict(preview).title : null);
  if (!dangerous) return { word: t('start.submit'), off, dangerous };
  const word = preview.discarded ? t('start.submitEmpty') : lost > 0 ? t('start.submitLose', { n: f.full(lost) }) : t('start.submitAnyway');
  return { word, off, dangerous };
}
