/**
 * What connects two subtasks: an ordered, bounded line of messages with one writer and one reader. The queue below connects subtasks of one
 * thread; threads/ring-channel.ts those of two, for nothing here hands over more than data, and the reader is woken by a callback.
 *
 * Backpressure: `send` always takes the message (operators cannot wait in the middle of a batch), so a writer may overshoot by what one call
 * emits; the task waits for room before it begins the next piece of work.
 */
import type { Barrier } from '../checkpoint/coordinator.ts';
import type { Batch } from '../types/batch.ts';

export type ChannelMessage =
  /** The writer gives its buffers away; the reader may use them until it takes the next message. */
  | { readonly kind: 'batch'; readonly batch: Batch }
  | { readonly kind: 'watermark'; readonly watermarkMs: number }
  | { readonly kind: 'idle'; readonly isIdle: boolean }
  /** Travels behind the rows it was made with: wall time at which the source's reader handed them over, ms. */
  | { readonly kind: 'latency'; readonly readMs: number }
  | { readonly kind: 'barrier'; readonly barrier: Barrier }
  /** No more rows; barriers may still follow. */
  | { readonly kind: 'end' };

interface ChannelEnd {
  /** Drops what is under way and lets the writer go. */
  close(): void;
}

export interface ChannelWriter extends ChannelEnd {
  send(message: ChannelMessage): void;
  readonly hasRoom: boolean;
  /** Resolves when there is room, or when the channel was closed. */
  whenRoom(): Promise<void>;
}

export interface ChannelReader extends ChannelEnd {
  take(): ChannelMessage | null;
  /** Called when a message arrives in an empty channel; it may be called without one. */
  onMessage: () => void;
}

export interface Channel extends ChannelWriter, ChannelReader {}

/** Batches that may wait in a channel before its writer has to. */
const CAPACITY_BATCHES = 8;

export function createQueueChannel(): Channel {
  let messages: ChannelMessage[] = [];
  let head = 0;
  let batches = 0;
  let isClosed = false;
  let waiting: (() => void)[] = [];
  const release = () => {
    const woken = waiting;
    waiting = [];
    for (const wake of woken) wake();
  };
  return {
    onMessage: () => {},
    get hasRoom() {
      return isClosed || batches < CAPACITY_BATCHES;
    },
    send(message) {
      if (isClosed) return;
      messages.push(message);
      if (message.kind === 'batch') batches++;
      if (messages.length - head === 1) this.onMessage();
    },
    whenRoom() {
      return this.hasRoom ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve));
    },
    take() {
      if (head === messages.length) return null;
      const message = messages[head++] as ChannelMessage;
      if (head === messages.length || head > 1024) {
        messages = messages.slice(head);
        head = 0;
      }
      if (message.kind === 'batch' && --batches === CAPACITY_BATCHES - 1) release();
      return message;
    },
    close() {
      isClosed = true;
      messages = [];
      head = 0;
      batches = 0;
      release();
    },
  };
}
