/** The suites of the console once more, on PostgreSQL: every test makes a database of its own on the server of TIDEMARK_TEST_POSTGRES_URL. */
import { describe, expect, it } from 'vitest';
import { applyPostgresqlMigrations } from '../db/apply-migrations.ts';
import { openDatabase } from '../db/open-database.ts';
import { ConsoleFixture, FIXTURE_POSTGRES } from './console-fixture.ts';

const server = process.env.TIDEMARK_TEST_POSTGRES_URL ?? '';

describe('PostgreSQL', () => {
  it('is there', () => expect(server).toMatch(/^postgres/));

  it('is brought up to date by several consoles at once, and tells who is not reachable without the password', async () => {
    const fixture = await ConsoleFixture.open();
    expect(fixture.context.provider).toBe('postgresql');
    const rows = await fixture.context.database.$queryRawUnsafe<{ current_database: string }[]>('SELECT current_database()');
    const url = new URL(server);
    url.pathname = `/${rows[0]?.current_database}`;
    await fixture.context.database.$executeRawUnsafe('DROP SCHEMA public CASCADE');
    await fixture.context.database.$executeRawUnsafe('CREATE SCHEMA public');
    const { join } = await import('node:path');
    const { projectRoot } = await import('../config/project-root.ts');
    const folder = join(projectRoot(), 'prisma', 'migrations', 'postgresql');
    const applied = await Promise.all([1, 2, 3].map(() => applyPostgresqlMigrations(url.href, folder)));
    expect(applied.filter((names) => names.length > 0)).toHaveLength(1);
    await fixture.close();

    const nobody = openDatabase({ dataDir: '', databaseUrl: 'postgresql://user:canary@127.0.0.1:1/none' });
    await expect(nobody).rejects.toThrow(/^PostgreSQL at 127\.0\.0\.1:1\/none cannot be used(?!.*canary)/);
  });
});

if (server !== '') {
  process.env[FIXTURE_POSTGRES] = server;
  await import('./access.test.ts');
  await import('./sign-in.test.ts');
  await import('./jobs.test.ts');
  await import('./event-stream.test.ts');
  await import('./history.test.ts');
  await import('./global-variables.test.ts');
}
