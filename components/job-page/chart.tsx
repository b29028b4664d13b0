'use client';
/**
 * One chart on one canvas (uPlot). Charts of a page share a cursor by their sync key and zoom by dragging. Colours are read from the theme at the time
 * of drawing. The newest values stand in the head as text.
 */
import './language-guard.ts';
import 'uplot/dist/uPlot.min.css';
import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import { useI18n } from '../i18n/provider.tsx';

export interface ChartSeries {
  label: string;
  values: readonly (number | null)[];
}
export interface ChartProps {
  title: string;
  at: readonly number[];
  series: readonly ChartSeries[];
  from: number;
  to: number;
  write(value: number): string;
  /** Times (ms) of failures, drawn as lines. */
  marks: readonly number[];
  onZoom(from: number, to: number): void;
}

const SYNC = 'job-charts';
const HEIGHT = 112;
const COLOURS = ['--s1', '--s2'];

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

function optionsFor(props: ChartProps, width: number, zone: string, current: () => ChartProps): uPlot.Options {
  const grid = { stroke: colour('--line-1'), width: 1 };
  const axis = { stroke: colour('--text-3'), font: `10.5px ${getComputedStyle(document.body).fontFamily}`, ticks: { show: false }, grid };
  const colours = COLOURS.map(colour);
  return {
    width,
    height: HEIGHT,
    padding: [8, 8, 0, 0],
    legend: { show: false },
    cursor: { sync: { key: SYNC }, drag: { x: true, y: false, setScale: false }, points: { size: 5 } },
    tzDate: (ts) => uPlot.tzDate(new Date(ts * 1000), zone),
    scales: {
      x: { time: true, range: () => [current().from / 1000, current().to / 1000] },
      y: { range: (_chart, _min, max) => [0, max > 0 ? max * 1.1 : 1] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        space: 90,
        size: 22,
        values: [
          [3600 * 24, '{MM}-{DD}', null, null, null, null, null, null, 1],
          [60, '{HH}:{mm}', null, null, null, null, null, null, 1],
          [1, '{HH}:{mm}:{ss}', null, null, null, null, null, null, 1],
        ],
      },
      { ...axis, size: 56, space: 34, values: (_chart, ticks) => ticks.map((tick) => (isEmpty(current()) ? '' : current().write(tick))) },
    ],
    series: [
      {},
      ...props.series.map((one, index) => ({
        label: one.label,
        stroke: colours[index] ?? colours[0]!,
        width: 1.6,
        points: { show: false },
        ...(index === 0 ? { fill: faded(colours[0]!) } : { dash: [5, 3] }),
      })),
    ],
    hooks: {
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

function isEmpty(props: ChartProps): boolean {
  return props.series.every((one) => one.values.every((value) => value === null));
}

export function Chart(props: ChartProps) {
  const { t, theme, zone } = useI18n();
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
      optionsFor(latest.current, parent.clientWidth, zone, () => latest.current),
      dataOf(latest.current),
      parent,
    );
    chart.current = made;
    const watcher = new ResizeObserver(() => made.setSize({ width: parent.clientWidth, height: HEIGHT }));
    watcher.observe(parent);
    return () => {
      watcher.disconnect();
      made.destroy();
    };
  }, [theme, zone, shape]);
  useEffect(() => chart.current?.setData(dataOf(props)), [props]);
  const newest = props.series.map((one) => one.values.findLast((value) => value !== null) ?? null);
  const words = props.series.map((one, index) => `${one.label} ${newest[index] === null ? '--' : props.write(newest[index]!)}`).join(', ');
  return (
    <figure className="min-w-0 px-3.5 pt-3 pb-1.5">
      <figcaption className="mb-1 flex items-center gap-3 text-second">
        <span className="grow font-medium text-text-2">{props.title}</span>
        {props.series.map((one, index) => (
          <span key={one.label} className="flex items-center gap-1.5 whitespace-nowrap">
            <span
              aria-hidden="true"
              className="inline-block w-3 border-t-2"
              style={{ borderColor: `var(${COLOURS[index]})`, borderStyle: index === 0 ? 'solid' : 'dashed' }}
            />
            {props.series.length > 1 ? <span className="text-text-3">{one.label}</span> : null}
            <span className="num font-semibold">
              {newest[index] === null || newest[index] === undefined ? '--' : props.write(newest[index])}
            </span>
          </span>
        ))}
      </figcaption>
      <div className="relative">
        {isEmpty(props) ? (
          <p className="pointer-events-none absolute inset-0 grid place-items-center text-hint text-text-3">{t('chart.none')}</p>
        ) : null}
        <div ref={host} role="img" aria-label={t('chart.label', { title: props.title, value: words })} style={{ height: HEIGHT }} />
      </div>
    </figure>
  );
}

function dataOf(props: ChartProps): uPlot.AlignedData {
  return [props.at.map((time) => time / 1000), ...props.series.map((one) => [...one.values])];
}
