'use client';
/** What lies over the lanes of the tide line: threads from a snapshot to the run that used it, and the stretch a failure had read again. */
import type { TideAnswer } from '../../server/contract/runs.ts';
import { useI18n } from '../i18n/provider.tsx';
import { figureText } from '../job/figures.tsx';
import { cx } from '../ui/class-names.ts';
import { failureBlocks, place, threads } from './tide-model.ts';

const WIDTH = 1000;
/** Lane of the runs above the lane of the snapshots, in px. */
const LANES = { runs: 32, snapshots: 24 };

/** Drawn in the lane of the snapshots, reaching up into that of the runs. */
export function Threads({ tide }: { tide: TideAnswer }) {
  const height = LANES.runs + LANES.snapshots;
  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${height}`}
      preserveAspectRatio="none"
      aria-hidden="true"
      className="pointer-events-none absolute inset-x-0 w-full"
      style={{ top: -LANES.runs, height }}
    >
      {threads(tide).map((one) => {
        const from = place(tide, one.from) * WIDTH;
        const to = place(tide, one.to) * WIDTH;
        const low = height - 8;
        return (
          <path
            key={one.key}
            d={`M${from} ${low}C${from} ${height + 6} ${to} ${height + 6} ${to} ${LANES.runs - 4}`}
            fill="none"
            stroke={one.isSavepoint ? 'var(--save-mark)' : 'var(--s1)'}
            strokeWidth="1.4"
            vectorEffect="non-scaling-stroke"
          />
        );
      })}
    </svg>
  );
}

/** Striped = read again, cross-hatched = lost; the count stands beside it on its own ground, on the calm side. */
export function FailureBlocks({ tide }: { tide: TideAnswer }) {
  const { t, f } = useI18n();
  return failureBlocks(tide).map(({ entry, from, to }) => {
    const left = place(tide, from);
    const right = place(tide, to);
    const isLost = entry.lost.value === null || entry.lost.value > 0;
    const words = isLost
      ? t('stop.lost', { n: figureText(entry.lost, t, f) })
      : t('tide.readAgain', { n: figureText(entry.readAgain, t, f) });
    return (
      <div
        key={entry.id}
        className="pointer-events-none absolute inset-y-0"
        style={{ left: `${left * 100}%`, right: `${(1 - right) * 100}%` }}
      >
        <div
          className={cx('absolute inset-y-0 right-0 min-w-1 border-r-2 border-exc-mark', isLost ? 'pattern-lost' : 'pattern-again')}
          style={{ width: '100%' }}
        />
        <span
          className={cx(
            'num absolute top-0 rounded-[3px] bg-surface px-1 text-axis whitespace-nowrap',
            isLost ? 'text-bad' : 'text-text-1',
            right > 0.5 ? 'right-full mr-1' : 'left-full ml-1',
          )}
        >
          {words}
        </span>
      </div>
    );
  });
}
