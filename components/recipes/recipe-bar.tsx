'use client';
/** The numbered steps of a restart recipe over the page of its job: what is done, what comes now with its button, and the proof of the files. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Check } from 'lucide-react';
import type { Job, JobAct } from '../../server/contract/job.ts';
import type { RecipeProgress, RecipeStep } from '../../server/contract/recipes.ts';
import { routeQuery } from '../client/queries.ts';
import { keys } from '../client/query-keys.ts';
import { call } from '../client/request.ts';
import { useI18n } from '../i18n/provider.tsx';
import { offReason } from '../job/acts.ts';
import { ErrorNotice, errorText } from '../job/error-notice.tsx';
import { useJobDialogs } from '../job/job-dialogs.tsx';
import { Button, ButtonLink } from '../ui/button.tsx';
import { cx } from '../ui/class-names.ts';
import { Card, Skeleton } from '../ui/surface.tsx';
import { useToast } from '../ui/toast.tsx';

const EVERY_MS = 2_000;
/** Five steps, the note of the step that comes now, and the proof: nothing below moves when they come. */
const BODY_HEIGHT = 252;

export function RecipeBar({ job }: { job: Job }) {
  const { t } = useI18n();
  const progress = useQuery({
    ...routeQuery('getRecipeProgress', keys.jobPart(job.id, 'recipe', job.status), { params: { jobId: job.id } }),
    refetchInterval: (query) => (query.state.data?.isFinished ? false : EVERY_MS),
  });
  const { data, error } = progress;
  // The tag was taken off or holds something else: there is no recipe to follow.
  if (error?.code === 'not-found') return null;
  return (
    <Card
      title={data ? t(`recipe.${data.recipe}`) : t('recipe.title')}
      note={t('recipe.title')}
      actions={
        <ButtonLink look="link" size="sm" href="/templates?kind=recipe">
          {t('recipe.again')}
        </ButtonLink>
      }
    >
      {error ? <ErrorNotice error={error} onRetry={() => void progress.refetch()} /> : null}
      {data ? <Steps progress={data} job={job} /> : error ? null : <Skeleton height={BODY_HEIGHT} />}
    </Card>
  );
}

function Steps({ progress, job }: { progress: RecipeProgress; job: Job }) {
  const { t } = useI18n();
  const now = progress.steps.find((one) => one.state === 'now')?.step;
  return (
    <div className="flex flex-col" style={{ minHeight: BODY_HEIGHT }}>
      <ol>
        {progress.steps.map(({ step, state }, index) => (
          <li key={step} aria-current={state === 'now' ? 'step' : undefined} className="flex min-h-8 items-center gap-3">
            <span
              className={cx(
                'grid size-[22px] shrink-0 place-items-center rounded-full border text-second font-semibold',
                state === 'done'
                  ? 'border-ok-mark bg-ok-soft text-ok'
                  : state === 'now'
                    ? 'border-accent text-accent-text'
                    : 'border-line-2 text-text-2',
              )}
            >
              {state === 'done' ? <Check size={13} strokeWidth={3} aria-hidden="true" /> : index + 1}
              <span className="sr-only">{t(`recipe.state.${state}`)}</span>
            </span>
            <span className={cx('min-w-0 grow text-ctl', state === 'later' ? 'text-text-2' : 'font-semibold')}>
              {t(`recipe.step.${step}`)}
            </span>
            {state === 'now' ? <StepButton step={step} job={job} /> : null}
          </li>
        ))}
      </ol>
      <p className="mt-1 min-h-9 text-second text-text-2">{now ? t(`recipe.step.${now}.note`) : ''}</p>
      <Proof progress={progress} />
    </div>
  );
}

function Proof({ progress: { proof, isFinished } }: { progress: RecipeProgress }) {
  const { t, f } = useI18n();
  const isWrong = proof !== null && (proof.missing > 0 || proof.repeated > 0);
  return (
    <div
      role="status"
      className={cx('mt-auto border-t border-line-1 pt-3 text-ctl', isWrong ? 'text-bad' : isFinished ? 'text-ok' : 'text-text-2')}
    >
      {isFinished ? <span className="font-semibold">{t('recipe.done')} </span> : null}
      <span className="num">
        {proof === null
          ? t('recipe.noProof')
          : t('recipe.proof', {
              orders: f.full(proof.orders),
              files: proof.files,
              highest: f.full(proof.highest),
              missing: f.full(proof.missing),
              repeated: f.full(proof.repeated),
            })}
      </span>
    </div>
  );
}

const ACT_OF: Partial<Record<RecipeStep, Extract<JobAct, 'start' | 'stop' | 'import-savepoint'>>> = {
  start: 'start',
  'start-again': 'start',
  'stop-savepoint': 'stop',
  'stop-without': 'stop',
  import: 'import-savepoint',
};

function StepButton({ step, job }: { step: RecipeStep; job: Job }) {
  const { t } = useI18n();
  const dialogs = useJobDialogs();
  if (step === 'break') return <BreakButton job={job} />;
  const act = ACT_OF[step];
  if (!act) return null;
  const off = offReason(act, job.status);
  return (
    <Button look="primary" size="sm" offReason={off ? t(off) : null} onClick={() => dialogs.show({ kind: act, jobs: [job] })}>
      {act === 'import-savepoint' ? t('recipe.act.import') : t(`act.${act}`)}
    </Button>
  );
}

function BreakButton({ job }: { job: Job }) {
  const { t, said } = useI18n();
  const toast = useToast();
  const client = useQueryClient();
  const kill = useMutation({
    mutationFn: () => call('breakRecipeJob', { params: { jobId: job.id } }),
    onError: (error) => toast({ title: errorText(error, { t, said }), bad: true }),
    onSuccess: () => {
      toast({ title: t('recipe.broken') });
      void client.invalidateQueries({ queryKey: keys.job(job.id) });
    },
  });
  const off = job.status === 'job_running' ? null : t('off.notRunning');
  return (
    <Button look="danger" size="sm" busy={kill.isPending} offReason={off} onClick={() => kill.mutate()}>
      {t('recipe.act.break')}
    </Button>
  );
}
