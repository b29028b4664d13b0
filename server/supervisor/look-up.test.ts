import { expect, it } from 'vitest';
import { loadFacts } from './job-facts.ts';
import { contextOn, manyJobs } from './job-transactions-fixture.ts';
import { LookUp } from './look-up.ts';
import { createJobFixture } from './supervisor-fixture.ts';

it('reads together what is wanted in one turn, each key once, and tells each its own', async () => {
  const reads: (readonly number[])[] = [];
  const squares = new LookUp<number, number>(async (keys) => {
    reads.push(keys);
    if (keys.includes(4_000)) throw new Error('not this time');
    return new Map(keys.filter((key) => key % 2 === 0).map((key) => [key, key * key]));
  });
  expect(await Promise.all([2, 3, 2, 6].map((key) => squares.get(key)))).toEqual([4, undefined, 4, 36]);
  expect(reads).toEqual([[2, 3, 6]]);
  await expect(squares.get(4_000)).rejects.toThrow('not this time');
  expect(await squares.get(2), 'read anew').toBe(4);
  expect(reads).toHaveLength(3);
});

it('lets a thousand jobs that are looked at in one moment each read what it needs', async () => {
  const fixture = await createJobFixture('SELECT 1', {});
  try {
    const { client } = fixture.opened;
    const jobs = await manyJobs(fixture, 1_000);
    const user = await client.user.findFirstOrThrow();
    const version = { number: 1, sql: '', optionsJson: '{}', createdById: user.id };
    await client.jobVersion.createMany({ data: jobs.map((jobId) => ({ jobId, ...version })) });
    const context = contextOn(fixture.opened);
    const known = { line: 'unknown', claimed: null, order: { kind: 'none' } } as const;
    const versions = await Promise.all(
      jobs.map(async (jobId) => {
        const facts = await loadFacts(context, jobId, known);
        const key = { jobId: facts?.job.id as number, number: 1 };
        return client.jobVersion.findUniqueOrThrow({ where: { jobId_number: key } });
      }),
    );
    expect(versions.map((row) => row.jobId)).toEqual(jobs);
  } finally {
    await fixture.close();
  }
});
