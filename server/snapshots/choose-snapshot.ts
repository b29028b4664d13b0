/**
 * Which snapshot a run begins from. Candidates are tried newest first; one whose manifest or parts are damaged or missing is passed over and
 * named. A store that does not answer ends the search: an older snapshot must never be taken only because the newest could not be asked.
 *
 * A start by a person takes the newest of the job, or the one that was chosen and no other. A restart continues what was begun: the
 * snapshots of the runs since the last start by a person, then the snapshot that start used, then older ones. After a start that was
 * chosen to be empty there is nothing before it.
 */
import { type Said, say } from '../contract/said.ts';
import type { RestoreChoice } from '../contract/start.ts';
import type { Database } from '../db/open-database.ts';
import type { ObjectStore } from '../storage/contract.ts';
import { type SnapshotRow, USABLE } from './catalogue.ts';
import { checkRestorableFlink } from './flink/check-restorable.ts';
import { handOver } from './flink/hand-over.ts';
import { checkRestorable, type RestorableContent } from './inspect-snapshot.ts';
import { folderAt } from './snapshot-place.ts';

const MADE_BY_FLINK = say('said.broken.flink');

export interface PassedOver {
  readonly id: string;
  readonly name: string;
  readonly reason: Said;
  /** Made by the other engine, which can restore it: nothing is wrong with it. */
  readonly isForeign: boolean;
}

export type SnapshotChoice =
  | ({ readonly kind: 'snapshot'; readonly row: SnapshotRow; readonly passedOver: readonly PassedOver[] } & RestorableContent)
  /** There is none to restore, and none was passed over. */
  | { readonly kind: 'none' }
  | { readonly kind: 'all-damaged'; readonly passedOver: readonly PassedOver[] }
  | { readonly kind: 'unreachable'; readonly reason: Said };

const NEWEST_FIRST = [{ createdAt: 'desc' }, { checkpointId: 'desc' }] as const;

export async function candidatesOfStart(database: Database, jobId: number, choice: RestoreChoice): Promise<SnapshotRow[]> {
  if (choice.kind === 'empty' || choice.kind === 'time') return [];
  if (choice.kind === 'snapshot') return database.snapshot.findMany({ where: { jobId, id: choice.snapshotId, deletedAt: null } });
  return database.snapshot.findMany({ where: { jobId, ...USABLE }, orderBy: [...NEWEST_FIRST] });
}

const BY_PERSON = ['empty', 'snapshot', 'time'];

export async function candidatesOfRestart(database: Database, jobId: number): Promise<SnapshotRow[]> {
  const base = await database.run.findFirst({ where: { jobId, start: { in: BY_PERSON } }, orderBy: { number: 'desc' } });
  const all = await database.snapshot.findMany({ where: { jobId, ...USABLE }, orderBy: [...NEWEST_FIRST] });
  if (!base) return all;
  const own = all.filter((row) => row.runNumber !== null && row.runNumber >= base.number);
  if (base.restoredFromId === null) return own;
  const used = all.find((row) => row.id === base.restoredFromId);
  const usedAtMs = used?.createdAt.getTime() ?? base.startedAt.getTime();
  const older = all.filter((row) => !own.includes(row) && row !== used && row.createdAt.getTime() <= usedAtMs);
  return [...own, ...(used ? [used] : []), ...older];
}

/** `engine`: which is to restore it. Flink takes from this engine's snapshots only what `handOver` can give it; the other way nothing goes. */
export async function chooseFirstRestorable(
  store: ObjectStore,
  candidates: readonly SnapshotRow[],
  engine: 'embedded' | 'flink',
): Promise<SnapshotChoice> {
  const passedOver: PassedOver[] = [];
  for (const row of candidates) {
    if (engine === 'embedded' && row.engine !== engine) {
      passedOver.push({ id: row.id, name: row.name, reason: MADE_BY_FLINK, isForeign: true });
      continue;
    }
    const folder = folderAt(store, row.path);
    const checked = row.engine === 'embedded' ? await checkRestorable(folder) : await checkRestorableFlink(folder);
    if (checked.kind === 'unreachable') return checked;
    const handed = engine === 'flink' && checked.kind === 'restorable' && checked.engine === 'embedded' ? handOver(checked.manifest) : null;
    if (handed?.kind === 'refused') {
      passedOver.push({ id: row.id, name: row.name, reason: handed.reason, isForeign: true });
      continue;
    }
    if (checked.kind === 'restorable') return { ...checked, kind: 'snapshot', row, passedOver };
    passedOver.push({ id: row.id, name: row.name, reason: checked.reason, isForeign: false });
  }
  return passedOver.length === 0 ? { kind: 'none' } : { kind: 'all-damaged', passedOver };
}
