'use client';
/** The More menu of a job, in DLI's order; what is off stays, with its reason. */
import { AppWindow, BookmarkPlus, Flag, Pencil, SlidersHorizontal, Square, Trash2, UsersRound } from 'lucide-react';
import type { ReactElement } from 'react';
import type { JobAct } from '../../server/contract/job.ts';
import { useI18n } from '../i18n/provider.tsx';
import { Menu, type MenuEntry } from '../ui/menu.tsx';
import { Kbd } from '../ui/surface.tsx';
import { offReason } from './acts.ts';
import { type DialogJob, type DialogKind, useJobDialogs } from './job-dialogs.tsx';

export function MoreMenu({
  job,
  trigger,
  open,
  onOpenChange,
}: {
  job: DialogJob;
  trigger: ReactElement;
  open?: boolean;
  onOpenChange?(open: boolean): void;
}) {
  const { t } = useI18n();
  const dialogs = useJobDialogs();
  const off = (act: JobAct) => {
    const reason = offReason(act, job.status);
    return reason ? t(reason) : null;
  };
  const item = (act: JobAct & DialogKind, icon: ReactElement, hint?: string): MenuEntry => ({
    key: act,
    label: t(`act.${act}`),
    icon,
    hint: hint ? <Kbd>{hint}</Kbd> : undefined,
    offReason: off(act),
    onSelect: () => dialogs.show({ kind: act, jobs: [job] }),
  });
  const entries: MenuEntry[] = [
    { key: 'flink-ui', label: t('act.flink-ui'), icon: <AppWindow size={15} />, offReason: t('off.noFlinkUi'), onSelect: () => undefined },
    { kind: 'line', key: 'line-1' },
    item('stop', <Square size={14} />, '⇧ S'),
    item('delete', <Trash2 size={15} />),
    { kind: 'line', key: 'line-2' },
    item('rename', <Pencil size={15} />),
    item('import-savepoint', <BookmarkPlus size={15} />),
    item('trigger-savepoint', <Flag size={15} />, '⇧ P'),
    { kind: 'line', key: 'line-3' },
    item('permissions', <UsersRound size={15} />),
    item('runtime-configuration', <SlidersHorizontal size={15} />),
  ];
  return (
    <Menu
      trigger={trigger}
      entries={entries}
      minWidth={264}
      {...(open === undefined ? {} : { open })}
      {...(onOpenChange ? { onOpenChange } : {})}
    />
  );
}
