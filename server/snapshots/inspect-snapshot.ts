/** Reads what lies in a folder: this engine's manifest, Flink's `_metadata` (told by its magic), something damaged, or nothing. */
import { recognise } from '../contract/recognise.ts';
import { type Said, say } from '../contract/said.ts';
import { MANIFEST_NAME, type Manifest, type ManifestPart } from '../engine/checkpoint/manifest.ts';
import { decodeManifest } from '../engine/checkpoint/manifest-codec.ts';
import { objectIn, type SnapshotFolder } from '../engine/checkpoint/snapshot-folder.ts';
import { StoreError } from '../storage/contract.ts';
import { type FlinkInspection, type FlinkMetadataProblem, inspectFlinkMetadata } from './flink/inspect-metadata.ts';

export type InspectedSnapshot =
  | { readonly kind: 'embedded'; readonly manifest: Manifest }
  /** Written by Apache Flink; `version` is its metadata format, `sizeBytes` the length of the metadata. */
  | {
      readonly kind: 'flink';
      readonly version: number | null;
      readonly sizeBytes: number;
      readonly modifiedMs: number;
      readonly content: FlinkInspection | FlinkMetadataProblem;
    }
  | { readonly kind: 'broken'; readonly reason: string }
  | { readonly kind: 'none' };

/** Throws StoreError when the store does not answer. */
export async function inspectSnapshot(folder: SnapshotFolder): Promise<InspectedSnapshot> {
  const ref = objectIn(folder, MANIFEST_NAME);
  let bytes: Uint8Array;
  try {
    bytes = await folder.store.get(ref);
  } catch (error) {
    if (error instanceof StoreError && (error.code === 'not-found' || error.code === 'bucket-not-found')) return { kind: 'none' };
    throw error;
  }
  const decoded = decodeManifest(bytes);
  if (decoded.kind === 'manifest') return { kind: 'embedded', manifest: decoded.manifest };
  if (decoded.kind === 'broken') return decoded;
  const info = await folder.store.head(ref);
  const { version } = decoded;
  return { kind: 'flink', version, sizeBytes: bytes.length, modifiedMs: info?.modifiedMs ?? 0, content: inspectFlinkMetadata(bytes) };
}

/** Each part once, though several tables may share it. */
export function partsOf(manifest: Manifest): readonly ManifestPart[] {
  const parts = new Map<string, ManifestPart>();
  for (const table of manifest.tables) for (const { part } of table.parts) parts.set(part.path, part);
  return [...parts.values()];
}

export interface PartsCheck {
  readonly total: number;
  /** Paths of parts that are not there, or have another length than the manifest says. */
  readonly missing: readonly string[];
  readonly cut: readonly string[];
}

const AT_ONCE = 16;

/** Looks for every part without reading it: there, and as long as it should be. */
export async function checkParts(folder: SnapshotFolder, manifest: Manifest): Promise<PartsCheck> {
  const parts = partsOf(manifest);
  const missing: string[] = [];
  const cut: string[] = [];
  for (let start = 0; start < parts.length; start += AT_ONCE) {
    const batch = parts.slice(start, start + AT_ONCE);
    const infos = await Promise.all(batch.map((part) => folder.store.head(objectIn(folder, part.path))));
    infos.forEach((info, index) => {
      const part = batch[index] as ManifestPart;
      if (info === null) missing.push(part.path);
      else if (info.size !== part.size) cut.push(part.path);
    });
  }
  return { total: parts.length, missing, cut };
}

/** One sentence on what is wrong with the parts, or null. */
export function partsProblem(check: Pick<PartsCheck, 'total' | 'missing' | 'cut'>): Said | null {
  const name = (paths: readonly string[]) => paths.slice(0, 3).join(', ') + (paths.length > 3 ? ', …' : '');
  if (check.missing.length > 0) {
    return say('said.broken.missing', { n: check.missing.length, total: check.total, names: name(check.missing) });
  }
  if (check.cut.length > 0) {
    return say('said.broken.cut', { n: check.cut.length, total: check.total, names: name(check.cut) });
  }
  return null;
}

/** What a start goes by: this engine's manifest, or Flink's metadata. */
export type RestorableContent =
  | { readonly engine: 'embedded'; readonly manifest: Manifest }
  | { readonly engine: 'flink'; readonly flink: FlinkInspection };

export type Restorable =
  | ({ readonly kind: 'restorable' } & RestorableContent)
  | { readonly kind: 'not-restorable'; readonly reason: Said }
  /** The store gave no answer: nothing is known of the snapshot. */
  | { readonly kind: 'unreachable'; readonly reason: Said };

/** Whether the embedded engine can be given it: manifest whole and parts there. Checksums are compared when it is loaded. */
export async function checkRestorable(folder: SnapshotFolder): Promise<Restorable> {
  try {
    const found = await inspectSnapshot(folder);
    if (found.kind === 'none') return { kind: 'not-restorable', reason: say('said.broken.gone') };
    if (found.kind === 'broken') return { kind: 'not-restorable', reason: say('said.broken.manifest', { reason: found.reason }) };
    if (found.kind === 'flink') return { kind: 'not-restorable', reason: say('said.broken.flink') };
    const problem = partsProblem(await checkParts(folder, found.manifest));
    return problem === null
      ? { kind: 'restorable', engine: 'embedded', manifest: found.manifest }
      : { kind: 'not-restorable', reason: problem };
  } catch (error) {
    if (error instanceof StoreError) return { kind: 'unreachable', reason: recognise(error.message) };
    throw error;
  }
}
