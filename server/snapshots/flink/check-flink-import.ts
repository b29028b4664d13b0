/** The six checks of Import Savepoint on a snapshot of Flink: it is described as far as its metadata tells, and never restored by this engine. */

import { IMPORT_CHECKS, type ImportPreview } from '../../contract/import.ts';
import { recognise } from '../../contract/recognise.ts';
import { inEnglish, type Said, say } from '../../contract/said.ts';
import type { SnapshotFolder } from '../../engine/checkpoint/snapshot-folder.ts';
import { StoreError } from '../../storage/contract.ts';
import { type InspectedSnapshot, partsProblem } from '../inspect-snapshot.ts';
import { nameOf } from '../snapshot-place.ts';
import { checkFlinkFiles, describeFlinkOperators, describeFlinkPositions } from './describe-flink.ts';
import type { FlinkInspection, FlinkMetadataProblem } from './inspect-metadata.ts';
import { NEWEST_VERSION, OLDEST_VERSION } from './read-metadata.ts';

type Check = ImportPreview['checks'][number];
type Verdict = Pick<Check, 'result' | 'message' | 'said'>;

const verdict = (result: Check['result'], said: Said): Verdict => ({ result, message: inEnglish([said]), said });

export async function previewFlinkImport(
  folder: SnapshotFolder,
  snapshot: Extract<InspectedSnapshot, { kind: 'flink' }>,
): Promise<ImportPreview> {
  const { content } = snapshot;
  const version = snapshot.version === null ? '--' : String(snapshot.version);
  const why = say('said.import.flink', { version });
  const isWhole = content.kind === 'flink';
  const notCompared = verdict('not-run', say(isWhole ? 'said.import.flinkNotCompared' : 'said.import.noManifest'));
  const damaged = isWhole ? null : problemOf(folder, snapshot.version, content);
  const told: Partial<Record<Check['check'], Verdict>> = {
    'manifest-whole': isWhole ? contentVerdict(content, version) : verdict('fail', damaged ?? why),
    'files-present': isWhole ? await filesVerdict(folder, content) : notCompared,
    'fits-sql': verdict('fail', why),
    'positions-held': isWhole && content.unread.length > 0 ? unreadVerdict(content) : notCompared,
  };
  const named = /^chk-\d+$/.test(nameOf(folder)) ? 'checkpoint' : 'savepoint';
  return {
    path: folder.uri,
    kind: (isWhole ? content.properties?.type : null) ?? named,
    engine: 'flink',
    originJob: null,
    createdAt: snapshot.modifiedMs,
    sizeBytes: isWhole ? content.totalBytes : snapshot.sizeBytes,
    partCount: isWhole ? content.files.length : null,
    parallelism: isWhole ? content.parallelism : null,
    positions: isWhole ? describeFlinkPositions(content) : [],
    operators: isWhole ? describeFlinkOperators(content) : [],
    checks: IMPORT_CHECKS.map((check) => ({ check, ...(told[check] ?? notCompared) })),
    canImport: 'no',
    sentence: inEnglish([damaged ?? why]),
    said: [damaged ?? why],
  };
}

function problemOf(folder: SnapshotFolder, version: number | null, problem: FlinkMetadataProblem): Said {
  if (version !== null && (version < OLDEST_VERSION || version > NEWEST_VERSION))
    return say('said.import.flinkVersion', { version: String(version), oldest: OLDEST_VERSION, newest: NEWEST_VERSION });
  return say('said.import.damaged', { folder: folder.uri, reason: `${problem.reason} (byte ${problem.offset})` });
}

/** What a restore must mind comes first. */
function contentVerdict(content: FlinkInspection, version: string): Verdict {
  const { pendingCommits, properties, hasInFlightRecords, operators, oldestFlink } = content;
  if (pendingCommits.length > 0) {
    const first = pendingCommits.find((one) => one.kafka !== null)?.kafka?.transactionalId ?? '--';
    return verdict('note', say('said.import.flinkPending', { n: pendingCommits.length, first }));
  }
  if (properties?.postAction === 'TERMINATE') return verdict('note', say('said.import.flinkDrained'));
  if (hasInFlightRecords) return verdict('note', say('said.import.flinkInFlight'));
  return verdict('pass', say('said.import.flinkRead', { version, n: operators.length, oldest: oldestFlink }));
}

/** Sources and sinks whose state does not tell where they stand. */
function unreadVerdict({ unread, operators }: FlinkInspection): Verdict {
  const nameOfOperator = (id: string) => operators.find((one) => one.id === id)?.name ?? id;
  const reasons = unread.map((one) =>
    say('said.import.elsewhereState', { state: one.state, name: nameOfOperator(one.operatorId), reason: one.reason }),
  );
  return verdict('not-run', say('said.import.positionsUnknown', { reasons }));
}

async function filesVerdict(folder: SnapshotFolder, content: FlinkInspection): Promise<Verdict> {
  try {
    const checked = await checkFlinkFiles(folder, content.files);
    const problem = partsProblem(checked);
    if (problem !== null) return verdict('fail', say('said.import.filesBad', { problem }));
    const first = checked.elsewhere[0];
    if (first !== undefined) return verdict('note', say('said.import.flinkElsewhere', { n: checked.elsewhere.length, first }));
    if (!content.isSelfContained) return verdict('note', say('said.import.flinkNotMovable'));
    return verdict('pass', say('said.import.files', { n: checked.total }));
  } catch (error) {
    if (error instanceof StoreError) return verdict('fail', recognise(error.message));
    throw error;
  }
}
