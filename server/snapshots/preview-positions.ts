/** Positions of a snapshot against what the sources still hold: what would be lost, and what waits. Asks the outside world, with a deadline. */

import type { z } from 'zod';
import type { Figure } from '../contract/primitives.ts';
import { recognise } from '../contract/recognise.ts';
import { inEnglish, type Said, say } from '../contract/said.ts';
import type { partitionPreviewSchema } from '../contract/start.ts';
import type { Manifest } from '../engine/checkpoint/manifest.ts';
import type { RuntimeContext, SplitAvailability } from '../engine/connectors/contract.ts';
import type { NodeOf, PhysicalPlan } from '../engine/planner/physical-plan.ts';
import type { SnapshotContext } from './context.ts';
import { offsetOf } from './describe-positions.ts';
import { exactly, NONE, unknown } from './figures.ts';

export type PartitionPreview = z.infer<typeof partitionPreviewSchema>;

/** A source that did not tell what it holds. */
export interface Silence {
  readonly table: string;
  readonly reason: Said;
}

export interface SourcePreview {
  readonly partitions: readonly PartitionPreview[];
  readonly silent: readonly Silence[];
}

export const reasonsOf = (silent: readonly Silence[]): Said[] =>
  silent.map((one) => say('said.blocked.table', { name: one.table, why: one.reason }));

/** Nobody answered within the deadline. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

const DEADLINE_MS = 10_000;

export async function previewPositions(
  context: SnapshotContext,
  plan: PhysicalPlan,
  manifest: Pick<Manifest, 'sources'> | null,
): Promise<SourcePreview> {
  const sources = plan.nodes.filter((node): node is NodeOf<'source'> => node.kind === 'source');
  const previews = await Promise.all(sources.map((node) => previewSource(context, node, manifest)));
  return { partitions: previews.flatMap((one) => one.partitions), silent: previews.flatMap((one) => one.silent) };
}

async function previewSource(
  context: SnapshotContext,
  node: NodeOf<'source'>,
  manifest: Pick<Manifest, 'sources'> | null,
): Promise<SourcePreview> {
  const held = manifest?.sources.find((source) => source.operatorUid === node.uid)?.splits ?? [];
  const snapshotOf = new Map(held.map(({ split, position }) => [split, offsetOf(position)]));
  const connector = context.connectorOf(node.table.connector);
  if (!connector?.availability) {
    const partitions = held.map(({ split }) => partition(node.table.name, split, snapshotOf.get(split) ?? null, null));
    return { partitions, silent: [] };
  }
  try {
    const available = await withDeadline(connector.availability(node.table, runtimeContext(context), DEADLINE_MS));
    const bySplit = new Map(available.map((one) => [one.split, one]));
    const splits = [...new Set([...held.map((one) => one.split), ...available.map((one) => one.split)])];
    return {
      partitions: splits.map((split) => partition(node.table.name, split, snapshotOf.get(split) ?? null, bySplit.get(split) ?? null)),
      silent: [],
    };
  } catch (error) {
    const reason = recognise((error as Error).message);
    const partitions = held.map(({ split }) => ({
      ...partition(node.table.name, split, snapshotOf.get(split) ?? null, null),
      lost: unknown(say('said.basis.noAnswer')),
      note: inEnglish(reason),
      said: [reason],
    }));
    return { partitions, silent: [{ table: node.table.name, reason }] };
  }
}

const numberOf = (text: string | null | undefined): number | null => {
  const value = text == null ? Number.NaN : Number(text);
  return Number.isSafeInteger(value) ? value : null;
};

function partition(source: string, split: string, snapshot: number | null, held: SplitAvailability | null): PartitionPreview {
  const earliest = numberOf(held?.earliest);
  const latest = numberOf(held?.latest);
  const from = snapshot ?? earliest;
  const lost: Figure = snapshot !== null && earliest !== null ? exactly(earliest - snapshot) : NONE;
  const waiting: Figure =
    latest !== null && from !== null ? exactly(latest - Math.max(from, earliest ?? from)) : unknown(say('said.basis.noEnd'));
  const isBeyond = snapshot !== null && latest !== null && snapshot > latest;
  const note = isBeyond ? say('said.source.beyond') : (lost.value ?? 0) > 0 ? say('said.source.gone') : null;
  return {
    source,
    split,
    snapshot,
    earliest,
    latest,
    waiting: isBeyond ? unknown(say('said.basis.beyond')) : waiting,
    lost: isBeyond ? unknown(say('said.basis.beyond')) : lost,
    safeForMs: held?.retentionMs ?? null,
    note: note === null ? '' : inEnglish(note),
    said: note === null ? [] : [note],
  };
}

/** For questions to connectors that belong to no run. */
export function runtimeContext(context: SnapshotContext): RuntimeContext {
  return {
    subtask: 0,
    parallelism: 1,
    clock: context.clock,
    dialer: context.dialer,
    store: context.store,
    timeZone: 'UTC',
    allowLocalFiles: false,
    jobPrefix: 'tm-preview',
    attempt: 'preview',
    log: () => {},
    print: () => {},
  };
}

export function withDeadline<T>(work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new NoAnswer(inEnglish(say('said.basis.late', { seconds: DEADLINE_MS / 1000 })))), DEADLINE_MS);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
