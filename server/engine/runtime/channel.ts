/**
 * What connects two subtasks: an ordered, bounded line of messages with one writer and one reader. The in-process queue below is one
 * implementation; a ring in shared memory between threads can take its place, for nothing here hands over more than data, and the reader
 * is woken by a callback.
 *
 * Backpressure: `send` always takes the message (operators cannot wait in the middle of a batch), so a writer may overshoot by what one call
 * emits; the task waits for room before it begins the next piece of work.
 */
import type { Barrier } from '../checkpoint/coordinator.ts';
import type { Batch } from '../types/batch.ts';

export type ChannelMessage =
  /** The batch owns its buffers. */
  | { readonly kind: 'batch'; readonly batch: Batch }
  | { readonly kind: 'watermark'; readonly watermarkMs: number }
  | { readonly kind: 'idle'; readonly isIdle: boolean }
  | { readonly kind: 'barrier'; readonly barrier: Barrier }
  /** No more rows; barriers may still follow. */
  | { readonly kind: 'end' };

export interface ChannelWriter {
  send(message: ChannelMessage): void;
  readonly hasRoom: boolean;
  /** Resolves when there is room, or when the channel was closed. */
  whenRoom(): Promise<void>;
}

export interface ChannelReader {
  take(): ChannelMessage | null;
  /** Called when a message arrives in an empty channel. */
  onMessage: () => void;
}

export interface Channel extends ChannelWriter, ChannelReader {
  /** Drops what is under way and lets the writer go. */
  close(): void;
}

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
