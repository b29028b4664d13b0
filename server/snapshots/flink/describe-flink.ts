/** A snapshot of Flink in the words of the catalogue: its operators, its positions, and whether the files it refers to are there. */
import type { SnapshotDetail, SplitPositionView } from '../../contract/snapshot.ts';
import type { SnapshotFolder } from '../../engine/checkpoint/snapshot-folder.ts';
import { type ObjectRef, StoreError } from '../../storage/contract.ts';
import { bucketProblem, keyProblem } from '../../storage/object-key.ts';
import type { FlinkFile, FlinkInspection } from './inspect-metadata.ts';

/** Without a uid in the file the id stands for it; Flink does not count the records of its state. */
export function describeFlinkOperators(inspection: FlinkInspection): SnapshotDetail['operators'] {
  return inspection.operators.map((one) => ({
    uid: one.uid ?? one.id,
    description: one.name ?? one.id,
    isStateful: one.isStateful,
    stateRecords: null,
    stateBytes: one.isStateful ? one.stateBytes : null,
  }));
}

export function describeFlinkPositions(inspection: FlinkInspection): SplitPositionView[] {
  return inspection.kafkaPositions.map(({ operatorId, operatorName, topic, partition, next }) => ({
    source: operatorName?.replace(/^Source: /, '') ?? topic,
    operatorUid: inspection.operators.find((one) => one.id === operatorId)?.uid ?? operatorId,
    split: `${topic}-${partition}`,
    position: typeof next === 'bigint' ? next.toLocaleString('en-US') : next,
    offset: typeof next === 'bigint' && next <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(next) : null,
  }));
}

/** Schemes that Flink's file systems for object stores go by. */
const OBJECT_SCHEME = /^(?:s3|s3a|s3n|s3p|obs|oss|cosn):\/\/([^/]+)\/(.+)$/;

/** Where a file of the snapshot lies in the store; null when that is not in an object store. */
export function placeOfFlinkFile(folder: SnapshotFolder, file: FlinkFile): ObjectRef | null {
  const match = file.isRelative ? null : OBJECT_SCHEME.exec(file.path);
  const ref = file.isRelative
    ? { bucket: folder.bucket, key: folder.prefix + file.path }
    : match && { bucket: match[1] as string, key: (match[2] as string).replace(/\/{2,}/g, '/') };
  return ref && bucketProblem(ref.bucket) === null && keyProblem(ref.key) === null ? ref : null;
}

export interface FlinkFilesCheck {
  readonly total: number;
  /** Not there, and there but of another length than the metadata says. */
  readonly missing: readonly string[];
  readonly cut: readonly string[];
  /** On a file system that is not asked here (`file:`, `hdfs:`). */
  readonly elsewhere: readonly string[];
}

const AT_ONCE = 16;

/** Looks for every file without reading it. Throws StoreError when the store does not answer. */
export async function checkFlinkFiles(folder: SnapshotFolder, files: readonly FlinkFile[]): Promise<FlinkFilesCheck> {
  const missing: string[] = [];
  const cut: string[] = [];
  const elsewhere: string[] = [];
  for (let start = 0; start < files.length; start += AT_ONCE) {
    const batch = files.slice(start, start + AT_ONCE);
    const sizes = await Promise.all(batch.map((file) => sizeOf(folder, placeOfFlinkFile(folder, file))));
    batch.forEach((file, index) => {
      const size = sizes[index] ?? null;
      if (size === 'elsewhere') elsewhere.push(file.path);
      else if (size === null) missing.push(file.path);
      else if (file.isWhole ? size !== file.sizeBytes : size < file.sizeBytes) cut.push(file.path);
    });
  }
  return { total: files.length, missing, cut, elsewhere };
}

async function sizeOf(folder: SnapshotFolder, ref: ObjectRef | null): Promise<number | null | 'elsewhere'> {
  if (ref === null) return 'elsewhere';
  try {
    return (await folder.store.head(ref))?.size ?? null;
  } catch (error) {
    if (error instanceof StoreError && (error.code === 'not-found' || error.code === 'bucket-not-found')) return null;
    throw error;
  }
}
