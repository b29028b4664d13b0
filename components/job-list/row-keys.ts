'use client';
/** Keys of the list: J K or arrows move the current row, X selects, Enter opens, E S ⇧S ⇧P act, `.` opens the More menu. */
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import type { JobAct, JobSummary } from '../../server/contract/job.ts';
import { offReason } from '../job/acts.ts';
import { type DialogKind, useJobDialogs } from '../job/job-dialogs.tsx';
import { useShortcut } from '../shell/shortcuts.tsx';

export function useRowKeys(rows: readonly JobSummary[], toggle: (job: JobSummary) => void, openMenu: (id: number) => void) {
  const router = useRouter();
  const dialogs = useJobDialogs();
  const [at, setAt] = useState(-1);
  const current = at < rows.length ? at : -1;
  const move = (by: number) => {
    const next = Math.max(0, Math.min(rows.length - 1, current + by));
    setAt(next);
    // The focus goes along, so that Tab reaches the row's own controls and a dialog gives it back to the row.
    const row = document.querySelectorAll('[data-job-rows] tbody tr, [data-job-rows] > li')[next];
    row?.scrollIntoView({ block: 'nearest' });
    row?.querySelector<HTMLElement>('a[href]')?.focus({ preventScroll: true });
  };
  const withRow = (use: (job: JobSummary) => void) => () => {
    const job = rows[current];
    if (job) use(job);
  };
  const act = (kind: JobAct & DialogKind) => withRow((job) => offReason(kind, job.status) === null && dialogs.show({ kind, jobs: [job] }));
  useShortcut('j', () => move(1));
  useShortcut('k', () => move(-1));
  useShortcut('ArrowDown', () => move(1));
  useShortcut('ArrowUp', () => move(-1));
  useShortcut('x', withRow(toggle));
  useShortcut('Enter', (event) => {
    if (document.activeElement && document.activeElement !== document.body && document.activeElement.id !== 'content') {
      (document.activeElement as HTMLElement).click();
      return;
    }
    withRow((job) => router.push(`/jobs/${job.id}`))();
    event.preventDefault();
  });
  useShortcut(
    'e',
    withRow((job) => offReason('edit', job.status) === null && router.push(`/jobs/${job.id}/edit`)),
  );
  useShortcut('s', act('start'));
  useShortcut('shift+s', act('stop'));
  useShortcut('shift+p', act('trigger-savepoint'));
  useShortcut(
    '.',
    withRow((job) => openMenu(job.id)),
  );
  return { current, setCurrent: setAt };
}
