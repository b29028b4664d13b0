/**
 * Exposure: records a run has read since its newest snapshot, which a failure at this moment makes it read again. A run counts once a second, a
 * snapshot tells the count at its barrier. The younger of the two is the last thing known; from there on the count goes on at the rate that
 * was seen last. Never 0 because nobody has counted yet: without a rate it is not known.
 */

import type { Figure } from '../contract/primitives.ts';
import { say } from '../contract/said.ts';
import { basisOf, unknown } from './figures.ts';

/** A count of records that the sources of a run have read since it began. */
export interface Counted {
  readonly atMs: number;
  readonly records: number;
}

export interface RunCounts {
  /** When the run began to read. */
  readonly beganMs: number;
  /** At the barrier of the newest snapshot of this run; null = it has made none yet. */
  readonly saved: Counted | null;
  /** The last report; null = none yet. */
  readonly reported: Counted | null;
  /** Records a second at the last report; null = not told. */
  readonly rate: number | null;
}

/** A rate from less time says nothing. */
const RATE_MS = 1_000;

/** Records since the newest snapshot at this moment, as a real number; null = not known. */
export function recordsAtRisk(counts: RunCounts, nowMs: number): number | null {
  const saved = counts.saved ?? { atMs: counts.beganMs, records: 0 };
  const { reported } = counts;
  const last = reported && reported.atMs > saved.atMs ? reported : saved;
  const since = Math.max(0, last.records - saved.records);
  const goneMs = Math.max(0, nowMs - last.atMs);
  if (goneMs === 0) return since;
  const rate = counts.rate ?? rateOf(saved, reported) ?? rateOf({ atMs: counts.beganMs, records: 0 }, counts.saved);
  return rate === null ? null : since + (rate * goneMs) / 1000;
}

function rateOf(from: Counted, to: Counted | null): number | null {
  if (!to || to.atMs - from.atMs < RATE_MS) return null;
  return (Math.max(0, to.records - from.records) * 1000) / (to.atMs - from.atMs);
}

export const COUNTED_ON = say('said.basis.rateCounted');

/** Always "about", 0 too: the job goes on reading while this is shown. */
export function exposureFigure(counts: RunCounts | null, nowMs: number): Figure {
  const records = counts && recordsAtRisk(counts, nowMs);
  if (records === null) return unknown(say('said.basis.notCounted'));
  return { value: Math.round(records), confidence: 'estimate', ...basisOf(COUNTED_ON) };
}
