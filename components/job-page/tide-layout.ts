/**
 * Where the marks of the tide line stand, in px of a lane of a given width. Rules: no mark leaves the lane, no two marks of a lane overlap. Marks that would
 * touch become one with a count; labels go to the side that has room, or nowhere (the hover text and the table have them).
 */
import type { TideAnswer } from '../../server/contract/runs.ts';
import type { FailureBlock, TideEvent } from './tide-model.ts';

/** A range of time on a lane of `width` px. */
export interface Scale {
  readonly from: number;
  readonly to: number;
  readonly width: number;
}

export function toPx(scale: Scale, at: number): number {
  const share = (at - scale.from) / Math.max(1, scale.to - scale.from);
  return Math.min(1, Math.max(0, share)) * scale.width;
}

/** Width of a label at 12 px, on the safe side: Latin letters 6.8 px, CJK 12.5 px. */
export function textPx(text: string): number {
  let width = 0;
  for (const sign of text) width += sign.charCodeAt(0) > 0x2e80 ? 12.5 : 6.8;
  return Math.ceil(width);
}

const clamp = (value: number, low: number, high: number) => Math.max(low, Math.min(high, value));

/* ---- events ---- */
const ICON_PX = 26;
const WORST_FIRST: readonly TideEvent['kind'][] = ['failure', 'stop', 'savepoint', 'start', 'act', 'other', 'failed-checkpoint'];

export interface EventMark {
  readonly key: string;
  /** Middle of the icon. */
  readonly left: number;
  /** The worst of its events decides the icon. */
  readonly kind: TideEvent['kind'];
  readonly events: readonly TideEvent[];
}

export function eventMarks(events: readonly TideEvent[], scale: Scale): EventMark[] {
  const groups: { left: number; events: TideEvent[] }[] = [];
  for (const event of events) {
    const left = clamp(toPx(scale, event.at), ICON_PX / 2, scale.width - ICON_PX / 2);
    const last = groups.at(-1);
    if (last && left - last.left < ICON_PX) last.events.push(event);
    else groups.push({ left, events: [event] });
  }
  return groups.map((group) => ({
    key: group.events[0]!.key,
    left: group.left,
    kind: WORST_FIRST.find((kind) => group.events.some((event) => event.kind === kind)) ?? 'other',
    events: group.events,
  }));
}

/* ---- runs ---- */
type Run = TideAnswer['runs'][number];
const LEAST_BAR = 3;
/** A bar narrower than this says nothing of its own: it may be joined with its neighbour. */
const NARROW_BAR = 8;

export interface RunBar {
  readonly key: string;
  readonly left: number;
  readonly width: number;
  /** The newest of the runs it stands for. */
  readonly run: Run;
  readonly runs: number;
  readonly label: string;
}

/** `write` gives the labels of a bar from the longest to the shortest; the first that fits is used. */
export function runBars(
  tide: Pick<TideAnswer, 'runs' | 'now'>,
  scale: Scale,
  write: (run: Run, runs: number) => readonly string[],
): RunBar[] {
  const bars: { left: number; right: number; run: Run; runs: number }[] = [];
  for (const run of tide.runs) {
    let left = Math.min(toPx(scale, run.startedAt), scale.width - LEAST_BAR);
    const right = Math.min(scale.width, Math.max(left + LEAST_BAR, toPx(scale, run.endedAt ?? tide.now)));
    const last = bars.at(-1);
    if (last && left < last.right + 1) {
      if (right - last.right - 1 < LEAST_BAR || last.right - last.left < NARROW_BAR || right - left < NARROW_BAR) {
        bars[bars.length - 1] = { left: last.left, right: Math.max(last.right, right), run, runs: last.runs + 1 };
        continue;
      }
      left = last.right + 1;
    }
    bars.push({ left, right, run, runs: 1 });
  }
  return bars.map(({ left, right, run, runs }) => ({
    key: String(run.number),
    left,
    width: right - left,
    run,
    runs,
    label: write(run, runs).find((text) => textPx(text) + 16 <= right - left) ?? '',
  }));
}

/* ---- snapshots ---- */
/** Ticks closer than this become a band. */
const TICK_PX = 5;
const CROSS_PX = 12;
const BOOKMARK_PX = 16;

export interface Labelled {
  readonly key: string;
  readonly left: number;
  readonly label: string;
  readonly side: 'left' | 'right' | null;
}
export interface SnapshotLane {
  readonly ticks: readonly { readonly at: number; readonly left: number; readonly name: string }[];
  readonly bands: readonly {
    readonly key: string;
    readonly left: number;
    readonly width: number;
    readonly count: number;
    readonly label: string;
  }[];
  readonly crosses: readonly { readonly key: string; readonly left: number; readonly names: readonly string[] }[];
  readonly bookmarks: readonly (Labelled & { readonly names: readonly string[] })[];
}

type Shot = TideAnswer['snapshots'][number];

/** Neighbours nearer than `px` together. */
function clusters<T>(items: readonly T[], leftOf: (item: T) => number, px: number, fromFirst: boolean): T[][] {
  const found: T[][] = [];
  let edge = Number.NEGATIVE_INFINITY;
  for (const item of items) {
    const left = leftOf(item);
    if (left - edge < px) found.at(-1)!.push(item);
    else found.push([item]);
    if (!fromFirst || found.at(-1)!.length === 1) edge = left;
  }
  return found;
}

export function snapshotLane(
  tide: Pick<TideAnswer, 'snapshots' | 'checkpoints'>,
  scale: Scale,
  words: { band(count: number): string; savepoint(shot: Shot): string; savepoints(count: number): string },
): SnapshotLane {
  const leftOf = (shot: Shot) => toPx(scale, shot.at);
  const good = tide.snapshots.filter((one) => one.kind === 'checkpoint' && one.ok);
  // Of very many only some are named.
  const each = good.length > 0 ? Math.max(1, tide.checkpoints / good.length) : 1;
  const ticks: SnapshotLane['ticks'][number][] = [];
  const bands: SnapshotLane['bands'][number][] = [];
  for (const cluster of clusters(good, leftOf, TICK_PX, false)) {
    const left = leftOf(cluster[0]!);
    if (cluster.length < 3) {
      for (const shot of cluster) ticks.push({ at: shot.at, left: leftOf(shot), name: shot.name });
      continue;
    }
    const width = Math.min(scale.width - left, Math.max(TICK_PX, leftOf(cluster.at(-1)!) - left));
    const count = Math.round(cluster.length * each);
    const label = words.band(count);
    bands.push({ key: `b${cluster[0]!.at}`, left, width, count, label: textPx(label) + 16 <= width ? label : '' });
  }
  const inside = (px: number) => (shot: Shot) => clamp(leftOf(shot), px / 2, scale.width - px / 2);
  const crosses = clusters(
    tide.snapshots.filter((one) => !one.ok),
    inside(CROSS_PX),
    CROSS_PX,
    true,
  ).map((cluster) => ({
    key: `f${cluster[0]!.at}`,
    left: inside(CROSS_PX)(cluster[0]!),
    names: cluster.map((shot) => shot.name),
  }));
  const saved = clusters(
    tide.snapshots.filter((one) => one.kind === 'savepoint' && one.ok),
    inside(BOOKMARK_PX),
    BOOKMARK_PX,
    true,
  );
  const marks = saved.map((cluster) => ({
    key: `s${cluster[0]!.at}`,
    left: inside(BOOKMARK_PX)(cluster[0]!),
    label: cluster.length === 1 ? words.savepoint(cluster[0]!) : words.savepoints(cluster.length),
    names: cluster.map((shot) => shot.name),
  }));
  const sides = labelSides(
    marks.map((mark) => ({ from: mark.left - BOOKMARK_PX / 2, to: mark.left + BOOKMARK_PX / 2, label: mark.label })),
    scale.width,
  );
  return { ticks, bands, crosses, bookmarks: marks.map((mark, index) => ({ ...mark, side: sides[index] ?? null })) };
}

/** For marks in order: the side on which a label has room beside its mark, first the left; null = neither. */
export function labelSides(
  marks: readonly { readonly from: number; readonly to: number; readonly label: string }[],
  width: number,
): ('left' | 'right' | null)[] {
  let taken = 0;
  return marks.map((mark, index) => {
    const needed = textPx(mark.label) + 10;
    if (mark.from - needed >= taken) {
      taken = mark.to;
      return 'left';
    }
    if (mark.to + needed <= Math.min(width, marks[index + 1]?.from ?? width)) {
      taken = mark.to + needed;
      return 'right';
    }
    taken = mark.to;
    return null;
  });
}

/* ---- what failures had read again ---- */
export function failureLabels(blocks: readonly FailureBlock[], scale: Scale, write: (block: FailureBlock) => string): Labelled[] {
  const marks = blocks.map((block) => {
    const to = Math.max(4, toPx(scale, block.to));
    return { from: Math.min(toPx(scale, block.from), to - 4), to, label: write(block) };
  });
  const sides = labelSides(marks, scale.width);
  return blocks.map((block, index) => ({
    key: String(block.entry.id),
    left: marks[index]!.from,
    label: marks[index]!.label,
    side: sides[index] ?? null,
  }));
}

/* ---- axis ---- */
const SECOND = 1_000;
const MINUTE = 60_000;
const HOUR = 3_600_000;
const DAY = 86_400_000;
const STEPS = [
  ...[1, 2, 5, 10, 15, 30].map((n) => n * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * MINUTE),
  ...[1, 2, 3, 6, 12].map((n) => n * HOUR),
  ...[1, 2, 7, 14, 30, 90].map((n) => n * DAY),
];
const AXIS_PX = 84;

export interface AxisMark {
  readonly at: number;
  readonly left: number;
  /** How fine the label must be. */
  readonly unit: 'second' | 'minute' | 'day';
}

/** Round local times; `offsetMs` = local time minus UTC. Midnight among hours is written as its day. */
export function axisMarks(scale: Scale, offsetMs: number): AxisMark[] {
  const perPx = (scale.to - scale.from) / Math.max(1, scale.width);
  const step = STEPS.find((one) => one / perPx >= AXIS_PX) ?? STEPS.at(-1)!;
  const marks: AxisMark[] = [];
  for (let at = Math.ceil((scale.from + offsetMs) / step) * step - offsetMs; at <= scale.to; at += step) {
    const left = toPx(scale, at);
    // Labels are at most 58 px wide and stand in the middle of their mark.
    if (left < 30 || left > scale.width - 30) continue;
    const isMidnight = (at + offsetMs) % DAY === 0;
    marks.push({ at, left, unit: step >= DAY || (isMidnight && step >= MINUTE) ? 'day' : step >= MINUTE ? 'minute' : 'second' });
  }
  return marks;
}
