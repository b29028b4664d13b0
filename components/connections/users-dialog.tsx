'use client';
/** Jobs that use a connection, as far as the viewer may see them. */
import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import type { Connection } from '../../server/contract/connections.ts';
import { routeQuery } from '../client/queries.ts';
import { keys } from '../client/query-keys.ts';
import { useI18n } from '../i18n/provider.tsx';
import { ErrorNotice } from '../job/error-notice.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Skeleton, Tag } from '../ui/surface.tsx';

export function UsersDialog({ connection, onClose }: { connection: Connection; onClose(): void }) {
  const { t } = useI18n();
  const { data, error, refetch } = useQuery(
    routeQuery('listConnectionUsers', keys.connectionUsers(connection.id), { params: { id: connection.id } }),
  );
  return (
    <Dialog open onClose={onClose} title={t('conn.usersTitle', { name: connection.name })} closeLabel={t('common.close')} width={480}>
      {error ? <ErrorNotice error={error} onRetry={() => void refetch()} /> : null}
      {!error && !data ? <Skeleton height={60} /> : null}
      {data ? (
        <>
          <ul className="flex flex-col">
            {data.jobs.map((job) => (
              <li key={job.jobId} className="flex h-9 items-center gap-3 border-b border-line-1 text-ctl last:border-0">
                <Link href={`/jobs/${job.jobId}`} prefetch={false} className="link min-w-0 truncate">
                  {job.name}
                </Link>
                <span className="num text-second text-text-3">ID {job.jobId}</span>
                {job.isRunning ? (
                  <Tag hue="ok" className="ml-auto">
                    {t('conn.usersRunning')}
                  </Tag>
                ) : null}
              </li>
            ))}
          </ul>
          {data.hidden > 0 ? <p className="mt-2 text-second text-text-3">{t('conn.usersHidden', { n: data.hidden })}</p> : null}
          {data.jobs.length === 0 && data.hidden === 0 ? <p className="text-ctl text-text-2">{t('conn.usersNone')}</p> : null}
        </>
      ) : null}
    </Dialog>
  );
}
