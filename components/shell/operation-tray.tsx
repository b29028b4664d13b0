'use client';
/** Operations under way: a button when there is one, and a list with steps and progress. Survives reload, because the server keeps them. */
import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import type { Operation } from '../../server/contract/runs.ts';
import { routeQuery } from '../client/queries.ts';
import { keys } from '../client/query-keys.ts';
import { useI18n } from '../i18n/provider.tsx';
import { Arc } from '../ui/button.tsx';
import { Popover } from '../ui/tooltip.tsx';

export function OperationTray() {
  const { t } = useI18n();
  const { data } = useQuery({
    ...routeQuery('listOperations', keys.operations, { query: { status: 'running', pageSize: 20 } }),
    refetchInterval: 30_000,
  });
  const operations = data?.items ?? [];
  if (operations.length === 0) return null;
  return (
    <Popover
      label={t('tray.label')}
      align="end"
      width={340}
      trigger={
        <button
          type="button"
          className="flex h-7 items-center gap-2 rounded-full border border-line-2 px-3 text-second whitespace-nowrap max-md:hidden"
        >
          <Arc size={12} />
          {t('tray.some', { n: operations.length })}
        </button>
      }
    >
      <ul className="flex flex-col gap-3">
        {operations.map((operation) => (
          <Row key={operation.id} operation={operation} />
        ))}
      </ul>
    </Popover>
  );
}

function Row({ operation }: { operation: Operation }) {
  const { t, f } = useI18n();
  return (
    <li className="text-ctl">
      <div className="flex gap-2">
        <span className="font-medium">{t(`tray.${operation.kind}`)}</span>
        <Link href={`/jobs/${operation.jobId}`} prefetch={false} className="link min-w-0 truncate">
          {operation.jobName}
        </Link>
      </div>
      <div className="flex items-center gap-2 text-second text-text-3">
        <span className="grow truncate">{operation.step}</span>
        {operation.progress === null ? null : <span className="num">{f.percent(operation.progress)}</span>}
      </div>
    </li>
  );
}
