/**
 * Flink's `_metadata`, versions 3 to 6 (Flink 1.11 to 2.3), to its last byte: magic, version, checkpoint id, master states, one record an
 * operator, and from version 4 the properties. Structure only; what it means for people is derived in inspect-metadata.ts.
 * Throws MetadataFault (metadata-cursor.ts) at the first field that does not fit.
 */
import { type CheckpointProperties, readCheckpointProperties } from './checkpoint-properties.ts';
import { MetadataCursor } from './metadata-cursor.ts';
import {
  type ChannelHandle,
  type KeyedHandle,
  type OperatorHandle,
  readChannel,
  readKeyed,
  readOperatorHandle,
  readStream,
  type StreamHandle,
  streamsOfKeyed,
} from './state-handles.ts';

const MAGIC = 0x4960672d;
const MASTER_STATE_MAGIC = 0xc96b1696 | 0;
export const OLDEST_VERSION = 3;
export const NEWEST_VERSION = 6;

export interface FlinkSubtask {
  readonly index: number;
  readonly isFinished: boolean;
  readonly managedOperator: OperatorHandle | null;
  readonly rawOperator: OperatorHandle | null;
  readonly managedKeyed: KeyedHandle | null;
  readonly rawKeyed: KeyedHandle | null;
  readonly channels: readonly ChannelHandle[];
}

export interface FlinkOperatorState {
  /** 32 hexadecimal digits. */
  readonly id: string;
  /** From version 5; null = not in the file. */
  readonly name: string | null;
  readonly uid: string | null;
  readonly parallelism: number;
  readonly maxParallelism: number;
  readonly coordinator: Uint8Array | null;
  readonly isFinished: boolean;
  /** By index; subtasks without state may be missing. */
  readonly subtasks: readonly FlinkSubtask[];
}

export interface FlinkMetadata {
  readonly version: number;
  readonly checkpointId: number;
  readonly masterStates: readonly { readonly name: string; readonly version: number; readonly sizeBytes: number }[];
  readonly operators: readonly FlinkOperatorState[];
  /** null before version 4. */
  readonly properties: CheckpointProperties | null;
}

export function readFlinkMetadata(bytes: Uint8Array): FlinkMetadata {
  const cursor = new MetadataCursor(bytes);
  if (cursor.i32('magic number') !== MAGIC) cursor.fail("it does not begin as Flink's metadata does", 0);
  const version = cursor.i32('version');
  if (version < OLDEST_VERSION || version > NEWEST_VERSION) {
    cursor.fail(`version ${version} of the format is not known; ${OLDEST_VERSION} to ${NEWEST_VERSION} are`, 4);
  }
  const checkpointId = cursor.size('checkpoint id');
  const masterStates = cursor.many('number of master states', 8, () => readMasterState(cursor));
  const operators = cursor.many('number of operators', 28, () => readOperator(cursor, version));
  const properties = version >= 4 ? readCheckpointProperties(cursor) : null;
  cursor.end('the operators');
  return { version, checkpointId, masterStates, operators, properties };
}

/** Every stream that its state lies in. */
export function streamsOf(metadata: FlinkMetadata): StreamHandle[] {
  const streams: StreamHandle[] = [];
  const visit = (stream: StreamHandle | null): void => {
    if (stream === null) return;
    if (stream.kind === 'key-groups') visit(stream.stream);
    else streams.push(stream);
  };
  for (const { subtasks } of metadata.operators)
    for (const one of subtasks) {
      for (const handle of [one.managedOperator, one.rawOperator]) visit(handle?.stream ?? null);
      for (const handle of [one.managedKeyed, one.rawKeyed]) if (handle !== null) streamsOfKeyed(handle).forEach(visit);
      for (const channel of one.channels) visit(channel.stream);
    }
  return streams;
}

function readMasterState(cursor: MetadataCursor): FlinkMetadata['masterStates'][number] {
  const at = cursor.offset;
  if (cursor.i32('magic number of a master state') !== MASTER_STATE_MAGIC) cursor.fail('a master state does not begin as one', at);
  const length = cursor.count('length of a master state', 1);
  const start = cursor.offset;
  const version = cursor.i32('version of a master state');
  const name = cursor.utf('name of a master state');
  const sizeBytes = cursor.block('master state').length;
  if (cursor.offset !== start + length) cursor.fail(`master state ${name} has ${cursor.offset - start} bytes, not ${length}`, at);
  return { name, version, sizeBytes };
}

function readOperator(cursor: MetadataCursor, version: number): FlinkOperatorState {
  const text = (what: string) => (version >= 5 ? cursor.utf(what) || null : null);
  const name = text('name of an operator');
  const uid = text('uid of an operator');
  const id = Buffer.from(cursor.bytes(16, 'id of an operator')).toString('hex');
  const at = cursor.offset;
  const parallelism = cursor.i32('parallelism');
  const maxParallelism = cursor.i32('max parallelism');
  if (parallelism < 1 || maxParallelism < parallelism || maxParallelism > 32_768) {
    cursor.fail(`operator ${id} has parallelism ${parallelism} and max parallelism ${maxParallelism}`, at);
  }
  const coordinator = readCoordinator(cursor);
  const head = { id, name, uid, parallelism, maxParallelism, coordinator };
  const countAt = cursor.offset;
  const count = cursor.i32('number of subtasks');
  if (count < 0) return { ...head, isFinished: true, subtasks: [] };
  if (count > parallelism) cursor.fail(`operator ${id} has state of ${count} subtasks and a parallelism of ${parallelism}`, countAt);
  const subtasks = new Map<number, FlinkSubtask>();
  for (let read = 0; read < count; read++) {
    const indexAt = cursor.offset;
    const written = cursor.i32('index of a subtask');
    const isFinished = written < 0;
    const index = isFinished ? -written - 1 : written;
    if (index >= parallelism || subtasks.has(index)) cursor.fail(`operator ${id} has no subtask ${index}, or has it twice`, indexAt);
    subtasks.set(index, isFinished ? finished(index) : readSubtask(cursor, version, index));
  }
  return { ...head, isFinished: false, subtasks: [...subtasks.values()].sort((a, b) => a.index - b.index) };
}

/** Always inline: it is JobManager memory, sent along with the metadata. */
function readCoordinator(cursor: MetadataCursor): Uint8Array | null {
  const at = cursor.offset;
  const stream = readStream(cursor);
  if (stream === null) return null;
  return stream.kind === 'inline' ? stream.data : cursor.fail('the state of a coordinator is not inline', at);
}

function finished(index: number): FlinkSubtask {
  const none = { managedOperator: null, rawOperator: null, managedKeyed: null, rawKeyed: null };
  return { index, isFinished: true, ...none, channels: [] };
}

function readSubtask(cursor: MetadataCursor, version: number, index: number): FlinkSubtask {
  const operatorHandle = (what: string) => (cursor.i32(what) === 0 ? null : readOperatorHandle(cursor));
  const managedOperator = operatorHandle('whether there is managed operator state');
  const rawOperator = operatorHandle('whether there is raw operator state');
  const managedKeyed = readKeyed(cursor);
  const rawKeyed = readKeyed(cursor);
  const inputs = cursor.many('number of input channels', 17, () => readChannel(cursor, version, 'input'));
  const outputs = cursor.many('number of output channels', 17, () => readChannel(cursor, version, 'output'));
  return { index, isFinished: false, managedOperator, rawOperator, managedKeyed, rawKeyed, channels: [...inputs, ...outputs] };
}
