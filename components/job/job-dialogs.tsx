'use client';
/**
 * Which dialog about jobs is open. Features ask for a dialog by name; the layout supplies the dialogs, each loaded when it is first needed, so that
 * no feature has to know another. The jobs are given as the rows that are on screen.
 */
import { createContext, type ReactNode, useContext, useMemo, useState } from 'react';
import type { JobSummary } from '../../server/contract/job.ts';

export type DialogKind =
  | 'create'
  | 'start'
  | 'stop'
  | 'delete'
  | 'rename'
  | 'import-savepoint'
  | 'move-to-flink'
  | 'trigger-savepoint'
  | 'runtime-configuration'
  | 'permissions'
  | 'export'
  | 'import-jobs';
export type DialogJob = Pick<
  JobSummary,
  | 'id'
  | 'name'
  | 'status'
  | 'description'
  | 'type'
  | 'queueName'
  | 'hadState'
  | 'newestSnapshot'
  | 'checkpointIntervalSeconds'
  | 'unreachableSince'
  | 'version'
>;

export interface OpenDialog {
  kind: DialogKind;
  jobs: readonly DialogJob[];
  /** Start: the snapshot chosen beforehand. Create: the template. */
  snapshotId?: string | undefined;
  templateId?: number | undefined;
  /** Export without picked jobs: the filter of the list. */
  filter?: unknown;
}
export interface JobDialogs {
  open: OpenDialog | null;
  show(dialog: OpenDialog): void;
  close(): void;
}

const Context = createContext<JobDialogs | null>(null);

export function JobDialogsProvider({ children }: { children: ReactNode }) {
  const [open, setOpen] = useState<OpenDialog | null>(null);
  const value = useMemo<JobDialogs>(() => ({ open, show: setOpen, close: () => setOpen(null) }), [open]);
  return <Context value={value}>{children}</Context>;
}

export function useJobDialogs(): JobDialogs {
  const value = useContext(Context);
  if (!value) throw new Error('useJobDialogs outside JobDialogsProvider');
  return value;
}
