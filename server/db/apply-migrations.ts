/**
 * Brings a database up to the newest migration, and keeps Prisma's own record of it (`_prisma_migrations`), so that Prisma's tools agree.
 * Protocol: take the write lock (SQLite: BEGIN IMMEDIATE; PostgreSQL: an advisory lock for the transaction); compare what is recorded
 * with the files; run what is missing, all in one transaction. A recorded migration whose file differs, or that no file
 * knows (the database belongs to a newer Tidemark), is refused and nothing is changed.
 */
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import pg from 'pg';

export type DatabaseProvider = 'sqlite' | 'postgresql';

/** The database cannot be used as it is. `message` says what to do. */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';
}

interface Migration {
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}
interface Applied {
  readonly migration_name: string;
  readonly checksum: string;
}

const ADVISORY_LOCK = 7_212_064_981;
const RECORD_TABLE = `CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
  "id" VARCHAR(36) PRIMARY KEY NOT NULL, "checksum" VARCHAR(64) NOT NULL, "finished_at" TIMESTAMPTZ, "migration_name" VARCHAR(255) NOT NULL,
  "logs" TEXT, "rolled_back_at" TIMESTAMPTZ, "started_at" TIMESTAMPTZ NOT NULL, "applied_steps_count" INTEGER NOT NULL DEFAULT 0)`;

export function readMigrations(folder: string): readonly Migration[] {
  return readdirSync(folder)
    .filter((name) => existsSync(join(folder, name, 'migration.sql')))
    .sort()
    .map((name) => {
      const sql = readFileSync(join(folder, name, 'migration.sql'), 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    });
}

/** Migrations still to run, in order. Throws DatabaseError when the record and the files do not fit. */
export function missingMigrations(files: readonly Migration[], applied: readonly Applied[]): readonly Migration[] {
  const byName = new Map(files.map((file) => [file.name, file]));
  for (const record of applied) {
    const file = byName.get(record.migration_name);
    if (!file) {
      throw new DatabaseError(
        `The database was last used by a newer Tidemark (it has the change ${record.migration_name}). Nothing was changed. Start that version, or restore a backup made before it.`,
      );
    }
    if (file.checksum !== record.checksum) {
      throw new DatabaseError(
        `The change ${file.name} of the database is not the one that was applied. Nothing was changed. Use an unmodified Tidemark.`,
      );
    }
  }
  const done = new Set(applied.map((record) => record.migration_name));
  return files.filter((file) => !done.has(file.name));
}

/** Returns the names of the migrations that were run. */
export function applySqliteMigrations(database: DatabaseSync, folder: string): readonly string[] {
  const files = readMigrations(folder);
  database.exec('BEGIN IMMEDIATE');
  try {
    database.exec(RECORD_TABLE);
    const applied = database.prepare('SELECT migration_name, checksum FROM _prisma_migrations WHERE rolled_back_at IS NULL').all();
    const missing = missingMigrations(files, applied as unknown as Applied[]);
    for (const migration of missing) {
      database.exec(migration.sql);
      const now = Date.now();
      database
        .prepare(
          'INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count) VALUES (?, ?, ?, ?, ?, 1)',
        )
        .run(randomUUID(), migration.checksum, migration.name, now, now);
    }
    database.exec('COMMIT');
    return missing.map((migration) => migration.name);
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
}

export async function applyPostgresqlMigrations(url: string, folder: string): Promise<readonly string[]> {
  const files = readMigrations(folder);
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    await client.query('BEGIN');
    await client.query('SELECT pg_advisory_xact_lock($1)', [ADVISORY_LOCK]);
    await client.query(RECORD_TABLE);
    const applied = await client.query('SELECT migration_name, checksum FROM _prisma_migrations WHERE rolled_back_at IS NULL');
    const missing = missingMigrations(files, applied.rows as Applied[]);
    for (const migration of missing) {
      await client.query(migration.sql);
      await client.query(
        'INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count) VALUES ($1, $2, $3, now(), now(), 1)',
        [randomUUID(), migration.checksum, migration.name],
      );
    }
    await client.query('COMMIT');
    return missing.map((migration) => migration.name);
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {});
    throw error;
  } finally {
    await client.end();
  }
}
