'use client';
/**
 * Command palette: pages and acts are matched at once, jobs come from the server for what was typed. A dangerous act only opens its dialog.
 * Typing a verb first (`stop ord`) offers that act for the jobs found.
 */
import { Dialog as Base } from '@base-ui/react/dialog';
import { useQuery } from '@tanstack/react-query';
import { FilePen, Flag, Play, Plus, Search, Square } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { type KeyboardEvent, type ReactNode, useId, useMemo, useState } from 'react';
import type { JobAct, JobSummary } from '../../server/contract/job.ts';
import { routeQuery } from '../client/queries.ts';
import { keys } from '../client/query-keys.ts';
import { useI18n } from '../i18n/provider.tsx';
import { offReason } from '../job/acts.ts';
import { useJobDialogs } from '../job/job-dialogs.tsx';
import { StatusMark } from '../job/status.tsx';
import { cx } from '../ui/class-names.ts';
import { Kbd } from '../ui/surface.tsx';
import { splitCommand } from './command.ts';
import { NAV } from './nav-entries.ts';
import { useIsAdmin } from './session.tsx';

interface Item {
  key: string;
  group: 'palette.actions' | 'palette.jobs' | 'palette.pages';
  icon: ReactNode;
  label: string;
  note?: string | undefined;
  off?: boolean;
  run(): void;
}

export function Palette({ onClose, onHelp }: { onClose(): void; onHelp(): void }) {
  const { t } = useI18n();
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const items = useItems(text);
  const listId = useId();
  const current = Math.min(at, Math.max(0, items.length - 1));
  const run = (item: Item | undefined) => {
    if (!item || item.off) return;
    onClose();
    item.run();
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown') setAt((current + 1) % Math.max(1, items.length));
    else if (event.key === 'ArrowUp') setAt((current + items.length - 1) % Math.max(1, items.length));
    else if (event.key === 'Enter') run(items[current]);
    else return;
    event.preventDefault();
  };
  return (
    <Base.Root open onOpenChange={(open) => !open && onClose()}>
      <Base.Portal>
        <Base.Backdrop className="fade-in fixed inset-0 z-60 bg-scrim" />
        <Base.Popup
          aria-label={t('palette.label')}
          className="dialog-in fixed top-[12vh] left-1/2 z-60 flex max-h-[70vh] w-[640px] max-w-[94vw] -translate-x-1/2 flex-col overflow-hidden rounded-dialog bg-raised shadow-3 outline-none"
        >
          <div className="flex h-14 shrink-0 items-center gap-3 border-b border-line-1 px-5">
            <Search size={17} className="text-text-3" aria-hidden="true" />
            <input
              role="combobox"
              aria-expanded="true"
              aria-controls={listId}
              aria-activedescendant={items[current] ? `${listId}-${current}` : undefined}
              aria-label={t('palette.label')}
              placeholder={t('palette.placeholder')}
              value={text}
              onChange={(event) => {
                setText(event.target.value);
                setAt(0);
              }}
              onKeyDown={onKey}
              className="min-w-0 grow bg-transparent text-dialog outline-none placeholder:text-text-3"
            />
            <Kbd>Esc</Kbd>
          </div>
          <div id={listId} role="listbox" aria-label={t('palette.label')} className="grow overflow-y-auto p-2">
            {items.map((item, index) => (
              <Row
                key={item.key}
                item={item}
                id={`${listId}-${index}`}
                current={index === current}
                heading={items[index - 1]?.group === item.group ? null : t(item.group)}
                onHover={() => setAt(index)}
                onRun={() => run(item)}
              />
            ))}
            {items.length === 0 ? <div className="px-3 py-8 text-center text-ctl text-text-3">{t('palette.none', { q: text })}</div> : null}
          </div>
          <Foot onHelp={onHelp} />
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

function Foot({ onHelp }: { onHelp(): void }) {
  const { t } = useI18n();
  return (
    <div className="flex h-9 shrink-0 items-center gap-4 border-t border-line-1 bg-canvas px-5 text-hint text-text-3">
      <span className="flex items-center gap-1.5">
        <Kbd>↑</Kbd>
        <Kbd>↓</Kbd> {t('palette.move')}
      </span>
      <span className="flex items-center gap-1.5">
        <Kbd>↵</Kbd> {t('palette.run')}
      </span>
      <button type="button" onClick={onHelp} className="ml-auto flex items-center gap-1.5 hover:text-text-1">
        <Kbd>?</Kbd> {t('palette.shortcuts')}
      </button>
    </div>
  );
}

function Row({
  item,
  id,
  current,
  heading,
  onHover,
  onRun,
}: {
  item: Item;
  id: string;
  current: boolean;
  heading: string | null;
  onHover(): void;
  onRun(): void;
}) {
  return (
    <>
      {heading ? (
        <div role="presentation" className="px-3 pt-2.5 pb-1.5 text-hint text-text-3">
          {heading}
        </div>
      ) : null}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the text field keeps the focus and takes the keys. */}
      <div
        id={id}
        role="option"
        tabIndex={-1}
        aria-selected={current}
        aria-disabled={item.off || undefined}
        onPointerMove={onHover}
        onClick={onRun}
        className={cx('flex h-9 items-center gap-3 rounded-ctl px-3 text-body', current && 'bg-selected', item.off && 'text-text-off')}
      >
        <span className="grid size-4 shrink-0 place-items-center text-text-2">{item.icon}</span>
        <span className="truncate font-medium">{item.label}</span>
        {item.note ? <span className="truncate text-second text-text-3">{item.note}</span> : null}
        {current ? (
          <span className="ml-auto">
            <Kbd>↵</Kbd>
          </span>
        ) : null}
      </div>
    </>
  );
}

/** What administrators make, each by its page. */
const MAKES = [
  ['palette.newRule', '/alarms?tab=rules&new=1'],
  ['palette.newChannel', '/alarms?tab=channels&new=1'],
  ['palette.newConnection', '/connections?new=1'],
] as const;

function useItems(text: string): Item[] {
  const { t } = useI18n();
  const router = useRouter();
  const dialogs = useJobDialogs();
  const isAdmin = useIsAdmin();
  const command = splitCommand(text);
  const found = useQuery({
    ...routeQuery('listJobs', keys.jobNames(command.rest), { query: { q: command.rest, pageSize: 6, sort: 'updated' } }),
    staleTime: 5_000,
  });
  const jobs = found.data?.items;
  return useMemo(() => {
    const fits = (label: string) => label.toLowerCase().includes(text.trim().toLowerCase());
    const pages: Item[] = NAV.flatMap((group) => group.entries)
      .filter((entry) => !entry.adminOnly || isAdmin)
      .map((entry) => ({
        key: entry.href,
        group: 'palette.pages' as const,
        icon: <entry.icon size={15} />,
        label: t(entry.label),
        run: () => router.push(entry.href),
      }))
      .filter((item) => fits(item.label));
    const create: Item = {
      key: 'create',
      group: 'palette.actions',
      icon: <Plus size={15} />,
      label: t('keys.create'),
      run: () => dialogs.show({ kind: 'create', jobs: [] }),
    };
    const makes = (isAdmin && text.trim() !== '' ? MAKES : [])
      .map(([key, href]) => ({
        key,
        group: 'palette.actions' as const,
        icon: <Plus size={15} />,
        label: t(key),
        run: () => router.push(href),
      }))
      .filter((item) => fits(item.label));
    const acts = (jobs ?? []).flatMap((job) => (command.act ? [actItem(command.act, job)] : []));
    const opened = (jobs ?? []).map((job) => ({
      key: `job-${job.id}`,
      group: 'palette.jobs' as const,
      icon: <StatusMark status={job.status} />,
      label: job.name,
      note: `ID ${job.id} · ${job.queueName}`,
      run: () => router.push(`/jobs/${job.id}`),
    }));
    return [...acts, ...(fits(create.label) && !command.act ? [create] : []), ...makes, ...opened, ...pages];

    function actItem(act: JobAct, job: JobSummary): Item {
      const off = offReason(act, job.status);
      const shape = {
        start: { icon: <Play size={15} />, label: t('palette.start', { name: job.name }), note: t('palette.startNote') },
        stop: { icon: <Square size={14} />, label: t('palette.stop', { name: job.name }), note: t('palette.stopNote') },
        'trigger-savepoint': { icon: <Flag size={15} />, label: t('palette.savepoint', { name: job.name }), note: undefined },
        edit: { icon: <FilePen size={15} />, label: t('palette.edit', { name: job.name }), note: undefined },
      }[act as 'start' | 'stop' | 'trigger-savepoint' | 'edit'];
      return {
        key: `${act}-${job.id}`,
        group: 'palette.actions',
        ...shape,
        note: off ? t(off) : shape.note,
        off: off !== null,
        run: () => (act === 'edit' ? router.push(`/jobs/${job.id}/edit`) : dialogs.show({ kind: act as 'start', jobs: [job] })),
      };
    }
  }, [text, jobs, command.act, t, router, dialogs, isAdmin]);
}
