'use client';
/** What to restore from: newest snapshot, another one, a start time (only without state), empty. */
import { RadioGroup } from '@base-ui/react/radio-group';
import { useQuery } from '@tanstack/react-query';
import { CircleCheck } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { Snapshot } from '../../server/contract/snapshot.ts';
import type { RestoreChoice, StartPreview } from '../../server/contract/start.ts';
import { useNow } from '../client/live.tsx';
import { routeQuery } from '../client/queries.ts';
import { keys } from '../client/query-keys.ts';
import { useI18n } from '../i18n/provider.tsx';
import type { DialogJob } from '../job/job-dialogs.tsx';
import { OriginTag } from '../job/origin-tag.tsx';
import { cx } from '../ui/class-names.ts';
import { TextField } from '../ui/field.tsx';
import { RadioRing } from '../ui/toggle.tsx';
import { SnapshotStrip } from './snapshot-strip.tsx';

export function RestoreChoiceList({
  job,
  choice,
  preview,
  onChoice,
}: {
  job: DialogJob;
  choice: RestoreChoice;
  preview: StartPreview | undefined;
  onChoice(choice: RestoreChoice): void;
}) {
  const { t } = useI18n();
  const query = { jobId: job.id, pageSize: 20 };
  const { data } = useQuery(routeQuery('listSnapshots', keys.snapshotList(query), { query }));
  const snapshots = data?.items ?? [];
  const newest = snapshots.find((one) => one.isNewest) ?? snapshots[0];
  const [at, setAt] = useState('');
  const pick = (kind: string) => {
    if (kind === 'snapshot') {
      const first = snapshots.find((one) => one.id !== newest?.id) ?? newest;
      if (first) onChoice({ kind: 'snapshot', snapshotId: first.id });
    } else if (kind === 'time') onChoice({ kind: 'time', at: at ? Date.parse(at) : Date.now() });
    else onChoice({ kind: kind as 'newest' | 'empty' });
  };
  return (
    <RadioGroup
      value={choice.kind}
      onValueChange={(kind) => pick(String(kind))}
      aria-label={t('start.restoreFrom')}
      className="flex flex-col gap-2"
    >
      <div className="text-ctl font-semibold">{t('start.restoreFrom')}</div>
      {snapshots.length > 0 ? (
        <SnapshotStrip
          jobId={job.id}
          snapshots={snapshots}
          chosen={choice.kind === 'snapshot' ? snapshots.find((one) => one.id === choice.snapshotId) : newest}
          onPick={(id) => onChoice(id === newest?.id ? { kind: 'newest' } : { kind: 'snapshot', snapshotId: id })}
        />
      ) : null}
      <Choice kind="newest" choice={choice} title={t('start.newest')} tag={newest ? <OriginTag snapshot={newest} /> : null} onPick={pick}>
        {newest ? <SnapshotFacts snapshot={choice.kind === 'newest' ? (preview?.snapshot ?? newest) : newest} /> : t('start.newestNone')}
      </Choice>
      {snapshots.length > 1 || choice.kind === 'snapshot' ? (
        <Choice
          kind="snapshot"
          choice={choice}
          title={t('start.another')}
          onPick={pick}
          below={
            choice.kind === 'snapshot' ? (
              <SnapshotPicks
                snapshots={snapshots}
                chosen={choice.snapshotId}
                onPick={(id) => onChoice({ kind: 'snapshot', snapshotId: id })}
              />
            ) : null
          }
        >
          {t('start.kept', { n: data?.total ?? 0 })}
        </Choice>
      ) : null}
      <Choice
        kind="time"
        choice={choice}
        title={t('start.time')}
        disabled={job.hadState}
        onPick={pick}
        below={
          choice.kind === 'time' ? (
            <div className="px-3.5 pb-3">
              <TextField
                label={t('start.timeField')}
                type="datetime-local"
                value={at}
                onChange={(event) => {
                  setAt(event.target.value);
                  const time = Date.parse(event.target.value);
                  if (!Number.isNaN(time)) onChoice({ kind: 'time', at: time });
                }}
              />
            </div>
          ) : null
        }
      >
        {job.hadState ? t('start.timeOff') : t('start.timeNote')}
      </Choice>
      <Choice kind="empty" choice={choice} title={t('start.empty')} onPick={pick}>
        {job.hadState ? t('start.emptyNote') : t('start.emptyNoteNone')}
      </Choice>
    </RadioGroup>
  );
}

function Choice({
  kind,
  choice,
  title,
  tag,
  disabled = false,
  onPick,
  below,
  children,
}: {
  kind: RestoreChoice['kind'];
  choice: RestoreChoice;
  title: string;
  tag?: ReactNode;
  disabled?: boolean;
  onPick(kind: string): void;
  below?: ReactNode;
  children: ReactNode;
}) {
  const on = choice.kind === kind;
  return (
    <div className={cx('overflow-hidden rounded-card border', on ? 'border-accent bg-selected' : 'border-line-2')}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the radio takes the keys; the card is a larger target for the mouse. */}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the control inside takes the keys */}
      <div className={cx('flex gap-2.5 px-3.5 py-3', !disabled && 'cursor-pointer')} onClick={() => !disabled && !on && onPick(kind)}>
        <span className="pt-px">
          <RadioRing value={kind} label={title} disabled={disabled} />
        </span>
        <div className="min-w-0 grow">
          <div className={cx('flex items-center gap-2 text-ctl font-semibold', disabled && 'text-text-3')}>
            {title} {tag}
          </div>
          <div className="mt-0.5 text-second text-text-3">{children}</div>
        </div>
      </div>
      {below}
    </div>
  );
}

function SnapshotFacts({ snapshot }: { snapshot: Snapshot }) {
  const { t, f } = useI18n();
  const now = useNow() ?? snapshot.createdAt;
  return (
    <>
      <div className="num text-ctl text-text-1">
        {f.exact(snapshot.createdAt)} <span className="text-text-3">· {t('start.old', { age: f.span(now - snapshot.createdAt) })}</span>
      </div>
      <div>
        {f.bytes(snapshot.sizeBytes)} · <span className="font-mono">{snapshot.name}</span>
        {snapshot.jobVersion === null ? null : ` · ${t('start.version', { n: snapshot.jobVersion })}`}
      </div>
      {snapshot.proven?.isGood ? (
        <div className="mt-1 flex items-center gap-1.5 text-ok">
          <CircleCheck size={14} aria-hidden="true" />
          {t('start.proven', { age: f.span(now - snapshot.proven.at), took: f.took(snapshot.proven.tookMs) })}
        </div>
      ) : null}
    </>
  );
}

function SnapshotPicks({ snapshots, chosen, onPick }: { snapshots: readonly Snapshot[]; chosen: string; onPick(id: string): void }) {
  const { t, f } = useI18n();
  const now = useNow();
  return (
    <ul className="max-h-[220px] overflow-y-auto border-t border-line-1 bg-surface" aria-label={t('start.another')}>
      {snapshots.map((one) => (
        <li key={one.id} className="border-b border-line-1 last:border-0">
          <button
            type="button"
            aria-pressed={one.id === chosen}
            onClick={() => onPick(one.id)}
            className={cx(
              'flex min-h-9 w-full items-center gap-2 px-3.5 text-left text-ctl -outline-offset-2',
              one.id === chosen ? 'bg-selected' : 'hover:bg-hover',
            )}
          >
            <span className="grow truncate font-mono text-second">{one.name}</span>
            <OriginTag snapshot={one} />
            <span className="num w-16 shrink-0 text-right text-text-2">{now === null ? '' : f.span(now - one.createdAt)}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}
