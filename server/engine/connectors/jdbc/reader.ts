/**
 * A bounded scan of one table, in pages of one read-only transaction. A split is one range of the partition column, or the whole table.
 *
 * Pages go by a unique key of the table (`WHERE (key) > (last key) ORDER BY key`), else by the rows' addresses (ctid); the position is
 * the last key or address handed on, so a restored run goes on behind it. A view without key is read in one go and cannot be resumed
 * in the middle: that is refused. Rows that others change while the job is down are seen as they are then.
 */
import type { PlanTable, TableColumnRead } from '../../planner/physical-plan.ts';
import { BATCH_ROWS_MAX } from '../../types/batch.ts';
import { BatchBuilder } from '../../types/batch-builder.ts';
import { ConnectorError, type PollResult, type RuntimeContext, type SourceReader, type SplitPosition } from '../contract.ts';
import { databaseError, openSession, type Session, type TextRow } from './connection.ts';
import type { JdbcTable } from './options.ts';
import { describeRemote, type RemoteColumn, type RemoteTable } from './remote-table.ts';
import { valueFromDatabase } from './value-text.ts';

interface ScanSplit {
  readonly name: string;
  /** Inclusive range of the partition column. */
  readonly range: readonly [bigint, bigint] | null;
  /** Last key handed on, as text. */
  last: readonly string[] | null;
  rows: number;
  isDone: boolean;
}

export class JdbcReader implements SourceReader {
  readonly #plan: PlanTable;
  readonly #table: JdbcTable;
  readonly #reads: readonly TableColumnRead[];
  readonly #context: RuntimeContext;
  readonly #builder: BatchBuilder;
  #session: Session | null = null;
  #remote!: RemoteTable;
  #columns: readonly RemoteColumn[] = [];
  #splits: ScanSplit[] = [];
  /** Rows of the page under way, of split #current. */
  #page: readonly TextRow[] = [];
  #pageAt = 0;
  #isLastPage = false;
  #current: ScanSplit | null = null;

  constructor(plan: PlanTable, table: JdbcTable, reads: readonly TableColumnRead[], context: RuntimeContext) {
    this.#plan = plan;
    this.#table = table;
    this.#reads = reads;
    this.#context = context;
    this.#builder = new BatchBuilder(reads.map((read, i) => ({ name: `c${i}`, type: read.type })));
  }

  async open(restored: readonly SplitPosition[] | null): Promise<void> {
    this.#session = await openSession(this.#table, this.#context.dialer);
    try {
      this.#remote = await describeRemote(this.#plan, this.#table.tableName, this.#session, 'source');
      this.#columns = this.#reads.map((read) => this.#remote.columns.find((column) => column.name === read.path[0]) as RemoteColumn);
      await this.#session.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    } catch (error) {
      await this.close();
      throw databaseError(error, `Table '${this.#table.tableName}' cannot be read`);
    }
    const { subtask, parallelism } = this.#context;
    const all = restored === null ? this.#freshSplits() : restored.map(restoredScan);
    this.#splits = all.toSorted((a, b) => (a.name < b.name ? -1 : 1)).filter((_, index) => index % parallelism === subtask);
    const stuck = this.#splits.find((split) => !split.isDone && split.rows > 0 && split.last === null);
    if (stuck !== undefined) {
      await this.close();
      throw new ConnectorError(
        `The scan of '${this.#table.tableName}' cannot go on where the snapshot was taken: it has no unique key. Start anew without the snapshot.`,
        false,
      );
    }
  }

  async poll(rowsMax: number): Promise<PollResult> {
    const builder = this.#builder;
    builder.reset();
    const limit = Math.min(rowsMax, BATCH_ROWS_MAX);
    while (builder.rows < limit) {
      if (this.#pageAt >= this.#page.length && !(await this.#nextPage())) break;
      const take = Math.min(limit - builder.rows, this.#page.length - this.#pageAt);
      for (let i = 0; i < take; i++) this.#appendRow(this.#page[this.#pageAt + i]);
      this.#handOn(take);
    }
    return builder.rows > 0 ? { kind: 'batch', batch: builder.finish() } : { kind: 'end' };
  }

  positions(): readonly SplitPosition[] {
    return this.#splits.map(({ name, range, last, rows, isDone }) => ({
      split: name,
      position: { rows, done: isDone, last: last === null ? null : JSON.stringify(last), range: range === null ? null : range.join(' ') },
    }));
  }

  async close(): Promise<void> {
    await this.#session?.close();
    this.#session = null;
  }

  #freshSplits(): ScanSplit[] {
    const { partitions } = this.#table;
    const fresh = (name: string, range: ScanSplit['range']): ScanSplit => ({ name, range, last: null, rows: 0, isDone: false });
    if (partitions === null) return [fresh('0', null)];
    const { lower, upper } = partitions;
    const count = BigInt(partitions.count);
    const total = upper - lower + 1n;
    return Array.from({ length: partitions.count }, (_, i) => {
      const from = lower + (total * BigInt(i)) / count;
      const to = lower + (total * BigInt(i + 1)) / count - 1n;
      return fresh(String(i), [from, to]);
    });
  }

  /** False when everything is read. */
  async #nextPage(): Promise<boolean> {
    for (;;) {
      if (this.#current !== null && this.#isLastPage) {
        this.#current.isDone = true;
        this.#current = null;
      }
      this.#current ??= this.#splits.find((split) => !split.isDone) ?? null;
      const split = this.#current;
      if (split === null) return false;
      const { text, values, isWhole } = this.#statement(split);
      try {
        this.#page = await (this.#session as Session).query(text, values);
      } catch (error) {
        throw databaseError(error, `Table '${this.#table.tableName}' cannot be read`);
      }
      this.#pageAt = 0;
      this.#isLastPage = isWhole || this.#page.length < this.#table.pageRows;
      if (this.#page.length > 0) return true;
    }
  }

  #statement(split: ScanSplit): { readonly text: string; readonly values: unknown[]; readonly isWhole: boolean } {
    const { scanKey, hasRowAddresses, sqlName } = this.#remote;
    const key = scanKey.length > 0 ? scanKey : hasRowAddresses ? [{ sqlName: 'ctid', sqlType: 'tid' }] : [];
    const values: unknown[] = [];
    const parameter = (value: unknown, type: string): string => `$${values.push(value)}::${type}`;
    const conditions: string[] = [];
    if (split.range !== null) {
      const column = this.#remote.columns.find(({ name }) => name === this.#table.partitions?.column)?.sqlName;
      const [from, to] = split.range.map(String);
      conditions.push(`${column} BETWEEN ${parameter(from, 'int8')} AND ${parameter(to, 'int8')}`);
    }
    const { last } = split;
    if (last !== null) {
      const names = key.map((column) => column.sqlName).join(', ');
      conditions.push(`(${names}) > (${key.map((column, i) => parameter(last[i], column.sqlType)).join(', ')})`);
    }
    const columns = [...this.#columns.map((column) => column.sqlName), ...key.map((column) => column.sqlName)].join(', ');
    const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
    const order = key.length === 0 ? '' : ` ORDER BY ${key.map((column) => column.sqlName).join(', ')} LIMIT ${this.#table.pageRows}`;
    return { text: `SELECT ${columns} FROM ${sqlName}${where}${order}`, values, isWhole: key.length === 0 };
  }

  #appendRow(row: TextRow): void {
    for (let i = 0; i < this.#reads.length; i++) {
      const text = row[i];
      if (text === null) this.#builder.setNull(i);
      else this.#builder.setValue(i, valueFromDatabase(text, this.#reads[i].type, this.#columns[i].name));
    }
    this.#builder.endRow();
  }

  #handOn(rows: number): void {
    const split = this.#current as ScanSplit;
    this.#pageAt += rows;
    split.rows += rows;
    const key = this.#page[this.#pageAt - 1].slice(this.#reads.length);
    split.last = key.length === 0 ? null : (key as readonly string[]);
    if (this.#isLastPage && this.#pageAt >= this.#page.length) {
      split.isDone = true;
      this.#current = null;
    }
  }
}

function restoredScan({ split, position }: SplitPosition): ScanSplit {
  const range = typeof position.range === 'string' ? (position.range.split(' ').map(BigInt) as [bigint, bigint]) : null;
  const last = typeof position.last === 'string' ? (JSON.parse(position.last) as string[]) : null;
  return { name: split, range, last, rows: Number(position.rows ?? 0), isDone: position.done === true };
}
