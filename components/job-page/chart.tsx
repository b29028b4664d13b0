'use client';
/**
 * One chart on one canvas (uPlot). Charts of a page share a cursor by their sync key and zoom by dragging; a double click returns to now. Under the cursor
 * the head shows the values of that time, else the newest. Colours are read from the theme at the time of drawing.
 */
import './language-guard.ts';
import 'uplot/dist/uPlot.min.css';
import { useEffect, useRef, useState } from 'react';
import uPlot from 'uplot';
import { useI18n } from '../i18n/provider.tsx';
import { CHART_HEIGHT } from './chart-height.ts';
import { axisLabels, type Quantity, topOf } from './chart-scale.ts';

export interface ChartSeries {
  label: string;
  values: readonly (number | null)[];
}
export interface ChartProps {
  title: string;
  /** Decides the scale of the axis. */
  quantity: Quantity;
  at: readonly number[];
  series: readonly ChartSeries[];
  from: number;
  to: number;
  write(value: number): string;
  /** What stands in the place of a line that has fewer than two points. */
  none: string;
  /** Times (ms) of failures, drawn as lines. */
  marks: readonly number[];
  onZoom(from: number, to: number): void;
  onReset(): void;
}

const SYNC = 'job-charts';
const COLOURS = ['--s1', '--s2'];
const AXIS_WIDTH = 58;

/** sRGB of a token: canvases do not understand light-dark(). */
function colour(token: string): string {
  const probe = document.createElement('span');
  probe.style.color = `var(${token})`;
  document.body.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
}

function faded(value: string): string {
  return `color-mix(in srgb, ${value} 12%, transparent)`;
}

function largest(props: ChartProps): number {
  return Math.max(0, ...props.series.flatMap((one) => one.values.filter((value) => value !== null)));
}

function pointsOf(props: ChartProps): number {
  return Math.max(...props.series.map((one) => one.values.filter((value) => value !== null).length));
}

interface Words {
  readonly zone: string;
  readonly locale: 'en' | 'zh';
}

function optionsFor(width: number, words: Words, current: () => ChartProps, onCursor: (index: number | null) => void): uPlot.Options {
  const grid = { stroke: colour('--line-1'), width: 1 };
  const axis = { stroke: colour('--text-3'), font: `10.5px ${getComputedStyle(document.body).fontFamily}`, ticks: { show: false }, grid };
  const colours = COLOURS.map(colour);
  const top = () => topOf(current().quantity, largest(current()));
  return {
    width,
    height: CHART_HEIGHT,
    padding: [8, 26, 0, 0],
    legend: { show: false },
    cursor: {
      sync: { key: SYNC },
      y: false,
      drag: { x: true, y: false, setScale: false },
      points: { size: 5 },
      bind: { dblclick: () => null },
    },
    tzDate: (ts) => uPlot.tzDate(new Date(ts * 1000), words.zone),
    scales: {
      x: { time: true, range: () => [current().from / 1000, current().to / 1000] },
      y: { range: () => [0, top()] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        space: 84,
        size: 22,
        values: [
          [3600 * 24, '{MM}-{DD}', null, null, null, null, null, null, 1],
          [60, '{HH}:{mm}', null, null, null, null, null, null, 1],
          [1, '{HH}:{mm}:{ss}', null, null, null, null, null, null, 1],
        ],
      },
      {
        ...axis,
        size: AXIS_WIDTH,
        splits: () => [0, top() / 2, top()],
        values: () => (pointsOf(current()) > 1 ? axisLabels(current().quantity, top(), words.locale) : ['', '', '']),
      },
    ],
    series: [
      {},
      ...current().series.map((one, index) => ({
        label: one.label,
        stroke: colours[index] ?? colours[0]!,
        width: 1.6,
        points: { show: false },
        ...(index === 0 ? { fill: faded(colours[0]!) } : { dash: [5, 3] }),
      })),
    ],
    hooks: {
      setCursor: [(chart) => onCursor(chart.cursor.idx ?? null)],
      setSelect: [
        (chart) => {
          if (chart.select.width < 4) return;
          current().onZoom(
            chart.posToVal(chart.select.left, 'x') * 1000,
            chart.posToVal(chart.select.left + chart.select.width, 'x') * 1000,
          );
          chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        },
      ],
      draw: [(chart) => drawMarks(chart, current().marks)],
    },
  };
}

function drawMarks(chart: uPlot, marks: readonly number[]): void {
  const { ctx, bbox } = chart;
  ctx.save();
  ctx.strokeStyle = colour('--exc-mark');
  ctx.setLineDash([4, 4]);
  for (const mark of marks) {
    const x = chart.valToPos(mark / 1000, 'x', true);
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
  }
  ctx.restore();
}

function dataOf(props: ChartProps): uPlot.AlignedData {
  return [props.at.map((time) => time / 1000), ...props.series.map((one) => [...one.values])];
}

function useChart(props: ChartProps, onCursor: (index: number | null) => void) {
  const { theme, zone, locale } = useI18n();
  const host = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | null>(null);
  const latest = useRef(props);
  latest.current = props;
  const shape = props.series.map((one) => one.label).join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: theme and shape decide colours and series; the rest is read at the time of use.
  useEffect(() => {
    const parent = host.current;
    if (!parent) return;
    const made = new uPlot(
      optionsFor(parent.clientWidth, { zone, locale }, () => latest.current, onCursor),
      dataOf(latest.current),
      parent,
    );
    chart.current = made;
    const watcher = new ResizeObserver(() => made.setSize({ width: parent.clientWidth, height: CHART_HEIGHT }));
    watcher.observe(parent);
    return () => {
      watcher.disconnect();
      made.destroy();
    };
  }, [theme, zone, locale, shape]);
  useEffect(() => chart.current?.setData(dataOf(props)), [props]);
  return host;
}

export function Chart(props: ChartProps) {
  const { t, f } = useI18n();
  const [under, setUnder] = useState<number | null>(null);
  const host = useChart(props, setUnder);
  const hasLine = pointsOf(props) > 1;
  const value = (one: ChartSeries) =>
    under === null ? (one.values.findLast((each) => each !== null) ?? null) : (one.values[under] ?? null);
  const written = (one: ChartSeries) => {
    const number = value(one);
    return number === null ? '--' : props.write(number);
  };
  const time = under === null ? undefined : props.at[under];
  const words = props.series.map((one) => `${one.label} ${written(one)}`).join(', ');
  return (
    <figure className="min-w-0 px-3.5 pt-3 pb-1.5">
      <figcaption className="mb-1 flex h-[18px] items-center gap-3 overflow-hidden text-second">
        <span className="min-w-0 grow truncate font-medium text-text-2">
          {time === undefined ? props.title : <span className="num font-normal text-text-3">{f.clock(time)}</span>}
        </span>
        {props.series.map((one, index) => (
          <span key={one.label} className="flex items-center gap-1.5 whitespace-nowrap">
            <span
              aria-hidden="true"
              className="inline-block w-3 border-t-2"
              style={{ borderColor: `var(${COLOURS[index]})`, borderStyle: index === 0 ? 'solid' : 'dashed' }}
            />
            {props.series.length > 1 ? <span className="text-text-3">{one.label}</span> : null}
            <span className="num font-semibold">{written(one)}</span>
          </span>
        ))}
      </figcaption>
      <div className="relative">
        {hasLine ? null : (
          <p
            className="pointer-events-none absolute inset-x-0 top-0 z-10 grid place-items-center text-center text-hint text-text-3"
            style={{ left: AXIS_WIDTH, height: CHART_HEIGHT - 22 }}
          >
            <span className="max-w-[220px] rounded-[3px] bg-surface px-1.5">{props.none}</span>
          </p>
        )}
        <div
          ref={host}
          role="img"
          aria-label={t('chart.label', { title: props.title, value: words })}
          style={{ height: CHART_HEIGHT }}
          onDoubleClick={props.onReset}
        />
      </div>
    </figure>
  );
}
