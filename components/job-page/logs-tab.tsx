'use client';
/** Run Log: run, level, search; follows the end until the viewer scrolls up; older lines on demand; download of what is shown. */
import { useQuery } from '@tanstack/react-query';
import { ArrowDown, Download } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import type { Job } from '../../server/contract/job.ts';
import type { LogLine } from '../../server/contract/runs.ts';
import { useJobEvents } from '../client/live.tsx';
import { routeQuery } from '../client/queries.ts';
import { keys } from '../client/query-keys.ts';
import { call } from '../client/request.ts';
import { useI18n } from '../i18n/provider.tsx';
import { ErrorNotice } from '../job/error-notice.tsx';
import { Button } from '../ui/button.tsx';
import { cx } from '../ui/class-names.ts';
import { CONTROL } from '../ui/field.tsx';
import { ScrollRegion } from '../ui/scroll-region.tsx';
import { SelectField } from '../ui/select.tsx';
import { Card, Empty } from '../ui/surface.tsx';
import { LEVELS, type LogFilter, lineFits, linesJoined } from './log-lines.ts';

const TONE = { debug: 'text-text-3', info: 'text-text-2', warn: 'text-warn', error: 'text-bad' } as const;

function useLines(job: Job, filter: LogFilter) {
  const query = { level: filter.level, search: filter.search, limit: 500, ...(filter.run ? { run: filter.run } : {}) };
  const first = useQuery({
    ...routeQuery('getJobLogs', keys.jobPart(job.id, 'logs', query), { params: { jobId: job.id }, query }),
    staleTime: 0,
  });
  const [older, setOlder] = useState<readonly LogLine[]>([]);
  const [newer, setNewer] = useState<readonly LogLine[]>([]);
  const [hasOlder, setHasOlder] = useState<boolean | null>(null);
  const key = JSON.stringify(query);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another filter starts again.
  useEffect(() => {
    setOlder([]);
    setNewer([]);
    setHasOlder(null);
  }, [key]);
  useJobEvents(job.id, (event) => {
    if (event.type === 'log' && event.jobId === job.id && !filter.run)
      setNewer((before) =>
        linesJoined(
          before,
          event.lines.filter((line) => lineFits(line, filter)),
        ),
      );
  });
  const lines = linesJoined(linesJoined(older, first.data?.lines ?? []), newer);
  const loadOlder = async () => {
    const before = lines[0]?.cursor;
    if (before === undefined) return;
    const answer = await call('getJobLogs', { params: { jobId: job.id }, query: { ...query, before } });
    setOlder((now) => linesJoined(answer.lines, now));
    setHasOlder(answer.hasOlder);
  };
  return { first, lines, hasOlder: hasOlder ?? first.data?.hasOlder ?? false, loadOlder };
}

export function LogsTab({ job }: { job: Job }) {
  const { t } = useI18n();
  const [filter, setFilter] = useState<LogFilter>({ level: 'info', search: '', run: null });
  const { first, lines, hasOlder, loadOlder } = useLines(job, filter);
  const runs = useQuery(routeQuery('listRuns', keys.jobPart(job.id, 'runs'), { params: { jobId: job.id }, query: { pageSize: 50 } }));
  const download = () => {
    const url = URL.createObjectURL(new Blob([lines.map((line) => line.text).join('\n')], { type: 'text/plain' }));
    const link = Object.assign(document.createElement('a'), { href: url, download: `${job.name}.log` });
    link.click();
    URL.revokeObjectURL(url);
  };
  return (
    <Card flush>
      <div className="flex flex-wrap items-center gap-2 border-b border-line-1 px-3 py-2">
        <span className="w-[150px]">
          <SelectField
            hideLabel
            label={t('log.run')}
            value={String(filter.run ?? '')}
            onChange={(run) => setFilter({ ...filter, run: run ? Number(run) : null })}
            options={[
              { value: '', label: t('log.newest') },
              ...(runs.data?.items ?? []).map((run) => ({ value: String(run.number), label: t('log.runN', { n: run.number }) })),
            ]}
          />
        </span>
        <span className="w-[110px]">
          <SelectField
            hideLabel
            label={t('log.level')}
            value={filter.level}
            onChange={(level) => setFilter({ ...filter, level })}
            options={LEVELS.map((level) => ({ value: level, label: level.toUpperCase() }))}
          />
        </span>
        <input
          type="search"
          aria-label={t('log.search')}
          placeholder={t('log.search')}
          maxLength={200}
          value={filter.search}
          onChange={(event) => setFilter({ ...filter, search: event.target.value })}
          className={cx(CONTROL, 'max-w-[280px]')}
        />
        <Button className="ml-auto" icon={<Download size={14} aria-hidden="true" />} onClick={download}>
          {t('log.download')}
        </Button>
      </div>
      {first.error ? <ErrorNotice error={first.error} onRetry={() => void first.refetch()} className="m-4" /> : null}
      {first.data && lines.length === 0 ? (
        <Empty>{t('log.none')}</Empty>
      ) : (
        <Lines lines={lines} hasOlder={hasOlder} onOlder={() => void loadOlder()} />
      )}
    </Card>
  );
}

function Lines({ lines, hasOlder, onOlder }: { lines: readonly LogLine[]; hasOlder: boolean; onOlder(): void }) {
  const { t, f } = useI18n();
  const box = useRef<HTMLElement>(null);
  const [follow, setFollow] = useState(true);
  const [seen, setSeen] = useState(0);
  const end = lines.length;
  useEffect(() => {
    if (!follow || end === 0) return;
    box.current?.scrollTo({ top: box.current.scrollHeight });
    setSeen(end);
  }, [follow, end]);
  const onScroll = () => {
    const at = box.current;
    if (at) setFollow(at.scrollHeight - at.scrollTop - at.clientHeight < 40);
  };
  return (
    <div className="relative">
      <ScrollRegion
        ref={box}
        label={t('log.label')}
        onScroll={onScroll}
        className="h-[60vh] min-h-[320px] overflow-auto bg-sunken py-2 font-mono text-hint"
      >
        {hasOlder ? (
          <button type="button" onClick={onOlder} className="link px-[18px] py-1 font-sans text-second">
            {t('log.older')}
          </button>
        ) : null}
        {lines.map((line) => (
          <div key={line.cursor} className="flex gap-3 px-[18px] [contain-intrinsic-size:auto_16px] [content-visibility:auto]">
            <span className="shrink-0 text-text-3">{line.at === null ? '' : f.clock(line.at)}</span>
            <span className={cx('w-11 shrink-0 uppercase', TONE[line.level])}>{line.level}</span>
            <span className="break-all whitespace-pre-wrap">{line.text}</span>
          </div>
        ))}
      </ScrollRegion>
      {follow || end <= seen ? null : (
        <button
          type="button"
          onClick={() => setFollow(true)}
          className="absolute right-4 bottom-3 flex h-7 items-center gap-1.5 rounded-full bg-accent px-3 text-second font-medium text-on-accent shadow-2"
        >
          {t('log.newLines', { n: end - seen })}
          <ArrowDown size={13} aria-hidden="true" />
        </button>
      )}
    </div>
  );
}
