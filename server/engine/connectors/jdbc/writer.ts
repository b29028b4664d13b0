/**
 * The PostgreSQL sink of one subtask. With a PRIMARY KEY the last change of each key within one flush is written: deletes, then
 * `INSERT … ON CONFLICT DO UPDATE`, in one transaction, so repeating a flush changes nothing. Without key rows are appended and may be
 * there twice after a restart.
 *
 * Values travel column by column as arrays (`unnest`): one statement text whatever the number of rows. One flush is under way at a time;
 * rows that come meanwhile make the next one, so order holds. A flush is due when there are enough rows, when the interval is over, and
 * in `prepare`, which resolves when the database has committed everything before it. After a broken connection or a serialization
 * failure the flush is tried again on a fresh session, up to 'sink.max-retries' times.
 */
import type { PlanTable } from '../../planner/physical-plan.ts';
import { type Batch, DELETE, UPDATE_BEFORE } from '../../types/batch.ts';
import { forEachLiveRow, kindAt, wholeValueAt } from '../../types/row-access.ts';
import type { RowSchema } from '../../types/sql-type.ts';
import { type Committable, ConnectorError, type RuntimeContext, type SinkWriter } from '../contract.ts';
import { databaseError, isRetryable, openSession, type Session } from './connection.ts';
import type { JdbcTable } from './options.ts';
import { describeRemote, type RemoteTable } from './remote-table.ts';
import { type Parameter, parameterOf } from './value-text.ts';
import { type WriteStatements, writeStatements } from './write-statements.ts';

/** Rows of one flush at most; more make the next. */
const FLUSH_ROWS_MAX = 5000;
/** Rows waiting above which the job is held back. */
const WAITING_ROWS_MAX = 20_000;
const RETRY_PAUSE_MS = 1000;

interface Change {
  readonly isDelete: boolean;
  readonly values: readonly Parameter[];
}

export class JdbcWriter implements SinkWriter {
  readonly #plan: PlanTable;
  readonly #table: JdbcTable;
  readonly #schema: RowSchema;
  readonly #context: RuntimeContext;
  readonly #keyColumns: readonly number[];
  #statements!: WriteStatements;
  #session: Session | null = null;
  /** By key; without key by number, in the order of arrival. */
  #waiting = new Map<string | number, Change>();
  #arrivals = 0;
  #underWay: Promise<void> | null = null;
  #timer: NodeJS.Timeout | null = null;
  #failure: ConnectorError | null = null;
  #isClosed = false;

  constructor(plan: PlanTable, table: JdbcTable, schema: RowSchema, context: RuntimeContext) {
    this.#plan = plan;
    this.#table = table;
    this.#schema = schema;
    this.#context = context;
    this.#keyColumns = plan.primaryKey.map((name) => plan.physical.findIndex((field) => field.name === name));
  }

  async open(): Promise<void> {
    this.#session = await openSession(this.#table, this.#context.dialer);
    try {
      const remote = await describeRemote(this.#plan, this.#table.tableName, this.#session, 'sink');
      assertUpsertable(this.#plan, remote, this.#table.tableName);
      this.#statements = writeStatements(remote, this.#plan.primaryKey);
    } catch (error) {
      await this.close();
      throw databaseError(error, `Table '${this.#table.tableName}' cannot be written`);
    }
  }

  write(batch: Batch): void {
    const schema = this.#schema;
    const isKeyed = this.#keyColumns.length > 0;
    forEachLiveRow(batch, (row) => {
      const kind = kindAt(batch, row);
      if (kind === UPDATE_BEFORE) return; // the row behind it, or a delete, says what holds
      const values = this.#plan.physical.map((_, i) => parameterOf(wholeValueAt(batch.columns[i], row, schema[i].type), schema[i].type));
      const key = isKeyed ? this.#keyOf(values) : this.#arrivals++;
      this.#waiting.delete(key); // the change goes to the end: order of last changes
      this.#waiting.set(key, { isDelete: kind === DELETE, values });
    });
    const { flushRows, flushIntervalMs } = this.#table;
    if (this.#waiting.size >= (flushRows > 0 ? flushRows : FLUSH_ROWS_MAX)) this.#flush();
    else if (flushIntervalMs > 0 && this.#waiting.size > 0) this.#timer ??= setTimeout(() => this.#flush(), flushIntervalMs);
  }

  ready(): Promise<void> | null {
    if (this.#failure !== null) return Promise.reject(this.#failure);
    return this.#waiting.size < WAITING_ROWS_MAX ? null : this.#drained(WAITING_ROWS_MAX / 2);
  }

  async prepare(): Promise<readonly Committable[]> {
    await this.#drained(0);
    return [];
  }

  async commit(): Promise<void> {}

  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#session?.close();
    this.#session = null;
  }

  #keyOf(values: readonly Parameter[]): string {
    return JSON.stringify(this.#keyColumns.map((index) => values[index]));
  }

  /** Flushes until no more than `rows` wait and nothing is under way. */
  async #drained(rows: number): Promise<void> {
    for (;;) {
      if (this.#failure !== null) throw this.#failure;
      if (this.#underWay === null) {
        if (this.#waiting.size === 0) return;
        this.#flush();
      }
      await this.#underWay;
      if (this.#failure === null && rows > 0 && this.#waiting.size <= rows) return;
    }
  }

  /** Starts a flush unless one is under way. */
  #flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#underWay !== null || this.#failure !== null || this.#waiting.size === 0) return;
    const changes: Change[] = [];
    for (const [key, change] of this.#waiting) {
      if (changes.length >= FLUSH_ROWS_MAX) break;
      changes.push(change);
      this.#waiting.delete(key);
    }
    this.#underWay = this.#writeWithRetries(changes)
      .catch((error: unknown) => {
        this.#failure = databaseError(error, `Table '${this.#table.tableName}' did not take ${changes.length} rows`);
      })
      .finally(() => {
        this.#underWay = null;
        const { flushRows, flushIntervalMs } = this.#table;
        if (flushRows > 0 && this.#waiting.size >= flushRows) this.#flush();
        else if (flushIntervalMs > 0 && this.#waiting.size > 0) this.#timer ??= setTimeout(() => this.#flush(), flushIntervalMs);
      });
  }

  async #writeWithRetries(changes: readonly Change[]): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      try {
        await this.#writeOnce(changes);
        return;
      } catch (error) {
        await this.#session?.close();
        this.#session = null;
        if (this.#isClosed || attempt >= this.#table.maxRetries || !isRetryable(error)) throw error;
        const message = (error as Error).message;
        this.#context.log(
          'warn',
          `Table '${this.#table.tableName}' did not take ${changes.length} rows (${message}); attempt ${attempt + 2} follows.`,
        );
        await new Promise((resolve) => setTimeout(resolve, RETRY_PAUSE_MS * (attempt + 1)));
      }
    }
  }

  async #writeOnce(changes: readonly Change[]): Promise<void> {
    const deletes = changes.filter((change) => change.isDelete);
    const writes = changes.filter((change) => !change.isDelete);
    if (this.#session === null || this.#session.isBroken) this.#session = await openSession(this.#table, this.#context.dialer);
    const session = this.#session;
    const isTransaction = deletes.length > 0 && writes.length > 0;
    if (isTransaction) await session.query('BEGIN');
    if (deletes.length > 0) await session.query(this.#statements.delete as string, columnArrays(deletes, this.#keyColumns));
    if (writes.length > 0)
      await session.query(
        this.#statements.write,
        columnArrays(
          writes,
          this.#plan.physical.map((_, i) => i),
        ),
      );
    if (isTransaction) await session.query('COMMIT');
  }
}

function columnArrays(changes: readonly Change[], columns: readonly number[]): Parameter[][] {
  return columns.map((column) => changes.map((change) => change.values[column] as Parameter));
}

/** ON CONFLICT needs a unique index on exactly the key's columns. */
export function assertUpsertable(plan: PlanTable, remote: RemoteTable, tableName: string): void {
  if (plan.primaryKey.length === 0) return;
  const wanted = [...plan.primaryKey].sort().join('\n');
  if (remote.uniqueSets.some((set) => [...set].sort().join('\n') === wanted)) return;
  throw new ConnectorError(
    `Table '${tableName}' of the database has no primary key or unique index on (${plan.primaryKey.join(', ')}), which the declared PRIMARY KEY needs.`,
    false,
  );
}
