/**
 * Server-sent events of what the caller may see. A stream begins with the id of the newest event, so that a client that is cut off
 * resumes by Last-Event-ID; what cannot be resumed is told by `resync`. A client that reads too slowly is cut off (it resumes). Rights
 * are looked at per job and kept for five seconds; the sign-in itself is looked at every half minute.
 */

import { authenticate } from '../auth/authenticate.ts';
import type { Caller, UserCall } from '../auth/caller.ts';
import { requireJob } from '../auth/job-access.ts';
import { Refusal } from '../contract/errors.ts';
import { type JobServerEvent, type ServerEvent, TRANSIENT_EVENTS } from '../contract/events.ts';
import { say } from '../contract/said.ts';
import type { DeliveredEvent } from '../events/event-hub.ts';
import type { ConsoleContext } from '../services/context.ts';

const HEARTBEAT_MS = 15_000;
const RECHECK_MS = 30_000;
const RIGHTS_KEPT_MS = 5_000;
const STREAMS_PER_USER = 32;
/** Bytes that may wait for a slow reader. */
const BACKLOG_BYTES = 4 * 1024 * 1024;

const openStreams = new Map<string, number>();

interface EventsQuery {
  readonly jobId?: number | undefined;
  readonly lastEventId?: string | undefined;
}

function sseText({ id, type, json }: DeliveredEvent): string {
  // JSON holds no raw newline, so one data line is enough.
  return `${id === null ? '' : `id: ${id}\n`}event: ${type}\ndata: ${json}\n\n`;
}

/** Whether an event concerns a stream, before rights. */
function isWanted(event: DeliveredEvent, jobId: number | undefined): boolean {
  if (jobId === undefined) return !TRANSIENT_EVENTS.has(event.type as JobServerEvent['type']);
  return event.jobId === jobId;
}

class Rights {
  readonly #context: ConsoleContext;
  readonly #caller: Caller;
  readonly #known = new Map<number, { readonly isVisible: boolean; readonly untilMs: number }>();

  constructor(context: ConsoleContext, caller: Caller) {
    this.#context = context;
    this.#caller = caller;
  }

  /** Those of the events that the caller may see. Deleted jobs count too: their removal is told to those who saw them. */
  async visible(events: readonly DeliveredEvent[]): Promise<readonly DeliveredEvent[]> {
    if (this.#caller.role === 'admin') return events;
    const nowMs = this.#context.clock.nowMs();
    const isKnown = (jobId: number) => (this.#known.get(jobId)?.untilMs ?? 0) > nowMs;
    const asked = new Set(events.flatMap(({ jobId }) => (jobId === null || isKnown(jobId) ? [] : [jobId])));
    if (asked.size > 0) await this.#ask([...asked], nowMs);
    return events.filter(({ jobId }) => jobId === null || this.#known.get(jobId)?.isVisible === true);
  }

  async #ask(jobIds: readonly number[], nowMs: number): Promise<void> {
    const { userId, projectId } = this.#caller;
    const jobs = await this.#context.database.job.findMany({
      where: { id: { in: [...jobIds] }, projectId, OR: [{ ownerId: userId }, { permissions: { some: { userId, canView: true } } }] },
      select: { id: true },
    });
    const visible = new Set(jobs.map((job) => job.id));
    for (const [jobId, { untilMs }] of this.#known.size > 20_000 ? this.#known : []) if (untilMs <= nowMs) this.#known.delete(jobId);
    for (const jobId of jobIds) this.#known.set(jobId, { isVisible: visible.has(jobId), untilMs: nowMs + RIGHTS_KEPT_MS });
  }
}

class EventStream {
  readonly #context: ConsoleContext;
  readonly #query: EventsQuery;
  readonly #request: Request;
  readonly #rights: Rights;
  readonly #userId: string;
  readonly #timers: NodeJS.Timeout[] = [];
  #controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  #unsubscribe: (() => void) | null = null;
  /** Events go out in their order, though rights are looked up between. */
  #order: Promise<void> = Promise.resolve();
  #isOpen = true;

  constructor(context: ConsoleContext, call: UserCall, query: EventsQuery, request: Request) {
    this.#context = context;
    this.#query = query;
    this.#request = request;
    this.#rights = new Rights(context, call.caller);
    this.#userId = call.caller.userId;
  }

  async start(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    this.#controller = controller;
    this.#request.signal.addEventListener('abort', () => this.close());
    const lastId = Number(this.#request.headers.get('last-event-id') ?? this.#query.lastEventId ?? Number.NaN);
    const held: DeliveredEvent[] = [];
    let isCaughtUp = false;
    this.#unsubscribe = await this.#context.events.subscribe((events) => (isCaughtUp ? this.#offer(events) : held.push(...events)));
    if (!this.#isOpen) this.#unsubscribe();
    const reached = Number.isSafeInteger(lastId) ? await this.#resume(lastId) : await this.#context.events.newestId();
    this.#write(`retry: 2000\nid: ${reached}\n\n`);
    isCaughtUp = true;
    this.#offer(held.filter(({ id }) => id === null || id > reached));
    this.#timers.push(
      setInterval(() => this.#write(': \n\n'), HEARTBEAT_MS),
      setInterval(() => void this.#recheck(), RECHECK_MS),
    );
    for (const timer of this.#timers) timer.unref();
  }

  /** Returns the id up to which the client now knows. */
  async #resume(lastId: number): Promise<number> {
    const missed = await this.#context.events.since(lastId);
    if (missed.kind === 'events') {
      this.#offer(missed.events);
      await this.#order;
      return missed.events.at(-1)?.id ?? lastId;
    }
    const newest = await this.#context.events.newestId();
    const resync = { type: 'resync', reason: 'The events since your last one are not kept any more.' } satisfies ServerEvent;
    this.#write(sseText({ id: newest, type: 'resync', jobId: null, json: JSON.stringify(resync) }));
    return newest;
  }

  #offer(events: readonly DeliveredEvent[]): void {
    const wanted = events.filter((event) => isWanted(event, this.#query.jobId));
    if (wanted.length === 0) return;
    this.#order = this.#order
      .then(async () => {
        const visible = await this.#rights.visible(wanted);
        if (visible.length > 0) this.#write(visible.map(sseText).join(''));
      })
      // The database did not answer: the client resumes on a new stream and misses nothing.
      .catch(() => this.close());
  }

  #write(text: string): void {
    const controller = this.#controller;
    if (!this.#isOpen || !controller) return;
    if ((controller.desiredSize ?? 0) < -BACKLOG_BYTES) {
      this.close();
      return;
    }
    controller.enqueue(new TextEncoder().encode(text));
  }

  async #recheck(): Promise<void> {
    try {
      const caller = await authenticate(this.#context.database, this.#request.headers, this.#request.url, this.#context.clock.nowMs());
      if (caller?.userId !== this.#userId) this.close();
    } catch {
      this.close();
    }
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    for (const timer of this.#timers) clearInterval(timer);
    this.#unsubscribe?.();
    const left = (openStreams.get(this.#userId) ?? 1) - 1;
    if (left <= 0) openStreams.delete(this.#userId);
    else openStreams.set(this.#userId, left);
    try {
      this.#controller?.close();
    } catch {
      // The client went first.
    }
  }
}

export async function streamEvents(context: ConsoleContext, call: UserCall, query: EventsQuery, request: Request): Promise<Response> {
  if (query.jobId !== undefined) await requireJob(context.database, call.caller, query.jobId);
  const open = openStreams.get(call.caller.userId) ?? 0;
  if (open >= STREAMS_PER_USER) throw new Refusal('too-many-requests', say('said.no.streams', { open }));
  openStreams.set(call.caller.userId, open + 1);
  const stream = new EventStream(context, call, query, request);
  const body = new ReadableStream<Uint8Array>(
    {
      start: (controller) => {
        stream.start(controller).catch((error: unknown) => {
          context.log('error', 'an event stream did not start', error);
          stream.close();
        });
      },
      cancel: () => stream.close(),
    },
    { highWaterMark: 0, size: (chunk) => chunk?.byteLength ?? 0 },
  );
  return new Response(body, {
    headers: { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store, no-transform', 'x-accel-buffering': 'no' },
  });
}
