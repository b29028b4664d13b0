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

const LEDGER_ROWS = 8;

export function Overview({ job, parts, coach, onHideCoach }: { job: Job; parts: JobPageParts; coach: boolean; onHideCoach(): void }) {
  const { t } = useI18n();
  const client = useQueryClient();
  const control = useTimeRange();
  const tide = useTide(job.id, control.range);
  const [metrics, setMetrics] = useState<MetricValues>({});
  const [rows, setRows] = useState<readonly RowLine[]>([]);
  const active = ACTIVE_STATUSES.has(job.status);
  useJobEvents(job.id, (event) => {
    if (event.type === 'metrics' && event.jobId === job.id) setMetrics(event.values);
    if (event.type === 'rows' && event.jobId === job.id) setRows((before) => rowsAdded(before, event.table, event.lines));
    if (event.type === 'run-changed' && event.jobId === job.id)
      void client.invalidateQueries({ queryKey: keys.jobPart(job.id, 'ledger').slice(0, 3) });
  });
  const plan = useQuery(routeQuery('getJobPlan', keys.jobPart(job.id, 'plan', job.version), { params: { jobId: job.id } }));
  const tasks = useQuery({
    ...routeQuery('getJobTasks', keys.jobPart(job.id, 'tasks'), { params: { jobId: job.id } }),
    refetchInterval: active ? 5_000 : false,
  });
  const ledgerQuery = { page: 1, pageSize: 50 };
  const ledger = useQuery(
    routeQuery('listLedger', keys.jobPart(job.id, 'ledger', ledgerQuery), { params: { jobId: job.id }, query: ledgerQuery }),
  );
  const entries = ledger.data?.items ?? [];
  const failures = (tide.data?.ledger ?? [])
    .filter((entry) => entry.kind === 'failure' || entry.kind === 'auto-restart')
    .map((entry) => entry.at);
  return (
    <>
      {coach ? parts.coach(entries, onHideCoach) : null}
      {job.tags.some((tag) => tag.key === 'recipe') ? parts.recipe(job) : null}
      {job.startedAt === null ? (
        <NeverRun job={job} />
      ) : (
        <>
          <FiguresRow job={job} metrics={metrics} />
          <TideLine tide={tide} control={control} intervalMs={(job.checkpointIntervalSeconds ?? 30) * 1000} />
          {control.range ? <Charts jobId={job.id} range={control.range} marks={failures} onZoom={control.zoom} /> : null}
          <LiveRows rows={rows} active={active} onClear={() => setRows([])} />
        </>
      )}
      {plan.data?.graph ? (
        <Card title={t('job.tab.plan')} flush>
          {parts.graph(plan.data.graph, tasks.data)}
        </Card>
      ) : null}
      <Bottom job={job} entries={entries} />
    </>
  );
}

function NeverRun({ job }: { job: Job }) {
  const { t } = useI18n();
  const dialogs = useJobDialogs();
  return (
    <Card flush>
      <Empty
        action={
          <Button look="primary" icon={<Play size={14} aria-hidden="true" />} onClick={() => dialogs.show({ kind: 'start', jobs: [job] })}>
            {t('act.start')}
          </Button>
        }
      >
        {t('job.neverRun')}
      </Empty>
    </Card>
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
