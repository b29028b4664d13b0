/**
 * The manifest of a snapshot: the object `_metadata` in the snapshot's folder, written last. It begins with the 8 bytes
 * MANIFEST_MAGIC, then a 4-byte big-endian length, then UTF-8 JSON of that length, then SHA-256 of the JSON (32 bytes). So a cut or
 * changed file is always recognised. (Flink's own `_metadata` begins with 0x4960672d.)
 */
import type { Committable, SplitPosition } from '../connectors/contract.ts';
import type { PhysicalPlan } from '../planner/physical-plan.ts';

export const MANIFEST_NAME = '_metadata';
export const MANIFEST_MAGIC = 'TIDEMRK1';
export const MANIFEST_VERSION = 1;

export type SnapshotKind = 'checkpoint' | 'savepoint';

/** One stored object. `path` is relative to the snapshot's folder, or `../shared/<name>` below the checkpoint folder. */
export interface ManifestPart {
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
}

/** State of one table of one operator, cut by key group. */
export interface ManifestTable {
  readonly operatorUid: string;
  readonly table: string;
  readonly formatVersion: number;
  /** Layout as the state backend wrote it; opaque here. */
  readonly layout: Readonly<Record<string, unknown>>;
  readonly parts: readonly {
    readonly part: ManifestPart;
    /** Byte ranges inside the part, by key group. */
    readonly keyGroups: readonly { readonly group: number; readonly offset: number; readonly length: number; readonly records: number }[];
  }[];
  readonly records: number;
}

export interface Manifest {
  readonly version: typeof MANIFEST_VERSION;
  readonly kind: SnapshotKind;
  /** checkpoint: periodic; stop, manual: savepoints; drain: the sources had ended. */
  readonly trigger: 'periodic' | 'stop' | 'manual' | 'drain' | 'end';
  readonly jobId: string;
  readonly jobName: string;
  readonly checkpointId: number;
  /** Lease generation of the writer: fences zombies. */
  readonly generation: number;
  readonly attempt: string;
  readonly createdMs: number;
  readonly durationMs: number;
  readonly engine: 'embedded';
  readonly engineVersion: string;
  readonly parallelism: number;
  readonly keyGroups: number;
  readonly hashVersion: number;
  readonly sqlSha256: string;
  readonly sql: string;
  readonly plan: PhysicalPlan;
  readonly sources: readonly {
    readonly operatorUid: string;
    readonly table: string;
    readonly connector: string;
    readonly splits: readonly SplitPosition[];
  }[];
  readonly sinks: readonly {
    readonly operatorUid: string;
    readonly table: string;
    readonly connector: string;
    readonly committables: readonly Committable[];
  }[];
  /** Current watermark of each operator in ms as decimal text, by uid (minimum over subtasks). */
  readonly watermarks: Readonly<Record<string, string>>;
  readonly tables: readonly ManifestTable[];
  /** Small non-keyed values of operators (state/contract.ts, OperatorValues), one entry a subtask that set any. */
  readonly operatorValues: readonly {
    readonly operatorUid: string;
    readonly subtask: number;
    readonly values: Readonly<Record<string, unknown>>;
  }[];
  /** Size of everything the snapshot needs, bytes. */
  readonly totalBytes: number;
  readonly recordsIn: number;
  readonly recordsOut: number;
}
// checkpoint/manifest-codec.ts:  encodeManifest(manifest): Uint8Array; decodeManifest(bytes): DecodedManifest ('manifest' | 'flink' | 'broken')
// checkpoint/snapshot-reader.ts: readManifest(folder): Promise<Manifest> (throws RestoreError); verifyParts(folder, manifest): Promise<void>
// checkpoint/snapshot-folder.ts: SnapshotFolder = where a snapshot lies (store, bucket, prefix, URI)
