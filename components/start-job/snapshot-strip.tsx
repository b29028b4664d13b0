'use client';
/**
 * Tide strip above the restore choice: the runs of the time that the kept snapshots span, a tick a checkpoint, a bookmark a savepoint, a ring around
 * the chosen one and a dashed way from it to now. The list of snapshots below is its twin for keyboard and readers.
 */
import { useQuery } from '@tanstack/react-query';
import type { TideAnswer } from '../../server/contract/runs.ts';
import type { Snapshot } from '../../server/contract/snapshot.ts';
import { useNow } from '../client/live.tsx';
import { routeQuery } from '../client/queries.ts';
import { keys } from '../client/query-keys.ts';
import { useI18n } from '../i18n/provider.tsx';

const WIDTH = 304;
const HEIGHT = 66;
const BAR = { top: 24, height: 12 };
const LEAST_SPAN_MS = 600_000;
const STEP_MS = 10_000;
const LABEL_FROM = 44;

export function SnapshotStrip({
  jobId,
  snapshots,
  chosen,
  onPick,
}: {
  jobId: number;
  snapshots: readonly Snapshot[];
  chosen: Snapshot | undefined;
  onPick(id: string): void;
}) {
  const { t, f } = useI18n();
  const clock = useNow();
  const oldest = Math.min(...snapshots.map((one) => one.createdAt));
  const now = clock === null ? null : Math.ceil(clock / STEP_MS) * STEP_MS;
  const span = now === null ? 0 : Math.max(LEAST_SPAN_MS, (now - oldest) * 1.15);
  const query = { from: now === null ? 0 : Math.round(now - span), to: now ?? 0, points: 1 };
  const { data } = useQuery({
    ...routeQuery('getJobTide', keys.jobPart(jobId, 'strip', query), { params: { jobId }, query }),
    enabled: now !== null && snapshots.length > 0,
    gcTime: 30_000,
  });
  if (now === null || snapshots.length === 0 || !chosen) return <div style={{ height: HEIGHT }} />;
  const x = (at: number) => Math.min(WIDTH - 2, Math.max(2, ((at - query.from) / (query.to - query.from)) * (WIDTH - 4) + 2));
  const label = t('start.strip.label', {
    n: snapshots.length,
    oldest: f.span(now - oldest),
    chosen: chosen.name,
    age: f.span(now - chosen.createdAt),
  });
  return (
    <svg width="100%" height={HEIGHT} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label} className="block overflow-visible">
      <path d={`M0 30H${WIDTH}`} stroke="var(--line-2)" strokeDasharray="2 4" />
      <Runs runs={data?.runs ?? []} now={now} x={x} />
      {snapshots.map((one) => (
        <Mark key={one.id} snapshot={one} x={x(one.createdAt)} onPick={() => onPick(one.id)} />
      ))}
      <Chosen x={x(chosen.createdAt)} />
      <text x={0} y={62} className="fill-text-3 text-axis">
        {f.time(query.from)}
      </text>
      <text x={WIDTH} y={62} textAnchor="end" className="fill-text-3 text-axis">
        {t('start.strip.now')}
      </text>
    </svg>
  );
}

function Runs({ runs, now, x }: { runs: TideAnswer['runs']; now: number; x(at: number): number }) {
  const { t } = useI18n();
  return runs.map((run) => {
    const left = x(run.startedAt);
    const width = Math.max(3, x(run.endedAt ?? now) - left);
    return (
      <g key={run.number}>
        <rect
          x={left}
          y={BAR.top}
          width={width}
          height={BAR.height}
          rx="3"
          fill="var(--ok-soft)"
          stroke="var(--ok-mark)"
          strokeOpacity=".6"
        />
        {width >= LABEL_FROM ? (
          <text x={left + 2} y={17} className="fill-text-2 text-axis">
            {t('tide.runShort', { n: run.number })}
          </text>
        ) : null}
      </g>
    );
  });
}

/** A checkpoint is a tick, a savepoint (or an import) a bookmark; each takes the mouse. */
function Mark({ snapshot, x, onPick }: { snapshot: Snapshot; x: number; onPick(): void }) {
  const saved = snapshot.kind === 'savepoint' || snapshot.origin === 'imported';
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the list of snapshots is the twin for the keyboard.
    <g onClick={onPick} className="cursor-pointer">
      <title>{snapshot.name}</title>
      <rect x={x - 3} y={6} width="6" height="32" fill="transparent" />
      {saved ? (
        <path d={`M${x - 3.5} 8h7v12l-3.5 -3 -3.5 3z`} fill="var(--save-mark)" />
      ) : (
        <path d={`M${x} ${BAR.top + 1}v${BAR.height - 2}`} stroke="var(--s1)" strokeWidth="1.2" />
      )}
    </g>
  );
}

function Chosen({ x }: { x: number }) {
  return (
    <g>
      <circle cx={x} cy={30} r="6.5" fill="none" stroke="var(--accent)" strokeWidth="2" />
      <path d={`M${x} 38Q${(x + WIDTH) / 2} 56 ${WIDTH - 6} 38`} fill="none" stroke="var(--save-mark)" strokeDasharray="3 3" />
      <path d={`M${WIDTH - 10} 40l4 -3 1 5`} fill="none" stroke="var(--save-mark)" />
    </g>
  );
}
