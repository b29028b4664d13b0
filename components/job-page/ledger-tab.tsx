'use client';
/** The whole ledger of a job, by pages of the server. */
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Job } from '../../server/contract/job.ts';
import { routeQuery } from '../client/queries.ts';
import { keys } from '../client/query-keys.ts';
import { ErrorNotice } from '../job/error-notice.tsx';
import { usePages } from '../job/pages.tsx';
import { Card } from '../ui/surface.tsx';
import { LedgerTable } from './ledger-table.tsx';

export function LedgerTab({ job }: { job: Job }) {
  const [page, setPage] = useState({ page: 1, pageSize: 50 });
  const { data, error, refetch } = useQuery(
    routeQuery('listLedger', keys.jobPart(job.id, 'ledger', page), { params: { jobId: job.id }, query: page }),
  );
  const pager = usePages(page, data?.total, setPage);
  return (
    <Card flush>
      {error ? <ErrorNotice error={error} onRetry={() => void refetch()} className="m-4" /> : null}
      <LedgerTable entries={data?.items ?? []} wide />
      {pager}
    </Card>
  );
}
