/**
 * Handles of Flink's metadata: where state lies and how large it is. Layouts as MetadataV2V3SerializerBase and its successors up to version 6
 * write them; nothing is length-prefixed, so a type that is not known here is refused with its offset. Sizes are what Flink's
 * StateObject.getStateSize answers for the same handle.
 */
import type { MetadataCursor } from './metadata-cursor.ts';

/** Bytes of the metadata that a handle takes: from `at` up to `end`. */
export interface Span {
  readonly at: number;
  readonly end: number;
}

export type StreamHandle =
  | { readonly kind: 'inline'; readonly name: string; readonly data: Uint8Array }
  /** `path` is a whole URI. */
  | ({ readonly kind: 'file'; readonly path: string; readonly size: number } & Span)
  /** `path` is a name in the folder that holds `_metadata`. */
  | ({ readonly kind: 'relative'; readonly path: string; readonly size: number } & Span)
  /** Part of a file that holds the state of several (file merging); `path` is a whole URI. */
  | {
      readonly kind: 'segment';
      readonly path: string;
      readonly start: number;
      readonly size: number;
      readonly scope: 'exclusive' | 'shared';
    }
  | {
      readonly kind: 'key-groups';
      readonly range: KeyGroupRange;
      readonly offsets: readonly number[];
      readonly stream: StreamHandle | null;
    }
  | { readonly kind: 'empty' };

/** Key groups `first` to `first + count - 1`. */
export interface KeyGroupRange {
  readonly first: number;
  readonly count: number;
}

export interface NamedStream {
  readonly name: string;
  readonly stream: StreamHandle | null;
}

export type KeyedHandle =
  | {
      readonly kind: 'key-groups';
      /** The form that every state backend reads (a canonical savepoint). */
      readonly isCanonical: boolean;
      readonly range: KeyGroupRange;
      readonly offsets: readonly number[];
      readonly stream: StreamHandle | null;
    }
  | {
      readonly kind: 'incremental';
      readonly range: KeyGroupRange;
      readonly checkpointId: number;
      readonly backendId: string;
      readonly meta: StreamHandle | null;
      readonly shared: readonly NamedStream[];
      readonly private: readonly NamedStream[];
    }
  | {
      readonly kind: 'changelog';
      readonly range: KeyGroupRange;
      readonly materialized: readonly KeyedHandle[];
      readonly changes: readonly KeyedHandle[];
    }
  | { readonly kind: 'changes-inline'; readonly range: KeyGroupRange; readonly size: number }
  | {
      readonly kind: 'changes-files';
      readonly range: KeyGroupRange;
      readonly size: number;
      readonly streams: readonly (StreamHandle | null)[];
    };

export type DistributionMode = 'SPLIT_DISTRIBUTE' | 'UNION' | 'BROADCAST';
const MODES: readonly DistributionMode[] = ['SPLIT_DISTRIBUTE', 'UNION', 'BROADCAST'];

export interface OperatorHandle {
  /** Each offset is where an element begins in the stream. */
  readonly states: readonly { readonly name: string; readonly mode: DistributionMode; readonly offsets: readonly number[] }[];
  readonly stream: StreamHandle | null;
}

/** Records that were under way between two subtasks. */
export interface ChannelHandle {
  readonly direction: 'input' | 'output';
  readonly size: number;
  readonly stream: StreamHandle | null;
}

export function readStream(cursor: MetadataCursor): StreamHandle | null {
  const at = cursor.offset;
  const type = cursor.u8('type of a stream handle');
  switch (type) {
    case 0:
      return null;
    case 1: {
      const name = cursor.utf('name of inline state');
      return { kind: 'inline', name, data: cursor.block('inline state') };
    }
    case 2: {
      const size = cursor.size('size of a state file');
      const path = cursor.utf('path of a state file');
      return { kind: 'file', size, path, at, end: cursor.offset };
    }
    case 3:
      return { kind: 'key-groups', ...readKeyGroups(cursor) };
    case 6: {
      const path = cursor.utf('name of a state file');
      const size = cursor.size('size of a state file');
      return { kind: 'relative', path, size, at, end: cursor.offset };
    }
    case 15:
      return readSegment(cursor);
    case 16:
      return { kind: 'empty' };
    default:
      return cursor.fail(`a stream handle of type ${type} is not known`, at);
  }
}

function readSegment(cursor: MetadataCursor): StreamHandle {
  const start = cursor.size('start of a segment');
  const size = cursor.size('size of a segment');
  const at = cursor.offset;
  const scope = cursor.i32('scope of a segment');
  if (scope !== 0 && scope !== 1) cursor.fail(`scope ${scope} of a segment is not known`, at);
  const path = cursor.utf('path of a segment');
  cursor.utf('logical file of a segment');
  return { kind: 'segment', path, start, size, scope: scope === 0 ? 'exclusive' : 'shared' };
}

/** A range; `bytesEach` is what stands in the file for each of its groups. */
function readRange(cursor: MetadataCursor, bytesEach: number): KeyGroupRange {
  const at = cursor.offset;
  const first = cursor.i32('first key group');
  const count = cursor.count('number of key groups', bytesEach);
  if (first < 0 || first + count > 32_768) cursor.fail(`key groups ${first} to ${first + count - 1} are outside 0 to 32767`, at);
  return { first, count };
}

function readKeyGroups(cursor: MetadataCursor) {
  const range = readRange(cursor, 8);
  const offsets = Array.from({ length: range.count }, () => cursor.i64('offset of a key group'));
  return { range, offsets, stream: cursor.nested(() => readStream(cursor)) };
}

export function readKeyed(cursor: MetadataCursor): KeyedHandle | null {
  return cursor.nested(() => readKeyedBody(cursor));
}

function readKeyedBody(cursor: MetadataCursor): KeyedHandle | null {
  const at = cursor.offset;
  const type = cursor.u8('type of a keyed handle');
  switch (type) {
    case 0:
      return null;
    case 3:
    case 7:
    case 12: {
      const groups = readKeyGroups(cursor);
      if (type === 12) cursor.utf('id of a keyed handle');
      return { kind: 'key-groups', isCanonical: type === 7, ...groups };
    }
    case 5:
    case 11:
      return readIncremental(cursor, type === 11);
    case 8:
    case 14:
      return readChangelog(cursor, type === 14);
    case 9:
      return readInlineChanges(cursor);
    case 10:
    case 13:
      return readFileChanges(cursor, type === 13);
    default:
      return cursor.fail(`a keyed handle of type ${type} is not known`, at);
  }
}

function readIncremental(cursor: MetadataCursor, isSecond: boolean): KeyedHandle {
  const checkpointId = cursor.i64('checkpoint of an incremental handle');
  const backendId = cursor.utf('backend of an incremental handle');
  const range = readRange(cursor, 0);
  if (isSecond) cursor.i64('checkpointed size');
  const meta = readStream(cursor);
  const shared = readNamed(cursor, 'number of shared files');
  const own = readNamed(cursor, 'number of private files');
  if (isSecond) cursor.utf('id of a keyed handle');
  return { kind: 'incremental', range, checkpointId, backendId, meta, shared, private: own };
}

function readNamed(cursor: MetadataCursor, what: string): NamedStream[] {
  return cursor.many(what, 3, () => ({ name: cursor.utf('local name of a file'), stream: readStream(cursor) }));
}

function readChangelog(cursor: MetadataCursor, isSecond: boolean): KeyedHandle {
  const range = readRange(cursor, 0);
  cursor.i64('checkpointed size');
  const handles = (what: string): KeyedHandle[] => cursor.many(what, 1, () => readKeyed(cursor)).filter((one) => one !== null);
  const materialized = handles('number of materialized handles');
  const changes = handles('number of changelog handles');
  cursor.i64('materialization id');
  if (isSecond) cursor.i64('checkpoint of a changelog');
  cursor.utf('id of a keyed handle');
  return { kind: 'changelog', range, materialized, changes };
}

function readInlineChanges(cursor: MetadataCursor): KeyedHandle {
  const range = readRange(cursor, 0);
  cursor.i64('first sequence number');
  cursor.i64('last sequence number');
  const sizes = cursor.many('number of changes', 8, () => {
    cursor.i32('key group of a change');
    return cursor.block('change').length;
  });
  cursor.utf('id of a keyed handle');
  return { kind: 'changes-inline', range, size: sizes.reduce((sum, one) => sum + one, 0) };
}

function readFileChanges(cursor: MetadataCursor, isSecond: boolean): KeyedHandle {
  const range = readRange(cursor, 0);
  const streams = cursor.many('number of changelog files', 9, () => {
    cursor.i64('offset in a changelog file');
    return readStream(cursor);
  });
  const size = cursor.size('size of changes');
  cursor.i64('checkpointed size');
  cursor.utf('id of a keyed handle');
  if (isSecond) cursor.utf('storage of a changelog');
  return { kind: 'changes-files', range, size, streams };
}

export function readOperatorHandle(cursor: MetadataCursor): OperatorHandle | null {
  const at = cursor.offset;
  const type = cursor.u8('type of an operator handle');
  if (type === 0) return null;
  if (type !== 4 && type !== 17) cursor.fail(`an operator handle of type ${type} is not known`, at);
  const states = cursor.many('number of operator states', 7, () => {
    const name = cursor.utf('name of an operator state');
    const modeAt = cursor.offset;
    const ordinal = cursor.u8('mode of an operator state');
    const mode = MODES[ordinal] ?? cursor.fail(`mode ${ordinal} of an operator state is not known`, modeAt);
    return { name, mode, offsets: cursor.many('number of elements', 8, () => cursor.size('offset of an element')) };
  });
  if (type === 17) {
    cursor.utf('folder of the task manager');
    cursor.utf('shared folder');
    cursor.bool('whether the merged handle is empty');
  }
  return { states, stream: readStream(cursor) };
}

/** Until version 5 the list that holds it tells the direction; from version 6 a type does. */
export function readChannel(cursor: MetadataCursor, version: number, listed: 'input' | 'output'): ChannelHandle {
  const at = cursor.offset;
  const type = version >= 6 ? cursor.u8('type of a channel handle') : listed === 'input' ? 1 : 2;
  if (type < 1 || type > 4) cursor.fail(`a channel handle of type ${type} is not known`, at);
  const direction = type % 2 === 1 ? 'input' : 'output';
  cursor.i32('subtask of a channel');
  if (type >= 3) {
    const size = cursor.size('size of a channel');
    const stream = readStream(cursor);
    cursor.block('offsets of merged channels');
    return { direction, size, stream };
  }
  cursor.i32('gate or partition of a channel');
  cursor.i32('number of a channel');
  cursor.many('number of buffers', 8, () => cursor.i64('offset of a buffer'));
  const size = cursor.size('size of a channel');
  return { direction, size, stream: readStream(cursor) };
}

export function streamSize(stream: StreamHandle | null): number {
  if (stream === null || stream.kind === 'empty') return 0;
  if (stream.kind === 'inline') return stream.data.length;
  return stream.kind === 'key-groups' ? streamSize(stream.stream) : stream.size;
}

export function keyedSize(handle: KeyedHandle): number {
  switch (handle.kind) {
    case 'key-groups':
      return streamSize(handle.stream);
    case 'changelog':
      return [...handle.materialized, ...handle.changes].reduce((sum, one) => sum + keyedSize(one), 0);
    case 'incremental':
      return [handle.meta, ...handle.shared.map((one) => one.stream), ...handle.private.map((one) => one.stream)].reduce(
        (sum, one) => sum + streamSize(one),
        0,
      );
    default:
      return handle.size;
  }
}

/** Every stream that a keyed handle refers to. */
export function streamsOfKeyed(handle: KeyedHandle): (StreamHandle | null)[] {
  switch (handle.kind) {
    case 'key-groups':
      return [handle.stream];
    case 'incremental':
      return [handle.meta, ...handle.shared.map((one) => one.stream), ...handle.private.map((one) => one.stream)];
    case 'changelog':
      return [...handle.materialized, ...handle.changes].flatMap(streamsOfKeyed);
    case 'changes-inline':
      return [];
    case 'changes-files':
      return [...handle.streams];
  }
}
