/**
 * The SQLite connection under Prisma: Node's own SQLite behind the client interface that Prisma's libsql adapter expects. One connection
 * a process, for three reasons: settings of a connection (synchronous FULL, busy timeout) hold for every statement; a transaction
 * begins IMMEDIATE, so that two processes that read and then write wait for each other instead of failing; and no second build of SQLite
 * in the process can drop this one's file locks. The adapter hands out one statement or one transaction at a time.
 *
 * Calls are synchronous, and SQLite's own wait for another process's transaction would stop the whole process (requests, events, leases) and,
 * asking only every 100 ms, might never meet the moment between two transactions of a busy neighbour. So it never waits itself: what is busy is
 * tried again from the event loop every millisecond, and a process that has written without a pause makes one, so that the other gets its turn.
 */
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { PrismaLibSql } from '@prisma/adapter-libsql';

const STATEMENTS_KEPT = 400;
/** How long a statement waits for another process's transaction, ms. */
const BUSY_TIMEOUT_MS = 10_000;
const SQLITE_BUSY = 5;
/** A pause that another process finds; and how long one may write without it. */
const PAUSE_MS = 3;
const STREAK_MS = 40;

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

type LibsqlClient = ReturnType<PrismaLibSql['createClient']>;
interface Statement {
  readonly sql: string;
  readonly args: readonly (null | number | bigint | string | boolean | Uint8Array)[];
}
interface Result {
  readonly columns: readonly string[];
  readonly columnTypes: readonly string[];
  readonly rows: readonly unknown[];
  readonly rowsAffected: number;
  readonly lastInsertRowid: bigint | undefined;
}

/** Opens a file with the settings that a commit survives a power cut with. */
export function openSqliteFile(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { enableForeignKeyConstraints: true, timeout: BUSY_TIMEOUT_MS });
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16000;');
  return database;
}

/** PostgreSQL escapes wildcards in LIKE by a backslash unless told otherwise, SQLite only when told: so both mean the same by one pattern. */
const escapingLike = (sql: string) => sql.replace(/ LIKE (\([^()]*\)|\?)/g, " LIKE $1 ESCAPE '\\'");

/** Gives the error the fields by which the adapter tells a broken constraint from a busy file. */
function withRawCode(error: unknown): unknown {
  if (error instanceof Error && 'errcode' in error) return Object.assign(error, { rawCode: error.errcode });
  return error;
}

/** Extended codes keep the plain one in their low byte. */
function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' && (error.errcode & 0xff) === SQLITE_BUSY;
}

class SqliteConnection {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  /** Since when there was no pause between transactions, and when the last one ended. */
  #streakMs = 0;
  #endedMs = Number.NEGATIVE_INFINITY;

  constructor(file: string) {
    this.#database = openSqliteFile(file);
    this.#database.exec('PRAGMA busy_timeout = 0');
  }

  /** A transaction takes the place of the one writer; the other process may have it. */
  async begin(): Promise<void> {
    const nowMs = performance.now();
    if (nowMs - this.#endedMs > PAUSE_MS) this.#streakMs = nowMs;
    else if (nowMs - this.#streakMs > STREAK_MS) {
      await sleep(PAUSE_MS);
      this.#streakMs = performance.now();
    }
    await this.patiently(() => this.run('BEGIN IMMEDIATE'));
  }

  /** A commit that fails (disk full) leaves nothing of the transaction, so that the next one can begin. */
  end(how: 'COMMIT' | 'ROLLBACK'): void {
    try {
      if (how === 'COMMIT' || this.#database.isTransaction) this.run(how);
    } catch (error) {
      if (how === 'COMMIT' && !isBusy(error) && this.#database.isTransaction) this.run('ROLLBACK');
      throw error;
    } finally {
      this.#endedMs = performance.now();
    }
  }

  /** Does it as soon as no other process is in the way. */
  async patiently<T>(work: () => T): Promise<T> {
    const giveUpMs = performance.now() + BUSY_TIMEOUT_MS;
    for (;;) {
      try {
        return work();
      } catch (error) {
        if (!isBusy(error) || performance.now() > giveUpMs) throw error;
        await sleep(1);
      }
    }
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(escapingLike(sql));
      statement.setReturnArrays(true);
      if (this.#statements.size >= STATEMENTS_KEPT) this.#statements.delete(this.#statements.keys().next().value as string);
    } else {
      this.#statements.delete(sql);
    }
    this.#statements.set(sql, statement);
    return statement;
  }

  execute(statement: Statement): Result {
    try {
      const prepared = this.#prepare(statement.sql);
      const args = statement.args.map((value) => (typeof value === 'boolean' ? Number(value) : value));
      const columns = prepared.columns();
      if (columns.length === 0) {
        const done = prepared.run(...args);
        return {
          columns: [],
          columnTypes: [],
          rows: [],
          rowsAffected: Number(done.changes),
          lastInsertRowid: BigInt(done.lastInsertRowid),
        };
      }
      const rows = prepared.all(...args) as unknown[];
      return {
        columns: columns.map((column) => column.name),
        columnTypes: columns.map((column) => column.type ?? ''),
        rows,
        rowsAffected: 0,
        lastInsertRowid: undefined,
      };
    } catch (error) {
      throw withRawCode(error);
    }
  }

  run(script: string): void {
    try {
      this.#database.exec(script);
    } catch (error) {
      throw withRawCode(error);
    }
  }

  close(): void {
    this.#statements.clear();
    if (this.#database.isOpen) this.#database.close();
  }
}

/** Prisma's adapter over one connection to `file`. */
export class SqliteAdapter extends PrismaLibSql {
  readonly #file: string;

  constructor(file: string) {
    super({ url: `file:${file}` }, { timestampFormat: 'unixepoch-ms' });
    this.#file = file;
  }

  override createClient(): LibsqlClient {
    const connection = new SqliteConnection(this.#file);
    const client = {
      execute: (statement: Statement) => connection.patiently(() => connection.execute(statement)),
      // Part of a script may be done when the rest meets a busy file: it is not tried again.
      executeMultiple: async (script: string) => connection.run(script),
      transaction: async () => {
        await connection.begin();
        return {
          execute: (statement: Statement) => connection.patiently(() => connection.execute(statement)),
          commit: () => connection.patiently(() => connection.end('COMMIT')),
          rollback: async () => connection.end('ROLLBACK'),
        };
      },
      close: () => connection.close(),
    };
    return client as unknown as LibsqlClient;
  }
}
