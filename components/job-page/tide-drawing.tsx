'use client';
/** The lanes of the tide line: events, runs, snapshots, tide, axis. Drag zooms. */
import { Bookmark, CircleAlert, CirclePlay, CircleStop, CircleUser, CircleX } from 'lucide-react';
import { usePathname, useRouter } from 'next/navigation';
import { type KeyboardEvent, type ReactNode, useId, useRef, useState } from 'react';
import type { TideAnswer } from '../../server/contract/runs.ts';
import { useI18n } from '../i18n/provider.tsx';
import { cx } from '../ui/class-names.ts';
import { FailureBlocks, Threads } from './tide-marks.tsx';
import { axisTimes, place, type TideEvent, tideEvents, tidePath } from './tide-model.ts';
import { tideSentence, useCost } from './tide-words.ts';
import type { RangeName } from './time-range.ts';

const TIDE_HEIGHT = 60;
const BAND_FROM = 140;
const percent = (n: number) => `${(n * 100).toFixed(3)}%`;

const ICON: Record<TideEvent['kind'], ReactNode> = {
  failure: <CircleAlert size={18} className="text-exc-mark" />,
  savepoint: <Bookmark size={16} className="text-save-mark" />,
  'failed-checkpoint': <CircleX size={16} className="text-bad-mark" />,
  act: <CircleUser size={18} className="text-off-mark" />,
  start: <CirclePlay size={18} className="text-ok-mark" />,
  stop: <CircleStop size={18} className="text-off-mark" />,
  other: <CircleUser size={18} className="text-off-mark" />,
};

export function TideDrawing({
  tide,
  name,
  intervalMs,
  onZoom,
}: {
  tide: TideAnswer;
  name: RangeName;
  intervalMs: number;
  onZoom(from: number, to: number): void;
}) {
  const { t } = useI18n();
  const events = tideEvents(tide).filter((event) => event.kind !== 'failed-checkpoint');
  const router = useRouter();
  const path = usePathname();
  const [at, setAt] = useState(-1);
  const [under, setUnder] = useState(-1);
  const chosen = events[under >= 0 ? under : at];
  const onKey = (event: KeyboardEvent) => {
    if (event.key === 'ArrowRight') setAt(Math.min(events.length - 1, at + 1));
    else if (event.key === 'ArrowLeft') setAt(Math.max(0, at < 0 ? events.length - 1 : at - 1));
    else if (event.key === 'Escape') setAt(-1);
    else if (event.key === 'Enter' && events[at]?.ledgerId != null) router.push(`${path}?tab=ledger`, { scroll: false });
    else return;
    event.preventDefault();
  };
  const lane = 'relative min-w-0 border-l border-line-1';
  return (
    // biome-ignore lint/a11y/useSemanticElements: a picture with its own keys, described by one sentence.
    <div
      role="group"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: one tab stop; the arrow keys move over the events.
      tabIndex={0}
      aria-label={tideSentence(tide, name, t)}
      onKeyDown={onKey}
      className="relative mx-[18px] mb-3 rounded-chip outline-offset-4"
    >
      <div className="grid grid-cols-[116px_1fr] text-second text-text-2 max-md:grid-cols-[72px_1fr]">
        <LaneName>{t('tide.events')}</LaneName>
        <div className={cx(lane, 'h-6')}>
          {events.map((event, index) => (
            <button
              key={event.key}
              type="button"
              tabIndex={-1}
              aria-label={event.text}
              onClick={() => setAt(at === index ? -1 : index)}
              onPointerEnter={() => setUnder(index)}
              onPointerLeave={() => setUnder(-1)}
              style={{ left: percent(place(tide, event.at)) }}
              className={cx('absolute top-0 grid size-6 -translate-x-1/2 place-items-center rounded-full', at === index && 'bg-selected')}
            >
              {ICON[event.kind]}
            </button>
          ))}
        </div>
        <LaneName>{t('tide.runs')}</LaneName>
        <div className={cx(lane, 'h-8 overflow-hidden')}>
          <Runs tide={tide} />
        </div>
        <LaneName>{t('tide.snapshots')}</LaneName>
        <div className={cx(lane, 'h-6')}>
          <Snapshots tide={tide} />
          <Threads tide={tide} />
        </div>
        <LaneName note={t('tide.tideNote')}>{t('tide.tide')}</LaneName>
        <Tide tide={tide} intervalMs={intervalMs} onZoom={onZoom} className={lane} />
        <span />
        <Axis tide={tide} />
      </div>
      <div aria-live="polite">{chosen ? <EventCard tide={tide} event={chosen} isPinned={under < 0} /> : null}</div>
    </div>
  );
}

function LaneName({ children, note }: { children: ReactNode; note?: string }) {
  return (
    <div className="py-1 pr-2">
      {children}
      {note ? <div className="text-hint text-text-3 max-md:hidden">{note}</div> : null}
    </div>
  );
}

function Runs({ tide }: { tide: TideAnswer }) {
  const { t } = useI18n();
  return tide.runs.map((run) => {
    const left = place(tide, run.startedAt);
    const right = place(tide, run.endedAt ?? tide.now);
    const bad = run.endCause === 'failed' || run.endCause === 'lost';
    return (
      <div
        key={run.number}
        title={run.failureMessage ?? undefined}
        style={{ left: percent(left), width: percent(Math.max(0.002, right - left)) }}
        className={cx(
          'absolute inset-y-1 truncate rounded-check border px-2 text-hint leading-[22px] font-medium',
          'border-ok-mark/60 bg-ok-soft text-ok',
          bad && 'border-r-4 border-r-exc-mark',
          run.endCause === 'stopped' && 'border-r-4 border-r-save-mark',
        )}
      >
        {t('tide.run', { n: run.number, v: run.jobVersion })}
      </div>
    );
  });
}

function Snapshots({ tide }: { tide: TideAnswer }) {
  const { t } = useI18n();
  const checkpoints = tide.snapshots.filter((one) => one.kind === 'checkpoint');
  const good = checkpoints.filter((one) => one.ok);
  const failed = checkpoints.filter((one) => !one.ok);
  const first = good[0];
  const last = good.at(-1);
  return (
    <>
      {good.length > BAND_FROM && first && last ? (
        <div
          style={{ left: percent(place(tide, first.at)), width: percent(place(tide, last.at) - place(tide, first.at)) }}
          className="absolute inset-y-1.5 truncate rounded-check bg-accent-soft px-2 text-axis leading-3 text-accent-text"
        >
          {t('tide.checkpoints', { n: good.length, failed: failed.length })}
        </div>
      ) : (
        good.map((one) => (
          <span
            key={one.at}
            title={one.name}
            style={{ left: percent(place(tide, one.at)) }}
            className="absolute top-[7px] h-2.5 w-px bg-s1"
          />
        ))
      )}
      {failed.map((one) => (
        <span
          key={`f${one.at}`}
          title={one.name}
          style={{ left: percent(place(tide, one.at)) }}
          className="absolute top-1 -translate-x-1/2 text-ctl leading-4 font-bold text-bad-mark"
        >
          ×
        </span>
      ))}
      {tide.snapshots
        .filter((one) => one.kind === 'savepoint' && one.ok)
        .map((one) => (
          <span
            key={`s${one.at}`}
            title={one.name}
            style={{ left: percent(place(tide, one.at)) }}
            className="absolute top-0.5 flex -translate-x-full items-center gap-1 bg-surface pl-1 text-hint whitespace-nowrap text-save"
          >
            {t(`origin.${one.origin}`)}
            <Bookmark size={14} className="fill-save-mark text-save-mark" aria-hidden="true" />
          </span>
        ))}
    </>
  );
}

function Tide({
  tide,
  intervalMs,
  onZoom,
  className,
}: {
  tide: TideAnswer;
  intervalMs: number;
  onZoom(from: number, to: number): void;
  className: string;
}) {
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const [drag, setDrag] = useState<{ from: number; to: number } | null>(null);
  const alarm = Math.max(5 * intervalMs, 60_000);
  const top = Math.max(alarm * 1.2, ...tide.exposure.map((one) => one.maxAgeMs));
  const share = (clientX: number) => {
    const rect = box.current?.getBoundingClientRect();
    return rect ? Math.min(1, Math.max(0, (clientX - rect.left) / rect.width)) : 0;
  };
  const timeAt = (part: number) => tide.from + part * (tide.to - tide.from);
  return (
    <div
      ref={box}
      className={cx(className, 'touch-none')}
      style={{ height: TIDE_HEIGHT + 8 }}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        setDrag({ from: share(event.clientX), to: share(event.clientX) });
      }}
      onPointerMove={(event) => drag && setDrag({ ...drag, to: share(event.clientX) })}
      onPointerUp={() => {
        if (drag && Math.abs(drag.to - drag.from) > 0.01)
          onZoom(timeAt(Math.min(drag.from, drag.to)), timeAt(Math.max(drag.from, drag.to)));
        setDrag(null);
      }}
    >
      <svg
        viewBox={`0 0 1000 ${TIDE_HEIGHT}`}
        preserveAspectRatio="none"
        aria-hidden="true"
        className="absolute inset-x-0 bottom-0 w-full"
        style={{ height: TIDE_HEIGHT }}
      >
        <path
          d={tidePath(tide, 1000, TIDE_HEIGHT, top)}
          fill="var(--s1)"
          fillOpacity=".2"
          stroke="var(--s1)"
          strokeWidth="1.4"
          vectorEffect="non-scaling-stroke"
        />
        <defs>
          <clipPath id={`${id}-over`}>
            <rect x="0" y="0" width="1000" height={TIDE_HEIGHT - (alarm / top) * TIDE_HEIGHT} />
          </clipPath>
          <pattern id={`${id}-stripes`} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
            <rect width="6" height="6" fill="var(--warn-soft)" />
            <path d="M0 0V6" stroke="var(--warn-mark)" strokeWidth="3" />
          </pattern>
        </defs>
        {/* Above the alarm the tide is striped. */}
        <path
          d={tidePath(tide, 1000, TIDE_HEIGHT, top)}
          fill={`url(#${id}-stripes)`}
          stroke="var(--warn-mark)"
          strokeWidth="1.4"
          vectorEffect="non-scaling-stroke"
          clipPath={`url(#${id}-over)`}
        />
        <path
          d={`M0 ${TIDE_HEIGHT - (alarm / top) * TIDE_HEIGHT}H1000`}
          stroke="var(--warn-mark)"
          strokeDasharray="2 3"
          vectorEffect="non-scaling-stroke"
        />
        <path d={`M0 ${TIDE_HEIGHT}H1000`} stroke="var(--line-2)" vectorEffect="non-scaling-stroke" />
      </svg>
      <FailureBlocks tide={tide} />
      {drag ? (
        <div
          className="absolute inset-y-0 bg-accent-soft opacity-60"
          style={{ left: percent(Math.min(drag.from, drag.to)), width: percent(Math.abs(drag.to - drag.from)) }}
        />
      ) : null}
    </div>
  );
}

function Axis({ tide }: { tide: TideAnswer }) {
  const { f } = useI18n();
  const long = tide.to - tide.from > 2 * 86_400_000;
  return (
    <div className="relative h-5 min-w-0">
      {axisTimes(tide.from, tide.to).map((time) => (
        <span
          key={time}
          style={{ left: percent(place(tide, time)) }}
          className="num absolute top-0.5 -translate-x-1/2 text-axis text-text-3"
        >
          {long ? f.day(time) : f.minute(time)}
        </span>
      ))}
    </div>
  );
}

/** Floats over the lanes and moves nothing; it opens to the side of its event where there is more room. */
function EventCard({ tide, event, isPinned }: { tide: TideAnswer; event: TideEvent; isPinned: boolean }) {
  const { t, f } = useI18n();
  const cost = useCost()(tide, event);
  const at = place(tide, event.at);
  const entry = tide.ledger.find((one) => one.id === event.ledgerId);
  const done = tide.runs.find((run) => run.number === (entry?.runNumber ?? -1) + 1)?.restoredFrom?.name;
  return (
    <div className="pointer-events-none absolute inset-x-0 top-7 z-40 grid grid-cols-[116px_1fr] max-md:grid-cols-[72px_1fr]">
      <span />
      <div className="relative">
        <div
          className="absolute w-[300px] max-w-[70vw] rounded-card bg-raised p-3 text-ctl shadow-2"
          style={at > 0.5 ? { right: `calc(${percent(1 - at)} + 16px)` } : { left: `calc(${percent(at)} + 16px)` }}
        >
          <div className="flex items-center gap-2">
            {ICON[event.kind]}
            <span className="num font-semibold">{f.clock(event.at)}</span>
          </div>
          <p className="mt-1">{event.text}</p>
          {event.kind === 'failure' && done ? <p className="mt-1 text-text-2">{t('tide.restored', { name: done })}</p> : null}
          {cost ? <p className="num mt-1 text-second text-text-2">{cost}</p> : null}
          {isPinned && event.ledgerId !== null ? <p className="mt-1 text-hint text-text-3">{t('tide.enter')}</p> : null}
        </div>
      </div>
    </div>
  );
}
