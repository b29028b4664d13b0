/**
 * What a run takes over from a snapshot. Reads and checks the manifest, decides whether it fits the plan, and answers for each operator:
 * source positions, watermark, values, what sinks have still to commit. State itself is loaded group by group into the subtasks.
 *
 * Loaded only when there is a snapshot to restore: a fresh start needs none of it.
 */
import { MANIFEST_NAME, type Manifest } from '../checkpoint/manifest.ts';
import { RestoreError } from '../checkpoint/restore-error.ts';
import type { SnapshotFolder } from '../checkpoint/snapshot-folder.ts';
import { readManifest, visitState } from '../checkpoint/snapshot-reader.ts';
import type { Committable, SplitPosition } from '../connectors/contract.ts';
import type { PhysicalPlan } from '../planner/physical-plan.ts';
import { compareStates } from '../planner/plan-compatibility.ts';
import type { OperatorStateStore } from '../state/contract.ts';
import { HASH_VERSION } from '../state/hash.ts';
import { subtaskOf } from '../state/key-groups.ts';

export interface RestoredJob {
  readonly folder: SnapshotFolder;
  readonly manifest: Manifest;
  /** Null when the snapshot does not know this source. */
  positionsOf(uid: string): readonly SplitPosition[] | null;
  committablesOf(uid: string): readonly Committable[];
  /** Null before the first watermark, and when the snapshot was taken at the end of input (its final watermark means nothing to a new run). */
  watermarkOf(uid: string): number | null;
  /** Sinks of the snapshot that the plan no longer has, with what they have still to commit. */
  readonly orphanedSinks: Manifest['sinks'];
  /** What is dropped or taken over in another way than one might think; one line each. */
  readonly notes: readonly string[];
  /** Loads state and values into the stores. What belongs to a store that is not here is left to whoever has it. */
  loadInto(stores: RestoredStores): Promise<void>;
}

export interface RestoredStores {
  /** An operator's stores by subtask, null where the subtask is not here; null when the plan has no such operator. */
  of(uid: string): readonly (OperatorStateStore | null)[] | null;
  /** Whether parts of operators that the plan no longer has are read here, so that their damage is told all the same. */
  readonly checksDropped: boolean;
}

export async function openSnapshot(folder: SnapshotFolder, plan: PhysicalPlan, allowNonRestoredState: boolean): Promise<RestoredJob> {
  const manifest = await readManifest(folder);
  const uids = new Set(plan.nodes.map((node) => node.uid));
  const notes = [...checkStates(folder, manifest, plan), ...checkFits(folder, manifest, uids, allowNonRestoredState)];
  return restoredFrom(folder, manifest, plan, notes);
}

/** From a manifest that was read and checked before. */
export function restoredFrom(folder: SnapshotFolder, manifest: Manifest, plan: PhysicalPlan, notes: readonly string[]): RestoredJob {
  const uids = new Set(plan.nodes.map((node) => node.uid));
  const positions = new Map(manifest.sources.map((source) => [source.operatorUid, source.splits]));
  const committables = new Map(manifest.sinks.map((sink) => [sink.operatorUid, sink.committables]));
  return {
    folder,
    manifest,
    notes,
    positionsOf: (uid) => positions.get(uid) ?? null,
    committablesOf: (uid) => committables.get(uid) ?? [],
    watermarkOf(uid) {
      const text = manifest.watermarks[uid];
      return text === undefined || Number(text) >= Number.MAX_SAFE_INTEGER ? null : Number(text);
    },
    orphanedSinks: manifest.sinks.filter((sink) => !uids.has(sink.operatorUid) && sink.committables.length > 0),
    async loadInto(stores) {
      const storeOf = (uid: string, group: number) => {
        const states = stores.of(uid);
        return states && (states[subtaskOf(group, states.length, manifest.keyGroups)] ?? null);
      };
      await visitState(
        folder,
        manifest,
        ({ operatorUid, table, formatVersion, layout, group, bytes }) =>
          storeOf(operatorUid, group)?.load(table, formatVersion, layout, group, bytes),
        (uid, group) => (stores.of(uid) === null ? stores.checksDropped : storeOf(uid, group) !== null),
      );
      for (const { operatorUid, values } of manifest.operatorValues)
        for (const state of stores.of(operatorUid) ?? []) state?.loadValues(values);
    },
  };
}

/** What the plans say of each operator's state; what is dropped is judged by what the snapshot really holds (checkFits). */
function checkStates(folder: SnapshotFolder, manifest: Manifest, plan: PhysicalPlan): string[] {
  const notes: string[] = [];
  for (const comparison of comparePlans(folder, manifest, plan)) {
    if (comparison.outcome === 'incompatible') throw incompatible(folder, `${comparison.description}: ${comparison.reason}`);
    if (comparison.outcome !== 'migrated') continue;
    const isCounting = comparison.kind === 'groupAggregate' || comparison.kind === 'windowAggregate';
    const since = isCounting ? 'counts from this snapshot on' : 'is NULL in rows kept before';
    for (const field of comparison.added) notes.push(`${comparison.description}: ${field} is new and ${since}.`);
    for (const field of comparison.dropped) notes.push(`${comparison.description}: ${field} is no longer used, its state is dropped.`);
  }
  return notes;
}

function comparePlans(folder: SnapshotFolder, manifest: Manifest, plan: PhysicalPlan): ReturnType<typeof compareStates> {
  try {
    return compareStates(manifest.plan, plan);
  } catch (error) {
    const why = `The snapshot ${folder.uri} is damaged: the plan in ${MANIFEST_NAME} is no plan (${(error as Error).message}).`;
    throw new RestoreError('restore-broken', folder.uri, MANIFEST_NAME, why, { cause: error });
  }
}

/** Refuses what cannot be right; returns what people should know. */
function checkFits(folder: SnapshotFolder, manifest: Manifest, uids: ReadonlySet<string>, allowNonRestoredState: boolean): string[] {
  if (manifest.hashVersion !== HASH_VERSION) {
    throw incompatible(
      folder,
      `its rows were distributed by hash version ${manifest.hashVersion}, this engine has version ${HASH_VERSION}.`,
    );
  }
  const describe = new Map(manifest.plan.nodes.map((node) => [node.uid, node.description ?? node.kind]));
  const held = [
    ...manifest.tables.filter((table) => table.records > 0).map((table) => table.operatorUid),
    ...manifest.sources.map((source) => source.operatorUid),
  ];
  const missing = [...new Set(held)].filter((uid) => !uids.has(uid));
  if (missing.length > 0 && !allowNonRestoredState) {
    const names = missing.map((uid) => describe.get(uid) ?? uid).join('; ');
    throw incompatible(
      folder,
      `it holds state that this job has no operator for: ${names}. Allow non-restored state to drop it, or restore the former SQL.`,
    );
  }
  return missing.map((uid) => `State of ${describe.get(uid) ?? uid} is dropped: the job no longer has this operator.`);
}

function incompatible(folder: SnapshotFolder, why: string): RestoreError {
  return new RestoreError('restore-incompatible', folder.uri, null, `The snapshot ${folder.uri} does not fit this job: ${why}`);
}
