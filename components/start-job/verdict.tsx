'use client';
/** The verdict of a start in one banner, and what can be done where it is not known or the start was refused. */
import { Fragment } from 'react';
import type { StartPreview } from '../../server/contract/start.ts';
import { useI18n } from '../i18n/provider.tsx';
import { Button } from '../ui/button.tsx';
import { TextField } from '../ui/field.tsx';
import { Notice } from '../ui/surface.tsx';

const BANNER = { ok: 'ok', warn: 'warn', bad: 'bad', unknown: 'off' } as const;

/** The banner's words in the viewer's language: the first sentence stands out. */
export function useVerdictWords() {
  const { said } = useI18n();
  return (preview: StartPreview): { title: string; rest: string } => {
    if (preview.blockedBy !== null) return { title: said(preview.blockedSaid, preview.blockedBy), rest: '' };
    const [first, ...rest] = preview.said;
    if (!first) return { title: preview.sentence, rest: '' };
    return { title: said(first, preview.sentence), rest: said(rest, '') };
  };
}

export function VerdictBanner({ preview, onRetry, onAnyway }: { preview: StartPreview; onRetry(): void; onAnyway: (() => void) | null }) {
  const words = useVerdictWords()(preview);
  const canAskAgain = preview.verdict === 'unknown' || preview.needsConfirmation || preview.blockedBy !== null;
  return (
    <Notice
      kind={preview.blockedBy === null ? BANNER[preview.verdict] : 'bad'}
      live
      title={words.title}
      action={canAskAgain ? <UnknownActs onRetry={onRetry} onAnyway={preview.blockedBy === null ? onAnyway : null} /> : undefined}
    >
      {preview.verdict === 'bad' && preview.blockedBy === null && preview.discarded === null ? <Gone preview={preview} /> : words.rest}
    </Notice>
  );
}

/** Which sources no longer hold what follows the snapshot. */
function Gone({ preview }: { preview: StartPreview }) {
  const { t } = useI18n();
  const sources = [...new Set(preview.positions.filter((one) => (one.lost.value ?? 0) > 0).map((one) => one.source))];
  return sources.map((source) => {
    const partitions = preview.positions.filter((one) => one.source === source);
    const gone = partitions.filter((one) => (one.lost.value ?? 0) > 0).length;
    return <Fragment key={source}>{t('start.goneFrom', { source, n: gone, total: partitions.length })} </Fragment>;
  });
}

function UnknownActs({ onRetry, onAnyway }: { onRetry(): void; onAnyway: (() => void) | null }) {
  const { t } = useI18n();
  return (
    <span className="flex flex-wrap gap-2">
      <Button size="sm" onClick={onRetry}>
        {t('common.retry')}
      </Button>
      {onAnyway ? (
        <Button size="sm" onClick={onAnyway}>
          {t('start.anyway')}
        </Button>
      ) : null}
    </span>
  );
}

/** In place of a preview that has not come for ten seconds: nothing is known, which counts as the worst. */
export function NotKnown({ onRetry, onAnyway }: { onRetry(): void; onAnyway: (() => void) | null }) {
  const { t } = useI18n();
  return (
    <Notice kind="off" live title={t('start.notKnown')} action={<UnknownActs onRetry={onRetry} onAnyway={onAnyway} />}>
      {t('start.notKnownText')}
    </Notice>
  );
}

/** The job's name, typed to accept what cannot be got back. The name stands out in the label. */
export function TypedName({
  jobName,
  label,
  value,
  onChange,
}: {
  jobName: string;
  label: string;
  value: string;
  onChange(value: string): void;
}) {
  const [before, after] = label.split(jobName);
  return (
    <TextField
      className="max-w-[560px]"
      label={
        after === undefined ? (
          label
        ) : (
          <>
            {before}
            <strong className="font-mono font-semibold text-text-1">{jobName}</strong>
            {after}
          </>
        )
      }
      mono
      autoComplete="off"
      spellCheck={false}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}
