'use client';
/** Overview: what a failure would cost now, figures, tide line, charts, live rows, plan, checkpoints, ledger. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Play } from 'lucide-react';
import { useState } from 'react';
import type { Job } from '../../server/contract/job.ts';
import type { MetricValues } from '../../server/contract/metrics.ts';
import type { LedgerEntry } from '../../server/contract/runs.ts';
import { useJobEvents } from '../client/live.tsx';
import { routeQuery } from '../client/queries.ts';
import { keys } from '../client/query-keys.ts';
import { useI18n } from '../i18n/provider.tsx';
import { useJobDialogs } from '../job/job-dialogs.tsx';
import { ACTIVE_STATUSES } from '../job/status-look.ts';
import { Button, ButtonLink } from '../ui/button.tsx';
import { Card, Empty } from '../ui/surface.tsx';
import { Charts } from './charts.tsx';
import { FiguresRow } from './figures-row.tsx';
import { LedgerTable } from './ledger-table.tsx';
import { LiveRows, type RowLine, rowsAdded } from './live-rows.tsx';
import type { JobPageParts } from './parts.ts';
import { RecentCheckpoints } from './recent-checkpoints.tsx';
import { TideLine, useTide } from './tide-line.tsx';
import { useTimeRange } from './time-range.ts';
import { newestValues, useMetrics } from './use-metrics.ts';

const LEDGER_ROWS = 8;

export function Overview({ job, parts, coach, onHideCoach }: { job: Job; parts: JobPageParts; coach: boolean; onHideCoach(): void }) {
  const { t } = useI18n();
  const client = useQueryClient();
  const control = useTimeRange();
  const tide = useTide(job.id, control.range);
  const series = useMetrics(job.id, control.range);
  const [reported, setReported] = useState<MetricValues>({});
  const [rows, setRows] = useState<readonly RowLine[]>([]);
  const active = ACTIVE_STATUSES.has(job.status);
  useJobEvents(job.id, (event) => {
    if (event.type === 'metrics' && event.jobId === job.id) setReported((before) => ({ ...before, ...event.values }));
    if (event.type === 'rows' && event.jobId === job.id) setRows((before) => rowsAdded(before, event.table, event.lines));
    if (event.type === 'run-changed' && event.jobId === job.id)
      void client.invalidateQueries({ queryKey: keys.jobPart(job.id, 'ledger').slice(0, 3) });
  });
  const plan = useQuery(routeQuery('getJobPlan', keys.jobPart(job.id, 'plan', job.version), { params: { jobId: job.id } }));
  const tasks = useQuery({
    ...routeQuery('getJobTasks', keys.jobPart(job.id, 'tasks'), { params: { jobId: job.id } }),
    refetchInterval: active ? 5_000 : false,
  });
  const delivery = useQuery(routeQuery('getJobDelivery', keys.jobPart(job.id, 'delivery', job.version), { params: { jobId: job.id } }));
  const ledgerQuery = { page: 1, pageSize: 50 };
  const ledger = useQuery(
    routeQuery('listLedger', keys.jobPart(job.id, 'ledger', ledgerQuery), { params: { jobId: job.id }, query: ledgerQuery }),
  );
  const entries = ledger.data?.items ?? [];
  const failures = (tide.data?.ledger ?? [])
    .filter((entry) => entry.kind === 'failure' || entry.kind === 'auto-restart')
    .map((entry) => entry.at);
  const metrics = { ...newestValues(series.data, control.range?.to ?? 0), ...reported };
  const prints = delivery.data?.kind === 'planned' && delivery.data.sinks.some((sink) => sink.connector === 'print');
  // What is below comes at once, when all of it can be placed: nothing of it moves afterwards.
  const isPlaced = !plan.isPending && !delivery.isPending;
  return (
    <>
      {coach ? parts.coach(entries, onHideCoach) : null}
      {job.tags.some((tag) => tag.key === 'recipe') ? parts.recipe(job) : null}
      <FiguresRow job={job} metrics={metrics} />
      {job.startedAt === null && !active ? (
        <NeverRun job={job} />
      ) : (
        <>
          <TideLine tide={tide} control={control} intervalMs={(job.checkpointIntervalSeconds ?? 30) * 1000} />
          <Charts metrics={series} control={control} span={tide.data} marks={failures} isActive={active} />
        </>
      )}
      {isPlaced ? (
        <>
          {prints || rows.length > 0 ? <LiveRows rows={rows} onClear={() => setRows([])} /> : null}
          {plan.data?.graph ? (
            <Card title={t('job.tab.plan')} flush>
              {parts.graph(plan.data.graph, tasks.data, job.options.parallelism)}
            </Card>
          ) : null}
          <Bottom job={job} entries={entries} />
        </>
      ) : null}
    </>
  );
}

/** As high as tide line and charts together, which take its place at the first start without moving what is below. */
function NeverRun({ job }: { job: Job }) {
  const { t } = useI18n();
  const dialogs = useJobDialogs();
  return (
    <section className="grid min-h-[260px] place-items-center rounded-card border border-line-1 bg-surface lg:min-h-[554px]">
      <Empty
        action={
          <Button look="primary" icon={<Play size={14} aria-hidden="true" />} onClick={() => dialogs.show({ kind: 'start', jobs: [job] })}>
            {t('act.start')}
          </Button>
        }
      >
        {t('job.neverRun')}
      </Empty>
    </section>
  );
}

/** Newest snapshots beside the newest entries of the ledger. */
function Bottom({ job, entries }: { job: Job; entries: readonly LedgerEntry[] }) {
  const { t } = useI18n();
  return (
    <div className="grid gap-3.5 xl:grid-cols-2">
      <RecentCheckpoints job={job} />
      <Card
        title={t('job.tab.ledger')}
        note={t('ledger.note')}
        flush
        actions={
          <ButtonLink look="link" size="sm" href={`/jobs/${job.id}?tab=ledger`}>
            {t('ledger.all')}
          </ButtonLink>
        }
      >
        <LedgerTable entries={entries.slice(0, LEDGER_ROWS)} />
      </Card>
    </div>
  );
}
