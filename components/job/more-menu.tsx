'use client';
/** The More menu of a job, in DLI's order, then what DLI has not; what is off stays, with its reason. */
import { useQuery } from '@tanstack/react-query';
import { AppWindow, BookmarkPlus, Flag, MoveUpRight, Pencil, SlidersHorizontal, Square, Trash2, UsersRound } from 'lucide-react';
import type { ReactElement } from 'react';
import type { JobAct } from '../../server/contract/job.ts';
import { routeQuery } from '../client/queries.ts';
import { keys } from '../client/query-keys.ts';
import { call } from '../client/request.ts';
import { useI18n } from '../i18n/provider.tsx';
import { Menu, type MenuEntry } from '../ui/menu.tsx';
import { Kbd } from '../ui/surface.tsx';
import { useToast } from '../ui/toast.tsx';
import { offReason } from './acts.ts';
import { errorText } from './error-notice.tsx';
import { type DialogJob, type DialogKind, useJobDialogs } from './job-dialogs.tsx';

/** A tab is opened at once, as a browser lets a click open one only then; it learns its address when the server has said it. */
async function openFlinkUi(jobId: number): Promise<void> {
  const tab = window.open('', '_blank');
  try {
    const { url } = await call('getFlinkUi', { params: { jobId } });
    if (tab === null) window.location.assign(url);
    else {
      tab.opener = null;
      tab.location.href = url;
    }
  } catch (error) {
    tab?.close();
    throw error;
  }
}

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
  const { t, said } = useI18n();
  const dialogs = useJobDialogs();
  const toast = useToast();
  const queues = useQuery(routeQuery('listQueues', keys.queues, {}));
  const clusters = (queues.data?.queues ?? []).filter(({ engine }) => engine === 'flink');
  const isOnFlink = clusters.some(({ name }) => name === job.queueName);
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
    {
      key: 'flink-ui',
      label: t('act.flink-ui'),
      icon: <AppWindow size={15} />,
      offReason: isOnFlink ? null : t('off.noFlinkUi'),
      onSelect: () =>
        void openFlinkUi(job.id).catch((error: unknown) =>
          toast({ title: t('flinkUi.failed'), text: errorText(error, { t, said }), bad: true }),
        ),
    },
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
    { kind: 'line', key: 'line-4' },
    {
      key: 'move-to-flink',
      label: t('act.move-to-flink'),
      icon: <MoveUpRight size={15} />,
      offReason: isOnFlink ? t('off.onFlink') : clusters.length === 0 ? t('off.noCluster') : off('edit'),
      onSelect: () => dialogs.show({ kind: 'move-to-flink', jobs: [job] }),
    },
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
