'use client';
/** The tide itself: time not yet saved, as a saw-tooth; striped above the line from which a snapshot is called stale; dragging zooms. */
import { type ReactNode, useId, useRef, useState } from 'react';
import type { TideAnswer } from '../../server/contract/runs.ts';
import { useI18n } from '../i18n/provider.tsx';
import { figureText } from '../job/figures.tsx';
import { cx } from '../ui/class-names.ts';
import { LANE_HEIGHT } from './tide-lanes.tsx';
import { failureLabels, type Scale, toPx } from './tide-layout.ts';
import { type FailureBlock, failureBlocks, linesPath, tideLines, tidePath } from './tide-model.ts';

const HEIGHT = LANE_HEIGHT.tide - 8;
/** A snapshot is stale when five intervals have passed (see the snapshot-age chip). */
const STALE_INTERVALS = 5;
const LEAST_STALE_MS = 10_000;
/** Snapshots nearer than this are no saw-tooth any more. */
const TOOTH_PX = 3;

export function TideArea({
  tide,
  scale,
  intervalMs,
  onZoom,
}: {
  tide: TideAnswer;
  scale: Scale;
  intervalMs: number;
  onZoom(from: number, to: number): void;
}) {
  const { t, f } = useI18n();
  const id = useId();
  const { width } = scale;
  const stale = Math.max(STALE_INTERVALS * intervalMs, LEAST_STALE_MS);
  const lines = tide.checkpoints * TOOTH_PX < width ? tideLines(tide) : null;
  const top = Math.max(stale * 1.3, ...tide.exposure.map((one) => one.maxAgeMs * 1.05));
  const path = lines ? linesPath(tide, lines, width, HEIGHT, top) : tidePath(tide, width, HEIGHT, top);
  const line = HEIGHT - (stale / top) * HEIGHT;
  return (
    <Draggable scale={scale} onZoom={onZoom}>
      <svg width={width} height={HEIGHT} aria-hidden="true" className="absolute bottom-0 left-0">
        <path d={path} fill="var(--s1)" fillOpacity=".2" stroke="var(--s1)" strokeWidth="1.4" strokeLinejoin="round" />
        <defs>
          <clipPath id={`${id}-over`}>
            <rect x="0" y="0" width={width} height={line} />
          </clipPath>
          <pattern id={`${id}-stripes`} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
            <rect width="6" height="6" fill="var(--warn-soft)" />
            <path d="M0 0V6" stroke="var(--warn-mark)" strokeWidth="3" />
          </pattern>
        </defs>
        <path d={path} fill={`url(#${id}-stripes)`} stroke="var(--warn-mark)" strokeWidth="1.4" clipPath={`url(#${id}-over)`} />
        <path d={`M0 ${line}H${width}`} stroke="var(--warn-mark)" strokeDasharray="2 3" />
        <path d={`M0 ${HEIGHT - 0.5}H${width}`} stroke="var(--line-2)" />
      </svg>
      <span className="pointer-events-none absolute left-1.5 text-axis whitespace-nowrap text-warn" style={{ bottom: HEIGHT - line + 1 }}>
        {t('tide.stale', { age: f.spanWords(stale) })}
      </span>
      <FailureBlocks tide={tide} scale={scale} />
    </Draggable>
  );
}

function Draggable({ scale, onZoom, children }: { scale: Scale; onZoom(from: number, to: number): void; children: ReactNode }) {
  const box = useRef<HTMLDivElement>(null);
  const [drag, setDrag] = useState<{ from: number; to: number } | null>(null);
  const px = (clientX: number) => Math.min(scale.width, Math.max(0, clientX - (box.current?.getBoundingClientRect().left ?? 0)));
  const timeAt = (left: number) => scale.from + (left / Math.max(1, scale.width)) * (scale.to - scale.from);
  return (
    <div
      ref={box}
      className="absolute inset-0 cursor-crosshair touch-pan-y"
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        setDrag({ from: px(event.clientX), to: px(event.clientX) });
      }}
      onPointerMove={(event) => drag && setDrag({ ...drag, to: px(event.clientX) })}
      onPointerCancel={() => setDrag(null)}
      onPointerUp={() => {
        if (drag && Math.abs(drag.to - drag.from) > 6) onZoom(timeAt(Math.min(drag.from, drag.to)), timeAt(Math.max(drag.from, drag.to)));
        setDrag(null);
      }}
    >
      {children}
      {drag ? (
        <div
          className="absolute inset-y-0 bg-accent-soft opacity-60"
          style={{ left: Math.min(drag.from, drag.to), width: Math.abs(drag.to - drag.from) }}
        />
      ) : null}
    </div>
  );
}

/** Striped = read again, cross-hatched = lost; the count stands beside it on its own ground, where there is room. */
function FailureBlocks({ tide, scale }: { tide: TideAnswer; scale: Scale }) {
  const { t, f } = useI18n();
  const blocks = failureBlocks(tide);
  const isLost = ({ entry }: FailureBlock) => entry.lost.value === null || entry.lost.value > 0;
  const words = (block: FailureBlock) =>
    isLost(block)
      ? t('stop.lost', { n: figureText(block.entry.lost, t, f) })
      : t('tide.readAgain', { n: figureText(block.entry.readAgain, t, f) });
  const labels = failureLabels(blocks, scale, words);
  return blocks.map((block, index) => {
    const label = labels[index]!;
    return (
      <div
        key={block.entry.id}
        title={label.label}
        className={cx('absolute inset-y-0 border-r-2 border-exc-mark', isLost(block) ? 'pattern-lost' : 'pattern-again')}
        style={{ left: label.left, width: Math.max(4, toPx(scale, block.to) - label.left) }}
      >
        {label.side ? (
          <span
            className={cx(
              'num absolute top-0 rounded-[3px] bg-surface px-1 text-axis whitespace-nowrap',
              isLost(block) ? 'text-bad' : 'text-text-1',
              label.side === 'left' ? 'right-full mr-1' : 'left-full ml-1',
            )}
          >
            {label.label}
          </span>
        ) : null}
      </div>
    );
  });
}
