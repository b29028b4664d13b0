/**
 * Writes a snapshot: parts first, the manifest last.
 *
 * Protocol: the tables of one subtask go, key group by key group, into part objects of at most about PART_BYTES; the event loop gets its
 * turn between groups. A part counts as stored only after it was read back with the same length and SHA-256. The manifest is put after all
 * parts; where the store can create conditionally, an object already there means that somebody else wrote this snapshot. When the
 * answer to the put of the manifest is lost, the store is asked what it holds: our bytes there = stored.
 */
import { createHash } from 'node:crypto';
import type { Scheduler } from '../../effects/scheduler.ts';
import { StoreError } from '../../storage/contract.ts';
import { MANIFEST_NAME, type Manifest, type ManifestPart, type ManifestTable } from './manifest.ts';
import { encodeManifest } from './manifest-codec.ts';
import { objectIn, objectsBelow, type SnapshotFolder } from './snapshot-folder.ts';
import type { SubtaskSnapshot } from './subtask-snapshot.ts';

const PART_BYTES = 32 * 1024 * 1024;

type GroupRange = ManifestTable['parts'][number]['keyGroups'][number];

interface TableUnderWay {
  readonly head: Pick<ManifestTable, 'operatorUid' | 'table' | 'formatVersion' | 'layout'>;
  readonly parts: { part: ManifestPart; keyGroups: GroupRange[] }[];
  records: number;
}

export interface PartWriteOptions {
  readonly folder: SnapshotFolder;
  /** Begins every part's name: two writers of the same folder never touch each other's objects. */
  readonly attempt: string;
  readonly scheduler: Scheduler;
  /** Aborted when the checkpoint was given up: nothing more is stored from the next step on, and the reason is thrown. */
  readonly signal: AbortSignal;
}

/** Stores the state of all subtasks; returns the manifest's tables. Frozen tables are not released here. */
export async function writeParts(snapshots: readonly SubtaskSnapshot[], options: PartWriteOptions): Promise<ManifestTable[]> {
  const tables = new Map<string, TableUnderWay>();
  for (const snapshot of snapshots) await writeSubtask(snapshot, tables, options);
  return [...tables.values()].map(({ head, parts, records }) => ({ ...head, parts, records }));
}

async function writeSubtask(snapshot: SubtaskSnapshot, tables: Map<string, TableUnderWay>, options: PartWriteOptions): Promise<void> {
  let sequence = 0;
  let chunks: Uint8Array[] = [];
  let length = 0;
  /** Ranges in the part being filled, by table. */
  let open = new Map<TableUnderWay, GroupRange[]>();

  const closePart = async () => {
    if (open.size === 0) return;
    const path = `${options.attempt}-t${snapshot.task}-s${snapshot.subtask}-${sequence++}.part`;
    const part = await storePart(options, path, Buffer.concat(chunks, length));
    for (const [table, keyGroups] of open) table.parts.push({ part, keyGroups });
    chunks = [];
    length = 0;
    open = new Map();
  };

  for (const operator of snapshot.operators) {
    for (const frozen of operator.tables) {
      const table = tableOf(tables, operator.uid, frozen);
      for (const group of frozen.groups) {
        const { bytes, records } = frozen.serialize(group);
        const ranges = open.get(table) ?? [];
        open.set(table, ranges);
        ranges.push({ group, offset: length, length: bytes.length, records });
        chunks.push(bytes);
        length += bytes.length;
        table.records += records;
        if (length >= PART_BYTES) await closePart();
        await options.scheduler.yieldTurn();
        options.signal.throwIfAborted();
      }
    }
  }
  await closePart();
}

/** Tables of the same state that were stored in several places, put together. */
export function mergeTables(tables: readonly ManifestTable[]): ManifestTable[] {
  const merged = new Map<string, ManifestTable>();
  for (const table of tables) {
    const key = JSON.stringify([table.operatorUid, table.table]);
    const known = merged.get(key);
    merged.set(key, known ? { ...known, parts: [...known.parts, ...table.parts], records: known.records + table.records } : table);
  }
  return [...merged.values()];
}

function tableOf(
  tables: Map<string, TableUnderWay>,
  uid: string,
  frozen: { readonly name: string; readonly formatVersion: number; readonly layout: Readonly<Record<string, unknown>> },
): TableUnderWay {
  const key = JSON.stringify([uid, frozen.name]);
  const known = tables.get(key);
  if (known) return known;
  const head = { operatorUid: uid, table: frozen.name, formatVersion: frozen.formatVersion, layout: frozen.layout };
  const table: TableUnderWay = { head, parts: [], records: 0 };
  tables.set(key, table);
  return table;
}

async function storePart(options: PartWriteOptions, path: string, bytes: Uint8Array): Promise<ManifestPart> {
  const { folder } = options;
  const ref = objectIn(folder, path);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  await folder.store.put(ref, bytes);
  options.signal.throwIfAborted();
  const stored = await folder.store.get(ref);
  options.signal.throwIfAborted();
  if (stored.length !== bytes.length || createHash('sha256').update(stored).digest('hex') !== sha256) {
    throw new StoreError('corrupt', `The store returned other bytes than were written for ${folder.uri}/${path}. Check the object store.`);
  }
  return { path, size: bytes.length, sha256 };
}

/** `stored`: the snapshot is complete. `taken`: another manifest is there. `unknown`: the store did not say whether it took it. */
export type ManifestOutcome =
  | { readonly kind: 'stored' }
  | { readonly kind: 'taken' }
  | { readonly kind: 'unknown'; readonly cause: unknown };

export async function storeManifest(folder: SnapshotFolder, manifest: Manifest): Promise<ManifestOutcome> {
  const ref = objectIn(folder, MANIFEST_NAME);
  const bytes = encodeManifest(manifest);
  let failure: unknown = null;
  try {
    if (folder.store.hasConditionalCreate) await folder.store.putIfAbsent(ref, bytes);
    else await folder.store.put(ref, bytes);
  } catch (error) {
    failure = error;
  }
  try {
    const stored = await folder.store.get(ref);
    return Buffer.from(stored.buffer, stored.byteOffset, stored.byteLength).equals(bytes) ? { kind: 'stored' } : { kind: 'taken' };
  } catch (error) {
    return { kind: 'unknown', cause: failure ?? error };
  }
}

/** Deletes what this attempt has stored in a folder whose manifest will not be written. */
export async function deleteParts(folder: SnapshotFolder, attempt: string): Promise<void> {
  const own = (await objectsBelow(folder)).filter((key) => key.startsWith(`${folder.prefix}${attempt}-`));
  for (const key of own) await folder.store.delete({ bucket: folder.bucket, key });
}
