/**
 * Durable events, written in the transaction of the change that they tell of. Console and supervisor both do so.
 *
 * Rows that a transaction only adds and nobody reads before its end (events for browsers, events and ledger of a job) can be gathered: `gathering`
 * opens a transaction's basket, and at its end all rows go in with one statement a table. In a transaction without a basket they go in at once.
 */
import { type JobServerEvent, TRANSIENT_EVENTS } from '../contract/events.ts';
import { type InsertValue, insertRows, insertRowsForIds } from '../db/insert-rows.ts';
import type { DatabaseOrTransaction, DatabaseTransaction } from '../db/open-database.ts';

const STREAM_COLUMNS = ['at', 'jobId', 'type', 'payloadJson'] as const;
const OWN_COLUMNS = {
  JobEvent: ['jobId', 'at', 'kind', 'level', 'message', 'saidJson', 'runNumber', 'detail', 'causeKey'],
  LedgerEntry: [
    'jobId',
    'at',
    'kind',
    'runNumber',
    'who',
    'text',
    'saidJson',
    'snapshotId',
    'snapshotName',
    'lostJson',
    'readAgainJson',
    'doubledJson',
    'verdict',
    'acceptedBy',
    'positionsJson',
  ],
} as const;

export type OwnTable = keyof typeof OWN_COLUMNS;
export type OwnRow<T extends OwnTable> = Readonly<Record<(typeof OWN_COLUMNS)[T][number], InsertValue>>;

interface Told {
  readonly atMs: number;
  /** Its own row, whose id the event names. */
  readonly own: { readonly table: OwnTable; readonly values: readonly InsertValue[] } | null;
  event(id: number): JobServerEvent;
}

const baskets = new WeakMap<DatabaseOrTransaction, Told[]>();

/** Does the work of a transaction and then inserts what it has gathered, in the order in which it came. */
export async function gathering<T>(tx: DatabaseTransaction, work: () => Promise<T>): Promise<T> {
  const basket: Told[] = [];
  baskets.set(tx, basket);
  try {
    const result = await work();
    await insert(tx, basket);
    return result;
  } finally {
    baskets.delete(tx);
  }
}

/** `atMs` is the time of the change. Transient events are not written: send them over the supervisor's socket. */
export async function appendEvent(database: DatabaseOrTransaction, event: JobServerEvent, atMs: number): Promise<void> {
  if (TRANSIENT_EVENTS.has(event.type)) throw new Error(`an event of type ${event.type} is transient and is not stored`);
  await add(database, { atMs, own: null, event: () => event });
}

/** Adds a row of its own and the event that tells of it by the row's id. */
export async function appendWithEvent<T extends OwnTable>(
  database: DatabaseOrTransaction,
  table: T,
  row: OwnRow<T>,
  event: (id: number) => JobServerEvent,
  atMs: number,
): Promise<void> {
  const values = OWN_COLUMNS[table].map((column) => (row as Readonly<Record<string, InsertValue>>)[column] as InsertValue);
  await add(database, { atMs, own: { table, values }, event });
}

async function add(database: DatabaseOrTransaction, told: Told): Promise<void> {
  const basket = baskets.get(database);
  if (basket) basket.push(told);
  else await insert(database, [told]);
}

async function insert(database: DatabaseOrTransaction, basket: readonly Told[]): Promise<void> {
  if (basket.length === 0) return;
  const ids = new Map<Told, number>();
  for (const table of ['JobEvent', 'LedgerEntry'] as const) {
    const those = basket.filter((one) => one.own?.table === table);
    const given = await insertRowsForIds(
      database,
      table,
      OWN_COLUMNS[table],
      those.map((one) => one.own?.values ?? []),
    );
    for (const [index, one] of those.entries()) ids.set(one, given[index] as number);
  }
  const rows = basket.map((one) => {
    const event = one.event(ids.get(one) ?? 0);
    const jobId = event.type === 'job-added' ? event.job.id : event.jobId;
    return [new Date(one.atMs), jobId, event.type, JSON.stringify(event)];
  });
  await insertRows(database, 'StreamEvent', STREAM_COLUMNS, rows);
}
