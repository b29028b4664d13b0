'use client';
/** Task List: operators with their figures; a click shows the subtasks, with a bar that shows skew (largest ÷ median). */
import { useQuery } from '@tanstack/react-query';
import { ChevronDown, ChevronRight } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { Job } from '../../server/contract/job.ts';
import type { TasksAnswer } from '../../server/contract/runs.ts';
import { routeQuery } from '../client/queries.ts';
import { keys } from '../client/query-keys.ts';
import type { Format } from '../i18n/format.ts';
import { useI18n } from '../i18n/provider.tsx';
import { ErrorNotice } from '../job/error-notice.tsx';
import { ACTIVE_STATUSES } from '../job/status-look.ts';
import { PlainTable } from '../ui/data-table.tsx';
import { Card, Empty, Tag } from '../ui/surface.tsx';

type Operator = TasksAnswer['operators'][number];

/** Largest ÷ median of what the subtasks received; 1 = even. */
export function skewOf(records: readonly number[]): number | null {
  if (records.length < 2) return null;
  const sorted = [...records].sort((a, b) => a - b);
  const median = (sorted[Math.floor((sorted.length - 1) / 2)]! + sorted[Math.ceil((sorted.length - 1) / 2)]!) / 2;
  return median > 0 ? sorted.at(-1)! / median : null;
}

const PRESSURE_HUE = { OK: 'ok', LOW: 'warn', HIGH: 'bad' } as const;

function OperatorName({ operator, open, onToggle }: { operator: Operator; open: boolean; onToggle(): void }) {
  const { t } = useI18n();
  return (
    <button
      type="button"
      aria-expanded={open}
      aria-label={t('task.expand', { name: operator.name })}
      onClick={onToggle}
      className="flex max-w-[360px] items-center gap-2 rounded-[3px] text-left"
    >
      {open ? <ChevronDown size={14} aria-hidden="true" /> : <ChevronRight size={14} aria-hidden="true" />}
      <span className="truncate font-medium" title={operator.name}>
        {operator.name}
      </span>
    </button>
  );
}

function operatorCells(one: Operator, f: Format): ReactNode[] {
  const skew = skewOf(one.subtasks.map((sub) => sub.recordsIn + sub.recordsOut));
  return [
    one.parallelism,
    one.status,
    <Tag key="p" hue={PRESSURE_HUE[one.backpressure]}>
      {one.backpressure}
    </Tag>,
    f.percent(one.busy),
    f.count(one.recordsIn),
    f.count(one.recordsOut),
    f.bytes(one.bytesIn),
    f.bytes(one.bytesOut),
    f.bytes(one.stateBytes),
    f.count(one.lateRowsDropped),
    skew === null ? '--' : `${skew.toFixed(1)}×`,
  ];
}

function subtaskRow(one: Operator, sub: Operator['subtasks'][number], name: string, f: Format) {
  const label = (
    <span key="n" className="pl-6">
      {name}
    </span>
  );
  return {
    key: `${one.uid}-${sub.subtask}`,
    tone: 'bg-canvas text-text-2',
    cells: [label, '', sub.status, '', '', f.count(sub.recordsIn), f.count(sub.recordsOut), '', '', '', '', ''],
  };
}

export function TasksTab({ job }: { job: Job }) {
  const { t, f } = useI18n();
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const { data, error, refetch } = useQuery({
    ...routeQuery('getJobTasks', keys.jobPart(job.id, 'tasks'), { params: { jobId: job.id } }),
    refetchInterval: ACTIVE_STATUSES.has(job.status) ? 3_000 : false,
  });
  const toggle = (uid: string) => {
    const next = new Set(open);
    if (!next.delete(uid)) next.add(uid);
    setOpen(next);
  };
  const rows = (data?.operators ?? []).flatMap((one) => [
    {
      key: one.uid,
      cells: [<OperatorName key="n" operator={one} open={open.has(one.uid)} onToggle={() => toggle(one.uid)} />, ...operatorCells(one, f)],
    },
    ...(open.has(one.uid) ? one.subtasks.map((sub) => subtaskRow(one, sub, t('task.subtask', { n: sub.subtask }), f)) : []),
  ]);
  const right = (key: string, text: string) => ({ key, text, align: 'right' as const });
  return (
    <Card flush>
      {error ? <ErrorNotice error={error} onRetry={() => void refetch()} className="m-4" /> : null}
      <PlainTable
        label={t('job.tab.tasks')}
        minWidth={1080}
        head={[
          { key: 'name', text: t('task.name') },
          right('parallel', t('task.parallel')),
          { key: 'status', text: t('task.status') },
          { key: 'pressure', text: t('task.pressure') },
          right('busy', t('task.busy')),
          right('in', t('task.received')),
          right('out', t('task.sent')),
          right('bin', t('task.receivedBytes')),
          right('bout', t('task.sentBytes')),
          right('state', t('task.state')),
          right('late', t('task.late')),
          right('skew', t('task.skew')),
        ]}
        rows={rows}
        empty={data ? <Empty>{t('task.none')}</Empty> : <div className="h-40" />}
      />
    </Card>
  );
}
