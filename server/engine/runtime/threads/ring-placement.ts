/** Subtasks spread over threads: channels inside a thread are queues, those between two threads rings in shared memory. */
import type { RowSchema } from '../../types/sql-type.ts';
import type { JobGraph } from '../job-graph.ts';
import { type ChannelEnds, type Placement, queueBetween, readersOf, threadOf } from '../placement.ts';
import { allocateRing, ByteRing } from './byte-ring.ts';
import { Bells } from './doorbell.ts';
import { type RingEnd, RingReader, RingWriter } from './ring-channel.ts';
import type { RingOfChannel } from './thread-messages.ts';

/** Memory of all rings that end in one subtask's input. */
const INPUT_BYTES = 2 ** 20;
const RING_BYTES_MIN = 2 ** 16;

/** Rings for all channels of the graph whose ends are in different threads. */
export function allocateRings(graph: JobGraph, threads: number): RingOfChannel[] {
  return graph.edges.flatMap((edge, index) => {
    const writers = graph.parallelismOf.get(edge.from) as number;
    const readers = graph.parallelismOf.get(edge.to) as number;
    const capacity = Math.max(RING_BYTES_MIN, 2 ** Math.floor(Math.log2(INPUT_BYTES / Math.max(1, writers - 1))));
    return Array.from({ length: writers }, (_, from) => from).flatMap((from) =>
      readersOf(edge, from, writers, readers)
        .filter((to) => threadOf(from, threads) !== threadOf(to, threads))
        .map((to) => ({ edge: index, from, to, memory: allocateRing(capacity) })),
    );
  });
}

/** The placement as one of the threads sees it. */
export class RingPlacement implements Placement {
  readonly #thread: number;
  readonly #threads: number;
  readonly #rings: ReadonlyMap<string, SharedArrayBuffer>;
  readonly #bells: Bells;
  readonly #ends: RingEnd[] = [];
  readonly isHere: (subtask: number) => boolean;

  constructor(thread: number, threads: number, rings: readonly RingOfChannel[], bells: SharedArrayBuffer) {
    this.#thread = thread;
    this.#threads = threads;
    this.#rings = new Map(rings.map(({ edge, from, to, memory }) => [`${edge}/${from}/${to}`, memory]));
    this.#bells = new Bells(bells);
    this.isHere = (subtask) => threadOf(subtask, threads) === thread;
  }

  connect(edge: number, from: number, to: number, schema: RowSchema): ChannelEnds {
    const memory = this.#rings.get(`${edge}/${from}/${to}`);
    if (!memory) return queueBetween();
    const ring = new ByteRing(memory);
    if (this.isHere(from)) {
      const writer = new RingWriter(ring, schema, () => this.#bells.ring(threadOf(to, this.#threads)));
      this.#ends.push(writer);
      return { writer, reader: null };
    }
    const reader = new RingReader(ring, schema, () => this.#bells.ring(threadOf(from, this.#threads)));
    this.#ends.push(reader);
    return { writer: null, reader };
  }

  /** Looks after all ends made, until the returned function is called. */
  listen(): () => void {
    return this.#bells.listen(this.#thread, () => {
      for (const end of this.#ends) end.look();
    });
  }
}
