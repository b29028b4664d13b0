'use client';
/** How often the rule on the form would have fired in the last 7 days: a sentence, marks on a week, and the same as a list. */
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { AlarmPreview } from '../../server/contract/alarms.ts';
import { routeQuery } from '../client/queries.ts';
import { keys } from '../client/query-keys.ts';
import { useI18n } from '../i18n/provider.tsx';
import { ErrorNotice } from '../job/error-notice.tsx';
import { cx } from '../ui/class-names.ts';
import { Skeleton } from '../ui/surface.tsx';
import { conditionOf, isInRange, type RuleDraft, scopeOf, scopeProblem } from './rule-draft.ts';

const WAIT_MS = 400;
const LISTED = 20;
const DAYS = 7;

/** The value once it has not changed for a moment. */
function useSettled<T>(value: T): T {
  const [settled, setSettled] = useState(value);
  const text = JSON.stringify(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(JSON.parse(text) as T), WAIT_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}

export function RulePreview({ draft }: { draft: RuleDraft }) {
  const { t } = useI18n();
  const isReady = isInRange(draft) && scopeProblem(draft) === null;
  const body = useSettled({ condition: conditionOf(draft), scope: scopeOf(draft) });
  const { data, error, refetch, isFetching } = useQuery({
    ...routeQuery('previewAlarmRule', keys.alarmPreview(body), { body }),
    enabled: isReady,
    placeholderData: keepPreviousData,
    staleTime: 30_000,
  });
  return (
    <section aria-label={t('rule.preview')} className="rounded-card border border-line-1 bg-canvas px-4 py-3">
      <h3 className="mb-1.5 text-hint font-medium text-text-2">{t('rule.preview')}</h3>
      {error ? <ErrorNotice error={error} onRetry={() => void refetch()} /> : null}
      {!error && !data ? <Skeleton height={44} /> : null}
      {!error && data ? (
        <div className={cx(isFetching && 'opacity-60')} aria-busy={isFetching || undefined}>
          <Answer preview={data} />
        </div>
      ) : null}
    </section>
  );
}

function Answer({ preview }: { preview: AlarmPreview }) {
  const { t, f } = useI18n();
  const open = preview.firings.filter((one) => one.to === null).map((one) => one.jobName);
  if (preview.recordedSince === null) return <p className="text-ctl">{t('rule.previewNothing')}</p>;
  return (
    <>
      <p className="text-ctl" role="status">
        <span className={cx('font-semibold', preview.total > 0 ? 'text-warn' : 'text-ok')}>
          {preview.total > 0 ? t('rule.previewTotal', { n: preview.total }) : t('rule.previewNone')}
        </span>{' '}
        {open.length > 0 ? t('rule.previewNow', { names: [...new Set(open)].slice(0, 5).join(', ') }) : ''}
      </p>
      <Week preview={preview} />
      <p className="text-hint text-text-3">
        {preview.recordedSince > preview.from + 60_000 ? t('rule.previewSince', { time: f.time(preview.recordedSince) }) : ''}{' '}
        {preview.jobsLooked < preview.jobsInScope ? t('rule.previewSome', { n: preview.jobsLooked, total: preview.jobsInScope }) : ''}
      </p>
      {preview.total > 0 ? (
        <details className="mt-2">
          <summary className="link w-fit text-second">{t('rule.previewList')}</summary>
          <ul className="mt-2 flex flex-col gap-1 text-second">
            {preview.firings.slice(0, LISTED).map((one) => (
              <li key={`${one.jobId}-${one.from}`} className="flex gap-3">
                <span className="num w-[130px] shrink-0 text-text-3">{f.time(one.from)}</span>
                <span className="min-w-0 grow truncate">{one.jobName}</span>
                <span className="num shrink-0">{one.to === null ? t('rule.previewGoesOn') : f.span(one.to - one.from)}</span>
              </li>
            ))}
          </ul>
        </details>
      ) : null}
    </>
  );
}

/** Each firing as a mark at its place, at least two units wide; the sentence and the list say the same. */
function Week({ preview: { from, to, recordedSince, firings } }: { preview: AlarmPreview }) {
  const { f } = useI18n();
  const x = (at: number) => (1000 * (at - from)) / (to - from);
  return (
    <div aria-hidden="true" className="my-2">
      <svg aria-hidden="true" viewBox="0 0 1000 20" preserveAspectRatio="none" className="h-5 w-full">
        <rect x={0} y={0} width={1000} height={20} className="fill-sunken" />
        <rect x={x(recordedSince ?? to)} y={0} width={1000 - x(recordedSince ?? to)} height={20} className="fill-ok-soft" />
        {firings.map((one) => (
          <rect
            key={`${one.jobId}-${one.from}`}
            x={x(one.from)}
            y={0}
            width={Math.max(2, x(one.to ?? to) - x(one.from))}
            height={20}
            className="fill-warn-mark"
          />
        ))}
      </svg>
      <div className="num mt-0.5 flex justify-between text-axis text-text-3">
        {Array.from({ length: DAYS + 1 }, (_, day) => from + (day * (to - from)) / DAYS).map((at) => (
          <span key={at}>{f.day(at)}</span>
        ))}
      </div>
    </div>
  );
}
