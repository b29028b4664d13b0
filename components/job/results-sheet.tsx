'use client';
/** What a bulk act came to when some of it was refused: a side sheet with a line a job, and the way to try those again. */
import { createContext, type ReactNode, useContext, useMemo, useState } from 'react';
import type { ActResult } from '../../server/contract/primitives.ts';
import type { Progress } from '../client/chunks.ts';
import { useI18n } from '../i18n/provider.tsx';
import { Button } from '../ui/button.tsx';
import { Sheet } from '../ui/dialog.tsx';
import { Tag } from '../ui/surface.tsx';
import { outcomeOf } from './act-results.ts';
import { type DialogJob, useJobDialogs } from './job-dialogs.tsx';

export interface BulkResults {
  readonly act: 'start' | 'stop' | 'delete';
  readonly jobs: readonly DialogJob[];
  readonly results: readonly ActResult[];
}

const Context = createContext<((results: BulkResults) => void) | null>(null);
const HUE = { accepted: 'ok', done: 'ok', refused: 'bad' } as const;

export function ResultsProvider({ children }: { children: ReactNode }) {
  const [shown, setShown] = useState<BulkResults | null>(null);
  const show = useMemo(() => (results: BulkResults) => setShown(results), []);
  return (
    <Context value={show}>
      {children}
      {shown ? <ResultsSheet shown={shown} onClose={() => setShown(null)} /> : null}
    </Context>
  );
}

/** Shows the results of an act on several jobs. */
export function useBulkResults(): (results: BulkResults) => void {
  const show = useContext(Context);
  if (!show) throw new Error('useBulkResults outside ResultsProvider');
  return show;
}

/** How far an act on many jobs is, in the dialog that began it. */
export function BulkProgress({ done, total }: Progress) {
  const { t, f } = useI18n();
  const text = t('results.progress', { done: f.full(done), n: f.full(total) });
  return (
    <div role="progressbar" aria-label={text} aria-valuemin={0} aria-valuemax={total} aria-valuenow={done} className="text-ctl">
      <span className="num">{text}</span>
      <div className="mt-1.5 h-1.5 overflow-hidden rounded-full bg-line-1">
        <div className="h-full rounded-full bg-accent" style={{ width: `${(100 * done) / Math.max(1, total)}%` }} />
      </div>
    </div>
  );
}

function ResultsSheet({ shown, onClose }: { shown: BulkResults; onClose(): void }) {
  const { t, said } = useI18n();
  const dialogs = useJobDialogs();
  const { done, refused } = outcomeOf(shown.results);
  const names = new Map(shown.jobs.map((job) => [job.id, job.name]));
  const nameOf = (id: number) => names.get(id) ?? `ID ${id}`;
  const failed = new Set(refused.map((result) => result.jobId));
  const again = shown.jobs.filter((job) => failed.has(job.id));
  // Of a thousand, the few that ask for something stand first.
  const results = [...refused, ...shown.results.filter((result) => result.outcome !== 'refused')];
  return (
    <Sheet
      open
      onClose={onClose}
      title={t('results.title', { act: t(`act.${shown.act}`), done, n: shown.results.length, refused: refused.length })}
      closeLabel={t('common.close')}
    >
      <ul className="divide-y divide-line-1">
        {results.map((result) => (
          <li key={result.jobId} className="py-2.5 text-ctl">
            <span className="flex items-center gap-3">
              <span className="min-w-0 grow truncate font-semibold">{nameOf(result.jobId)}</span>
              <Tag hue={HUE[result.outcome]}>{t(`act.result.${result.outcome}`)}</Tag>
            </span>
            {result.message ? <span className="mt-0.5 block text-second text-text-2">{said(result.said, result.message)}</span> : null}
          </li>
        ))}
      </ul>
      {again.length > 0 ? (
        <Button
          className="mt-4"
          onClick={() => {
            onClose();
            dialogs.show({ kind: shown.act, jobs: again });
          }}
        >
          {t('results.retry')}
        </Button>
      ) : null}
    </Sheet>
  );
}
