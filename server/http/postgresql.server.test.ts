/** The suites of the console once more, on PostgreSQL: every test makes a database of its own on the server of TIDEMARK_TEST_POSTGRES_URL. */
import { describe, expect, it } from 'vitest';
import { applyPostgresqlMigrations } from '../db/apply-migrations.ts';
import { openDatabase } from '../db/open-database.ts';
import { contextOn, manyJobs, NOW_MS } from '../supervisor/job-transactions-fixture.ts';
import { MetricsRecorder } from '../supervisor/metrics-recorder.ts';
import { takeEnd } from '../supervisor/take-report.ts';
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

  it('takes the ends of many runs at once, each with its own events and ledger', async () => {
    const fixture = await ConsoleFixture.open();
    const { database: client, provider } = fixture.context;
    const { browser } = await fixture.addUser('eve');
    const jobId = (await browser.call('POST', '/jobs', { name: 'like' })).body.job.id as number;
    const context = contextOn({ client, provider });
    const jobs = await manyJobs({ opened: { client, provider }, jobId }, 30);
    await client.job.updateMany({ where: { id: { in: jobs } }, data: { status: 'job_running', desired: 'running' } });
    const begun = { number: 1, jobVersion: 1, generation: 1, engine: 'embedded', parallelism: 1, start: 'empty', startedAt: new Date(0) };
    await client.run.createMany({ data: jobs.map((id) => ({ jobId: id, runningAt: new Date(1), ...begun })) });
    const runs = await client.run.findMany({ where: { jobId: { in: jobs } } });
    const why = { causeKey: 'gone', operatorUid: null, isRetryable: true, domain: 'external', stack: null } as const;
    const failure = (id: number) => ({ message: `The broker of ${id} is gone.`, ...why });
    const end = (run: (typeof runs)[number]) => ({ cause: 'failed', failure: failure(run.jobId) }) as const;
    await Promise.all(runs.map((run) => takeEnd(context, run, end(run), new MetricsRecorder(run.jobId, 1))));

    const after = await client.job.findMany({ where: { id: { in: jobs } } });
    expect(new Set(after.map((job) => `${job.status} ${job.endedAt?.getTime()}`))).toEqual(new Set([`job_running_exception ${NOW_MS}`]));
    expect(after.every((job) => job.statusMessage.includes(`The broker of ${job.id} is gone.`))).toBe(true);
    const entries = await client.ledgerEntry.findMany({ where: { jobId: { in: jobs }, kind: 'failure' } });
    expect(entries.map((entry) => entry.jobId).sort((a, b) => a - b)).toEqual(jobs);
    const own = await client.jobEvent.findMany({ where: { jobId: { in: jobs } } });
    const stream = await client.streamEvent.findMany({ where: { jobId: { in: jobs } }, orderBy: { id: 'asc' } });
    for (const id of jobs) {
      const told = stream.filter((row) => row.jobId === id).map((row) => JSON.parse(row.payloadJson));
      expect(told.map((event) => event.type)).toEqual(['job-event', 'job-changed', 'job-event', 'run-changed', 'ledger-added']);
      expect(told[4].entryId).toBe(entries.find((entry) => entry.jobId === id)?.id);
      expect([told[0].event.id, told[2].event.id]).toEqual(own.filter((row) => row.jobId === id).map((row) => row.id));
      expect(told[2].event.message).toBe(failure(id).message);
      expect(told[0].event.at).toBe(own.find((row) => row.jobId === id)?.at.getTime());
    }
    await fixture.close();
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
