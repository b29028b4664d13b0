/**
 * Which thread has which subtasks, and what connects subtasks: thread k of W has the subtasks k, k + W, k + 2 W … of every task, as Flink's slots
 * have one of each. So an edge between equal subtasks never leaves its thread.
 */
import type { RowSchema } from '../types/sql-type.ts';
import { type ChannelReader, type ChannelWriter, createQueueChannel } from './channel.ts';
import type { EdgeSpec, JobGraph } from './job-graph.ts';

/** The ends of one channel that are in this thread. */
export interface ChannelEnds {
  readonly writer: ChannelWriter | null;
  readonly reader: ChannelReader | null;
}

export interface Placement {
  isHere(subtask: number): boolean;
  /** `edge`: index in the graph's edges; from and to: subtasks, one of them here at least; `schema`: of the rows. */
  connect(edge: number, from: number, to: number, schema: RowSchema): ChannelEnds;
}

/** All subtasks in one thread. */
export const ALL_HERE: Placement = {
  isHere: () => true,
  connect: queueBetween,
};

export function queueBetween(): ChannelEnds {
  const channel = createQueueChannel();
  return { writer: channel, reader: channel };
}

export function threadOf(subtask: number, threads: number): number {
  return subtask % threads;
}

/**
 * The subtasks that a writer of an edge reaches. Forward: subtask to subtask; readers beyond the writers' number get watermarks, barriers and
 * ends of one of them, but no rows.
 */
export function readersOf(edge: EdgeSpec, writer: number, writers: number, readers: number): number[] {
  const all = Array.from({ length: readers }, (_, reader) => reader);
  if (edge.distribution.kind !== 'forward') return all;
  return all.filter((reader) => (readers <= writers ? reader === writer % readers : reader % writers === writer));
}

/** The highest parallelism of a task: more threads than that would have nothing to do. */
export function widthOf(graph: JobGraph): number {
  return Math.max(1, ...graph.tasks.map((task) => task.parallelism));
}
