'use client';
/** Lanes of the tide line: runs, snapshots with the threads to the runs that used them, and the axis. Places come from the layout. */
import { Bookmark } from 'lucide-react';
import type { TideAnswer } from '../../server/contract/runs.ts';
import { useI18n } from '../i18n/provider.tsx';
import { cx } from '../ui/class-names.ts';
import { axisMarks, runBars, type Scale, snapshotLane, toPx } from './tide-layout.ts';
import { threads } from './tide-model.ts';

export const LANE_HEIGHT = { events: 28, runs: 32, snapshots: 24, tide: 68, axis: 20 } as const;

export function Runs({ tide, scale }: { tide: TideAnswer; scale: Scale }) {
  const { t, f, said } = useI18n();
  const bars = runBars(tide, scale, (run, runs) =>
    runs > 1
      ? [t('tide.manyRuns', { n: runs }), String(runs)]
      : [t('tide.run', { n: run.number, v: run.jobVersion }), t('tide.runShort', { n: run.number }), String(run.number)],
  );
  return bars.map(({ key, left, width, run, runs, label }) => {
    const bad = run.endCause === 'failed' || run.endCause === 'lost';
    const title = [
      runs > 1 ? t('tide.manyRuns', { n: runs }) : t('tide.run', { n: run.number, v: run.jobVersion }),
      `${f.exact(run.startedAt)} – ${run.endedAt ? f.exact(run.endedAt) : t('tide.untilNow')}`,
      run.failureMessage && said(run.failureSaid, run.failureMessage),
    ];
    return (
      <div
        key={key}
        title={title.filter(Boolean).join('\n')}
        style={{ left, width }}
        className={cx(
          'absolute inset-y-1 overflow-hidden rounded-check border text-hint leading-[22px] font-medium whitespace-nowrap',
          'border-ok-mark/60 bg-ok-soft text-ok',
          label && 'px-2',
          bad && width > 8 && 'border-r-4 border-r-exc-mark',
          run.endCause === 'stopped' && width > 8 && 'border-r-4 border-r-save-mark',
        )}
      >
        {label}
      </div>
    );
  });
}

export function Snapshots({ tide, scale }: { tide: TideAnswer; scale: Scale }) {
  const { t } = useI18n();
  const failed = tide.snapshots.filter((one) => !one.ok).length;
  const lane = snapshotLane(tide, scale, {
    band: (n) => (failed > 0 && n === tide.checkpoints ? t('tide.checkpoints', { n, failed }) : t('tide.checkpointsGood', { n })),
    savepoint: (shot) => t(`origin.${shot.origin}`),
    savepoints: (n) => t('tide.savepoints', { n }),
  });
  return (
    <>
      {lane.bands.map((band) => (
        <div
          key={band.key}
          title={t('tide.checkpointsGood', { n: band.count })}
          style={{ left: band.left, width: band.width }}
          className="absolute inset-y-[5px] overflow-hidden rounded-check bg-accent-soft px-2 text-axis leading-[14px] whitespace-nowrap text-accent-text"
        >
          {band.label}
        </div>
      ))}
      {lane.ticks.map((tick) => (
        <span
          key={tick.at}
          title={tick.name}
          style={{ left: Math.min(tick.left, scale.width - 1.5) }}
          className="absolute top-[7px] h-2.5 w-[1.5px] bg-s1"
        />
      ))}
      {lane.crosses.map((cross) => (
        <span
          key={cross.key}
          title={cross.names.join('\n')}
          style={{ left: cross.left }}
          className="absolute top-1 -translate-x-1/2 text-ctl leading-4 font-bold text-bad-mark"
        >
          ×
        </span>
      ))}
      {lane.bookmarks.map((mark) => (
        <span
          key={mark.key}
          title={mark.names.join('\n')}
          style={mark.side === 'left' ? { right: scale.width - mark.left - 8 } : { left: mark.left - 8 }}
          className={cx(
            'absolute top-[3px] flex items-center gap-1 bg-surface text-hint leading-[18px] whitespace-nowrap text-save',
            mark.side === 'right' && 'flex-row-reverse',
          )}
        >
          {mark.side ? <span className="px-0.5">{mark.label}</span> : null}
          <Bookmark size={15} className="shrink-0 fill-save-mark text-save-mark" aria-hidden="true" />
        </span>
      ))}
    </>
  );
}

/** Drawn in the lane of the snapshots, reaching up into that of the runs: from a snapshot to the run that used it. */
export function Threads({ tide, scale }: { tide: TideAnswer; scale: Scale }) {
  const height = LANE_HEIGHT.runs + LANE_HEIGHT.snapshots;
  return (
    <svg
      width={scale.width}
      height={height}
      aria-hidden="true"
      className="pointer-events-none absolute left-0 overflow-visible"
      style={{ top: -LANE_HEIGHT.runs }}
    >
      {threads(tide).map((one) => {
        const from = toPx(scale, one.from);
        const to = toPx(scale, one.to);
        const low = height - 7;
        // Nothing to tie where both ends are the same place.
        if (to - from < 3) return null;
        return (
          <path
            key={one.key}
            d={`M${from} ${low}C${from + (to - from) / 2} ${height + 2} ${to} ${height} ${to} ${LANE_HEIGHT.runs - 4}`}
            fill="none"
            stroke={one.isSavepoint ? 'var(--save-mark)' : 'var(--s1)'}
            strokeWidth="1.4"
          />
        );
      })}
    </svg>
  );
}

/** Labels of the axis; `offsetMs` = local time minus UTC. */
export function Axis({ scale, offsetMs }: { scale: Scale; offsetMs: number }) {
  const { f } = useI18n();
  return axisMarks(scale, offsetMs).map(({ at, left, unit }) => (
    <span key={at} style={{ left }} className="num absolute top-1 -translate-x-1/2 text-axis whitespace-nowrap text-text-3">
      {unit === 'day' ? f.day(at) : unit === 'minute' ? f.minute(at) : f.clock(at)}
    </span>
  ));
}
