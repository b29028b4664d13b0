/** Below the title of a dialog about one job: its name, its status, and what else tells it. */
import type { ReactNode } from 'react';
import type { DialogJob } from './job-dialogs.tsx';
import { StatusWord } from './status.tsx';

export function JobSubtitle({ job, children }: { job: Pick<DialogJob, 'name' | 'status'>; children?: ReactNode }) {
  return (
    <span className="flex items-center gap-3.5">
      <span className="font-semibold text-text-1">{job.name}</span>
      <StatusWord status={job.status} />
      {children}
    </span>
  );
}
