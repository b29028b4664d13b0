/** The ledger of a job: every start, restart, stop, failure and fallback with what it cost. Appended, never changed. */

import type { Figure, Verdict } from '../contract/primitives.ts';
import type { LedgerEntry } from '../contract/runs.ts';
import type { Told } from '../contract/said.ts';
import type { DatabaseTransaction } from '../db/open-database.ts';
import { toldColumns } from '../db/told-columns.ts';
import { appendWithEvent } from '../events/append-event.ts';

export const NONE: Figure = { value: 0, confidence: 'exact', basis: null };
export const UNKNOWN: Figure = { value: null, confidence: 'unknown', basis: null };

export interface Cost {
  readonly lost: Figure;
  readonly readAgain: Figure;
  readonly doubled: Figure;
}

export const NO_COST: Cost = { lost: NONE, readAgain: NONE, doubled: NONE };

export interface NewLedgerEntry extends Cost {
  readonly kind: LedgerEntry['kind'];
  readonly runNumber: number | null;
  /** A person's name, or `supervisor`. */
  readonly who: string;
  readonly text: Told;
  readonly snapshot?: { readonly id: string; readonly name: string } | null;
  readonly acceptedBy?: string | null;
  readonly positions?: LedgerEntry['positions'];
}

/** bad: something is lost; unknown: a figure is not known; warn: something comes twice; ok. */
export function verdictOf(cost: Cost): Verdict {
  if (cost.lost.value === null) return 'unknown';
  if (cost.lost.value > 0) return 'bad';
  if (cost.doubled.value === null) return 'unknown';
  return cost.doubled.value > 0 || (cost.readAgain.value ?? 1) > 0 ? 'warn' : 'ok';
}

export async function addLedger(tx: DatabaseTransaction, jobId: number, entry: NewLedgerEntry, atMs: number): Promise<void> {
  const row = {
    jobId,
    at: new Date(atMs),
    kind: entry.kind,
    runNumber: entry.runNumber,
    who: entry.who,
    ...toldColumns(entry.text),
    snapshotId: entry.snapshot?.id ?? null,
    snapshotName: entry.snapshot?.name ?? null,
    lostJson: JSON.stringify(entry.lost),
    readAgainJson: JSON.stringify(entry.readAgain),
    doubledJson: JSON.stringify(entry.doubled),
    verdict: verdictOf(entry),
    acceptedBy: entry.acceptedBy ?? null,
    positionsJson: JSON.stringify(entry.positions ?? []),
  };
  await appendWithEvent(tx, 'LedgerEntry', row, (entryId) => ({ type: 'ledger-added', jobId, entryId }), atMs);
}
