'use client';
/** Task List: operators with their figures; a click shows the subtasks. Skew = largest ÷ median of what the subtasks moved. */
import { useQuery } from '@tanstack/react-query';
import { ChevronDown, ChevronRight, Copy } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { Job } from '../../server/contract/job.ts';
import type { Run, TasksAnswer } from '../../server/contract/runs.ts';
import { useNow } from '../client/live.tsx';
import { routeQuery } from '../client/queries.ts';
import { keys } from '../client/query-keys.ts';
import type { PlainKey } from '../i18n/dictionary.ts';
import type { Format } from '../i18n/format.ts';
import { type Translate, useI18n } from '../i18n/provider.tsx';
import { ErrorNotice } from '../job/error-notice.tsx';
import { skewOf } from '../job/skew.ts';
import { ACTIVE_STATUSES } from '../job/status-look.ts';
import { IconButton } from '../ui/button.tsx';
import { PlainTable } from '../ui/data-table.tsx';
import { MiddleCut } from '../ui/middle-cut.tsx';
import { Card, Empty, type Hue, Tag } from '../ui/surface.tsx';
import { useToast } from '../ui/toast.tsx';
import { Tooltip } from '../ui/tooltip.tsx';

type Operator = TasksAnswer['operators'][number];

/** How many subtasks are in which state, in the order in which they appear. */
export function tasksByStatus(subtasks: readonly { readonly status: string }[]): [status: string, count: number][] {
  const counts = new Map<string, number>();
  for (const { status } of subtasks) counts.set(status, (counts.get(status) ?? 0) + 1);
  return [...counts];
}

const PRESSURE_HUE = { OK: 'ok', LOW: 'warn', HIGH: 'bad' } as const;
/** DLI's colours: running blue, finished green, failed red, canceled grey. */
const TASK_HUE: Readonly<Record<string, Hue>> = { RUNNING: 'accent', FINISHED: 'ok', FAILED: 'bad', CANCELED: 'off', DEPLOYING: 'draft' };

function OperatorName({ operator, open, onToggle }: { operator: Operator; open: boolean; onToggle(): void }) {
  const { t } = useI18n();
  const toast = useToast();
  const copy = () => void navigator.clipboard.writeText(operator.name).then(() => toast({ title: t('task.copied') }));
  return (
    <span className="group flex min-w-0 items-center gap-1">
      <Tooltip content={<span className="break-words">{operator.name}</span>}>
        <button
          type="button"
          aria-expanded={open}
          aria-label={t('task.expand', { name: operator.name })}
          onClick={onToggle}
          className="flex min-w-0 grow items-center gap-2 rounded-[3px] text-left"
        >
          {open ? (
            <ChevronDown size={14} className="shrink-0" aria-hidden="true" />
          ) : (
            <ChevronRight size={14} className="shrink-0" aria-hidden="true" />
          )}
          <MiddleCut text={operator.name} className="font-medium" />
        </button>
      </Tooltip>
      <IconButton
        label={t('task.copy')}
        onClick={copy}
        className="h-6! w-6! shrink-0 opacity-0 group-hover:opacity-100 focus-visible:opacity-100 coarse:opacity-100"
      >
        <Copy size={13} aria-hidden="true" />
      </IconButton>
    </span>
  );
}

/** Two figures of one thing, one above the other. */
function Two({ first, second }: { first: ReactNode; second: ReactNode }) {
  return (
    <span className="block whitespace-nowrap">
      <span className="block">{first}</span>
      <span className="block text-hint text-text-3">{second}</span>
    </span>
  );
}

const statusWord = (status: string, t: Translate) => (TASK_HUE[status] ? t(`task.status.${status}` as PlainKey) : status);

function TaskCounts({ operator }: { operator: Operator }) {
  const { t } = useI18n();
  return (
    <span className="flex flex-wrap items-center gap-1">
      {tasksByStatus(operator.subtasks).map(([status, n]) => (
        <Tag key={status} hue={TASK_HUE[status] ?? 'off'}>
          {t('task.count', { n, word: statusWord(status, t) })}
        </Tag>
      ))}
    </span>
  );
}

interface Times {
  readonly run: Run | undefined;
  readonly now: number;
}

function timeCells({ run, now }: Times, f: Format): ReactNode[] {
  if (!run) return ['--', '--'];
  return [
    <Two
      key="t"
      first={<span title={f.precise(run.startedAt)}>{f.time(run.startedAt)}</span>}
      second={run.endedAt ? f.time(run.endedAt) : '--'}
    />,
    now > 0 ? f.span((run.endedAt ?? now) - run.startedAt) : '--',
  ];
}

function operatorCells(one: Operator, times: Times, f: Format, t: Translate): ReactNode[] {
  const skew = skewOf(one.subtasks.map((sub) => sub.recordsIn + sub.recordsOut));
  return [
    f.full(one.parallelism),
    <TaskCounts key="t" operator={one} />,
    <Two
      key="p"
      first={<Tag hue={PRESSURE_HUE[one.backpressure]}>{one.backpressure}</Tag>}
      second={<span className="num">{t('graph.busy', { n: f.percent(one.busy) })}</span>}
    />,
    <Two
      key="d"
      first={f.took(one.latencyMs)}
      second={
        one.watermarkAt === null || times.now === 0
          ? '--'
          : t('task.watermark', { time: f.took(Math.max(0, (times.run?.endedAt ?? times.now) - one.watermarkAt)) })
      }
    />,
    <Two key="in" first={f.count(one.recordsIn)} second={f.bytes(one.bytesIn)} />,
    <Two key="out" first={f.count(one.recordsOut)} second={f.bytes(one.bytesOut)} />,
    <Two
      key="s"
      first={f.bytes(one.stateBytes)}
      second={
        one.lateRowsDropped > 0 ? t('task.lateRows', { n: f.count(one.lateRowsDropped) }) : t('task.rows', { n: f.count(one.stateRecords) })
      }
    />,
    skew === null ? '--' : `${skew.toFixed(1)}×`,
    ...timeCells(times, f),
  ];
}

function subtaskRow(one: Operator, sub: Operator['subtasks'][number], attempt: number, times: Times, t: Translate, f: Format) {
  const label = (
    <span key="n" className="pl-[22px]">
      {t('task.subtask', { n: sub.subtask })}
    </span>
  );
  return {
    key: `${one.uid}-${sub.subtask}`,
    tone: 'bg-canvas text-text-2',
    cells: [
      label,
      '',
      <Tag key="s" hue={TASK_HUE[sub.status] ?? 'off'}>
        {statusWord(sub.status, t)}
      </Tag>,
      t('task.attempt', { n: attempt }),
      '',
      f.count(sub.recordsIn),
      f.count(sub.recordsOut),
      '',
      '',
      ...timeCells(times, f),
    ],
  };
}

/** Fixed widths that fit a page of 1440 px; the name takes what is left. */
function useHead() {
  const { t } = useI18n();
  const right = (key: string, text: string, width: number) => ({ key, text, align: 'right' as const, width });
  return [
    { key: 'name', text: t('task.name') },
    right('parallel', t('task.parallel'), 96),
    { key: 'tasks', text: t('task.tasks'), width: 94 },
    { key: 'pressure', text: t('task.pressure'), width: 142 },
    right('delay', t('task.delay'), 98),
    right('in', t('task.receivedTwo'), 82),
    right('out', t('task.sentTwo'), 82),
    right('state', t('task.state'), 92),
    right('skew', t('task.skew'), 58),
    right('started', `${t('task.started')} / ${t('task.ended')}`, 126),
    right('duration', t('task.duration'), 84),
  ];
}

export function TasksTab({ job }: { job: Job }) {
  const { t, f } = useI18n();
  const now = useNow() ?? 0;
  const head = useHead();
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const active = ACTIVE_STATUSES.has(job.status);
  const { data, error, refetch } = useQuery({
    ...routeQuery('getJobTasks', keys.jobPart(job.id, 'tasks'), { params: { jobId: job.id } }),
    refetchInterval: active ? 3_000 : false,
  });
  const newest = { page: 1, pageSize: 10 };
  const runs = useQuery(routeQuery('listRuns', keys.jobPart(job.id, 'runs', newest), { params: { jobId: job.id }, query: newest }));
  const times = { run: runs.data?.items[0], now };
  const toggle = (uid: string) => {
    const next = new Set(open);
    if (!next.delete(uid)) next.add(uid);
    setOpen(next);
  };
  const rows = (data?.operators ?? []).flatMap((one) => [
    {
      key: one.uid,
      cells: [
        <OperatorName key="n" operator={one} open={open.has(one.uid)} onToggle={() => toggle(one.uid)} />,
        ...operatorCells(one, times, f, t),
      ],
    },
    ...(open.has(one.uid) ? one.subtasks.map((sub) => subtaskRow(one, sub, job.restartCount + 1, times, t, f)) : []),
  ]);
  return (
    <Card flush>
      {error ? <ErrorNotice error={error} onRetry={() => void refetch()} className="m-4" /> : null}
      {!active && data?.observedAt && rows.length > 0 ? (
        <p className="border-b border-line-1 px-[18px] py-2 text-second text-text-3">{t('task.was', { time: f.exact(data.observedAt) })}</p>
      ) : null}
      <PlainTable
        label={t('job.tab.tasks')}
        minWidth={1176}
        fixed
        head={head}
        rows={rows}
        empty={data ? <Empty>{t('task.none')}</Empty> : <div className="h-40" />}
      />
    </Card>
  );
}
