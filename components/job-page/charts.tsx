'use client';
/** The six charts of a job, in one grid with one range and one cursor; loaded with the chart library when first shown. */
import { useQuery } from '@tanstack/react-query';
import dynamic from 'next/dynamic';
import type { MetricName } from '../../server/contract/metrics.ts';
import { routeQuery } from '../client/queries.ts';
import { keys } from '../client/query-keys.ts';
import { useI18n } from '../i18n/provider.tsx';
import { ErrorNotice } from '../job/error-notice.tsx';
import type { TimeRange } from './time-range.ts';

const Chart = dynamic(() => import('./chart.tsx').then((module) => module.Chart), {
  ssr: false,
  loading: () => <div style={{ height: 152 }} />,
});
const NAMES: readonly MetricName[] = [
  'recordsInRate',
  'recordsOutRate',
  'lagRecords',
  'checkpointMs',
  'stateBytes',
  'busy',
  'backpressured',
  'watermarkLagMs',
];
const POINTS = 240;

export function Charts({
  jobId,
  range,
  marks,
  onZoom,
}: {
  jobId: number;
  range: TimeRange;
  marks: readonly number[];
  onZoom(from: number, to: number): void;
}) {
  const { t, f } = useI18n();
  const query = { names: [...NAMES], from: range.from, to: range.to, points: POINTS };
  const { data, error, refetch } = useQuery({
    ...routeQuery('getJobMetrics', keys.jobPart(jobId, 'metrics', query), { params: { jobId }, query }),
    gcTime: 30_000,
  });
  const at = data?.at ?? [];
  const of = (name: MetricName) => data?.series[name] ?? at.map(() => null);
  const common = { at, from: range.from, to: range.to, marks, onZoom };
  const cell = 'border-line-1 [&:not(:last-child)]:max-lg:border-b';
  return (
    <div className="overflow-hidden rounded-card border border-line-1 bg-surface">
      {error ? <ErrorNotice error={error} onRetry={() => void refetch()} className="m-3" /> : null}
      <div className="grid lg:grid-cols-3 [&>*:nth-child(-n+3)]:lg:border-b [&>*:not(:nth-child(3n+1))]:lg:border-l">
        <div className={cell}>
          <Chart
            {...common}
            title={t('chart.records')}
            write={(n) => f.count(Math.round(n * 10) / 10)}
            series={[
              { label: t('chart.in'), values: of('recordsInRate') },
              { label: t('chart.out'), values: of('recordsOutRate') },
            ]}
          />
        </div>
        <div className={cell}>
          <Chart
            {...common}
            title={t('chart.lag')}
            write={(n) => f.count(Math.round(n))}
            series={[{ label: t('job.lag'), values: of('lagRecords') }]}
          />
        </div>
        <div className={cell}>
          <Chart
            {...common}
            title={t('chart.checkpoint')}
            write={(n) => f.took(n)}
            series={[{ label: t('chart.checkpoint'), values: of('checkpointMs') }]}
          />
        </div>
        <div className={cell}>
          <Chart
            {...common}
            title={t('chart.state')}
            write={(n) => f.bytes(n)}
            series={[{ label: t('job.state'), values: of('stateBytes') }]}
          />
        </div>
        <div className={cell}>
          <Chart
            {...common}
            title={t('chart.busy')}
            write={(n) => f.percent(n)}
            series={[
              { label: t('chart.busyWord'), values: of('busy') },
              { label: t('chart.pressure'), values: of('backpressured') },
            ]}
          />
        </div>
        <div className={cell}>
          <Chart
            {...common}
            title={t('chart.watermark')}
            write={(n) => f.took(n)}
            series={[{ label: t('job.watermark'), values: of('watermarkLagMs') }]}
          />
        </div>
      </div>
    </div>
  );
}
