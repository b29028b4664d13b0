'use client';
/** Execution Plan at full width, with the text of explain below. */
import { useQuery } from '@tanstack/react-query';
import type { Job } from '../../server/contract/job.ts';
import { routeQuery } from '../client/queries.ts';
import { keys } from '../client/query-keys.ts';
import { useI18n } from '../i18n/provider.tsx';
import { ErrorNotice } from '../job/error-notice.tsx';
import { ACTIVE_STATUSES } from '../job/status-look.ts';
import { ScrollRegion } from '../ui/scroll-region.tsx';
import { Card, Empty, Notice } from '../ui/surface.tsx';
import type { JobPageParts } from './parts.ts';

export function PlanTab({ job, graph }: { job: Job; graph: JobPageParts['graph'] }) {
  const { t, said } = useI18n();
  const plan = useQuery(routeQuery('getJobPlan', keys.jobPart(job.id, 'plan', job.version), { params: { jobId: job.id } }));
  const tasks = useQuery({
    ...routeQuery('getJobTasks', keys.jobPart(job.id, 'tasks'), { params: { jobId: job.id } }),
    refetchInterval: ACTIVE_STATUSES.has(job.status) ? 5_000 : false,
  });
  if (plan.error) return <ErrorNotice error={plan.error} onRetry={() => void plan.refetch()} />;
  if (!plan.data) return null;
  return (
    <>
      {plan.data.marks.slice(0, 3).map((mark) => (
        <Notice key={`${mark.from}-${mark.message}`} kind={mark.severity === 'error' ? 'bad' : 'warn'}>
          {said(mark.said, mark.message)} {t('edit.problemPlace', { line: mark.line, column: mark.column })}
        </Notice>
      ))}
      <Card flush>
        {plan.data.graph ? graph(plan.data.graph, tasks.data, job.options.parallelism) : <Empty>{t('edit.graphNone')}</Empty>}
      </Card>
      {plan.data.text ? (
        <Card>
          <ScrollRegion label={t('job.tab.plan')} className="overflow-x-auto pt-3 font-mono text-hint whitespace-pre">
            {plan.data.text}
          </ScrollRegion>
        </Card>
      ) : null}
    </>
  );
}
