/**
 * Live events for browsers. Durable events are rows of StreamEvent, written by this process and by the supervisor; while anybody
 * listens, the hub reads new rows twice a second, and at once when this process has written one (`nudge`). So nothing depends on a
 * connection between the two processes. Transient events (metrics, log, rows) come from the supervisor's socket by `publish`.
 *
 * PostgreSQL gives ids before commit, so that a lower id may appear later than a higher one: each read goes back a little
 * and passes over what it has sent. Events older than an hour are deleted; a client that resumes from before gets `resync`.
 */
import type { JobServerEvent, ServerEvent } from '../contract/events.ts';
import type { Database } from '../db/open-database.ts';
import type { Clock } from '../effects/clock.ts';

const POLL_MS = 500;
/** How far back a read goes for late commits. */
const OVERLAP = 64;
const KEPT_MS = 3_600_000;
const PRUNE_MS = 300_000;
const RESUME_MOST = 2_000;
/** Rows of one read; a full one is followed by another at once. */
const READ_MOST = 1_000;

/** An event as text: it is passed on as it was stored, by many at once, to many streams. */
export interface DeliveredEvent {
  /** Null for transient events. */
  readonly id: number | null;
  readonly type: ServerEvent['type'];
  /** Null when it is about no job. */
  readonly jobId: number | null;
  /** A ServerEvent as JSON. */
  readonly json: string;
}
/** Gets what one read found, in its order. */
export type EventListener = (delivered: readonly DeliveredEvent[]) => void;

const COLUMNS = { id: true, type: true, jobId: true, payloadJson: true } as const;

const delivered = (row: { id: number; type: string; jobId: number | null; payloadJson: string }): DeliveredEvent => ({
  id: row.id,
  type: row.type as ServerEvent['type'],
  jobId: row.jobId,
  json: row.payloadJson,
});

export class EventHub {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #listeners = new Set<EventListener>();
  readonly #sent = new Set<number>();
  #cursor = 0;
  #timer: NodeJS.Timeout | null = null;
  #reading: Promise<void> | null = null;
  #isAskedAgain = false;
  #prunedMs = 0;

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  /** From now on; to miss nothing, subscribe first and then read `since`. */
  async subscribe(listener: EventListener): Promise<() => void> {
    if (this.#listeners.size === 0) await this.#start();
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.close();
    };
  }

  /** Stored events after `id`, or the reason why they are not complete. */
  async since(id: number): Promise<{ readonly kind: 'events'; readonly events: readonly DeliveredEvent[] } | { readonly kind: 'gone' }> {
    const oldest = await this.#database.streamEvent.findFirst({ orderBy: { id: 'asc' }, select: { id: true } });
    const newest = await this.#database.streamEvent.findFirst({ orderBy: { id: 'desc' }, select: { id: true } });
    if ((oldest && id < oldest.id - 1) || id > (newest?.id ?? 0)) return { kind: 'gone' };
    const rows = await this.#database.streamEvent.findMany({
      where: { id: { gt: id } },
      orderBy: { id: 'asc' },
      take: RESUME_MOST + 1,
      select: COLUMNS,
    });
    if (rows.length > RESUME_MOST) return { kind: 'gone' };
    return { kind: 'events', events: rows.map(delivered) };
  }

  /** Id of the newest stored event; a client begins there. */
  async newestId(): Promise<number> {
    const row = await this.#database.streamEvent.findFirst({ orderBy: { id: 'desc' }, select: { id: true } });
    return row?.id ?? 0;
  }

  /** A row was written by this process. */
  nudge(): void {
    if (this.#listeners.size > 0) void this.#read();
  }

  /** A transient event. */
  publish(event: JobServerEvent): void {
    const jobId = event.type === 'job-added' ? event.job.id : event.jobId;
    this.#tell([{ id: null, type: event.type, jobId, json: JSON.stringify(event) }]);
  }

  #tell(events: readonly DeliveredEvent[]): void {
    if (events.length > 0) for (const listener of this.#listeners) listener(events);
  }

  close(): void {
    if (this.#timer) clearInterval(this.#timer);
    this.#timer = null;
  }

  async #start(): Promise<void> {
    this.#cursor = await this.newestId();
    this.#sent.clear();
    const overlapped = await this.#database.streamEvent.findMany({ where: { id: { gt: this.#cursor - OVERLAP } }, select: { id: true } });
    for (const row of overlapped) this.#sent.add(row.id);
    this.close();
    this.#timer = setInterval(() => void this.#read(), POLL_MS);
    this.#timer.unref();
  }

  /** One read at a time; a nudge during a read makes one more. */
  #read(): Promise<void> {
    if (this.#reading) {
      this.#isAskedAgain = true;
      return this.#reading;
    }
    this.#reading = this.#readNew()
      .catch(() => {
        // The database did not answer; the next poll asks again from the same cursor.
      })
      .finally(() => {
        this.#reading = null;
        if (this.#isAskedAgain) {
          this.#isAskedAgain = false;
          this.nudge();
        }
      });
    return this.#reading;
  }

  async #readNew(): Promise<void> {
    const rows = await this.#database.streamEvent.findMany({
      where: { id: { gt: this.#cursor - OVERLAP } },
      orderBy: { id: 'asc' },
      take: READ_MOST,
      select: COLUMNS,
    });
    const found = rows.filter((row) => !this.#sent.has(row.id));
    for (const { id } of found) {
      this.#sent.add(id);
      this.#cursor = Math.max(this.#cursor, id);
    }
    this.#tell(found.map(delivered));
    if (rows.length === READ_MOST) this.#isAskedAgain = true;
    for (const id of this.#sent) if (id <= this.#cursor - 2 * OVERLAP) this.#sent.delete(id);
    await this.#prune();
  }

  async #prune(): Promise<void> {
    const nowMs = this.#clock.nowMs();
    if (nowMs - this.#prunedMs < PRUNE_MS) return;
    this.#prunedMs = nowMs;
    await this.#database.streamEvent.deleteMany({ where: { at: { lt: new Date(nowMs - KEPT_MS) } } });
  }
}
