/** The checks of Import Savepoint as they are told, and those that are the same for every engine's snapshots. */

import type { ImportPreview } from '../contract/import.ts';
import { recognise } from '../contract/recognise.ts';
import { inEnglish, type Said, say } from '../contract/said.ts';
import type { SplitPositionView } from '../contract/snapshot.ts';
import type { Prisma } from '../db/open-database.ts';
import type { SnapshotFolder } from '../engine/checkpoint/snapshot-folder.ts';
import type { SnapshotContext } from './context.ts';
import { reasonsOf, type SourcePreview } from './preview-positions.ts';

export type Check = ImportPreview['checks'][number];
type CheckName = Check['check'];
type JobRow = Prisma.JobGetPayload<Record<string, never>>;

/** A snapshot found at a path, as it will be registered. */
export interface FoundSnapshot {
  readonly name: string;
  readonly kind: 'checkpoint' | 'savepoint';
  readonly engine: 'embedded' | 'flink';
  readonly path: string;
  readonly checkpointId: number | null;
  readonly createdMs: number;
  readonly durationMs: number;
  readonly sizeBytes: number;
  readonly parallelism: number | null;
  readonly keyGroups: number | null;
  readonly recordsIn: number | null;
  readonly recordsOut: number | null;
  readonly positions: SplitPositionView[];
  readonly sqlSha256: string | null;
}

export interface ImportAnswer {
  readonly preview: ImportPreview;
  readonly found: FoundSnapshot | null;
}

export type Text = Said | string;
export const told = (text: Text) => {
  const said = typeof text === 'string' ? recognise(text) : text;
  return { message: inEnglish(said), said };
};
export const pass = (check: CheckName, text: Text): Check => ({ check, result: 'pass', ...told(text) });
export const note = (check: CheckName, text: Text): Check => ({ check, result: 'note', ...told(text) });
export const fail = (check: CheckName, text: Text): Check => ({ check, result: 'fail', ...told(text) });
export const notRun = (check: CheckName, text: Text): Check => ({ check, result: 'not-run', ...told(text) });

/** Whether the sources still hold a snapshot's positions. */
export function positionsCheck(partitions: SourcePreview['partitions'], silent: SourcePreview['silent']): Check {
  const reasons = reasonsOf(silent);
  if (silent.length > 0) return fail('positions-held', say('said.import.positionsUnknown', { reasons }));
  const unknown = partitions.filter((one) => one.lost.value === null);
  const lost = partitions.reduce((sum, one) => sum + (one.lost.value ?? 0), 0);
  if (unknown.length > 0) return fail('positions-held', unknown[0]?.said[0] ?? say('said.import.oneSilent'));
  if (lost > 0) return fail('positions-held', say('said.import.positionsGone', { n: lost }));
  return pass('positions-held', say('said.import.positionsHeld'));
}

export async function ageCheck(context: SnapshotContext, job: JobRow, folder: SnapshotFolder, createdMs: number): Promise<Check> {
  const newest = job.newestSnapshotId === null ? null : await context.database.snapshot.findUnique({ where: { id: job.newestSnapshotId } });
  if (!newest) return pass('newer-than-newest', say('said.import.first'));
  if (newest.path === folder.uri) return pass('newer-than-newest', say('said.import.isNewest'));
  const behindMs = newest.createdAt.getTime() - createdMs;
  if (behindMs <= 0) return pass('newer-than-newest', say('said.import.newer'));
  return note('newer-than-newest', say('said.import.older', { name: newest.name, behindMs }));
}
