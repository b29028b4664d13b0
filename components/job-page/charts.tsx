'use client';
/** The twelve charts of a job, in one grid with one range and one cursor; the chart library is loaded when they are first shown. */
import type { UseQueryResult } from '@tanstack/react-query';
import dynamic from 'next/dynamic';
import type { MetricName, MetricsAnswer } from '../../server/contract/metrics.ts';
import { useI18n } from '../i18n/provider.tsx';
import { ErrorNotice } from '../job/error-notice.tsx';
import type { ChartProps } from './chart.tsx';
import { FIGURE_HEIGHT } from './chart-height.ts';
import type { RangeControl } from './time-range.ts';

const Chart = dynamic(() => import('./chart.tsx').then((module) => module.Chart), {
  ssr: false,
  loading: () => <div style={{ height: FIGURE_HEIGHT }} />,
});

type Own = Pick<ChartProps, 'title' | 'quantity' | 'write' | 'none' | 'series'>;

/** A rate with the precision that its size asks for. */
const rounded = (n: number) => (n < 10 ? Math.round(n * 10) / 10 : Math.round(n));

interface Measured {
  of(name: MetricName): readonly (number | null)[];
  readonly none: string;
  /** Where only the embedded engine measures it. */
  readonly byEngine: string;
}

/** What the job takes of its machine. */
function machineCharts({ t, f }: Pick<ReturnType<typeof useI18n>, 't' | 'f'>, { of, none, byEngine }: Measured): Own[] {
  return [
    {
      title: t('chart.bytes'),
      quantity: 'bytes',
      write: (n) => f.bytes(n),
      none,
      series: [
        { label: t('chart.in'), values: of('bytesInRate') },
        { label: t('chart.out'), values: of('bytesOutRate') },
      ],
    },
    {
      title: t('chart.cpu'),
      quantity: 'share',
      write: (n) => f.percent(n),
      none: byEngine,
      series: [{ label: t('chart.cpuWord'), values: of('cpu') }],
    },
    {
      title: t('chart.memory'),
      quantity: 'bytes',
      write: (n) => f.bytes(n),
      none: byEngine,
      series: [{ label: t('chart.memoryWord'), values: of('rssBytes') }],
    },
  ];
}

/** How long rows take, what a failure would cost, and how often there was one. */
function restartCharts({ t, f }: Pick<ReturnType<typeof useI18n>, 't' | 'f'>, { of, none, byEngine }: Measured): Own[] {
  return [
    {
      title: t('chart.latency'),
      quantity: 'duration',
      write: (n) => f.took(n),
      none: byEngine,
      series: [{ label: t('chart.latencyWord'), values: of('latencyMs') }],
    },
    {
      title: t('chart.exposure'),
      quantity: 'count',
      write: (n) => f.count(Math.round(n)),
      none,
      series: [{ label: t('chart.exposureWord'), values: of('exposureRecords') }],
    },
    {
      title: t('chart.restarts'),
      quantity: 'count',
      write: (n) => f.count(Math.round(n)),
      none,
      series: [{ label: t('job.restarts'), values: of('restarts') }],
    },
  ];
}

function useOwn(data: MetricsAnswer | undefined, isLive: boolean): Own[] {
  const { t, f } = useI18n();
  const at = data?.at ?? [];
  const of = (name: MetricName) => data?.series[name] ?? at.map(() => null);
  const hasAny = (data?.series.recordsInRate ?? []).some((value) => value !== null);
  const soon = isLive ? t('chart.soon') : t('chart.none');
  const line = (label: string, name: MetricName) => ({ label, values: of(name) });
  return [
    {
      title: t('chart.records'),
      quantity: 'rate',
      write: (n) => f.count(rounded(n)),
      none: soon,
      series: [line(t('chart.in'), 'recordsInRate'), line(t('chart.out'), 'recordsOutRate')],
    },
    {
      title: t('chart.lag'),
      quantity: 'count',
      write: (n) => f.count(Math.round(n)),
      none: hasAny ? t('chart.noLag') : soon,
      series: [line(t('job.lag'), 'lagRecords')],
    },
    {
      title: t('chart.checkpoint'),
      quantity: 'duration',
      write: (n) => f.took(n),
      none: soon,
      series: [line(t('chart.checkpoint'), 'checkpointMs')],
    },
    {
      title: t('chart.state'),
      quantity: 'bytes',
      write: (n) => f.bytes(n),
      none: soon,
      series: [line(t('job.state'), 'stateBytes'), line(t('chart.checkpointSize'), 'checkpointBytes')],
    },
    {
      title: t('chart.busy'),
      quantity: 'share',
      write: (n) => f.percent(n),
      none: soon,
      series: [line(t('chart.busyWord'), 'busy'), line(t('chart.pressure'), 'backpressured')],
    },
    {
      title: t('chart.watermark'),
      quantity: 'duration',
      write: (n) => f.took(n),
      none: hasAny ? t('chart.noWatermark') : soon,
      series: [line(t('job.watermark'), 'watermarkLagMs')],
    },
    ...restartCharts({ t, f }, { of, none: soon, byEngine: hasAny ? t('chart.noLatency') : soon }),
    ...machineCharts({ t, f }, { of, none: soon, byEngine: hasAny ? t('chart.byFlink') : soon }),
  ];
}

export function Charts({
  metrics,
  control,
  span,
  marks,
  isActive,
}: {
  metrics: UseQueryResult<MetricsAnswer>;
  control: RangeControl;
  /** The range of the tide line above, so that one time stands in one place. */
  span: { readonly from: number; readonly to: number } | undefined;
  marks: readonly number[];
  isActive: boolean;
}) {
  const { data, error, refetch } = metrics;
  const charts = useOwn(data, isActive && (control.range?.isLive ?? true));
  const common = {
    at: data?.at ?? [],
    from: span?.from ?? data?.from ?? 0,
    to: span?.to ?? data?.to ?? 1,
    marks,
    onZoom: control.zoom,
    onReset: control.goLive,
  };
  return (
    <div className="overflow-hidden rounded-card border border-line-1 bg-surface">
      {error ? <ErrorNotice error={error} onRetry={() => void refetch()} className="m-3" /> : null}
      <div className="grid lg:grid-cols-3 [&>*:nth-child(-n+9)]:lg:border-b [&>*:not(:nth-child(3n+1))]:lg:border-l">
        {charts.map((chart) => (
          <div
            key={chart.title}
            className="min-w-0 border-line-1 [&:not(:last-child)]:max-lg:border-b"
            style={{ minHeight: FIGURE_HEIGHT }}
          >
            {data ? <Chart {...common} {...chart} /> : null}
          </div>
        ))}
      </div>
    </div>
  );
}
