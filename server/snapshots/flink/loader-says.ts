/** For tests: what Flink's own loader says of a metadata file (e2e/flink/metadata-loader), and what this reader says in the same words. */
import { inspectFlinkMetadata } from './inspect-metadata.ts';
import { readFlinkMetadata } from './read-metadata.ts';

export interface LoaderOperator {
  readonly id: string;
  readonly name: string;
  readonly uid: string;
  readonly parallelism: number;
  readonly maxParallelism: number;
  readonly isFullyFinished: boolean;
  readonly stateSize: number;
  readonly coordinatorBytes: number | null;
  /** Index, state size, managed operator, raw operator, managed keyed, raw keyed, input channel, output channel handles. */
  readonly subtasks: readonly (readonly number[])[];
}

export interface LoaderSays {
  readonly checkpointId: number;
  readonly operators: readonly LoaderOperator[];
}

const sorted = ({ checkpointId, operators }: LoaderSays): LoaderSays => ({
  checkpointId,
  operators: [...operators]
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map(({ id, name, uid, parallelism, maxParallelism, isFullyFinished, stateSize, coordinatorBytes, subtasks }) => {
      const head = { id, name, uid, parallelism, maxParallelism, isFullyFinished, stateSize, coordinatorBytes };
      return { ...head, subtasks: [...subtasks].sort((a, b) => (a[0] as number) - (b[0] as number)) };
    }),
});

/** In an order that both have. */
export const flinkReads = sorted;

/** Throws when the reader refuses the file. */
export function weRead(bytes: Uint8Array): LoaderSays {
  const found = inspectFlinkMetadata(bytes);
  if (found.kind === 'problem') throw new Error(`${found.reason} at ${found.offset}`);
  const handles = new Map(readFlinkMetadata(bytes).operators.map((operator) => [operator.id, operator.subtasks]));
  return sorted({
    checkpointId: found.checkpointId,
    operators: found.operators.map((one) => ({
      id: one.id,
      name: one.name ?? '',
      uid: one.uid ?? '',
      parallelism: one.parallelism,
      maxParallelism: one.maxParallelism,
      isFullyFinished: one.isFinished,
      stateSize: one.stateBytes,
      coordinatorBytes: one.coordinatorBytes,
      subtasks: one.subtasks.map(({ index, stateBytes }) => {
        const subtask = handles.get(one.id)?.find((other) => other.index === index);
        if (!subtask) throw new Error(`operator ${one.id} has no subtask ${index}`);
        const has = [subtask.managedOperator, subtask.rawOperator, subtask.managedKeyed, subtask.rawKeyed];
        const channels = (direction: string) => subtask.channels.filter((channel) => channel.direction === direction).length;
        return [index, stateBytes, ...has.map((handle) => (handle === null ? 0 : 1)), channels('input'), channels('output')];
      }),
    })),
  });
}

/** Lengths at which the reader takes the beginning of a file for a whole one: there should be none. */
export function takenCuts(bytes: Uint8Array): number[] {
  const taken: number[] = [];
  for (let length = 0; length < bytes.length; length++) {
    if (inspectFlinkMetadata(bytes.subarray(0, length)).kind !== 'problem') taken.push(length);
  }
  return taken;
}
