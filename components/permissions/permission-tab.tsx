'use client';
/** Permissions of the job, as a tab of its page. */
import type { Job } from '../../server/contract/job.ts';
import { useSession } from '../shell/session.tsx';
import { Card } from '../ui/surface.tsx';
import { PermissionTable } from './permission-table.tsx';

export function PermissionTab({ job }: { job: Job }) {
  const session = useSession();
  return (
    <Card>
      <div className="pt-4">
        <PermissionTable jobId={job.id} own={job.rights} isAdmin={session?.user.role === 'admin'} />
      </div>
    </Card>
  );
}
