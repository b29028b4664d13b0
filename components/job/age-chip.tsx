'use client';
/** Snapshot-age chip: the water level is the second cue, the sentence the third. The age counts in the browser. */
import { useNow } from '../client/live.tsx';
import { useI18n } from '../i18n/provider.tsx';
import { cx } from '../ui/class-names.ts';
import { Tooltip } from '../ui/tooltip.tsx';
import { type AgeInput, type AgeState, ageState } from './snapshot-age.ts';

const LEVEL: Partial<Record<AgeState, { top: number; mark: string; text: string }>> = {
  fresh: { top: 4.2, mark: 'text-s1', text: 'text-text-1' },
  ageing: { top: 8, mark: 'text-warn-mark', text: 'text-warn font-medium' },
  stale: { top: 11.4, mark: 'text-bad-mark', text: 'text-bad font-medium' },
};

export function AgeIcon({ state, size = 16 }: { state: AgeState; size?: number }) {
  const level = LEVEL[state];
  if (level) {
    return (
      <svg width={size} height={size} viewBox="0 0 16 16" aria-hidden="true" className={cx('shrink-0', level.mark)}>
        <circle cx="8" cy="8" r="6.6" fill="none" stroke="currentColor" strokeWidth="1.5" />
        <clipPath id={`water-${state}`}>
          <circle cx="8" cy="8" r="5.4" />
        </clipPath>
        <path d={`M1 ${level.top}q1.75-1.7 3.5 0t3.5 0 3.5 0 3.5 0V15H1z`} fill="currentColor" clipPath={`url(#water-${state})`} />
      </svg>
    );
  }
  if (state === 'unknown') {
    return (
      <svg width={size} height={size} viewBox="0 0 16 16" aria-hidden="true" className="shrink-0 text-off-mark">
        <circle cx="8" cy="8" r="6.2" fill="none" stroke="currentColor" strokeWidth="1.5" strokeDasharray="2.4 2" />
      </svg>
    );
  }
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 16 16"
      aria-hidden="true"
      className={cx('shrink-0', state === 'anchored' ? 'text-save-mark' : 'text-off-mark')}
    >
      <path d="M4 2h8v12l-4-2.8L4 14z" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinejoin="round" />
      <path
        d={state === 'anchored' ? 'm6 6.4 1.4 1.4L10.2 5' : 'M6 6.2h4'}
        fill="none"
        stroke="currentColor"
        strokeWidth="1.4"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}

export function AgeChip({ job, exposure = null, suffix }: { job: AgeInput; exposure?: number | null; suffix?: string }) {
  const { t, f } = useI18n();
  const now = useNow() ?? job.newestSnapshot?.at ?? 0;
  const { state, ageMs } = ageState(job, now);
  if (state === 'none') return <span className="text-text-3">--</span>;
  const sentence = sentenceOf(state, ageMs, job, exposure, t, f);
  return (
    <Tooltip content={sentence}>
      <span
        className={cx(
          'num inline-flex items-center gap-1.5 align-middle whitespace-nowrap',
          LEVEL[state]?.text ?? (state === 'anchored' ? 'text-save' : 'text-text-2'),
        )}
      >
        <AgeIcon state={state} />
        <span aria-hidden="true">
          {f.span(ageMs)}
          {suffix}
        </span>
        <span className="sr-only">{sentence}</span>
      </span>
    </Tooltip>
  );
}

type I18n = ReturnType<typeof useI18n>;
function sentenceOf(state: AgeState, ageMs: number, job: AgeInput, exposure: number | null, t: I18n['t'], f: I18n['f']): string {
  const age = f.span(ageMs);
  const snapshot = job.newestSnapshot;
  if (state === 'unknown') return t('age.unknown', { time: f.minute(job.unreachableSince) });
  if (state === 'anchored') return t('age.anchored', { name: snapshot?.name ?? '', age });
  if (state === 'last') return t('age.last', { name: snapshot?.name ?? '', age });
  if (state === 'stale' && exposure !== null) return t('age.stale', { age, n: f.count(exposure) });
  if (snapshot && snapshot.failedSince > 0) return t('age.missed', { age, n: snapshot.failedSince });
  return t('age.fresh', { age });
}
