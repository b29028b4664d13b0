'use client';
/** The frame of the tide line: names of the lanes, events with their card, keys. Its height is the same with and without data. */
import { Bookmark, CircleAlert, CirclePlay, CircleStop, CircleUser, CircleX } from 'lucide-react';
import { usePathname, useRouter } from 'next/navigation';
import { type KeyboardEvent, type ReactNode, useState } from 'react';
import type { TideAnswer } from '../../server/contract/runs.ts';
import { useI18n } from '../i18n/provider.tsx';
import { cx } from '../ui/class-names.ts';
import { useWidth } from '../ui/use-width.ts';
import { TideArea } from './tide-area.tsx';
import { Axis, LANE_HEIGHT, Runs, Snapshots, Threads } from './tide-lanes.tsx';
import { type EventMark, eventMarks, type Scale } from './tide-layout.ts';
import { type TideEvent, tideEvents } from './tide-model.ts';
import { tideSentence, useCost } from './tide-words.ts';
import type { RangeControl } from './time-range.ts';

const ICON: Record<TideEvent['kind'], ReactNode> = {
  failure: <CircleAlert size={18} className="text-exc-mark" />,
  savepoint: <Bookmark size={16} className="text-save-mark" />,
  'failed-checkpoint': <CircleX size={16} className="text-bad-mark" />,
  act: <CircleUser size={18} className="text-off-mark" />,
  start: <CirclePlay size={18} className="text-ok-mark" />,
  stop: <CircleStop size={18} className="text-off-mark" />,
  other: <CircleUser size={18} className="text-off-mark" />,
};

/** Arrows move over the marks, + and - zoom around the chosen one, Enter opens the ledger. */
function useTideKeys(
  tide: TideAnswer | undefined,
  marks: readonly EventMark[],
  at: number,
  setAt: (at: number) => void,
  control: RangeControl,
): (event: KeyboardEvent) => void {
  const router = useRouter();
  const path = usePathname();
  const zoom = (factor: number) => {
    if (!tide) return;
    const middle = marks[at]?.events[0]?.at ?? (tide.from + tide.to) / 2;
    const half = ((tide.to - tide.from) * factor) / 2;
    control.zoom(middle - half, middle + half);
  };
  return (event) => {
    if (event.key === 'ArrowRight') setAt(Math.min(marks.length - 1, at + 1));
    else if (event.key === 'ArrowLeft') setAt(Math.max(0, at < 0 ? marks.length - 1 : at - 1));
    else if (event.key === '+' || event.key === '=') zoom(0.5);
    else if (event.key === '-') zoom(2);
    else if (event.key === 'Escape') setAt(-1);
    else if (event.key === 'Enter' && marks[at]?.events.some((one) => one.ledgerId !== null))
      router.push(`${path}?tab=ledger`, { scroll: false });
    else return;
    event.preventDefault();
  };
}

export function TideDrawing({ tide, control, intervalMs }: { tide: TideAnswer | undefined; control: RangeControl; intervalMs: number }) {
  const { t, f, said } = useI18n();
  const [lane, width] = useWidth<HTMLDivElement>();
  const events = tide ? tideEvents(tide, said).filter((event) => event.kind !== 'failed-checkpoint') : [];
  const scale: Scale = { from: tide?.from ?? 0, to: tide?.to ?? 1, width };
  const marks = width > 0 ? eventMarks(events, scale) : [];
  const [at, setAt] = useState(-1);
  const [under, setUnder] = useState(-1);
  const chosen = marks[under >= 0 ? under : at];
  const onKey = useTideKeys(tide, marks, at, setAt, control);
  const drawn = tide && width > 0 ? tide : null;
  const row = 'relative min-w-0 border-l border-line-1';
  return (
    // biome-ignore lint/a11y/useSemanticElements: a picture with its own keys, described by one sentence.
    <div
      role="group"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: one tab stop; the arrow keys move over the events.
      tabIndex={0}
      aria-label={tide ? tideSentence(tide, control.name, t) : t('tide.title')}
      aria-busy={tide ? undefined : true}
      onKeyDown={onKey}
      className="relative mx-[18px] mb-3 rounded-chip outline-offset-4"
    >
      <div className="grid grid-cols-[116px_minmax(0,1fr)] text-second text-text-2 max-md:grid-cols-[68px_minmax(0,1fr)]">
        <LaneName height={LANE_HEIGHT.events}>{t('tide.events')}</LaneName>
        <div ref={lane} className={row}>
          {marks.map((mark, index) => (
            <EventButton
              key={mark.key}
              mark={mark}
              isChosen={at === index}
              onPick={() => setAt(at === index ? -1 : index)}
              onUnder={(isUnder) => setUnder(isUnder ? index : -1)}
            />
          ))}
        </div>
        <LaneName height={LANE_HEIGHT.runs}>{t('tide.runs')}</LaneName>
        <div className={cx(row, 'overflow-hidden')}>{drawn ? <Runs tide={drawn} scale={scale} /> : null}</div>
        <LaneName height={LANE_HEIGHT.snapshots}>{t('tide.snapshots')}</LaneName>
        <div className={row}>
          {drawn ? (
            <>
              <Threads tide={drawn} scale={scale} />
              <Snapshots tide={drawn} scale={scale} />
            </>
          ) : null}
        </div>
        <LaneName height={LANE_HEIGHT.tide} note={t('tide.tideNote')}>
          {t('tide.tide')}
        </LaneName>
        <div className={cx(row, 'overflow-hidden')}>
          {drawn ? <TideArea tide={drawn} scale={scale} intervalMs={intervalMs} onZoom={control.zoom} /> : null}
        </div>
        <LaneName height={LANE_HEIGHT.axis} />
        <div className="relative ml-px min-w-0">{drawn ? <Axis scale={scale} offsetMs={f.offsetMs(drawn.to)} /> : null}</div>
      </div>
      <div aria-live="polite">{tide && chosen ? <EventCard tide={tide} mark={chosen} scale={scale} isPinned={under < 0} /> : null}</div>
    </div>
  );
}

function LaneName({ children, note, height }: { children?: ReactNode; note?: string; height: number }) {
  return (
    <div className="overflow-hidden py-1 pr-2" style={{ height }}>
      {children}
      {note ? <div className="text-hint text-text-3 max-md:hidden">{note}</div> : null}
    </div>
  );
}

function EventButton({
  mark,
  isChosen,
  onPick,
  onUnder,
}: {
  mark: EventMark;
  isChosen: boolean;
  onPick(): void;
  onUnder(isUnder: boolean): void;
}) {
  return (
    <button
      type="button"
      tabIndex={-1}
      aria-label={mark.events.map((event) => event.text).join('. ')}
      onClick={onPick}
      onPointerEnter={() => onUnder(true)}
      onPointerLeave={() => onUnder(false)}
      style={{ left: mark.left }}
      className={cx('absolute top-0.5 grid size-6 -translate-x-1/2 place-items-center rounded-full', isChosen && 'bg-selected')}
    >
      {ICON[mark.kind]}
      {mark.events.length > 1 ? (
        <span className="num absolute -top-1 -right-1 grid h-3.5 min-w-3.5 place-items-center rounded-full bg-text-2 px-0.5 text-[9px] leading-none font-semibold text-surface">
          {mark.events.length}
        </span>
      ) : null}
    </button>
  );
}

const CARD_PX = 300;
const CARD_EVENTS = 4;

/** Floats over the lanes and moves nothing; it opens to the side of its event where there is more room, and never leaves the lanes. */
function EventCard({ tide, mark, scale, isPinned }: { tide: TideAnswer; mark: EventMark; scale: Scale; isPinned: boolean }) {
  const { t, f } = useI18n();
  const cost = useCost();
  const width = Math.min(CARD_PX, scale.width);
  const wanted = mark.left > scale.width / 2 ? mark.left - 16 - width : mark.left + 16;
  const left = Math.max(0, Math.min(scale.width - width, wanted));
  const shown = mark.events.slice(-CARD_EVENTS);
  return (
    <div className="pointer-events-none absolute inset-x-0 top-8 z-40 grid grid-cols-[116px_minmax(0,1fr)] max-md:grid-cols-[68px_minmax(0,1fr)]">
      <span />
      <div className="relative">
        <div className="absolute flex flex-col gap-2.5 rounded-card bg-raised p-3 text-ctl shadow-2" style={{ left, width }}>
          {mark.events.length > CARD_EVENTS ? (
            <p className="text-second text-text-3">{t('tide.earlier', { n: mark.events.length - CARD_EVENTS })}</p>
          ) : null}
          {shown.map((event) => {
            const entry = tide.ledger.find((one) => one.id === event.ledgerId);
            const done = tide.runs.find((run) => run.number === (entry?.runNumber ?? -1) + 1)?.restoredFrom?.name;
            const price = cost(tide, event);
            return (
              <div key={event.key}>
                <div className="flex items-center gap-2">
                  {ICON[event.kind]}
                  <span className="num font-semibold">{tide.to - tide.from > 86_400_000 ? f.exact(event.at) : f.clock(event.at)}</span>
                </div>
                <p className="mt-0.5 break-words">{event.text}</p>
                {event.kind === 'failure' && done ? <p className="text-text-2">{t('tide.restored', { name: done })}</p> : null}
                {price ? <p className="num mt-0.5 text-second text-text-2">{price}</p> : null}
              </div>
            );
          })}
          {isPinned && mark.events.some((event) => event.ledgerId !== null) ? (
            <p className="text-hint text-text-3">{t('tide.enter')}</p>
          ) : null}
        </div>
      </div>
    </div>
  );
}
