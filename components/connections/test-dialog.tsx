'use client';
/** Tests a stored connection as soon as it is opened, with its stored secret. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { Connection } from '../../server/contract/connections.ts';
import { keys } from '../client/query-keys.ts';
import { call } from '../client/request.ts';
import { useI18n } from '../i18n/provider.tsx';
import { ErrorNotice } from '../job/error-notice.tsx';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { TestReport } from './test-report.tsx';

export function TestDialog({ connection, onClose }: { connection: Connection; onClose(): void }) {
  const { t } = useI18n();
  const client = useQueryClient();
  // A query, not a mutation: opened once it tests once, also where effects run twice.
  const { data, error, isFetching, refetch } = useQuery({
    queryKey: ['connection-test', connection.id],
    queryFn: () => call('testConnection', { body: { id: connection.id, config: connection.config } }),
    retry: false,
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
  });
  useEffect(() => {
    if (data) void client.invalidateQueries({ queryKey: keys.connections, exact: true });
  }, [data, client]);
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('conn.testLabel', { name: connection.name })}
      subtitle={<span className="font-mono text-second">{connection.address}</span>}
      closeLabel={t('common.close')}
      width={640}
      actions={
        <>
          <Button busy={isFetching} onClick={() => void refetch()}>
            {t('conn.testAgain')}
          </Button>
          <Button look="primary" onClick={onClose}>
            {t('common.close')}
          </Button>
        </>
      }
    >
      {error && !isFetching ? (
        <ErrorNotice error={error} />
      ) : (
        <TestReport kind={connection.config.kind} test={isFetching ? null : (data ?? null)} address={connection.address} />
      )}
    </Dialog>
  );
}
