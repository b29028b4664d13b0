'use client';
/** Permissions of a job, from the More menu. */
import { useQuery } from '@tanstack/react-query';
import { routeQuery } from '../client/queries.ts';
import { keys } from '../client/query-keys.ts';
import { useI18n } from '../i18n/provider.tsx';
import { ErrorNotice } from '../job/error-notice.tsx';
import type { DialogJob } from '../job/job-dialogs.tsx';
import { useSession } from '../shell/session.tsx';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Skeleton } from '../ui/surface.tsx';
import { PermissionTable } from './permission-table.tsx';

export function PermissionDialog({ job, onClose }: { job: DialogJob; onClose(): void }) {
  const { t } = useI18n();
  const session = useSession();
  const full = useQuery(routeQuery('getJob', keys.job(job.id), { params: { jobId: job.id } }));
  return (
    <Dialog
      open
      onClose={onClose}
      width={980}
      title={t('act.permissions')}
      subtitle={<span className="font-semibold text-text-1">{job.name}</span>}
      closeLabel={t('common.close')}
      actions={<Button onClick={onClose}>{t('common.close')}</Button>}
    >
      {full.error ? <ErrorNotice error={full.error} onRetry={() => void full.refetch()} /> : null}
      {full.data ? (
        <PermissionTable jobId={job.id} own={full.data.job.rights} isAdmin={session?.user.role === 'admin'} />
      ) : (
        <Skeleton height={160} />
      )}
    </Dialog>
  );
}
