'use client';
/**
 * The one event stream of the page. Durable events patch or age what is cached; transient ones (metrics, log, rows) go to the listeners of the
 * job that is open. Protocol: open /events, or /events?jobId= while a job page is open; remember the last id; on a lost connection wait 0.5 s, 1 s,
 * 2 s … 10 s and resume by lastEventId; `resync` ages everything. A tab hidden for 5 min closes the stream and opens it again when shown.
 */
import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef, useSyncExternalStore } from 'react';
import type { ServerEvent } from '../../server/contract/events.ts';
import { applyEvent } from './apply-event.ts';
import { urlOf } from './endpoints.ts';
import { keys } from './query-keys.ts';

export type LiveState = 'connecting' | 'live' | 'reconnecting' | 'paused' | 'offline';
export interface LiveStatus {
  state: LiveState;
  /** ms of the last word from the server (heartbeats count). */
  lastAt: number | null;
  /** When the connection was lost. */
  lostAt: number | null;
}
type Listener = (event: ServerEvent) => void;

const TYPES = [
  'job-changed',
  'job-added',
  'job-removed',
  'snapshot-added',
  'snapshot-changed',
  'snapshot-removed',
  'run-changed',
  'ledger-added',
  'job-event',
  'operation-progress',
  'alarm-changed',
  'metrics',
  'log',
  'rows',
  'resync',
] as const;
const HIDDEN_MS = 5 * 60_000;
const OFFLINE_MS = 30_000;

export class LiveStream {
  #status: LiveStatus = { state: 'connecting', lastAt: null, lostAt: null };
  #source: EventSource | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #attempt = 0;
  #jobId: number | null = null;
  #lastId: string | null = null;
  /** Last id seen on the stream of all jobs: where that stream goes on after a job page was left. */
  #globalId: string | null = null;
  readonly #watchers = new Set<() => void>();
  readonly #listeners = new Set<Listener>();
  readonly #client: QueryClient;

  constructor(client: QueryClient) {
    this.#client = client;
  }

  readonly watch = (watcher: () => void) => {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  };
  readonly status = () => this.#status;

  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Narrows the stream to one job (with its metrics, log and rows), or widens it again. */
  focus(jobId: number | null): void {
    if (this.#jobId === jobId) return;
    if (this.#jobId === null) this.#globalId = this.#lastId;
    else this.#lastId = this.#globalId;
    this.#jobId = jobId;
    if (this.#source) this.open();
  }

  open(): void {
    this.close();
    const url = urlOf('streamEvents', {}, { jobId: this.#jobId, lastEventId: this.#lastId });
    const source = new EventSource(url);
    this.#source = source;
    source.onopen = () => {
      this.#attempt = 0;
      // Without an id nothing is replayed: what was fetched before this moment may have changed since.
      if (this.#lastId === null) void this.#client.invalidateQueries({ predicate: (query) => query.state.dataUpdatedAt > 0 });
      this.#set({ state: 'live', lastAt: Date.now(), lostAt: null });
    };
    source.onerror = () => this.#retry();
    for (const type of TYPES) source.addEventListener(type, (message) => this.#receive(message as MessageEvent<string>));
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = null;
  }

  pause(): void {
    this.close();
    this.#set({ ...this.#status, state: 'paused' });
  }

  #retry(): void {
    this.close();
    const lostAt = this.#status.lostAt ?? Date.now();
    this.#set({ ...this.#status, lostAt, state: Date.now() - lostAt > OFFLINE_MS ? 'offline' : 'reconnecting' });
    this.#attempt += 1;
    this.#timer = setTimeout(() => this.open(), Math.min(10_000, 250 * 2 ** this.#attempt));
  }

  #receive(message: MessageEvent<string>): void {
    if (message.lastEventId) this.#lastId = message.lastEventId;
    this.#status = { ...this.#status, lastAt: Date.now() };
    const event = JSON.parse(message.data) as ServerEvent;
    if (event.type === 'resync') void this.#client.invalidateQueries();
    else applyEvent(this.#client, event);
    for (const listener of this.#listeners) listener(event);
  }

  #set(status: LiveStatus): void {
    this.#status = status;
    for (const watcher of this.#watchers) watcher();
  }
}

const Context = createContext<LiveStream | null>(null);

export function LiveProvider({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const stream = useMemo(() => new LiveStream(client), [client]);
  useEffect(() => {
    stream.open();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const onVisibility = () => {
      clearTimeout(timer);
      if (document.hidden) timer = setTimeout(() => stream.pause(), HIDDEN_MS);
      else if (stream.status().state === 'paused') {
        stream.open();
        void client.invalidateQueries({ queryKey: keys.jobs });
      }
    };
    document.addEventListener('visibilitychange', onVisibility);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', onVisibility);
      stream.close();
    };
  }, [stream, client]);
  return <Context value={stream}>{children}</Context>;
}

export function useLiveStream(): LiveStream {
  const stream = useContext(Context);
  if (!stream) throw new Error('useLiveStream outside LiveProvider');
  return stream;
}

export function useLiveStatus(): LiveStatus {
  const stream = useLiveStream();
  return useSyncExternalStore(stream.watch, stream.status, stream.status);
}

/** Narrows the stream to a job while the caller is shown and hears its events. */
export function useJobEvents(jobId: number, listener: Listener): void {
  const stream = useLiveStream();
  const latest = useRef(listener);
  latest.current = listener;
  useEffect(() => {
    const stop = stream.listen((event) => latest.current(event));
    return stop;
  }, [stream]);
  useEffect(() => {
    stream.focus(jobId);
    return () => stream.focus(null);
  }, [stream, jobId]);
}

/** One clock for all that counts on screen: it beats once a second while the tab is shown and someone looks. */
const clock = {
  now: null as number | null,
  watchers: new Set<() => void>(),
  timer: undefined as ReturnType<typeof setInterval> | undefined,
};

function watchClock(watcher: () => void): () => void {
  clock.watchers.add(watcher);
  const beat = () => {
    if (document.hidden) return;
    clock.now = Date.now();
    for (const one of clock.watchers) one();
  };
  if (clock.watchers.size === 1) {
    clock.timer = setInterval(beat, 1000);
    clock.now = Date.now();
    queueMicrotask(beat);
  }
  return () => {
    clock.watchers.delete(watcher);
    if (clock.watchers.size === 0) clearInterval(clock.timer);
  };
}

/** The time in ms, once a second; null before the first paint in the browser. */
export function useNow(): number | null {
  return useSyncExternalStore(
    watchClock,
    () => clock.now,
    () => null,
  );
}
