/**
 * Holds a job's row for the rest of a transaction, so that what is read of it stays true until the commit. On SQLite every transaction has
 * the one write lock from its beginning (sqlite-client.ts), and there is nothing to do.
 */
import type { DatabaseProvider } from './apply-migrations.ts';
import type { DatabaseTransaction } from './open-database.ts';

export async function lockJob(tx: DatabaseTransaction, provider: DatabaseProvider, jobId: number): Promise<void> {
  if (provider === 'postgresql') await tx.$queryRaw`SELECT "id" FROM "Job" WHERE "id" = ${jobId} FOR UPDATE`;
}
