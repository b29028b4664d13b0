'use client';
/** Row above the table: bulk acts, and either the filters or what is selected (the same height, so that nothing moves). */
import { Play, Rows2, Rows4, Search, Square, Trash2, X } from 'lucide-react';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { JobSummary } from '../../server/contract/job.ts';
import { useI18n } from '../i18n/provider.tsx';
import { offReason } from '../job/acts.ts';
import { useJobDialogs } from '../job/job-dialogs.tsx';
import { useShortcut } from '../shell/shortcuts.tsx';
import { Button, IconButton } from '../ui/button.tsx';
import { cx } from '../ui/class-names.ts';
import { Kbd } from '../ui/surface.tsx';

const BULK = [
  { act: 'start', icon: <Play size={14} aria-hidden="true" /> },
  { act: 'stop', icon: <Square size={13} aria-hidden="true" /> },
  { act: 'delete', icon: <Trash2 size={14} aria-hidden="true" /> },
] as const;

/** Bulk buttons: an act is on when at least one selected job allows it; it opens for those. */
export function BulkActs({ selected }: { selected: readonly JobSummary[] }) {
  const { t } = useI18n();
  const dialogs = useJobDialogs();
  return BULK.map(({ act, icon }) => {
    const able = selected.filter((job) => offReason(act, job.status) === null);
    const first = selected[0] ? offReason(act, selected[0].status) : null;
    const off =
      selected.length === 0
        ? t('list.off.none')
        : able.length === 0 && first
          ? t('list.off.all', { act: t(`act.${act}`), reason: t(first) })
          : null;
    return (
      <Button key={act} size="sm" icon={icon} offReason={off} onClick={() => dialogs.show({ kind: act, jobs: able })}>
        {t(`act.${act}`)}
      </Button>
    );
  });
}

export function SelectionBar({
  selected,
  total,
  gathering,
  onAll,
  onClear,
  children,
}: {
  selected: readonly JobSummary[];
  /** Jobs of the filter on all pages. */
  total: number;
  gathering: boolean;
  onAll(): void;
  onClear(): void;
  children: ReactNode;
}) {
  const { t } = useI18n();
  const some = selected.length > 0;
  return (
    <div
      className={cx('flex min-h-[51px] items-center gap-2 border-b border-line-1 px-(--gutter) py-2', some ? 'bg-selected' : 'bg-canvas')}
    >
      {some ? (
        <>
          <span className="num mr-2 text-ctl font-semibold" role="status">
            {t('list.selected', { n: selected.length })}
          </span>
          {selected.length < total ? (
            <Button look="link" size="sm" busy={gathering} onClick={onAll} className="mr-2">
              {t('list.selectAll', { n: total })}
            </Button>
          ) : null}
          <BulkActs selected={selected} />
          <Button look="quiet" size="sm" icon={<X size={14} aria-hidden="true" />} onClick={onClear} className="ml-auto">
            {t('list.clear')}
          </Button>
        </>
      ) : (
        children
      )}
    </div>
  );
}

/** Search field of the list; what is typed reaches the address after a pause. */
export function SearchField({ value, onChange }: { value: string; onChange(q: string): void }) {
  const { t } = useI18n();
  const [text, setText] = useState(value);
  const field = useRef<HTMLInputElement>(null);
  const report = useRef(onChange);
  report.current = onChange;
  useShortcut('/', () => field.current?.focus());
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text === value) return;
    const timer = setTimeout(() => report.current(text), 250);
    return () => clearTimeout(timer);
  }, [text, value]);
  return (
    <span className="relative flex w-[190px] items-center max-md:w-full">
      <Search size={14} className="absolute left-2.5 text-text-3" aria-hidden="true" />
      <input
        ref={field}
        type="search"
        aria-label={t('list.search')}
        placeholder={t('list.search')}
        value={text}
        maxLength={100}
        onChange={(event) => setText(event.target.value)}
        className="h-[27px] w-full rounded-ctl border border-line-ctl bg-surface pr-8 pl-8 text-ctl placeholder:text-text-3 coarse:h-11"
      />
      <span className="pointer-events-none absolute right-1.5 max-md:hidden">
        <Kbd>/</Kbd>
      </span>
    </span>
  );
}

export function DensityButton({ compact, onCompact }: { compact: boolean; onCompact(compact: boolean): void }) {
  const { t } = useI18n();
  return (
    <IconButton
      look="plain"
      label={compact ? t('list.comfortable') : t('list.compact')}
      aria-pressed={compact}
      onClick={() => onCompact(!compact)}
      className="h-[27px]! w-[27px]!"
    >
      {compact ? <Rows4 size={14} aria-hidden="true" /> : <Rows2 size={14} aria-hidden="true" />}
    </IconButton>
  );
}
