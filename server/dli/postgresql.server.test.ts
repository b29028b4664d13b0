/** The suites of the DLI-compatible API once more, on PostgreSQL: each makes a database of its own on TIDEMARK_TEST_POSTGRES_URL's server. */
import { describe, expect, it } from 'vitest';
import { ConsoleFixture, FIXTURE_POSTGRES } from '../http/console-fixture.ts';

const server = process.env.TIDEMARK_TEST_POSTGRES_URL ?? '';

describe('PostgreSQL', () => {
  it('is what the suites below run on', async () => {
    expect(server).toMatch(/^postgres/);
    const fixture = await ConsoleFixture.open();
    expect(fixture.context.provider).toBe('postgresql');
    await fixture.close();
  });
});

if (server !== '') {
  process.env[FIXTURE_POSTGRES] = server;
  await import('./access.test.ts');
  await import('./jobs.test.ts');
  await import('./acts.test.ts');
  await import('./tags.test.ts');
}
