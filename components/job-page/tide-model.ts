/** What the tide line draws, worked out from the server's answer: places in a range of time, events in order, the saw-tooth of time not yet saved. */

import type { TideAnswer } from '../../server/contract/runs.ts';
import type { Teller } from '../i18n/said.ts';

export interface TideEvent {
  key: string;
  at: number;
  kind: 'failure' | 'savepoint' | 'failed-checkpoint' | 'act' | 'start' | 'stop' | 'other';
  text: string;
  /** Entry of the ledger that prices it. */
  ledgerId: number | null;
}

const EVENT_KIND: Partial<Record<TideAnswer['ledger'][number]['kind'], TideEvent['kind']>> = {
  start: 'start',
  'auto-restart': 'failure',
  stop: 'stop',
  failure: 'failure',
  finish: 'stop',
  breaker: 'failure',
};

/** All events of the range, oldest first: the ledger, savepoints, failed checkpoints, and what users did. */
export function tideEvents(tide: TideAnswer, said: Teller): TideEvent[] {
  const events: TideEvent[] = [
    ...tide.ledger.map((entry) => ({
      key: `ledger-${entry.id}`,
      at: entry.at,
      kind: EVENT_KIND[entry.kind] ?? ('other' as const),
      text: said(entry.said, entry.text),
      ledgerId: entry.id,
    })),
    ...tide.snapshots
      .filter((one) => one.kind === 'savepoint' || !one.ok)
      .map((one) => ({
        key: `snapshot-${one.at}-${one.name}`,
        at: one.at,
        kind: one.ok ? ('savepoint' as const) : ('failed-checkpoint' as const),
        text: one.name,
        ledgerId: null,
      })),
    ...tide.events
      .filter((one) => one.kind === 'act')
      .map((one) => ({ key: `event-${one.id}`, at: one.at, kind: 'act' as const, text: said(one.said, one.message), ledgerId: null })),
  ];
  return events.filter((event) => event.at >= tide.from && event.at <= tide.to).sort((a, b) => a.at - b.at);
}

/** 0…1 of the range; clipped. */
export function place(tide: Pick<TideAnswer, 'from' | 'to'>, at: number): number {
  return Math.min(1, Math.max(0, (at - tide.from) / Math.max(1, tide.to - tide.from)));
}

/** SVG path of the tide in a box of width × height; empty where nothing was read. `topMs` = full height. */
export function tidePath(tide: TideAnswer, width: number, height: number, topMs: number): string {
  const gap = tide.exposure.length > 1 ? 3 * ((tide.to - tide.from) / tide.exposure.length) : Number.POSITIVE_INFINITY;
  const pieces: string[] = [];
  let last: number | null = null;
  let lastX = 0;
  for (const bucket of tide.exposure) {
    const x = place(tide, bucket.at) * width;
    const y = height - Math.min(1, bucket.maxAgeMs / topMs) * height;
    if (last === null || bucket.at - last > gap) {
      if (last !== null) pieces.push(`L${lastX.toFixed(1)} ${height}Z`);
      pieces.push(`M${x.toFixed(1)} ${height}`);
    }
    pieces.push(`L${x.toFixed(1)} ${y.toFixed(1)}`);
    last = bucket.at;
    lastX = x;
  }
  if (last !== null) pieces.push(`L${lastX.toFixed(1)} ${height}Z`);
  return pieces.join('');
}

/**
 * The saw-tooth as it was, from runs and snapshots: one line a run, with the age of the newest good snapshot (ms) at the times where it turns.
 * Null when the answer names only some of the snapshots: the buckets are drawn then.
 */
export function tideLines(tide: TideAnswer): { at: number; ageMs: number }[][] | null {
  const goods = tide.snapshots.filter((one) => one.ok).map((one) => one.at);
  if (tide.checkpoints > tide.snapshots.filter((one) => one.ok && one.kind === 'checkpoint').length) return null;
  return tide.runs.flatMap((run) => {
    const from = Math.max(tide.from, run.startedAt);
    const to = Math.min(tide.to, run.endedAt ?? tide.now);
    if (to <= from) return [];
    let since = Math.max(run.startedAt, tide.savedBefore ?? 0);
    const line = [{ at: from, ageMs: from - Math.min(from, since) }];
    for (const good of goods) {
      if (good <= from || good > to) continue;
      line.push({ at: good, ageMs: good - since }, { at: good, ageMs: 0 });
      since = good;
    }
    line.push({ at: to, ageMs: to - since });
    return [line];
  });
}

/** SVG path of those lines in a box of width × height. `topMs` = full height. */
export function linesPath(
  tide: TideAnswer,
  lines: readonly { at: number; ageMs: number }[][],
  width: number,
  height: number,
  topMs: number,
): string {
  const x = (at: number) => (place(tide, at) * width).toFixed(1);
  return lines
    .map((line) => {
      const points = line.map((one) => `L${x(one.at)} ${(height - Math.min(1, one.ageMs / topMs) * height).toFixed(1)}`);
      return `M${x(line[0]!.at)} ${height}${points.join('')}L${x(line.at(-1)!.at)} ${height}Z`;
    })
    .join('');
}

type Entry = TideAnswer['ledger'][number];

/** What a failure cost, as a stretch of time: from the newest good snapshot before it (or the start of the run) to the failure. */
export interface FailureBlock {
  entry: Entry;
  from: number;
  to: number;
}

export function failureBlocks(tide: TideAnswer): FailureBlock[] {
  return tide.ledger
    .filter((entry) => entry.kind === 'failure' && entry.at >= tide.from && entry.at <= tide.to)
    .map((entry) => {
      const saved = tide.snapshots.filter((one) => one.ok && one.at <= entry.at).map((one) => one.at);
      const run = tide.runs.find((one) => one.number === entry.runNumber);
      const from = saved.length > 0 ? Math.max(...saved) : (run?.startedAt ?? entry.at);
      return { entry, from: Math.max(tide.from, from), to: entry.at };
    });
}

/** A run that was restored from a snapshot of the range: both ends of the thread between them. */
export interface Thread {
  key: string;
  from: number;
  to: number;
  isSavepoint: boolean;
}

export function threads(tide: TideAnswer): Thread[] {
  return tide.runs.flatMap((run) => {
    const used = tide.snapshots.find((one) => one.id !== null && one.id === run.restoredFrom?.snapshotId);
    if (!used || run.startedAt < used.at || used.at < tide.from || run.startedAt > tide.to) return [];
    return [{ key: String(run.number), from: used.at, to: run.startedAt, isSavepoint: used.kind === 'savepoint' }];
  });
}
