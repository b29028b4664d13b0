/**
 * What a start without a snapshot gives up for a job that had state: rows of state, and the records between the newest snapshot and the ends of
 * its sources. Where a source then begins is its startup option's affair: at its end those records are never read, at its beginning all
 * before the snapshot is read again. So both are said as "not more than".
 */

import type { Figure } from '../contract/primitives.ts';
import { say } from '../contract/said.ts';
import type { Manifest } from '../engine/checkpoint/manifest.ts';
import type { PhysicalPlan } from '../engine/planner/physical-plan.ts';
import type { EngineName } from '../engines/contract.ts';
import { candidatesOfStart, chooseFirstRestorable } from './choose-snapshot.ts';
import { stateByOperator } from './compare-operators.ts';
import type { SnapshotContext } from './context.ts';
import { atMost, sumOf, unknown } from './figures.ts';
import { positionsFor } from './flink/flink-fates.ts';
import type { PartitionPreview } from './preview-positions.ts';

/** The newest snapshot that could have been restored instead. */
export interface Forgone {
  readonly name: string;
  readonly bytes: number;
  /** Of keyed state; null = not told by its metadata. */
  readonly rows: number | null;
  readonly sources: Manifest['sources'];
}

export interface GivenUp {
  /** Of the newest snapshot; null = none is left. */
  readonly name: string | null;
  readonly rows: number | null;
  readonly bytes: number | null;
  readonly between: Figure;
  readonly lost: Figure;
  readonly readAgain: Figure;
}

/** `plan`: by which the positions of Flink's snapshots are told; null = they are not. */
export async function newestForgone(
  context: SnapshotContext,
  jobId: number,
  engine: EngineName,
  plan: PhysicalPlan | null,
): Promise<Forgone | null> {
  const candidates = await candidatesOfStart(context.database, jobId, { kind: 'newest' });
  const found = await chooseFirstRestorable(context.store, candidates, engine);
  if (found.kind !== 'snapshot') return null;
  const head = { name: found.row.name, bytes: Number(found.row.sizeBytes) };
  if (found.engine === 'flink') return { ...head, rows: null, sources: plan ? positionsFor(found.flink, plan).sources : [] };
  const rows = [...stateByOperator(found.manifest).values()].reduce((sum, held) => sum + held.records, 0);
  return { ...head, rows, sources: found.manifest.sources };
}

const BETWEEN = say('said.basis.between');
const BEFORE = say('said.basis.before');

/** `partitions` against the positions of the forgone snapshot. */
export function giveUp(forgone: Forgone | null, partitions: readonly PartitionPreview[], isSilent: boolean): GivenUp {
  if (!forgone) {
    const none = unknown(say('said.basis.noneLeft'));
    return { name: null, rows: null, bytes: null, between: none, lost: none, readAgain: none };
  }
  const { rows } = forgone;
  const told = partitions.filter((one) => one.snapshot !== null);
  const isKnown = !isSilent && told.length > 0;
  const between = isKnown ? sumOf(told.map(betweenOf)) : unknown(say('said.basis.noEnds'));
  const readAgain = isKnown ? sumOf(told.map(beforeOf)) : unknown(say('said.basis.noBegins'));
  return { name: forgone.name, rows, bytes: forgone.bytes, between, lost: between, readAgain };
}

function betweenOf({ snapshot, latest }: PartitionPreview): Figure {
  return snapshot === null || latest === null ? unknown(say('said.basis.noEnd')) : atMost(latest - snapshot, BETWEEN);
}

function beforeOf({ snapshot, earliest }: PartitionPreview): Figure {
  return snapshot === null || earliest === null ? unknown(say('said.basis.noBegin')) : atMost(snapshot - earliest, BEFORE);
}
