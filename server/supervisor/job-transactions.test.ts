import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { FencedOut, type SupervisorContext } from './context.ts';
import { onJob, onRun } from './job-transactions.ts';
import { contextOn, manyJobs, noted } from './job-transactions-fixture.ts';
import { MetricsRecorder } from './metrics-recorder.ts';
import { createJobFixture, type JobFixture } from './supervisor-fixture.ts';

let fixture: JobFixture;
let context: SupervisorContext;
let commits = 0;
beforeEach(async () => {
  commits = 0;
  fixture = await createJobFixture('', {});
  context = contextOn(fixture.opened, () => commits++);
});
afterEach(() => fixture.close());

/** Jobs that have an event of their own; each has the event of the stream that names it. */
async function seen(): Promise<number[]> {
  const { client } = fixture.opened;
  const own = await client.jobEvent.findMany({ orderBy: { id: 'asc' } });
  const stream = await client.streamEvent.findMany({ orderBy: { id: 'asc' } });
  const told = stream.map((row) => (JSON.parse(row.payloadJson) as { event: { id: number; runNumber: number } }).event);
  expect(told.map(({ id, runNumber }) => [id, runNumber])).toEqual(own.map((row) => [row.id, row.jobId]));
  expect(stream.map((row) => row.at.getTime())).toEqual(own.map((row) => row.at.getTime()));
  return own.map((row) => row.jobId);
}

it('changes of many jobs are one commit, and each hears its own result', async () => {
  const jobs = await manyJobs(fixture, 10);
  const results = await Promise.all(jobs.map((jobId) => onJob(context, jobId, async () => jobId * 2)));
  expect([results, commits]).toEqual([jobs.map((jobId) => jobId * 2), 1]);
});

it('one that fails takes nobody along, is not seen, and nothing is written twice', async () => {
  const jobs = await manyJobs(fixture, 10);
  const [bad, foreign] = [jobs[4] as number, jobs[7] as number];
  await fixture.opened.client.lease.update({ where: { jobId: foreign }, data: { holder: 'elsewhere/1' } });
  const metrics = new MetricsRecorder(jobs[0] as number, 0);
  metrics.saved({ createdMs: 20_000, durationMs: 7, recordsIn: 1, totalBytes: 1 });
  const flushed = onJob(context, jobs[0] as number, (tx) => metrics.flush(tx, true));
  let isForeignChanged = false;
  const outcomes = await Promise.allSettled([
    flushed,
    ...jobs.slice(1).map((jobId) =>
      noted(context, jobId, () => {
        if (jobId === bad) throw new Error('this one fails');
        if (jobId === foreign) isForeignChanged = true;
      }),
    ),
  ]);
  const failed = outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason as Error] : []));
  expect(failed.map((error) => error.message)).toEqual(['this one fails', `the lease of job ${foreign} is held by another supervisor`]);
  expect(failed[1]).toBeInstanceOf(FencedOut);
  expect(isForeignChanged).toBe(false);
  expect(await seen()).toEqual(jobs.slice(1).filter((jobId) => jobId !== bad && jobId !== foreign));
  const points = await fixture.opened.client.metricPoint.findMany();
  expect(points.map((point) => JSON.parse(point.valuesJson).checkpointMs)).toEqual(
    points.map(() => ({ min: 7, max: 7, sum: 7, count: 1 })),
  );
  expect(points).toHaveLength(3);
  // What is stored is forgotten after its commit only, and then it is.
  (await flushed)();
  await onJob(context, jobs[0] as number, (tx) => metrics.flush(tx, true));
  expect(await fixture.opened.client.metricPoint.findMany()).toEqual(points);
});

it('two changes of one job follow each other, the second seeing the first', async () => {
  const jobs = await manyJobs(fixture, 2);
  const jobId = jobs[0] as number;
  const begun = {
    jobId,
    number: 1,
    jobVersion: 1,
    generation: 1,
    engine: 'embedded',
    parallelism: 1,
    start: 'empty',
    startedAt: new Date(0),
  };
  const run = await fixture.opened.client.run.create({ data: begun });
  const write = onRun(context, run, async (tx, rows) => {
    await tx.job.update({ where: { id: jobId }, data: { status: 'job_running' } });
    return rows.job.status;
  });
  const read = onRun(context, run, async (_tx, rows) => rows.job.status);
  expect(await Promise.all([write, read, noted(context, jobs[1] as number)])).toEqual(['job_init', 'job_running', undefined]);
  expect(commits).toBe(2);
});

it('what was told is stored when the process is killed inside the next group, and nothing of that group is', async () => {
  const jobs = await manyJobs(fixture, 100);
  const fatal = jobs[80] as number;
  const program = join(import.meta.dirname, 'job-transactions-fixture.ts');
  const died = spawnSync(process.execPath, [program, fixture.dataDir, String(fatal), ...jobs.map(String)], { encoding: 'utf8' });
  expect([died.signal, died.stderr.replace(/.*(ExperimentalWarning|--trace-warnings).*\n/g, '')]).toEqual(['SIGKILL', '']);
  const told = died.stdout.trim().split('\n').map(Number);
  expect(told.length).toBeGreaterThan(0);
  expect(told).not.toContain(fatal);
  expect(await seen()).toEqual(told);
});
