'use client';
/** Stream graph of the SQL in the editor, from explain; it need not be saved. The static one adds a row an operator and the text of explain. */
import { useQuery } from '@tanstack/react-query';
import type { JobOptions } from '../../server/contract/job-options.ts';
import { call } from '../client/request.ts';
import { useI18n } from '../i18n/provider.tsx';
import { ErrorNotice } from '../job/error-notice.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { ScrollRegion } from '../ui/scroll-region.tsx';
import { Empty, Skeleton } from '../ui/surface.tsx';
import { JobGraph } from './job-graph.tsx';
import { OperatorTable } from './operator-table.tsx';

export function GraphDialog({
  kind,
  sql,
  options,
  onClose,
}: {
  kind: 'simplified' | 'static';
  sql: string;
  options: Partial<JobOptions>;
  onClose(): void;
}) {
  const { t } = useI18n();
  const { data, error, refetch } = useQuery({
    queryKey: ['explain', sql, options],
    queryFn: ({ signal }) => call('explainSql', { body: { sql, options } }, signal),
  });
  return (
    <Dialog
      open
      onClose={onClose}
      title={t(kind === 'static' ? 'edit.staticGraph' : 'edit.graph')}
      closeLabel={t('common.close')}
      width={1160}
    >
      {error ? <ErrorNotice error={error} onRetry={() => void refetch()} /> : null}
      {data ? (
        data.graph ? (
          <JobGraph graph={data.graph} parallelism={options.parallelism ?? null} />
        ) : (
          <Empty>{t('edit.graphNone')}</Empty>
        )
      ) : error ? null : (
        <Skeleton height={240} />
      )}
      {data?.graph && kind === 'static' ? <OperatorTable graph={data.graph} parallelism={options.parallelism ?? null} /> : null}
      {data?.text && kind === 'static' ? (
        <ScrollRegion
          label={t('edit.graphTitle')}
          className="mt-4 overflow-x-auto rounded-ctl bg-sunken p-4 font-mono text-hint whitespace-pre"
        >
          {data.text}
        </ScrollRegion>
      ) : null}
    </Dialog>
  );
}
