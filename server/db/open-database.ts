/**
 * Opens the console's database and brings it up to date: a SQLite file under the data directory, or PostgreSQL by DATABASE_URL. Console
 * and supervisor are two processes on the same database; each opens it once. Only this folder knows Prisma.
 */

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../config/project-root.ts';
import { sentences } from '../lib/sentences.ts';
import { applyPostgresqlMigrations, applySqliteMigrations, DatabaseError, type DatabaseProvider } from './apply-migrations.ts';
import type { Prisma, PrismaClient } from './generated/sqlite/client.ts';
import { openSqliteFile, SqliteAdapter } from './sqlite-client.ts';

/** All models by name: `database.job.findMany(…)`. The PostgreSQL client has the same methods and types. */
export type Database = PrismaClient;
/** Inside `database.$transaction(async (tx) => …)`. On SQLite never use the outer client inside: it waits for the transaction. */
export type DatabaseTransaction = Prisma.TransactionClient;
/** Either of the two, for functions that may be called in a transaction. */
export type DatabaseOrTransaction = DatabaseTransaction;
export type { Prisma };

export interface OpenedDatabase {
  readonly client: Database;
  readonly provider: DatabaseProvider;
  /** For people; no password in it. */
  readonly description: string;
  close(): Promise<void>;
}

export interface DatabaseLocation {
  readonly dataDir: string;
  /** null = SQLite file `tidemark.db` in the data directory. */
  readonly databaseUrl: string | null;
}

const TRANSACTION_LIMITS = { maxWait: 20_000, timeout: 20_000 };

/** Throws DatabaseError when the database cannot be reached or was made by a newer version; nothing is changed then. */
export async function openDatabase(location: DatabaseLocation): Promise<OpenedDatabase> {
  const migrations = join(projectRoot(), 'prisma', 'migrations');
  return location.databaseUrl === null
    ? openSqlite(join(location.dataDir, 'tidemark.db'), location.dataDir, join(migrations, 'sqlite'))
    : openPostgresql(location.databaseUrl, join(migrations, 'postgresql'));
}

async function openSqlite(file: string, dataDir: string, migrations: string): Promise<OpenedDatabase> {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const connection = openSqliteFile(file);
  try {
    applySqliteMigrations(connection, migrations);
  } finally {
    connection.close();
  }
  const { PrismaClient } = await import('./generated/sqlite/client.ts');
  const client = new PrismaClient({ adapter: new SqliteAdapter(file), transactionOptions: TRANSACTION_LIMITS });
  return { client, provider: 'sqlite', description: `SQLite file ${file}`, close: () => client.$disconnect() };
}

async function openPostgresql(url: string, migrations: string): Promise<OpenedDatabase> {
  const shown = new URL(url);
  shown.password = '';
  try {
    await applyPostgresqlMigrations(url, migrations);
  } catch (error) {
    if (error instanceof DatabaseError) throw error;
    throw new DatabaseError(
      sentences(
        `PostgreSQL at ${shown.host}${shown.pathname} cannot be used: ${(error as Error).message}`,
        'Nothing was changed. Check DATABASE_URL and that the server runs.',
      ),
      { cause: error },
    );
  }
  const [{ PrismaClient }, { PrismaPg }] = await Promise.all([import('./generated/postgresql/client.ts'), import('@prisma/adapter-pg')]);
  const client = new PrismaClient({
    adapter: new PrismaPg({ connectionString: url }),
    transactionOptions: TRANSACTION_LIMITS,
  }) as unknown as Database;
  return { client, provider: 'postgresql', description: `PostgreSQL at ${shown.host}${shown.pathname}`, close: () => client.$disconnect() };
}
