'use client';
/** Preview: rows of the query with what happened to each, the watermark, and what ended it. Sinks are off and no position is kept. */
import { Play, Square } from 'lucide-react';
import { useState } from 'react';
import { useI18n } from '../i18n/provider.tsx';
import { ErrorNotice } from '../job/error-notice.tsx';
import { Button } from '../ui/button.tsx';
import { cx } from '../ui/class-names.ts';
import { SelectField } from '../ui/select.tsx';
import type { Draft } from './use-draft.ts';
import { type PreviewRow, type PreviewState, usePreview } from './use-preview.ts';

const KIND_TONE = { '+I': 'text-ok', '+U': 'text-accent-text', '-U': 'text-text-3', '-D': 'text-bad' } as const;
const SECONDS = 60;

export function PreviewTab({ jobId, draft, hasProblem }: { jobId: number; draft: Draft; hasProblem: boolean }) {
  const { t } = useI18n();
  const { state, run, stop } = usePreview();
  const [source, setSource] = useState<'live' | 'sample'>('live');
  const begin = () => void run({ jobId, sql: draft.sql, options: hasProblem ? {} : draft.patch, source, seconds: SECONDS });
  return (
    <div className="flex h-full min-h-0 flex-col">
      <div className="flex shrink-0 flex-wrap items-center gap-3 border-b border-line-1 px-4 py-1.5 text-ctl">
        {state.running ? (
          <Button size="sm" icon={<Square size={13} aria-hidden="true" />} onClick={stop}>
            {t('preview.stop')}
          </Button>
        ) : (
          <Button
            size="sm"
            icon={<Play size={14} aria-hidden="true" />}
            offReason={draft.sql.trim() ? null : t('preview.noSql')}
            onClick={begin}
          >
            {t('preview.run')}
          </Button>
        )}
        <span className="w-[190px]">
          <SelectField
            hideLabel
            label={t('preview.source')}
            value={source}
            onChange={(next) => setSource(next === 'sample' ? 'sample' : 'live')}
            options={[
              { value: 'live', label: t('preview.source.live') },
              { value: 'sample', label: t('preview.source.sample') },
            ]}
          />
        </span>
        <PreviewFacts state={state} />
      </div>
      {state.error ? <ErrorNotice error={state.error} onRetry={begin} className="m-3" /> : null}
      <PreviewRows state={state} />
    </div>
  );
}

function PreviewFacts({ state }: { state: PreviewState }) {
  const { t, f, said } = useI18n();
  if (!state.started && !state.running) return <span className="text-second text-text-3">{t('preview.note')}</span>;
  const { end } = state;
  return (
    <span role="status" className="num flex flex-wrap gap-x-4 text-second text-text-2">
      <span>{t('preview.count', { rows: state.total, records: state.recordsIn })}</span>
      <span>{t('preview.watermark', { time: state.watermarkAt === null ? '--' : f.exact(state.watermarkAt) })}</span>
      <span className={cx('font-medium', end?.reason === 'failed' && 'text-bad')}>
        {end
          ? end.reason === 'failed'
            ? said(end.said, end.message)
            : t(`preview.end.${end.reason}`)
          : state.started?.sink
            ? t('preview.sinkOff', { name: state.started.sink })
            : t('preview.sinksOff')}
      </span>
    </span>
  );
}

/** Newest at the top, so that what comes is seen without scrolling. */
function PreviewRows({ state }: { state: PreviewState }) {
  const { t } = useI18n();
  const columns = state.started?.columns ?? [];
  if (columns.length === 0) return null;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
    <section tabIndex={0} aria-label={t('edit.preview')} className="min-h-0 grow overflow-auto -outline-offset-2">
      <table className="w-full text-second" aria-label={t('edit.preview')}>
        <thead className="sticky top-0 bg-sunken text-text-2">
          <tr className="h-7">
            <th scope="col" className="w-16 px-4 text-right font-medium">
              {t('preview.row')}
            </th>
            <th scope="col" className="w-28 px-2 text-left font-medium">
              {t('preview.kind')}
            </th>
            {columns.map((column) => (
              <th key={column.name} scope="col" title={column.type} className="px-2 text-left font-medium whitespace-nowrap">
                {column.name} <span className="font-mono font-normal text-text-3">{column.type}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {[...state.rows].reverse().map((row) => (
            <Row key={row.n} row={row} />
          ))}
        </tbody>
      </table>
      {state.rows.length === 0 && state.running ? <p className="px-4 py-3 text-ctl text-text-3">{t('preview.waiting')}</p> : null}
    </section>
  );
}

function Row({ row }: { row: PreviewRow }) {
  const { t } = useI18n();
  return (
    <tr className="h-7 border-t border-line-1">
      <td className="num px-4 text-right text-text-3">{row.n}</td>
      <td className={cx('px-2 whitespace-nowrap', KIND_TONE[row.kind])}>
        <span className="font-mono">{row.kind}</span> {t(`preview.kind.${row.kind}`)}
      </td>
      {row.values.map((value, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: values are positional, one a column.
        <td key={index} className="max-w-[280px] truncate px-2 font-mono" title={value ?? 'NULL'}>
          {value ?? <span className="text-text-3">NULL</span>}
        </td>
      ))}
    </tr>
  );
}
