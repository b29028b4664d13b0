'use client';
/** Start, stop with savepoint, start again: three steps that tick themselves off from what the job's ledger says. */
import { Check, X } from 'lucide-react';
import type { LedgerEntry } from '../../server/contract/runs.ts';
import { useI18n } from '../i18n/provider.tsx';
import { IconButton } from '../ui/button.tsx';
import { cx } from '../ui/class-names.ts';

const STEPS = [1, 2, 3] as const;

/** How many of the three steps the ledger shows as done. */
export function stepsDone(ledger: readonly Pick<LedgerEntry, 'kind' | 'at' | 'snapshot'>[]): 0 | 1 | 2 | 3 {
  const inOrder = [...ledger].sort((a, b) => a.at - b.at);
  const first = inOrder.findIndex((entry) => entry.kind === 'start');
  if (first < 0) return 0;
  const stop = inOrder.findIndex((entry, index) => index > first && entry.kind === 'stop' && entry.snapshot !== null);
  if (stop < 0) return 1;
  return inOrder.some((entry, index) => index > stop && entry.kind === 'start') ? 3 : 2;
}

export function CoachSteps({ done, row = false }: { done: number; row?: boolean }) {
  const { t } = useI18n();
  return (
    <ol className={cx('flex gap-3', row ? 'flex-row flex-wrap gap-x-8' : 'flex-col')}>
      {STEPS.map((step) => {
        const state = step <= done ? 'done' : step === done + 1 ? 'next' : 'later';
        return (
          <li key={step} className="flex items-center gap-2.5 text-ctl" aria-current={state === 'next' ? 'step' : undefined}>
            <span
              className={cx(
                'grid size-[22px] shrink-0 place-items-center rounded-full border text-second font-semibold',
                state === 'done'
                  ? 'border-ok-mark bg-ok-soft text-ok'
                  : state === 'next'
                    ? 'border-accent text-accent-text'
                    : 'border-line-2 text-text-2',
              )}
            >
              {state === 'done' ? <Check size={13} strokeWidth={3} aria-hidden="true" /> : step}
            </span>
            <span className="font-semibold">{t(`firstRun.step${step}`)}</span>
            <span className="text-text-3">{t(`firstRun.step${step}Note`)}</span>
          </li>
        );
      })}
    </ol>
  );
}

export function CoachBar({ ledger, onHide }: { ledger: readonly LedgerEntry[]; onHide(): void }) {
  const { t } = useI18n();
  const done = stepsDone(ledger);
  return (
    <section aria-label={t('coach.title')} className="flex items-center gap-4 rounded-card border border-line-1 bg-surface px-[18px] py-3">
      <div className="grow" role="status">
        <CoachSteps done={done} row />
        {/* One line at every step, so that the bar keeps its height. */}
        <p className={cx('mt-2 text-ctl', done === 3 ? 'text-ok' : 'text-text-2')}>
          {done === 3 ? t('coach.done') : t(`coach.step${done}`)}
        </p>
      </div>
      <IconButton label={t('coach.hide')} onClick={onHide}>
        <X size={15} aria-hidden="true" />
      </IconButton>
    </section>
  );
}
