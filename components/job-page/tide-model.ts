/** What the tide line draws, worked out from the server's answer: places in a range of time, events in order, the saw-tooth of time not yet saved. */
import type { TideAnswer } from '../../server/contract/runs.ts';

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
export function tideEvents(tide: TideAnswer): TideEvent[] {
  const events: TideEvent[] = [
    ...tide.ledger.map((entry) => ({
      key: `ledger-${entry.id}`,
      at: entry.at,
      kind: EVENT_KIND[entry.kind] ?? ('other' as const),
      text: entry.text,
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
      .map((one) => ({ key: `event-${one.id}`, at: one.at, kind: 'act' as const, text: one.message, ledgerId: null })),
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

/** Round times for the axis: at most `count` of them. */
export function axisTimes(from: number, to: number, count = 7): number[] {
  const steps = [60_000, 120_000, 300_000, 600_000, 900_000, 1_800_000, 3_600_000, 7_200_000, 14_400_000, 28_800_000, 86_400_000];
  const step = steps.find((one) => (to - from) / one <= count) ?? 86_400_000;
  const first = Math.ceil(from / step) * step;
  return Array.from({ length: Math.floor((to - first) / step) + 1 }, (_, index) => first + index * step);
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
