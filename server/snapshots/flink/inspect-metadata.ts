/**
 * What a snapshot of Flink is, from its `_metadata` alone and without a JVM: operators with the sizes Flink itself reports, the files it
 * refers to, whether it may be moved, where Kafka sources stand, which transactions still wait, and which Flink can restore it.
 */
import type { CheckpointProperties } from './checkpoint-properties.ts';
import {
  COMMITTER_STATE,
  type KafkaSplit,
  type PendingCommit,
  readKafkaSplits,
  readPendingCommits,
  SOURCE_STATE,
  type StateRead,
} from './kafka-state.ts';
import { MetadataFault } from './metadata-cursor.ts';
import { type FlinkMetadata, type FlinkOperatorState, type FlinkSubtask, readFlinkMetadata, streamsOf } from './read-metadata.ts';
import { type DistributionMode, keyedSize, streamSize } from './state-handles.ts';

export interface FlinkMetadataProblem {
  readonly kind: 'problem';
  /** Where in the file the field begins that does not fit. */
  readonly offset: number;
  readonly reason: string;
}

export interface FlinkOperator {
  /** 32 hexadecimal digits; null name or uid = the file does not hold it. */
  readonly id: string;
  readonly name: string | null;
  readonly uid: string | null;
  readonly parallelism: number;
  readonly maxParallelism: number;
  /** By Flink's rule: it has coordinator state, or a subtask with state. Stateless operators are dropped freely at a restore. */
  readonly isStateful: boolean;
  readonly isFinished: boolean;
  /** As OperatorState.getStateSize: coordinator and all subtasks. */
  readonly stateBytes: number;
  readonly coordinatorBytes: number | null;
  readonly bytes: {
    readonly managedOperator: number;
    readonly rawOperator: number;
    readonly managedKeyed: number;
    readonly rawKeyed: number;
    /** Records under way between subtasks (unaligned checkpoints). */
    readonly inFlight: number;
  };
  readonly subtasks: readonly { readonly index: number; readonly isFinished: boolean; readonly stateBytes: number }[];
  /** Operator states by name. */
  readonly states: readonly { readonly name: string; readonly mode: DistributionMode; readonly elements: number }[];
}

export interface FlinkFile {
  /** A name in the folder of the snapshot, or a whole URI. */
  readonly path: string;
  readonly isRelative: boolean;
  /** Bytes that the snapshot needs of it from its beginning. */
  readonly sizeBytes: number;
  /** The file is exactly that long; a file that several share may be longer. */
  readonly isWhole: boolean;
}

export interface FlinkInspection {
  readonly kind: 'flink';
  readonly version: number;
  readonly checkpointId: number;
  /** null before version 4: the file does not say. */
  readonly properties: CheckpointProperties | null;
  readonly masterStates: FlinkMetadata['masterStates'];
  readonly operators: readonly FlinkOperator[];
  /** Greatest parallelism of its operators; null when there are none. */
  readonly parallelism: number | null;
  /** State of all operators. */
  readonly totalBytes: number;
  readonly hasInFlightRecords: boolean;
  /** All its files lie in its own folder by relative names: it may be copied and moved. */
  readonly isSelfContained: boolean;
  readonly files: readonly FlinkFile[];
  readonly kafkaPositions: readonly (KafkaSplit & { readonly operatorId: string; readonly operatorName: string | null })[];
  readonly pendingCommits: readonly (PendingCommit & { readonly operatorId: string })[];
  /** Source and committer states that could not be read, and why. */
  readonly unread: readonly { readonly operatorId: string; readonly state: string; readonly reason: string }[];
  /** Oldest Flink that reads this version; every later one does too. */
  readonly oldestFlink: string;
}

const OLDEST_FLINK: Readonly<Record<number, string>> = { 3: '1.11', 4: '1.16', 5: '2.0', 6: '2.1' };

/** Never throws for what the bytes hold: everything that does not fit is a problem with its offset. */
export function inspectFlinkMetadata(bytes: Uint8Array): FlinkInspection | FlinkMetadataProblem {
  try {
    return inspectionOf(readFlinkMetadata(bytes));
  } catch (error) {
    if (error instanceof MetadataFault) return { kind: 'problem', offset: error.offset, reason: error.message };
    throw error;
  }
}

function inspectionOf(metadata: FlinkMetadata): FlinkInspection {
  const operators = metadata.operators.map(operatorOf);
  const files = filesOf(metadata);
  const positions = metadata.operators.map((operator) => ({ operator, read: readState(operator, SOURCE_STATE, readKafkaSplits) }));
  const commits = metadata.operators.map((operator) => ({ operator, read: readState(operator, COMMITTER_STATE, readPendingCommits) }));
  const unreadOf = (all: readonly { operator: FlinkOperatorState; read: StateRead<unknown> }[], state: string) =>
    all.flatMap(({ operator, read }) => (read.kind === 'unread' ? [{ operatorId: operator.id, state, reason: read.reason }] : []));
  return {
    kind: 'flink',
    version: metadata.version,
    checkpointId: metadata.checkpointId,
    properties: metadata.properties,
    masterStates: metadata.masterStates,
    operators,
    parallelism: operators.length === 0 ? null : operators.reduce((most, one) => Math.max(most, one.parallelism), 0),
    totalBytes: sum(operators.map((one) => one.stateBytes)),
    hasInFlightRecords: operators.some((one) => one.bytes.inFlight > 0),
    isSelfContained: files.every((file) => file.isRelative),
    files,
    kafkaPositions: positions.flatMap(({ operator, read }) =>
      read.kind === 'read' ? read.elements.map((split) => ({ operatorId: operator.id, operatorName: operator.name, ...split })) : [],
    ),
    pendingCommits: commits.flatMap(({ operator, read }) =>
      read.kind === 'read' ? read.elements.map((commit) => ({ operatorId: operator.id, ...commit })) : [],
    ),
    unread: [...unreadOf(positions, SOURCE_STATE), ...unreadOf(commits, COMMITTER_STATE)],
    oldestFlink: OLDEST_FLINK[metadata.version] as string,
  };
}

function operatorOf(operator: FlinkOperatorState): FlinkOperator {
  const total = (size: (subtask: FlinkSubtask) => number) => sum(operator.subtasks.map(size));
  const coordinatorBytes = operator.coordinator === null ? null : operator.coordinator.length;
  return {
    id: operator.id,
    name: operator.name,
    uid: operator.uid,
    parallelism: operator.parallelism,
    maxParallelism: operator.maxParallelism,
    isStateful: operator.coordinator !== null || operator.subtasks.some(hasState),
    isFinished: operator.isFinished,
    stateBytes: (coordinatorBytes ?? 0) + total(subtaskSize),
    coordinatorBytes,
    bytes: {
      managedOperator: total((one) => streamSize(one.managedOperator?.stream ?? null)),
      rawOperator: total((one) => streamSize(one.rawOperator?.stream ?? null)),
      managedKeyed: total((one) => (one.managedKeyed === null ? 0 : keyedSize(one.managedKeyed))),
      rawKeyed: total((one) => (one.rawKeyed === null ? 0 : keyedSize(one.rawKeyed))),
      inFlight: total((one) => sum(one.channels.map((channel) => channel.size))),
    },
    subtasks: operator.subtasks.map((one) => ({ index: one.index, isFinished: one.isFinished, stateBytes: subtaskSize(one) })),
    states: statesOf(operator),
  };
}

function hasState(one: FlinkSubtask): boolean {
  return (
    one.managedOperator !== null ||
    one.rawOperator !== null ||
    one.managedKeyed !== null ||
    one.rawKeyed !== null ||
    one.channels.length > 0
  );
}

function subtaskSize(one: FlinkSubtask): number {
  const keyed = [one.managedKeyed, one.rawKeyed].map((handle) => (handle === null ? 0 : keyedSize(handle)));
  const operator = [one.managedOperator, one.rawOperator].map((handle) => streamSize(handle?.stream ?? null));
  return sum([...keyed, ...operator, ...one.channels.map((channel) => channel.size)]);
}

function statesOf(operator: FlinkOperatorState): FlinkOperator['states'] {
  const byName = new Map<string, FlinkOperator['states'][number]>();
  for (const { managedOperator } of operator.subtasks)
    for (const { name, mode, offsets } of managedOperator?.states ?? [])
      byName.set(name, { name, mode, elements: (byName.get(name)?.elements ?? 0) + offsets.length });
  return [...byName.values()];
}

/** Reads one named state of all subtasks; state that lies in another file is not followed. */
function readState<T>(
  operator: FlinkOperatorState,
  name: string,
  read: (stream: Uint8Array, offsets: readonly number[]) => StateRead<T>,
): StateRead<T> {
  const elements: T[] = [];
  for (const { managedOperator } of operator.subtasks) {
    const state = managedOperator?.states.find((one) => one.name === name);
    if (!state || state.offsets.length === 0) continue;
    const stream = managedOperator?.stream ?? null;
    if (stream?.kind !== 'inline') return { kind: 'unread', reason: 'lies in a file beside the metadata' };
    const found = read(stream.data, state.offsets);
    if (found.kind === 'unread') return found;
    for (const element of found.elements) elements.push(element);
  }
  return { kind: 'read', elements };
}

function filesOf(metadata: FlinkMetadata): FlinkFile[] {
  const files = new Map<string, FlinkFile>();
  const add = (file: FlinkFile) => {
    const known = files.get(file.path);
    files.set(file.path, known && known.sizeBytes > file.sizeBytes ? known : file);
  };
  for (const stream of streamsOf(metadata)) {
    if (stream.kind === 'relative') add({ path: stream.path, isRelative: true, sizeBytes: stream.size, isWhole: true });
    // Channel state and changelogs of several subtasks share a file, and a handle then tells the size of the whole.
    if (stream.kind === 'file') add({ path: stream.path, isRelative: false, sizeBytes: stream.size, isWhole: true });
    if (stream.kind === 'segment') {
      add({ path: stream.path, isRelative: false, sizeBytes: stream.start + stream.size, isWhole: false });
    }
  }
  return [...files.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
